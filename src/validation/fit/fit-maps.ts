// What measures of fit share: the map, the model map on its grid, the molecular mask, and the radius of local measures.
import type { RunContext } from "../../base/run-context.ts";
import { type DensityMap, type MapFrame, mapFrame } from "../../density/map.ts";
import { computeMolecularMask } from "../../density/mask.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { ScatteringAtoms } from "../../scattering/atom-density.ts";
import type { ScatteringTable } from "../../scattering/form-factors.ts";
import { computeStructureFactors, freeStructureFactors, mapFromStructureFactors } from "../../scattering/model-map.ts";
import { localCorrelationRadius } from "./local-radius.ts";

export interface FitMapOptions {
  /** Angstrom. */
  readonly resolution: number;
  readonly table: ScatteringTable;
}

export interface FitMaps extends FitMapOptions {
  readonly map: DensityMap;
  readonly frame: MapFrame;
  /** On the grid of the map, band limited, mean zero; in the engine's memory until `freeFitMaps`. */
  readonly modelMap: Float32Array;
  /** Molecular mask, 1 inside. */
  readonly mask: Uint8Array;
  readonly maskVoxels: number;
  /** Radius of the spheres of local correlations, Angstrom. */
  readonly localRadius: number;
}

/** Makes the model map of the model as it is and its mask; the caller gives them back by `freeFitMaps`. */
export function prepareFit(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: FitMapOptions,
  context: RunContext,
): FitMaps {
  const frame = mapFrame(map);
  const { atoms } = model;
  const modelMap = computeModelMap(engine, atoms, frame, options, context);
  const mask = computeMolecularMask(engine, frame, atoms.xyz, atoms.element, atoms.count);
  let maskVoxels = 0;
  for (const value of mask) maskVoxels += value;
  const localRadius = localCorrelationRadius(options.resolution, meanOf(atoms.bFactor));
  return { resolution: options.resolution, table: options.table, map, frame, modelMap, mask, maskVoxels, localRadius };
}

export function freeFitMaps(engine: ComputeEngine, { modelMap }: FitMaps): void {
  engine.memory.free(modelMap);
}

/** Model map on the grid of the frame, band limited, mean zero; the caller frees it in the engine's memory. */
export function computeModelMap(
  engine: ComputeEngine,
  atoms: ScatteringAtoms,
  frame: MapFrame,
  options: FitMapOptions,
  context: RunContext,
): Float32Array {
  const factors = computeStructureFactors(engine, atoms, frame, options, context);
  const modelMap = mapFromStructureFactors(engine, factors);
  freeStructureFactors(engine, factors);
  return modelMap;
}

function meanOf(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0) / Math.max(1, column.length);
}
