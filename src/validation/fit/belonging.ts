// Do a model and a map belong together: which reading of the map's origin holds the model, and what shift would mend it.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { blockAround } from "../../density/crop.ts";
import { type DensityMap, type MapBlock, type MapGrid, mapFrame } from "../../density/map.ts";
import { computeStatistics, type ValueStatistics } from "../../density/statistics.ts";
import { centroid, type Vector3 } from "../../math/vector3.ts";

/** Share of atoms inside the box, and the mean map value there in standard deviations above the box's mean. */
export interface Belonging {
  readonly inside: number;
  readonly meanSigma: number | null;
}

/** Least share of atoms that must lie inside the map. */
const leastInside = 0.5;

/** Where the map's values are not known, the mean is null. */
export function measureBelonging(
  xyz: Float64Array,
  map: MapGrid & { readonly values?: Float32Array },
  shift: Vector3 = [0, 0, 0],
  statistics: ValueStatistics | null = map.values ? computeStatistics(map.values) : null,
): Belonging {
  const { corner, fractionalization: f } = mapFrame(map);
  const [nx, ny, nz] = map.size;
  let inside = 0;
  let sum = 0;
  for (let at = 0; at < xyz.length; at += 3) {
    const dx = xyz[at]! + shift[0] - corner[0];
    const dy = xyz[at + 1]! + shift[1] - corner[1];
    const dz = xyz[at + 2]! + shift[2] - corner[2];
    const u = f[0] * dx + f[1] * dy + f[2] * dz;
    const v = f[3] * dx + f[4] * dy + f[5] * dz;
    const w = f[6] * dx + f[7] * dy + f[8] * dz;
    if (!(u >= 0 && u < 1 && v >= 0 && v < 1 && w >= 0 && w < 1)) continue;
    inside++;
    if (!map.values) continue;
    const x = Math.min(nx - 1, Math.round(u * nx));
    const y = Math.min(ny - 1, Math.round(v * ny));
    const z = Math.min(nz - 1, Math.round(w * nz));
    sum += map.values[x + nx * (y + ny * z)]!;
  }
  const isFlat = statistics === null || !(statistics.sigma > 0);
  return {
    inside: inside / Math.max(1, xyz.length / 3),
    meanSigma: inside > 0 && !isFlat ? (sum / inside - statistics.mean) / statistics.sigma : null,
  };
}

export interface PairFiles {
  readonly model: string;
  readonly map: string;
}

/**
 * The reading of the map that holds the model: as chosen by its header, or, where only the other origin convention puts the
 * model inside, that one. Throws InputError MODEL_OUTSIDE_MAP with the shift that would mend it.
 */
export function chooseMapFrame(
  xyz: Float64Array,
  map: DensityMap,
  alternative: DensityMap | null,
  files: PairFiles,
  context: RunContext,
): DensityMap {
  if (measureInside(xyz, map) >= leastInside) return map;
  if (alternative && measureInside(xyz, alternative) >= leastInside) {
    addDiagnostic(
      context.diagnostics,
      "warning",
      "MAP_ORIGIN_SWITCHED",
      "Only the header's other origin convention puts the model inside the map: it is used",
      files.map,
    );
    return alternative;
  }
  throw outsideError(xyz, map, files);
}

/** Which part of a map that cannot be read whole holds the model and a margin. Throws InputError MODEL_OUTSIDE_MAP. */
export function chooseBlock(xyz: Float64Array, frames: readonly MapGrid[], margin: number, files: PairFiles): MapBlock {
  const frame = frames.find((candidate) => measureInside(xyz, candidate) >= leastInside);
  if (frame === undefined) throw outsideError(xyz, frames[0]!, files);
  return blockAround(frame, xyz, margin);
}

function measureInside(xyz: Float64Array, map: MapGrid, shift?: Vector3): number {
  const { size, start, sampling, cell, offset } = map;
  return measureBelonging(xyz, { size, start, sampling, cell, offset }, shift).inside;
}

function outsideError(
  xyz: Float64Array,
  map: MapGrid & { readonly values?: Float32Array },
  files: PairFiles,
): InputError {
  const shift = proposeShift(xyz, map);
  const percent = Math.round(100 * measureInside(xyz, map));
  return new InputError({
    code: "MODEL_OUTSIDE_MAP",
    message: `Only ${percent} % of the atoms lie inside the map`,
    file: files.model,
    place: describePlaces(xyz, map),
    hint: shift
      ? `Shifting the model by (${shift.map((value) => value.toFixed(2)).join(", ")}) A would put it inside; check the map's origin`
      : "The model is larger than the map, or belongs to another map",
  });
}

function boxCentre(map: MapGrid): Vector3 {
  const { corner, orthogonalization: o } = mapFrame(map);
  return [corner[0] + (o[0] + o[1] + o[2]) / 2, corner[1] + (o[4] + o[5]) / 2, corner[2] + o[8] / 2];
}

function describePlaces(xyz: Float64Array, map: MapGrid): string {
  const show = (point: Vector3): string => `(${point.map((value) => value.toFixed(1)).join(", ")})`;
  return `model centre ${show(centroid(xyz))}, map centre ${show(boxCentre(map))}`;
}

/** Shifts that origins left out or applied twice would cause, then centre on centre: the one with most atoms on density. */
function proposeShift(xyz: Float64Array, map: MapGrid & { readonly values?: Float32Array }): Vector3 | null {
  const { corner } = mapFrame(map);
  const centre = centroid(xyz);
  const middle = boxCentre(map);
  const candidates: Vector3[] = [
    corner,
    [-corner[0], -corner[1], -corner[2]],
    [middle[0] - centre[0], middle[1] - centre[1], middle[2] - centre[2]],
  ];
  const inside = candidates.filter((shift) => measureInside(xyz, map, shift) >= 0.9);
  if (inside.length < 2) return inside[0] ?? null;
  let best: Vector3 | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  const statistics = map.values ? computeStatistics(map.values) : null;
  for (const shift of inside) {
    const score = measureBelonging(xyz, map, shift, statistics).meanSigma ?? 0;
    if (score > bestScore + 0.2) {
      best = shift;
      bestScore = score;
    }
  }
  return best;
}
