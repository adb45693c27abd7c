// What refinement did to a residue: how far it moved, whether its side chain or its peptide turned.
import { cross, dot, lengthOf, minus, type Vector3, vectorAt } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";
import { listProteinChains } from "../../validation/geometry/protein-residues.ts";
import type { RotamerResidue } from "../../validation/geometry/rotamers.ts";
import { type ResiduePair, residueKeys } from "./residue-pairs.ts";

export interface Movement {
  /** Root mean square of the atoms that are not hydrogen, equal atoms by the better naming, Angstrom; null without any. */
  readonly rmsd: number | null;
  /** Of the atom that moved most, Angstrom. */
  readonly most: number | null;
}

/** Atoms of one kind whose names may be exchanged, all pairs of a residue at once. */
const equalAtoms: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  ARG: [["NH1", "NH2"]],
  ASP: [["OD1", "OD2"]],
  GLU: [["OE1", "OE2"]],
  PHE: [
    ["CD1", "CD2"],
    ["CE1", "CE2"],
  ],
  TYR: [
    ["CD1", "CD2"],
    ["CE1", "CE2"],
  ],
};
const equalOxygens = [["OP1", "OP2"]] as const;

export function measureMovement(before: Model, after: Model, pair: ResiduePair): Movement {
  const { atoms } = pair;
  if (atoms.after.length === 0) return { rmsd: null, most: null };
  const straight = squaresOf(before, after, atoms.before, atoms.after);
  const swaps = equalAtoms[after.residues.name[pair.after]!] ?? equalOxygens;
  const other = new Map(swaps.flatMap(([one, two]) => [[one, two] as const, [two, one] as const]));
  const nameOf = (atom: number): string => `${before.atoms.name[atom]!}.${before.atoms.altloc[atom]!}`;
  const rows = new Map(atoms.before.map((atom) => [nameOf(atom), atom]));
  const swapped = atoms.before.map((atom) => {
    const partner = other.get(before.atoms.name[atom]!);
    return (partner === undefined ? undefined : rows.get(`${partner}.${before.atoms.altloc[atom]!}`)) ?? atom;
  });
  const crossed = squaresOf(before, after, swapped, atoms.after);
  const squares = sumOf(crossed) < sumOf(straight) ? crossed : straight;
  return { rmsd: Math.sqrt(sumOf(squares) / squares.length), most: Math.sqrt(Math.max(...squares)) };
}

function squaresOf(before: Model, after: Model, first: readonly number[], second: readonly number[]): number[] {
  const [from, to] = [before.atoms.xyz, after.atoms.xyz];
  return first.map((atom, at) => {
    const other = second[at]!;
    const x = to[3 * other]! - from[3 * atom]!;
    const y = to[3 * other + 1]! - from[3 * atom + 1]!;
    const z = to[3 * other + 2]! - from[3 * atom + 2]!;
    return x * x + y * y + z * z;
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** A chi that turned by more than this is in another well: half the way between staggered ones, degrees. */
const anotherWell = 60;
/** Torsions of flat groups whose two ends are alike, by number. */
const halfTurns: Readonly<Record<string, number>> = { ASP: 2, GLU: 3, PHE: 2, TYR: 2 };
/** Flat groups whose two ends look alike in a map, by the number of the torsion that turns them. */
const flipTorsions: Readonly<Record<string, number>> = { ASN: 2, GLN: 3, HIS: 2 };

export interface SideChainChange {
  /** `flipped`: only the last flat group of Asn, Gln or His turned over. */
  readonly kind: "changed" | "flipped";
  /** Rotamer names; OUTLIER where the torsions have none. */
  readonly from: string;
  readonly to: string;
}

/** Null where the side chain is in the same well. */
export function compareSideChains(before: RotamerResidue, after: RotamerResidue): SideChainChange | null {
  const { name } = after;
  const turned = after.chis.flatMap((chi, at) => {
    const period = halfTurns[name] === at + 1 ? 180 : 360;
    const difference = chi - before.chis[at]!;
    return Math.abs(difference - period * Math.round(difference / period)) > anotherWell ? [at + 1] : [];
  });
  const [from, to] = [rotamerOf(before), rotamerOf(after)];
  const isPucker = name === "PRO" && from !== to && before.rotamer !== null && after.rotamer !== null;
  if (turned.length === 0 && !isPucker) return null;
  const isFlip = turned.length === 1 && turned[0] === flipTorsions[name];
  return { kind: isFlip ? "flipped" : "changed", from, to };
}

export function rotamerOf({ rotamer }: RotamerResidue): string {
  return rotamer ?? "OUTLIER";
}

/** Keys of the residues whose carbonyl points to the other side of the line between the CAs around the peptide. */
export function findFlippedPeptides(before: Model, after: Model): ReadonlySet<string> {
  const earlier = peptideSides(before);
  const flipped = new Set<string>();
  for (const [key, side] of peptideSides(after)) {
    const known = earlier.get(key);
    if (known !== undefined && dot(known, side) < 0) flipped.add(key);
  }
  return flipped;
}

/** Where the O of each peptide is, seen from the line of the CAs, by the key of the residue that has it. */
function peptideSides(model: Model): Map<string, Vector3> {
  const keys = residueKeys(model);
  const { xyz } = model.atoms;
  const sides = new Map<string, Vector3>();
  for (const positions of listProteinChains(model)) {
    for (let at = 0; at + 1 < positions.length; at++) {
      const [own, next] = [positions[at]!.conformers[0]!, positions[at + 1]!.conformers[0]!];
      const rows = [own.atoms.get("CA"), own.atoms.get("O"), next.atoms.get("CA")];
      if (rows.includes(undefined)) continue;
      const [ca, o, other] = rows.map((row) => vectorAt(xyz, row!)) as [Vector3, Vector3, Vector3];
      const along = minus(other, ca);
      if (lengthOf(along) > longestStep) continue;
      // Normal of the plane of the three: it turns over with the carbonyl.
      sides.set(keys[own.residue]!, cross(along, minus(o, ca)));
    }
  }
  return sides;
}

/** CAs farther apart than this have no peptide between them, Angstrom. */
const longestStep = 4.5;
