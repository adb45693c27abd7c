// Is the map's voxel size right: does the model fit better when it is made larger or smaller.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { lowPassMap } from "../../density/low-pass.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { addToSums, type CorrelationSums, correlationOf, createSums } from "../../density/statistics.ts";
import { type TrilinearGrid, trilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { centroid, type Vector3 } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";
import type { FitMaps } from "./fit-maps.ts";
import { type ModelRuler, measureRuler } from "./model-ruler.ts";
import { shareOutside } from "./share-outside.ts";

export interface ScaleCorrelation {
  /** The model is made larger by this factor about the middle of its mask. */
  readonly scale: number;
  readonly cc: number | null;
}

/** Correlation of detail in the map with that in the model map made larger and smaller. */
export interface PixelScale {
  /** Factor of best correlation: voxels are too large by it. Null where the correlation has no maximum from 0.96 to 1.04. */
  readonly best: number | null;
  /** Standard error of `best`, from leaving out eighths of the model one by one. */
  readonly error: number | null;
  readonly cc: readonly ScaleCorrelation[];
  readonly ccAtOne: number | null;
  /** Correlation at `best` less that at 1. */
  readonly gain: number | null;
  /** Distances of neighbouring CA atoms: the ruler that the model is. */
  readonly ruler: ModelRuler;
  /**
   * `best` differs from 1 by more than 0.005 and by more than four standard errors, and less than half of it is because the
   * model's own chain is too long or too short by the ruler. Null where it cannot be told: no maximum, no error, a model whose chain is no ruler, one of fewer than 200 atoms, or one of which a tenth or more is outside of the map.
   */
  readonly isOff: boolean | null;
}

const range = 0.04;
const steps = 16;
const mostPoints = 12_000;
const blocks = 8;
/** Smaller errors of the voxel size are of no consequence, and wrong B factors of a model can look like them. */
const leastOff = 0.005;
const errorsOff = 4;
/** Neighbouring CA atoms of refined models vary by 0.01 to 0.04 Angstrom. */
const loosestRuler = 0.08;
/** A model that fits worse than this says nothing about scale. */
const leastCorrelation = 0.3;
/** Detail is a value less the mean of those this far away, in units of the resolution. */
const detailReach = 0.5;

/**
 * Scales the model map, with a rigid shift refitted, against the map inside the molecular mask. The map is cut at the model's
 * resolution first: terms beyond would favour a smaller model, whose own terms reach further.
 */
export function measurePixelScale(
  engine: ComputeEngine,
  model: Model,
  { map, modelMap, mask, resolution }: Pick<FitMaps, "map" | "modelMap" | "mask" | "resolution">,
): PixelScale {
  const reach = detailReach * resolution;
  const values = lowPassMap(engine, map, resolution);
  const points = choosePoints({ ...map, values }, mask, reach);
  engine.memory.free(values);
  const ruler = measureRuler(model);
  const grid = trilinearGrid(map, modelMap);
  const evaluate = (scale: number, shift: Vector3): CorrelationSums[] =>
    correlateScaled(points, grid, { scale, shift, reach });
  const scales = Array.from({ length: steps + 1 }, (_value, step) => 1 - range + (2 * range * step) / steps);
  const ccOf = (scale: number, shift: Vector3): number => correlationOf(addSums(evaluate(scale, shift))) ?? -1;
  const coarse = scales.map((scale) => ccOf(scale, [0, 0, 0]));
  const shift = fitShift((trial) => ccOf(scales[indexOfMaximum(coarse)]!, trial));
  const parts = scales.map((scale) => evaluate(scale, shift));
  const cc = scales.map((scale, at) => ({ scale, cc: correlationOf(addSums(parts[at]!)) }));
  const ccAtOne = cc[steps / 2]!.cc;
  const top = ccAtOne === null ? null : maximumOf(cc);
  if (top === null || top.cc < leastCorrelation) {
    return { best: null, error: null, cc, ccAtOne, gain: null, ruler, isOff: null };
  }
  const error = jackknife(scales, parts);
  const gain = Math.max(0, top.cc - ccAtOne!);
  return {
    best: top.scale,
    error,
    cc,
    ccAtOne,
    gain,
    ruler,
    isOff: isTooSmall(model) || shareOutside(model, map) >= mostOutside ? null : judge(top.scale, error, ruler),
  };
}

/** From here on what the periodic model map brings in at the opposite faces pulls at the scale. */
const mostOutside = 0.1;

/** Eighths of a few residues say nothing about how sure their mean is. */
const fewestAtoms = 200;

function isTooSmall({ atoms }: Model): boolean {
  let heavy = 0;
  for (const element of atoms.element) if (!isHydrogenElement(element)) heavy++;
  return heavy < fewestAtoms;
}

function judge(best: number, error: number | null, { scale, spread }: ModelRuler): boolean | null {
  if (error === null || (spread !== null && spread > loosestRuler)) return null;
  const off = Math.abs(best - 1);
  return off > Math.max(leastOff, errorsOff * error) && Math.abs(best * (scale ?? 1) - 1) > 0.5 * off;
}

interface Points {
  readonly count: number;
  readonly xyz: Float64Array;
  /** Detail of the map. */
  readonly value: Float64Array;
  /** Eighth of the mask that the point lies in. */
  readonly block: Uint8Array;
  readonly centre: Vector3;
}

/**
 * Points inside the mask, one per chosen voxel and each off the grid in its own way: on grid points interpolation at a scale of
 * 1 would be exact and smooth at all others, which alone moves the maximum.
 */
function choosePoints(map: DensityMap, mask: Uint8Array, reach: number): Points {
  const frame = mapFrame(map);
  const [nx, ny, nz] = map.size;
  let inMask = 0;
  for (const value of mask) inMask += value;
  const count = Math.min(inMask, mostPoints);
  const stride = Math.max(1, inMask / mostPoints);
  const xyz = new Float64Array(3 * count);
  const value = new Float64Array(count);
  const grid = trilinearGrid(map);
  const { orthogonalization: o, corner } = frame;
  let kept = 0;
  let voxel = -1;
  let rank = -1;
  for (let at = 0; at < count; at++) {
    for (const wanted = Math.floor(at * stride); rank < wanted; ) if (mask[++voxel] === 1) rank++;
    const u = ((voxel % nx) + ((at * 0.8191725134) % 1) - 0.5) / nx;
    const v = ((Math.floor(voxel / nx) % ny) + ((at * 0.6710436067) % 1) - 0.5) / ny;
    const w = (Math.floor(voxel / (nx * ny)) + ((at * 0.5497004779) % 1) - 0.5) / nz;
    const x = corner[0] + o[0] * u + o[1] * v + o[2] * w;
    const y = corner[1] + o[4] * v + o[5] * w;
    const z = corner[2] + o[8] * w;
    const density = detailAt(grid, x, y, z, reach);
    if (Number.isNaN(density)) continue;
    xyz.set([x, y, z], 3 * kept);
    value[kept++] = density;
  }
  const chosen = xyz.subarray(0, 3 * kept);
  return { count: kept, xyz: chosen, value, block: splitBlocks(chosen), centre: centroid(chosen) };
}

/** Halves the points along their longest extent, three times over. */
function splitBlocks(xyz: Float64Array): Uint8Array {
  const block = new Uint8Array(xyz.length / 3);
  let sets = [Array.from(block.keys())];
  for (let size = 1; size < blocks; size *= 2) sets = sets.flatMap((rows) => halve(xyz, rows));
  sets.forEach((rows, index) => {
    for (const row of rows) block[row] = index;
  });
  return block;
}

function halve(xyz: Float64Array, rows: readonly number[]): [number[], number[]] {
  const extents = [0, 1, 2].map((axis) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      low = Math.min(low, xyz[3 * row + axis]!);
      high = Math.max(high, xyz[3 * row + axis]!);
    }
    return high - low;
  });
  const axis = indexOfMaximum(extents);
  const sorted = rows.toSorted((one, other) => xyz[3 * one + axis]! - xyz[3 * other + axis]!);
  const middle = sorted.length >> 1;
  return [sorted.slice(0, middle), sorted.slice(middle)];
}

