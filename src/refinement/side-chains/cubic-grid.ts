// Values between grid points by cubic polynomials through four points along each axis.
import type { Matrix3 } from "../../crystal/unit-cell.ts";
import type { GridSize, MapFrame } from "../../density/map.ts";
import type { Vector3 } from "../../math/vector3.ts";

export interface CubicGrid {
  readonly values: Float32Array;
  readonly size: GridSize;
  readonly corner: Vector3;
  /** Grid steps per Angstrom; row-major, upper triangular. */
  readonly toGrid: Matrix3;
}

export function cubicGrid({ size, corner, fractionalization: f }: MapFrame, values: Float32Array): CubicGrid {
  const [nx, ny, nz] = size;
  return {
    values,
    size,
    corner,
    toGrid: [f[0] * nx, f[1] * nx, f[2] * nx, f[3] * ny, f[4] * ny, f[5] * ny, f[6] * nz, f[7] * nz, f[8] * nz],
  };
}

/** Value at a point, Angstrom; 0 where there are not two points on every side. */
export function cubicValue({ values, size, corner, toGrid: g }: CubicGrid, x: number, y: number, z: number): number {
  const [nx, ny, nz] = size;
  const dx = x - corner[0];
  const dy = y - corner[1];
  const dz = z - corner[2];
  const u = g[0] * dx + g[1] * dy + g[2] * dz;
  const v = g[4] * dy + g[5] * dz;
  const w = g[8] * dz;
  const i = Math.floor(u);
  const j = Math.floor(v);
  const k = Math.floor(w);
  if (!(i >= 1 && j >= 1 && k >= 1 && i < nx - 2 && j < ny - 2 && k < nz - 2)) return 0;
  const p = u - i;
  const q = v - j;
  const r = w - k;
  const a0 = lagrangeBefore(p);
  const a1 = lagrangeAt(p);
  const a2 = lagrangeAt(1 - p);
  const a3 = lagrangeBefore(1 - p);
  const b0 = lagrangeBefore(q);
  const b1 = lagrangeAt(q);
  const b2 = lagrangeAt(1 - q);
  const b3 = lagrangeBefore(1 - q);
  let at = i - 1 + nx * (j - 1 + ny * (k - 1));
  let sum = 0;
  for (let c = 0; c < 4; c++) {
    const second = at + nx;
    const third = second + nx;
    const fourth = third + nx;
    sum +=
      (c === 0 ? lagrangeBefore(r) : c === 1 ? lagrangeAt(r) : c === 2 ? lagrangeAt(1 - r) : lagrangeBefore(1 - r)) *
      (b0 * (a0 * values[at]! + a1 * values[at + 1]! + a2 * values[at + 2]! + a3 * values[at + 3]!) +
        b1 * (a0 * values[second]! + a1 * values[second + 1]! + a2 * values[second + 2]! + a3 * values[second + 3]!) +
        b2 * (a0 * values[third]! + a1 * values[third + 1]! + a2 * values[third + 2]! + a3 * values[third + 3]!) +
        b3 * (a0 * values[fourth]! + a1 * values[fourth + 1]! + a2 * values[fourth + 2]! + a3 * values[fourth + 3]!));
    at += nx * ny;
  }
  return sum;
}

/** Weight of the node before the one at hand, at an offset from it; of the second one after it at 1 less the offset. */
function lagrangeBefore(t: number): number {
  return (t * (t - 1) * (2 - t)) / 6;
}

/** Weight of the node at hand; of the next one at 1 less the offset. */
function lagrangeAt(t: number): number {
  return 1 - t / 2 - t * t + (t * t * t) / 2;
}
