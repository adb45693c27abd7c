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

function cubicWeights(t: number, w: Float64Array, d: Float64Array): void {
  const t2 = t * t;
  const t3 = t2 * t;
  w[0] = (-2 * t + 3 * t2 - t3) / 6;
  w[1] = 1 - t / 2 - t2 + t3 / 2;
  w[2] = t + t2 / 2 - t3 / 2;
  w[3] = (-t + t3) / 6;
  d[0] = (-2 + 6 * t - 3 * t2) / 6;
  d[1] = -0.5 - 2 * t + 1.5 * t2;
  d[2] = 1 + t - 1.5 * t2;
  d[3] = (-1 + 3 * t2) / 6;
}

const weightX = new Float64Array(4);
const weightY = new Float64Array(4);
const weightZ = new Float64Array(4);
const slopeX = new Float64Array(4);
const slopeY = new Float64Array(4);
const slopeZ = new Float64Array(4);
const columns = new Int32Array(4);

/** Fills index and weights for one axis; false outside. */
function locate(position: number, length: number, periodic: boolean, w: Float64Array, d: Float64Array): number {
  if (!periodic && !(position >= 0 && position <= length - 1)) return Number.NaN;
  let k = Math.floor(position);
  // The last grid point belongs to the last interval.
  if (!periodic && k > length - 2 && k > 0) k = length - 2;
  cubicWeights(position - k, w, d);
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
  const { nx, ny, nz, toGrid: f, corner, periodic, values: v } = grid;
  for (const atom of rows) {
    const x = xyz[3 * atom]! - corner[0]!;
    const y = xyz[3 * atom + 1]! - corner[1]!;
    const z = xyz[3 * atom + 2]! - corner[2]!;
    const kx = locate(f[0]! * x + f[1]! * y + f[2]! * z, nx, periodic, weightX, slopeX);
    const ky = locate(f[3]! * x + f[4]! * y + f[5]! * z, ny, periodic, weightY, slopeY);
    const kz = locate(f[6]! * x + f[7]! * y + f[8]! * z, nz, periodic, weightZ, slopeZ);
    if (!(kx + ky + kz === kx + ky + kz)) {
      values[atom] = 0;
      gradients[3 * atom] = 0;
      gradients[3 * atom + 1] = 0;
      gradients[3 * atom + 2] = 0;
      continue;
    }
    for (let a = 0; a < 4; a++) columns[a] = nodeIndex(kx + a - 1, nx, periodic);
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
        const v0 = v[row + columns[0]!]!;
        const v1 = v[row + columns[1]!]!;
        const v2 = v[row + columns[2]!]!;
        const v3 = v[row + columns[3]!]!;
        const rowSum = v0 * weightX[0]! + v1 * weightX[1]! + v2 * weightX[2]! + v3 * weightX[3]!;
        const rowX = v0 * slopeX[0]! + v1 * slopeX[1]! + v2 * slopeX[2]! + v3 * slopeX[3]!;
        planeSum += weightY[b]! * rowSum;
        planeX += weightY[b]! * rowX;
        planeY += slopeY[b]! * rowSum;
      }
      sum += weightZ[c]! * planeSum;
      gx += weightZ[c]! * planeX;
      gy += weightZ[c]! * planeY;
      gz += slopeZ[c]! * planeSum;
    }
    values[atom] = sum;
    gradients[3 * atom] = f[0]! * gx + f[3]! * gy + f[6]! * gz;
    gradients[3 * atom + 1] = f[1]! * gx + f[4]! * gy + f[7]! * gz;
    gradients[3 * atom + 2] = f[2]! * gx + f[5]! * gy + f[8]! * gz;
  }
}
