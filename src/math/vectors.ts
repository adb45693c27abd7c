// What a minimiser does with vectors of equal length, and the plain way to do it.

export interface VectorKernels {
  /** out[k] = x . vectors[k]; the order of additions depends on the length alone. */
  dots(x: Float64Array, vectors: readonly Float64Array[], out: Float64Array): void;
  /** target = base + sum of factors[k] * vectors[k]; target may be base. */
  combine(target: Float64Array, base: Float64Array, vectors: readonly Float64Array[], factors: ArrayLike<number>): void;
}

/** Partial products run over blocks of this many numbers, whoever computes them. */
export const vectorBlock = 4096;

/** Four running sums, added at the end. */
function dotOfRange(a: Float64Array, b: Float64Array, begin: number, end: number): number {
  const whole = begin + ((end - begin) & ~3);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let at = begin; at < whole; at += 4) {
    s0 += a[at]! * b[at]!;
    s1 += a[at + 1]! * b[at + 1]!;
    s2 += a[at + 2]! * b[at + 2]!;
    s3 += a[at + 3]! * b[at + 3]!;
  }
  let sum = s0 + s2 + (s1 + s3);
  for (let at = whole; at < end; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** For vectors anywhere. */
export const plainVectors: VectorKernels = {
  dots(x, vectors, out) {
    vectors.forEach((vector, row) => {
      let sum = 0;
      for (let begin = 0; begin < x.length; begin += vectorBlock) {
        sum += dotOfRange(x, vector, begin, Math.min(x.length, begin + vectorBlock));
      }
      out[row] = sum;
    });
  },
  combine(target, base, vectors, factors) {
    if (target !== base) target.set(base);
    vectors.forEach((vector, row) => {
      const factor = factors[row]!;
      for (let at = 0; at < target.length; at++) target[at]! += factor * vector[at]!;
    });
  },
};
