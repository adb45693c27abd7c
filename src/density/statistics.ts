// Means, deviations and correlations of map values over sets of voxels.

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
  const sums = createSums();
  for (let voxel = 0; voxel < first.length; voxel++) {
    if (mask === undefined || mask[voxel] === 1) addToSums(sums, first[voxel]!, second[voxel]!);
  }
  return sums;
}

/** The value that exactly `rank` others exceed or equal from above: rank 0 is the maximum. */
export function valueOfRank(values: Float32Array, rank: number): number {
  const sorted = values.toSorted();
  return sorted[Math.max(0, sorted.length - 1 - rank)]!;
}
