// How the values of a map are distributed.
import type { DensityMap } from "./map.ts";
import { computeStatistics, mapStatistics } from "./statistics.ts";

export interface ValueHistogram {
  /** Lower end of the first bin and upper end of the last; bins are equally wide. */
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

export interface MapValues {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly sigma: number;
  /** Third and fourth standardised moments (0 and 3 for Gaussian noise); null for a constant map. */
  readonly skewness: number | null;
  readonly kurtosis: number | null;
  /** Share of voxels that are exactly 0. */
  readonly zeroShare: number;
  /** Of the voxels that are not exactly 0; null where all are. */
  readonly sigmaOfNonZero: number | null;
  /** Inside the mask; null without one. */
  readonly meanInMask: number | null;
  readonly sigmaInMask: number | null;
  readonly isConstant: boolean;
  /** 64 bins from minimum to maximum; null for a constant map. */
  readonly histogram: ValueHistogram | null;
}

const bins = 64;

/** Moments and histogram over all voxels, and over those of a mask. Null for a map without voxels. */
export function describeMapValues(map: DensityMap, mask?: Uint8Array): MapValues | null {
  const { values } = map;
  const statistics = mapStatistics(map);
  if (statistics === null) return null;
  const { minimum, maximum, mean, sigma, count } = statistics;
  const isConstant = minimum === maximum;
  const width = (maximum - minimum) / bins;
  const counts = new Array<number>(bins).fill(0);
  let [zeros, third, fourth] = [0, 0, 0];
  for (let voxel = 0; voxel < values.length; voxel++) {
    const value = values[voxel]!;
    if (value === 0) zeros++;
    const deviation = value - mean;
    const square = deviation * deviation;
    third += square * deviation;
    fourth += square * square;
    if (!isConstant) counts[Math.min(bins - 1, Math.floor((value - minimum) / width))]! += 1;
  }
  const inMask = mask === undefined ? null : computeStatistics(values, mask);
  return {
    minimum,
    maximum,
    mean,
    sigma,
    skewness: isConstant ? null : third / count / sigma ** 3,
    kurtosis: isConstant ? null : fourth / count / sigma ** 4,
    zeroShare: zeros / count,
    sigmaOfNonZero: computeStatistics(values, undefined, true)?.sigma ?? null,
    meanInMask: inMask?.mean ?? null,
    sigmaInMask: inMask?.sigma ?? null,
    isConstant,
    histogram: isConstant ? null : { low: minimum, high: maximum, counts },
  };
}
