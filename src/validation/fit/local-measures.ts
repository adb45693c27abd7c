// Local resolution in the report of a fit: made or given, at the atoms, and the model imaged at it.
import { InputError } from "../../base/errors.ts";
import { type RunContext, yieldToEvents } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { FitMaps } from "./fit-maps.ts";
import type { HalfMaps } from "./half-map-fsc.ts";
import { computeLocalResolution, type LocalResolution, localResolutionAtAtoms } from "./local-resolution.ts";
import { fitAtLocalResolution, type LocalResolutionFit } from "./local-resolution-fit.ts";

export interface LocalMeasures {
  readonly fit: LocalResolutionFit & { readonly map: Omit<LocalResolution, "map"> | null };
  /** Angstrom. */
  readonly perAtom: readonly (number | null)[];
  /** That was made of the half maps; null where one was given. */
  readonly map: DensityMap | null;
}

export interface LocalMeasureOptions {
  /** Angstrom at every voxel, or made from the half maps. */
  readonly localResolution?: DensityMap | "auto";
  readonly halfMaps?: HalfMaps;
  /** Where half maps are compared, on the map's grid. */
  readonly mask: Float32Array | null;
}

/** Images the model at its local resolutions, when asked for. */
export async function measureLocally(
  engine: ComputeEngine,
  model: Model,
  maps: FitMaps,
  options: LocalMeasureOptions,
  context: RunContext,
): Promise<LocalMeasures | null> {
  const { localResolution: wanted, halfMaps, mask } = options;
  if (wanted === undefined) return null;
  context.report({ phase: "local resolution", fraction: 0.5 });
  await yieldToEvents();
  let made: LocalResolution | null = null;
  if (wanted === "auto") {
    if (halfMaps === undefined) return null;
    const { resolution } = maps;
    made = computeLocalResolution(engine, halfMaps, { resolution, ...(mask ? { mask } : {}) }, context);
    if (made === null) return null;
  }
  const map = made?.map ?? (wanted as DensityMap);
  const resolutions = localResolutionAtAtoms(map, model.atoms.xyz, context);
  const fit = fitAtLocalResolution(engine, model, maps, resolutions, context);
  const { map: _values, ...numbers } = made ?? { map };
  return {
    fit: { ...fit, map: made === null ? null : (numbers as Omit<LocalResolution, "map">) },
    perAtom: Array.from(resolutions, (value) => (value > 0 ? value : null)),
    map: made?.map ?? null,
  };
}

/** Throws InputError LOCAL_RESOLUTION_HALF_MAPS where a map is to be made of half maps that are not there. */
export function checkLocalOptions({
  localResolution,
  halfMaps,
}: Pick<LocalMeasureOptions, "localResolution" | "halfMaps">): void {
  if (localResolution !== "auto" || halfMaps !== undefined) return;
  throw new InputError({
    code: "LOCAL_RESOLUTION_HALF_MAPS",
    message: "A map of local resolution is made from half maps, and there are none",
    hint: "Add --half-maps, or give a map of local resolution",
  });
}
