// Which hydrogens a kind of residue has and how they stand on their parents, from its dictionary entry.
import { elementIndex, isHydrogenElement } from "../chemistry/elements.ts";
import type { Monomer, MonomerAngle, MonomerTorsion } from "../chemistry/monomer.ts";
import { isNucleotideGroup, isPeptideGroup } from "../topology/found-link.ts";

export interface PlannedHydrogen {
  readonly name: string;
  /** Lengths of the bond by the dictionary. */
  readonly dictionary: BondLengths;
  /** Lengths of the bond that contacts are judged with. */
  readonly contact: BondLengths;
  /** Ideal angle to each neighbour of the site, degrees. */
  readonly angles: readonly number[];
}

/** To the centre of the electron cloud and to the nucleus, Angstrom. */
export interface BondLengths {
  readonly electronCloud: number;
  readonly nuclear: number;
}

/** From where torsions of a site are counted, in the order of preference. */
export interface PlannedTorsion {
  /** Neighbour of the neighbour. */
  readonly third: string;
  /** Degrees, of the hydrogen with this number. */
  readonly torsion: number;
  readonly hydrogen: number;
}

/** One parent with all its hydrogens. */
export interface PlannedSite {
  readonly parent: string;
  /** Element of the parent, upper case. */
  readonly element: string;
  readonly charge: number;
  /** In the order of their names. */
  readonly hydrogens: readonly PlannedHydrogen[];
  /** Heavy neighbours inside the residue, from the backbone outwards. */
  readonly neighbours: readonly string[];
  /** Sum of the orders of the bonds to them. */
  readonly order: number;
  /** Whether all lie in a plane around the parent. */
  readonly isPlanar: boolean;
  /** Whether the bond to the only neighbour lets the hydrogens turn. */
  readonly turns: boolean;
  /** Angle between two of the hydrogens, degrees. */
  readonly between: number;
  readonly torsions: readonly PlannedTorsion[];
}

/** Mean angle around a parent above which it is planar, degrees. */
const planarMean = 115;
const plans = new WeakMap<Monomer, readonly PlannedSite[]>();

/** Sites of a monomer, in the order of its atoms. */
export function planHydrogens(monomer: Monomer): readonly PlannedSite[] {
  const known = plans.get(monomer);
  if (known) return known;
  const isHydrogen = new Set(
    monomer.atoms.filter(({ element }) => isHydrogenElement(elementIndex(element))).map(({ id }) => id),
  );
  const input: PlanInput = { monomer, isHydrogen, bonds: bondsByAtom(monomer) };
  const sites = monomer.atoms
    .filter(({ id }) => !isHydrogen.has(id) && (input.bonds.get(id) ?? []).some(({ other }) => isHydrogen.has(other)))
    .map(({ id }) => planSite(input, id));
  plans.set(monomer, sites);
  return sites;
}

interface OwnBond {
  readonly other: string;
  readonly order: string;
  readonly distance: number;
  readonly distanceNucleus: number;
}

interface PlanInput {
  readonly monomer: Monomer;
  readonly isHydrogen: ReadonlySet<string>;
  readonly bonds: ReadonlyMap<string, readonly OwnBond[]>;
}

function bondsByAtom({ bonds }: Monomer): Map<string, OwnBond[]> {
  const result = new Map<string, OwnBond[]>();
  for (const { atom1, atom2, order, distance, distanceNucleus } of bonds) {
    for (const [own, other] of [
      [atom1, atom2],
      [atom2, atom1],
    ] as const) {
      const list = result.get(own) ?? [];
      list.push({ other, order, distance, distanceNucleus: distanceNucleus ?? distance });
      result.set(own, list);
    }
  }
  return result;
}

function planSite(input: PlanInput, parent: string): PlannedSite {
  const { monomer, isHydrogen } = input;
  const bonds = input.bonds.get(parent)!;
  const atom = monomer.atoms.find(({ id }) => id === parent)!;
  const heavy = bonds.filter(({ other }) => !isHydrogen.has(other));
  const neighbours = outwards(
    monomer.group,
    parent,
    heavy.map(({ other }) => other),
  );
  const around = monomer.angles.filter(({ atom2 }) => atom2 === parent);
  const mean = around.reduce((sum, { angle }) => sum + angle, 0) / Math.max(1, around.length);
  const isDouble = heavy.some(({ order }) => /^(doub|trip)/i.test(order));
  const isPlanar = isDouble || mean > planarMean;
  const fallback = isPlanar ? 120 : 109.5;
  const own = bonds
    .filter(({ other }) => isHydrogen.has(other))
    .toSorted((a, b) => compareNames(a.other, b.other))
    .map(({ other, distance, distanceNucleus }) => ({
      name: other,
      dictionary: { electronCloud: distance, nuclear: distanceNucleus },
      contact: contactLengths(atom.element.toUpperCase(), isPlanar) ?? {
        electronCloud: distance,
        nuclear: distanceNucleus,
      },
      angles: neighbours.map((neighbour) => angleBetween(around, other, neighbour) ?? fallback),
    }));
  return {
    parent,
    element: atom.element.toUpperCase(),
    charge: atom.charge,
    hydrogens: own,
    neighbours,
    order: heavy.reduce((sum, { order }) => sum + bondOrder(order), 0),
    isPlanar,
    turns: heavy.length === 1 && !isDouble && !(isPlanar && atom.element.toUpperCase() === "N"),
    between: (own[1] && angleBetween(around, own[0]!.name, own[1].name)) ?? fallback,
    torsions: planTorsions(input, parent, neighbours[0], own, isPlanar),
  };
}

