// The weight of the map: as large as geometry and contacts allow.
import { squaredDistance } from "../math/internal-coordinates.ts";
import type { StateMeasure } from "./target.ts";

/** Ceilings that a weight must respect. */
export interface WeightLimits {
  /** Angstrom. */
  readonly bondRmsd: number;
  /** Degrees. */
  readonly angleRmsd: number;
  /** Close pairs of all atoms and of non-hydrogen atoms; null: not watched. */
  readonly closePairs: number | null;
  readonly closeHeavyPairs: number | null;
}

/** The weight follows the sound restraints: a knot in one place must not take the map away from all others. */
type MeasuredGeometry = Pick<StateMeasure, "bonds" | "angles" | "closePairs" | "closeHeavyPairs">;

/** What a state says about the weight that made it. */
export interface WeightVerdict {
  /** Factor by which the weight may grow (above 1) or must shrink, from the tightest limit. */
  readonly factor: number;
  readonly limitedBy: "bonds" | "angles" | "contacts";
}

/** Where the search begins, in units of a map of mean 0 and sigma 1. */
export const firstWeight = 25;
export const largestWeight = 1000;
export const smallestWeight = 0.01;
/** The automatic weight aims this far below the ceilings, so that the last cycle does not end above them. */
const aim = 0.95;
/** How the weight follows from what it causes: near the ceilings bond rmsd grows like w^0.9 and angle rmsd like w^0.45. */
const bondExponent = 1.1;
const angleExponent = 2.2;
/** Step of the weight while there are more contacts than allowed. */
const contactStep = 0.9;

export function hasExcessContacts(state: MeasuredGeometry, limits: WeightLimits): boolean {
  return (
    (limits.closePairs !== null && state.closePairs > limits.closePairs) ||
    (limits.closeHeavyPairs !== null && state.closeHeavyPairs > limits.closeHeavyPairs)
  );
}

/** Compares a state with the limits. */
export function judgeWeight(state: MeasuredGeometry, limits: WeightLimits): WeightVerdict {
  const bonds = ((aim * limits.bondRmsd) / Math.max(state.bonds.sound, 1e-6)) ** bondExponent;
  const angles = ((aim * limits.angleRmsd) / Math.max(state.angles.sound, 1e-4)) ** angleExponent;
  const tightest: WeightVerdict =
    bonds < angles ? { factor: bonds, limitedBy: "bonds" } : { factor: angles, limitedBy: "angles" };
  if (!hasExcessContacts(state, limits) || tightest.factor < contactStep) return tightest;
  return { factor: contactStep, limitedBy: "contacts" };
}

/**
 * Factor of contacts and supplementary restraints where the model map counts more than its noise says: strain would otherwise go
 * where it is softest, into torsions, rotamers and contacts, instead of the bonds and angles that the weight is judged by.
 */
export function firmnessAt(modelMapWeight: number): number {
  return Math.max(1, modelMapWeight) ** 0.25;
}

/** How far above what restraints alone reach a limit must lie to say something about the weight. */
const aboveFloor = 1.15;

/**
 * Limits that a weight can be judged by where restraints alone (`floor`: the state without a map) do not keep the given ones:
 * a model that is still strained would otherwise lose its map for faults the map did not cause.
 */
export function raiseToFloor(limits: WeightLimits, floor: MeasuredGeometry): WeightLimits {
  return {
    ...limits,
    bondRmsd: Math.max(limits.bondRmsd, (aboveFloor * floor.bonds.sound) / aim),
    angleRmsd: Math.max(limits.angleRmsd, (aboveFloor * floor.angles.sound) / aim),
  };
}

/** Free atoms of the weight trials: spheres around evenly spread atoms, about `most` atoms in all. */
export function representativeBlocks(xyz: Float64Array, free: Int32Array, most: number, blocks: number): Uint8Array {
  const chosen = new Uint8Array(xyz.length / 3);
  if (free.length <= most) {
    for (const atom of free) chosen[atom] = 1;
    return chosen;
  }
  const perBlock = Math.floor(most / blocks);
  for (let block = 0; block < blocks; block++) {
    const centre = free[Math.floor(((block + 0.5) * free.length) / blocks)]!;
    const distances = Float64Array.from(free, (atom) => squaredDistance(xyz, atom, centre));
    const limit = distances.toSorted()[perBlock - 1]!;
    free.forEach((atom, row) => {
      if (distances[row]! <= limit) chosen[atom] = 1;
    });
  }
  return chosen;
}
