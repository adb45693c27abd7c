// Fourier transform kernels: Stockham stages over blocks of 16 lines, four lines per vector.

const lanes = 16;
/** Bytes of one row of lanes. */
const rowBytes: usize = 64;
/** Bytes behind the blocks of the scratch for four squares of vectors; a spare row follows them. */
const squareBytes: usize = 256;

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

/** Stores four vectors, taken as rows of a square, column by column: `step` bytes apart from `to` on. */
@inline
function storeTransposed(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(to + step * 2, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(to + step * 3, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

/** Address of a row, or of a spare one beyond the last: what is read from it goes nowhere, what is written to it is never read. */
@inline
function rowAt(base: usize, row: i32, rowEnd: i32, bytes: usize, spare: usize): usize {
  return row < rowEnd ? base + <usize>row * bytes : spare;
}

/** Copies four rows of n numbers into four lanes. */
function gatherRows(to: usize, a: usize, b: usize, c: usize, d: usize, n: i32): void {
  const end = a + <usize>(n & ~3) * 4;
  while (a < end) {
    storeTransposed(to, rowBytes, get(a), get(b), get(c), get(d));
    a += 16;
    b += 16;
    c += 16;
    d += 16;
    to += rowBytes * 4;
  }
  for (let x = n & ~3; x < n; x++) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(b), 4);
    store<f32>(to, load<f32>(c), 8);
    store<f32>(to, load<f32>(d), 12);
    a += 4;
    b += 4;
    c += 4;
    d += 4;
    to += rowBytes;
  }
}

/** Stores the columns of a square of vectors at four addresses. */
@inline
function scatterSquare(a: usize, b: usize, c: usize, d: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  const ab0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
  v128.store(a, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(b, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(c, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(d, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

/** The reverse of gatherRows. */
function scatterRows(from: usize, a: usize, b: usize, c: usize, d: usize, n: i32): void {
  const end = a + <usize>(n & ~3) * 4;
  while (a < end) {
    scatterSquare(a, b, c, d, get(from), v128.load(from, 64), v128.load(from, 128), v128.load(from, 192));
    a += 16;
    b += 16;
    c += 16;
    d += 16;
    from += rowBytes * 4;
  }
  for (let x = n & ~3; x < n; x++) {
    store<f32>(a, load<f32>(from));
    store<f32>(b, load<f32>(from, 4));
    store<f32>(c, load<f32>(from, 8));
    store<f32>(d, load<f32>(from, 12));
    a += 4;
    b += 4;
    c += 4;
    d += 4;
    from += rowBytes;
  }
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
  const spare = scratch + block * 4 + squareBytes;
  const realBytes = <usize>n * 4;
  const bytes = <usize>stride * 4;
  for (let row = rowBegin; row < rowEnd; row += 2 * lanes) {
    for (let lane = 0; lane < lanes; lane += 4) {
      for (let part = 0; part < 2; part++) {
        const first = row + 2 * lane + part;
        gatherRows(
          scratch + <usize>part * block + <usize>lane * 4,
          rowAt(real, first, rowEnd, realBytes, spare),
          rowAt(real, first + 2, rowEnd, realBytes, spare),
          rowAt(real, first + 4, rowEnd, realBytes, spare),
          rowAt(real, first + 6, rowEnd, realBytes, spare),
          n,
        );
      }
    }
    const result = transformBlock(scratch, n, factors, factorCount, twiddles, roots, false);
    for (let lane = 0; lane < lanes; lane += 4) {
      const first = row + 2 * lane;
      const partRe = result + <usize>lane * 4;
      const partIm = partRe + block;
      // Two real rows A and B share a transform: A = (Z(h) + conj Z(n - h)) / 2, B = (Z(h) - conj Z(n - h)) / 2i.
      separate(partRe, n, keep, 0.5, 0.5, re, first, rowEnd, bytes, spare);
      separate(partIm, n, keep, 0.5, -0.5, im, first, rowEnd, bytes, spare);
      separate(partIm, n, keep, 0.5, 0.5, re, first + 1, rowEnd, bytes, spare);
      separate(partRe, n, keep, -0.5, 0.5, im, first + 1, rowEnd, bytes, spare);
    }
  }
}

/** near * Z(h) + far * Z(n - h), zero beyond the half spectrum. */
@inline
function mirrored(from: usize, n: i32, h: i32, near: v128, far: v128): v128 {
  if (2 * h > n) return f32x4.splat(0);
  const other = h == 0 ? 0 : n - h;
  return add(mul(near, get(from + <usize>h * rowBytes)), mul(far, get(from + <usize>other * rowBytes)));
}

/** Writes one part of the spectra of rows first, first + 2, first + 4, first + 6 from four lanes. */
function separate(
  from: usize,
  n: i32,
  keep: i32,
  nearFactor: f32,
  farFactor: f32,
  target: usize,
  first: i32,
  rowEnd: i32,
  bytes: usize,
  spare: usize,
): void {
  const near = f32x4.splat(nearFactor);
  const far = f32x4.splat(farFactor);
  const a = rowAt(target, first, rowEnd, bytes, spare);
  const b = rowAt(target, first + 2, rowEnd, bytes, spare);
  const c = rowAt(target, first + 4, rowEnd, bytes, spare);
  const d = rowAt(target, first + 6, rowEnd, bytes, spare);
  for (let h = 0; h < keep; h += 4) {
    const at = <usize>h * 4;
    if (h > 0 && 2 * (h + 3) <= n) {
      const p = from + <usize>h * rowBytes;
      const q = from + <usize>(n - h - 3) * rowBytes;
      scatterSquare(
        a + at,
        b + at,
        c + at,
        d + at,
        add(mul(near, get(p)), mul(far, v128.load(q, 192))),
        add(mul(near, v128.load(p, 64)), mul(far, v128.load(q, 128))),
        add(mul(near, v128.load(p, 128)), mul(far, v128.load(q, 64))),
        add(mul(near, v128.load(p, 192)), mul(far, get(q))),
      );
    } else {
      scatterSquare(
        a + at,
        b + at,
        c + at,
        d + at,
        mirrored(from, n, h, near, far),
        mirrored(from, n, h + 1, near, far),
        mirrored(from, n, h + 2, near, far),
        mirrored(from, n, h + 3, near, far),
      );
    }
  }
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
  const spare = scratch + block * 4 + squareBytes;
  const realBytes = <usize>n * 4;
  const bytes = <usize>stride * 4;
  const used = min(keep, (n >> 1) + 1);
  for (let row = rowBegin; row < rowEnd; row += 2 * lanes) {
    if (2 * used <= n) {
      // Frequencies that are not kept.
      memory.fill(scratch + <usize>used * rowBytes, 0, <usize>(n - 2 * used + 1) * rowBytes);
      memory.fill(scratch + block + <usize>used * rowBytes, 0, <usize>(n - 2 * used + 1) * rowBytes);
    }
    for (let lane = 0; lane < lanes; lane += 4) {
      merge(scratch + <usize>lane * 4, block, n, used, row + 2 * lane, rowEnd, re, im, bytes, spare);
    }
    const result = transformBlock(scratch, n, factors, factorCount, twiddles, roots, true);
    for (let lane = 0; lane < lanes; lane += 4) {
      for (let part = 0; part < 2; part++) {
        const first = row + 2 * lane + part;
        scatterRows(
          result + <usize>part * block + <usize>lane * 4,
          rowAt(real, first, rowEnd, realBytes, spare),
          rowAt(real, first + 2, rowEnd, realBytes, spare),
          rowAt(real, first + 4, rowEnd, realBytes, spare),
          rowAt(real, first + 6, rowEnd, realBytes, spare),
          n,
        );
      }
    }
  }
}

/** Transposes four frequencies of rows first, first + 2, first + 4, first + 6 into 64 bytes at `to`. */
@inline
function loadSquare(
  to: usize,
  base: usize,
  at: usize,
  first: i32,
  rowEnd: i32,
  bytes: usize,
  spare: usize,
): void {
  storeTransposed(
    to,
    16,
    get(rowAt(base, first, rowEnd, bytes, spare) + at),
    get(rowAt(base, first + 2, rowEnd, bytes, spare) + at),
    get(rowAt(base, first + 4, rowEnd, bytes, spare) + at),
    get(rowAt(base, first + 6, rowEnd, bytes, spare) + at),
  );
}

/** Puts the spectra of eight rows into four lanes: Z = A + iB for rows A and B that share a lane. */
function merge(
  to: usize,
  block: usize,
  n: i32,
  used: i32,
  first: i32,
  rowEnd: i32,
  re: usize,
  im: usize,
  bytes: usize,
  spare: usize,
): void {
  const square = spare - squareBytes;
  for (let h = 0; h < used; h += 4) {
    const at = <usize>h * 4;
    loadSquare(square, re, at, first, rowEnd, bytes, spare);
    loadSquare(square + 64, im, at, first, rowEnd, bytes, spare);
    loadSquare(square + 128, re, at, first + 1, rowEnd, bytes, spare);
    loadSquare(square + 192, im, at, first + 1, rowEnd, bytes, spare);
    const count = min(4, used - h);
    for (let c = 0; c < count; c++) {
      const ar = get(square + <usize>c * 16);
      const ai = v128.load(square + <usize>c * 16, 64);
      const br = v128.load(square + <usize>c * 16, 128);
      const bi = v128.load(square + <usize>c * 16, 192);
      const index = h + c;
      const p = to + <usize>index * rowBytes;
      if (index == 0 || 2 * index == n) {
        // The imaginary part of a frequency that is its own conjugate is no signal.
        v128.store(p, ar);
        v128.store(p + block, br);
      } else {
        const mirror = to + <usize>(n - index) * rowBytes;
        v128.store(p, sub(ar, bi));
        v128.store(p + block, add(ai, br));
        v128.store(mirror, add(ar, bi));
        v128.store(mirror + block, sub(br, ai));
      }
    }
  }
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
