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

/** One-dimensional factors of an atom along each axis, a row of `maximumRow` numbers per Gaussian, and their products. */
export interface AtomFactors {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Amplitudes times the factors of one plane. */
  readonly plane: Float64Array;
  readonly squaresX: Float32Array;
  readonly squaresY: Float32Array;
}

export function createFactors(): AtomFactors {
  const rows = (): Float64Array => new Float64Array(gaussiansPerAtom * maximumRow);
  const squares = (): Float32Array => new Float32Array(maximumRow);
  const plane = new Float64Array(gaussiansPerAtom);
  return { x: rows(), y: rows(), z: rows(), plane, squaresX: squares(), squaresY: squares() };
}

/**
 * exp(-c d^2) for each Gaussian along one axis, points first .. last, from the nearest point outwards: the ratio of
 * neighbours changes by a constant factor from step to step.
 */
function fillFactors(
  out: Float64Array,
  decay: Float64Array,
  position: number,
  step: number,
  first: number,
  last: number,
): void {
  const nearest = Math.min(last, Math.max(first, Math.round(position)));
  const distance = (nearest - position) * step;
  for (let k = 0; k < decay.length; k++) {
    const c = decay[k]!;
    const row = k * maximumRow - first;
    const bend = Math.exp(-2 * c * step * step);
    const middle = Math.exp(-c * distance * distance);
    let ratio = Math.exp(-c * step * (step + 2 * distance));
    let value = middle;
    for (let index = nearest; index <= last; index++) {
      out[row + index] = value;
      value *= ratio;
      ratio *= bend;
    }
    ratio = Math.exp(-c * step * (step - 2 * distance));
    value = middle;
    for (let index = nearest - 1; index >= first; index--) {
      value *= ratio;
      ratio *= bend;
      out[row + index] = value;
    }
  }
}

/** Squared distances along one axis, points first .. last, in the precision that decides which points lie inside the sphere. */
function fillSquares(out: Float32Array, position: number, step: number, first: number, last: number): void {
  for (let index = first; index <= last; index++) out[index - first] = ((index - position) * step) ** 2;
}

/** Where an atom lies and which grid points its sphere may reach along each axis. */
interface AtomRange {
  readonly px: number;
  readonly py: number;
  readonly pz: number;
  readonly radius: number;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly z0: number;
  readonly z1: number;
}

/** Fills the factors of an atom along the three axes. */
export function beginAtom(
  { stepX, stepY, stepZ }: DensityGrid,
  atoms: GridAtoms,
  factors: AtomFactors,
  atom: number,
): AtomRange {
  const px = atoms.position[3 * atom]!;
  const py = atoms.position[3 * atom + 1]!;
  const pz = atoms.position[3 * atom + 2]!;
  const radius = atoms.radius[atom]!;
  const z0 = Math.ceil(pz - radius / stepZ);
  const z1 = Math.floor(pz + radius / stepZ);
  const x0 = Math.ceil(px - radius / stepX);
  const x1 = Math.floor(px + radius / stepX);
  const y0 = Math.ceil(py - radius / stepY);
  const y1 = Math.floor(py + radius / stepY);
  const decay = atoms.decay.subarray(gaussiansPerAtom * atom, gaussiansPerAtom * atom + atoms.terms);
  fillFactors(factors.x, decay, px, stepX, x0, x1);
  fillFactors(factors.y, decay, py, stepY, y0, y1);
  fillFactors(factors.z, decay, pz, stepZ, z0, z1);
  fillSquares(factors.squaresX, px, stepX, x0, x1);
  fillSquares(factors.squaresY, py, stepY, y0, y1);
  return { px, py, pz, radius, x0, x1, y0, y1, z0, z1 };
}

/** Adds the density of atoms to grid planes zBegin .. zEnd - 1; the grid is periodic. */
export function addDensity(grid: DensityGrid, atoms: GridAtoms, zBegin: number, zEnd: number): void {
  const { nz, stepZ } = grid;
  const factors = createFactors();
  for (let atom = 0; atom < atoms.count; atom++) {
    const { pz, z0, z1, radius, ...range } = beginAtom(grid, atoms, factors, atom);
    const gaussian = gaussiansPerAtom * atom;
    for (let z = z0; z <= z1; z++) {
      const planeZ = wrapIndex(z, nz);
      if (planeZ < zBegin || planeZ >= zEnd) continue;
      for (let k = 0; k < atoms.terms; k++) {
        factors.plane[k] = atoms.amplitude[gaussian + k]! * factors.z[k * maximumRow + z - z0]!;
      }
      const dz = (z - pz) * stepZ;
      addPlane(grid, factors, { ...range, z: planeZ, left: radius * radius - dz * dz });
    }
  }
}

/** Grid points of an atom in one plane; `left` is the square of its radius less that of the distance along z. */
interface PlaneRange {
  readonly px: number;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly z: number;
  readonly left: number;
}

function addPlane({ values, nx, ny, stepX }: DensityGrid, factors: AtomFactors, range: PlaneRange): void {
  const { x: fx, y: fy, plane, squaresX, squaresY } = factors;
  const { px, x0, x1, y0, y1, z, left } = range;
  for (let at = 0; at <= y1 - y0; at++) {
    const rest = Math.fround(left - squaresY[at]!);
    if (rest < 0) continue;
    const half = Math.sqrt(rest) / stepX;
    // The root may be wrong by a rounding: the squares decide.
    let first = Math.max(0, Math.floor(px - half) - x0);
    let last = Math.min(x1, Math.ceil(px + half)) - x0;
    while (first <= last && squaresX[first]! > rest) first++;
    while (last >= first && squaresX[last]! > rest) last--;
    const row = nx * (wrapIndex(y0 + at, ny) + ny * z);
    const c0 = plane[0]! * fy[at]!;
    const c1 = plane[1]! * fy[maximumRow + at]!;
    const c2 = plane[2]! * fy[2 * maximumRow + at]!;
    const c3 = plane[3]! * fy[3 * maximumRow + at]!;
    const c4 = plane[4]! * fy[4 * maximumRow + at]!;
    // A row that leaves the box comes in again on the other side.
    for (let index = first, x = wrapIndex(x0 + first, nx); index <= last; x = 0) {
      const end = Math.min(last + 1, index + nx - x);
      for (let to = row + x; index < end; index++, to++) {
        values[to]! +=
          c0 * fx[index]! +
          c1 * fx[index + maximumRow]! +
          c2 * fx[index + 2 * maximumRow]! +
          c3 * fx[index + 3 * maximumRow]! +
          c4 * fx[index + 4 * maximumRow]!;
      }
    }
  }
}
