// The target map: scaled copy in the kernels' memory, sampled at atom centres.
import { InputError } from "../base/errors.ts";
import { blockAround, copyBlock, gridOfBlock } from "../density/crop.ts";
import { lowPassMap } from "../density/low-pass.ts";
import { type DensityMap, type MapBlock, type MapGrid, mapFrame } from "../density/map.ts";
import { paintDilatedMask } from "../density/mask.ts";
import { computeStatistics } from "../density/statistics.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import type { SampleGrid } from "../kernels/reference/interpolation.ts";
import type { AtomTable } from "../model/model.ts";
import type { MapScale } from "./refine-options.ts";
import type { DensitySampler } from "./target.ts";

/** How far beyond the molecule the map is taken to set its scale, Angstrom. */
const scalingMargin = 5;
/** How far beyond the molecule the target map reaches: at least this, Angstrom, and so many times the resolution. */
const leastMargin = 10;
const marginPerResolution = 3;

/** The part of the map around the model, filtered and with mean 0 and sigma 1 over the chosen region. */
export interface TargetMap {
  readonly map: MapGrid;
  /** Scaled values in the engine's memory. */
  readonly values: Float32Array;
  readonly scale: MapScale;
}

export interface TargetMapOptions {
  /** Where mean and sigma are taken: the molecular mask dilated by 5 Angstrom without exact zeros, or the whole box. */
  readonly region: "mask" | "box";
  /** Terms of d below this are filtered away, Angstrom; null: none. What lies beyond the resolution is noise. */
  readonly filterTo: number | null;
}

/** Prepares a copy of the map. Throws InputError MAP_CONSTANT where there is nothing to refine against. */
export function prepareTargetMap(
  engine: ComputeEngine,
  whole: DensityMap,
  atoms: AtomTable,
  { region, filterTo }: TargetMapOptions,
): TargetMap {
  const block = blockAround(whole, atoms.xyz, Math.max(leastMargin, marginPerResolution * (filterTo ?? 0)));
  const map = gridOfBlock(whole, block);
  const values = filterTo === null ? copyOf(engine, whole, block) : lowPassMap(engine, whole, filterTo, block);
  const mask = region === "box" ? undefined : scalingMask(engine, whole, block, atoms);
  const statistics = mask === undefined ? computeStatistics(whole.values) : computeStatistics(values, mask);
  if (mask !== undefined) engine.memory.free(mask);
  if (statistics === null || !(statistics.sigma > 0)) {
    throw new InputError({
      code: "MAP_CONSTANT",
      message: "The map is constant around the model: there is nothing to refine against",
    });
  }
  const { mean, sigma, count } = statistics;
  for (let voxel = 0; voxel < values.length; voxel++) values[voxel] = (values[voxel]! - mean) / sigma;
  return { map, values, scale: { region, filteredTo: filterTo, mean, sigma, voxels: count } };
}

function copyOf(engine: ComputeEngine, map: DensityMap, block: MapBlock): Float32Array {
  const copy = engine.memory.rawFloat32(block.size[0] * block.size[1] * block.size[2]);
  copyBlock(map, block, copy, block.size);
  return copy;
}

/** The molecular mask dilated by 5 Angstrom, without what is exactly zero in the input: there the map was cut away. */
function scalingMask(engine: ComputeEngine, whole: DensityMap, block: MapBlock, atoms: AtomTable): Uint8Array {
  const frame = mapFrame(gridOfBlock(whole, block));
  const mask = paintDilatedMask(engine, frame, atoms.xyz, atoms.element, atoms.count, scalingMargin);
  const { begin, size } = block;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const from = begin[0] + whole.size[0] * (y + begin[1] + whole.size[1] * (z + begin[2]));
      const to = size[0] * (y + size[1] * z);
      for (let x = 0; x < size[0]; x++) if (whole.values[from + x] === 0) mask[to + x] = 0;
    }
  }
  return mask;
}

/** Tricubic sampler of the atoms whose factor is not zero, the others keep zeros; points outside the box give zero. */
export function createSampler(
  engine: ComputeEngine,
  map: MapGrid,
  values: Float32Array,
  mapFactor: Float64Array,
): DensitySampler {
  const atomCount = mapFactor.length;
  const sampled: number[] = [];
  mapFactor.forEach((factor, atom) => {
    if (factor !== 0) sampled.push(atom);
  });
  const rows = engine.memory.int32(sampled.length);
  rows.set(sampled);
  const frame = mapFrame(map);
  const [nx, ny, nz] = frame.size;
  const toGrid = engine.memory.float64(9);
  frame.fractionalization.forEach((element, index) => {
    toGrid[index] = element * frame.size[Math.floor(index / 3)]!;
  });
  const corner = engine.memory.float64(3);
  corner.set(frame.corner);
  const grid: SampleGrid = { values, nx, ny, nz, toGrid, corner, periodic: false };
  const xyz = engine.memory.float64(3 * atomCount);
  const sampler = {
    values: engine.memory.float64(atomCount),
    gradients: engine.memory.float64(3 * atomCount),
    sample(coordinates: Float64Array): void {
      const isPlaced = engine.memory.owns(coordinates);
      if (!isPlaced) xyz.set(coordinates);
      engine.kernels.sampleTricubic(grid, isPlaced ? coordinates : xyz, rows, sampler.values, sampler.gradients);
    },
  };
  return sampler;
}
