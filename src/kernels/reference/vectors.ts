// Plain twins of the minimiser's vector kernels.

/** Scalar product: four running sums, added at the end. */
export function dot(a: Float64Array, b: Float64Array): number {
  const whole = a.length & ~3;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let at = 0; at < whole; at += 4) {
    s0 += a[at]! * b[at]!;
    s1 += a[at + 1]! * b[at + 1]!;
    s2 += a[at + 2]! * b[at + 2]!;
    s3 += a[at + 3]! * b[at + 3]!;
  }
  let sum = s0 + s2 + (s1 + s3);
  for (let at = whole; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** target += scale * source */
export function addScaled(target: Float64Array, scale: number, source: Float64Array): void {
  for (let at = 0; at < target.length; at++) target[at]! += scale * source[at]!;
}

/** target = base + scale * source */
export function setSum(target: Float64Array, base: Float64Array, scale: number, source: Float64Array): void {
  for (let at = 0; at < target.length; at++) target[at] = base[at]! + scale * source[at]!;
}