/**
 * Value at a point less the mean of the six at a distance along the axes. The envelope of a molecule, which solvent, detergent
 * and B factors make wider or narrower, has no part in it. NaN where one of them is outside.
 */
function detailAt(grid: TrilinearGrid, x: number, y: number, z: number, reach: number): number {
  const around =
    trilinearValue(grid, x - reach, y, z) +
    trilinearValue(grid, x + reach, y, z) +
    trilinearValue(grid, x, y - reach, z) +
    trilinearValue(grid, x, y + reach, z) +
    trilinearValue(grid, x, y, z - reach) +
    trilinearValue(grid, x, y, z + reach);
  return trilinearValue(grid, x, y, z) - around / 6;
}

interface Placement {
  readonly scale: number;
  readonly shift: Vector3;
  readonly reach: number;
}

/** Sums over each block of details of the map and of the model map made larger by `scale` and moved by `shift`. */
function correlateScaled(points: Points, grid: TrilinearGrid, { scale, shift, reach }: Placement): CorrelationSums[] {
  const sums = Array.from({ length: blocks }, createSums);
  const { xyz, value, block, centre, count } = points;
  for (let at = 0; at < count; at++) {
    const model = detailAt(
      grid,
      centre[0] + (xyz[3 * at]! - shift[0] - centre[0]) / scale,
      centre[1] + (xyz[3 * at + 1]! - shift[1] - centre[1]) / scale,
      centre[2] + (xyz[3 * at + 2]! - shift[2] - centre[2]) / scale,
      reach,
    );
    addToSums(sums[block[at]!]!, value[at]!, Number.isNaN(model) ? 0 : model);
  }
  return sums;
}

