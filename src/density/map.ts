// Sampled density and its frame: which point of space each voxel is.
import { fractionalization, type Matrix3, orthogonalization, type UnitCell } from "../crystal/unit-cell.ts";
import type { Vector3 } from "../math/vector3.ts";

/** Three integers, along x, y and z of the cell. */
export type GridSize = readonly [number, number, number];

/** Values run fastest along x: values[x + size[0] * (y + size[1] * z)]. */
export interface DensityMap {
  readonly values: Float32Array;
  /** Voxels stored along x, y, z. */
  readonly size: GridSize;
  /** Grid index of the first stored voxel; may be negative. */
  readonly start: GridSize;
  /** Grid intervals along the whole cell. */
  readonly sampling: GridSize;
  readonly cell: UnitCell;
  /** Cartesian offset in Angstrom added to every grid point (a non-integer MRC ORIGIN); usually zero. */
  readonly offset: Vector3;
}

/** A map without its voxels. */
export type MapGrid = Omit<DensityMap, "values">;

/** A part of a map, in voxels along x, y and z. */
export interface MapBlock {
  readonly begin: GridSize;
  readonly size: GridSize;
}

/** The box a map occupies as its own P1 cell: edges size times step, first voxel at Cartesian `corner`. */
export interface MapFrame {
  readonly size: GridSize;
  /** P1 cell of the stored box. */
  readonly boxCell: UnitCell;
  readonly orthogonalization: Matrix3;
  readonly fractionalization: Matrix3;
  /** Cartesian position of voxel (0, 0, 0) in Angstrom: subtract it from coordinates to enter the box frame. */
  readonly corner: Vector3;
}

export function mapFrame(map: MapGrid): MapFrame {
  const { cell, size, sampling, start, offset } = map;
  const boxCell: UnitCell = {
    ...cell,
    a: (cell.a * size[0]) / sampling[0],
    b: (cell.b * size[1]) / sampling[1],
    c: (cell.c * size[2]) / sampling[2],
  };
  const o = orthogonalization(cell);
  const f: Vector3 = [start[0] / sampling[0], start[1] / sampling[1], start[2] / sampling[2]];
  return {
    size,
    boxCell,
    orthogonalization: orthogonalization(boxCell),
    fractionalization: fractionalization(boxCell),
    corner: [
      o[0] * f[0] + o[1] * f[1] + o[2] * f[2] + offset[0],
      o[3] * f[0] + o[4] * f[1] + o[5] * f[2] + offset[1],
      o[6] * f[0] + o[7] * f[1] + o[8] * f[2] + offset[2],
    ],
  };
}

/** Position of a point in the box as fractions of its edges: inside where all three lie in [0, 1). */
export function toFractional(frame: MapFrame, x: number, y: number, z: number): Vector3 {
  const { fractionalization: f, corner } = frame;
  const dx = x - corner[0];
  const dy = y - corner[1];
  const dz = z - corner[2];
  return [f[0] * dx + f[1] * dy + f[2] * dz, f[3] * dx + f[4] * dy + f[5] * dz, f[6] * dx + f[7] * dy + f[8] * dz];
}
