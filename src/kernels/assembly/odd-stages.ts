// Stockham stages of odd prime radix.
import { add, factor, get, mul, put, sub } from "./lanes";

/** Odd prime radix by pairs of inputs j and radix - j; `roots` holds cosine and sine of -2 pi j / radix. */
@inline
function butterflyAny(
  turned: bool,
  radix: i32,
  roots: usize,
  w: usize,
  outer: i32,
  inner: usize,
  inOuter: usize,
  inStep: usize,
  outOuter: usize,
  outStep: usize,
  fromRe: usize,
  fromIm: usize,
  toRe: usize,
  toIm: usize,
): void {
  const half = (radix - 1) / 2;
  for (let group = 0; group < outer; group++) {
    for (let q: usize = 0; q < inner; q += 16) {
      const r0 = get(fromRe + q);
      const i0 = get(fromIm + q);
      let totalRe = r0;
      let totalIm = i0;
      for (let j: usize = 1; j < <usize>radix; j++) {
        totalRe = add(totalRe, get(fromRe + q + j * inStep));
        totalIm = add(totalIm, get(fromIm + q + j * inStep));
      }
      v128.store(toRe + q, totalRe);
      v128.store(toIm + q, totalIm);
      for (let k = 1; k <= half; k++) {
        let mr = r0;
        let mi = i0;
        let er = f32x4.splat(0);
        let ei = f32x4.splat(0);
        let index = 0;
        for (let j = 1; j <= half; j++) {
          index += k;
          if (index >= radix) index -= radix;
          const c = v128.load32_splat(roots + <usize>index * 8);
          const d = v128.load32_splat(roots + <usize>index * 8, 4);
          const a = q + <usize>j * inStep;
          const b = q + <usize>(radix - j) * inStep;
          mr = add(mr, mul(c, add(get(fromRe + a), get(fromRe + b))));
          mi = add(mi, mul(c, add(get(fromIm + a), get(fromIm + b))));
          er = add(er, mul(d, sub(get(fromRe + a), get(fromRe + b))));
          ei = add(ei, mul(d, sub(get(fromIm + a), get(fromIm + b))));
        }
        const near = q + <usize>k * outStep;
        const far = q + <usize>(radix - k) * outStep;
        const u = <usize>(2 * k - 2);
        const v = <usize>(2 * (radix - k) - 2);
        put(turned, toRe + near, toIm + near, sub(mr, ei), add(mi, er), factor(turned, w, u), factor(turned, w, u + 1));
        put(turned, toRe + far, toIm + far, add(mr, ei), sub(mi, er), factor(turned, w, v), factor(turned, w, v + 1));
      }
    }
    w += 8 * <usize>(radix - 1);
    fromRe += inOuter;
    fromIm += inOuter;
    toRe += outOuter;
    toIm += outOuter;
  }
}

export function turnAny(
  radix: i32,
  roots: usize,
  w: usize,
  outer: i32,
  inner: usize,
  inOuter: usize,
  inStep: usize,
  outOuter: usize,
  outStep: usize,
  fromRe: usize,
  fromIm: usize,
  toRe: usize,
  toIm: usize,
): void {
  butterflyAny(true, radix, roots, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

export function lastAny(
  radix: i32,
  roots: usize,
  w: usize,
  outer: i32,
  inner: usize,
  inOuter: usize,
  inStep: usize,
  outOuter: usize,
  outStep: usize,
  fromRe: usize,
  fromIm: usize,
  toRe: usize,
  toIm: usize,
): void {
  butterflyAny(false, radix, roots, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}
