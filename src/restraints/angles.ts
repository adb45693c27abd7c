// Deviations of bond angles.
import { angleWithGradient } from "../math/internal-coordinates.ts";
import type { AngleList } from "../topology/topology.ts";
import { type DeviationRmsd, summarizeDeviations } from "./deviations.ts";

/** Deviations of bond angles, degrees. */
export function angleDeviations({ count, i, j, k, ideal, sigma }: AngleList, xyz: Float64Array): DeviationRmsd {
  const g = new Float64Array(9);
  return summarizeDeviations(
    count,
    sigma,
    (angle) => ideal[angle]! - angleWithGradient(xyz, i[angle]!, j[angle]!, k[angle]!, g),
  );
}
