// Masks without a model: from the density itself, and from a map of a mask.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { type DensityMap, mapFrame } from "./map.ts";
import { filterValues } from "./map-transform.ts";
import { ballTransform, clampValues } from "./soft-mask.ts";
import { trilinearGrid, trilinearValue } from "./trilinear.ts";

/** Part of the highest local variance from which on a voxel counts as molecule. */
const varianceThreshold = 0.05;

/**
 * Soft mask of a map without a model: where the mean of (density - mean)^2 to the resolution over a ball of 2 d is at least 0.05 of
 * its maximum, with an edge of d to both sides of that border. Null for a constant map.
 */
export function densityMask(engine: ComputeEngine, map: DensityMap, resolution: number): Float32Array | null {
  const frame = mapFrame(map);
  // Noise beyond the resolution would hide the molecule.
  const values = filterValues(engine, map.values, frame, (s) => (s * resolution > 1 ? 0 : 1));
  let mean = 0;
  for (let at = 0; at < values.length; at++) mean += values[at]!;
  mean /= values.length;
  const squares = values;
  for (let at = 0; at < values.length; at++) squares[at] = (values[at]! - mean) ** 2;
  const variance = filterValues(engine, squares, frame, ballTransform(2 * resolution));
  let highest = 0;
  for (let at = 0; at < variance.length; at++) if (variance[at]! > highest) highest = variance[at]!;
  if (!(highest > 0)) return null;
  const hard = new Uint8Array(variance.length);
  for (let at = 0; at < hard.length; at++) hard[at] = variance[at]! >= varianceThreshold * highest ? 1 : 0;
  // The ball has already spread the molecule by its radius.
  return clampValues(filterValues(engine, hard, frame, ballTransform(resolution)));
}

/**
 * Values of a mask map on the grid of another map, cut to 0..1; by trilinear interpolation, 0 outside, where the grids differ.
 * Throws InputError MASK_EMPTY where nothing is left of it.
 */
export function maskOfMap(mask: DensityMap, map: DensityMap, context: RunContext): Float32Array {
  const result = isSameGrid(mask, map) ? mask.values.slice() : resample(mask, map, context);
  clampValues(result);
  if (!result.some((value) => value > 0)) {
    throw new InputError({
      code: "MASK_EMPTY",
      message: "The mask has no voxel above 0 inside of the map",
      hint: "Give a mask with values from 0 to 1 in the frame of the map",
    });
  }
  return result;
}

/** Whether two maps have their voxels at the same places, to a hundredth of a voxel. */
export function isSameGrid(one: DensityMap, other: DensityMap): boolean {
  if (one.size.some((length, axis) => length !== other.size[axis])) return false;
  const [a, b] = [mapFrame(one), mapFrame(other)];
  const step = a.boxCell.a / a.size[0];
  return (
    a.corner.every((place, axis) => Math.abs(place - b.corner[axis]!) < 0.01 * step) &&
    a.orthogonalization.every((value, at) => Math.abs(value - b.orthogonalization[at]!) < 0.01 * step)
  );
}

function resample(mask: DensityMap, map: DensityMap, context: RunContext): Float32Array {
  addDiagnostic(context.diagnostics, "info", "MASK_RESAMPLED", "The mask was interpolated onto the map's grid");
  const grid = trilinearGrid(mask);
  const { size, orthogonalization: o, corner } = mapFrame(map);
  const result = new Float32Array(map.values.length);
  const [nx, ny, nz] = size;
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const px = corner[0] + (o[1] * y) / ny + (o[2] * z) / nz;
      const py = corner[1] + (o[4] * y) / ny + (o[5] * z) / nz;
      const pz = corner[2] + (o[8] * z) / nz;
      for (let x = 0; x < nx; x++, at++) {
        const value = trilinearValue(grid, px + (o[0] * x) / nx, py, pz);
        result[at] = Number.isNaN(value) ? 0 : value;
      }
    }
  }
  return result;
}
