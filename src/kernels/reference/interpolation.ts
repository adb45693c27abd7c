// Plain twin of the tricubic interpolation kernel.
import { wrapIndex } from "./wrap.ts";

/** Where tricubic sampling reads. */
export interface SampleGrid {
  readonly values: Float32Array;
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  /** Row-major matrix from Cartesian coordinates (relative to the first voxel) to grid units. */
  readonly toGrid: Float64Array;
  readonly corner: Float64Array;
  /** Wrap around the box; otherwise points outside the sampled region give 0 and no gradient. */
  readonly periodic: boolean;
}

/** Stands for a place outside of what is sampled. */
const outside = -(2 ** 31);

/** Weights of the four points along each axis, then their slopes: 8 numbers per axis. */
const weights = new Float64Array(24);

/** Fills the weights of one axis; the grid point before the place. */
function locate(position: number, length: number, periodic: boolean, to: number): number {
  if (!periodic && !(position >= 0 && position <= length - 1)) return outside;
  let k = Math.floor(position) | 0;
  // The last grid point belongs to the last interval.
  if (!periodic && k > length - 2 && k > 0) k = length - 2;
  const t = position - k;
  const t2 = t * t;
  const t3 = t2 * t;
  weights[to] = (-2 * t + 3 * t2 - t3) / 6;
  weights[to + 1] = 1 - t / 2 - t2 + t3 / 2;
  weights[to + 2] = t + t2 / 2 - t3 / 2;
  weights[to + 3] = (-t + t3) / 6;
  weights[to + 4] = (-2 + 6 * t - 3 * t2) / 6;
  weights[to + 5] = -0.5 - 2 * t + 1.5 * t2;
  weights[to + 6] = 1 + t - 1.5 * t2;
  weights[to + 7] = (-1 + 3 * t2) / 6;
  return k;
}

function nodeIndex(index: number, length: number, periodic: boolean): number {
  if (periodic) return wrapIndex(index, length);
  return index < 0 ? 0 : index >= length ? length - 1 : index;
}

/**
 * Four-point Lagrange interpolation in each direction at the atoms listed in `rows`: fills their values and gradients
 * (3 per atom, per Angstrom).
 */
export function sampleTricubic(
  grid: SampleGrid,
  xyz: Float64Array,
  rows: Int32Array,
  values: Float64Array,
  gradients: Float64Array,
): void {
  const { nx, ny, nz, toGrid: f, corner, periodic } = grid;
  const sums = new Float64Array(4);
  for (let entry = 0; entry < rows.length; entry++) {
    const atom = rows[entry]!;
    const x = xyz[3 * atom]! - corner[0]!;
    const y = xyz[3 * atom + 1]! - corner[1]!;
    const z = xyz[3 * atom + 2]! - corner[2]!;
    const kx = locate(f[0]! * x + f[1]! * y + f[2]! * z, nx, periodic, 0);
    const ky = locate(f[3]! * x + f[4]! * y + f[5]! * z, ny, periodic, 8);
    const kz = locate(f[6]! * x + f[7]! * y + f[8]! * z, nz, periodic, 16);
    if (kx === outside || ky === outside || kz === outside) sums.fill(0);
    else sumPoints(grid, kx, ky, kz, sums);
    const gx = sums[1]!;
    const gy = sums[2]!;
    const gz = sums[3]!;
    values[atom] = sums[0]!;
    gradients[3 * atom] = f[0]! * gx + f[3]! * gy + f[6]! * gz;
    gradients[3 * atom + 1] = f[1]! * gx + f[4]! * gy + f[7]! * gz;
    gradients[3 * atom + 2] = f[2]! * gx + f[5]! * gy + f[8]! * gz;
  }
}

/** Value and slopes by grid units from the 64 points around a place. */
function sumPoints(
  { nx, ny, nz, periodic, values: v }: SampleGrid,
  kx: number,
  ky: number,
  kz: number,
  sums: Float64Array,
): void {
  const i0 = nodeIndex(kx - 1, nx, periodic);
  const i1 = nodeIndex(kx, nx, periodic);
  const i2 = nodeIndex(kx + 1, nx, periodic);
  const i3 = nodeIndex(kx + 2, nx, periodic);
  const x0 = weights[0]!;
  const x1 = weights[1]!;
  const x2 = weights[2]!;
  const x3 = weights[3]!;
  const d0 = weights[4]!;
  const d1 = weights[5]!;
  const d2 = weights[6]!;
  const d3 = weights[7]!;
  let sum = 0;
  let gx = 0;
  let gy = 0;
  let gz = 0;
  for (let c = 0; c < 4; c++) {
    const plane = ny * nodeIndex(kz + c - 1, nz, periodic);
    let planeSum = 0;
    let planeX = 0;
    let planeY = 0;
    for (let b = 0; b < 4; b++) {
      const row = nx * (nodeIndex(ky + b - 1, ny, periodic) + plane);
      const v0 = v[row + i0]!;
      const v1 = v[row + i1]!;
      const v2 = v[row + i2]!;
      const v3 = v[row + i3]!;
      const rowSum = v0 * x0 + v1 * x1 + v2 * x2 + v3 * x3;
      planeSum += weights[8 + b]! * rowSum;
      planeX += weights[8 + b]! * (v0 * d0 + v1 * d1 + v2 * d2 + v3 * d3);
      planeY += weights[12 + b]! * rowSum;
    }
    sum += weights[16 + c]! * planeSum;
    gx += weights[16 + c]! * planeX;
    gy += weights[16 + c]! * planeY;
    gz += weights[20 + c]! * planeSum;
  }
  sums[0] = sum;
  sums[1] = gx;
  sums[2] = gy;
  sums[3] = gz;
}
