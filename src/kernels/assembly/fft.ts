// Fourier transform kernels: rows of a real grid to half spectra and back, and columns of spectra.
import { add, blockBytes, get, lanes, mul, rowBytes, squareBytes, sub } from "./lanes";
import { transformLines } from "./transform";

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

/** Bytes from the beginning of a spectrum to a row: planes of `ny` rows, `stride` and `planeStride` numbers apart. */
@inline
function rowOffset(row: i32, ny: i32, stride: i32, planeStride: i32): usize {
  return (<usize>(row / ny) * <usize>planeStride + <usize>(row % ny) * <usize>stride) * 4;
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

/** Transforms the block at `scratch`, real parts then imaginary parts; returns where the result lies. */
function transformRows(
  scratch: usize,
  n: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  inverse: bool,
): usize {
  const block = blockBytes(n);
  const other = scratch + 2 * block;
  const result = factorCount & 1 ? other : scratch;
  // Exchanged parts conjugate the transform.
  const re = inverse ? block : 0;
  const im = block - re;
  transformLines(
    n,
    factors,
    factorCount,
    twiddles,
    roots,
    scratch + re,
    scratch + im,
    rowBytes,
    other,
    scratch,
    result + re,
    result + im,
    rowBytes,
  );
  return result;
}

/** Real rows to half spectra, two rows per complex line; writes frequencies below `keep`. */
export function forwardRows(
  n: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  real: usize,
  re: usize,
  im: usize,
  ny: i32,
  stride: i32,
  planeStride: i32,
  keep: i32,
  rowBegin: i32,
  rowEnd: i32,
  scratch: usize,
): void {
  const block = blockBytes(n);
  const spare = scratch + block * 4 + squareBytes;
  const realBytes = <usize>n * 4;
  for (let row = rowBegin; row < rowEnd; row += 2 * lanes) {
    // A last row without a partner shares its transform with zeros, not with what happens to lie here.
    if (row + 2 * lanes > rowEnd) memory.fill(spare, 0, realBytes);
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
    const result = transformRows(scratch, n, factors, factorCount, twiddles, roots, false);
    for (let lane = 0; lane < lanes; lane += 4) {
      const first = row + 2 * lane;
      const partRe = result + <usize>lane * 4;
      const partIm = partRe + block;
      // Two real rows A and B share a transform: A = (Z(h) + conj Z(n - h)) / 2, B = (Z(h) - conj Z(n - h)) / 2i.
      separate(partRe, n, keep, 0.5, 0.5, re, first, rowEnd, ny, stride, planeStride, spare);
      separate(partIm, n, keep, 0.5, -0.5, im, first, rowEnd, ny, stride, planeStride, spare);
      separate(partIm, n, keep, 0.5, 0.5, re, first + 1, rowEnd, ny, stride, planeStride, spare);
      separate(partRe, n, keep, -0.5, 0.5, im, first + 1, rowEnd, ny, stride, planeStride, spare);
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
  ny: i32,
  stride: i32,
  planeStride: i32,
  spare: usize,
): void {
  const near = f32x4.splat(nearFactor);
  const far = f32x4.splat(farFactor);
  const a = first < rowEnd ? target + rowOffset(first, ny, stride, planeStride) : spare;
  const b = first + 2 < rowEnd ? target + rowOffset(first + 2, ny, stride, planeStride) : spare;
  const c = first + 4 < rowEnd ? target + rowOffset(first + 4, ny, stride, planeStride) : spare;
  const d = first + 6 < rowEnd ? target + rowOffset(first + 6, ny, stride, planeStride) : spare;
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

/** Half spectra to real rows; frequencies from `keep` on count as zero. */
export function inverseRows(
  n: i32,
  factors: usize,
  factorCount: i32,
  twiddles: usize,
  roots: usize,
  re: usize,
  im: usize,
  ny: i32,
  stride: i32,
  planeStride: i32,
  keep: i32,
  real: usize,
  rowBegin: i32,
  rowEnd: i32,
  scratch: usize,
): void {
  const block = blockBytes(n);
  const spare = scratch + block * 4 + squareBytes;
  const realBytes = <usize>n * 4;
  const used = min(keep, (n >> 1) + 1);
  for (let row = rowBegin; row < rowEnd; row += 2 * lanes) {
    if (2 * used <= n) {
      // Frequencies that are not kept.
      memory.fill(scratch + <usize>used * rowBytes, 0, <usize>(n - 2 * used + 1) * rowBytes);
      memory.fill(scratch + block + <usize>used * rowBytes, 0, <usize>(n - 2 * used + 1) * rowBytes);
    }
    for (let lane = 0; lane < lanes; lane += 4) {
      merge(
        scratch + <usize>lane * 4,
        block,
        n,
        used,
        row + 2 * lane,
        rowEnd,
        ny,
        stride,
        planeStride,
        re,
        im,
        spare - squareBytes,
      );
    }
    const result = transformRows(scratch, n, factors, factorCount, twiddles, roots, true);
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

/** Transposes four frequencies of rows at these offsets into 64 bytes at `to`. */
@inline
function loadSquare(to: usize, base: usize, a: usize, b: usize, c: usize, d: usize): void {
  storeTransposed(to, 16, get(base + a), get(base + b), get(base + c), get(base + d));
}

/** Puts the spectra of eight rows into four lanes: Z = A + iB for rows A and B that share a lane. */
function merge(
  to: usize,
  block: usize,
  n: i32,
  used: i32,
  first: i32,
  rowEnd: i32,
  ny: i32,
  stride: i32,
  planeStride: i32,
  re: usize,
  im: usize,
  square: usize,
): void {
  // What is read for rows beyond the last goes nowhere.
  const last = rowEnd - 1;
  let a0 = rowOffset(min(first, last), ny, stride, planeStride);
  let b0 = rowOffset(min(first + 1, last), ny, stride, planeStride);
  let a1 = rowOffset(min(first + 2, last), ny, stride, planeStride);
  let b1 = rowOffset(min(first + 3, last), ny, stride, planeStride);
  let a2 = rowOffset(min(first + 4, last), ny, stride, planeStride);
  let b2 = rowOffset(min(first + 5, last), ny, stride, planeStride);
  let a3 = rowOffset(min(first + 6, last), ny, stride, planeStride);
  let b3 = rowOffset(min(first + 7, last), ny, stride, planeStride);
  for (let h = 0; h < used; h += 4) {
    loadSquare(square, re, a0, a1, a2, a3);
    loadSquare(square + 64, im, a0, a1, a2, a3);
    loadSquare(square + 128, re, b0, b1, b2, b3);
    loadSquare(square + 192, im, b0, b1, b2, b3);
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
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
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
  if (factorCount == 0) return;
  const block = blockBytes(length);
  const pitch = <usize>lineStride * 4;
  for (let outer = outerBegin; outer < outerEnd; outer++) {
    for (let column = 0; column < columns; column += lanes) {
      const at = (<usize>outer * <usize>outerStride + <usize>column) * 4;
      // Exchanged parts conjugate the transform.
      const partRe = (inverse ? im : re) + at;
      const partIm = (inverse ? re : im) + at;
      let fromRe = partRe;
      let fromIm = partIm;
      let fromPitch = pitch;
      if (factorCount == 1) {
        // The only stage would overwrite what it still reads.
        gatherColumns(scratch, partRe, partIm, pitch, length);
        fromRe = scratch;
        fromIm = scratch + block;
        fromPitch = rowBytes;
      }
      transformLines(
        length,
        factors,
        factorCount,
        twiddles,
        roots,
        fromRe,
        fromIm,
        fromPitch,
        scratch,
        scratch + 2 * block,
        partRe,
        partIm,
        pitch,
      );
    }
  }
}

/** Copies elements of 16 lanes into a block. */
function gatherColumns(to: usize, re: usize, im: usize, pitch: usize, length: i32): void {
  const block = blockBytes(length);
  for (let k = 0; k < length; k++) {
    memory.copy(to, re, rowBytes);
    memory.copy(to + block, im, rowBytes);
    to += rowBytes;
    re += pitch;
    im += pitch;
  }
}
