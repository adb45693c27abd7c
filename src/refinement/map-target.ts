// The target map: scaled copy in the kernels' memory, sampled at atom centres.
import { InputError } from "../base/errors.ts";
import { type DensityMap, mapFrame } from "../density/map.ts";
import { computeDilatedMask } from "../density/mask.ts";
import { computeStatistics } from "../density/statistics.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import type { SampleGrid } from "../kernels/reference/density.ts";
import type { AtomTable } from "../model/model.ts";
import type { MapScale } from "./refine-options.ts";
import type { DensitySampler } from "./target.ts";

/** How far beyond the molecule the map is taken to set its scale, Angstrom. */
const scalingMargin = 5;

/** A map with mean 0 and sigma 1 over the chosen region. */
export interface ScaledMap {
  readonly values: Float32Array;
  readonly scale: MapScale;
}

/**
 * Scales a copy of the map; the region is the molecular mask dilated by 5 Angstrom without exact zeros, or the whole box.
 * Throws InputError MAP_CONSTANT where there is nothing to scale.
 */
export function scaleMap(engine: ComputeEngine, map: DensityMap, atoms: AtomTable, region: "mask" | "box"): ScaledMap {
  const mask =
    region === "mask"
      ? computeDilatedMask(mapFrame(map), atoms.xyz, atoms.element, atoms.count, scalingMargin)
      : undefined;
  const statistics = computeStatistics(map.values, mask, region === "mask");
  if (statistics === null || !(statistics.sigma > 0)) {
    throw new InputError({
      code: "MAP_CONSTANT",
      message: "The map is constant around the model: there is nothing to refine against",
    });
  }
  const { mean, sigma, count } = statistics;
  const values = engine.memory.float32(map.values.length);
  for (let voxel = 0; voxel < values.length; voxel++) values[voxel] = (map.values[voxel]! - mean) / sigma;
  return { values, scale: { region, mean, sigma, voxels: count } };
}

/** Tricubic sampler of the atoms whose factor is not zero, the others keep zeros; points outside the box give zero. */
export function createSampler(
  engine: ComputeEngine,
  map: DensityMap,
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
      xyz.set(coordinates);
      engine.kernels.sampleTricubic(grid, xyz, rows, sampler.values, sampler.gradients);
    },
  };
  return sampler;
}
