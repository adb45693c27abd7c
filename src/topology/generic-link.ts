// Bonds the dictionary has no link for: covalent ones with length and angles by element and bonding, and metal coordination.

import { singleBondLength } from "../chemistry/covalent-radii.ts";
import { elementSymbol, isHydrogenElement, isMetalElement } from "../chemistry/elements.ts";
import { type MetalDonor, metalTarget } from "../chemistry/metal-distances.ts";
import type { Monomer, MonomerBond } from "../chemistry/monomer.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import type { Model } from "../model/model.ts";
import { type FoundAngle, type FoundLink, isPeptideGroup, type MonomerOf } from "./found-link.ts";
import { atomsOfResidue } from "./residue-atoms.ts";

/** Of lengths and angles that follow from elements alone, Angstrom and degrees. */
const genericBondSigma = 0.03;
const genericAngleSigma = 3;
/** A carbonyl carbon binds nitrogen and oxygen with part of a double bond, this much shorter, Angstrom. */
const conjugationShortening = 0.1;

/** A covalent bond between two residues: a length by elements, and an angle over each heavy neighbour of the two atoms. */
export function genericLink(model: Model, monomerOf: MonomerOf, pair: readonly [number, number]): FoundLink {
  const [a, b] = pair;
  const symbols = pair.map((atom) => elementSymbol(model.atoms.element[atom]!)) as [string, string];
  const isPolar = (symbol: string): boolean => symbol === "N" || symbol === "O";
  const planar = pair.map((atom) => isPlanar(model, monomerOf, atom)) as [boolean, boolean];
  const isConjugated =
    (symbols[0] === "C" && planar[0] && isPolar(symbols[1])) ||
    (symbols[1] === "C" && planar[1] && isPolar(symbols[0]));
  const distance = singleBondLength(...symbols) - (isConjugated ? conjugationShortening : 0);
  return {
    id: "generic",
    first: model.atoms.residue[a]!,
    second: model.atoms.residue[b]!,
    atoms: pair,
    distance,
    sigma: genericBondSigma,
    angles: [
      ...anglesAt(model, monomerOf, a, b, planar[0] || (symbols[0] === "N" && planar[1])),
      ...anglesAt(model, monomerOf, b, a, planar[1] || (symbols[1] === "N" && planar[0])),
    ],
  };
}

/** Bonds of an atom in its monomer. */
function bondsOf(model: Model, monomerOf: MonomerOf, atom: number): readonly MonomerBond[] {
  const monomer: Monomer | undefined = monomerOf(model.atoms.residue[atom]!);
  const name = model.atoms.name[atom]!;
  return monomer?.bonds.filter(({ atom1, atom2 }) => atom1 === name || atom2 === name) ?? [];
}

function isPlanar(model: Model, monomerOf: MonomerOf, atom: number): boolean {
  return bondsOf(model, monomerOf, atom).some(({ order }) => /^(doub|arom|delo)/i.test(order));
}

/** An angle at an atom between a partner in another residue and each of its own heavy neighbours. */
export function anglesAt(
  model: Model,
  monomerOf: MonomerOf,
  atom: number,
  partner: number,
  isFlat: boolean,
): FoundAngle[] {
  const { name, altloc, element, residue } = model.atoms;
  const names = bondsOf(model, monomerOf, atom).map(({ atom1, atom2 }) => (atom1 === name[atom] ? atom2 : atom1));
  const fits = (other: number): boolean =>
    altloc[other] === "" || altloc[atom] === "" || altloc[other] === altloc[atom];
  const neighbours = Array.from(atomsOfResidue(model, residue[atom]!)).filter(
    (other) => names.includes(name[other]!) && !isHydrogenElement(element[other]!) && fits(other),
  );
  const ideal = isFlat ? 120 : /^(S|SE)$/i.test(elementSymbol(element[atom]!)) ? 102 : 109.5;
  return neighbours.map((other) => ({ atoms: [other, atom, partner] as const, ideal, sigma: genericAngleSigma }));
}

/** Names of the atom pair for looking a coordination distance up; undefined where neither or both are metals. */
export function metalDonorOf(
  model: Model,
  monomerOf: MonomerOf,
  [a, b]: readonly [number, number],
): MetalDonor | undefined {
  const { element, residue, name } = model.atoms;
  const isMetal = [a, b].map((atom) => isMetalElement(element[atom]!));
  if (isMetal[0] === isMetal[1]) return undefined;
  const [metal, donor] = isMetal[0] ? [a, b] : [b, a];
  const donorResidue = model.residues.name[residue[donor]!]!;
  return {
    metal: elementSymbol(element[metal]!),
    metalResidue: model.residues.name[residue[metal]!]!,
    element: elementSymbol(element[donor]!).toUpperCase(),
    residue: donorResidue,
    atom: name[donor]!,
    isWater: isWaterName(donorResidue),
    isPeptide: isPeptideGroup(monomerOf(residue[donor]!)?.group ?? ""),
  };
}

/** A coordination bond with the length of its metal and donor. */
export function metalLink(model: Model, donor: MetalDonor, pair: readonly [number, number]): FoundLink {
  const [distance, sigma] = metalTarget(donor);
  const [first, second] = pair.map((atom) => model.atoms.residue[atom]!) as [number, number];
  return { id: "metal", first, second, atoms: pair, distance, sigma };
}
