// Plain twins of the kernels over whole maps.

/** Sums of squares run over blocks of this many numbers, whoever computes them. */
export const mapBlock = 65536;

/** target -= factor * source in single precision; returns the sum of squares of the result. */
export function subtractMap(target: Float32Array, source: Float32Array, factor: number): number {
  const scale = Math.fround(factor);
  let total = 0;
  for (let begin = 0; begin < target.length; begin += mapBlock) {
    const end = Math.min(target.length, begin + mapBlock);
    const whole = begin + ((end - begin) & ~3);
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let at = begin; at < whole; at += 4) {
      const r0 = Math.fround(target[at]! - Math.fround(scale * source[at]!));
      const r1 = Math.fround(target[at + 1]! - Math.fround(scale * source[at + 1]!));
      const r2 = Math.fround(target[at + 2]! - Math.fround(scale * source[at + 2]!));
      const r3 = Math.fround(target[at + 3]! - Math.fround(scale * source[at + 3]!));
      target[at] = r0;
      target[at + 1] = r1;
      target[at + 2] = r2;
      target[at + 3] = r3;
      s0 += r0 * r0;
      s1 += r1 * r1;
      s2 += r2 * r2;
      s3 += r3 * r3;
    }
    let sum = s0 + s2 + (s1 + s3);
    for (let at = whole; at < end; at++) {
      const result = Math.fround(target[at]! - Math.fround(scale * source[at]!));
      target[at] = result;
      sum += result * result;
    }
    total += sum;
  }
  return total;
}

/** target = factor * target + offset in single precision. */
export function scaleMap(target: Float32Array, factor: number, offset: number): void {
  const scale = Math.fround(factor);
  const shift = Math.fround(offset);
  for (let at = 0; at < target.length; at++) target[at] = Math.fround(scale * target[at]!) + shift;
}
