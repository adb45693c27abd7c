// Correlations with a model map in which every atom is imaged at its own local resolution.
import { type RunContext, throwIfCancelled } from "../../base/run-context.ts";
import { correlationOf, sumOverMask, sumWhereHigh, valueOfRank } from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { AtomTable, Model } from "../../model/model.ts";
import type { ScatteringAtoms } from "../../scattering/atom-density.ts";
import { computeModelMap, type FitMaps } from "./fit-maps.ts";
import { type ChainFit, correlateChains, correlateResidues, type ResidueFit } from "./local-correlation.ts";

/** Atoms that are imaged together, cut at their mean resolution. */
export interface ResolutionBand {
  /** Angstrom. */
  readonly resolution: number;
  readonly atoms: number;
}

/** As in `Fit`, with the other model map. */
export interface LocalResolutionFit {
  readonly ccMask: number | null;
  readonly ccVolume: number | null;
  readonly perChain: readonly ChainFit[];
  readonly perResidue: readonly ResidueFit[];
  /** From fine to coarse. */
  readonly bands: readonly ResolutionBand[];
  /** Atoms without a local resolution, imaged at that of the map. */
  readonly atomsWithout: number;
}

/** Width of a band: its coarsest resolution over its finest. */
const bandRatio = 1.08;

/**
 * Correlations of the model imaged at its local resolutions (Angstrom, one per atom; what is not a positive number stands for
 * the resolution of the map) with the map, in the mask and with the radius of `maps`.
 */
export function fitAtLocalResolution(
  engine: ComputeEngine,
  model: Model,
  maps: FitMaps,
  resolutions: Float64Array,
  context: RunContext,
): LocalResolutionFit {
  const { map, mask, maskVoxels, localRadius } = maps;
  const { modelMap, bands, atomsWithout } = imageAtLocalResolution(engine, model.atoms, maps, resolutions, context);
  const cut = valueOfRank(modelMap, maskVoxels);
  const pair = { map, modelMap };
  const fit: LocalResolutionFit = {
    ccMask: correlationOf(sumOverMask(map.values, modelMap, mask)),
    ccVolume: correlationOf(sumWhereHigh(map.values, modelMap, Number.POSITIVE_INFINITY, cut)),
    perChain: correlateChains(engine, model, pair, localRadius),
    perResidue: correlateResidues(engine, model, pair, localRadius),
    bands,
    atomsWithout,
  };
  engine.memory.free(modelMap);
  return fit;
}

export interface LocalResolutionImage {
  /** In the engine's memory: the caller frees it. */
  readonly modelMap: Float32Array;
  readonly bands: readonly ResolutionBand[];
  readonly atomsWithout: number;
}

/** The sum of one model map per band of resolution, on the grid of `maps`. */
export function imageAtLocalResolution(
  engine: ComputeEngine,
  atoms: AtomTable,
  { frame, table, resolution, modelMap: whole }: FitMaps,
  resolutions: Float64Array,
  context: RunContext,
): LocalResolutionImage {
  const own = resolutions.map((value) => (value > 0 && Number.isFinite(value) ? value : resolution));
  const bands = sortIntoBands(own);
  const sum = engine.memory.float32(whole.length);
  for (const { rows, resolution: cut } of bands) {
    throwIfCancelled(context);
    const part = computeModelMap(engine, takeAtoms(atoms, rows), frame, { resolution: cut, table }, context);
    engine.kernels.subtractMap(sum, part, -1);
    engine.memory.free(part);
  }
  let atomsWithout = 0;
  for (const value of resolutions) if (!(value > 0 && Number.isFinite(value))) atomsWithout++;
  return {
    modelMap: sum,
    bands: bands.map(({ rows, resolution: cut }) => ({ resolution: cut, atoms: rows.length })),
    atomsWithout,
  };
}

/** Bands from the finest resolution on; each begins with the finest atom that is in none so far. */
function sortIntoBands(resolutions: Float64Array): { readonly rows: readonly number[]; readonly resolution: number }[] {
  const order = Array.from(resolutions.keys()).toSorted(
    (one, other) => resolutions[one]! - resolutions[other]! || one - other,
  );
  const bands: { rows: number[]; resolution: number }[] = [];
  let begin = 0;
  while (begin < order.length) {
    const limit = bandRatio * resolutions[order[begin]!]!;
    let end = begin;
    let sum = 0;
    while (end < order.length && resolutions[order[end]!]! <= limit) sum += resolutions[order[end++]!]!;
    bands.push({ rows: order.slice(begin, end), resolution: sum / (end - begin) });
    begin = end;
  }
  return bands;
}

function takeAtoms(atoms: AtomTable, rows: readonly number[]): ScatteringAtoms {
  const take = (column: Float64Array, width: number): Float64Array => {
    const out = new Float64Array(width * rows.length);
    rows.forEach((atom, row) => out.set(column.subarray(width * atom, width * (atom + 1)), width * row));
    return out;
  };
  return {
    count: rows.length,
    xyz: take(atoms.xyz, 3),
    element: Uint8Array.from(rows, (atom) => atoms.element[atom]!),
    occupancy: take(atoms.occupancy, 1),
    bFactor: take(atoms.bFactor, 1),
    anisotropicU: atoms.anisotropicU === null ? null : take(atoms.anisotropicU, 6),
  };
}
