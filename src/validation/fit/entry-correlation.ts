// The correlations in mapq's table of EMDB entries, for comparing with its percentiles: the map where a plain Gaussian model is high.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { DensityMap } from "../../density/map.ts";
import { addToSums, correlationOf, createSums, uncentredCorrelationOf } from "../../density/statistics.ts";
import { trilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import type { Model } from "../../model/model.ts";

/** Width of every atom's Gaussian and step of the grid, in units of the resolution: those of Chimera's molmap. */
const sigmaPerResolution = 0.225;
const stepsPerResolution = 3;
/** How far Gaussians are followed, in widths. */
const reachInSigma = 5;
/** Points where the density of the Gaussians (atomic numbers per cubic Angstrom) is above this count. */
const threshold = 0.01;
const planesAtOnce = 16;

export interface EntryCorrelation {
  /** Without subtraction of means; null for fewer than one point or where the map is zero. */
  readonly cc: number | null;
  /** With subtraction of means: Pearson's coefficient; null for fewer than three points or a constant map. */
  readonly ccMean: number | null;
  readonly points: number;
}

interface GaussianGrid {
  readonly step: number;
  readonly sigma: number;
  readonly low: readonly [number, number, number];
  readonly size: readonly [number, number, number];
}

/**
 * Correlation of the map (trilinear; 0 outside) with a sum of Gaussians of weight Z and width 0.225 d at the atoms, hydrogens left
 * out, over the points of a grid of step d/3 where that sum is above 0.01. B factors and occupancies play no part.
 */
export function computeEntryCorrelation(model: Model, map: DensityMap, resolution: number): EntryCorrelation {
  const { atoms } = model;
  const rows = Array.from({ length: atoms.count }, (_value, atom) => atom)
    .filter((atom) => !isHydrogenElement(atoms.element[atom]!) && atoms.element[atom]! > 0)
    .toSorted((one, other) => atoms.xyz[3 * one + 2]! - atoms.xyz[3 * other + 2]!);
  if (rows.length === 0) return { cc: null, ccMean: null, points: 0 };
  const grid = gridAround(model, rows, resolution);
  const { low, step, size } = grid;
  const reach = reachInSigma * grid.sigma + step;
  const trilinear = trilinearGrid(map);
  const sums = createSums();
  const slab = new Float32Array(size[0] * size[1] * planesAtOnce);
  let first = 0;
  for (let z0 = 0; z0 < size[2]; z0 += planesAtOnce) {
    const [bottom, top] = [low[2] + z0 * step, low[2] + (z0 + planesAtOnce) * step];
    while (first < rows.length && atoms.xyz[3 * rows[first]! + 2]! < bottom - reach) first++;
    slab.fill(0);
    for (let row = first; row < rows.length && atoms.xyz[3 * rows[row]! + 2]! <= top + reach; row++) {
      addGaussian(slab, grid, z0, model, rows[row]!);
    }
    for (let point = 0; point < slab.length; point++) {
      if (slab[point]! <= threshold) continue;
      const x = point % size[0];
      const y = Math.floor(point / size[0]) % size[1];
      const z = z0 + Math.floor(point / (size[0] * size[1]));
      const value = trilinearValue(trilinear, low[0] + x * step, low[1] + y * step, low[2] + z * step);
      addToSums(sums, Number.isNaN(value) ? 0 : value, slab[point]!);
    }
  }
  return { cc: uncentredCorrelationOf(sums), ccMean: correlationOf(sums), points: sums.count };
}

function gridAround({ atoms }: Model, rows: readonly number[], resolution: number): GaussianGrid {
  const step = resolution / stepsPerResolution;
  const sigma = sigmaPerResolution * resolution;
  const pad = 3 * resolution;
  const low: [number, number, number] = [0, 0, 0];
  const size: [number, number, number] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const atom of rows) {
      least = Math.min(least, atoms.xyz[3 * atom + axis]!);
      most = Math.max(most, atoms.xyz[3 * atom + axis]!);
    }
    low[axis] = least - pad;
    size[axis] = Math.ceil((most - least + 2 * pad) / step) + 1;
  }
  return { step, sigma, low, size };
}

function addGaussian(slab: Float32Array, grid: GaussianGrid, z0: number, { atoms }: Model, atom: number): void {
  const { step, sigma, low, size } = grid;
  const reach = Math.ceil((reachInSigma * sigma) / step);
  const place = [0, 1, 2].map((axis) => (atoms.xyz[3 * atom + axis]! - low[axis]!) / step);
  const middle = place.map((value) => Math.round(value)) as [number, number, number];
  const profiles = place.map((value, axis) =>
    Float64Array.from({ length: 2 * reach + 1 }, (_value, at) =>
      Math.exp(-0.5 * (((middle[axis]! + at - reach - value) * step) / sigma) ** 2),
    ),
  ) as [Float64Array, Float64Array, Float64Array];
  const amplitude = atoms.element[atom]! / ((2 * Math.PI) ** 1.5 * sigma ** 3);
  for (let dz = -reach; dz <= reach; dz++) {
    const z = middle[2] + dz - z0;
    if (z < 0 || z >= planesAtOnce) continue;
    for (let dy = -reach; dy <= reach; dy++) {
      const start = middle[0] - reach + size[0] * (middle[1] + dy + size[1] * z);
      const weight = amplitude * profiles[2][dz + reach]! * profiles[1][dy + reach]!;
      for (let at = 0; at <= 2 * reach; at++) slab[start + at]! += weight * profiles[0][at]!;
    }
  }
}
