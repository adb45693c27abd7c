// Plain twin of the Stockham stages: butterflies over lines of 16 lanes, and the stages in order.
import { type FftPlan, fftBlock, fftLanes } from "../fft-plan.ts";

/** Where real and imaginary parts of a block of lines begin. */
export interface LineParts {
  readonly re: Float32Array;
  readonly im: Float32Array;
  readonly reAt: number;
  readonly imAt: number;
  /** Numbers between elements, each of 16 lanes. */
  readonly pitch: number;
}

/**
 * `outer` groups of `inner` numbers; inputs of a group lie `inStep` numbers apart, outputs `outStep`; groups begin `inOuter`
 * and `outOuter` numbers apart; twiddle factors of a group follow those of the one before.
 */
interface Stage {
  readonly outer: number;
  readonly inner: number;
  readonly inOuter: number;
  readonly inStep: number;
  readonly outOuter: number;
  readonly outStep: number;
  /** Numbers between the twiddle factors of groups; 0 where all groups have the same. */
  readonly twiddleStep: number;
  readonly twiddle: number;
}

/**
 * Transforms lines from one place to another; `first` and `second` are blocks of the plan's scratch used between stages.
 * Only with more than one factor may source and target be the same.
 */
export function transformLines(plan: FftPlan, from: LineParts, to: LineParts, first: number, second: number): void {
  const { length, factors, scratch, twiddles } = plan;
  const block = fftBlock(length);
  const places = [first, second].map((at) => ({
    re: scratch,
    im: scratch,
    reAt: at,
    imAt: at + block,
    pitch: fftLanes,
  })) as [LineParts, LineParts];
  let rest = length;
  let done = 1;
  let twiddle = 0;
  let root = 0;
  let source = from;
  factors.forEach((radix, index) => {
    const m = rest / radix;
    const run = done * fftLanes;
    const isLast = index === factors.length - 1;
    const target = isLast ? to : places[index % 2]!;
    const { pitch } = source;
    const stage: Stage = isLast
      ? {
          outer: done,
          inner: fftLanes,
          inOuter: pitch,
          inStep: done * pitch,
          outOuter: to.pitch,
          outStep: done * to.pitch,
          twiddleStep: 0,
          twiddle,
        }
      : {
          outer: m,
          inner: run,
          inOuter: index === 0 ? pitch : run,
          inStep: m * (index === 0 ? pitch : run),
          outOuter: radix * run,
          outStep: run,
          twiddleStep: 2 * (radix - 1),
          twiddle,
        };
    if (radix === 4) stage4(twiddles, stage, source, target);
    else if (radix === 2) stage2(twiddles, stage, source, target);
    else if (radix === 3) stage3(twiddles, stage, source, target);
    else if (radix === 5) stage5(twiddles, stage, source, target);
    else stageAny(twiddles, plan.roots.subarray(root, root + 2 * radix), stage, source, target);
    twiddle += 2 * m * (radix - 1);
    if (radix > 4) root += 2 * radix;
    rest = m;
    done *= radix;
    source = target;
  });
}

function stage2(w: Float32Array, stage: Stage, from: LineParts, to: LineParts): void {
  const { outer, inner, inStep, outStep } = stage;
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  for (let group = 0; group < outer; group++) {
    const at = stage.twiddle + group * stage.twiddleStep;
    const c = w[at]!;
    const d = w[at + 1]!;
    let a = from.reAt + group * stage.inOuter;
    let b = from.imAt + group * stage.inOuter;
    let s = to.reAt + group * stage.outOuter;
    let t = to.imAt + group * stage.outOuter;
    for (let q = 0; q < inner; q++, a++, b++, s++, t++) {
      const r0 = re[a]!;
      const i0 = im[b]!;
      const r1 = re[a + inStep]!;
      const i1 = im[b + inStep]!;
      outRe[s] = r0 + r1;
      outIm[t] = i0 + i1;
      const r = r0 - r1;
      const i = i0 - i1;
      outRe[s + outStep] = r * c - i * d;
      outIm[t + outStep] = r * d + i * c;
    }
  }
}

