// Density kernel: Gaussian atoms on a periodic grid.
import { wrap } from "./wrap";

/** Gaussians an atom has room for. */
export const gaussians: usize = 5;
/** Bytes of the longest row of grid points of one atom: 128 numbers. */
export const rowBytes: usize = 512;
/** Bytes of the factors along one axis: a row per Gaussian. */
export const axisBytes: usize = 2560;
/** Where the scratch holds the products of factors along y and z, and the squared distances along x, then y. */
export const factorsBytes: usize = 7680;
export const squaresBytes: usize = 10240;

/** exp(x) for x <= 0, relative error 2e-7: 2^n times a polynomial (Cody and Waite reduction, Cephes coefficients). */
@inline
function exponential(argument: v128): v128 {
  const x = f32x4.max(argument, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  const f = f32x4.add(
    f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))),
    f32x4.mul(n, f32x4.splat(0.000212194440)),
  );
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(5.0000001201e-1));
  const y = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(f, f)), f), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** exp(-c d^2) for each Gaussian at grid points first .. last, four at a time. */
export function fillFactors(out: usize, terms: i32, decay: usize, position: f64, step: f64, first: i32, last: i32): void {
  const begin = <f32>((<f64>first - position) * step);
  const distances = f32x4.add(f32x4.splat(begin), f32x4.mul(f32x4.splat(<f32>step), f32x4(0, 1, 2, 3)));
  const four = f32x4.splat(<f32>(4 * step));
  for (let k: usize = 0; k < <usize>terms; k++) {
    const c = f32x4.splat(<f32>-load<f64>(decay + k * 8));
    let d = distances;
    let to = out + k * rowBytes;
    for (let index = first; index <= last; index += 4) {
      v128.store(to, exponential(f32x4.mul(c, f32x4.mul(d, d))));
      d = f32x4.add(d, four);
      to += 16;
    }
  }
}

/** Products of an atom's amplitudes and its factors along z and y, for the rows of one plane. */
@inline
export function fillRowFactors(out: usize, terms: i32, heights: usize, fz: usize, fy: usize, rows: i32): void {
  for (let k: usize = 0; k < <usize>terms; k++) {
    const c = f32x4.splat(<f32>load<f64>(heights + k * 8) * load<f32>(fz + k * rowBytes));
    const end = <usize>rows * 4;
    for (let at: usize = 0; at < end; at += 16) {
      v128.store(out + k * rowBytes + at, f32x4.mul(c, v128.load(fy + k * rowBytes + at)));
    }
  }
}

/** Squares of the distances along an axis from grid points first .. last, and beyond: rows are filled up to whole vectors. */
@inline
export function fillSquares(out: usize, position: f64, step: f64, first: i32, last: i32): void {
  for (let index = first; index <= last + 3; index++) {
    const distance = (<f64>index - position) * step;
    store<f32>(out, <f32>(distance * distance));
    out += 4;
  }
}

// Numbers of Gaussians as types: what depends on them is settled when the kernel is compiled.

@unmanaged
export class One {
  a: u8;
}

@unmanaged
export class Two extends One {
  b: u8;
}

@unmanaged
export class Three extends Two {
  c: u8;
}

@unmanaged
export class Four extends Three {
  d: u8;
}

@unmanaged
export class Five extends Four {
  e: u8;
}

/** Four points of a row at `from`: the sum of T Gaussians, zero where the squared distance along x is above `rest`. */
@inline
function pointsInside<T>(from: usize, rest: v128, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128): v128 {
  let sum = f32x4.mul(c0, v128.load(from));
  if (offsetof<T>() > 1) sum = f32x4.add(sum, f32x4.mul(c1, v128.load(from, 512)));
  if (offsetof<T>() > 2) sum = f32x4.add(sum, f32x4.mul(c2, v128.load(from, 1024)));
  if (offsetof<T>() > 3) sum = f32x4.add(sum, f32x4.mul(c3, v128.load(from, 1536)));
  if (offsetof<T>() > 4) sum = f32x4.add(sum, f32x4.mul(c4, v128.load(from, 2048)));
  return v128.and(sum, f32x4.le(v128.load(from, squaresBytes), rest));
}

