// The resolution of a map that nobody stated: half maps say most, then a model, then the map alone.
import { addDiagnostic } from "../../base/diagnostics.ts";
import type { RunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { resolutionsOf } from "./fsc-resolutions.ts";
import { computeHalfMapFsc, type HalfMaps } from "./half-map-fsc.ts";
import type { MapResolution } from "./model-fsc.ts";
import { chooseResolutionMask, type MaskRequest } from "./resolution-mask.ts";

/** `halfMaps`: their corrected FSC at 0.143; `model`: d_model or FSC with the model; `map`: d99. */
export type ResolutionSource = "given" | "halfMaps" | "model" | "map";

export interface ResolutionEstimate {
  /** Angstrom. */
  readonly resolution: number;
  readonly source: ResolutionSource;
}

/**
 * With a model the lower of d_model, which noise draws towards the corner of the box, and the resolution where the FSC of model and
 * map falls below 0.143, which filtered maps take too far; else d99, which in a map that is not filtered is that of its noise.
 */
export function resolutionOfMap({ dModel, d99, fsc }: MapResolution): ResolutionEstimate | null {
  if (dModel !== null) return { resolution: Math.max(dModel, fsc.d0143 ?? 0), source: "model" };
  return d99 === null ? null : { resolution: d99, source: "map" };
}

/**
 * A mask needs a resolution: that of the unmasked half maps, which is on the safe side, makes the first one, and what comes of it
 * the second. Null where the curves have no crossing of 0.143.
 */
export function resolutionOfHalfMaps(
  engine: ComputeEngine,
  model: Model | null,
  map: DensityMap,
  halfMaps: HalfMaps,
  request: Omit<MaskRequest, "resolution">,
  context: RunContext,
): ResolutionEstimate | null {
  const plain = computeHalfMapFsc(engine, halfMaps, null, context);
  let resolution = plain && resolutionsOf(plain.unmasked).d0143;
  if (resolution === null) return null;
  const rounds = request.mask === undefined ? 2 : 1;
  for (let round = 0; round < rounds; round++) {
    const mask = chooseResolutionMask(engine, model, map, { ...request, resolution }, context);
    const half = mask && computeHalfMapFsc(engine, halfMaps, mask.values, context);
    resolution = (half?.corrected && resolutionsOf(half.corrected).d0143) || resolution;
  }
  return { resolution, source: "halfMaps" };
}

/** Records RESOLUTION_BEYOND_NYQUIST where the grid of a map is too coarse for a resolution in Angstrom. */
export function reportGrid(resolution: number, { cell, sampling }: DensityMap, context: RunContext): void {
  const step = Math.max(cell.a / sampling[0], cell.b / sampling[1], cell.c / sampling[2]);
  if (resolution >= 2 * step) return;
  addDiagnostic(
    context.diagnostics,
    "warning",
    "RESOLUTION_BEYOND_NYQUIST",
    `A grid step of ${step.toFixed(2)} A holds detail to ${(2 * step).toFixed(2)} A only; model maps end there`,
  );
}
