// Which soft mask FSC and d99 are taken in, and its description.
import type { RunContext } from "../../base/run-context.ts";
import { densityMask, maskOfMap } from "../../density/density-mask.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { gaussianMask, softEdgeMask } from "../../density/soft-mask.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";

/**
 * `edge`: van der Waals spheres grown by d with an edge of 2 d, the default with a model; `mtriage`: that of phenix.mtriage with a
 * Gaussian of 2 d; `density`: from the map, the default without a model; `file`: the user's.
 */
export type MaskPolicy = "edge" | "mtriage" | "density" | "file";

export interface ResolutionMask {
  readonly policy: MaskPolicy;
  readonly description: string;
  /** On the map's grid, 0 to 1. */
  readonly values: Float32Array;
}

export interface MaskRequest {
  readonly policy?: MaskPolicy;
  /** The user's mask; it goes before any other. */
  readonly mask?: DensityMap;
  /** Angstrom. */
  readonly resolution: number;
}

/** The soft mask of a map; null where none can be made (a constant map without a model). Throws InputError MASK_EMPTY. */
export function chooseResolutionMask(
  engine: ComputeEngine,
  model: Model | null,
  map: DensityMap,
  request: MaskRequest,
  context: RunContext,
): ResolutionMask | null {
  const { mask, resolution } = request;
  const d = resolution.toFixed(2);
  if (mask !== undefined) {
    return { policy: "file", description: "mask of the user", values: maskOfMap(mask, map, context) };
  }
  const policy = model === null ? "density" : (request.policy ?? "edge");
  if (policy === "density" || model === null) {
    const values = densityMask(engine, map, resolution);
    if (values === null) return null;
    const description = `local variance of the density in balls of ${(2 * resolution).toFixed(2)} A, edge ${d} A on both sides`;
    return { policy: "density", description, values };
  }
  const frame = mapFrame(map);
  if (policy === "mtriage") {
    const sigma = 2 * resolution;
    const values = gaussianMask(engine, frame, model.atoms, sigma);
    return { policy, description: `molecular mask grown and blurred by ${sigma.toFixed(2)} A`, values };
  }
  const values = softEdgeMask(engine, frame, model.atoms, { distance: resolution, edge: 2 * resolution });
  const description = `within ${d} A of the van der Waals spheres, soft edge of ${(2 * resolution).toFixed(2)} A`;
  return { policy: "edge", description, values };
}
