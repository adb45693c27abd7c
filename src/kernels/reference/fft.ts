// Plain twins of the Fourier transform kernels: Stockham stages over blocks of 16 lines.
import { type FftPlan, fftLanes } from "../fft-plan.ts";

/** Half spectrum of a real grid: rows of `stride` numbers (x frequencies 0 .. n / 2, then padding), planar parts. */
export interface SpectrumRows {
  readonly re: Float32Array;
  readonly im: Float32Array;
  readonly stride: number;
}

/**
 * Transforms the block in the first half of the plan's scratch, [length][lanes] real parts then imaginary parts; returns the
 * offset of the result in the scratch. `inverse` swaps the roles of the parts, which conjugates the transform.
 */
export function transformBlock(plan: FftPlan, inverse: boolean): number {
  const { length, factors, scratch } = plan;
  const block = length * fftLanes;
  let source = 0;
  let target = 2 * block;
  let rest = length;
  let s = 1;
  let twiddle = 0;
  let root = 0;
  for (const radix of factors) {
    const m = rest / radix;
    const from = inverse ? [source + block, source] : [source, source + block];
    const to = inverse ? [target + block, target] : [target, target + block];
    const stage: Stage = { s, m, fromRe: from[0]!, fromIm: from[1]!, toRe: to[0]!, toIm: to[1]!, twiddle };
    if (radix === 4) stage4(scratch, plan.twiddles, stage);
    else if (radix === 2) stage2(scratch, plan.twiddles, stage);
    else if (radix === 3) stage3(scratch, plan.twiddles, stage);
    else if (radix === 5) stage5(scratch, plan.twiddles, stage);
    else stageAny(scratch, plan.twiddles, plan.roots.subarray(root), radix, stage);
    twiddle += 2 * m * (radix - 1);
    if (radix > 4) root += 2 * radix;
    rest = m;
    s *= radix;
    const swap = source;
    source = target;
    target = swap;
  }
  return source;
}

interface Stage {
  readonly s: number;
  readonly m: number;
  readonly fromRe: number;
  readonly fromIm: number;
  readonly toRe: number;
  readonly toIm: number;
  readonly twiddle: number;
}

function stage2(v: Float32Array, w: Float32Array, stage: Stage): void {
  const { s, m, fromRe, fromIm, toRe, toIm } = stage;
  const run = s * fftLanes;
  for (let p = 0; p < m; p++) {
    const c = w[stage.twiddle + 2 * p]!;
    const d = w[stage.twiddle + 2 * p + 1]!;
    const a0 = p * run;
    const a1 = (p + m) * run;
    const b0 = 2 * p * run;
    const b1 = b0 + run;
    for (let q = 0; q < run; q++) {
      const r0 = v[fromRe + a0 + q]!;
      const i0 = v[fromIm + a0 + q]!;
      const r1 = v[fromRe + a1 + q]!;
      const i1 = v[fromIm + a1 + q]!;
      v[toRe + b0 + q] = r0 + r1;
      v[toIm + b0 + q] = i0 + i1;
      const r = r0 - r1;
      const i = i0 - i1;
      v[toRe + b1 + q] = r * c - i * d;
      v[toIm + b1 + q] = r * d + i * c;
    }
  }
}

function stage3(v: Float32Array, w: Float32Array, stage: Stage): void {
  const { s, m, fromRe, fromIm, toRe, toIm } = stage;
  const run = s * fftLanes;
  const sine = -Math.sqrt(3) / 2;
  for (let p = 0; p < m; p++) {
    const at = stage.twiddle + 4 * p;
    const c1 = w[at]!;
    const d1 = w[at + 1]!;
    const c2 = w[at + 2]!;
    const d2 = w[at + 3]!;
    const a0 = p * run;
    const a1 = (p + m) * run;
    const a2 = (p + 2 * m) * run;
    const b0 = 3 * p * run;
    for (let q = 0; q < run; q++) {
      const r0 = v[fromRe + a0 + q]!;
      const i0 = v[fromIm + a0 + q]!;
      const r1 = v[fromRe + a1 + q]!;
      const i1 = v[fromIm + a1 + q]!;
      const r2 = v[fromRe + a2 + q]!;
      const i2 = v[fromIm + a2 + q]!;
      const sr = r1 + r2;
      const si = i1 + i2;
      const dr = sine * (r1 - r2);
      const di = sine * (i1 - i2);
      const mr = r0 - 0.5 * sr;
      const mi = i0 - 0.5 * si;
      v[toRe + b0 + q] = r0 + sr;
      v[toIm + b0 + q] = i0 + si;
      const xr = mr - di;
      const xi = mi + dr;
      const yr = mr + di;
      const yi = mi - dr;
      v[toRe + b0 + run + q] = xr * c1 - xi * d1;
      v[toIm + b0 + run + q] = xr * d1 + xi * c1;
      v[toRe + b0 + 2 * run + q] = yr * c2 - yi * d2;
      v[toIm + b0 + 2 * run + q] = yr * d2 + yi * c2;
    }
  }
}

