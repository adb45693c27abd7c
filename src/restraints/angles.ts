// Angle energy: weight * (ideal - angle)^2 in degrees.

import { angleWithGradient } from "../math/internal-coordinates.ts";
import type { AngleList } from "../topology/topology.ts";
import { type DeviationRmsd, summarizeDeviations } from "./deviations.ts";

/** Sum over all angles, weight = 1 / sigma^2 (degrees); adds its gradient (3 per atom, per Angstrom). */
export function addAngleEnergy(angles: AngleList, xyz: Float64Array, gradient: Float64Array): number {
  const { count, i, j, k, ideal, sigma } = angles;
  const g = new Float64Array(9);
  let energy = 0;
  for (let angle = 0; angle < count; angle++) {
    const delta = ideal[angle]! - angleWithGradient(xyz, i[angle]!, j[angle]!, k[angle]!, g);
    const weight = 1 / (sigma[angle]! * sigma[angle]!);
    energy += weight * delta * delta;
    const scale = -2 * weight * delta;
    const a = 3 * i[angle]!;
    const b = 3 * j[angle]!;
    const c = 3 * k[angle]!;
    gradient[a]! += scale * g[0]!;
    gradient[a + 1]! += scale * g[1]!;
    gradient[a + 2]! += scale * g[2]!;
    gradient[b]! += scale * g[3]!;
    gradient[b + 1]! += scale * g[4]!;
    gradient[b + 2]! += scale * g[5]!;
    gradient[c]! += scale * g[6]!;
    gradient[c + 1]! += scale * g[7]!;
    gradient[c + 2]! += scale * g[8]!;
  }
  return energy;
}

/** Deviations of bond angles, degrees. */
export function angleDeviations({ count, i, j, k, ideal, sigma }: AngleList, xyz: Float64Array): DeviationRmsd {
  const g = new Float64Array(9);
  return summarizeDeviations(
    count,
    sigma,
    (angle) => ideal[angle]! - angleWithGradient(xyz, i[angle]!, j[angle]!, k[angle]!, g),
  );
}
