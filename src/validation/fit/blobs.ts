// Density that no atom accounts for: connected regions above a contour and away from all atoms, the largest first.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { cellVolume } from "../../crystal/unit-cell.ts";
import { type DensityMap, type MapFrame, mapFrame } from "../../density/map.ts";
import { mapStatistics, offsetOf, type ValueStatistics } from "../../density/statistics.ts";
import { markZone } from "../../density/zone.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Vector3 } from "../../math/vector3.ts";
import { atomLabel, type Model } from "../../model/model.ts";

export interface BlobOptions {
  /** Map value above which there is density. */
  readonly contour: number;
  /** Resolution of the map, Angstrom. */
  readonly resolution: number;
  /** How far from every atom, Angstrom; default 3. */
  readonly distance?: number;
  /** Smaller blobs are left out, cubic Angstrom; by default those smaller than a sphere whose diameter is the resolution. */
  readonly minimumVolume?: number;
  /** Most blobs that are listed; default 100. */
  readonly maximumCount?: number;
}

export interface Blob {
  /** Mean position weighted by the height above the contour, Angstrom. */
  readonly centre: Vector3;
  readonly peak: Vector3;
  readonly peakValue: number;
  /** Standard deviations of the whole map above its mean. */
  readonly peakSigma: number;
  /** Cubic Angstrom. */
  readonly volume: number;
  /** Map value, less a constant that was added to the map, times volume: sum over the voxels. */
  readonly integral: number;
  /** Atom nearest to the peak, hydrogens left out; null where there is none. */
  readonly nearestAtom: string | null;
  /** From the peak to that atom, Angstrom. */
  readonly nearestDistance: number | null;
}

export interface MissingDensity {
  readonly contour: number;
  readonly distance: number;
  readonly minimumVolume: number;
  /** By integral, largest first; at most as many as asked for. */
  readonly blobs: readonly Blob[];
  /** Blobs of at least the minimum volume, listed or not, and smaller ones. */
  readonly count: number;
  readonly smallerCount: number;
  /** Volume above the contour, and that of it which is farther than `distance` from all atoms, cubic Angstrom. */
  readonly volume: number;
  readonly uncoveredVolume: number;
  /** Null where nothing is above the contour. */
  readonly uncoveredShare: number | null;
}

const usualDistance = 3;
const usualMaximumCount = 100;
/** State of a voxel that was met; it is 1 near atoms and 0 elsewhere. */
const met = 2;

/** Finds blobs; voxels that share a face, an edge or a corner are connected, and the map does not go on behind its faces. */
export function findMissingDensity(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: BlobOptions,
): MissingDensity {
  const frame = mapFrame(map);
  const { contour, resolution, distance = usualDistance, maximumCount = usualMaximumCount } = options;
  const minimumVolume = options.minimumVolume ?? (Math.PI / 6) * resolution ** 3;
  const voxelVolume = cellVolume(frame.boxCell) / map.values.length;
  const state = markZone(engine, frame, model.atoms.xyz, model.atoms.count, distance);
  const regions: Region[] = [];
  let smallerCount = 0;
  let above = 0;
  let uncovered = 0;
  const flood = createFlood(map, state, { contour, offset: offsetOf(map.values) });
  for (let voxel = 0; voxel < state.length; voxel++) {
    if (!(map.values[voxel]! > contour)) continue;
    above++;
    if (state[voxel] !== 0) continue;
    const region = flood(voxel);
    uncovered += region.count;
    if (region.count * voxelVolume >= minimumVolume) regions.push(region);
    else smallerCount++;
  }
  engine.memory.free(state);
  const statistics = mapStatistics(map)!;
  return {
    contour,
    distance,
    minimumVolume,
    blobs: regions
      .toSorted((one, other) => other.sum - one.sum || one.peak - other.peak)
      .slice(0, maximumCount)
      .map((region) => describeBlob(region, model, frame, { voxelVolume, statistics })),
    count: regions.length,
    smallerCount,
    volume: above * voxelVolume,
    uncoveredVolume: uncovered * voxelVolume,
    uncoveredShare: above === 0 ? null : uncovered / above,
  };
}

/** A connected set of voxels; places in voxels, weighted by the height above the contour. */
interface Region {
  count: number;
  sum: number;
  weight: number;
  x: number;
  y: number;
  z: number;
  /** Voxel of the highest value, and the value. */
  peak: number;
  peakValue: number;
}

