// Density of anisotropic atoms, and of any atoms in boxes whose axes are not at right angles.
import type { Matrix3 } from "../crystal/unit-cell.ts";
import { gaussiansPerAtom } from "../kernels/reference/density.ts";

export interface GeneralAtoms {
  readonly count: number;
  readonly xyz: Float64Array;
  /** Per atom and Gaussian. */
  readonly amplitude: Float64Array;
  /** Quadratic form per atom and Gaussian (xx yy zz xy xz yz): amplitude exp(-d^T Q d), d in Angstrom. */
  readonly form: Float64Array;
  readonly radius: Float64Array;
}

/** Adds the atoms to a periodic grid (x fastest); `orthogonalization` and its inverse are those of the grid's cell. */
export function addGeneralDensity(
  values: Float32Array,
  size: readonly [number, number, number],
  atoms: GeneralAtoms,
  orthogonalization: Matrix3,
  fractionalization: Matrix3,
  corner: readonly [number, number, number],
): void {
  const [nx, ny, nz] = size;
  const o = orthogonalization;
  const f = fractionalization;
  const wrap = (index: number, length: number): number => ((index % length) + length) % length;
  for (let atom = 0; atom < atoms.count; atom++) {
    const [x, y, z] = [0, 1, 2].map((axis) => atoms.xyz[3 * atom + axis]! - corner[axis]!) as [number, number, number];
    const px = (f[0] * x + f[1] * y + f[2] * z) * nx;
    const py = (f[3] * x + f[4] * y + f[5] * z) * ny;
    const pz = (f[6] * x + f[7] * y + f[8] * z) * nz;
    const radius = atoms.radius[atom]!;
    // A sphere reaches as far along a grid axis as its radius times the length of that reciprocal axis.
    const reach = [
      radius * Math.hypot(f[0], f[1], f[2]) * nx,
      radius * Math.hypot(f[3], f[4], f[5]) * ny,
      radius * Math.hypot(f[6], f[7], f[8]) * nz,
    ] as const;
    for (let iz = Math.ceil(pz - reach[2]); iz <= pz + reach[2]; iz++) {
      const gz = (iz - pz) / nz;
      for (let iy = Math.ceil(py - reach[1]); iy <= py + reach[1]; iy++) {
        const gy = (iy - py) / ny;
        const row = nx * (wrap(iy, ny) + ny * wrap(iz, nz));
        for (let ix = Math.ceil(px - reach[0]); ix <= px + reach[0]; ix++) {
          const gx = (ix - px) / nx;
          const dx = o[0] * gx + o[1] * gy + o[2] * gz;
          const dy = o[4] * gy + o[5] * gz;
          const dz = o[8] * gz;
          if (dx * dx + dy * dy + dz * dz > radius * radius) continue;
          values[row + wrap(ix, nx)]! += densityAt(atoms, atom, dx, dy, dz);
        }
      }
    }
  }
}

/** Density of one atom at a displacement from its centre, Angstrom. */
function densityAt(atoms: GeneralAtoms, atom: number, dx: number, dy: number, dz: number): number {
  let sum = 0;
  for (let k = 0; k < gaussiansPerAtom; k++) {
    const row = gaussiansPerAtom * atom + k;
    const q = 6 * row;
    const exponent =
      atoms.form[q]! * dx * dx +
      atoms.form[q + 1]! * dy * dy +
      atoms.form[q + 2]! * dz * dz +
      2 * (atoms.form[q + 3]! * dx * dy + atoms.form[q + 4]! * dx * dz + atoms.form[q + 5]! * dy * dz);
    sum += atoms.amplitude[row]! * Math.exp(-exponent);
  }
  return sum;
}
