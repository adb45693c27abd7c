// Local resolution: where the FSC of half maps inside a round window falls below 0.143, all over a map and at atoms.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { type RunContext, throwIfCancelled } from "../../base/run-context.ts";
import { densityMask } from "../../density/density-mask.ts";
import { type DensityMap, type GridSize, mapFrame, toFractional } from "../../density/map.ts";
import { offsetOf } from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { areHalfMapsUsable, type HalfMaps } from "./half-map-fsc.ts";
import { createWindowFsc, freeWindowFsc, fscInWindow, smoothShells, type WindowFsc } from "./local-windows.ts";

export interface LocalResolution {
  /** Angstrom; 0 outside of the mask, where nothing was measured. */
  readonly map: DensityMap;
  /** Of the window at half its height, Angstrom. */
  readonly diameter: number;
  /** Between windows, Angstrom. */
  readonly spacing: number;
  /** Windows measured. */
  readonly points: number;
  /** Over the windows, Angstrom. */
  readonly best: number;
  readonly median: number;
  readonly worst: number;
}

export interface LocalResolutionOptions {
  /** Of the map as a whole, Angstrom: it decides on the window. */
  readonly resolution: number;
  /** On the map's grid; measured where it is at least 0.5. Made from the density where it is not given. */
  readonly mask?: Float32Array;
  /** Angstrom; 25 or 7 times the resolution, whichever is larger, where it is not given. */
  readonly diameter?: number;
}

const smallestDiameter = 25;
const diameterPerResolution = 7;
const spacingPerDiameter = 0.25;
/** Windows become sparser where there would be more. */
const mostWindows = 12000;
const measuredFrom = 0.5;
const threshold = 0.143;

/**
 * Local resolution of a pair of half maps on their grid (Cardone, Heymann & Steven 2013, J. Struct. Biol. 184, 226). Values lie
 * between the Nyquist limit and the window's diameter. Null where the half maps say nothing (with a diagnostic) or the mask is
 * empty. Throws InputError HALF_MAPS_DIFFER.
 */
export function computeLocalResolution(
  engine: ComputeEngine,
  halfMaps: HalfMaps,
  options: LocalResolutionOptions,
  context: RunContext,
): LocalResolution | null {
  if (!areHalfMapsUsable(null, halfMaps, context)) return null;
  const { first, second } = halfMaps;
  const mask = options.mask ?? densityMask(engine, meanOf(halfMaps), options.resolution);
  if (mask === null) return null;
  const diameter = options.diameter ?? Math.max(smallestDiameter, diameterPerResolution * options.resolution);
  const lattice = createLattice(first, mask, diameter);
  if (lattice.nodes.length === 0) return null;
  const window = createWindowFsc(engine, first, diameter);
  const halves = [withoutOffset(first.values), withoutOffset(second.values)] as const;
  const measured: number[] = [];
  for (const [row, node] of lattice.nodes.entries()) {
    if (row % 100 === 0) {
      throwIfCancelled(context);
      context.report({ phase: "local resolution", fraction: row / lattice.nodes.length });
    }
    const fsc = fscInWindow(engine, window, halves, first.size, voxelOf(lattice, node, first.size));
    const resolution = resolutionInWindow(fsc, window, diameter);
    lattice.values[node] = resolution;
    measured.push(resolution);
  }
  freeWindowFsc(engine, window);
  measured.sort((one, other) => one - other);
  return {
    map: { ...first, values: interpolate(lattice, mask, first.size) },
    diameter,
    spacing: lattice.spacing,
    points: measured.length,
    best: measured[0]!,
    median: measured[measured.length >> 1]!,
    worst: measured.at(-1)!,
  };
}

/** Windows that reach out of the map would see the constant end there. */
function withoutOffset(values: Float32Array): Float32Array {
  const offset = offsetOf(values);
  return offset === 0 ? values : values.map((value) => value - offset);
}

function meanOf({ first, second }: HalfMaps): DensityMap {
  return { ...first, values: first.values.map((value, at) => 0.5 * (value + second.values[at]!)) };
}

/** First crossing of the smoothed shells; the diameter where nothing correlates, Nyquist's limit where everything does. */
function resolutionInWindow(fsc: Float64Array, { length, highest }: WindowFsc, diameter: number): number {
  const curve = smoothShells(fsc);
  // Shells longer than the window see little else than the window.
  const begin = Math.max(1, Math.ceil(length / diameter));
  for (let shell = begin; shell <= highest; shell++) {
    if (curve[shell]! >= threshold) continue;
    if (shell === begin) return diameter;
    const [above, below] = [curve[shell - 1]!, curve[shell]!];
    return Math.min(diameter, length / (shell - 1 + (above - threshold) / (above - below)));
  }
  return length / highest;
}

/** Places of windows: every `step` voxels, wherever the mask is near. */
interface Lattice {
  readonly step: GridSize;
  readonly size: GridSize;
  readonly spacing: number;
  /** Rows of the lattice that are measured, ascending. */
  readonly nodes: readonly number[];
  readonly values: Float32Array;
}

