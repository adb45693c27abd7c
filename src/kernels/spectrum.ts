// Three-dimensional real transforms from the kernels' passes, skipping frequencies beyond the resolution.
import type { ComputeEngine } from "./engine.ts";
import { fftLanes } from "./fft-plan.ts";

/** Half spectrum on an nx x ny x nz grid; entry (h, y, z) at h + stride * y + planeStride * z, h = 0 .. nx / 2. */
export interface Spectrum {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly stride: number;
  readonly planeStride: number;
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** Frequencies |h|, |k|, |l| up to these are wanted; the rest may hold anything afterwards. */
export interface FrequencyLimits {
  readonly h: number;
  readonly k: number;
  readonly l: number;
}

/** A spectrum of zeros. */
export function createSpectrum(engine: ComputeEngine, nx: number, ny: number, nz: number): Spectrum {
  const spectrum = createRawSpectrum(engine, nx, ny, nz);
  spectrum.re.fill(0);
  spectrum.im.fill(0);
  return spectrum;
}

/** A spectrum that holds whatever was there before: for forward transforms of which only what lies inside the limits is read. */
export function createRawSpectrum({ memory }: ComputeEngine, nx: number, ny: number, nz: number): Spectrum {
  const stride = fftLanes * Math.ceil(((nx >> 1) + 1) / fftLanes);
  const planeStride = spreadOverCache(stride * ny);
  const length = planeStride * nz;
  return { nx, ny, nz, stride, planeStride, re: memory.rawFloat32(length), im: memory.rawFloat32(length) };
}

/** An odd number of cache lines of 16 numbers: columns with a power of two between their elements share few lines of a cache. */
function spreadOverCache(length: number): number {
  return (length / fftLanes) % 2 === 0 ? length + fftLanes : length;
}

export function freeSpectrum(engine: ComputeEngine, spectrum: Spectrum): void {
  engine.memory.free(spectrum.re, spectrum.im);
}

function keptColumns(spectrum: Spectrum, limits: FrequencyLimits): number {
  const wanted = Math.min(limits.h, spectrum.nx >> 1) + 1;
  return Math.min(spectrum.stride, fftLanes * Math.ceil(wanted / fftLanes));
}

/** Rows of the y axis whose frequency is wanted, as up to two ranges. */
function wantedRanges(length: number, limit: number): [number, number][] {
  if (2 * limit + 1 >= length) return [[0, length]];
  return [
    [0, limit + 1],
    [length - limit, length],
  ];
}

/** Transform with exp(-2 pi i) of a real grid (x fastest), unnormalised; frequencies beyond the limits are left unfinished. */
export function forwardTransform(
  engine: ComputeEngine,
  real: Float32Array,
  spectrum: Spectrum,
  limits: FrequencyLimits,
): void {
  const { kernels } = engine;
  const { nx, ny, nz, stride, planeStride } = spectrum;
  const keep = keptColumns(spectrum, limits);
  kernels.forwardPlanes(engine.planFor(nx), engine.planFor(ny), real, spectrum, keep, 0, nz);
  for (const [begin, end] of wantedRanges(ny, limits.k)) {
    kernels.transformColumns(engine.planFor(nz), spectrum, false, keep, planeStride, stride, begin, end);
  }
}

/** Transform with exp(+2 pi i) to a real grid, unnormalised; the spectrum is used up and must be zero beyond the limits. */
export function inverseTransform(
  engine: ComputeEngine,
  spectrum: Spectrum,
  real: Float32Array,
  limits: FrequencyLimits,
): void {
  const { kernels } = engine;
  const { nx, ny, nz, stride, planeStride } = spectrum;
  const keep = keptColumns(spectrum, limits);
  for (const [begin, end] of wantedRanges(ny, limits.k)) {
    kernels.transformColumns(engine.planFor(nz), spectrum, true, keep, planeStride, stride, begin, end);
  }
  kernels.inversePlanes(engine.planFor(nx), engine.planFor(ny), spectrum, keep, real, 0, nz);
}
