// Plain twin of the density gradient kernel: the adjoint of putting Gaussian atoms on a periodic grid.
import {
  type AtomFactors,
  beginAtom,
  createFactors,
  type DensityGrid,
  type GridAtoms,
  gaussiansPerAtom,
  maximumRow,
} from "./density.ts";
import { wrapIndex } from "./wrap.ts";

/** Sums over each atom's grid points of the map's value times a derivative of the atom's density. */
export interface DensityGradients {
  /** By the position, per Angstrom, 3 per atom. */
  readonly position: Float64Array;
  /** By B, one per atom; an empty array where neither this nor the value is wanted. */
  readonly b: Float64Array;
  /** Of the density itself, one per atom, empty as that of B. */
  readonly value: Float64Array;
}

const fourPiSquared = 4 * Math.PI * Math.PI;

/** What is summed for the atom at hand. One is used for all atoms. */
interface Gathering {
  readonly factors: AtomFactors;
  /** From the atom to its grid points along x, Angstrom. */
  readonly distances: Float64Array;
  /** Height of each Gaussian in the present plane, by nothing, by its decay and by its square. */
  readonly heights: Float64Array;
  readonly bent: Float64Array;
  readonly squareBent: Float64Array;
  /** By the position, by B, and of the density. */
  readonly sums: Float64Array;
}

/** Writes the sums of the atoms begin .. end - 1 over the grid points on which the density kernel puts them. */
export function gatherDensity(
  grid: DensityGrid,
  atoms: GridAtoms,
  gradients: DensityGradients,
  begin: number,
  end: number,
): void {
  const perGaussian = (): Float64Array => new Float64Array(gaussiansPerAtom);
  const gathering: Gathering = {
    factors: createFactors(),
    distances: new Float64Array(maximumRow),
    heights: perGaussian(),
    bent: perGaussian(),
    squareBent: perGaussian(),
    sums: new Float64Array(5),
  };
  const hasB = gradients.b.length > 0;
  for (let atom = begin; atom < end; atom++) {
    gatherAtom(grid, atoms, gathering, atom, hasB);
    for (let axis = 0; axis < 3; axis++) gradients.position[3 * atom + axis] = 2 * gathering.sums[axis]!;
    if (!hasB) continue;
    gradients.b[atom] = gathering.sums[3]! / fourPiSquared;
    gradients.value[atom] = gathering.sums[4]!;
  }
}

function gatherAtom(grid: DensityGrid, atoms: GridAtoms, gathering: Gathering, atom: number, hasB: boolean): void {
  const { nx, ny, nz, stepX, stepY, stepZ } = grid;
  const { factors, distances, sums } = gathering;
  const { range, squaresY } = factors;
  sums.fill(0);
  beginAtom(grid, atoms, factors, atom);
  const px = atoms.position[3 * atom]!;
  const py = atoms.position[3 * atom + 1]!;
  const pz = atoms.position[3 * atom + 2]!;
  const radius = atoms.radius[atom]!;
  const x0 = range[0]!;
  const x1 = range[1]!;
  const y0 = range[2]!;
  const y1 = range[3]!;
  const z0 = range[4]!;
  const z1 = range[5]!;
  for (let x = x0; x <= x1; x++) distances[x - x0] = (x - px) * stepX;
  for (let z = z0; z <= z1; z++) {
    const dz = (z - pz) * stepZ;
    const plane = ny * wrapIndex(z, nz);
    fillHeights(atoms, gathering, atom, z - z0);
    for (let y = y0; y <= y1; y++) {
      const rest = Math.fround(radius * radius - dz * dz - squaresY[y - y0]!);
      if (rest < 0) continue;
      const dy = (y - py) * stepY;
      const row = nx * (wrapIndex(y, ny) + plane);
      const sum = gatherRow(grid, gathering, row, y - y0, rest);
      sums[1]! += sum * dy;
      sums[2]! += sum * dz;
      if (hasB) sums[3]! += gatherRowOfB(grid, gathering, row, y - y0, rest, dz * dz) - 1.5 * sum;
    }
  }
}

