// Stockham stages over blocks of 16 lines.
import { add, get, mul, rowBytes, storeTurned, sub } from "./lanes";

function stage2(w: usize, run: usize, m: i32, fromRe: usize, fromIm: usize, toRe: usize, toIm: usize): void {
  const step = <usize>m * run;
  for (let p = 0; p < m; p++) {
    const c = v128.load32_splat(w);
    const d = v128.load32_splat(w, 4);
    w += 8;
    const a = <usize>p * run;
    const b = a * 2;
    for (let q: usize = 0; q < run; q += 16) {
      const f = a + q;
      const t = b + q;
      const r0 = get(fromRe + f);
      const i0 = get(fromIm + f);
      const r1 = get(fromRe + f + step);
      const i1 = get(fromIm + f + step);
      v128.store(toRe + t, add(r0, r1));
      v128.store(toIm + t, add(i0, i1));
      storeTurned(toRe + t + run, toIm + t + run, sub(r0, r1), sub(i0, i1), c, d);
    }
  }
}

function stage3(w: usize, run: usize, m: i32, fromRe: usize, fromIm: usize, toRe: usize, toIm: usize): void {
  const step = <usize>m * run;
  const sine = f32x4.splat(-0.8660254037844386);
  const half = f32x4.splat(0.5);
  for (let p = 0; p < m; p++) {
    const c1 = v128.load32_splat(w);
    const d1 = v128.load32_splat(w, 4);
    const c2 = v128.load32_splat(w, 8);
    const d2 = v128.load32_splat(w, 12);
    w += 16;
    const a = <usize>p * run;
    const b = a * 3;
    for (let q: usize = 0; q < run; q += 16) {
      const f = a + q;
      const t = b + q;
      const r0 = get(fromRe + f);
      const i0 = get(fromIm + f);
      const r1 = get(fromRe + f + step);
      const i1 = get(fromIm + f + step);
      const r2 = get(fromRe + f + 2 * step);
      const i2 = get(fromIm + f + 2 * step);
      const sr = add(r1, r2);
      const si = add(i1, i2);
      const dr = mul(sine, sub(r1, r2));
      const di = mul(sine, sub(i1, i2));
      const mr = sub(r0, mul(half, sr));
      const mi = sub(i0, mul(half, si));
      v128.store(toRe + t, add(r0, sr));
      v128.store(toIm + t, add(i0, si));
      storeTurned(toRe + t + run, toIm + t + run, sub(mr, di), add(mi, dr), c1, d1);
      storeTurned(toRe + t + 2 * run, toIm + t + 2 * run, add(mr, di), sub(mi, dr), c2, d2);
    }
  }
}

function stage4(w: usize, run: usize, m: i32, fromRe: usize, fromIm: usize, toRe: usize, toIm: usize): void {
  const step = <usize>m * run;
  for (let p = 0; p < m; p++) {
    const c1 = v128.load32_splat(w);
    const d1 = v128.load32_splat(w, 4);
    const c2 = v128.load32_splat(w, 8);
    const d2 = v128.load32_splat(w, 12);
    const c3 = v128.load32_splat(w, 16);
    const d3 = v128.load32_splat(w, 20);
    w += 24;
    const a = <usize>p * run;
    const b = a * 4;
    for (let q: usize = 0; q < run; q += 16) {
      const f = a + q;
      const t = b + q;
      const r0 = get(fromRe + f);
      const i0 = get(fromIm + f);
      const r1 = get(fromRe + f + step);
      const i1 = get(fromIm + f + step);
      const r2 = get(fromRe + f + 2 * step);
      const i2 = get(fromIm + f + 2 * step);
      const r3 = get(fromRe + f + 3 * step);
      const i3 = get(fromIm + f + 3 * step);
      const er = add(r0, r2);
      const ei = add(i0, i2);
      const fr = sub(r0, r2);
      const fi = sub(i0, i2);
      const gr = add(r1, r3);
      const gi = add(i1, i3);
      const hr = sub(r1, r3);
      const hi = sub(i1, i3);
      v128.store(toRe + t, add(er, gr));
      v128.store(toIm + t, add(ei, gi));
      storeTurned(toRe + t + run, toIm + t + run, add(fr, hi), sub(fi, hr), c1, d1);
      storeTurned(toRe + t + 2 * run, toIm + t + 2 * run, sub(er, gr), sub(ei, gi), c2, d2);
      storeTurned(toRe + t + 3 * run, toIm + t + 3 * run, sub(fr, hi), add(fi, hr), c3, d3);
    }
  }
}

