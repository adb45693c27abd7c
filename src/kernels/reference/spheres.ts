// Plain twins of the sphere kernels: painting spheres around atoms, shrinking their shell, and sums over their unions.
import { wrapIndex } from "./wrap.ts";

/** A periodic grid in space: matrices row by row, `corner` is the place of its first point, Angstrom. */
export interface SphereGrid {
  readonly size: readonly [number, number, number];
  readonly fractionalization: ArrayLike<number>;
  readonly orthogonalization: ArrayLike<number>;
  readonly corner: ArrayLike<number>;
}

export interface Spheres {
  readonly count: number;
  /** 3 per sphere, Angstrom. */
  readonly xyz: Float64Array;
  readonly radius: Float64Array;
}

/** Atoms of group g: atoms[start[g]] .. atoms[start[g + 1] - 1]. */
export interface AtomGroups {
  readonly start: Int32Array;
  readonly atoms: Int32Array;
}

/** Numbers per group in the result of `sumSpheres`: count, x, y, xx, yy, xy. */
export const sumsPerGroup = 6;

/** Receives a run of grid points along x: `row` is the index of its x = 0, `first` to `last` may lie outside the box. */
export type SpanVisitor = (row: number, first: number, last: number) => void;

/** Place of a point in grid units along an axis. */
function placeAlong(
  axis: number,
  { size, fractionalization: f, corner }: SphereGrid,
  x: number,
  y: number,
  z: number,
): number {
  const at = 3 * axis;
  const sum = f[at]! * (x - corner[0]!) + f[at + 1]! * (y - corner[1]!) + f[at + 2]! * (z - corner[2]!);
  return sum * size[axis]!;
}

/** Reach of a sphere in grid units along an axis. */
function reachAlong(axis: number, { size, fractionalization: f }: SphereGrid, radius: number): number {
  const [a, b, c] = [f[3 * axis]!, f[3 * axis + 1]!, f[3 * axis + 2]!];
  return radius * Math.sqrt(a * a + b * b + c * c) * size[axis]!;
}

/** Calls `visit` for every run of grid points along x that lies within `radius` of a point; the box is periodic. */
function forEachSpanInSphere(
  grid: SphereGrid,
  x: number,
  y: number,
  z: number,
  radius: number,
  visit: SpanVisitor,
): void {
  const [nx, ny, nz] = grid.size;
  const o = grid.orthogonalization;
  const px = placeAlong(0, grid, x, y, z);
  const py = placeAlong(1, grid, x, y, z);
  const pz = placeAlong(2, grid, x, y, z);
  const reachY = reachAlong(1, grid, radius);
  const reachZ = reachAlong(2, grid, radius);
  const step = o[0]! / nx;
  const limit = radius * radius;
  for (let iz = Math.ceil(pz - reachZ); iz <= pz + reachZ; iz++) {
    const gz = (iz - pz) / nz;
    const dz = o[8]! * gz;
    const plane = ny * wrapIndex(iz, nz);
    for (let iy = Math.ceil(py - reachY); iy <= py + reachY; iy++) {
      const gy = (iy - py) / ny;
      const dy = o[4]! * gy + o[5]! * gz;
      const left = limit - dz * dz - dy * dy;
      if (left < 0) continue;
      const middle = px - (o[1]! * gy + o[2]! * gz) / step;
      const half = Math.sqrt(left) / step;
      const first = Math.ceil(middle - half);
      const last = Math.floor(middle + half);
      if (first <= last) visit(nx * (wrapIndex(iy, ny) + plane), first, last);
    }
  }
}

/** Raises the labels of points in spheres to `value`. */
export function paintSpheres(labels: Uint8Array, grid: SphereGrid, spheres: Spheres, value: number): void {
  const nx = grid.size[0];
  const { xyz, radius } = spheres;
  for (let atom = 0; atom < spheres.count; atom++) {
    forEachSpanInSphere(
      grid,
      xyz[3 * atom]!,
      xyz[3 * atom + 1]!,
      xyz[3 * atom + 2]!,
      radius[atom]!,
      (row, first, last) => {
        for (let ix = first; ix <= last; ix++) {
          const voxel = row + wrapIndex(ix, nx);
          if (labels[voxel]! < value) labels[voxel] = value;
        }
      },
    );
  }
}

/** Mask 1 where the label is 2, and where it is 1 with no label 0 at any of the offsets (x, y, z each). */
export function shrinkShell(
  labels: Uint8Array,
  mask: Uint8Array,
  [nx, ny, nz]: readonly [number, number, number],
  offsets: Int32Array,
): void {
  let voxel = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, voxel++) {
        let keep = labels[voxel] === 0 ? 0 : 1;
        for (let at = 0; labels[voxel] === 1 && keep === 1 && at < offsets.length; at += 3) {
          const neighbour =
            wrapIndex(x + offsets[at]!, nx) +
            nx * (wrapIndex(y + offsets[at + 1]!, ny) + ny * wrapIndex(z + offsets[at + 2]!, nz));
          if (labels[neighbour] === 0) keep = 0;
        }
        mask[voxel] = keep;
      }
    }
  }
}

/** Per group the sums of two maps over the union of its atoms' spheres, each point once: count, x, y, xx, yy, xy. */
export function sumSpheres(
  first: Float32Array,
  second: Float32Array,
  grid: SphereGrid,
  xyz: Float64Array,
  groups: AtomGroups,
  radius: number,
): Float64Array {
  const { start, atoms } = groups;
  const nx = grid.size[0];
  const seen = new Int32Array(second.length).fill(-1);
  const sums = new Float64Array(sumsPerGroup * (start.length - 1));
  for (let group = 0; group + 1 < start.length; group++) {
    const own = sums.subarray(sumsPerGroup * group, sumsPerGroup * (group + 1));
    for (let entry = start[group]!; entry < start[group + 1]!; entry++) {
      const at = 3 * atoms[entry]!;
      forEachSpanInSphere(grid, xyz[at]!, xyz[at + 1]!, xyz[at + 2]!, radius, (row, low, high) => {
        for (let ix = low; ix <= high; ix++) {
          const voxel = row + wrapIndex(ix, nx);
          if (seen[voxel] === group) continue;
          seen[voxel] = group;
          const [x, y] = [first[voxel]!, second[voxel]!];
          own[0]!++;
          own[1]! += x;
          own[2]! += y;
          own[3]! += x * x;
          own[4]! += y * y;
          own[5]! += x * y;
        }
      });
    }
  }
  return sums;
}

/** Per group the lowest index and the width along each axis of a box that holds its spheres; no wider than the grid. */
export function boxesOf(grid: SphereGrid, xyz: Float64Array, { start, atoms }: AtomGroups, radius: number): Int32Array {
  const boxes = new Int32Array(6 * (start.length - 1));
  for (let axis = 0; axis < 3; axis++) {
    const reach = reachAlong(axis, grid, radius);
    for (let group = 0; group + 1 < start.length; group++) {
      if (start[group] === start[group + 1]) continue;
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let entry = start[group]!; entry < start[group + 1]!; entry++) {
        const at = 3 * atoms[entry]!;
        const place = placeAlong(axis, grid, xyz[at]!, xyz[at + 1]!, xyz[at + 2]!);
        if (place < low) low = place;
        if (place > high) high = place;
      }
      const first = Math.floor(low - reach);
      boxes[6 * group + axis] = first;
      boxes[6 * group + 3 + axis] = Math.min(grid.size[axis]!, Math.ceil(high + reach) - first + 1);
    }
  }
  return boxes;
}
