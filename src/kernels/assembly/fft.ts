// Fourier transform kernels: Stockham stages over blocks of 16 lines, four lines per vector.

const lanes = 16;
/** Bytes of one row of lanes. */
const rowBytes: usize = 64;

@inline
function get(p: usize): v128 {
  return v128.load(p);
}

@inline
function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

@inline
function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

@inline
function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

/** Stores (re + i im) (c + i d). */
@inline
function storeTurned(toRe: usize, toIm: usize, re: v128, im: v128, c: v128, d: v128): void {
  v128.store(toRe, sub(mul(re, c), mul(im, d)));
  v128.store(toIm, add(mul(re, d), mul(im, c)));
}

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
      turnAndStore(w, 0, toRe + t + run, toIm + t + run, sub(mr1, ei1), add(mi1, er1));
      turnAndStore(w, 1, toRe + t + 2 * run, toIm + t + 2 * run, sub(mr2, ei2), add(mi2, er2));
      turnAndStore(w, 2, toRe + t + 3 * run, toIm + t + 3 * run, add(mr2, ei2), sub(mi2, er2));
      turnAndStore(w, 3, toRe + t + 4 * run, toIm + t + 4 * run, add(mr1, ei1), sub(mi1, er1));
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
function transformBlock(
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

/** Four vectors as rows of a square, exchanged for its columns; results in t0 .. t3. */
let t0: v128 = f32x4.splat(0);
let t1: v128 = f32x4.splat(0);
let t2: v128 = f32x4.splat(0);
let t3: v128 = f32x4.splat(0);

@inline
function transpose(a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  t0 = v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5);
  t1 = v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7);
  t2 = v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5);
  t3 = v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7);
}

/** Copies four real rows (pointers, 0 for none) into lanes at `to`, one after the other along x. */
function gatherRows(to: usize, a: usize, b: usize, c: usize, d: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const whole = n & ~3;
  for (let x = 0; x < whole; x += 4) {
    const at = <usize>x * 4;
    transpose(
      a ? get(a + at) : zero,
      b ? get(b + at) : zero,
      c ? get(c + at) : zero,
      d ? get(d + at) : zero,
    );
    const p = to + rowBytes * <usize>x;
    v128.store(p, t0);
    v128.store(p + rowBytes, t1);
    v128.store(p + 2 * rowBytes, t2);
    v128.store(p + 3 * rowBytes, t3);
  }
  for (let x = whole; x < n; x++) {
    const at = <usize>x * 4;
    const p = to + rowBytes * <usize>x;
    store<f32>(p, a ? load<f32>(a + at) : 0);
    store<f32>(p + 4, b ? load<f32>(b + at) : 0);
    store<f32>(p + 8, c ? load<f32>(c + at) : 0);
    store<f32>(p + 12, d ? load<f32>(d + at) : 0);
  }
}

/** The reverse of gatherRows. */
function scatterRows(from: usize, a: usize, b: usize, c: usize, d: usize, n: i32): void {
  const whole = n & ~3;
  for (let x = 0; x < whole; x += 4) {
    const p = from + rowBytes * <usize>x;
    transpose(get(p), get(p + rowBytes), get(p + 2 * rowBytes), get(p + 3 * rowBytes));
    const at = <usize>x * 4;
    if (a) v128.store(a + at, t0);
    if (b) v128.store(b + at, t1);
    if (c) v128.store(c + at, t2);
    if (d) v128.store(d + at, t3);
  }
  for (let x = whole; x < n; x++) {
    const p = from + rowBytes * <usize>x;
    const at = <usize>x * 4;
    if (a) store<f32>(a + at, load<f32>(p));
    if (b) store<f32>(b + at, load<f32>(p + 4));
    if (c) store<f32>(c + at, load<f32>(p + 8));
    if (d) store<f32>(d + at, load<f32>(p + 12));
  }
}

/** Address of a row, 0 beyond the last. */
@inline
function rowAt(base: usize, row: i32, rowEnd: i32, bytes: usize): usize {
  return row < rowEnd ? base + <usize>row * bytes : 0;
}