function stage3(w: Float32Array, stage: Stage, from: LineParts, to: LineParts): void {
  const { outer, inner, inStep, outStep } = stage;
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const sine = -Math.sqrt(3) / 2;
  for (let group = 0; group < outer; group++) {
    const at = stage.twiddle + group * stage.twiddleStep;
    const c1 = w[at]!;
    const d1 = w[at + 1]!;
    const c2 = w[at + 2]!;
    const d2 = w[at + 3]!;
    let a = from.reAt + group * stage.inOuter;
    let b = from.imAt + group * stage.inOuter;
    let s = to.reAt + group * stage.outOuter;
    let t = to.imAt + group * stage.outOuter;
    for (let q = 0; q < inner; q++, a++, b++, s++, t++) {
      const r0 = re[a]!;
      const i0 = im[b]!;
      const r1 = re[a + inStep]!;
      const i1 = im[b + inStep]!;
      const r2 = re[a + 2 * inStep]!;
      const i2 = im[b + 2 * inStep]!;
      const sr = r1 + r2;
      const si = i1 + i2;
      const dr = sine * (r1 - r2);
      const di = sine * (i1 - i2);
      const mr = r0 - 0.5 * sr;
      const mi = i0 - 0.5 * si;
      outRe[s] = r0 + sr;
      outIm[t] = i0 + si;
      outRe[s + outStep] = (mr - di) * c1 - (mi + dr) * d1;
      outIm[t + outStep] = (mr - di) * d1 + (mi + dr) * c1;
      outRe[s + 2 * outStep] = (mr + di) * c2 - (mi - dr) * d2;
      outIm[t + 2 * outStep] = (mr + di) * d2 + (mi - dr) * c2;
    }
  }
}

function stage4(w: Float32Array, stage: Stage, from: LineParts, to: LineParts): void {
  const { outer, inner, inStep, outStep } = stage;
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  for (let group = 0; group < outer; group++) {
    const at = stage.twiddle + group * stage.twiddleStep;
    const c1 = w[at]!;
    const d1 = w[at + 1]!;
    const c2 = w[at + 2]!;
    const d2 = w[at + 3]!;
    const c3 = w[at + 4]!;
    const d3 = w[at + 5]!;
    let a = from.reAt + group * stage.inOuter;
    let b = from.imAt + group * stage.inOuter;
    let s = to.reAt + group * stage.outOuter;
    let t = to.imAt + group * stage.outOuter;
    for (let q = 0; q < inner; q++, a++, b++, s++, t++) {
      const r0 = re[a]!;
      const i0 = im[b]!;
      const r1 = re[a + inStep]!;
      const i1 = im[b + inStep]!;
      const r2 = re[a + 2 * inStep]!;
      const i2 = im[b + 2 * inStep]!;
      const r3 = re[a + 3 * inStep]!;
      const i3 = im[b + 3 * inStep]!;
      const er = r0 + r2;
      const ei = i0 + i2;
      const fr = r0 - r2;
      const fi = i0 - i2;
      const gr = r1 + r3;
      const gi = i1 + i3;
      const hr = r1 - r3;
      const hi = i1 - i3;
      outRe[s] = er + gr;
      outIm[t] = ei + gi;
      outRe[s + outStep] = (fr + hi) * c1 - (fi - hr) * d1;
      outIm[t + outStep] = (fr + hi) * d1 + (fi - hr) * c1;
      outRe[s + 2 * outStep] = (er - gr) * c2 - (ei - gi) * d2;
      outIm[t + 2 * outStep] = (er - gr) * d2 + (ei - gi) * c2;
      outRe[s + 3 * outStep] = (fr - hi) * c3 - (fi + hr) * d3;
      outIm[t + 3 * outStep] = (fr - hi) * d3 + (fi + hr) * c3;
    }
  }
}

