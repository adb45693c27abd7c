// Adjoint of the density kernel: sums of a map over each atom's grid points, times derivatives of the atom's density.
import {
  axisBytes,
  factorsBytes,
  Five,
  fillFactors,
  fillRowFactors,
  fillSquares,
  Four,
  gaussians,
  One,
  rowBytes,
  squaresBytes,
  Three,
  Two,
} from "./density";
import { wrap } from "./wrap";

// Scratch: the tables of the density kernel (squares along x, along y, a row's room), then what is this one's own.
const roomBytes: usize = 11264;
const distancesBytes: usize = 11776;
/** Row factors times the decay, where those of the density kernel hold the plain ones; then times its square. */
const bentBytes: usize = 12288;
const squareBentBytes: usize = 14848;
const heightBytes: usize = 17408;
const sumBytes: usize = 17536;

const fourPiSquared: f64 = 39.47841760435743;

/** Sum of T row factors, `at` bytes from their table, times the factors along x. */
@inline
function combine<T>(from: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128): v128 {
  let sum = f32x4.mul(c0, v128.load(from));
  if (offsetof<T>() > 1) sum = f32x4.add(sum, f32x4.mul(c1, v128.load(from, 512)));
  if (offsetof<T>() > 2) sum = f32x4.add(sum, f32x4.mul(c2, v128.load(from, 1024)));
  if (offsetof<T>() > 3) sum = f32x4.add(sum, f32x4.mul(c3, v128.load(from, 1536)));
  if (offsetof<T>() > 4) sum = f32x4.add(sum, f32x4.mul(c4, v128.load(from, 2048)));
  return sum;
}

@inline
function addTo(sum: usize, value: v128): void {
  v128.store(sum, f32x4.add(v128.load(sum), value));
}

/** Sums along a row for the position: of x, of y, and the plane's for z. */
@inline
function gatherRow<T>(at: usize, bytes: usize, from: usize, rest: v128, factors: usize, dy: f32, sums: usize): void {
  const c0 = v128.load32_splat(factors);
  const c1 = v128.load32_splat(factors, 512);
  const c2 = v128.load32_splat(factors, 1024);
  const c3 = v128.load32_splat(factors, 1536);
  const c4 = v128.load32_splat(factors, 2048);
  let sumX = f32x4.splat(0);
  let sum = f32x4.splat(0);
  const end = at + bytes;
  do {
    const inside = v128.and(v128.load(at), f32x4.le(v128.load(from, squaresBytes), rest));
    const value = f32x4.mul(inside, combine<T>(from, c0, c1, c2, c3, c4));
    sum = f32x4.add(sum, value);
    sumX = f32x4.add(sumX, f32x4.mul(value, v128.load(from, distancesBytes)));
    at += 16;
    from += 16;
  } while (at < end);
  addTo(sums, sumX);
  addTo(sums + 16, f32x4.mul(sum, f32x4.splat(dy)));
  addTo(sums + 32, sum);
}

/** Sums along a row of the density, and of its terms times the squares of their decay and of the distance. */
@inline
function gatherRowOfB<T>(at: usize, bytes: usize, from: usize, rest: v128, factors: usize, beside: f32, sums: usize): void {
  const a0 = v128.load32_splat(factors);
  const a1 = v128.load32_splat(factors, 512);
  const a2 = v128.load32_splat(factors, 1024);
  const a3 = v128.load32_splat(factors, 1536);
  const a4 = v128.load32_splat(factors, 2048);
  const bent = factors + (squareBentBytes - factorsBytes);
  const b0 = v128.load32_splat(bent);
  const b1 = v128.load32_splat(bent, 512);
  const b2 = v128.load32_splat(bent, 1024);
  const b3 = v128.load32_splat(bent, 1536);
  const b4 = v128.load32_splat(bent, 2048);
  const besides = f32x4.splat(beside);
  let sum = f32x4.splat(0);
  let sumBent = f32x4.splat(0);
  const end = at + bytes;
  do {
    const squares = v128.load(from, squaresBytes);
    const inside = v128.and(v128.load(at), f32x4.le(squares, rest));
    sum = f32x4.add(sum, f32x4.mul(inside, combine<T>(from, a0, a1, a2, a3, a4)));
    const value = f32x4.mul(inside, combine<T>(from, b0, b1, b2, b3, b4));
    sumBent = f32x4.add(sumBent, f32x4.mul(value, f32x4.add(squares, besides)));
    at += 16;
    from += 16;
  } while (at < end);
  addTo(sums + 48, sum);
  addTo(sums + 64, sumBent);
}

