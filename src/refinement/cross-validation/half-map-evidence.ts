// What half maps are worth before anything is refined, and the FSC of a model with them over the whole maps.
import { addDiagnostic } from "../../base/diagnostics.ts";
import type { RunContext } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { blurSecond, pairedLimits, sumFourierTerms } from "../../density/fourier-sums.ts";
import { correlationOfShell, evenShells } from "../../density/fsc-curve.ts";
import { type DensityMap, type MapFrame, mapFrame } from "../../density/map.ts";
import { transformValues } from "../../density/map-transform.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { freeSpectrum } from "../../kernels/spectrum.ts";
import { computeModelTerms, type ModelTerms } from "../../scattering/model-terms.ts";
import { areHalfMapsUsable, type HalfMaps } from "../../validation/fit/half-map-fsc.ts";
import type { RefinementProblem } from "../problem.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";
import { type FscPair, lowestResolution } from "./choose-weight.ts";

/** Half maps that correlate less than this, over all terms from 10 A to the resolution, share nothing that a model could explain. */
const leastCorrelation = 0.05;

/**
 * Whether one half map can judge what was refined against the other; a diagnostic says why not. Throws InputError
 * HALF_MAPS_DIFFER.
 */
export function areHalfMapsRelated(
  engine: ComputeEngine,
  map: DensityMap,
  halfMaps: HalfMaps,
  resolution: number,
  context: RunContext,
): boolean {
  if (!areHalfMapsUsable(map, halfMaps, context)) return false;
  const { first, second } = halfMaps;
  if (first.values.every((value, at) => value === second.values[at])) return false;
  const frame = mapFrame(first);
  const spectra = [first, second].map(({ values }) => transformValues(engine, values, frame.size)) as [
    ReturnType<typeof transformValues>,
    ReturnType<typeof transformValues>,
  ];
  const sums = sumFourierTerms(...spectra, { frame, limits: pairedLimits(frame.size), resolution });
  for (const spectrum of spectra) freeSpectrum(engine, spectrum);
  const correlation = averageFsc(sums, frame, resolution);
  if (correlation !== null && correlation >= leastCorrelation) return true;
  addDiagnostic(
    context.diagnostics,
    "warning",
    "HALF_MAPS_UNRELATED",
    `The half maps do not correlate (mean FSC ${correlation === null ? "undefined" : correlation.toFixed(2)} to the resolution): they cannot judge a refinement`,
  );
  return false;
}

/** FSC averages of these parameters with both half maps as they are, over all of their voxels. */
export function unmaskedFsc(
  engine: ComputeEngine,
  { model, options }: RefinementProblem,
  { xyz, bFactor, occupancy }: ModelMapParameters,
  { first, second }: HalfMaps,
): FscPair | null {
  const frame = mapFrame(first);
  const { element } = model.atoms;
  const scattering = occupancy.map((value, atom) => (isHydrogenElement(element[atom]!) ? 0 : value));
  const atoms = { ...model.atoms, xyz, bFactor, occupancy: scattering, anisotropicU: null };
  const terms = computeModelTerms(engine, atoms, frame, { table: options.scattering });
  const work = fscWith(engine, first, terms, frame, options.resolution);
  const free = fscWith(engine, second, terms, frame, options.resolution);
  freeSpectrum(engine, terms.spectrum);
  return work === null || free === null ? null : { work, free, gap: work - free };
}

function fscWith(
  engine: ComputeEngine,
  { values }: DensityMap,
  { spectrum, blur, limits, resolution: end }: ModelTerms,
  frame: MapFrame,
  resolution: number,
): number | null {
  const observed = transformValues(engine, values, frame.size);
  const to = Math.max(resolution, end ?? 0);
  const sums = sumFourierTerms(observed, spectrum, { frame, limits, resolution: to });
  freeSpectrum(engine, observed);
  return averageFsc(blurSecond(sums, -blur), frame, resolution);
}

/** Mean over the terms from 10 A to the resolution, in shells one voxel of the transform wide; null without any. */
function averageFsc(
  sums: Parameters<typeof evenShells>[0],
  { boxCell: { a, b, c } }: MapFrame,
  resolution: number,
): number | null {
  let [terms, sum] = [0, 0];
  for (const shell of evenShells(sums, 1 / Math.max(a, b, c))) {
    const s = shell.frequency / shell.count;
    if (s < 1 / lowestResolution || s > 1 / resolution) continue;
    terms += shell.count;
    sum += shell.count * correlationOfShell(shell);
  }
  return terms === 0 ? null : sum / terms;
}