export function forwardRows(
  scratch: usize,
  n: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  real: usize,
  re: usize,
  im: usize,
  stride: i32,
  keep: i32,
  rowBegin: i32,
  rowEnd: i32,
): void {
  const block = <usize>n * rowBytes;
  const realBytes = <usize>n * 4;
  const bytes = <usize>stride * 4;
  for (let row = rowBegin; row < rowEnd; row += 2 * lanes) {
    for (let lane = 0; lane < lanes; lane += 4) {
      const first = row + 2 * lane;
      for (let part = 0; part < 2; part++) {
        gatherRows(
          scratch + <usize>part * block + <usize>lane * 4,
          rowAt(real, first + part, rowEnd, realBytes),
          rowAt(real, first + 2 + part, rowEnd, realBytes),
          rowAt(real, first + 4 + part, rowEnd, realBytes),
          rowAt(real, first + 6 + part, rowEnd, realBytes),
          n,
        );
      }
    }
    const result = transformBlock(scratch, n, factors, factorCount, twiddles, roots, false);
    for (let lane = 0; lane < lanes; lane += 4) {
      const first = row + 2 * lane;
      if (first >= rowEnd) break;
      separateRows(result + <usize>lane * 4, block, n, keep, first, rowEnd, re, im, bytes);
    }
  }
}

/** Spectra of the eight rows from `first` on that share four lanes of a transform. */
function separateRows(
  from: usize,
  block: usize,
  n: i32,
  keep: i32,
  first: i32,
  rowEnd: i32,
  re: usize,
  im: usize,
  bytes: usize,
): void {
  const zero = f32x4.splat(0);
  const scale = f32x4.splat(0.5);
  const half = n >> 1;
  for (let h = 0; h < keep; h += 4) {
    let xr0 = zero, xr1 = zero, xr2 = zero, xr3 = zero;
    let xi0 = zero, xi1 = zero, xi2 = zero, xi3 = zero;
    let yr0 = zero, yr1 = zero, yr2 = zero, yr3 = zero;
    let yi0 = zero, yi1 = zero, yi2 = zero, yi3 = zero;
    for (let c = 0; c < 4; c++) {
      const index = h + c;
      if (index > half) break;
      const a = from + <usize>index * rowBytes;
      const b = from + <usize>(index == 0 ? 0 : n - index) * rowBytes;
      const ar = get(a);
      const ai = get(a + block);
      const br = get(b);
      const bi = get(b + block);
      const xr = mul(scale, add(ar, br));
      const xi = mul(scale, sub(ai, bi));
      const yr = mul(scale, add(ai, bi));
      const yi = mul(scale, sub(br, ar));
      if (c == 0) { xr0 = xr; xi0 = xi; yr0 = yr; yi0 = yi; }
      else if (c == 1) { xr1 = xr; xi1 = xi; yr1 = yr; yi1 = yi; }
      else if (c == 2) { xr2 = xr; xi2 = xi; yr2 = yr; yi2 = yi; }
      else { xr3 = xr; xi3 = xi; yr3 = yr; yi3 = yi; }
    }
    const at = <usize>h * 4;
    transpose(xr0, xr1, xr2, xr3);
    storeEveryOther(re + at, first, rowEnd, bytes);
    transpose(xi0, xi1, xi2, xi3);
    storeEveryOther(im + at, first, rowEnd, bytes);
    transpose(yr0, yr1, yr2, yr3);
    storeEveryOther(re + at, first + 1, rowEnd, bytes);
    transpose(yi0, yi1, yi2, yi3);
    storeEveryOther(im + at, first + 1, rowEnd, bytes);
  }
}

/** Stores t0 .. t3 in rows first, first + 2, ... as far as they exist. */
@inline
function storeEveryOther(base: usize, first: i32, rowEnd: i32, bytes: usize): void {
  const p = base + <usize>first * bytes;
  if (first < rowEnd) v128.store(p, t0);
  if (first + 2 < rowEnd) v128.store(p + 2 * bytes, t1);
  if (first + 4 < rowEnd) v128.store(p + 4 * bytes, t2);
  if (first + 6 < rowEnd) v128.store(p + 6 * bytes, t3);
}

