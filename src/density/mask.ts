// Masks on a map's grid: the solvent mask of crystallography and unions of spheres.
import radiiTable from "../../data/bsd-3-clause/mask-radii.json" with { type: "json" };
import { elementSymbol } from "../chemistry/elements.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import type { Spheres } from "../kernels/reference/spheres.ts";
import type { MapFrame } from "./map.ts";

/** Solvent probe and how much the mask is shrunk afterwards, Angstrom (Jiang & Brunger 1994; cctbx defaults). */
const solventRadius = 1.1;
const shrinkRadius = 0.9;
const radiusOfUnknown = 1.8;

/** Van der Waals radius of the mask by element index, Angstrom. */
function maskRadius(element: number): number {
  const { radii } = radiiTable as { radii: Record<string, number> };
  return radii[elementSymbol(element)] ?? radiusOfUnknown;
}

/**
 * Molecular mask (1 inside): within the van der Waals radius of an atom, plus the shell of 1.1 Angstrom around it except where
 * true solvent is nearer than 0.9 Angstrom. Hydrogens and atoms of zero occupancy count. Periodic. `more` is added to all radii.
 */
export function computeMolecularMask(
  engine: ComputeEngine,
  frame: MapFrame,
  xyz: Float64Array,
  element: Uint8Array,
  count: number,
  more = 0,
): Uint8Array {
  const { kernels, memory } = engine;
  const labels = memory.uint8(frame.size[0] * frame.size[1] * frame.size[2]);
  const mask = memory.uint8(labels.length);
  kernels.paintSpheres(labels, frame, spheresOf(xyz, element, count, solventRadius + more), shell);
  kernels.paintSpheres(labels, frame, spheresOf(xyz, element, count, more), inside);
  kernels.shrinkShell(labels, mask, frame.size, offsetsWithin(frame, shrinkRadius));
  return takeMask(engine, mask, labels);
}

/** Labels of the shell and of the inside, as the kernels want them. */
const shell = 1;
const inside = 2;

function spheresOf(xyz: Float64Array, element: Uint8Array, count: number, more: number): Spheres {
  return {
    count,
    xyz,
    radius: Float64Array.from({ length: count }, (_value, atom) => maskRadius(element[atom]!) + more),
  };
}

/** A copy of a mask outside of the kernels' memory, which is given back. */
function takeMask({ memory }: ComputeEngine, mask: Uint8Array, ...others: readonly Uint8Array[]): Uint8Array {
  const copy = mask.slice();
  memory.free(mask, ...others);
  return copy;
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

/** The molecular mask grown by a distance in Angstrom: voxels nearer than that to a van der Waals sphere. */
export function computeDilatedMask(
  engine: ComputeEngine,
  frame: MapFrame,
  xyz: Float64Array,
  element: Uint8Array,
  count: number,
  distance: number,
): Uint8Array {
  return takeMask(engine, paintDilatedMask(engine, frame, xyz, element, count, distance));
}

/** The same in the kernels' memory, to be given back by the caller. */
export function paintDilatedMask(
  { kernels, memory }: ComputeEngine,
  frame: MapFrame,
  xyz: Float64Array,
  element: Uint8Array,
  count: number,
  distance: number,
): Uint8Array {
  const mask = memory.uint8(frame.size[0] * frame.size[1] * frame.size[2]);
  kernels.paintSpheres(mask, frame, spheresOf(xyz, element, count, distance), 1);
  return mask;
}
