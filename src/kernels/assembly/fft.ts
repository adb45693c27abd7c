// Fourier transform kernels: rows of a real grid to half spectra and back, and columns of spectra.
import { add, get, lanes, mul, rowBytes, squareBytes, sub } from "./lanes";
import { transformBlock } from "./stages";

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
  scratch: usize,
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
  scratch: usize,
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
  scratch: usize,
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
