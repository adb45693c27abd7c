// Factors and twiddle factors of one-dimensional transforms.
import type { KernelMemory } from "./memory.ts";

/** Lines transformed together; the innermost index of a block. */
export const fftLanes = 16;

/** Elements left free behind each block, as the compiled kernels do: blocks 4096 bytes apart would share lines of the cache. */
const blockPadding = 5;

/** Numbers of a block: one part of 16 lines of this length. */
export function fftBlock(length: number): number {
  return (length + blockPadding) * fftLanes;
}

const squareNumbers = 64;

export interface FftPlan {
  readonly length: number;
  /** Radix of each Stockham stage. */
  readonly factors: Int32Array;
  /** Per stage, per p, per k = 1 .. radix - 1: cosine and sine of -2 pi p k / N, N being what is left to transform. */
  readonly twiddles: Float32Array;
  /** For stages of radix above 4: cosine and sine of -2 pi j / radix, one table per such stage in order. */
  readonly roots: Float32Array;
  /** Two blocks of length x lanes (and some rows between), real and imaginary parts, then room of the kernels. */
  readonly scratch: Float32Array;
}

/** Radices 4, 2, 3, 5 have code of their own; other prime factors are transformed by definition. */
function factorize(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (const radix of [4, 2, 3, 5, 7]) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  for (let prime = 11; rest > 1; prime += 2) {
    while (rest % prime === 0) {
      factors.push(prime);
      rest /= prime;
    }
  }
  return factors;
}

export function createFftPlan(memory: KernelMemory, length: number): FftPlan {
  const factors = factorize(length);
  const twiddles: number[] = [];
  const roots: number[] = [];
  let rest = length;
  for (const radix of factors) {
    const m = rest / radix;
    for (let p = 0; p < m; p++) {
      for (let k = 1; k < radix; k++) {
        const angle = (-2 * Math.PI * ((p * k) % rest)) / rest;
        twiddles.push(Math.cos(angle), Math.sin(angle));
      }
    }
    if (radix > 4) {
      for (let j = 0; j < radix; j++) {
        roots.push(Math.cos((-2 * Math.PI * j) / radix), Math.sin((-2 * Math.PI * j) / radix));
      }
    }
    rest = m;
  }
  // A row of the grid or of its half spectrum, whichever is longer.
  const spareRow = Math.max(length, (length >> 1) + 1 + fftLanes);
  const plan: FftPlan = {
    length,
    factors: memory.int32(factors.length),
    twiddles: memory.float32(twiddles.length),
    roots: memory.float32(roots.length),
    scratch: memory.float32(4 * fftBlock(length) + squareNumbers + spareRow),
  };
  plan.factors.set(factors);
  plan.twiddles.set(twiddles);
  plan.roots.set(roots);
  return plan;
}

/** Smallest length not below `minimum` whose only prime factors are 2, 3, 5 and 7. */
export function smoothLength(minimum: number): number {
  for (let length = Math.max(1, Math.ceil(minimum)); ; length++) {
    let rest = length;
    for (const prime of [2, 3, 5, 7]) while (rest % prime === 0) rest /= prime;
    if (rest === 1) return length;
  }
}
