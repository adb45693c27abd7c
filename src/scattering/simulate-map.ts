// Simulated experiments: the band-limited density of a model with noise that has the same band limit.
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { cellVolume } from "../crystal/unit-cell.ts";
import { type DensityMap, type MapFrame, mapFrame } from "../density/map.ts";
import { computeMolecularMask } from "../density/mask.ts";
import { computeStatistics } from "../density/statistics.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { smoothLength } from "../kernels/fft-plan.ts";
import { createSpectrum, forwardTransform } from "../kernels/spectrum.ts";
import type { ScatteringAtoms } from "./atom-density.ts";
import {
  computeStructureFactors,
  freeStructureFactors,
  type ModelMapOptions,
  mapFromStructureFactors,
} from "./model-map.ts";

export interface SimulateOptions extends ModelMapOptions {
  /** Grid step, Angstrom. */
  readonly voxel: number;
  /** Empty space around the model on every side, Angstrom. */
  readonly margin: number;
  /** Standard deviation of the noise relative to that of the signal inside the molecular mask; 0 for none. */
  readonly noise: number;
}

/**
 * Map of a model in its own coordinates, on a cubic-voxel box around it. The noise is white up to the resolution.
 * Throws InputError SIMULATE_VOXEL when the grid is too coarse for the resolution.
 */
export function simulateMap(
  engine: ComputeEngine,
  atoms: ScatteringAtoms,
  options: SimulateOptions,
  context: RunContext,
): DensityMap {
  const { voxel, resolution, margin, noise } = options;
  if (voxel > resolution / 2) {
    throw new InputError({
      code: "SIMULATE_VOXEL",
      message: `Voxels of ${voxel} A cannot hold detail of ${resolution} A`,
      hint: `Use voxels of at most ${(resolution / 2).toFixed(2)} A`,
    });
  }
  const box = boxAround(atoms, voxel, margin);
  const frame = mapFrame(box);
  const factors = computeStructureFactors(engine, atoms, frame, options, context);
  const signal = mapFromStructureFactors(engine, factors);
  freeStructureFactors(engine, factors);
  const values = Float32Array.from(signal);
  engine.memory.free(signal);
  if (noise > 0) {
    const mask = computeMolecularMask(engine, frame, atoms.xyz, atoms.element, atoms.count);
    const scale = noise * (computeStatistics(values, mask)?.sigma ?? 0);
    const disturbance = bandLimitedNoise(engine, frame, resolution, context);
    for (let at = 0; at < values.length; at++) values[at]! += scale * disturbance[at]!;
    engine.memory.free(disturbance);
  }
  return { ...box, values };
}

function boxAround({ count, xyz }: ScatteringAtoms, voxel: number, margin: number): Omit<DensityMap, "values"> {
  const low = [0, 1, 2].map((axis) => {
    let least = Number.POSITIVE_INFINITY;
    for (let atom = 0; atom < count; atom++) least = Math.min(least, xyz[3 * atom + axis]!);
    return Math.floor((least - margin) / voxel);
  });
  const size = [0, 1, 2].map((axis) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let atom = 0; atom < count; atom++) most = Math.max(most, xyz[3 * atom + axis]!);
    return smoothLength(Math.ceil((most + margin) / voxel) - low[axis]! + 1);
  });
  const [nx, ny, nz] = size as [number, number, number];
  return {
    size: [nx, ny, nz],
    start: [low[0]!, low[1]!, low[2]!],
    sampling: [nx, ny, nz],
    cell: { a: nx * voxel, b: ny * voxel, c: nz * voxel, alpha: 90, beta: 90, gamma: 90 },
    offset: [0, 0, 0],
  };
}

/** White noise cut at the resolution, scaled to mean 0 and standard deviation 1. */
function bandLimitedNoise(
  engine: ComputeEngine,
  frame: MapFrame,
  resolution: number,
  context: RunContext,
): Float32Array {
  const [nx, ny, nz] = frame.size;
  const white = engine.memory.float32(nx * ny * nz);
  for (let at = 0; at < white.length; at++) white[at] = context.rng.normal();
  const spectrum = createSpectrum(engine, nx, ny, nz);
  const { a, b, c } = frame.boxCell;
  const limits = {
    h: Math.min(Math.floor(a / resolution), (nx - 1) >> 1),
    k: Math.min(Math.floor(b / resolution), (ny - 1) >> 1),
    l: Math.min(Math.floor(c / resolution), (nz - 1) >> 1),
  };
  forwardTransform(engine, white, spectrum, limits);
  engine.memory.free(white);
  engine.kernels.scaleMap(spectrum.re, cellVolume(frame.boxCell), 0);
  engine.kernels.scaleMap(spectrum.im, cellVolume(frame.boxCell), 0);
  const factors = { spectrum, frame, resolution, limits, blur: 0 };
  const noise = mapFromStructureFactors(engine, factors);
  freeStructureFactors(engine, factors);
  const { mean, sigma } = computeStatistics(noise)!;
  for (let at = 0; at < noise.length; at++) noise[at] = (noise[at]! - mean) / sigma;
  return noise;
}