/** Sums of all blocks but one. */
function addSums(parts: readonly CorrelationSums[], without = -1): CorrelationSums {
  const total = createSums();
  parts.forEach((part, index) => {
    if (index === without) return;
    for (const key of ["count", "x", "y", "xx", "yy", "xy"] as const) total[key] += part[key];
  });
  return total;
}

const shiftStep = 0.4;
const shiftRounds = 2;

/** Top of parabolas along the three axes, twice. */
function fitShift(ccOf: (shift: Vector3) => number): Vector3 {
  const shift: [number, number, number] = [0, 0, 0];
  for (let round = 0; round < shiftRounds; round++) {
    const middle = ccOf(shift);
    for (let axis = 0; axis < 3; axis++) {
      const [low, high] = [-shiftStep, shiftStep].map((move) => {
        const trial: [number, number, number] = [...shift];
        trial[axis]! += move;
        return ccOf(trial);
      }) as [number, number];
      const bend = low - 2 * middle + high;
      const move = bend < 0 ? (0.5 * shiftStep * (low - high)) / bend : 0;
      shift[axis]! += Math.max(-2 * shiftStep, Math.min(2 * shiftStep, move));
    }
  }
  return shift;
}

/** Top of the parabola through the highest inner point and its neighbours; null where an end is highest. */
function maximumOf(points: readonly ScaleCorrelation[]): { readonly scale: number; readonly cc: number } | null {
  if (points.some(({ cc }) => cc === null)) return null;
  const at = indexOfMaximum(points.map(({ cc }) => cc!));
  if (at === 0 || at === points.length - 1) return null;
  const [low, middle, high] = points.slice(at - 1, at + 2).map(({ cc }) => cc!) as [number, number, number];
  const step = points[at]!.scale - points[at - 1]!.scale;
  const bend = low - 2 * middle + high;
  const move = bend < 0 ? (0.5 * (low - high)) / bend : 0;
  return { scale: points[at]!.scale + step * move, cc: middle - 0.25 * (low - high) * move };
}

/** Standard error of the best scale by leaving out one block at a time; null where one of them has no maximum. */
function jackknife(scales: readonly number[], parts: readonly (readonly CorrelationSums[])[]): number | null {
  const tops: number[] = [];
  for (let block = 0; block < blocks; block++) {
    const top = maximumOf(scales.map((scale, at) => ({ scale, cc: correlationOf(addSums(parts[at]!, block)) })));
    if (top === null) return null;
    tops.push(top.scale);
  }
  const mean = tops.reduce((sum, value) => sum + value, 0) / blocks;
  return Math.sqrt(((blocks - 1) / blocks) * tops.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}

function indexOfMaximum(values: readonly number[]): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}