/** Sums of the rows of one plane; `left` is the square of the radius less that of the distance along z. */
function gatherPlane<T>(
  plane: usize,
  nx: i32,
  ny: i32,
  py: f64,
  stepY: f64,
  y0: i32,
  rows: i32,
  x0: i32,
  bytes: usize,
  left: f64,
  squareZ: f64,
  hasB: bool,
  scratch: usize,
): void {
  const room = scratch + roomBytes;
  const sums = scratch + sumBytes;
  const isInner = x0 >= 0 && x0 + (<i32>bytes >> 2) <= nx;
  let y = wrap(y0, ny);
  for (let index = 0; index < rows; index++) {
    const at = <usize>index * 4;
    const squareY = load<f32>(scratch + squaresBytes + rowBytes + at);
    const rest = <f32>(left - <f64>squareY);
    if (rest >= 0) {
      let row = plane + <usize>(nx * y) * 4;
      if (isInner) {
        row += <usize>x0 * 4;
      } else {
        let x = wrap(x0, nx);
        for (let to: usize = 0; to < bytes; to += 4) {
          store<f32>(room + to, load<f32>(row + <usize>x * 4));
          x++;
          if (x == nx) x = 0;
        }
        row = room;
      }
      const dy = <f32>((<f64>(y0 + index) - py) * stepY);
      const rests = f32x4.splat(rest);
      gatherRow<T>(row, bytes, scratch, rests, scratch + bentBytes + at, dy, sums);
      if (hasB) {
        const beside = <f32>(squareZ + <f64>squareY);
        gatherRowOfB<T>(row, bytes, scratch, rests, scratch + factorsBytes + at, beside, sums);
      }
    }
    y++;
    if (y == ny) y = 0;
  }
}

@inline
function total(sum: v128): f64 {
  return (
    <f64>f32x4.extract_lane(sum, 0) +
    <f64>f32x4.extract_lane(sum, 1) +
    <f64>f32x4.extract_lane(sum, 2) +
    <f64>f32x4.extract_lane(sum, 3)
  );
}

/** Amplitudes, and their products with the decay and its square, which stand side by side. */
@inline
function fillHeights(out: usize, terms: i32, heights: usize, decays: usize): void {
  for (let k: usize = 0; k < <usize>terms * 8; k += 8) {
    const height = load<f64>(heights + k);
    const decay = load<f64>(decays + k);
    store<f64>(out + k, height);
    store<f64>(out + k, height * decay, 40);
    store<f64>(out + k, height * decay * decay, 80);
  }
}

