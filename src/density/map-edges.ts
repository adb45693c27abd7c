// What was cut from a map: zeroed voxels, density that ends at a face of the box, faces that do not continue each other.
import type { DensityMap } from "./map.ts";
import { addToSums, computeStatistics, correlationOf, createSums } from "./statistics.ts";

export interface MapFace {
  readonly axis: "x" | "y" | "z";
  readonly side: "first" | "last";
  /**
   * Share of it that is like the inside of the molecule: strong values (mean and one standard deviation inside the mask), less
   * equally negative ones, which noise has as many of, over the same inside the mask. Null where the mask has none.
   */
  readonly dense: number | null;
}

export interface MapEdges {
  /** Share of voxels that are exactly 0. */
  readonly zeroShare: number;
  /** Most voxels are exactly 0: somebody has masked the map. */
  readonly isMasked: boolean;
  /** Share of the molecular mask that is exactly 0: the mask of the map cuts the model. */
  readonly zeroShareInMask: number | null;
  readonly faces: readonly MapFace[];
  /** A tenth or more of one face is like the molecule. */
  readonly isCutThrough: boolean;
  /** Correlation of the first with the last layer along x, y and z; null where one is constant. */
  readonly oppositeFaces: readonly (number | null)[];
  /** All three above 0.5: the box is one period of a crystal or of a calculated map. */
  readonly isPeriodic: boolean;
}

const maskedShare = 0.5;
const denseShare = 0.1;
const periodicCorrelation = 0.5;

/** `mask` is 1 at the voxels of the molecule. */
export function describeMapEdges(map: DensityMap, mask: Uint8Array): MapEdges {
  const { values, size } = map;
  let zeros = 0;
  let voxelsInMask = 0;
  let zerosInMask = 0;
  for (let voxel = 0; voxel < values.length; voxel++) {
    const isZero = values[voxel] === 0 ? 1 : 0;
    zeros += isZero;
    voxelsInMask += mask[voxel]!;
    zerosInMask += isZero * mask[voxel]!;
  }
  const zeroShare = zeros / Math.max(1, values.length);
  const density = densityLevel(map, mask);
  const faces = (["x", "y", "z"] as const).flatMap((axis, row) =>
    (["first", "last"] as const).map((side) => ({
      axis,
      side,
      dense: density && excess(layer(map, row, side === "first" ? 0 : size[row]! - 1), density) / density.inside,
    })),
  );
  const oppositeFaces = size.map((length, axis) => correlateLayers(map, axis, length - 1));
  return {
    zeroShare,
    isMasked: zeroShare > maskedShare,
    zeroShareInMask: voxelsInMask > 0 ? zerosInMask / voxelsInMask : null,
    faces,
    isCutThrough: faces.some(({ dense }) => dense !== null && dense > denseShare),
    oppositeFaces,
    isPeriodic: oppositeFaces.every((cc) => cc !== null && cc > periodicCorrelation),
  };
}

/** Values of one layer of voxels across an axis. */
function layer({ values, size }: DensityMap, axis: number, index: number): Float32Array {
  const strides = [1, size[0], size[0] * size[1]];
  const [u, v] = [0, 1, 2].filter((other) => other !== axis) as [number, number];
  const result = new Float32Array(size[u]! * size[v]!);
  for (let b = 0, at = 0; b < size[v]!; b++) {
    for (let a = 0; a < size[u]!; a++) {
      result[at++] = values[index * strides[axis]! + a * strides[u]! + b * strides[v]!]!;
    }
  }
  return result;
}

interface DensityLevel {
  /** Mean outside of the mask. */
  readonly base: number;
  /** Strong values are further from it than this. */
  readonly height: number;
  /** Excess of strong over equally negative values inside the mask. */
  readonly inside: number;
}

function densityLevel({ values }: DensityMap, mask: Uint8Array): DensityLevel | null {
  const molecule = computeStatistics(values, mask);
  if (molecule === null) return null;
  let sum = 0;
  for (const value of values) sum += value;
  const base = (sum - molecule.count * molecule.mean) / Math.max(1, values.length - molecule.count);
  const height = molecule.mean + molecule.sigma - base;
  if (!(height > 0)) return null;
  const inside = excess(values, { base, height }, mask);
  return inside > 0 ? { base, height, inside } : null;
}

/** Share of values above the base by more than the height, less the share as far below it. */
function excess(
  values: Float32Array,
  { base, height }: Pick<DensityLevel, "base" | "height">,
  mask?: Uint8Array,
): number {
  let balance = 0;
  let count = 0;
  for (let voxel = 0; voxel < values.length; voxel++) {
    if (mask !== undefined && mask[voxel] === 0) continue;
    count++;
    if (values[voxel]! > base + height) balance++;
    else if (values[voxel]! < base - height) balance--;
  }
  return balance / Math.max(1, count);
}

function correlateLayers(map: DensityMap, axis: number, last: number): number | null {
  if (last < 1) return null;
  const [one, other] = [layer(map, axis, 0), layer(map, axis, last)];
  const sums = createSums();
  for (let at = 0; at < one.length; at++) addToSums(sums, one[at]!, other[at]!);
  return correlationOf(sums);
}