/** Adds the vectors of a row from `to` to `end`. */
@inline
function addRow<T>(to: usize, end: usize, from: usize, rest: v128, factors: usize): void {
  const c0 = v128.load32_splat(factors);
  const c1 = v128.load32_splat(factors, 512);
  const c2 = v128.load32_splat(factors, 1024);
  const c3 = v128.load32_splat(factors, 1536);
  const c4 = v128.load32_splat(factors, 2048);
  do {
    v128.store(to, f32x4.add(v128.load(to), pointsInside<T>(from, rest, c0, c1, c2, c3, c4)));
    to += 16;
    from += 16;
  } while (to < end);
}

/** Adds the vectors of two rows, whose factors stand side by side. */
@inline
function addRowPair<T>(
  first: usize,
  second: usize,
  bytes: usize,
  from: usize,
  restFirst: v128,
  restSecond: v128,
  factors: usize,
): void {
  const a0 = v128.load32_splat(factors);
  const a1 = v128.load32_splat(factors, 512);
  const a2 = v128.load32_splat(factors, 1024);
  const a3 = v128.load32_splat(factors, 1536);
  const a4 = v128.load32_splat(factors, 2048);
  const b0 = v128.load32_splat(factors, 4);
  const b1 = v128.load32_splat(factors, 516);
  const b2 = v128.load32_splat(factors, 1028);
  const b3 = v128.load32_splat(factors, 1540);
  const b4 = v128.load32_splat(factors, 2052);
  const end = first + bytes;
  do {
    let x = v128.load(from);
    let a = f32x4.mul(a0, x);
    let b = f32x4.mul(b0, x);
    if (offsetof<T>() > 1) {
      x = v128.load(from, 512);
      a = f32x4.add(a, f32x4.mul(a1, x));
      b = f32x4.add(b, f32x4.mul(b1, x));
    }
    if (offsetof<T>() > 2) {
      x = v128.load(from, 1024);
      a = f32x4.add(a, f32x4.mul(a2, x));
      b = f32x4.add(b, f32x4.mul(b2, x));
    }
    if (offsetof<T>() > 3) {
      x = v128.load(from, 1536);
      a = f32x4.add(a, f32x4.mul(a3, x));
      b = f32x4.add(b, f32x4.mul(b3, x));
    }
    if (offsetof<T>() > 4) {
      x = v128.load(from, 2048);
      a = f32x4.add(a, f32x4.mul(a4, x));
      b = f32x4.add(b, f32x4.mul(b4, x));
    }
    x = v128.load(from, squaresBytes);
    v128.store(first, f32x4.add(v128.load(first), v128.and(a, f32x4.le(x, restFirst))));
    v128.store(second, f32x4.add(v128.load(second), v128.and(b, f32x4.le(x, restSecond))));
    first += 16;
    second += 16;
    from += 16;
  } while (first < end);
}

/** Adds a row that reaches beyond the box and comes in again on the other side; `room` holds a row. */
function addWrapped(room: usize, row: usize, nx: i32, x0: i32, bytes: usize): void {
  let x = wrap(x0, nx);
  for (let at: usize = 0; at < bytes; at += 4) {
    const to = row + <usize>x * 4;
    store<f32>(to, load<f32>(to) + load<f32>(room + at));
    x++;
    if (x == nx) x = 0;
  }
}

/** Adds the rows of one plane; `left` is the square of the radius less that of the distance along z. */
function addPlane<T>(
  plane: usize,
  nx: i32,
  ny: i32,
  y0: i32,
  rows: i32,
  x0: i32,
  bytes: usize,
  left: f64,
  scratch: usize,
): void {
  const squaresY = scratch + squaresBytes + rowBytes;
  const room = squaresY + rowBytes;
  const isInner = x0 >= 0 && x0 + (<i32>bytes >> 2) <= nx;
  let factors = scratch + factorsBytes;
  let y = wrap(y0, ny);
  for (let index = 0; index < rows; index++) {
    if (isInner && index + 1 < rows && y + 1 < ny) {
      const near = <f32>(left - <f64>load<f32>(squaresY + <usize>index * 4));
      const far = <f32>(left - <f64>load<f32>(squaresY + <usize>index * 4, 4));
      if (near >= 0 && far >= 0) {
        const to = plane + <usize>(nx * y + x0) * 4;
        addRowPair<T>(to, to + <usize>nx * 4, bytes, scratch, f32x4.splat(near), f32x4.splat(far), factors);
        factors += 8;
        index++;
        y += 2;
        if (y == ny) y = 0;
        continue;
      }
    }
    const rest = <f32>(left - <f64>load<f32>(squaresY + <usize>index * 4));
    if (rest >= 0) {
      const row = plane + <usize>(nx * y) * 4;
      if (isInner) {
        const to = row + <usize>x0 * 4;
        addRow<T>(to, to + bytes, scratch, f32x4.splat(rest), factors);
      } else {
        for (let at: usize = 0; at < bytes; at += 16) v128.store(room + at, f32x4.splat(0));
        addRow<T>(room, room + bytes, scratch, f32x4.splat(rest), factors);
        addWrapped(room, row, nx, x0, bytes);
      }
    }
    factors += 4;
    y++;
    if (y == ny) y = 0;
  }
}