function stage4(v: Float32Array, w: Float32Array, stage: Stage): void {
  const { s, m, fromRe, fromIm, toRe, toIm } = stage;
  const run = s * fftLanes;
  for (let p = 0; p < m; p++) {
    const at = stage.twiddle + 6 * p;
    const c1 = w[at]!;
    const d1 = w[at + 1]!;
    const c2 = w[at + 2]!;
    const d2 = w[at + 3]!;
    const c3 = w[at + 4]!;
    const d3 = w[at + 5]!;
    const a0 = p * run;
    const step = m * run;
    const b0 = 4 * p * run;
    for (let q = 0; q < run; q++) {
      const from = a0 + q;
      const r0 = v[fromRe + from]!;
      const i0 = v[fromIm + from]!;
      const r1 = v[fromRe + from + step]!;
      const i1 = v[fromIm + from + step]!;
      const r2 = v[fromRe + from + 2 * step]!;
      const i2 = v[fromIm + from + 2 * step]!;
      const r3 = v[fromRe + from + 3 * step]!;
      const i3 = v[fromIm + from + 3 * step]!;
      const er = r0 + r2;
      const ei = i0 + i2;
      const fr = r0 - r2;
      const fi = i0 - i2;
      const gr = r1 + r3;
      const gi = i1 + i3;
      const hr = r1 - r3;
      const hi = i1 - i3;
      const to = b0 + q;
      v[toRe + to] = er + gr;
      v[toIm + to] = ei + gi;
      const xr = fr + hi;
      const xi = fi - hr;
      v[toRe + to + run] = xr * c1 - xi * d1;
      v[toIm + to + run] = xr * d1 + xi * c1;
      const yr = er - gr;
      const yi = ei - gi;
      v[toRe + to + 2 * run] = yr * c2 - yi * d2;
      v[toIm + to + 2 * run] = yr * d2 + yi * c2;
      const zr = fr - hi;
      const zi = fi + hr;
      v[toRe + to + 3 * run] = zr * c3 - zi * d3;
      v[toIm + to + 3 * run] = zr * d3 + zi * c3;
    }
  }
}

function stage5(v: Float32Array, w: Float32Array, stage: Stage): void {
  const { s, m, fromRe, fromIm, toRe, toIm } = stage;
  const run = s * fftLanes;
  const step = m * run;
  const cosine1 = Math.cos((2 * Math.PI) / 5);
  const cosine2 = Math.cos((4 * Math.PI) / 5);
  const sine1 = -Math.sin((2 * Math.PI) / 5);
  const sine2 = -Math.sin((4 * Math.PI) / 5);
  for (let p = 0; p < m; p++) {
    const at = stage.twiddle + 8 * p;
    const c1 = w[at]!;
    const d1 = w[at + 1]!;
    const c2 = w[at + 2]!;
    const d2 = w[at + 3]!;
    const c3 = w[at + 4]!;
    const d3 = w[at + 5]!;
    const c4 = w[at + 6]!;
    const d4 = w[at + 7]!;
    for (let q = 0; q < run; q++) {
      const re = fromRe + p * run + q;
      const im = fromIm + p * run + q;
      const r0 = v[re]!;
      const i0 = v[im]!;
      const sr1 = v[re + step]! + v[re + 4 * step]!;
      const si1 = v[im + step]! + v[im + 4 * step]!;
      const dr1 = v[re + step]! - v[re + 4 * step]!;
      const di1 = v[im + step]! - v[im + 4 * step]!;
      const sr2 = v[re + 2 * step]! + v[re + 3 * step]!;
      const si2 = v[im + 2 * step]! + v[im + 3 * step]!;
      const dr2 = v[re + 2 * step]! - v[re + 3 * step]!;
      const di2 = v[im + 2 * step]! - v[im + 3 * step]!;
      const mr1 = r0 + cosine1 * sr1 + cosine2 * sr2;
      const mi1 = i0 + cosine1 * si1 + cosine2 * si2;
      const er1 = sine1 * dr1 + sine2 * dr2;
      const ei1 = sine1 * di1 + sine2 * di2;
      const mr2 = r0 + cosine2 * sr1 + cosine1 * sr2;
      const mi2 = i0 + cosine2 * si1 + cosine1 * si2;
      const er2 = sine2 * dr1 - sine1 * dr2;
      const ei2 = sine2 * di1 - sine1 * di2;
      const tr = toRe + 5 * p * run + q;
      const ti = toIm + 5 * p * run + q;
      v[tr] = r0 + sr1 + sr2;
      v[ti] = i0 + si1 + si2;
      v[tr + run] = (mr1 - ei1) * c1 - (mi1 + er1) * d1;
      v[ti + run] = (mr1 - ei1) * d1 + (mi1 + er1) * c1;
      v[tr + 2 * run] = (mr2 - ei2) * c2 - (mi2 + er2) * d2;
      v[ti + 2 * run] = (mr2 - ei2) * d2 + (mi2 + er2) * c2;
      v[tr + 3 * run] = (mr2 + ei2) * c3 - (mi2 - er2) * d3;
      v[ti + 3 * run] = (mr2 + ei2) * d3 + (mi2 - er2) * c3;
      v[tr + 4 * run] = (mr1 + ei1) * c4 - (mi1 - er1) * d4;
      v[ti + 4 * run] = (mr1 + ei1) * d4 + (mi1 - er1) * c4;
    }
  }
}

