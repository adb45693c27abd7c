// Makes a monomer of a user's dictionary fit for use: fills open sigmas, drops what is double or names no atom, finds what looks wrong.
import { covalentRadius, singleBondLength } from "./covalent-radii.ts";
import { elementIndex, isHydrogenElement, isMetalElement } from "./elements.ts";
import type { EnergyType, Monomer, MonomerAtom, MonomerBond } from "./monomer.ts";

/** Something odd in a monomer that does not stop a run. */
export interface MonomerProblem {
  readonly code: MonomerProblemCode;
  /** "C1 - O1, 14.3 Angstrom" */
  readonly place: string;
}

/** What each code says of all its places. */
export const monomerProblems = {
  DICTIONARY_SIGMA: "Bonds and angles of a dictionary without sigma take 0.02 Angstrom and 3 degrees",
  DICTIONARY_DUPLICATE: "A dictionary gives atoms or restraints twice: the first counts",
  DICTIONARY_ATOM: "Restraints of a dictionary name atoms that it does not list: they are left out",
  DICTIONARY_BOND_LENGTH: "Ideal bond lengths of a dictionary are far from the sum of covalent radii",
  DICTIONARY_ENERGY_TYPE: "A dictionary gives atoms no known energy type: they repel as their element does",
  DICTIONARY_CHARGE: "Charges of a dictionary do not go with the bonds of their atoms, or are no whole numbers",
} as const;

type MonomerProblemCode = keyof typeof monomerProblems;

export interface SettledMonomer {
  readonly monomer: Monomer;
  readonly problems: readonly MonomerProblem[];
}

/** Of bonds (Angstrom) and angles (degrees) that come without. */
const openBondSigma = 0.02;
const openAngleSigma = 3;

export function settleMonomer(raw: Monomer, energyTypes: ReadonlyMap<string, EnergyType>): SettledMonomer {
  const problems: MonomerProblem[] = [];
  const report = (code: MonomerProblemCode, place: string): void => {
    problems.push({ code, place });
  };
  const atoms = firstOfEach(raw.atoms, ({ id }) => id, report);
  const names = new Set(atoms.map(({ id }) => id));
  /** Terms over listed atoms, once each; the key is the same for both directions. */
  const settle = <Term>(terms: readonly Term[], atomsOf: (term: Term) => readonly string[]): Term[] => {
    const known = terms.filter((term) => {
      const own = atomsOf(term);
      const isKnown = own.every((name) => names.has(name));
      // Centres of metals leave places open.
      if (!isKnown && !own.includes("")) report("DICTIONARY_ATOM", own.join(" - "));
      return isKnown;
    });
    return firstOfEach(known, (term) => withoutDirection(atomsOf(term)), report);
  };
  const bonds = settle(raw.bonds, ({ atom1, atom2 }) => [atom1, atom2]);
  const angles = settle(raw.angles, ({ atom1, atom2, atom3 }) => [atom1, atom2, atom3]);
  const open = (sigma: number, place: () => string): boolean => {
    if (sigma > 0) return false;
    report("DICTIONARY_SIGMA", place());
    return true;
  };
  const monomer: Monomer = {
    ...raw,
    atoms: atoms.map((atom) => wholeCharge(atom, report)),
    bonds: bonds.map((bond) =>
      open(bond.sigma, () => `${bond.atom1} - ${bond.atom2}`) ? { ...bond, sigma: openBondSigma } : bond,
    ),
    angles: angles.map((angle) =>
      open(angle.sigma, () => `${angle.atom1} - ${angle.atom2} - ${angle.atom3}`)
        ? { ...angle, sigma: openAngleSigma }
        : angle,
    ),
    // Nucleotides have several sets of torsions over the same atoms.
    torsions: raw.torsions.filter(({ atom1, atom2, atom3, atom4 }) => {
      const four = [atom1, atom2, atom3, atom4];
      const isKnown = four.every((name) => names.has(name));
      if (!isKnown) report("DICTIONARY_ATOM", four.join(" - "));
      return isKnown;
    }),
    chiralities: settle(raw.chiralities, ({ centre, atom1, atom2, atom3 }) => [centre, atom1, atom2, atom3]),
  };
  reportLengths(monomer, report);
  reportTypes(monomer, energyTypes, report);
  reportValences(monomer, report);
  return { monomer, problems };
}

