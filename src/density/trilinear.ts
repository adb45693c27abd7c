// Map values between the grid points, along straight lines.
import type { Matrix3 } from "../crystal/unit-cell.ts";
import type { Vector3 } from "../math/vector3.ts";
import { type DensityMap, type GridSize, mapFrame } from "./map.ts";

/** A map with what turns positions into places on its grid. */
export interface TrilinearGrid {
  readonly values: Float32Array;
  readonly size: GridSize;
  /** Cartesian position of the first voxel, Angstrom. */
  readonly corner: Vector3;
  /** Grid steps per Angstrom; row-major, upper triangular. */
  readonly toGrid: Matrix3;
}

/** `values` stands for those of the map on the same grid, the model map for instance. */
export function trilinearGrid(map: DensityMap, values: Float32Array = map.values): TrilinearGrid {
  const { size, corner, fractionalization: f } = mapFrame(map);
  const [nx, ny, nz] = size;
  return {
    values,
    size,
    corner,
    toGrid: [f[0] * nx, f[1] * nx, f[2] * nx, f[3] * ny, f[4] * ny, f[5] * ny, f[6] * nz, f[7] * nz, f[8] * nz],
  };
}

/** Trilinear value at a point in Angstrom; NaN outside of the region that has grid points on all sides (nothing wraps). */
export function trilinearValue(
  { values, size, corner, toGrid: t }: TrilinearGrid,
  x: number,
  y: number,
  z: number,
): number {
  const dx = x - corner[0];
  const dy = y - corner[1];
  const dz = z - corner[2];
  const u = snap(t[0] * dx + t[1] * dy + t[2] * dz, size[0]);
  const v = snap(t[4] * dy + t[5] * dz, size[1]);
  const w = snap(t[8] * dz, size[2]);
  if (!(u >= 0 && v >= 0 && w >= 0 && u <= size[0] - 1 && v <= size[1] - 1 && w <= size[2] - 1)) return Number.NaN;
  const i = Math.min(Math.floor(u), Math.max(0, size[0] - 2));
  const j = Math.min(Math.floor(v), Math.max(0, size[1] - 2));
  const k = Math.min(Math.floor(w), Math.max(0, size[2] - 2));
  const fu = u - i;
  const fv = v - j;
  const fw = w - k;
  const sx = size[0] > 1 ? 1 : 0;
  const sy = size[1] > 1 ? size[0] : 0;
  const sz = size[2] > 1 ? size[0] * size[1] : 0;
  const at = i + size[0] * (j + size[1] * k);
  const low = mix(mix(values[at]!, values[at + sx]!, fu), mix(values[at + sy]!, values[at + sx + sy]!, fu), fv);
  const high = mix(
    mix(values[at + sz]!, values[at + sx + sz]!, fu),
    mix(values[at + sy + sz]!, values[at + sx + sy + sz]!, fu),
    fv,
  );
  return mix(low, high, fw);
}

const tolerance = 1e-6;

/** A point on the first or last face is inside whatever rounding has done to it. */
function snap(place: number, length: number): number {
  if (place < 0 && place > -tolerance) return 0;
  return place > length - 1 && place < length - 1 + tolerance ? length - 1 : place;
}

function mix(first: number, second: number, fraction: number): number {
  return first + fraction * (second - first);
}