/** Odd prime radix by pairs: sums and differences of inputs j and radix - j. */
function stageAny(v: Float32Array, w: Float32Array, roots: Float32Array, radix: number, stage: Stage): void {
  const { s, m, fromRe, fromIm, toRe, toIm } = stage;
  const run = s * fftLanes;
  const half = (radix - 1) / 2;
  const sums = new Float32Array(4 * half);
  for (let p = 0; p < m; p++) {
    const at = stage.twiddle + 2 * p * (radix - 1);
    for (let q = 0; q < run; q++) {
      const from = p * run + q;
      const r0 = v[fromRe + from]!;
      const i0 = v[fromIm + from]!;
      let totalRe = r0;
      let totalIm = i0;
      for (let j = 1; j <= half; j++) {
        const a = from + j * m * run;
        const b = from + (radix - j) * m * run;
        const o = 4 * (j - 1);
        sums[o] = v[fromRe + a]! + v[fromRe + b]!;
        sums[o + 1] = v[fromIm + a]! + v[fromIm + b]!;
        sums[o + 2] = v[fromRe + a]! - v[fromRe + b]!;
        sums[o + 3] = v[fromIm + a]! - v[fromIm + b]!;
        totalRe += sums[o]!;
        totalIm += sums[o + 1]!;
      }
      const to = radix * p * run + q;
      v[toRe + to] = totalRe;
      v[toIm + to] = totalIm;
      for (let k = 1; k <= half; k++) {
        let mr = r0;
        let mi = i0;
        let er = 0;
        let ei = 0;
        let index = 0;
        for (let j = 0; j < half; j++) {
          index += k;
          if (index >= radix) index -= radix;
          const c = roots[2 * index]!;
          const d = roots[2 * index + 1]!;
          mr += c * sums[4 * j]!;
          mi += c * sums[4 * j + 1]!;
          er += d * sums[4 * j + 2]!;
          ei += d * sums[4 * j + 3]!;
        }
        storeTwiddled(v, w, at + 2 * (k - 1), toRe + to + k * run, toIm + to + k * run, mr - ei, mi + er);
        const mirror = radix - k;
        const target = to + mirror * run;
        storeTwiddled(v, w, at + 2 * (mirror - 1), toRe + target, toIm + target, mr + ei, mi - er);
      }
    }
  }
}

function storeTwiddled(
  v: Float32Array,
  w: Float32Array,
  at: number,
  toRe: number,
  toIm: number,
  re: number,
  im: number,
): void {
  const c = w[at]!;
  const d = w[at + 1]!;
  v[toRe] = re * c - im * d;
  v[toIm] = re * d + im * c;
}

/** Real rows to half spectra, two rows per complex line; writes frequencies below `keep` (a multiple of 16 covers the padding). */
export function forwardRows(
  plan: FftPlan,
  real: Float32Array,
  spectrum: SpectrumRows,
  keep: number,
  rowBegin: number,
  rowEnd: number,
): void {
  const n = plan.length;
  const { scratch } = plan;
  const block = n * fftLanes;
  for (let row = rowBegin; row < rowEnd; row += 2 * fftLanes) {
    const rows = Math.min(2 * fftLanes, rowEnd - row);
    for (let lane = 0; lane < fftLanes; lane++) {
      const first = 2 * lane < rows ? (row + 2 * lane) * n : -1;
      const second = 2 * lane + 1 < rows ? (row + 2 * lane + 1) * n : -1;
      for (let x = 0; x < n; x++) {
        scratch[x * fftLanes + lane] = first < 0 ? 0 : real[first + x]!;
        scratch[block + x * fftLanes + lane] = second < 0 ? 0 : real[second + x]!;
      }
    }
    const result = transformBlock(plan, false);
    separateRows(scratch, result, n, spectrum, keep, row, rows);
  }
}