/** Whether a plane from z0 to z1 lies in the slab. */
function reachesSlab(z0: i32, z1: i32, nz: i32, zBegin: i32, zEnd: i32): bool {
  for (let z = z0; z <= z1; z++) {
    const plane = wrap(z, nz);
    if (plane >= zBegin && plane < zEnd) return true;
  }
  return false;
}

/** Adds atoms of `terms` Gaussians each, of five there is room for, to the planes zBegin .. zEnd - 1 of a periodic grid. */
export function addDensity(
  values: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  stepX: f64,
  stepY: f64,
  stepZ: f64,
  count: i32,
  position: usize,
  amplitude: usize,
  decay: usize,
  radii: usize,
  terms: i32,
  zBegin: i32,
  zEnd: i32,
  scratch: usize,
): void {
  const fx = scratch;
  const fy = scratch + axisBytes;
  const fz = scratch + axisBytes * 2;
  const factors = scratch + factorsBytes;
  const squares = scratch + squaresBytes;
  for (let atom: usize = 0; atom < <usize>count; atom++) {
    const pz = load<f64>(position + atom * 24, 16);
    const radius = load<f64>(radii + atom * 8);
    const z0 = <i32>ceil(pz - radius / stepZ);
    const z1 = <i32>floor(pz + radius / stepZ);
    if (!reachesSlab(z0, z1, nz, zBegin, zEnd)) continue;
    const px = load<f64>(position + atom * 24);
    const py = load<f64>(position + atom * 24, 8);
    const x0 = <i32>ceil(px - radius / stepX);
    const x1 = <i32>floor(px + radius / stepX);
    const y0 = <i32>ceil(py - radius / stepY);
    const y1 = <i32>floor(py + radius / stepY);
    const decays = decay + atom * gaussians * 8;
    fillFactors(fx, terms, decays, px, stepX, x0, x1);
    fillFactors(fy, terms, decays, py, stepY, y0, y1);
    fillFactors(fz, terms, decays, pz, stepZ, z0, z1);
    const heights = amplitude + atom * gaussians * 8;
    fillSquares(squares, px, stepX, x0, x1);
    fillSquares(squares + rowBytes, py, stepY, y0, y1);
    const rows = y1 - y0 + 1;
    const bytes = <usize>((x1 - x0 + 4) & ~3) * 4;
    if (rows <= 0 || bytes <= 0) continue;
    for (let z = z0; z <= z1; z++) {
      const planeZ = wrap(z, nz);
      if (planeZ < zBegin || planeZ >= zEnd) continue;
      const dz = (<f64>z - pz) * stepZ;
      fillRowFactors(factors, terms, heights, fz + <usize>(z - z0) * 4, fy, rows);
      const left = radius * radius - dz * dz;
      const plane = values + <usize>nx * <usize>ny * <usize>planeZ * 4;
      if (terms == 1) addPlane<One>(plane, nx, ny, y0, rows, x0, bytes, left, scratch);
      else if (terms == 2) addPlane<Two>(plane, nx, ny, y0, rows, x0, bytes, left, scratch);
      else if (terms == 3) addPlane<Three>(plane, nx, ny, y0, rows, x0, bytes, left, scratch);
      else if (terms == 4) addPlane<Four>(plane, nx, ny, y0, rows, x0, bytes, left, scratch);
      else addPlane<Five>(plane, nx, ny, y0, rows, x0, bytes, left, scratch);
    }
  }
}