function stage5(w: Float32Array, stage: Stage, from: LineParts, to: LineParts): void {
  const { outer, inner, inStep, outStep } = stage;
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const cosine1 = Math.cos((2 * Math.PI) / 5);
  const cosine2 = Math.cos((4 * Math.PI) / 5);
  const sine1 = -Math.sin((2 * Math.PI) / 5);
  const sine2 = -Math.sin((4 * Math.PI) / 5);
  for (let group = 0; group < outer; group++) {
    const at = stage.twiddle + group * stage.twiddleStep;
    const c1 = w[at]!;
    const d1 = w[at + 1]!;
    const c2 = w[at + 2]!;
    const d2 = w[at + 3]!;
    const c3 = w[at + 4]!;
    const d3 = w[at + 5]!;
    const c4 = w[at + 6]!;
    const d4 = w[at + 7]!;
    let a = from.reAt + group * stage.inOuter;
    let b = from.imAt + group * stage.inOuter;
    let s = to.reAt + group * stage.outOuter;
    let t = to.imAt + group * stage.outOuter;
    for (let q = 0; q < inner; q++, a++, b++, s++, t++) {
      const r0 = re[a]!;
      const i0 = im[b]!;
      const sr1 = re[a + inStep]! + re[a + 4 * inStep]!;
      const si1 = im[b + inStep]! + im[b + 4 * inStep]!;
      const dr1 = re[a + inStep]! - re[a + 4 * inStep]!;
      const di1 = im[b + inStep]! - im[b + 4 * inStep]!;
      const sr2 = re[a + 2 * inStep]! + re[a + 3 * inStep]!;
      const si2 = im[b + 2 * inStep]! + im[b + 3 * inStep]!;
      const dr2 = re[a + 2 * inStep]! - re[a + 3 * inStep]!;
      const di2 = im[b + 2 * inStep]! - im[b + 3 * inStep]!;
      const mr1 = r0 + cosine1 * sr1 + cosine2 * sr2;
      const mi1 = i0 + cosine1 * si1 + cosine2 * si2;
      const er1 = sine1 * dr1 + sine2 * dr2;
      const ei1 = sine1 * di1 + sine2 * di2;
      const mr2 = r0 + cosine2 * sr1 + cosine1 * sr2;
      const mi2 = i0 + cosine2 * si1 + cosine1 * si2;
      const er2 = sine2 * dr1 - sine1 * dr2;
      const ei2 = sine2 * di1 - sine1 * di2;
      outRe[s] = r0 + sr1 + sr2;
      outIm[t] = i0 + si1 + si2;
      outRe[s + outStep] = (mr1 - ei1) * c1 - (mi1 + er1) * d1;
      outIm[t + outStep] = (mr1 - ei1) * d1 + (mi1 + er1) * c1;
      outRe[s + 2 * outStep] = (mr2 - ei2) * c2 - (mi2 + er2) * d2;
      outIm[t + 2 * outStep] = (mr2 - ei2) * d2 + (mi2 + er2) * c2;
      outRe[s + 3 * outStep] = (mr2 + ei2) * c3 - (mi2 - er2) * d3;
      outIm[t + 3 * outStep] = (mr2 + ei2) * d3 + (mi2 - er2) * c3;
      outRe[s + 4 * outStep] = (mr1 + ei1) * c4 - (mi1 - er1) * d4;
      outIm[t + 4 * outStep] = (mr1 + ei1) * d4 + (mi1 - er1) * c4;
    }
  }
}

/** Odd prime radix by pairs: sums and differences of inputs j and radix - j; `roots` has cosine and sine of -2 pi j / radix. */
function stageAny(w: Float32Array, roots: Float32Array, stage: Stage, from: LineParts, to: LineParts): void {
  const radix = roots.length / 2;
  const half = (radix - 1) / 2;
  const { inStep, outStep } = stage;
  const sums = new Float32Array(4 * half);
  for (let group = 0; group < stage.outer; group++) {
    const at = stage.twiddle + group * stage.twiddleStep;
    for (let q = 0; q < stage.inner; q++) {
      const re = from.reAt + group * stage.inOuter + q;
      const im = from.imAt + group * stage.inOuter + q;
      const outRe = to.reAt + group * stage.outOuter + q;
      const outIm = to.imAt + group * stage.outOuter + q;
      const r0 = from.re[re]!;
      const i0 = from.im[im]!;
      let totalRe = r0;
      let totalIm = i0;
      for (let j = 1; j <= half; j++) {
        const near = j * inStep;
        const far = (radix - j) * inStep;
        const o = 4 * (j - 1);
        sums[o] = from.re[re + near]! + from.re[re + far]!;
        sums[o + 1] = from.im[im + near]! + from.im[im + far]!;
        sums[o + 2] = from.re[re + near]! - from.re[re + far]!;
        sums[o + 3] = from.im[im + near]! - from.im[im + far]!;
        totalRe += sums[o]!;
        totalIm += sums[o + 1]!;
      }
      to.re[outRe] = totalRe;
      to.im[outIm] = totalIm;
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
        const mirror = radix - k;
        storeTurned(w, at + 2 * (k - 1), to, outRe + k * outStep, outIm + k * outStep, mr - ei, mi + er);
        storeTurned(w, at + 2 * (mirror - 1), to, outRe + mirror * outStep, outIm + mirror * outStep, mr + ei, mi - er);
      }
    }
  }
}

function storeTurned(
  w: Float32Array,
  at: number,
  to: LineParts,
  reAt: number,
  imAt: number,
  re: number,
  im: number,
): void {
  const c = w[at]!;
  const d = w[at + 1]!;
  to.re[reAt] = re * c - im * d;
  to.im[imAt] = re * d + im * c;
}
