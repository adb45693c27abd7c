// Plain twins of the Fourier transform kernels: rows of a real grid to half spectra and back, and columns of spectra.
import { type FftPlan, fftBlock, fftLanes } from "../fft-plan.ts";
import { type LineParts, transformLines } from "./stages.ts";

/**
 * Half spectrum of a real grid: rows of `stride` numbers (x frequencies 0 .. n / 2, then padding), `ny` of them in a plane of
 * `planeStride` numbers, planar parts.
 */
export interface SpectrumPlanes {
  readonly re: Float32Array;
  readonly im: Float32Array;
  readonly ny: number;
  readonly stride: number;
  readonly planeStride: number;
}

/** Numbers of one part of a spectrum that stay in a core's cache between the passes along x and y. */
const cachedNumbers = 1 << 16;

/** Planes transformed along x and y in one go; fixed by the size, as the rows of a group share transforms. */
export function planesPerGroup({ planeStride }: SpectrumPlanes): number {
  return Math.max(1, Math.floor(cachedNumbers / planeStride));
}

function rowOffset({ ny, stride, planeStride }: SpectrumPlanes, row: number): number {
  return Math.floor(row / ny) * planeStride + (row % ny) * stride;
}

/** Transforms the block at the beginning of the scratch, real parts then imaginary parts; returns the offset of the result. */
function transformRows(plan: FftPlan, inverse: boolean): number {
  const block = fftBlock(plan.length);
  const result = plan.factors.length % 2 === 1 ? 2 * block : 0;
  transformLines(plan, partsOf(plan, 0, inverse), partsOf(plan, result, inverse), 2 * block, 0);
  return result;
}

/** Parts of a block of the scratch; exchanged, they conjugate the transform. */
function partsOf({ scratch, length }: FftPlan, at: number, inverse: boolean): LineParts {
  const block = fftBlock(length);
  const [reAt, imAt] = inverse ? [at + block, at] : [at, at + block];
  return { re: scratch, im: scratch, reAt, imAt, pitch: fftLanes };
}

/** Real planes, from a multiple of `planesPerGroup` on, to their spectra; frequencies of x below `keep`. */
export function forwardPlanes(
  planX: FftPlan,
  planY: FftPlan,
  real: Float32Array,
  spectrum: SpectrumPlanes,
  keep: number,
  begin: number,
  end: number,
): void {
  const { ny, stride, planeStride } = spectrum;
  const group = planesPerGroup(spectrum);
  for (let z = begin; z < end; z += group) {
    const next = Math.min(end, z + group);
    forwardRows(planX, real, spectrum, keep, ny * z, ny * next);
    transformColumns(planY, spectrum, false, keep, stride, planeStride, z, next);
  }
}

/** The reverse of forwardPlanes; frequencies of x from `keep` on count as zero. */
export function inversePlanes(
  planX: FftPlan,
  planY: FftPlan,
  spectrum: SpectrumPlanes,
  keep: number,
  real: Float32Array,
  begin: number,
  end: number,
): void {
  const { ny, stride, planeStride } = spectrum;
  const group = planesPerGroup(spectrum);
  for (let z = begin; z < end; z += group) {
    const next = Math.min(end, z + group);
    transformColumns(planY, spectrum, true, keep, stride, planeStride, z, next);
    inverseRows(planX, spectrum, keep, real, ny * z, ny * next);
  }
}

/** Real rows to half spectra, two rows per complex line; writes frequencies below `keep` (a multiple of 16 covers the padding). */
function forwardRows(
  plan: FftPlan,
  real: Float32Array,
  spectrum: SpectrumPlanes,
  keep: number,
  rowBegin: number,
  rowEnd: number,
): void {
  const n = plan.length;
  const { scratch } = plan;
  const block = fftBlock(n);
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
    const result = transformRows(plan, false);
    separateRows(scratch, result, n, spectrum, keep, row, rows);
  }
}

