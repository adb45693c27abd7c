// How sharp a map is compared with its model at rest, and whether it is sharper than atoms can be.
import { type DensityMap, type MapFrame, mapFrame } from "../../density/map.ts";
import { mapStatistics } from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { createSpectrum, forwardTransform, freeSpectrum, type Spectrum } from "../../kernels/spectrum.ts";
import type { AtomTable } from "../../model/model.ts";
import { computeStructureFactors, freeStructureFactors, type ModelMapOptions } from "../../scattering/model-map.ts";

export interface PowerShell {
  /** Middle of the shell, Angstrom. */
  readonly d: number;
  /** Mean square amplitude of the map over that of the model with all B factors 0, in the scale of the map. */
  readonly ratio: number;
}

/** Fall-off of the map's spectrum against the model's. */
export interface MapSharpness {
  /** B factor of the whole map by the power of its shells, square Angstrom; null where there are too few shells. */
  readonly b: number | null;
  /** Standard error of the fit. */
  readonly error: number | null;
  readonly shells: readonly PowerShell[];
  /** `b` is below -10 and below 0 by more than three standard errors: amplitudes rise where those of resting atoms cannot. */
  readonly isOverSharpened: boolean;
}

/** Terms of larger d show solvent and envelope rather than atoms, Angstrom. */
const longestD = 8;
const shellsInFit = 16;
const fewestShells = 6;
const fewestTerms = 20;
const errorsBelow = 3;
/** White noise lowers `b` by as much in good maps. */
const leastBelow = 10;

/**
 * Spectrum of the map, its faces tapered, over that of the model's atoms with B = 0, between 8 Angstrom and the resolution. All
 * that the box holds counts: noise and other molecules, whose spectrum falls off as the model's does.
 */
export function measureSharpness(
  engine: ComputeEngine,
  atoms: AtomTable,
  map: DensityMap,
  options: ModelMapOptions,
): MapSharpness {
  const { resolution } = options;
  const empty = { b: null, error: null, shells: [], isOverSharpened: false };
  const statistics = mapStatistics(map);
  if (!(resolution < longestD) || statistics === null || statistics.minimum === statistics.maximum) return empty;
  const frame = mapFrame(map);
  const atRest = { ...atoms, bFactor: new Float64Array(atoms.count), anisotropicU: null };
  const factors = computeStructureFactors(engine, atRest, frame, options);
  const observed = transformTapered(engine, map, statistics.mean, resolution);
  const sums = sumShells(observed, factors.spectrum, frame, { resolution, blur: factors.blur });
  freeSpectrum(engine, observed);
  freeStructureFactors(engine, factors);
  const shells = sums.filter(({ count, map: power, model }) => count >= fewestTerms && power > 0 && model > 0);
  const fit = fitLine(shells.map((shell) => [shell.squared / shell.count, Math.log(shell.map / shell.model)]));
  if (fit === null) return empty;
  const b = -2 * fit.slope;
  const error = 2 * fit.error;
  return {
    b,
    error,
    shells: shells.map((shell) => ({ d: 1 / Math.sqrt(shell.squared / shell.count), ratio: shell.map / shell.model })),
    isOverSharpened: b < -Math.max(leastBelow, errorsBelow * error),
  };
}

/** Transform of the map with its faces brought to zero, on its own grid. */
function transformTapered(engine: ComputeEngine, map: DensityMap, mean: number, resolution: number): Spectrum {
  const [nx, ny, nz] = map.size;
  const edges = [map.cell.a, map.cell.b, map.cell.c];
  const [x, y, z] = map.size.map((length, axis) =>
    taper(length, Math.round((resolution * map.sampling[axis]!) / edges[axis]!)),
  ) as [Float64Array, Float64Array, Float64Array];
  const real = engine.memory.float32(map.values.length);
  for (let k = 0, at = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const weight = y[j]! * z[k]!;
      for (let i = 0; i < nx; i++, at++) real[at] = (map.values[at]! - mean) * x[i]! * weight;
    }
  }
  const spectrum = createSpectrum(engine, nx, ny, nz);
  forwardTransform(engine, real, spectrum, { h: nx, k: ny, l: nz });
  engine.memory.free(real);
  return spectrum;
}

/** Half a cosine over `width` voxels at both ends. */
function taper(length: number, width: number): Float64Array {
  return Float64Array.from({ length }, (_value, at) => {
    const depth = Math.min(at, length - 1 - at);
    return depth >= width ? 1 : 0.5 * (1 - Math.cos((Math.PI * (depth + 0.5)) / width));
  });
}

interface ShellSum {
  count: number;
  /** Sum of 1 / d^2. */
  squared: number;
  map: number;
  model: number;
}

function sumShells(
  map: Spectrum,
  model: Spectrum,
  { fractionalization: f, boxCell }: MapFrame,
  { resolution, blur }: { readonly resolution: number; readonly blur: number },
): ShellSum[] {
  const shells: ShellSum[] = Array.from({ length: shellsInFit }, () => ({ count: 0, squared: 0, map: 0, model: 0 }));
  const [low, high] = [1 / longestD, 1 / resolution];
  const reach = (limit: number, first: number, second: number): number =>
    Math.min(limit, (first - 1) >> 1, (second - 1) >> 1);
  const lengths = [boxCell.a, boxCell.b, boxCell.c].map((edge) => Math.floor(high * edge));
  const [hMost, kMost, lMost] = [
    reach(lengths[0]!, map.nx, model.nx),
    reach(lengths[1]!, map.ny, model.ny),
    reach(lengths[2]!, map.nz, model.nz),
  ];
  const rowOf = (spectrum: Spectrum, k: number, l: number): number =>
    spectrum.stride * (k < 0 ? k + spectrum.ny : k) + spectrum.planeStride * (l < 0 ? l + spectrum.nz : l);
  for (let l = -lMost; l <= lMost; l++) {
    for (let k = -kMost; k <= kMost; k++) {
      const ofMap = rowOf(map, k, l);
      const ofModel = rowOf(model, k, l);
      for (let h = 0; h <= hMost; h++) {
        const sx = h * f[0] + k * f[3] + l * f[6];
        const sy = h * f[1] + k * f[4] + l * f[7];
        const sz = h * f[2] + k * f[5] + l * f[8];
        const squared = sx * sx + sy * sy + sz * sz;
        const s = Math.sqrt(squared);
        if (s < low || s >= high) continue;
        const shell = shells[Math.floor((shellsInFit * (s - low)) / (high - low))]!;
        shell.count++;
        shell.squared += squared;
        shell.map += map.re[ofMap + h]! ** 2 + map.im[ofMap + h]! ** 2;
        const power = model.re[ofModel + h]! ** 2 + model.im[ofModel + h]! ** 2;
        shell.model += power * Math.exp((blur * squared) / 2);
      }
    }
  }
  return shells;
}

/** Least squares with the slope's standard error; null for too few points. */
function fitLine(
  points: readonly (readonly [number, number])[],
): { readonly slope: number; readonly error: number } | null {
  const count = points.length;
  if (count < fewestShells) return null;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const xx = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / xx;
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (count - 2) / xx) };
}
