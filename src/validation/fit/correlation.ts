// Correlations of a model with a map: whole mask, volume, peaks, box; parts, chains and residues; the one for comparing coordinates.
import type { RunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import {
  correlationOf,
  sumOverMask,
  sumWhereHigh,
  uncentredCorrelationOf,
  valueOfRank,
} from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { type CoordinateFit, fitCoordinates } from "./coordinate-fit.ts";
import { type FitMapOptions, type FitMaps, freeFitMaps, prepareFit } from "./fit-maps.ts";
import {
  type AtomFit,
  type ChainFit,
  correlateChains,
  correlateParts,
  correlateResidues,
  listAtomFits,
  type PartFit,
  type ResidueFit,
} from "./local-correlation.ts";

/** Centred correlations on the map's own grid; null where a value is not defined. */
export interface Fit extends PartFit {
  readonly ccMask: number | null;
  readonly ccMaskUncentred: number | null;
  /** Non-hydrogen atoms, occupancy 1, one overall B that maximises it: for comparing coordinates. */
  readonly ccMaskCoordinates: number | null;
  readonly bestOverallB: number | null;
  readonly ccVolume: number | null;
  readonly ccPeaks: number | null;
  readonly ccBox: number | null;
  readonly maskVoxels: number;
  /** Radius of the spheres of local correlations, Angstrom. */
  readonly localRadius: number;
  readonly perChain: readonly ChainFit[];
  readonly perResidue: readonly ResidueFit[];
  /** In the order of the model without hydrogens, in spheres of 2 Angstrom; only when asked for. */
  readonly perAtom?: readonly AtomFit[];
}

export interface FitOptions extends FitMapOptions {
  /** Adds `perAtom`. */
  readonly perAtom?: boolean;
}

/** Every correlation of the model as it is (B, occupancy, hydrogens included) with the map as supplied. */
export function computeFit(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: FitOptions,
  context: RunContext,
): Fit {
  const { fit, maps } = computeFitAndMaps(engine, model, map, options, context);
  freeFitMaps(engine, maps);
  return fit;
}

/** The same, with the maps it was measured on for further measures; the caller gives them back by `freeFitMaps`. */
export function computeFitAndMaps(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: FitOptions,
  context: RunContext,
): { readonly fit: Fit; readonly maps: FitMaps } {
  // First, while no other model map takes up memory.
  const coordinates = fitCoordinates(engine, model.atoms, map, options);
  const maps = prepareFit(engine, model, map, options, context);
  const fit: Fit = {
    ...correlateRegions(maps, coordinates),
    ...correlateParts(engine, model, maps, maps.localRadius),
    perChain: correlateChains(engine, model, maps, maps.localRadius),
    perResidue: correlateResidues(engine, model, maps, maps.localRadius),
    ...(options.perAtom ? { perAtom: listAtomFits(engine, model, maps) } : {}),
  };
  return { fit, maps };
}

function correlateRegions(
  { map, modelMap, mask, maskVoxels, localRadius }: FitMaps,
  coordinates: CoordinateFit,
): Omit<Fit, keyof PartFit | "perChain" | "perResidue" | "perAtom"> {
  const { values } = map;
  const maskSums = sumOverMask(values, modelMap, mask);
  const modelCut = valueOfRank(modelMap, maskVoxels);
  const mapCut = valueOfRank(values, maskVoxels);
  return {
    ccMask: correlationOf(maskSums),
    ccMaskUncentred: uncentredCorrelationOf(maskSums),
    ccMaskCoordinates: coordinates.cc,
    bestOverallB: coordinates.b,
    ccVolume: correlationOf(sumWhereHigh(values, modelMap, Number.POSITIVE_INFINITY, modelCut)),
    ccPeaks: correlationOf(sumWhereHigh(values, modelMap, mapCut, modelCut)),
    ccBox: correlationOf(sumOverMask(values, modelMap)),
    maskVoxels,
    localRadius,
  };
}