/** Two real rows share a transform: X = (Z(h) + conj Z(n - h)) / 2 and Y = (Z(h) - conj Z(n - h)) / 2i. */
function separateRows(
  scratch: Float32Array,
  result: number,
  n: number,
  { re, im, stride }: SpectrumRows,
  keep: number,
  row: number,
  rows: number,
): void {
  const block = n * fftLanes;
  const half = n >> 1;
  for (let h = 0; h < keep; h++) {
    const mirror = h === 0 ? 0 : n - h;
    for (let lane = 0; 2 * lane < rows; lane++) {
      const target = (row + 2 * lane) * stride + h;
      const isInside = h <= half;
      const a = result + h * fftLanes + lane;
      const b = result + mirror * fftLanes + lane;
      const ar = isInside ? scratch[a]! : 0;
      const ai = isInside ? scratch[a + block]! : 0;
      const br = isInside ? scratch[b]! : 0;
      const bi = isInside ? scratch[b + block]! : 0;
      re[target] = 0.5 * (ar + br);
      im[target] = 0.5 * (ai - bi);
      if (2 * lane + 1 < rows) {
        re[target + stride] = 0.5 * (ai + bi);
        im[target + stride] = 0.5 * (br - ar);
      }
    }
  }
}

/** Half spectra to real rows; frequencies from `keep` on count as zero. */
export function inverseRows(
  plan: FftPlan,
  spectrum: SpectrumRows,
  keep: number,
  real: Float32Array,
  rowBegin: number,
  rowEnd: number,
): void {
  const n = plan.length;
  const { scratch } = plan;
  const { re, im, stride } = spectrum;
  const block = n * fftLanes;
  const half = n >> 1;
  const used = Math.min(keep, half + 1);
  for (let row = rowBegin; row < rowEnd; row += 2 * fftLanes) {
    const rows = Math.min(2 * fftLanes, rowEnd - row);
    scratch.fill(0, 0, 2 * block);
    for (let lane = 0; 2 * lane < rows; lane++) {
      const first = (row + 2 * lane) * stride;
      const hasSecond = 2 * lane + 1 < rows;
      for (let h = 0; h < used; h++) {
        const ar = re[first + h]!;
        const ai = im[first + h]!;
        const br = hasSecond ? re[first + stride + h]! : 0;
        const bi = hasSecond ? im[first + stride + h]! : 0;
        const isReal = h === 0 || 2 * h === n;
        // Z = A + iB; the imaginary part of a self-conjugate frequency is no signal.
        scratch[h * fftLanes + lane] = isReal ? ar : ar - bi;
        scratch[block + h * fftLanes + lane] = isReal ? br : ai + br;
        if (!isReal) {
          scratch[(n - h) * fftLanes + lane] = ar + bi;
          scratch[block + (n - h) * fftLanes + lane] = br - ai;
        }
      }
    }
    const result = transformBlock(plan, true);
    for (let lane = 0; 2 * lane < rows; lane++) {
      const first = (row + 2 * lane) * n;
      const hasSecond = 2 * lane + 1 < rows;
      for (let x = 0; x < n; x++) {
        real[first + x] = scratch[result + x * fftLanes + lane]!;
        if (hasSecond) real[first + n + x] = scratch[result + block + x * fftLanes + lane]!;
      }
    }
  }
}

/**
 * Complex transforms along y or z: for each outer index, lines of elements `lineStride` apart beginning at
 * outer * outerStride + column, for columns below `columns` (a multiple of 16 or the row's padded width).
 */
export function transformColumns(
  plan: FftPlan,
  spectrum: SpectrumRows,
  inverse: boolean,
  columns: number,
  lineStride: number,
  outerStride: number,
  outerBegin: number,
  outerEnd: number,
): void {
  const { re, im } = spectrum;
  const { scratch, length } = plan;
  const block = length * fftLanes;
  for (let outer = outerBegin; outer < outerEnd; outer++) {
    for (let column = 0; column < columns; column += fftLanes) {
      const base = outer * outerStride + column;
      for (let k = 0; k < length; k++) {
        const from = base + k * lineStride;
        const to = k * fftLanes;
        for (let lane = 0; lane < fftLanes; lane++) {
          scratch[to + lane] = re[from + lane]!;
          scratch[block + to + lane] = im[from + lane]!;
        }
      }
      const result = transformBlock(plan, inverse);
      for (let k = 0; k < length; k++) {
        const to = base + k * lineStride;
        const from = result + k * fftLanes;
        for (let lane = 0; lane < fftLanes; lane++) {
          re[to + lane] = scratch[from + lane]!;
          im[to + lane] = scratch[block + from + lane]!;
        }
      }
    }
  }
}