/** Voxel of a node, the last ones drawn into the map. */
function voxelOf({ step, size }: Lattice, node: number, mapSize: GridSize): [number, number, number] {
  const place = [node % size[0], Math.floor(node / size[0]) % size[1], Math.floor(node / (size[0] * size[1]))];
  const [x, y, z] = place.map((index, axis) => Math.min(mapSize[axis]! - 1, index * step[axis]!));
  return [x!, y!, z!];
}

function createLattice(map: DensityMap, mask: Float32Array, diameter: number): Lattice {
  const { boxCell } = mapFrame(map);
  const edges = [boxCell.a, boxCell.b, boxCell.c] as const;
  for (let spacing = spacingPerDiameter * diameter; ; spacing *= 1.2) {
    const step = map.size.map((length, axis) => Math.max(1, Math.floor((spacing * length) / edges[axis]!)));
    const size = map.size.map((length, axis) => Math.floor((length - 1) / step[axis]!) + 2);
    const lattice = { step: step as unknown as GridSize, size: size as unknown as GridSize };
    const nodes = nodesNear(lattice, mask, map.size);
    if (nodes.length <= mostWindows) {
      return { ...lattice, spacing, nodes, values: new Float32Array(size[0]! * size[1]! * size[2]!) };
    }
  }
}

function nodesNear({ step, size }: Pick<Lattice, "step" | "size">, mask: Float32Array, mapSize: GridSize): number[] {
  const near = new Uint8Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < mapSize[2]; z++) {
    const w = Math.floor(z / step[2]);
    for (let y = 0; y < mapSize[1]; y++) {
      const row = size[0] * (Math.floor(y / step[1]) + size[1] * w);
      for (let x = 0; x < mapSize[0]; x++, at++) {
        if (mask[at]! >= measuredFrom) near[row + Math.floor(x / step[0])] = 1;
      }
    }
  }
  const chosen = new Uint8Array(near.length);
  for (let cell = 0; cell < near.length; cell++) {
    if (near[cell] === 0) continue;
    for (const corner of cornersOf(size)) chosen[cell + corner] = 1;
  }
  const nodes: number[] = [];
  for (let node = 0; node < chosen.length; node++) if (chosen[node] === 1) nodes.push(node);
  return nodes;
}

/** From a cell's first node to its eight. */
function cornersOf([nx, ny]: GridSize): number[] {
  const [y, z] = [nx, nx * ny];
  return [0, 1, y, y + 1, z, z + 1, z + y, z + y + 1];
}

/** Linear between the nodes of each cell; every cell with a voxel of the mask has all eight. */
function interpolate({ step, size, values }: Lattice, mask: Float32Array, mapSize: GridSize): Float32Array {
  const result = new Float32Array(mask.length);
  const corners = cornersOf(size);
  for (let z = 0, at = 0; z < mapSize[2]; z++) {
    const w = Math.floor(z / step[2]);
    const fz = z / step[2] - w;
    for (let y = 0; y < mapSize[1]; y++) {
      const v = Math.floor(y / step[1]);
      const fy = y / step[1] - v;
      for (let x = 0; x < mapSize[0]; x++, at++) {
        if (!(mask[at]! >= measuredFrom)) continue;
        const u = Math.floor(x / step[0]);
        const fx = x / step[0] - u;
        const cell = u + size[0] * (v + size[1] * w);
        let sum = 0;
        for (let corner = 0; corner < 8; corner++) {
          const weight = (corner & 1 ? fx : 1 - fx) * (corner & 2 ? fy : 1 - fy) * (corner & 4 ? fz : 1 - fz);
          sum += weight * values[cell + corners[corner]!]!;
        }
        result[at] = sum;
      }
    }
  }
  return result;
}

/**
 * Value at each atom (3 coordinates each, Angstrom) of a map of local resolution, of whatever program: the mean of the positive
 * values of the eight voxels around, by nearness. 0 where there is none; such atoms are counted in the diagnostic
 * LOCAL_RESOLUTION_ABSENT.
 */
export function localResolutionAtAtoms(map: DensityMap, xyz: Float64Array, context: RunContext): Float64Array {
  const frame = mapFrame(map);
  const result = new Float64Array(xyz.length / 3);
  for (let atom = 0; atom < result.length; atom++) {
    const fraction = toFractional(frame, xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!);
    const value = positiveMean(map, fraction);
    if (value > 0) result[atom] = value;
    else {
      const message = "Atoms where the map of local resolution has no value";
      addDiagnostic(context.diagnostics, "warning", "LOCAL_RESOLUTION_ABSENT", message);
    }
  }
  return result;
}

function positiveMean({ values, size }: DensityMap, fraction: readonly [number, number, number]): number {
  const place = fraction.map((value, axis) => value * size[axis]!);
  const first = place.map(Math.floor);
  let [sum, weights] = [0, 0];
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    let at = 0;
    let stride = 1;
    for (let axis = 0; axis < 3; axis++) {
      const isSecond = (corner >> axis) & 1;
      const index = first[axis]! + isSecond;
      const along = place[axis]! - first[axis]!;
      weight *= index < 0 || index >= size[axis]! ? 0 : isSecond ? along : 1 - along;
      at += stride * index;
      stride *= size[axis]!;
    }
    if (!(weight > 0) || !(values[at]! > 0)) continue;
    sum += weight * values[at]!;
    weights += weight;
  }
  return weights > 0 ? sum / weights : 0;
}