interface Levels {
  readonly contour: number;
  /** Of the map where nothing is. */
  readonly offset: number;
}

/** Collects the region of a voxel and marks it as met. The stack, made once, holds voxels whose neighbours have not been seen. */
function createFlood({ values, size }: DensityMap, state: Uint8Array, levels: Levels): (first: number) => Region {
  const { contour } = levels;
  const [nx, ny, nz] = size;
  const plane = nx * ny;
  let stack = new Int32Array(1024);
  return (first) => {
    const region: Region = {
      count: 0,
      sum: 0,
      weight: 0,
      x: 0,
      y: 0,
      z: 0,
      peak: first,
      peakValue: Number.NEGATIVE_INFINITY,
    };
    let depth = 1;
    stack[0] = first;
    state[first] = met;
    while (depth > 0) {
      const voxel = stack[--depth]!;
      const z = Math.floor(voxel / plane);
      const y = Math.floor((voxel - z * plane) / nx);
      const x = voxel - z * plane - y * nx;
      addVoxel(region, voxel, values[voxel]!, levels, x, y, z);
      if (depth + 26 > stack.length) stack = grow(stack);
      const lastZ = Math.min(nz - 1, z + 1);
      const lastY = Math.min(ny - 1, y + 1);
      const lastX = Math.min(nx - 1, x + 1);
      for (let iz = Math.max(0, z - 1); iz <= lastZ; iz++) {
        for (let iy = Math.max(0, y - 1); iy <= lastY; iy++) {
          const row = iz * plane + iy * nx;
          for (let at = row + Math.max(0, x - 1); at <= row + lastX; at++) {
            if (state[at] !== 0 || !(values[at]! > contour)) continue;
            state[at] = met;
            stack[depth++] = at;
          }
        }
      }
    }
    return region;
  };
}

function grow(stack: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * stack.length);
  larger.set(stack);
  return larger;
}

function addVoxel(
  region: Region,
  voxel: number,
  value: number,
  { contour, offset }: Levels,
  x: number,
  y: number,
  z: number,
): void {
  const weight = value - contour;
  region.count++;
  region.sum += value - offset;
  region.weight += weight;
  region.x += weight * x;
  region.y += weight * y;
  region.z += weight * z;
  if (value > region.peakValue || (value === region.peakValue && voxel < region.peak)) {
    region.peak = voxel;
    region.peakValue = value;
  }
}

function describeBlob(
  region: Region,
  model: Model,
  frame: MapFrame,
  { voxelVolume, statistics }: { readonly voxelVolume: number; readonly statistics: ValueStatistics },
): Blob {
  const [nx, ny] = frame.size;
  const { peak, peakValue, weight } = region;
  const peakPosition = positionOf(frame, peak % nx, Math.floor(peak / nx) % ny, Math.floor(peak / (nx * ny)));
  const nearest = findNearest(model, peakPosition);
  return {
    centre: positionOf(frame, region.x / weight, region.y / weight, region.z / weight),
    peak: peakPosition,
    peakValue,
    peakSigma: (peakValue - statistics.mean) / statistics.sigma,
    volume: region.count * voxelVolume,
    integral: region.sum * voxelVolume,
    nearestAtom: nearest === null ? null : atomLabel(model, nearest.atom),
    nearestDistance: nearest === null ? null : nearest.distance,
  };
}

/** Cartesian position of a place in voxels. */
function positionOf({ size, orthogonalization: o, corner }: MapFrame, x: number, y: number, z: number): Vector3 {
  const [u, v, w] = [x / size[0], y / size[1], z / size[2]];
  return [corner[0] + o[0] * u + o[1] * v + o[2] * w, corner[1] + o[4] * v + o[5] * w, corner[2] + o[8] * w];
}

function findNearest(
  { atoms }: Model,
  [x, y, z]: Vector3,
): { readonly atom: number; readonly distance: number } | null {
  let nearest = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let atom = 0; atom < atoms.count; atom++) {
    if (isHydrogenElement(atoms.element[atom]!)) continue;
    const squared =
      (atoms.xyz[3 * atom]! - x) ** 2 + (atoms.xyz[3 * atom + 1]! - y) ** 2 + (atoms.xyz[3 * atom + 2]! - z) ** 2;
    if (squared < least) {
      least = squared;
      nearest = atom;
    }
  }
  return nearest < 0 ? null : { atom: nearest, distance: Math.sqrt(least) };
}