type Report = (code: MonomerProblemCode, place: string) => void;

function withoutDirection(atoms: readonly string[]): string {
  const forward = atoms.join(" - ");
  const backward = atoms.toReversed().join(" - ");
  return forward < backward ? forward : backward;
}

function firstOfEach<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string, report: Report): Entry[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    const key = keyOf(entry);
    const isNew = !seen.has(key);
    seen.add(key);
    if (!isNew) report("DICTIONARY_DUPLICATE", key);
    return isNew;
  });
}

/** Largest formal charge of an atom. */
const largestCharge = 8;

/** Charges are formal: partial ones in their place mean none. */
function wholeCharge(atom: MonomerAtom, report: Report): MonomerAtom {
  if (Number.isInteger(atom.charge) && Math.abs(atom.charge) <= largestCharge) return atom;
  report("DICTIONARY_CHARGE", `${atom.id}, charge ${atom.charge}`);
  return { ...atom, charge: 0 };
}

/** Part of the sum of radii that a bond may have: triple bonds and those to hydrogen are the shortest. */
const shortestPart = 0.72;
const longestPart = 1.25;
/** Bonds of metals and boron cages vary more. */
const longestMetalPart = 1.45;

function reportLengths({ atoms, bonds }: Monomer, report: Report): void {
  const elementOf = new Map(atoms.map(({ id, element }) => [id, element] as const));
  for (const { atom1, atom2, distance } of bonds) {
    const symbols = [elementOf.get(atom1)!, elementOf.get(atom2)!] as const;
    const indices = symbols.map(elementIndex) as [number, number];
    if (indices.includes(0)) continue;
    const sum = covalentRadius(indices[0]) + covalentRadius(indices[1]);
    const expected = Math.min(sum, singleBondLength(...symbols));
    const isLoose = indices.some((index) => isMetalElement(index) || index === elementIndex("B"));
    const longest = isLoose ? longestMetalPart : longestPart;
    if (distance >= shortestPart * expected && distance <= longest * Math.max(sum, expected)) continue;
    report("DICTIONARY_BOND_LENGTH", `${atom1} - ${atom2}, ${distance} Angstrom where radii give ${sum.toFixed(2)}`);
  }
}

function reportTypes({ atoms }: Monomer, known: ReadonlyMap<string, EnergyType>, report: Report): void {
  for (const { id, energyType } of atoms) {
    if (!known.has(energyType)) report("DICTIONARY_ENERGY_TYPE", `${id}, ${energyType === "" ? "none" : energyType}`);
  }
}

const orders: Readonly<Record<string, number>> = { single: 1, sing: 1, double: 2, doub: 2, triple: 3, trip: 3 };
/** Most bonds of neutral atoms; hydrogens must be listed for fewer ones to mean anything. */
const valences: Readonly<Record<string, number>> = { H: 1, C: 4, N: 3, O: 2, F: 1 };

/** Atoms with more bonds than their charge allows; bonds of part order and of metals tell nothing. */
function reportValences({ atoms, bonds }: Monomer, report: Report): void {
  const own = new Map<string, MonomerBond[]>();
  for (const bond of bonds) {
    for (const name of [bond.atom1, bond.atom2]) own.set(name, [...(own.get(name) ?? []), bond]);
  }
  const isMetal = new Set(atoms.filter(({ element }) => isMetalElement(elementIndex(element))).map(({ id }) => id));
  for (const { id, element, charge } of atoms) {
    const valence = valences[element.toUpperCase()];
    const around = (own.get(id) ?? []).filter(({ atom1, atom2 }) => !isMetal.has(atom1) && !isMetal.has(atom2));
    const each = around.map(({ order }) => orders[order]);
    if (valence === undefined || each.includes(undefined)) continue;
    const total = (each as number[]).reduce((sum, order) => sum + order, 0);
    const isPnictogen = element.toUpperCase() === "N" || element.toUpperCase() === "O";
    const allowed = isPnictogen ? valence + charge : valence;
    if (total > allowed && !(isHydrogenElement(elementIndex(element)) && total <= 1)) {
      report("DICTIONARY_CHARGE", `${id}, charge ${charge} with bonds of order ${total} in all`);
    }
  }
}
