// Stockham stages over lines of 16 lanes: butterflies of radix 2, 3, 4 and 5.
import { add, factor, get, mul, put, sub } from "./lanes";
import { lastAny, turnAny } from "./odd-stages";

// Every stage runs over `outer` groups of `inner` bytes. Inputs of a group lie `inStep` bytes apart, outputs `outStep`;
// groups begin `inOuter` and `outOuter` bytes apart. `turned` multiplies outputs by twiddle factors, `w` holding those of
// each group; the last stage has none.

@inline
function butterfly2(
  turned: bool,
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
  for (let group = 0; group < outer; group++) {
    const c1 = factor(turned, w, 0);
    const d1 = factor(turned, w, 1);
    for (let q: usize = 0; q < inner; q += 16) {
      const r0 = get(fromRe + q);
      const i0 = get(fromIm + q);
      const r1 = get(fromRe + q + inStep);
      const i1 = get(fromIm + q + inStep);
      v128.store(toRe + q, add(r0, r1));
      v128.store(toIm + q, add(i0, i1));
      put(turned, toRe + q + outStep, toIm + q + outStep, sub(r0, r1), sub(i0, i1), c1, d1);
    }
    w += 8;
    fromRe += inOuter;
    fromIm += inOuter;
    toRe += outOuter;
    toIm += outOuter;
  }
}

