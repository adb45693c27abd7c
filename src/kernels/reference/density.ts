// Plain twins of the density kernels: Gaussian atoms on a periodic grid, and tricubic interpolation.

/** Gaussians per atom. */
export const gaussiansPerAtom = 5;

/** Atoms ready to be put on a grid of right angles. */
export interface GridAtoms {
  readonly count: number;
  /** Position in grid units, 3 per atom, any cell. */
  readonly position: Float64Array;
  /** Per atom and Gaussian: value at the centre and decay per square Angstrom: sum of a exp(-c r^2). */
  readonly amplitude: Float64Array;
  readonly decay: Float64Array;
  /** Reach, Angstrom, per atom. */
  readonly radius: Float64Array;
}

export interface DensityGrid {
  readonly values: Float32Array;
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  /** Steps in Angstrom; the grid's axes are at right angles. */
  readonly stepX: number;
  readonly stepY: number;
  readonly stepZ: number;
}

/** Longest row of grid points one atom may cover. */
export const maximumRow = 128;

function wrap(index: number, length: number): number {
  const rest = index % length;
  return rest < 0 ? rest + length : rest;
}

/** One-dimensional factors exp(-c d^2) for each Gaussian along one axis, points first .. last. */
function fillFactors(
  out: Float64Array,
  decay: Float64Array,
  gaussian: number,
  position: number,
  step: number,
  first: number,
  last: number,
): void {
  for (let k = 0; k < gaussiansPerAtom; k++) {
    const c = decay[gaussian + k]!;
    for (let index = first; index <= last; index++) {
      const distance = (index - position) * step;
      out[k * maximumRow + index - first] = Math.exp(-c * distance * distance);
    }
  }
}

/** Adds the density of atoms to grid planes zBegin .. zEnd - 1; the grid is periodic. */
export function addDensity(grid: DensityGrid, atoms: GridAtoms, zBegin: number, zEnd: number): void {
  const { values, nx, ny, nz, stepX, stepY, stepZ } = grid;
  const fx = new Float64Array(gaussiansPerAtom * maximumRow);
  const fy = new Float64Array(gaussiansPerAtom * maximumRow);
  const fz = new Float64Array(gaussiansPerAtom * maximumRow);
  for (let atom = 0; atom < atoms.count; atom++) {
    const px = atoms.position[3 * atom]!;
    const py = atoms.position[3 * atom + 1]!;
    const pz = atoms.position[3 * atom + 2]!;
    const radius = atoms.radius[atom]!;
    const z0 = Math.ceil(pz - radius / stepZ);
    const z1 = Math.floor(pz + radius / stepZ);
    const y0 = Math.ceil(py - radius / stepY);
    const y1 = Math.floor(py + radius / stepY);
    const x0 = Math.ceil(px - radius / stepX);
    const x1 = Math.floor(px + radius / stepX);
    const gaussian = gaussiansPerAtom * atom;
    fillFactors(fx, atoms.decay, gaussian, px, stepX, x0, x1);
    fillFactors(fy, atoms.decay, gaussian, py, stepY, y0, y1);
    fillFactors(fz, atoms.decay, gaussian, pz, stepZ, z0, z1);
    for (let z = z0; z <= z1; z++) {
      const planeZ = wrap(z, nz);
      if (planeZ < zBegin || planeZ >= zEnd) continue;
      const dz = (z - pz) * stepZ;
      for (let y = y0; y <= y1; y++) {
        const dy = (y - py) * stepY;
        const left = radius * radius - dz * dz - dy * dy;
        if (left < 0) continue;
        const row = nx * (wrap(y, ny) + ny * planeZ);
        const at = z - z0;
        const bt = y - y0;
        const a = atoms.amplitude;
        const c0 = a[gaussian]! * fz[at]! * fy[bt]!;
        const c1 = a[gaussian + 1]! * fz[maximumRow + at]! * fy[maximumRow + bt]!;
        const c2 = a[gaussian + 2]! * fz[2 * maximumRow + at]! * fy[2 * maximumRow + bt]!;
        const c3 = a[gaussian + 3]! * fz[3 * maximumRow + at]! * fy[3 * maximumRow + bt]!;
        const c4 = a[gaussian + 4]! * fz[4 * maximumRow + at]! * fy[4 * maximumRow + bt]!;
        const half = Math.sqrt(left) / stepX;
        const begin = Math.max(x0, Math.ceil(px - half));
        const end = Math.min(x1, Math.floor(px + half));
        let x = wrap(begin, nx);
        for (let index = begin - x0; index <= end - x0; index++) {
          values[row + x]! +=
            c0 * fx[index]! +
            c1 * fx[maximumRow + index]! +
            c2 * fx[2 * maximumRow + index]! +
            c3 * fx[3 * maximumRow + index]! +
            c4 * fx[4 * maximumRow + index]!;
          if (++x === nx) x = 0;
        }
      }
    }
  }
}

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
  if (periodic) return wrap(index, length);
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
