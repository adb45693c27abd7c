// C-beta deviations: how far CB is from where N, CA and C put it (Lovell et al. 2003, Proteins 50, 437).
import { isMirroredAminoAcid } from "../../chemistry/amino-acids.ts";
import { chiralVolume } from "../../math/internal-coordinates.ts";
import { cross, dot, lengthOf, minus, unit, type Vector3, vectorAt } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";
import {
  altlocOf,
  countOnce,
  identifyResidue,
  listProteinChains,
  percentOf,
  type ResidueConformer,
  type ResidueIdentity,
} from "./protein-residues.ts";

/** A CB further off than this is an outlier, Angstrom. */
const outlierFrom = 0.25;

/** Length CA-CB, angle C-CA-CB, dihedral N-C-CA-CB, angle N-CA-CB, dihedral C-N-CA-CB. */
type IdealBeta = readonly [number, number, number, number, number];

const idealBetas: ReadonlyMap<string, IdealBeta> = new Map<string, IdealBeta>([
  ["ALA", [1.536, 110.1, 122.9, 110.6, -122.6]],
  ["PRO", [1.53, 112.2, 115.1, 103, -120.7]],
  ...["VAL", "THR", "ILE"].map((name): [string, IdealBeta] => [name, [1.54, 109.1, 123.4, 111.5, -122]]),
]);
const otherBeta: IdealBeta = [1.53, 110.1, 122.8, 110.5, -122.6];

export interface BetaAtoms {
  readonly n: Vector3;
  readonly ca: Vector3;
  readonly c: Vector3;
  readonly cb: Vector3;
}

export interface BetaDeviation {
  /** Angstrom. */
  readonly deviation: number;
  /** Direction: dihedral N, CA, ideal CB, CB, degrees. */
  readonly dihedral: number;
  readonly idealCb: Vector3;
}

export interface BetaResidue extends ResidueIdentity, BetaDeviation {
  readonly verdict: "favored" | "outlier";
  readonly counted: boolean;
}

export interface BetaSummary {
  /** Percentage of deviations of at least 0.25 Angstrom, null of none. */
  readonly outliers: number | null;
  readonly outlierCount: number;
  readonly count: number;
}

export interface BetaAnalysis {
  readonly residues: readonly BetaResidue[];
  readonly summary: BetaSummary;
}

/** Deviation of CB in every residue that has N, CA, C and CB; statistics count one conformer of each. */
export function analyzeBetas(model: Model): BetaAnalysis {
  const residues: BetaResidue[] = [];
  for (const { conformers } of listProteinChains(model).flat()) {
    const seen = new Set<string>();
    const found = conformers
      .map((conformer) => deviationOf(model, conformer, seen))
      .filter((result) => result !== undefined);
    residues.push(...countOnce(found));
  }
  const counted = residues.filter((residue) => residue.counted);
  const outlierCount = counted.filter(({ verdict }) => verdict === "outlier").length;
  const count = counted.length;
  return { residues, summary: { outliers: percentOf(outlierCount, count), outlierCount, count } };
}

/** Undefined without the atoms, and for a conformer that shares them all with one before. */
function deviationOf(
  model: Model,
  { residue, atoms }: ResidueConformer,
  seen: Set<string>,
): Omit<BetaResidue, "counted"> | undefined {
  const rows = ["N", "CA", "C", "CB"].map((name) => atoms.get(name));
  const name = model.residues.name[residue]!;
  const key = `${residue} ${rows.join(" ")}`;
  if (name === "GLY" || rows.includes(undefined) || seen.has(key)) return undefined;
  seen.add(key);
  const [n, ca, c, cb] = rows as [number, number, number, number];
  const { xyz } = model.atoms;
  const at = (row: number): Vector3 => vectorAt(xyz, row);
  const hand = { isMirrored: isMirrored(name, chiralVolume(xyz, ca, n, c, cb)) };
  const result = betaDeviation(name, { n: at(n), ca: at(ca), c: at(c), cb: at(cb) }, hand);
  if (result === null) return undefined;
  return {
    ...identifyResidue(model, residue, altlocOf(model, [n, ca, c, cb])),
    ...result,
    verdict: result.deviation >= outlierFrom ? "outlier" : "favored",
  };
}

const knownNames = new Set(
  "ALA ARG ASN ASP CYS GLN GLU HIS ILE LEU LYS MET MSE PHE PRO SER THR TRP TYR VAL".split(" "),
);

/** By the name where it is known; the hand of the model decides for other names. */
function isMirrored(name: string, volume: number): boolean {
  if (isMirroredAminoAcid(name)) return true;
  return !knownNames.has(name) && volume < 0;
}

/** Deviation of one CB, ideal values by residue name; null where N, CA and C lie on one line. */
export function betaDeviation(
  name: string,
  { n, ca, c, cb }: BetaAtoms,
  { isMirrored: mirrored = false }: { readonly isMirrored?: boolean } = {},
): BetaDeviation | null {
  const [length, angleC, dihedralN, angleN, dihedralC] = idealBetas.get(name) ?? otherBeta;
  const sign = mirrored ? -1 : 1;
  const fromC = placeAtom([n, c, ca], length, angleC, sign * dihedralN);
  const fromN = placeAtom([c, n, ca], length, angleN, sign * dihedralC);
  if (fromC === null || fromN === null) return null;
  const middle = minus([(fromC[0] + fromN[0]) / 2, (fromC[1] + fromN[1]) / 2, (fromC[2] + fromN[2]) / 2], ca);
  const scale = length / lengthOf(middle);
  const idealCb: Vector3 = [ca[0] + scale * middle[0], ca[1] + scale * middle[1], ca[2] + scale * middle[2]];
  return { deviation: lengthOf(minus(cb, idealCb)), dihedral: dihedralOf(n, ca, idealCb, cb), idealCb };
}

/** The point at this distance from the last of three, with this angle (degrees) there and dihedral to the first. */
function placeAtom(
  [a, b, c]: readonly [Vector3, Vector3, Vector3],
  length: number,
  angle: number,
  dihedral: number,
): Vector3 | null {
  const axis = unit(minus(c, b));
  if (axis === null) return null;
  const out = minus(a, b);
  const along = dot(out, axis);
  const side = unit([out[0] - along * axis[0], out[1] - along * axis[1], out[2] - along * axis[2]]);
  if (side === null) return null;
  const up = cross(axis, side);
  const theta = (angle * Math.PI) / 180;
  const chi = (dihedral * Math.PI) / 180;
  const ahead = -length * Math.cos(theta);
  const wide = length * Math.sin(theta);
  const at = (k: 0 | 1 | 2): number =>
    c[k] + ahead * axis[k] + wide * (Math.cos(chi) * side[k] + Math.sin(chi) * up[k]);
  return [at(0), at(1), at(2)];
}

function dihedralOf(a: Vector3, b: Vector3, c: Vector3, d: Vector3): number {
  const axis = minus(c, b);
  const first = cross(minus(a, b), axis);
  const second = cross(minus(d, c), axis);
  // (a - b) x axis and (d - c) x axis span the angle; the sign follows the axis.
  return (
    (Math.atan2(dot(cross(first, second), axis) / Math.max(1e-12, lengthOf(axis)), dot(first, second)) * 180) / Math.PI
  );
}
