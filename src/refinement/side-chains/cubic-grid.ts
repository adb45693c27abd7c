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
  const a0 = (-2 * p + 3 * p * p - p * p * p) / 6;
  const a1 = 1 - p / 2 - p * p + (p * p * p) / 2;
  const a2 = p + (p * p) / 2 - (p * p * p) / 2;
  const a3 = (p * p * p - p) / 6;
  const q = v - j;
  const r = w - k;
  let sum = 0;
  for (let c = -1; c <= 2; c++) {
    const factor = lagrange(r, c);
    let plane = 0;
    for (let b = -1; b <= 2; b++) {
      const at = i - 1 + nx * (j + b + ny * (k + c));
      plane += lagrange(q, b) * (a0 * values[at]! + a1 * values[at + 1]! + a2 * values[at + 2]! + a3 * values[at + 3]!);
    }
    sum += factor * plane;
  }
  return sum;
}

/** Weight of node -1, 0, 1 or 2 at an offset from node 0. */
function lagrange(t: number, node: number): number {
  if (node === -1) return (-2 * t + 3 * t * t - t * t * t) / 6;
  if (node === 0) return 1 - t / 2 - t * t + (t * t * t) / 2;
  if (node === 1) return t + (t * t) / 2 - (t * t * t) / 2;
  return (t * t * t - t) / 6;
}
