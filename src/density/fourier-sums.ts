// Products of the Fourier terms of two maps, gathered by |s| in one pass, so that every shell, limit and B is a sum over bins.
import type { FrequencyLimits, Spectrum } from "../kernels/spectrum.ts";
import type { GridSize, MapFrame } from "./map.ts";

/** Bins from 0 to the corner of the box, all of one width in |s|; term pairs h and -h count once, F(000) not at all. */
export interface FourierSums {
  /** Width of a bin, per Angstrom. */
  readonly width: number;
  readonly count: Float64Array;
  /** Sum of |s|, per Angstrom. */
  readonly frequency: Float64Array;
  /** Sums of |F1|^2, |F2|^2 and Re(F1 F2*). */
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly product: Float64Array;
  /** The part of the first sum that has l = 0. */
  readonly firstFlat: Float64Array;
}

/** Fine enough that a limit moved by one bin changes d by less than 0.01 Angstrom up to 8 Angstrom. */
const binCount = 8192;

/** |h| up to (n - 1) / 2: the terms of a grid that have a partner. */
export function pairedLimits([nx, ny, nz]: GridSize): FrequencyLimits {
  return { h: (nx - 1) >> 1, k: (ny - 1) >> 1, l: (nz - 1) >> 1 };
}

/** Length of the longest s within the limits, per Angstrom. */
export function cornerFrequency({ fractionalization: f }: MapFrame, { h, k, l }: FrequencyLimits): number {
  let longest = 0;
  for (const [u, v] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ] as const) {
    const s = Math.hypot(h * f[0], h * f[1] + u * k * f[4], h * f[2] + u * k * f[5] + v * l * f[8]);
    if (s > longest) longest = s;
  }
  return longest;
}

export interface FourierSumsOptions {
  readonly frame: MapFrame;
  readonly limits: FrequencyLimits;
  /** Terms with d below this are left out, Angstrom. */
  readonly resolution?: number;
}

/** Sums over the terms within the limits; the two spectra may lie on grids of different size over the same box. */
export function sumFourierTerms(first: Spectrum, second: Spectrum, options: FourierSumsOptions): FourierSums {
  const { frame, limits, resolution } = options;
  const f = frame.fractionalization;
  const corner = cornerFrequency(frame, limits);
  const width = corner > 0 ? (corner * (1 + 1e-6)) / binCount : 1;
  const perWidth = 1 / width;
  const last = resolution === undefined ? Number.POSITIVE_INFINITY : 1 / (resolution * resolution);
  const sums = createFourierSums(width);
  const { count, frequency, first: firstSum, second: secondSum, product, firstFlat } = sums;
  const { re: re1, im: im1 } = first;
  const { re: re2, im: im2 } = second;
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      const one = rowOf(first, k, l);
      const other = rowOf(second, k, l);
      const ky = k * f[4];
      const kz = k * f[5] + l * f[8];
      // Of h = 0 one of each pair is taken.
      for (let h = l > 0 || (l === 0 && k > 0) ? 0 : 1; h <= limits.h; h++) {
        const sx = h * f[0];
        const sy = h * f[1] + ky;
        const sz = h * f[2] + kz;
        const squared = sx * sx + (sy * sy + sz * sz);
        if (squared > last) continue;
        const s = Math.sqrt(squared);
        const bin = (s * perWidth) | 0;
        const a = re1[one + h]!;
        const b = im1[one + h]!;
        const c = re2[other + h]!;
        const d = im2[other + h]!;
        const power = a * a + b * b;
        count[bin]! += 1;
        frequency[bin]! += s;
        firstSum[bin]! += power;
        secondSum[bin]! += c * c + d * d;
        product[bin]! += a * c + b * d;
        if (l === 0) firstFlat[bin]! += power;
      }
    }
  }
  return sums;
}

function createFourierSums(width: number): FourierSums {
  const column = (): Float64Array => new Float64Array(binCount);
  return {
    width,
    count: column(),
    frequency: column(),
    first: column(),
    second: column(),
    product: column(),
    firstFlat: column(),
  };
}

/** Where the row of terms (., k, l) begins. */
export function rowOf({ ny, nz, stride, planeStride }: Spectrum, k: number, l: number): number {
  return stride * (k < 0 ? k + ny : k) + planeStride * (l < 0 ? l + nz : l);
}

/** Sum of a column of bins. */
export function totalOf(column: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < column.length; bin++) sum += column[bin]!;
  return sum;
}

/** The sums with the second map's terms multiplied by exp(-b s^2 / 4). */
export function blurSecond(sums: FourierSums, b: number): FourierSums {
  const second = sums.second.slice();
  const product = sums.product.slice();
  for (let bin = 0; bin < second.length; bin++) {
    if (sums.count[bin] === 0) continue;
    const s = sums.frequency[bin]! / sums.count[bin]!;
    const factor = Math.exp((-b * s * s) / 4);
    second[bin]! *= factor * factor;
    product[bin]! *= factor;
  }
  return { ...sums, second, product };
}
