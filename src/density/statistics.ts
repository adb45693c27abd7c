// Means, deviations and correlations of map values over sets of voxels.
import type { DensityMap } from "./map.ts";

export interface ValueStatistics {
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly sigma: number;
}

/** Statistics over voxels of a mask (all without one), leaving out exact zeros when asked; null where none is left. */
export function computeStatistics(values: Float32Array, mask?: Uint8Array, skipZeros = false): ValueStatistics | null {
  let count = 0;
  let sum = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let voxel = 0; voxel < values.length; voxel++) {
    if (mask !== undefined && mask[voxel] === 0) continue;
    const value = values[voxel]!;
    if (skipZeros && value === 0) continue;
    count++;
    sum += value;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  if (count === 0) return null;
  const mean = sum / count;
  let squares = 0;
  for (let voxel = 0; voxel < values.length; voxel++) {
    if (mask !== undefined && mask[voxel] === 0) continue;
    const value = values[voxel]!;
    if (skipZeros && value === 0) continue;
    squares += (value - mean) * (value - mean);
  }
  return { count, minimum, maximum, mean, sigma: Math.sqrt(squares / count) };
}

/** Sums from which correlations follow. */
export interface CorrelationSums {
  count: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

export function createSums(): CorrelationSums {
  return { count: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
}

export function addToSums(sums: CorrelationSums, x: number, y: number): void {
  sums.count++;
  sums.x += x;
  sums.y += y;
  sums.xx += x * x;
  sums.yy += y * y;
  sums.xy += x * y;
}

/** Centred (Pearson) coefficient; null for fewer than three points or a constant side. */
export function correlationOf(sums: CorrelationSums): number | null {
  const { count, x, y } = sums;
  if (count < 3) return null;
  const varianceX = sums.xx - (x * x) / count;
  const varianceY = sums.yy - (y * y) / count;
  if (!(varianceX > 1e-12 * sums.xx) || !(varianceY > 1e-12 * sums.yy)) return null;
  return (sums.xy - (x * y) / count) / Math.sqrt(varianceX * varianceY);
}

/** The form without mean subtraction: sum xy / sqrt(sum xx sum yy). */
export function uncentredCorrelationOf(sums: CorrelationSums): number | null {
  if (sums.count < 1 || !(sums.xx > 0) || !(sums.yy > 0)) return null;
  return sums.xy / Math.sqrt(sums.xx * sums.yy);
}

/** Correlation sums of two maps over a mask, or over all voxels. */
export function sumOverMask(first: Float32Array, second: Float32Array, mask?: Uint8Array): CorrelationSums {
  // In variables: numbers that change in an object are allocated anew each time.
  let [count, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let voxel = 0; voxel < first.length; voxel++) {
    if (mask !== undefined && mask[voxel] !== 1) continue;
    const a = first[voxel]!;
    const b = second[voxel]!;
    count++;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return { count, x, y, xx, yy, xy };
}

/** Correlation sums of two maps over the voxels where the first or the second is at least as high as its limit. */
export function sumWhereHigh(
  first: Float32Array,
  second: Float32Array,
  firstLimit: number,
  secondLimit: number,
): CorrelationSums {
  const mask = new Uint8Array(first.length);
  for (let voxel = 0; voxel < first.length; voxel++) {
    if (first[voxel]! >= firstLimit || second[voxel]! >= secondLimit) mask[voxel] = 1;
  }
  return sumOverMask(first, second, mask);
}

const mapStatisticsOf = new WeakMap<DensityMap, ValueStatistics | null>();

/** Statistics over all voxels of a map, computed once. */
export function mapStatistics(map: DensityMap): ValueStatistics | null {
  const known = mapStatisticsOf.get(map);
  if (known !== undefined) return known;
  const statistics = computeStatistics(map.values);
  mapStatisticsOf.set(map, statistics);
  return statistics;
}

/** The mean of a density lies nearer to zero than this, in standard deviations, even in a box that the molecule fills. */
const farthestMean = 2;

/**
 * A constant that has been added to a map, as in files of unsigned integers: its mean, where that is more than two standard
 * deviations from zero; else 0, because the mean of a box cut around a molecule is not the level of the solvent.
 */
export function offsetOf(values: Float32Array | Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += (values[at]! - mean) ** 2;
  return Math.abs(mean) > farthestMean * Math.sqrt(squares / values.length) ? mean : 0;
}

/** Bins of the first look at the values: few are left in the one that is wanted. */
const rankBins = 1 << 16;

/** The value with `rank` values above or equal to it, itself aside: rank 0 is the maximum. */
export function valueOfRank(values: Float32Array, rank: number): number {
  if (values.length === 0) return Number.NaN;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return high;
  const scale = (rankBins - 1) / (high - low);
  const counts = new Uint32Array(rankBins);
  for (let at = 0; at < values.length; at++) counts[Math.floor((values[at]! - low) * scale)]!++;
  let left = Math.min(Math.max(0, rank), values.length - 1);
  let bin = rankBins - 1;
  for (; counts[bin]! <= left; bin--) left -= counts[bin]!;
  const candidates = new Float32Array(counts[bin]!);
  let kept = 0;
  for (let at = 0; at < values.length; at++) {
    if (Math.floor((values[at]! - low) * scale) === bin) candidates[kept++] = values[at]!;
  }
  return candidates.toSorted()[kept - 1 - left]!;
}

/** Values of a map at chosen voxels, with what a correlation needs of them. */
export interface VoxelSelection {
  readonly voxels: Int32Array;
  /** Less their mean. */
  readonly centred: Float64Array;
  readonly squares: number;
}

export function selectVoxels(values: Float32Array, mask: Uint8Array): VoxelSelection {
  let count = 0;
  let sum = 0;
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] === 0) continue;
    count++;
    sum += values[voxel]!;
  }
  const voxels = new Int32Array(count);
  const centred = new Float64Array(count);
  let squares = 0;
  for (let voxel = 0, row = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] === 0) continue;
    const value = values[voxel]! - sum / count;
    voxels[row] = voxel;
    centred[row++] = value;
    squares += value * value;
  }
  return { voxels, centred, squares };
}

/** Centred coefficient of the selected map with another one; null for fewer than three voxels or a constant side. */
export function correlateSelection({ voxels, centred, squares }: VoxelSelection, other: Float32Array): number | null {
  if (voxels.length < 3 || !(squares > 0)) return null;
  let sum = 0;
  let sumSquares = 0;
  let product = 0;
  for (let row = 0; row < voxels.length; row++) {
    const value = other[voxels[row]!]!;
    sum += value;
    sumSquares += value * value;
    product += centred[row]! * value;
  }
  const variance = sumSquares - (sum * sum) / voxels.length;
  return variance > 1e-12 * sumSquares ? product / Math.sqrt(squares * variance) : null;
}