/** Two real rows share a transform: X = (Z(h) + conj Z(n - h)) / 2 and Y = (Z(h) - conj Z(n - h)) / 2i. */
function separateRows(
  scratch: Float32Array,
  result: number,
  n: number,
  spectrum: SpectrumPlanes,
  keep: number,
  row: number,
  rows: number,
): void {
  const { re, im } = spectrum;
  const block = fftBlock(n);
  const half = n >> 1;
  for (let lane = 0; 2 * lane < rows; lane++) {
    const first = rowOffset(spectrum, row + 2 * lane);
    const second = rowOffset(spectrum, row + 2 * lane + 1);
    for (let h = 0; h < keep; h++) {
      const mirror = h === 0 ? 0 : n - h;
      const isInside = h <= half;
      const a = result + h * fftLanes + lane;
      const b = result + mirror * fftLanes + lane;
      const ar = isInside ? scratch[a]! : 0;
      const ai = isInside ? scratch[a + block]! : 0;
      const br = isInside ? scratch[b]! : 0;
      const bi = isInside ? scratch[b + block]! : 0;
      re[first + h] = 0.5 * (ar + br);
      im[first + h] = 0.5 * (ai - bi);
      if (2 * lane + 1 < rows) {
        re[second + h] = 0.5 * (ai + bi);
        im[second + h] = 0.5 * (br - ar);
      }
    }
  }
}

/** Half spectra to real rows; frequencies from `keep` on count as zero. */
function inverseRows(
  plan: FftPlan,
  spectrum: SpectrumPlanes,
  keep: number,
  real: Float32Array,
  rowBegin: number,
  rowEnd: number,
): void {
  const n = plan.length;
  const { scratch } = plan;
  const { re, im } = spectrum;
  const block = fftBlock(n);
  const half = n >> 1;
  const used = Math.min(keep, half + 1);
  for (let row = rowBegin; row < rowEnd; row += 2 * fftLanes) {
    const rows = Math.min(2 * fftLanes, rowEnd - row);
    scratch.fill(0, 0, 2 * block);
    for (let lane = 0; 2 * lane < rows; lane++) {
      const first = rowOffset(spectrum, row + 2 * lane);
      const hasSecond = 2 * lane + 1 < rows;
      const second = hasSecond ? rowOffset(spectrum, row + 2 * lane + 1) : 0;
      for (let h = 0; h < used; h++) {
        const ar = re[first + h]!;
        const ai = im[first + h]!;
        const br = hasSecond ? re[second + h]! : 0;
        const bi = hasSecond ? im[second + h]! : 0;
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
    const result = transformRows(plan, true);
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
  spectrum: SpectrumPlanes,
  inverse: boolean,
  columns: number,
  lineStride: number,
  outerStride: number,
  outerBegin: number,
  outerEnd: number,
): void {
  if (plan.factors.length === 0) return;
  const { re, im } = spectrum;
  const block = fftBlock(plan.length);
  for (let outer = outerBegin; outer < outerEnd; outer++) {
    for (let column = 0; column < columns; column += fftLanes) {
      const at = outer * outerStride + column;
      const parts: LineParts = {
        re: inverse ? im : re,
        im: inverse ? re : im,
        reAt: at,
        imAt: at,
        pitch: lineStride,
      };
      // A single stage would overwrite what it still reads.
      const from = plan.factors.length === 1 ? gatherColumns(plan, parts) : parts;
      transformLines(plan, from, parts, 0, 2 * block);
    }
  }
}

/** Copies lines into the scratch. */
function gatherColumns(plan: FftPlan, { re, im, reAt, imAt, pitch }: LineParts): LineParts {
  const { scratch, length } = plan;
  const block = fftBlock(length);
  for (let k = 0; k < length; k++) {
    for (let lane = 0; lane < fftLanes; lane++) {
      scratch[k * fftLanes + lane] = re[reAt + k * pitch + lane]!;
      scratch[block + k * fftLanes + lane] = im[imAt + k * pitch + lane]!;
    }
  }
  return partsOf(plan, 0, false);
}
