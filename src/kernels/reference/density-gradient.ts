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

/** Writes the sums of the atoms begin .. end - 1 over the grid points on which the density kernel puts them. */
export function gatherDensity(
  grid: DensityGrid,
  atoms: GridAtoms,
  gradients: DensityGradients,
  begin: number,
  end: number,
): void {
  const factors = createFactors();
  for (let atom = begin; atom < end; atom++) {
    const sums = gatherAtom(grid, atoms, factors, atom);
    for (let axis = 0; axis < 3; axis++) gradients.position[3 * atom + axis] = sums[axis]!;
    if (gradients.b.length === 0) continue;
    gradients.b[atom] = sums[3]!;
    gradients.value[atom] = sums[4]!;
  }
}

/** The three sums of the position, that of B and that of the density. */
function gatherAtom(grid: DensityGrid, atoms: GridAtoms, factors: AtomFactors, atom: number): number[] {
  const { values, nx, ny, nz, stepX, stepY, stepZ } = grid;
  const { px, py, pz, radius, x0, x1, y0, y1, z0, z1 } = beginAtom(grid, atoms, factors, atom);
  const gaussian = gaussiansPerAtom * atom;
  const decay = atoms.decay.subarray(gaussian, gaussian + atoms.terms);
  const sums = [0, 0, 0, 0, 0];
  for (let z = z0; z <= z1; z++) {
    const dz = (z - pz) * stepZ;
    for (let y = y0; y <= y1; y++) {
      const rest = Math.fround(radius * radius - dz * dz - factors.squaresY[y - y0]!);
      if (rest < 0) continue;
      const dy = (y - py) * stepY;
      const row = nx * (wrapIndex(y, ny) + ny * wrapIndex(z, nz));
      for (let x = x0; x <= x1; x++) {
        if (factors.squaresX[x - x0]! > rest) continue;
        const dx = (x - px) * stepX;
        const square = dx * dx + dy * dy + dz * dz;
        const mapValue = values[row + wrapIndex(x, nx)]!;
        let density = 0;
        let bent = 0;
        let byB = 0;
        for (let k = 0; k < atoms.terms; k++) {
          const c = decay[k]!;
          const at = k * maximumRow;
          const along = factors.x[at + x - x0]! * factors.y[at + y - y0]! * factors.z[at + z - z0]!;
          const term = atoms.amplitude[gaussian + k]! * along;
          density += term;
          bent += 2 * c * term;
          byB += (term * c * (c * square - 1.5)) / fourPiSquared;
        }
        sums[0]! += mapValue * bent * dx;
        sums[1]! += mapValue * bent * dy;
        sums[2]! += mapValue * bent * dz;
        sums[3]! += mapValue * byB;
        sums[4]! += mapValue * density;
      }
    }
  }
  return sums;
}