function fillHeights({ amplitude, decay, terms }: GridAtoms, gathering: Gathering, atom: number, z: number): void {
  const { factors, heights, bent, squareBent } = gathering;
  for (let k = 0; k < terms; k++) {
    const at = gaussiansPerAtom * atom + k;
    const height = amplitude[at]! * factors.z[gaussiansPerAtom * z + k]!;
    heights[k] = height;
    bent[k] = height * decay[at]!;
    squareBent[k] = height * decay[at]! * decay[at]!;
  }
}

/** Adds the sum by x of a row; the sum of the map times the terms by their decay. */
function gatherRow(
  { values, nx }: DensityGrid,
  { factors, distances, bent, sums }: Gathering,
  row: number,
  y: number,
  rest: number,
): number {
  const { x: fx, y: fy, squaresX, range } = factors;
  const x0 = range[0]!;
  const width = range[1]! - x0 + 1;
  const f = gaussiansPerAtom * y;
  const c0 = bent[0]! * fy[f]!;
  const c1 = bent[1]! * fy[f + 1]!;
  const c2 = bent[2]! * fy[f + 2]!;
  const c3 = bent[3]! * fy[f + 3]!;
  const c4 = bent[4]! * fy[f + 4]!;
  let sum = 0;
  let sumX = 0;
  let first = 0;
  while (first < width && squaresX[first]! > rest) first++;
  let last = width - 1;
  while (last > first && squaresX[last]! > rest) last--;
  for (let x = wrapIndex(x0 + first, nx), index = first; index <= last; x = 0) {
    const end = Math.min(last + 1, index + nx - x);
    let at = gaussiansPerAtom * index;
    for (let from = row + x; index < end; index++, from++, at += gaussiansPerAtom) {
      const value =
        values[from]! * (c0 * fx[at]! + c1 * fx[at + 1]! + c2 * fx[at + 2]! + c3 * fx[at + 3]! + c4 * fx[at + 4]!);
      sum += value;
      sumX += value * distances[index]!;
    }
  }
  sums[0]! += sumX;
  return sum;
}

/** Adds the sum of the map times the density of a row; that of the terms by their decay's square times the squared distance. */
function gatherRowOfB(
  { values, nx }: DensityGrid,
  { factors, heights, squareBent, sums }: Gathering,
  row: number,
  y: number,
  rest: number,
  squareZ: number,
): number {
  const { x: fx, y: fy, squaresX, squaresY, range } = factors;
  const x0 = range[0]!;
  const width = range[1]! - x0 + 1;
  const beside = squareZ + squaresY[y]!;
  const f = gaussiansPerAtom * y;
  const a0 = heights[0]! * fy[f]!;
  const a1 = heights[1]! * fy[f + 1]!;
  const a2 = heights[2]! * fy[f + 2]!;
  const a3 = heights[3]! * fy[f + 3]!;
  const a4 = heights[4]! * fy[f + 4]!;
  const c0 = squareBent[0]! * fy[f]!;
  const c1 = squareBent[1]! * fy[f + 1]!;
  const c2 = squareBent[2]! * fy[f + 2]!;
  const c3 = squareBent[3]! * fy[f + 3]!;
  const c4 = squareBent[4]! * fy[f + 4]!;
  let density = 0;
  let sum = 0;
  for (let index = 0, x = wrapIndex(x0, nx); index < width; index++, x = x + 1 === nx ? 0 : x + 1) {
    const square = squaresX[index]!;
    if (square > rest) continue;
    const at = gaussiansPerAtom * index;
    const f0 = fx[at]!;
    const f1 = fx[at + 1]!;
    const f2 = fx[at + 2]!;
    const f3 = fx[at + 3]!;
    const f4 = fx[at + 4]!;
    const value = values[row + x]!;
    density += value * (a0 * f0 + a1 * f1 + a2 * f2 + a3 * f3 + a4 * f4);
    sum += value * (c0 * f0 + c1 * f1 + c2 * f2 + c3 * f3 + c4 * f4) * (square + beside);
  }
  sums[4]! += density;
  return sum;
}