/** Lengths of reduce 4 by element and hybridisation of the parent (Deis et al. 2013). */
function contactLengths(element: string, isPlanar: boolean): BondLengths | undefined {
  if (element === "C")
    return isPlanar ? { electronCloud: 0.93, nuclear: 1.08 } : { electronCloud: 0.97, nuclear: 1.09 };
  if (element === "N")
    return isPlanar ? { electronCloud: 0.86, nuclear: 1.02 } : { electronCloud: 0.89, nuclear: 1.04 };
  if (element === "O") return { electronCloud: 0.84, nuclear: 0.98 };
  return element === "S" ? { electronCloud: 1.2, nuclear: 1.3 } : undefined;
}

/** HB2 before HB3, H5' before H5''. */
function compareNames(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function bondOrder(order: string): number {
  if (/^(sing|coval)/i.test(order)) return 1;
  if (/^doub/i.test(order)) return 2;
  if (/^trip/i.test(order)) return 3;
  return /^(arom|delo)/i.test(order) ? 1.5 : 1;
}

function angleBetween(around: readonly MonomerAngle[], a: string, b: string): number | undefined {
  return around.find(({ atom1, atom3 }) => (atom1 === a && atom3 === b) || (atom1 === b && atom3 === a))?.angle;
}

/**
 * Neighbours in the order that names of two hydrogens go by: with the first neighbour u and the second v, the hydrogen of the lower
 * name stands on the side away from u x v (IUPAC 1970 rule 4.3 for amino acids; pro-S H5' and H2' of nucleotides).
 */
function outwards(group: string, parent: string, neighbours: readonly string[]): string[] {
  if (isNucleotideGroup(group)) {
    const first = ({ "C5'": "C4'", "C2'": "C3'" } as Readonly<Record<string, string>>)[parent];
    return neighbours.toSorted((a, b) => Number(b === first) - Number(a === first));
  }
  if (!isPeptideGroup(group) || parent === "CA") return [...neighbours];
  // Greek letters count away from the backbone; N closes the ring of proline.
  const rank = (name: string): number => (name.length < 2 ? 9 : "ABGDEZH".indexOf(name[1]!));
  return neighbours.toSorted((a, b) => rank(a) - rank(b));
}

/** What the dictionary says of torsions over the bond to the only neighbour, then those from other atoms there. */
function planTorsions(
  { monomer, bonds, isHydrogen }: PlanInput,
  parent: string,
  neighbour: string | undefined,
  hydrogens: readonly PlannedHydrogen[],
  isPlanar: boolean,
): PlannedTorsion[] {
  if (neighbour === undefined) return [];
  const result: PlannedTorsion[] = [];
  for (const torsion of monomer.torsions) {
    const [third, hydrogen] = endsOver(torsion, neighbour, parent) ?? [];
    const number = hydrogens.findIndex(({ name }) => name === hydrogen);
    if (third !== undefined && number >= 0 && !isHydrogen.has(third)) {
      result.push({ third, torsion: torsion.angle, hydrogen: number });
    }
  }
  const thirds = (bonds.get(neighbour) ?? []).map(({ other }) => other);
  // The plane of an amide is that of its oxygen.
  const oxygen = thirds.find((name) => monomer.atoms.some(({ id, element }) => id === name && element === "O"));
  const first = result[0];
  if (isPlanar && hydrogens.length === 2 && oxygen !== undefined && first !== undefined && first.third !== oxygen) {
    result.unshift({ ...first, third: oxygen, torsion: first.torsion + 180 });
  }
  for (const third of thirds) {
    if (third === parent || isHydrogen.has(third)) continue;
    result.push({ third, torsion: 180, hydrogen: 0 });
  }
  return result;
}

/** Outer atoms of a torsion over the bond from `neighbour` to `parent`. */
function endsOver(
  { atom1, atom2, atom3, atom4 }: MonomerTorsion,
  neighbour: string,
  parent: string,
): readonly [string, string] | undefined {
  if (atom2 === neighbour && atom3 === parent) return [atom1, atom4];
  return atom3 === neighbour && atom2 === parent ? [atom4, atom1] : undefined;
}