function stage5(w: usize, run: usize, m: i32, fromRe: usize, fromIm: usize, toRe: usize, toIm: usize): void {
  const step = <usize>m * run;
  const cosine1 = f32x4.splat(0.30901699437494745);
  const cosine2 = f32x4.splat(-0.8090169943749475);
  const sine1 = f32x4.splat(-0.9510565162951535);
  const sine2 = f32x4.splat(-0.5877852522924731);
  for (let p = 0; p < m; p++) {
    const c1 = v128.load32_splat(w);
    const d1 = v128.load32_splat(w, 4);
    const c2 = v128.load32_splat(w, 8);
    const d2 = v128.load32_splat(w, 12);
    const c3 = v128.load32_splat(w, 16);
    const d3 = v128.load32_splat(w, 20);
    const c4 = v128.load32_splat(w, 24);
    const d4 = v128.load32_splat(w, 28);
    const a = <usize>p * run;
    const b = a * 5;
    for (let q: usize = 0; q < run; q += 16) {
      const f = a + q;
      const t = b + q;
      const r0 = get(fromRe + f);
      const i0 = get(fromIm + f);
      const r1 = get(fromRe + f + step);
      const i1 = get(fromIm + f + step);
      const r2 = get(fromRe + f + 2 * step);
      const i2 = get(fromIm + f + 2 * step);
      const r3 = get(fromRe + f + 3 * step);
      const i3 = get(fromIm + f + 3 * step);
      const r4 = get(fromRe + f + 4 * step);
      const i4 = get(fromIm + f + 4 * step);
      const sr1 = add(r1, r4);
      const si1 = add(i1, i4);
      const dr1 = sub(r1, r4);
      const di1 = sub(i1, i4);
      const sr2 = add(r2, r3);
      const si2 = add(i2, i3);
      const dr2 = sub(r2, r3);
      const di2 = sub(i2, i3);
      v128.store(toRe + t, add(r0, add(sr1, sr2)));
      v128.store(toIm + t, add(i0, add(si1, si2)));
      const mr1 = add(r0, add(mul(cosine1, sr1), mul(cosine2, sr2)));
      const mi1 = add(i0, add(mul(cosine1, si1), mul(cosine2, si2)));
      const er1 = add(mul(sine1, dr1), mul(sine2, dr2));
      const ei1 = add(mul(sine1, di1), mul(sine2, di2));
      const mr2 = add(r0, add(mul(cosine2, sr1), mul(cosine1, sr2)));
      const mi2 = add(i0, add(mul(cosine2, si1), mul(cosine1, si2)));
      const er2 = sub(mul(sine2, dr1), mul(sine1, dr2));
      const ei2 = sub(mul(sine2, di1), mul(sine1, di2));
      storeTurned(toRe + t + run, toIm + t + run, sub(mr1, ei1), add(mi1, er1), c1, d1);
      storeTurned(toRe + t + 2 * run, toIm + t + 2 * run, sub(mr2, ei2), add(mi2, er2), c2, d2);
      storeTurned(toRe + t + 3 * run, toIm + t + 3 * run, add(mr2, ei2), sub(mi2, er2), c3, d3);
      storeTurned(toRe + t + 4 * run, toIm + t + 4 * run, add(mr1, ei1), sub(mi1, er1), c4, d4);
    }
    w += 32;
  }
}

