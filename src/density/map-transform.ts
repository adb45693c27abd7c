// Fourier terms of maps on their own grid, weighted by a mask or not, and maps filtered by a function of |s|.
import type { ComputeEngine } from "../kernels/engine.ts";
import {
  createRawSpectrum,
  forwardTransform,
  freeSpectrum,
  inverseTransform,
  type Spectrum,
} from "../kernels/spectrum.ts";
import { rowOf } from "./fourier-sums.ts";
import type { GridSize, MapFrame } from "./map.ts";
import { offsetOf } from "./statistics.ts";

/** All frequencies of a grid. */
function allLimits([nx, ny, nz]: GridSize): { h: number; k: number; l: number } {
  return { h: nx >> 1, k: ny >> 1, l: nz >> 1 };
}

/**
 * Unnormalised transform of values on a grid; with weights, of their product. Without them the mean is taken off first, which
 * changes F(000) alone and keeps single precision for the rest; with them a constant that was added to the values, which would be
 * that constant times the weights. The caller frees the spectrum.
 */
export function transformValues(
  engine: ComputeEngine,
  values: Float32Array | Uint8Array,
  size: GridSize,
  weights?: Float32Array,
): Spectrum {
  const real = engine.memory.rawFloat32(values.length);
  if (weights === undefined) {
    let sum = 0;
    for (let at = 0; at < values.length; at++) sum += values[at]!;
    const mean = sum / values.length;
    for (let at = 0; at < values.length; at++) real[at] = values[at]! - mean;
  } else {
    const offset = offsetOf(values);
    for (let at = 0; at < values.length; at++) real[at] = (values[at]! - offset) * weights[at]!;
  }
  const spectrum = createRawSpectrum(engine, ...size);
  forwardTransform(engine, real, spectrum, allLimits(size));
  engine.memory.free(real);
  return spectrum;
}

/** The map of a spectrum divided by the number of points, which uses the spectrum up; outside of the engine's memory. */
export function mapOfSpectrum(engine: ComputeEngine, spectrum: Spectrum): Float32Array {
  const size: GridSize = [spectrum.nx, spectrum.ny, spectrum.nz];
  const points = size[0] * size[1] * size[2];
  const real = engine.memory.rawFloat32(points);
  inverseTransform(engine, spectrum, real, allLimits(size));
  engine.kernels.scaleMap(real, 1 / points, 0);
  const result = real.slice();
  engine.memory.free(real);
  freeSpectrum(engine, spectrum);
  return result;
}

/** Values convolved with a radial function, given as its transform at |s| (per Angstrom), 1 at 0 to keep the mean. Periodic. */
export function filterValues(
  engine: ComputeEngine,
  values: Float32Array | Uint8Array,
  frame: MapFrame,
  transfer: (s: number) => number,
): Float32Array {
  const { size, fractionalization: f } = frame;
  let mean = 0;
  for (let at = 0; at < values.length; at++) mean += values[at]!;
  mean /= values.length;
  const spectrum = transformValues(engine, values, size);
  const table = transferTable(frame, transfer);
  const { re, im } = spectrum;
  const limits = allLimits(size);
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      // The rows of the two signs of a last frequency are one.
      if ((2 * l === -size[2] && l < 0) || (2 * k === -size[1] && k < 0)) continue;
      const row = rowOf(spectrum, k, l);
      const ky = k * f[4];
      const kz = k * f[5] + l * f[8];
      for (let h = 0; h <= limits.h; h++) {
        const factor = table((h * f[0]) ** 2 + ((h * f[1] + ky) ** 2 + (h * f[2] + kz) ** 2));
        re[row + h]! *= factor;
        im[row + h]! *= factor;
      }
    }
  }
  const result = mapOfSpectrum(engine, spectrum);
  for (let at = 0; at < result.length; at++) result[at]! += mean;
  return result;
}

const tableSteps = 16384;

/** The transfer function of s^2, interpolated in a table: most are costly. */
function transferTable(frame: MapFrame, transfer: (s: number) => number): (squared: number) => number {
  const f = frame.fractionalization;
  const [nx, ny, nz] = frame.size;
  const bound = f.reduce((sum, value, at) => sum + Math.abs(value) * [nx, ny, nz][Math.floor(at / 3)]! * 0.5, 0) + 1e-9;
  const step = bound / tableSteps;
  const values = Float64Array.from({ length: tableSteps + 2 }, (_value, at) => transfer(at * step));
  return (squared) => {
    const place = Math.sqrt(squared) / step;
    const at = place | 0;
    return values[at]! + (place - at) * (values[at + 1]! - values[at]!);
  };
}
