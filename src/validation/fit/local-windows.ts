// FSC of two maps inside a small round window, for many places.
import type { DensityMap, GridSize } from "../../density/map.ts";
import { mapFrame } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { smoothLength } from "../../kernels/fft-plan.ts";
import { createSpectrum, forwardTransform, freeSpectrum, type Spectrum } from "../../kernels/spectrum.ts";

/** Arrays of the engine's memory that every window uses again. */
export interface WindowFsc {
  readonly size: GridSize;
  /** Shells 1 .. highest lie at shell / `length`; what is left of Nyquist on the coarsest axis ends them. */
  readonly highest: number;
  /** Longest edge of the window's box, Angstrom. */
  readonly length: number;
  readonly weights: Float32Array;
  readonly shellOf: Int16Array;
  readonly real: Float32Array;
  readonly spectra: readonly [Spectrum, Spectrum];
}

/** The box around a window, in units of its diameter; the window has fallen to 0 at its end. */
const boxPerDiameter = 1.6;
/** The window is 1 to this part of the box's half length; it is half as high in the middle between there and its end. */
const flatPart = 0.25;

/** A round window that is half as high at `diameter` (Angstrom), with a wide raised-cosine edge: it leaks little between shells. */
export function createWindowFsc(engine: ComputeEngine, map: DensityMap, diameter: number): WindowFsc {
  const { boxCell, size: mapSize, orthogonalization: o } = mapFrame(map);
  const steps = [boxCell.a / mapSize[0], boxCell.b / mapSize[1], boxCell.c / mapSize[2]] as const;
  const size = steps.map((step) => smoothLength((boxPerDiameter * diameter) / step)) as [number, number, number];
  const window = mapFrame({ ...map, size });
  const length = Math.max(window.boxCell.a, window.boxCell.b, window.boxCell.c);
  const points = size[0] * size[1] * size[2];
  const weights = new Float32Array(points);
  const reach = (boxPerDiameter * diameter) / 2;
  const flat = flatPart * reach;
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const [u, v, w] = [x - (size[0] >> 1), y - (size[1] >> 1), z - (size[2] >> 1)];
        const [a, b, c] = [u / mapSize[0], v / mapSize[1], w / mapSize[2]];
        const r = Math.hypot(o[0] * a + o[1] * b + o[2] * c, o[4] * b + o[5] * c, o[8] * c);
        if (r < flat) weights[at] = 1;
        else if (r < reach) weights[at] = 0.5 * (1 + Math.cos((Math.PI * (r - flat)) / (reach - flat)));
      }
    }
  }
  const spectra = [createSpectrum(engine, ...size), createSpectrum(engine, ...size)] as const;
  const highest = Math.floor(length / (2 * Math.max(...steps)));
  const shellOf = shellsOf(spectra[0], window.fractionalization, length, highest);
  return { size, highest, length, weights, shellOf, real: engine.memory.float32(points), spectra };
}

export function freeWindowFsc(engine: ComputeEngine, { real, spectra }: WindowFsc): void {
  engine.memory.free(real);
  for (const spectrum of spectra) freeSpectrum(engine, spectrum);
}

/** Shell of each term of a spectrum, 0 for F(000), terms without a partner, seconds of pairs and all beyond the highest. */
function shellsOf(spectrum: Spectrum, f: readonly number[], length: number, highest: number): Int16Array {
  const { nx, ny, nz, stride, planeStride } = spectrum;
  const shells = new Int16Array(spectrum.re.length);
  for (let z = 0; z < nz; z++) {
    const l = 2 * z > nz ? z - nz : z;
    for (let y = 0; y < ny; y++) {
      const k = 2 * y > ny ? y - ny : y;
      if (2 * z === nz || 2 * y === ny) continue;
      for (let h = l > 0 || (l === 0 && k > 0) ? 0 : 1; 2 * h < nx; h++) {
        const s = Math.hypot(h * f[0]!, h * f[1]! + k * f[4]!, h * f[2]! + k * f[5]! + l * f[8]!);
        const shell = Math.round(length * s);
        if (shell <= highest) shells[h + stride * y + planeStride * z] = shell;
      }
    }
  }
  return shells;
}

/** FSC per shell (entry 0 unused) of two maps of one grid around a voxel; 0 where a map has nothing. Outside of the maps is 0. */
export function fscInWindow(
  engine: ComputeEngine,
  window: WindowFsc,
  maps: readonly [Float32Array, Float32Array],
  size: GridSize,
  centre: readonly [number, number, number],
): Float64Array {
  const { shellOf, spectra, highest } = window;
  maps.forEach((values, row) => {
    cutWindow(window, values, size, centre);
    const [nx, ny, nz] = window.size;
    forwardTransform(engine, window.real, spectra[row]!, { h: nx >> 1, k: ny >> 1, l: nz >> 1 });
  });
  const [first, second] = spectra;
  const sums = new Float64Array(3 * (highest + 1));
  for (let at = 0; at < shellOf.length; at++) {
    const shell = shellOf[at]!;
    if (shell === 0) continue;
    const [a, b] = [first.re[at]!, first.im[at]!];
    const [c, d] = [second.re[at]!, second.im[at]!];
    sums[3 * shell]! += a * a + b * b;
    sums[3 * shell + 1]! += c * c + d * d;
    sums[3 * shell + 2]! += a * c + b * d;
  }
  return Float64Array.from({ length: highest + 1 }, (_value, shell) => {
    const norm = Math.sqrt(sums[3 * shell]! * sums[3 * shell + 1]!);
    return norm > 0 ? sums[3 * shell + 2]! / norm : 0;
  });
}

function cutWindow(
  window: WindowFsc,
  values: Float32Array,
  size: GridSize,
  centre: readonly [number, number, number],
): void {
  const { size: own, weights, real } = window;
  const begin = centre.map((place, axis) => place - (own[axis]! >> 1)) as [number, number, number];
  const from = Math.max(0, -begin[0]);
  const to = Math.min(own[0], size[0] - begin[0]);
  for (let z = 0; z < own[2]; z++) {
    for (let y = 0; y < own[1]; y++) {
      const [v, w] = [begin[1] + y, begin[2] + z];
      const target = own[0] * (y + own[1] * z);
      if (v < 0 || w < 0 || v >= size[1] || w >= size[2] || to <= from) {
        real.fill(0, target, target + own[0]);
        continue;
      }
      const source = begin[0] + size[0] * (v + size[1] * w);
      real.fill(0, target, target + from);
      for (let x = from; x < to; x++) real[target + x] = values[source + x]! * weights[target + x]!;
      real.fill(0, target + to, target + own[0]);
    }
  }
}

/** Running mean of weights 1/4, 1/2, 1/4: a window has few terms per shell. */
export function smoothShells(fsc: ArrayLike<number>): number[] {
  return Array.from({ length: fsc.length }, (_value, shell) => {
    if (shell <= 1 || shell === fsc.length - 1) return fsc[shell]!;
    return 0.25 * fsc[shell - 1]! + 0.5 * fsc[shell]! + 0.25 * fsc[shell + 1]!;
  });
}
