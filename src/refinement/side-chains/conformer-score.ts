// Energies of one side chain while its torsions turn: density, rotamer and contacts.
import { cubicValue } from "./cubic-grid.ts";
import { type DensityEvidence, imageOverlap } from "./density-evidence.ts";
import { isRotamerOutlier, periodicDelta, rotamerEnergy } from "./rotamer-prior.ts";
import { measureChis, type SearchedSideChain, turnAtoms } from "./searched-side-chains.ts";
import { type Fence, fenceEnergy } from "./surroundings.ts";

/** Atoms of the backbone that a move has put elsewhere. */
export interface MovedBackbone {
  /** Degrees. */
  readonly angle: number;
  readonly rows: Int32Array;
  readonly heavyCount: number;
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** What the move costs, without the side chain. */
  readonly energy: number;
}

/** Energies are negative log-likelihoods: lower is better. */
export interface Conformer {
  /** Places of the side chain's atoms, x y z each, Angstrom. */
  readonly positions: Float64Array;
  /** Degrees. */
  readonly chis: readonly number[];
  /** Whether it is where the model has it now. */
  readonly isPresent: boolean;
  /** Null where the backbone stays. */
  readonly backbone: MovedBackbone | null;
  readonly density: number;
  /** Density that it has, and that it would have with all atoms there, as log-likelihoods. */
  readonly found: number;
  readonly full: number;
  readonly rotamer: number;
  readonly clash: number;
  readonly energy: number;
}

/** Turns a side chain in the coordinates it works on, and judges it there. */
export interface Scorer {
  setChis(chis: readonly number[]): void;
  turn(axis: number, degrees: number): void;
  /** Density and rotamer only. */
  quickEnergy(): number;
  judge(): Conformer;
  read(): Float64Array;
  restore(positions: Float64Array): void;
}

/** Contacts worse than this are equally impossible. */
export const clashLimit = 200;
/** What validation calls an outlier must be paid by the density on top of how rare it is. */
const outlierCost = 4;

/**
 * `work` holds the coordinates of all atoms; those of the side chain are changed. Density is judged with the other side chains away,
 * or where they are now.
 */
export function createScorer(
  chain: SearchedSideChain,
  evidence: DensityEvidence | null,
  fence: Fence,
  work: Float64Array,
  { backbone = null, isAlone = true }: { readonly backbone?: MovedBackbone | null; readonly isAlone?: boolean } = {},
): Scorer {
  const { atoms, turns, prior } = chain;
  const positions = new Float64Array(3 * atoms.length);
  const present = isAlone ? null : placesOf(work, atoms);
  const density = { gain: 0, found: 0, full: 0 };
  const collect = (): void => {
    for (let at = 0; at < atoms.length; at++) {
      const row = 3 * atoms[at]!;
      positions[3 * at] = work[row]!;
      positions[3 * at + 1] = work[row + 1]!;
      positions[3 * at + 2] = work[row + 2]!;
    }
    if (evidence !== null) measureGain(evidence, chain, positions, { backbone, present }, density);
  };
  const turn = (axis: number, degrees: number): void => {
    const { four, moved } = turns[axis]!;
    turnAtoms(work, four[1], four[2], moved, degrees);
  };
  const rotamerOf = (chis: readonly number[]): number =>
    rotamerEnergy(prior, chis) + (isRotamerOutlier(prior, chis) ? outlierCost : 0);
  return {
    turn,
    setChis(chis) {
      const before = measureChis(chain, work);
      chis.forEach((chi, axis) => turn(axis, periodicDelta(chi, before[axis]!, turns[axis]!.period)));
    },
    quickEnergy() {
      collect();
      return rotamerOf(measureChis(chain, work)) - density.gain;
    },
    judge() {
      collect();
      const chis = measureChis(chain, work);
      const rotamer = rotamerOf(chis);
      const clash = Math.min(clashLimit, fenceEnergy(fence, positions, atoms.length, clashLimit));
      return {
        positions: positions.slice(),
        chis,
        isPresent: false,
        backbone,
        density: -density.gain,
        found: density.found,
        full: density.full,
        rotamer,
        clash,
        energy: rotamer + clash - density.gain + (backbone?.energy ?? 0),
      };
    },
    read() {
      collect();
      return positions.slice();
    },
    restore(from) {
      atoms.forEach((row, at) => work.set(from.subarray(3 * at, 3 * at + 3), 3 * row));
    },
  };
}

