// Plain twin of the supplementary terms: surfaces over two dihedrals, torsions and distances that give way.
import { dihedralWithGradient } from "../../math/internal-coordinates.ts";
import type { SurfaceGroup, TermGroup, TermTable } from "../term-table.ts";
import { type Block, owns, pullAll } from "./block.ts";
import { addStretches } from "./stretches.ts";

/** Value of a surface, its two slopes (per degree) and its second derivatives along each angle. */
export interface SurfacePoint {
  value: number;
  first: number;
  second: number;
  firstBend: number;
  secondBend: number;
}

const along = { weights: new Float64Array(4), slopes: new Float64Array(4), bends: new Float64Array(4), node: 0 };
const across = { weights: new Float64Array(4), slopes: new Float64Array(4), bends: new Float64Array(4), node: 0 };

/** Weights of the cubic B-spline at the four nodes around an angle. */
function placeSpline(out: typeof along, angle: number, bins: number): void {
  const position = ((angle + 180) / 360) * bins - 0.5;
  const below = Math.floor(position);
  const t = position - below;
  const u = 1 - t;
  out.node = below - 1 + bins;
  out.weights.set([
    (u * u * u) / 6,
    (3 * t * t * t - 6 * t * t + 4) / 6,
    (3 * u * u * u - 6 * u * u + 4) / 6,
    (t * t * t) / 6,
  ]);
  out.slopes.set([-(u * u) / 2, (3 * t * t - 4 * t) / 2, (4 * u - 3 * u * u) / 2, (t * t) / 2]);
  out.bends.set([u, 3 * t - 2, 3 * u - 2, t]);
}

/** A surface of `bins` x `bins` coefficients beginning at `from`, at two angles in degrees. */
export function surfaceAt(
  { values, bins }: Pick<SurfaceGroup, "values" | "bins">,
  row: number,
  angles: readonly [number, number],
  out: SurfacePoint,
): void {
  placeSpline(along, angles[0], bins);
  placeSpline(across, angles[1], bins);
  const perDegree = bins / 360;
  out.value = out.first = out.second = out.firstBend = out.secondBend = 0;
  for (let p = 0; p < 4; p++) {
    const line = (row * bins + ((along.node + p) % bins)) * bins;
    let value = 0;
    let slope = 0;
    let bend = 0;
    for (let q = 0; q < 4; q++) {
      const coefficient = values[line + ((across.node + q) % bins)]!;
      value += across.weights[q]! * coefficient;
      slope += across.slopes[q]! * coefficient;
      bend += across.bends[q]! * coefficient;
    }
    out.value += along.weights[p]! * value;
    out.first += along.slopes[p]! * value * perDegree;
    out.second += along.weights[p]! * slope * perDegree;
    out.firstBend += along.bends[p]! * value * perDegree * perDegree;
    out.secondBend += along.weights[p]! * bend * perDegree * perDegree;
  }
}

const point: SurfacePoint = { value: 0, first: 0, second: 0, firstBend: 0, secondBend: 0 };

/** Factor * surface at the dihedrals ijkl and jklm. */
function addSurfaces(block: Block, surfaces: SurfaceGroup, begin: number, end: number): number {
  const { atoms, numbers } = surfaces;
  const [g, h] = [new Float64Array(12), new Float64Array(12)];
  let energy = 0;
  for (let term = begin; term < end; term++) {
    const five = [...atoms.subarray(5 * term, 5 * term + 5)] as [number, number, number, number, number];
    const [i, j, k, l, m] = five;
    const first = dihedralWithGradient(block.xyz, i, j, k, l, g);
    const second = dihedralWithGradient(block.xyz, j, k, l, m, h);
    surfaceAt(surfaces, numbers[2 * term]!, [first, second], point);
    const factor = numbers[2 * term + 1]!;
    if (owns(block, i)) energy += factor * point.value;
    pullAll(block, [i, j, k, l], factor * point.first, g);
    pullAll(block, [j, k, l, m], factor * point.second, h);
  }
  return energy;
}

/** Weight * delta^2 in degrees, delta wrapped by the period; with `limit` > 0 weight * limit^2 * (1 - exp(-delta^2 / limit^2)). */
function addTorsions(block: Block, { atoms, numbers }: TermGroup, begin: number, end: number): number {
  const g = new Float64Array(12);
  let energy = 0;
  for (let term = begin; term < end; term++) {
    const four = [...atoms.subarray(4 * term, 4 * term + 4)] as [number, number, number, number];
    const [ideal, weight, period, limit] = numbers.subarray(4 * term, 4 * term + 4) as unknown as Quadruple;
    const whole = ideal - dihedralWithGradient(block.xyz, ...four, g);
    const delta = whole - period * Math.floor(whole / period + 0.5);
    const damping = limit > 0 ? Math.exp((-delta * delta) / (limit * limit)) : 1;
    if (owns(block, four[0])) energy += limit > 0 ? weight * limit * limit * (1 - damping) : weight * delta * delta;
    pullAll(block, four, -2 * weight * delta * damping, g);
  }
  return energy;
}

type Quadruple = [number, number, number, number];

/** Energy of the supplement in a block of atoms; adds its gradient. */
export function addSupplement(block: Block, { surfaces, torsions, tethers }: TermTable, row: number): number {
  return (
    addSurfaces(block, surfaces, surfaces.start[row]!, surfaces.start[row + 1]!) +
    addTorsions(block, torsions, torsions.start[row]!, torsions.start[row + 1]!) +
    addStretches(block, tethers, tethers.start[row]!, tethers.start[row + 1]!, true)
  );
}
