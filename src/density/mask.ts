// Masks on a map's grid: the solvent mask of crystallography and unions of spheres.
import radiiTable from "../../data/bsd-3-clause/mask-radii.json" with { type: "json" };
import { elementSymbol } from "../chemistry/elements.ts";
import type { MapFrame } from "./map.ts";

/** Solvent probe and how much the mask is shrunk afterwards, Angstrom (Jiang & Brunger 1994; cctbx defaults). */
const solventRadius = 1.1;
const shrinkRadius = 0.9;
const radiusOfUnknown = 1.8;

/** Van der Waals radius of the mask by element index, Angstrom. */
export function maskRadius(element: number): number {
  const { radii } = radiiTable as { radii: Record<string, number> };
  return radii[elementSymbol(element)] ?? radiusOfUnknown;
}

/** Receives a run of grid points along x: `row` is the index of its x = 0, `first` to `last` may lie outside the box. */
export type SpanVisitor = (row: number, first: number, last: number) => void;

/** Calls `visit` for every run of grid points along x that lies within `radius` of a point; the box is periodic. */
export function forEachSpanInSphere(
  frame: MapFrame,
  x: number,
  y: number,
  z: number,
  radius: number,
  visit: SpanVisitor,
): void {
  const [nx, ny, nz] = frame.size;
  const f = frame.fractionalization;
  const o = frame.orthogonalization;
  const rx = x - frame.corner[0];
  const ry = y - frame.corner[1];
  const rz = z - frame.corner[2];
  const px = (f[0] * rx + f[1] * ry + f[2] * rz) * nx;
  const py = (f[3] * rx + f[4] * ry + f[5] * rz) * ny;
  const pz = (f[6] * rx + f[7] * ry + f[8] * rz) * nz;
  const reachY = radius * Math.hypot(f[3], f[4], f[5]) * ny;
  const reachZ = radius * Math.hypot(f[6], f[7], f[8]) * nz;
  const step = o[0] / nx;
  const limit = radius * radius;
  for (let iz = Math.ceil(pz - reachZ); iz <= pz + reachZ; iz++) {
    const gz = (iz - pz) / nz;
    const dz = o[8] * gz;
    const plane = ny * wrapIndex(iz, nz);
    for (let iy = Math.ceil(py - reachY); iy <= py + reachY; iy++) {
      const gy = (iy - py) / ny;
      const dy = o[4] * gy + o[5] * gz;
      const left = limit - dz * dz - dy * dy;
      if (left < 0) continue;
      const middle = px - (o[1] * gy + o[2] * gz) / step;
      const half = Math.sqrt(left) / step;
      const first = Math.ceil(middle - half);
      const last = Math.floor(middle + half);
      if (first <= last) visit(nx * (wrapIndex(iy, ny) + plane), first, last);
    }
  }
}

/** Calls `visit` for every grid point within `radius` of a point; the box is periodic. */
export function forEachVoxelInSphere(
  frame: MapFrame,
  x: number,
  y: number,
  z: number,
  radius: number,
  visit: (voxel: number) => void,
): void {
  const nx = frame.size[0];
  forEachSpanInSphere(frame, x, y, z, radius, (row, first, last) => {
    for (let ix = first; ix <= last; ix++) visit(row + wrapIndex(ix, nx));
  });
}

function wrapIndex(index: number, length: number): number {
  if (index >= 0 && index < length) return index;
  const rest = index % length;
  return rest < 0 ? rest + length : rest;
}

const solvent = 0;
const shell = 1;
const inside = 2;

/**
 * Molecular mask (1 inside): within the van der Waals radius of an atom, plus the shell of 1.1 Angstrom around it except where
 * true solvent is nearer than 0.9 Angstrom. Hydrogens and atoms of zero occupancy count. Periodic.
 */
export function computeMolecularMask(
  frame: MapFrame,
  xyz: Float64Array,
  element: Uint8Array,
  count: number,
): Uint8Array {
  const nx = frame.size[0];
  const labels = new Uint8Array(nx * frame.size[1] * frame.size[2]);
  for (let atom = 0; atom < count; atom++) {
    const [x, y, z] = [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!];
    const radius = maskRadius(element[atom]!);
    forEachSpanInSphere(frame, x, y, z, radius + solventRadius, (row, first, last) => {
      for (let ix = first; ix <= last; ix++) {
        const voxel = row + wrapIndex(ix, nx);
        if (labels[voxel] === solvent) labels[voxel] = shell;
      }
    });
    forEachSpanInSphere(frame, x, y, z, radius, (row, first, last) => {
      for (let ix = first; ix <= last; ix++) labels[row + wrapIndex(ix, nx)] = inside;
    });
  }
  return shrinkShell(frame, labels);
}

/** Grid offsets nearer than a distance, as x, y, z triples. */
function offsetsWithin(frame: MapFrame, distance: number): Int32Array {
  const [nx, ny, nz] = frame.size;
  const o = frame.orthogonalization;
  const f = frame.fractionalization;
  const reach = [0, 3, 6].map((row, axis) =>
    Math.ceil(distance * Math.hypot(f[row]!, f[row + 1]!, f[row + 2]!) * [nx, ny, nz][axis]!),
  ) as [number, number, number];
  const offsets: number[] = [];
  for (let z = -reach[2]; z <= reach[2]; z++) {
    for (let y = -reach[1]; y <= reach[1]; y++) {
      for (let x = -reach[0]; x <= reach[0]; x++) {
        const dx = (o[0] * x) / nx + (o[1] * y) / ny + (o[2] * z) / nz;
        const dy = (o[4] * y) / ny + (o[5] * z) / nz;
        const dz = (o[8] * z) / nz;
        if (dx * dx + dy * dy + dz * dz < distance * distance) offsets.push(x, y, z);
      }
    }
  }
  return Int32Array.from(offsets);
}

function shrinkShell(frame: MapFrame, labels: Uint8Array): Uint8Array {
  const [nx, ny, nz] = frame.size;
  const offsets = offsetsWithin(frame, shrinkRadius);
  const mask = new Uint8Array(labels.length);
  let voxel = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, voxel++) {
        const label = labels[voxel];
        if (label === inside) mask[voxel] = 1;
        if (label !== shell) continue;
        let keep = 1;
        for (let at = 0; at < offsets.length; at += 3) {
          const neighbour =
            wrapIndex(x + offsets[at]!, nx) +
            nx * (wrapIndex(y + offsets[at + 1]!, ny) + ny * wrapIndex(z + offsets[at + 2]!, nz));
          if (labels[neighbour] === solvent) {
            keep = 0;
            break;
          }
        }
        mask[voxel] = keep;
      }
    }
  }
  return mask;
}

/** The molecular mask grown by a distance in Angstrom: voxels nearer than that to a van der Waals sphere. */
export function computeDilatedMask(
  frame: MapFrame,
  xyz: Float64Array,
  element: Uint8Array,
  count: number,
  distance: number,
): Uint8Array {
  const nx = frame.size[0];
  const mask = new Uint8Array(nx * frame.size[1] * frame.size[2]);
  for (let atom = 0; atom < count; atom++) {
    const radius = maskRadius(element[atom]!) + distance;
    const [x, y, z] = [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!];
    forEachSpanInSphere(frame, x, y, z, radius, (row, first, last) => {
      if (first >= 0 && last < nx) mask.fill(1, row + first, row + last + 1);
      else for (let ix = first; ix <= last; ix++) mask[row + wrapIndex(ix, nx)] = 1;
    });
  }
  return mask;
}
