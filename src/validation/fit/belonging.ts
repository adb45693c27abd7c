// Do a model and a map belong together: which reading of the map's origin holds the model, and what shift would mend it.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame, toFractional, type Vector3 } from "../../density/map.ts";
import { computeStatistics } from "../../density/statistics.ts";

/** Share of atoms inside the box, and the mean map value there in standard deviations above the box's mean. */
export interface Belonging {
  readonly inside: number;
  readonly meanSigma: number | null;
}

/** Least share of atoms that must lie inside the map. */
const leastInside = 0.5;

export function measureBelonging(xyz: Float64Array, map: DensityMap, shift: Vector3 = [0, 0, 0]): Belonging {
  const frame = mapFrame(map);
  const [nx, ny, nz] = map.size;
  let inside = 0;
  let sum = 0;
  for (let at = 0; at < xyz.length; at += 3) {
    const f = toFractional(frame, xyz[at]! + shift[0], xyz[at + 1]! + shift[1], xyz[at + 2]! + shift[2]);
    if (!f.every((value) => value >= 0 && value < 1)) continue;
    inside++;
    const x = Math.min(nx - 1, Math.round(f[0] * nx));
    const y = Math.min(ny - 1, Math.round(f[1] * ny));
    const z = Math.min(nz - 1, Math.round(f[2] * nz));
    sum += map.values[x + nx * (y + ny * z)]!;
  }
  const statistics = computeStatistics(map.values);
  const isFlat = statistics === null || !(statistics.sigma > 0);
  return {
    inside: inside / Math.max(1, xyz.length / 3),
    meanSigma: inside > 0 && !isFlat ? (sum / inside - statistics.mean) / statistics.sigma : null,
  };
}

/**
 * The reading of the map that holds the model: as chosen by its header, or, where only the other origin convention puts the
 * model inside, that one. Throws InputError MODEL_OUTSIDE_MAP with the shift that would mend it.
 */
export function chooseMapFrame(
  xyz: Float64Array,
  map: DensityMap,
  alternative: DensityMap | null,
  files: { readonly model: string; readonly map: string },
  context: RunContext,
): DensityMap {
  const present = measureBelonging(xyz, map);
  const other = alternative ? measureBelonging(xyz, alternative) : null;
  if (alternative && other && present.inside < leastInside && other.inside >= leastInside) {
    addDiagnostic(
      context.diagnostics,
      "warning",
      "MAP_ORIGIN_SWITCHED",
      "Only the header's other origin convention puts the model inside the map: it is used",
      files.map,
    );
    return alternative;
  }
  if (present.inside >= leastInside) return map;
  const shift = proposeShift(xyz, map);
  const percent = Math.round(100 * present.inside);
  throw new InputError({
    code: "MODEL_OUTSIDE_MAP",
    message: `Only ${percent} % of the atoms lie inside the map`,
    file: files.model,
    place: describePlaces(xyz, map),
    hint: shift
      ? `Shifting the model by (${shift.map((value) => value.toFixed(2)).join(", ")}) A would put it inside; check the map's origin`
      : "The model is larger than the map, or belongs to another map",
  });
}

function centroid(xyz: Float64Array): Vector3 {
  const sum: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < xyz.length; at++) sum[at % 3]! += xyz[at]!;
  const count = Math.max(1, xyz.length / 3);
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

function boxCentre(map: DensityMap): Vector3 {
  const { corner, orthogonalization: o } = mapFrame(map);
  return [corner[0] + (o[0] + o[1] + o[2]) / 2, corner[1] + (o[4] + o[5]) / 2, corner[2] + o[8] / 2];
}

function describePlaces(xyz: Float64Array, map: DensityMap): string {
  const show = (point: Vector3): string => `(${point.map((value) => value.toFixed(1)).join(", ")})`;
  return `model centre ${show(centroid(xyz))}, map centre ${show(boxCentre(map))}`;
}

/** Shifts that origins left out or applied twice would cause, then centre on centre: the one with most atoms on density. */
function proposeShift(xyz: Float64Array, map: DensityMap): Vector3 | null {
  const { corner } = mapFrame(map);
  const centre = centroid(xyz);
  const middle = boxCentre(map);
  const candidates: Vector3[] = [
    corner,
    [-corner[0], -corner[1], -corner[2]],
    [middle[0] - centre[0], middle[1] - centre[1], middle[2] - centre[2]],
  ];
  let best: Vector3 | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const shift of candidates) {
    const { inside, meanSigma } = measureBelonging(xyz, map, shift);
    if (inside < 0.9) continue;
    const score = meanSigma ?? 0;
    if (score > bestScore + 0.2) {
      best = shift;
      bestScore = score;
    }
  }
  return best;
}