/**
 * Log-likelihood that a map gains by images of a side chain's atoms at these places. Density above what the images give there
 * is no evidence for them.
 */
function measureGain(
  evidence: DensityEvidence,
  { atoms, heavyCount }: SearchedSideChain,
  positions: Float64Array,
  { backbone, present }: { readonly backbone: MovedBackbone | null; readonly present: Float64Array | null },
  out: { gain: number; found: number; full: number },
): void {
  const { amplitude, gain, rest } = evidence;
  let found = 0;
  let full = 0;
  for (let i = 0; i < heavyCount; i++) {
    const x = positions[3 * i]!;
    const y = positions[3 * i + 1]!;
    const z = positions[3 * i + 2]!;
    let own = 0;
    for (let j = 0; j < heavyCount; j++) {
      const squared =
        (x - positions[3 * j]!) ** 2 + (y - positions[3 * j + 1]!) ** 2 + (z - positions[3 * j + 2]!) ** 2;
      own += amplitude[atoms[j]!]! * imageOverlap(evidence, squared);
    }
    let there = cubicValue(present === null ? gain : rest, x, y, z);
    if (present !== null) there += imagesAt(evidence, atoms, heavyCount, present, [x, y, z]);
    if (backbone !== null) there += shiftedOverlap(evidence, backbone, x, y, z);
    found += amplitude[atoms[i]!]! * Math.min(own, there);
    full += amplitude[atoms[i]!]! * own;
  }
  out.gain = found - full / 2;
  out.found = found;
  out.full = full;
}

/** Images of some atoms at a place. */
function imagesAt(
  evidence: DensityEvidence,
  rows: ArrayLike<number>,
  count: number,
  places: Float64Array,
  [x, y, z]: readonly [number, number, number],
): number {
  let sum = 0;
  for (let j = 0; j < count; j++) {
    const squared = (x - places[3 * j]!) ** 2 + (y - places[3 * j + 1]!) ** 2 + (z - places[3 * j + 2]!) ** 2;
    sum += evidence.amplitude[rows[j]!]! * imageOverlap(evidence, squared);
  }
  return sum;
}

/** What the map gains at a place because atoms of the backbone are no longer where they were taken out. */
function shiftedOverlap(
  evidence: DensityEvidence,
  { rows, heavyCount, before, after }: MovedBackbone,
  x: number,
  y: number,
  z: number,
): number {
  let sum = 0;
  for (let j = 0; j < heavyCount; j++) {
    const then = (x - before[3 * j]!) ** 2 + (y - before[3 * j + 1]!) ** 2 + (z - before[3 * j + 2]!) ** 2;
    const now = (x - after[3 * j]!) ** 2 + (y - after[3 * j + 1]!) ** 2 + (z - after[3 * j + 2]!) ** 2;
    sum += evidence.amplitude[rows[j]!]! * (imageOverlap(evidence, then) - imageOverlap(evidence, now));
  }
  return sum;
}

/** Log-likelihood of atoms that stood still once they have moved from one place to another, relative to before. */
export function movedGain(
  evidence: DensityEvidence,
  rows: ArrayLike<number>,
  heavyCount: number,
  before: Float64Array,
  after: Float64Array,
): number {
  const { amplitude, gain } = evidence;
  const explained = (places: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < heavyCount; i++) {
      const [x, y, z] = [places[3 * i]!, places[3 * i + 1]!, places[3 * i + 2]!];
      let there = cubicValue(gain, x, y, z);
      for (let j = 0; j < heavyCount; j++) {
        const then = (x - before[3 * j]!) ** 2 + (y - before[3 * j + 1]!) ** 2 + (z - before[3 * j + 2]!) ** 2;
        const now = (x - places[3 * j]!) ** 2 + (y - places[3 * j + 1]!) ** 2 + (z - places[3 * j + 2]!) ** 2;
        there += amplitude[rows[j]!]! * (imageOverlap(evidence, then) - 0.5 * imageOverlap(evidence, now));
      }
      sum += amplitude[rows[i]!]! * there;
    }
    return sum;
  };
  return explained(after) - explained(before);
}

/** Places of atoms, x y z each. */
export function placesOf(xyz: Float64Array, rows: ArrayLike<number>): Float64Array {
  const places = new Float64Array(3 * rows.length);
  for (let at = 0; at < rows.length; at++) places.set(xyz.subarray(3 * rows[at]!, 3 * rows[at]! + 3), 3 * at);
  return places;
}
