// Model maps: atoms as Gaussians on a grid, Fourier transformed, cut at the resolution, back on the map's own grid.
import type { RunContext } from "../base/run-context.ts";
import { cellVolume } from "../crystal/unit-cell.ts";
import type { MapFrame } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { smoothLength } from "../kernels/fft-plan.ts";
import {
  createRawSpectrum,
  createSpectrum,
  type FrequencyLimits,
  forwardTransform,
  freeSpectrum,
  inverseTransform,
  type Spectrum,
} from "../kernels/spectrum.ts";
import { isOrthogonal, placeAtoms, type ScatteringAtoms, smallestB } from "./atom-density.ts";
import type { ScatteringTable } from "./form-factors.ts";

export interface ModelMapOptions {
  /** Terms with d below this are left out, Angstrom. */
  readonly resolution: number;
  readonly table: ScatteringTable;
}

/** Structure factors of a model in a box, without F(000), and what is needed to make maps of them. */
export interface StructureFactors {
  readonly spectrum: Spectrum;
  readonly frame: MapFrame;
  readonly resolution: number;
  readonly limits: FrequencyLimits;
  /** B added to all atoms before sampling and still in the spectrum, square Angstrom. */
  readonly blur: number;
}

/** Points per resolution of the sampling grid; fewer where it would have more points than `largeGrid`: memory ends at 4 GiB. */
const oversampling = 3;
const coarseOversampling = 2.5;
const largeGrid = 2 ** 27;
/**
 * Blur that keeps aliasing below 1e-3 at 1.5-fold oversampling of the cut-off (Bricogne; Afonine & Urzhumtsev 2004):
 * 3 d^2 / 0.75. With n points per resolution the nearest alias of the cut-off lies at n - 1 of it, so that as much of it is left
 * with 4 d^2 (2^2 - 1) / ((n - 1)^2 - 1).
 */
const blurPerSquareResolution = 4;
const coarseBlur = (blurPerSquareResolution * 3) / ((coarseOversampling - 1) ** 2 - 1);

/** Fourier transform of the model in the map's box, taken as a periodic cell. */
export function computeStructureFactors(
  engine: ComputeEngine,
  atoms: ScatteringAtoms,
  frame: MapFrame,
  options: ModelMapOptions,
  context?: RunContext,
): StructureFactors {
  const { boxCell } = frame;
  const { resolution } = options;
  const { size, blur: unit } = samplingGrid(frame, resolution);
  const [nx, ny, nz] = size;
  const limits: FrequencyLimits = {
    h: Math.floor(boxCell.a / resolution),
    k: Math.floor(boxCell.b / resolution),
    l: Math.floor(boxCell.c / resolution),
  };
  const blur = unit * resolution * resolution - smallestB(atoms);
  engine.memory.releaseScratch();
  const density = engine.memory.float32(nx * ny * nz);
  placeAtoms(engine, density, size, atoms, frame, blur, options.table, context);
  const spectrum = createRawSpectrum(engine, nx, ny, nz);
  forwardTransform(engine, density, spectrum, limits);
  engine.memory.free(density);
  const factor = cellVolume(boxCell) / (nx * ny * nz);
  engine.kernels.scaleMap(spectrum.re, factor, 0);
  engine.kernels.scaleMap(spectrum.im, factor, 0);
  return { spectrum, frame, resolution, limits, blur };
}

/** Points along each axis of the grid on which atoms are placed before their transform, and their blur in units of d^2. */
export function samplingGrid(
  { boxCell }: Pick<MapFrame, "boxCell">,
  resolution: number,
): { readonly size: readonly [number, number, number]; readonly blur: number } {
  const gridOf = (points: number): [number, number, number] => [
    smoothLength((points * boxCell.a) / resolution),
    smoothLength((points * boxCell.b) / resolution),
    smoothLength((points * boxCell.c) / resolution),
  ];
  const size = gridOf(oversampling);
  const isLarge = size[0] * size[1] * size[2] > largeGrid;
  return isLarge ? { size: gridOf(coarseOversampling), blur: coarseBlur } : { size, blur: blurPerSquareResolution };
}

export function freeStructureFactors(engine: ComputeEngine, factors: StructureFactors): void {
  freeSpectrum(engine, factors.spectrum);
}

/**
 * Model map on the grid of the box (x fastest), band limited, mean zero; `extraB` blurs all atoms further. The caller frees
 * the array in the engine's memory.
 */
export function mapFromStructureFactors(engine: ComputeEngine, factors: StructureFactors, extraB = 0): Float32Array {
  const { frame, spectrum } = factors;
  const [nx, ny, nz] = frame.size;
  const target = createSpectrum(engine, nx, ny, nz);
  const limits: FrequencyLimits = {
    h: Math.min(factors.limits.h, (nx - 1) >> 1),
    k: Math.min(factors.limits.k, (ny - 1) >> 1),
    l: Math.min(factors.limits.l, (nz - 1) >> 1),
  };
  copyFrequencies(spectrum, target, factors, limits, extraB - factors.blur);
  const real = engine.memory.rawFloat32(nx * ny * nz);
  inverseTransform(engine, target, real, limits);
  freeSpectrum(engine, target);
  return real;
}

/** Copies terms inside the resolution and multiplies them by exp(-b s^2 / 4) / volume. */
function copyFrequencies(
  from: Spectrum,
  to: Spectrum,
  { frame, resolution }: StructureFactors,
  limits: FrequencyLimits,
  b: number,
): void {
  const f = frame.fractionalization;
  const scale = 1 / cellVolume(frame.boxCell);
  const limit = (1 / (resolution * resolution)) * (1 + 1e-9);
  const isSeparable = isOrthogonal(frame);
  const alongX = Float64Array.from({ length: limits.h + 1 }, (_value, h) => Math.exp((-b * (h * f[0]) ** 2) / 4));
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      const source = from.stride * (k < 0 ? k + from.ny : k) + from.planeStride * (l < 0 ? l + from.nz : l);
      const target = to.stride * (k < 0 ? k + to.ny : k) + to.planeStride * (l < 0 ? l + to.nz : l);
      const kx = k * f[3] + l * f[6];
      const ky = k * f[4] + l * f[7];
      const kz = k * f[5] + l * f[8];
      const rest = ky * ky + kz * kz;
      if (isSeparable && rest > limit) continue;
      const ofRow = scale * Math.exp((-b * rest) / 4);
      for (let h = 0; h <= limits.h; h++) {
        const sx = h * f[0] + kx;
        const sy = h * f[1] + ky;
        const sz = h * f[2] + kz;
        const squared = sx * sx + sy * sy + sz * sz;
        if (squared > limit || squared === 0) continue;
        const factor = isSeparable ? ofRow * alongX[h]! : scale * Math.exp((-b * squared) / 4);
        to.re[target + h] = factor * from.re[source + h]!;
        to.im[target + h] = factor * from.im[source + h]!;
      }
    }
  }
}
