// Whether a changed model fits the map better around a residue, and whether the change is more than noise.
import type { RunContext } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { correlationOf } from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { sumsPerGroup } from "../../kernels/reference/spheres.ts";
import type { Model } from "../../model/model.ts";
import { computeModelMap, type FitMapOptions } from "./fit-maps.ts";
import { localCorrelationRadius } from "./local-radius.ts";

/** Two states of one model and the map; hydrogens, occupancies and single B factors do not count. */
export interface FitComparison extends FitMapOptions {
  readonly before: Model;
  readonly after: Model;
  readonly map: DensityMap;
  /** One B for all atoms of both, square Angstrom. */
  readonly overallB: number;
}

/** Rows of a residue's atoms in each state. */
export interface AtomsOfBoth {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface FitChange {
  /** Correlations over the spheres around the atoms of both states: the same voxels for both. Null where not defined. */
  readonly before: number | null;
  readonly after: number | null;
  /** Difference in its standard deviations, positive where the fit is better; null where it is not defined. */
  readonly z: number | null;
}

/** How the fit changes around each group of atoms; the model maps are of non-hydrogen atoms with occupancy 1. */
export function compareFits(
  engine: ComputeEngine,
  comparison: FitComparison,
  groups: readonly AtomsOfBoth[],
  context: RunContext,
): FitChange[] {
  const { before, after, map, overallB } = comparison;
  const frame = mapFrame(map);
  const first = computeModelMap(engine, heavyAtoms(before, overallB), frame, comparison, context);
  const second = computeModelMap(engine, heavyAtoms(after, overallB), frame, comparison, context);
  const xyz = new Float64Array(before.atoms.xyz.length + after.atoms.xyz.length);
  xyz.set(before.atoms.xyz);
  xyz.set(after.atoms.xyz, before.atoms.xyz.length);
  const rows = groups.map((group) => [...group.before, ...group.after.map((atom) => before.atoms.count + atom)]);
  const start = new Int32Array(rows.length + 1);
  rows.forEach((atoms, group) => {
    start[group + 1] = start[group]! + atoms.length;
  });
  const spheres = { start, atoms: Int32Array.from(rows.flat()) };
  const radius = localCorrelationRadius(comparison.resolution, 0);
  const sums = (one: Float32Array, other: Float32Array): Float64Array =>
    engine.kernels.sumSpheres(one, other, frame, xyz, spheres, radius);
  const withFirst = sums(map.values, first);
  const withSecond = sums(map.values, second);
  const between = sums(first, second);
  engine.memory.free(first);
  engine.memory.free(second);
  const { a, b, c } = map.cell;
  const [na, nb, nc] = map.sampling;
  const voxel = (a * b * c) / (na * nb * nc);
  return groups.map((_group, at) => {
    const samples = withFirst[sumsPerGroup * at]! * voxel * independentPerVolume(comparison.resolution);
    const own = [withFirst, withSecond, between].map((all) => correlationAt(all, at)) as Correlations;
    return { before: own[0], after: own[1], z: differenceInSigmas(own, samples) };
  });
}

type Correlations = [number | null, number | null, number | null];

/** Numbers per cubic Angstrom that a map of a resolution is free to choose: its terms within the sphere of 1/d. */
function independentPerVolume(resolution: number): number {
  return (4 * Math.PI) / (3 * resolution ** 3);
}

/**
 * Difference of the correlations of two models with one map in standard deviations, the models being alike: the test of Meng,
 * Rosenthal & Rubin 1992, Psychol. Bull. 111, 172. `correlations` are of the first and the second with the map, and between them.
 */
export function differenceInSigmas(
  [first, second, between]: readonly [number | null, number | null, number | null],
  samples: number,
): number | null {
  if (first === null || second === null || between === null || !(samples > 3)) return null;
  if (Math.abs(first) >= 1 || Math.abs(second) >= 1) return null;
  const apart = 1 - between;
  const difference = Math.atanh(second) - Math.atanh(first);
  if (apart < 1e-9) return Math.abs(difference) < 1e-6 ? 0 : null;
  const square = (first * first + second * second) / 2;
  const f = Math.min(1, apart / (2 * (1 - square)));
  const h = (1 - f * square) / (1 - square);
  return difference * Math.sqrt((samples - 3) / (2 * apart * h));
}

function correlationAt(sums: Float64Array, group: number): number | null {
  const [count, x, y, xx, yy, xy] = sums.subarray(sumsPerGroup * group, sumsPerGroup * (group + 1)) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return correlationOf({ count, x, y, xx, yy, xy });
}

function heavyAtoms({ atoms }: Model, overallB: number): Parameters<typeof computeModelMap>[1] {
  const occupancy = Float64Array.from(atoms.element, (element) => (isHydrogenElement(element) ? 0 : 1));
  const bFactor = new Float64Array(atoms.count).fill(overallB);
  return { ...atoms, occupancy, bFactor, anisotropicU: null };
}
