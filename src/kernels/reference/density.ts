// Plain twin of the density kernel: Gaussian atoms on a periodic grid.
import { wrapIndex } from "./wrap.ts";

/** Gaussians an atom has room for. */
export const gaussiansPerAtom = 5;

/** Atoms ready to be put on a grid of right angles. */
export interface GridAtoms {
  readonly count: number;
  /** Position in grid units, 3 per atom, any cell. */
  readonly position: Float64Array;
  /** Per atom and Gaussian: value at the centre and decay per square Angstrom: sum of a exp(-c r^2). */
  readonly amplitude: Float64Array;
  readonly decay: Float64Array;
  /** Gaussians used of those there is room for, 1 to `gaussiansPerAtom`. */
  readonly terms: number;
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

/**
 * What the atom at hand puts on the grid: its factors along each axis, a number per Gaussian for each of `maximumRow` points,
 * and which points its sphere may reach. One is used for all atoms.
 */
export interface AtomFactors {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Amplitudes times the factors of one plane. */
  readonly plane: Float64Array;
  readonly squaresX: Float32Array;
  readonly squaresY: Float32Array;
  /** First and last point along x, y and z. */
  readonly range: Int32Array;
}

export function createFactors(): AtomFactors {
  const rows = (): Float64Array => new Float64Array(gaussiansPerAtom * maximumRow);
  const squares = (): Float32Array => new Float32Array(maximumRow);
  const plane = new Float64Array(gaussiansPerAtom);
  return { x: rows(), y: rows(), z: rows(), plane, squaresX: squares(), squaresY: squares(), range: new Int32Array(6) };
}

/**
 * exp(-c d^2) for each Gaussian along one axis, points first .. last, from the nearest point outwards: the ratio of
 * neighbours changes by a constant factor from step to step.
 */
function fillFactors(
  out: Float64Array,
  { decay, terms }: GridAtoms,
  atom: number,
  position: number,
  step: number,
  first: number,
  last: number,
): void {
  const nearest = Math.min(last, Math.max(first, Math.round(position)));
  const distance = (nearest - position) * step;
  const middleAt = gaussiansPerAtom * (nearest - first);
  const end = gaussiansPerAtom * (last - first + 1);
  for (let k = 0; k < terms; k++) {
    const c = decay[gaussiansPerAtom * atom + k]!;
    const bend = Math.exp(-2 * c * step * step);
    const middle = Math.exp(-c * distance * distance);
    let ratio = Math.exp(-c * step * (step + 2 * distance));
    let value = middle;
    for (let at = middleAt + k; at < end; at += gaussiansPerAtom) {
      out[at] = value;
      value *= ratio;
      ratio *= bend;
    }
    ratio = Math.exp(-c * step * (step - 2 * distance));
    value = middle;
    for (let at = middleAt + k - gaussiansPerAtom; at >= 0; at -= gaussiansPerAtom) {
      value *= ratio;
      ratio *= bend;
      out[at] = value;
    }
  }
}

/** Squared distances along one axis, points first .. last, in the precision that decides which points lie inside the sphere. */
function fillSquares(out: Float32Array, position: number, step: number, first: number, last: number): void {
  for (let index = first; index <= last; index++) {
    const distance = (index - position) * step;
    out[index - first] = distance * distance;
  }
}

/** Fills the factors of an atom along the three axes, and which points it reaches. */
export function beginAtom(
  { stepX, stepY, stepZ }: DensityGrid,
  atoms: GridAtoms,
  factors: AtomFactors,
  atom: number,
): void {
  const radius = atoms.radius[atom]!;
  const px = atoms.position[3 * atom]!;
  const py = atoms.position[3 * atom + 1]!;
  const pz = atoms.position[3 * atom + 2]!;
  const { range } = factors;
  const x0 = (range[0] = Math.ceil(px - radius / stepX));
  const x1 = (range[1] = Math.floor(px + radius / stepX));
  const y0 = (range[2] = Math.ceil(py - radius / stepY));
  const y1 = (range[3] = Math.floor(py + radius / stepY));
  const z0 = (range[4] = Math.ceil(pz - radius / stepZ));
  const z1 = (range[5] = Math.floor(pz + radius / stepZ));
  fillFactors(factors.x, atoms, atom, px, stepX, x0, x1);
  fillFactors(factors.y, atoms, atom, py, stepY, y0, y1);
  fillFactors(factors.z, atoms, atom, pz, stepZ, z0, z1);
  fillSquares(factors.squaresX, px, stepX, x0, x1);
  fillSquares(factors.squaresY, py, stepY, y0, y1);
}

/** Adds the density of atoms to grid planes zBegin .. zEnd - 1; the grid is periodic. */
export function addDensity(grid: DensityGrid, atoms: GridAtoms, zBegin: number, zEnd: number): void {
  const { nz, stepZ } = grid;
  const factors = createFactors();
  const { range, plane } = factors;
  for (let atom = 0; atom < atoms.count; atom++) {
    beginAtom(grid, atoms, factors, atom);
    const pz = atoms.position[3 * atom + 2]!;
    const radius = atoms.radius[atom]!;
    const z0 = range[4]!;
    const z1 = range[5]!;
    for (let z = z0; z <= z1; z++) {
      const planeZ = wrapIndex(z, nz);
      if (planeZ < zBegin || planeZ >= zEnd) continue;
      for (let k = 0; k < atoms.terms; k++) {
        plane[k] = atoms.amplitude[gaussiansPerAtom * atom + k]! * factors.z[gaussiansPerAtom * (z - z0) + k]!;
      }
      const dz = (z - pz) * stepZ;
      addPlane(grid, factors, planeZ, radius * radius - dz * dz);
    }
  }
}

/** Adds an atom to one plane; `left` is the square of its radius less that of the distance along z. */
function addPlane({ values, nx, ny }: DensityGrid, factors: AtomFactors, z: number, left: number): void {
  const { x: fx, y: fy, plane, squaresX, squaresY, range } = factors;
  const x0 = range[0]!;
  const y0 = range[2]!;
  const width = range[1]! - x0 + 1;
  const rows = range[3]! - y0 + 1;
  let y = wrapIndex(y0, ny);
  const c0 = plane[0]!;
  const c1 = plane[1]!;
  const c2 = plane[2]!;
  const c3 = plane[3]!;
  const c4 = plane[4]!;
  for (let at = 0; at < rows; at++, y = y + 1 === ny ? 0 : y + 1) {
    const rest = Math.fround(left - squaresY[at]!);
    let first = 0;
    while (first < width && squaresX[first]! > rest) first++;
    if (first === width) continue;
    let last = width - 1;
    while (squaresX[last]! > rest) last--;
    const f = gaussiansPerAtom * at;
    const r0 = c0 * fy[f]!;
    const r1 = c1 * fy[f + 1]!;
    const r2 = c2 * fy[f + 2]!;
    const r3 = c3 * fy[f + 3]!;
    const r4 = c4 * fy[f + 4]!;
    const row = nx * (y + ny * z);
    // A row that leaves the box comes in again on the other side.
    for (let x = wrapIndex(x0 + first, nx), index = first; index <= last; x = 0) {
      const end = Math.min(last + 1, index + nx - x);
      let from = gaussiansPerAtom * index;
      for (let to = row + x; index < end; index++, to++, from += gaussiansPerAtom) {
        values[to]! +=
          r0 * fx[from]! + r1 * fx[from + 1]! + r2 * fx[from + 2]! + r3 * fx[from + 3]! + r4 * fx[from + 4]!;
      }
    }
  }
}