export function inverseRows(
  scratch: usize,
  n: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  re: usize,
  im: usize,
  stride: i32,
  keep: i32,
  real: usize,
  rowBegin: i32,
  rowEnd: i32,
): void {
  const block = <usize>n * rowBytes;
  const realBytes = <usize>n * 4;
  const bytes = <usize>stride * 4;
  const half = n >> 1;
  const used = min(keep, half + 1);
  for (let row = rowBegin; row < rowEnd; row += 2 * lanes) {
    memory.fill(scratch, 0, 2 * block);
    for (let lane = 0; lane < lanes; lane += 4) {
      const first = row + 2 * lane;
      if (first >= rowEnd) break;
      mergeRows(scratch + <usize>lane * 4, block, n, used, first, rowEnd, re, im, bytes);
    }
    const result = transformBlock(scratch, n, factors, factorCount, twiddles, roots, true);
    for (let lane = 0; lane < lanes; lane += 4) {
      const first = row + 2 * lane;
      for (let part = 0; part < 2; part++) {
        scatterRows(
          result + <usize>part * block + <usize>lane * 4,
          rowAt(real, first + part, rowEnd, realBytes),
          rowAt(real, first + 2 + part, rowEnd, realBytes),
          rowAt(real, first + 4 + part, rowEnd, realBytes),
          rowAt(real, first + 6 + part, rowEnd, realBytes),
          n,
        );
      }
    }
  }
}

/** Loads four frequencies of rows first, first + 2, ... and turns them into lanes, in t0 .. t3. */
@inline
function loadEveryOther(base: usize, first: i32, rowEnd: i32, bytes: usize): void {
  const zero = f32x4.splat(0);
  const p = base + <usize>first * bytes;
  transpose(
    first < rowEnd ? get(p) : zero,
    first + 2 < rowEnd ? get(p + 2 * bytes) : zero,
    first + 4 < rowEnd ? get(p + 4 * bytes) : zero,
    first + 6 < rowEnd ? get(p + 6 * bytes) : zero,
  );
}

/** Puts the spectra of eight rows into four lanes: Z = A + iB for rows A and B that share a lane. */
function mergeRows(
  to: usize,
  block: usize,
  n: i32,
  used: i32,
  first: i32,
  rowEnd: i32,
  re: usize,
  im: usize,
  bytes: usize,
): void {
  for (let h = 0; h < used; h += 4) {
    const at = <usize>h * 4;
    loadEveryOther(re + at, first, rowEnd, bytes);
    const ar0 = t0, ar1 = t1, ar2 = t2, ar3 = t3;
    loadEveryOther(im + at, first, rowEnd, bytes);
    const ai0 = t0, ai1 = t1, ai2 = t2, ai3 = t3;
    loadEveryOther(re + at, first + 1, rowEnd, bytes);
    const br0 = t0, br1 = t1, br2 = t2, br3 = t3;
    loadEveryOther(im + at, first + 1, rowEnd, bytes);
    mergeFrequency(to, block, n, h, used, ar0, ai0, br0, t0);
    mergeFrequency(to, block, n, h + 1, used, ar1, ai1, br1, t1);
    mergeFrequency(to, block, n, h + 2, used, ar2, ai2, br2, t2);
    mergeFrequency(to, block, n, h + 3, used, ar3, ai3, br3, t3);
  }
}

@inline
function mergeFrequency(
  to: usize,
  block: usize,
  n: i32,
  h: i32,
  used: i32,
  ar: v128,
  ai: v128,
  br: v128,
  bi: v128,
): void {
  if (h >= used) return;
  const p = to + <usize>h * rowBytes;
  if (h == 0 || 2 * h == n) {
    v128.store(p, ar);
    v128.store(p + block, br);
    return;
  }
  const mirror = to + <usize>(n - h) * rowBytes;
  v128.store(p, sub(ar, bi));
  v128.store(p + block, add(ai, br));
  v128.store(mirror, add(ar, bi));
  v128.store(mirror + block, sub(br, ai));
}

export function transformColumns(
  scratch: usize,
  length: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  re: usize,
  im: usize,
  inverse: bool,
  columns: i32,
  lineStride: i32,
  outerStride: i32,
  outerBegin: i32,
  outerEnd: i32,
): void {
  const block = <usize>length * rowBytes;
  const step = <usize>lineStride * 4;
  for (let outer = outerBegin; outer < outerEnd; outer++) {
    for (let column = 0; column < columns; column += lanes) {
      const base = (<usize>outer * <usize>outerStride + <usize>column) * 4;
      let from = base;
      for (let to = scratch; to < scratch + block; to += rowBytes, from += step) {
        copyLanes(to, re + from);
        copyLanes(to + block, im + from);
      }
      const result = transformBlock(scratch, length, factors, factorCount, twiddles, roots, inverse);
      let to = base;
      for (let at = result; at < result + block; at += rowBytes, to += step) {
        copyLanes(re + to, at);
        copyLanes(im + to, at + block);
      }
    }
  }
}

@inline
function copyLanes(to: usize, from: usize): void {
  v128.store(to, get(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
}
