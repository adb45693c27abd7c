// Tables over angles: values at the centres of bins, linear between them, wrapped or ending at their bounds.

/** Bins of equal width from `from` to `to`, degrees. */
export interface GridAxis {
  readonly from: number;
  readonly to: number;
  readonly bins: number;
  /** Whether the last bin is followed by the first. */
  readonly wraps: boolean;
}

export interface GridTable {
  readonly axes: readonly GridAxis[];
  /** Per bin, last axis fastest. */
  readonly values: Float32Array;
}

const scratchLow = new Int32Array(8);
const scratchHigh = new Int32Array(8);
const scratchPart = new Float64Array(8);

/**
 * Multilinear value among the 2^n bin centres around a point. Wrapped axes take any angle, others the value of their first
 * or last centre beyond it.
 */
export function tableValue(table: GridTable, point: ArrayLike<number>): number {
  const { axes, values } = table;
  const dimensions = axes.length;
  for (let axis = 0; axis < dimensions; axis++) {
    const { from, to, bins, wraps } = axes[axis]!;
    const position = ((point[axis]! - from) / (to - from)) * bins - 0.5;
    const below = Math.floor(position);
    scratchPart[axis] = position - below;
    scratchLow[axis] = binWithin(below, bins, wraps);
    scratchHigh[axis] = binWithin(below + 1, bins, wraps);
  }
  let sum = 0;
  for (let corner = 0; corner < 1 << dimensions; corner++) {
    let weight = 1;
    let cell = 0;
    for (let axis = 0; axis < dimensions; axis++) {
      const isHigh = (corner >> axis) & 1;
      weight *= isHigh ? scratchPart[axis]! : 1 - scratchPart[axis]!;
      cell = cell * axes[axis]!.bins + (isHigh ? scratchHigh[axis]! : scratchLow[axis]!);
    }
    if (weight > 0) sum += weight * values[cell]!;
  }
  return sum;
}

function binWithin(bin: number, bins: number, wraps: boolean): number {
  if (wraps) return ((bin % bins) + bins) % bins;
  return Math.max(0, Math.min(bins - 1, bin));
}

/** Number of bins of all axes together. */
export function binCount(axes: readonly GridAxis[]): number {
  return axes.reduce((product, { bins }) => product * bins, 1);
}