/** Sums of the atoms begin .. end - 1; `toB` and `toValue` are 0 where only those of the position are wanted. */
export function gatherDensity(
  values: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  stepX: f64,
  stepY: f64,
  stepZ: f64,
  position: usize,
  amplitude: usize,
  decay: usize,
  radii: usize,
  terms: i32,
  toPosition: usize,
  toB: usize,
  toValue: usize,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  const fy = scratch + axisBytes;
  const fz = scratch + axisBytes * 2;
  const squares = scratch + squaresBytes;
  const distances = scratch + distancesBytes;
  const heights = scratch + heightBytes;
  const sums = scratch + sumBytes;
  const hasB = toB != 0;
  for (let atom: usize = <usize>begin; atom < <usize>end; atom++) {
    const px = load<f64>(position + atom * 24);
    const py = load<f64>(position + atom * 24, 8);
    const pz = load<f64>(position + atom * 24, 16);
    const radius = load<f64>(radii + atom * 8);
    const x0 = <i32>ceil(px - radius / stepX);
    const x1 = <i32>floor(px + radius / stepX);
    const y0 = <i32>ceil(py - radius / stepY);
    const y1 = <i32>floor(py + radius / stepY);
    const z0 = <i32>ceil(pz - radius / stepZ);
    const z1 = <i32>floor(pz + radius / stepZ);
    const decays = decay + atom * gaussians * 8;
    for (let at: usize = 0; at < 80; at += 16) v128.store(sums + at, f32x4.splat(0));
    const rows = y1 - y0 + 1;
    const bytes = <usize>((x1 - x0 + 4) & ~3) * 4;
    let sumZ: f64 = 0;
    let sumBent: f64 = 0;
    if (rows > 0 && x1 >= x0) {
      fillFactors(scratch, terms, decays, px, stepX, x0, x1);
      fillFactors(fy, terms, decays, py, stepY, y0, y1);
      fillFactors(fz, terms, decays, pz, stepZ, z0, z1);
      fillHeights(heights, terms, amplitude + atom * gaussians * 8, decays);
      fillSquares(squares, px, stepX, x0, x1);
      fillSquares(squares + rowBytes, py, stepY, y0, y1);
      for (let x = x0; x <= x1 + 3; x++) store<f32>(distances + <usize>(x - x0) * 4, <f32>((<f64>x - px) * stepX));
      for (let z = z0; z <= z1; z++) {
        const dz = (<f64>z - pz) * stepZ;
        const zFactors = fz + <usize>(z - z0) * 4;
        fillRowFactors(scratch + bentBytes, terms, heights + 40, zFactors, fy, rows);
        if (hasB) {
          fillRowFactors(scratch + factorsBytes, terms, heights, zFactors, fy, rows);
          fillRowFactors(scratch + squareBentBytes, terms, heights + 80, zFactors, fy, rows);
        }
        const squareZ = dz * dz;
        const left = radius * radius - squareZ;
        const plane = values + <usize>nx * <usize>ny * <usize>wrap(z, nz) * 4;
        v128.store(sums, f32x4.splat(0), 32);
        if (terms == 1) gatherPlane<One>(plane, nx, ny, py, stepY, y0, rows, x0, bytes, left, squareZ, hasB, scratch);
        else if (terms == 2) gatherPlane<Two>(plane, nx, ny, py, stepY, y0, rows, x0, bytes, left, squareZ, hasB, scratch);
        else if (terms == 3) gatherPlane<Three>(plane, nx, ny, py, stepY, y0, rows, x0, bytes, left, squareZ, hasB, scratch);
        else if (terms == 4) gatherPlane<Four>(plane, nx, ny, py, stepY, y0, rows, x0, bytes, left, squareZ, hasB, scratch);
        else gatherPlane<Five>(plane, nx, ny, py, stepY, y0, rows, x0, bytes, left, squareZ, hasB, scratch);
        const bent = total(v128.load(sums, 32));
        sumBent += bent;
        sumZ += bent * dz;
      }
    }
    store<f64>(toPosition + atom * 24, 2 * total(v128.load(sums)));
    store<f64>(toPosition + atom * 24, 2 * total(v128.load(sums, 16)), 8);
    store<f64>(toPosition + atom * 24, 2 * sumZ, 16);
    if (hasB) {
      store<f64>(toB + atom * 8, (total(v128.load(sums, 64)) - 1.5 * sumBent) / fourPiSquared);
      store<f64>(toValue + atom * 8, total(v128.load(sums, 48)));
    }
  }
}