function turn2(
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
  butterfly2(true, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

function last2(
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
  butterfly2(false, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

@inline
function butterfly3(
  turned: bool,
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
  const sine = f32x4.splat(-0.8660254037844386);
  const half = f32x4.splat(0.5);
  for (let group = 0; group < outer; group++) {
    const c1 = factor(turned, w, 0);
    const d1 = factor(turned, w, 1);
    const c2 = factor(turned, w, 2);
    const d2 = factor(turned, w, 3);
    for (let q: usize = 0; q < inner; q += 16) {
      const r0 = get(fromRe + q);
      const i0 = get(fromIm + q);
      const r1 = get(fromRe + q + inStep);
      const i1 = get(fromIm + q + inStep);
      const r2 = get(fromRe + q + 2 * inStep);
      const i2 = get(fromIm + q + 2 * inStep);
      const sr = add(r1, r2);
      const si = add(i1, i2);
      const dr = mul(sine, sub(r1, r2));
      const di = mul(sine, sub(i1, i2));
      const mr = sub(r0, mul(half, sr));
      const mi = sub(i0, mul(half, si));
      v128.store(toRe + q, add(r0, sr));
      v128.store(toIm + q, add(i0, si));
      put(turned, toRe + q + outStep, toIm + q + outStep, sub(mr, di), add(mi, dr), c1, d1);
      put(turned, toRe + q + 2 * outStep, toIm + q + 2 * outStep, add(mr, di), sub(mi, dr), c2, d2);
    }
    w += 16;
    fromRe += inOuter;
    fromIm += inOuter;
    toRe += outOuter;
    toIm += outOuter;
  }
}

function turn3(
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
  butterfly3(true, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

function last3(
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
  butterfly3(false, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

@inline
function butterfly4(
  turned: bool,
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
  for (let group = 0; group < outer; group++) {
    const c1 = factor(turned, w, 0);
    const d1 = factor(turned, w, 1);
    const c2 = factor(turned, w, 2);
    const d2 = factor(turned, w, 3);
    const c3 = factor(turned, w, 4);
    const d3 = factor(turned, w, 5);
    for (let q: usize = 0; q < inner; q += 16) {
      const r0 = get(fromRe + q);
      const i0 = get(fromIm + q);
      const r1 = get(fromRe + q + inStep);
      const i1 = get(fromIm + q + inStep);
      const r2 = get(fromRe + q + 2 * inStep);
      const i2 = get(fromIm + q + 2 * inStep);
      const r3 = get(fromRe + q + 3 * inStep);
      const i3 = get(fromIm + q + 3 * inStep);
      const er = add(r0, r2);
      const ei = add(i0, i2);
      const fr = sub(r0, r2);
      const fi = sub(i0, i2);
      const gr = add(r1, r3);
      const gi = add(i1, i3);
      const hr = sub(r1, r3);
      const hi = sub(i1, i3);
      v128.store(toRe + q, add(er, gr));
      v128.store(toIm + q, add(ei, gi));
      put(turned, toRe + q + outStep, toIm + q + outStep, add(fr, hi), sub(fi, hr), c1, d1);
      put(turned, toRe + q + 2 * outStep, toIm + q + 2 * outStep, sub(er, gr), sub(ei, gi), c2, d2);
      put(turned, toRe + q + 3 * outStep, toIm + q + 3 * outStep, sub(fr, hi), add(fi, hr), c3, d3);
    }
    w += 24;
    fromRe += inOuter;
    fromIm += inOuter;
    toRe += outOuter;
    toIm += outOuter;
  }
}

function turn4(
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
  butterfly4(true, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

function last4(
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
  butterfly4(false, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

@inline
function butterfly5(
  turned: bool,
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
  const cosine1 = f32x4.splat(0.30901699437494745);
  const cosine2 = f32x4.splat(-0.8090169943749475);
  const sine1 = f32x4.splat(-0.9510565162951535);
  const sine2 = f32x4.splat(-0.5877852522924731);
  for (let group = 0; group < outer; group++) {
    const c1 = factor(turned, w, 0);
    const d1 = factor(turned, w, 1);
    const c2 = factor(turned, w, 2);
    const d2 = factor(turned, w, 3);
    const c3 = factor(turned, w, 4);
    const d3 = factor(turned, w, 5);
    const c4 = factor(turned, w, 6);
    const d4 = factor(turned, w, 7);
    for (let q: usize = 0; q < inner; q += 16) {
      const r0 = get(fromRe + q);
      const i0 = get(fromIm + q);
      const r1 = get(fromRe + q + inStep);
      const i1 = get(fromIm + q + inStep);
      const r2 = get(fromRe + q + 2 * inStep);
      const i2 = get(fromIm + q + 2 * inStep);
      const r3 = get(fromRe + q + 3 * inStep);
      const i3 = get(fromIm + q + 3 * inStep);
      const r4 = get(fromRe + q + 4 * inStep);
      const i4 = get(fromIm + q + 4 * inStep);
      const sr1 = add(r1, r4);
      const si1 = add(i1, i4);
      const dr1 = sub(r1, r4);
      const di1 = sub(i1, i4);
      const sr2 = add(r2, r3);
      const si2 = add(i2, i3);
      const dr2 = sub(r2, r3);
      const di2 = sub(i2, i3);
      v128.store(toRe + q, add(r0, add(sr1, sr2)));
      v128.store(toIm + q, add(i0, add(si1, si2)));
      const mr1 = add(r0, add(mul(cosine1, sr1), mul(cosine2, sr2)));
      const mi1 = add(i0, add(mul(cosine1, si1), mul(cosine2, si2)));
      const er1 = add(mul(sine1, dr1), mul(sine2, dr2));
      const ei1 = add(mul(sine1, di1), mul(sine2, di2));
      put(turned, toRe + q + outStep, toIm + q + outStep, sub(mr1, ei1), add(mi1, er1), c1, d1);
      put(turned, toRe + q + 4 * outStep, toIm + q + 4 * outStep, add(mr1, ei1), sub(mi1, er1), c4, d4);
      const mr2 = add(r0, add(mul(cosine2, sr1), mul(cosine1, sr2)));
      const mi2 = add(i0, add(mul(cosine2, si1), mul(cosine1, si2)));
      const er2 = sub(mul(sine2, dr1), mul(sine1, dr2));
      const ei2 = sub(mul(sine2, di1), mul(sine1, di2));
      put(turned, toRe + q + 2 * outStep, toIm + q + 2 * outStep, sub(mr2, ei2), add(mi2, er2), c2, d2);
      put(turned, toRe + q + 3 * outStep, toIm + q + 3 * outStep, add(mr2, ei2), sub(mi2, er2), c3, d3);
    }
    w += 32;
    fromRe += inOuter;
    fromIm += inOuter;
    toRe += outOuter;
    toIm += outOuter;
  }
}

function turn5(
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
  butterfly5(true, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

function last5(
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
  butterfly5(false, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

/** A stage with twiddle factors. */
export function turnedStage(
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
  if (radix == 4) turn4(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else if (radix == 2) turn2(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else if (radix == 3) turn3(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else if (radix == 5) turn5(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else turnAny(radix, roots, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}

/** The last stage of a transform. */
export function lastStage(
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
  if (radix == 4) last4(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else if (radix == 2) last2(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else if (radix == 3) last3(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else if (radix == 5) last5(w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
  else lastAny(radix, roots, w, outer, inner, inOuter, inStep, outOuter, outStep, fromRe, fromIm, toRe, toIm);
}