/** Multiplies by the twiddle factor of row `k` and stores. */
@inline
function turnAndStore(w: usize, k: usize, toRe: usize, toIm: usize, re: v128, im: v128): void {
  storeTurned(toRe, toIm, re, im, v128.load32_splat(w + 8 * k), v128.load32_splat(w + 8 * k, 4));
}

/** Odd prime radix by pairs of inputs j and radix - j; `roots` holds cosine and sine of -2 pi j / radix. */
function stageAny(
  radix: i32,
  roots: usize,
  w: usize,
  run: usize,
  m: i32,
  fromRe: usize,
  fromIm: usize,
  toRe: usize,
  toIm: usize,
): void {
  const step = <usize>m * run;
  const half = (radix - 1) / 2;
  for (let p = 0; p < m; p++) {
    for (let q: usize = 0; q < run; q += 16) {
      const f = <usize>p * run + q;
      const t = <usize>radix * <usize>p * run + q;
      const r0 = get(fromRe + f);
      const i0 = get(fromIm + f);
      let totalRe = r0;
      let totalIm = i0;
      for (let j = 1; j < radix; j++) {
        totalRe = add(totalRe, get(fromRe + f + <usize>j * step));
        totalIm = add(totalIm, get(fromIm + f + <usize>j * step));
      }
      v128.store(toRe + t, totalRe);
      v128.store(toIm + t, totalIm);
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
          const a = f + <usize>j * step;
          const b = f + <usize>(radix - j) * step;
          mr = add(mr, mul(c, add(get(fromRe + a), get(fromRe + b))));
          mi = add(mi, mul(c, add(get(fromIm + a), get(fromIm + b))));
          er = add(er, mul(d, sub(get(fromRe + a), get(fromRe + b))));
          ei = add(ei, mul(d, sub(get(fromIm + a), get(fromIm + b))));
        }
        const near = t + <usize>k * run;
        const far = t + <usize>(radix - k) * run;
        turnAndStore(w, <usize>(k - 1), toRe + near, toIm + near, sub(mr, ei), add(mi, er));
        turnAndStore(w, <usize>(radix - k - 1), toRe + far, toIm + far, add(mr, ei), sub(mi, er));
      }
    }
    w += 8 * <usize>(radix - 1);
  }
}

/** Transforms the block at `scratch` ([length][16] real parts, then imaginary parts); returns where the result lies. */
export function transformBlock(
  scratch: usize,
  length: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  inverse: bool,
): usize {
  const block = <usize>length * rowBytes;
  let source = scratch;
  let target = scratch + 2 * block;
  let rest = length;
  let run: usize = rowBytes;
  for (let stage = 0; stage < factorCount; stage++) {
    const radix = load<i32>(factors + <usize>stage * 4);
    const m = rest / radix;
    const fromRe = inverse ? source + block : source;
    const fromIm = inverse ? source : source + block;
    const toRe = inverse ? target + block : target;
    const toIm = inverse ? target : target + block;
    if (radix == 4) stage4(twiddles, run, m, fromRe, fromIm, toRe, toIm);
    else if (radix == 2) stage2(twiddles, run, m, fromRe, fromIm, toRe, toIm);
    else if (radix == 3) stage3(twiddles, run, m, fromRe, fromIm, toRe, toIm);
    else if (radix == 5) stage5(twiddles, run, m, fromRe, fromIm, toRe, toIm);
    else stageAny(radix, roots, twiddles, run, m, fromRe, fromIm, toRe, toIm);
    if (radix > 4) roots += <usize>radix * 8;
    twiddles += <usize>m * 8 * <usize>(radix - 1);
    rest = m;
    run *= <usize>radix;
    const swap = source;
    source = target;
    target = swap;
  }
  return source;
}
