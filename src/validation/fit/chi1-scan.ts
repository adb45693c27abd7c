// Map values on the circle that the first atom of a side chain beyond CB runs through when chi1 turns.
import type { DensityMap } from "../../density/map.ts";
import { type TrilinearGrid, trilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import { cross, dot, type Vector3 } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";

/** Samples on a circle; sample k is at a chi1 of 5 k degrees. */
export const samplesPerTurn = 72;

/** One row per scanned residue. */
export interface Chi1Scan {
  readonly count: number;
  /** Row of the residue table. */
  readonly residue: Int32Array;
  /** 72 map values per residue. */
  readonly profiles: Float32Array;
  readonly mean: Float64Array;
  /** Sample of the highest value, 0 to 71; the first from 5 degrees on where several are equal. */
  readonly peak: Uint8Array;
  readonly peakValue: Float64Array;
}

const scannedNames = new Set("ARG ASN ASP CYS GLU GLN HIS LEU LYS MET PHE SER TRP TYR SEC PYL".split(" "));
const thirdNames = ["CG", "SG", "OG", "SE"];

/**
 * Scans the residues of the first model that have one rotamer wheel of three staggered positions (no Ala, Gly, Pro, Thr, Ile
 * and Val), first conformers only. Residues with absent atoms, with atoms on one line, or whose circle leaves the map are left out.
 */
export function scanChi1(model: Model, map: DensityMap): Chi1Scan {
  const wheels = findWheels(model);
  const grid = trilinearGrid(map);
  const rows: number[] = [];
  const profiles = new Float32Array(samplesPerTurn * wheels.length);
  const profile = new Float64Array(samplesPerTurn);
  for (const wheel of wheels) {
    if (!sampleCircle(grid, model.atoms.xyz, wheel.atoms, profile)) continue;
    profiles.set(profile, samplesPerTurn * rows.length);
    rows.push(wheel.residue);
  }
  return describeProfiles(Int32Array.from(rows), profiles.slice(0, samplesPerTurn * rows.length));
}

/** Means and peaks of profiles, 72 values each. */
export function describeProfiles(residue: Int32Array, profiles: Float32Array): Chi1Scan {
  const count = residue.length;
  const scan = {
    count,
    residue,
    profiles,
    mean: new Float64Array(count),
    peak: new Uint8Array(count),
    peakValue: new Float64Array(count),
  };
  for (let row = 0; row < count; row++) {
    let sum = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let step = 1; step <= samplesPerTurn; step++) {
      const sample = step % samplesPerTurn;
      const value = profiles[samplesPerTurn * row + sample]!;
      sum += value;
      if (value > highest) {
        highest = value;
        scan.peak[row] = sample;
      }
    }
    scan.mean[row] = sum / samplesPerTurn;
    scan.peakValue[row] = highest;
  }
  return scan;
}

/** Rows of N, CA, CB and the atom that turns. */
type WheelAtoms = readonly [n: number, ca: number, cb: number, third: number];

interface Wheel {
  readonly residue: number;
  readonly atoms: WheelAtoms;
}

function findWheels(model: Model): Wheel[] {
  const { residues, chains } = model;
  const wheels: Wheel[] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    if (chains.model[chain] !== 0) continue;
    const known = new Set<string>();
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      const place = `${residues.sequenceNumber[residue]!}${residues.insertionCode[residue]!}`;
      // A second residue at one place is its second conformer.
      if (known.has(place)) continue;
      known.add(place);
      if (!scannedNames.has(residues.name[residue]!)) continue;
      const atoms = wheelAtoms(model, residue);
      if (atoms !== null) wheels.push({ residue, atoms });
    }
  }
  return wheels;
}

function wheelAtoms({ atoms, residues }: Model, residue: number): WheelAtoms | null {
  const rows = residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!);
  const first = atoms.altloc[rows.find((atom) => atoms.altloc[atom] !== "") ?? -1] ?? "";
  const rowOf = (name: string): number | undefined =>
    rows.find((atom) => atoms.name[atom] === name && (atoms.altloc[atom] === "" || atoms.altloc[atom] === first));
  const n = rowOf("N");
  const ca = rowOf("CA");
  const cb = rowOf("CB");
  const third = thirdNames.map(rowOf).find((atom) => atom !== undefined);
  if (n === undefined || ca === undefined || cb === undefined || third === undefined) return null;
  return [n, ca, cb, third];
}

/** Fills the profile; false where the circle has no direction or leaves the map. */
function sampleCircle(grid: TrilinearGrid, xyz: Float64Array, atoms: WheelAtoms, profile: Float64Array): boolean {
  const [n, ca, cb, third] = atoms.map((atom) => xyz.subarray(3 * atom, 3 * atom + 3)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const axis = unitVector(cb[0]! - ca[0]!, cb[1]! - ca[1]!, cb[2]! - ca[2]!);
  const arm: Vector3 = [third[0]! - cb[0]!, third[1]! - cb[1]!, third[2]! - cb[2]!];
  const rise = dot(arm, axis);
  const radius = Math.sqrt(Math.max(0, dot(arm, arm) - rise * rise));
  const toN: Vector3 = [n[0]! - ca[0]!, n[1]! - ca[1]!, n[2]! - ca[2]!];
  const along = dot(toN, axis);
  // Chi1 is 0 where the atom eclipses N.
  const zero = unitVector(toN[0] - along * axis[0], toN[1] - along * axis[1], toN[2] - along * axis[2]);
  if (!(radius > 0) || !Number.isFinite(zero[0])) return false;
  const quarter = cross(axis, zero);
  const centre: Vector3 = [cb[0]! + rise * axis[0], cb[1]! + rise * axis[1], cb[2]! + rise * axis[2]];
  for (let sample = 0; sample < samplesPerTurn; sample++) {
    const cosine = radius * cosines[sample]!;
    const sine = radius * sines[sample]!;
    const value = trilinearValue(
      grid,
      centre[0] + cosine * zero[0] + sine * quarter[0],
      centre[1] + cosine * zero[1] + sine * quarter[1],
      centre[2] + cosine * zero[2] + sine * quarter[2],
    );
    if (Number.isNaN(value)) return false;
    profile[sample] = value;
  }
  return true;
}

const turns = Float64Array.from(
  { length: samplesPerTurn },
  (_value, sample) => (2 * Math.PI * sample) / samplesPerTurn,
);
const cosines = turns.map(Math.cos);
const sines = turns.map(Math.sin);

/** NaN for a vector of no length. */
function unitVector(x: number, y: number, z: number): Vector3 {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
