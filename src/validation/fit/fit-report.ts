// Every measure of a model in a map, gathered: correlations, Q-scores, inclusion, EMRinger, resolution, missing density.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import { type RunContext, throwIfCancelled, yieldToEvents } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { DensityMap } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { ScatteringTable } from "../../scattering/form-factors.ts";
import { findMissingDensity, type MissingDensity } from "./blobs.ts";
import { computeFitAndMaps, type Fit } from "./correlation.ts";
import { computeEmringer, type Emringer } from "./emringer.ts";
import { computeEntryCorrelation, type EntryCorrelation } from "./entry-correlation.ts";
import type { ResolutionSource } from "./estimate-resolution.ts";
import { type FitMaps, freeFitMaps } from "./fit-maps.ts";
import type { HalfMaps } from "./half-map-fsc.ts";
import { computeInclusion, type Inclusion } from "./inclusion.ts";
import { correlateAtoms } from "./local-correlation.ts";
import { percentileBasis, percentileOf } from "./percentiles.ts";
import { checkPlacement, type Placement } from "./placement.ts";
import { computeQScores, type QScores } from "./q-score.ts";
import type { QScoreRule } from "./q-score-rules.ts";
import { listAtomQ, type QScoreSummary, summarizeQScores } from "./q-score-summary.ts";
import { assessResolution, type ResolutionAssessment } from "./resolution.ts";

export interface FitReportOptions {
  /** Angstrom; estimated where it is not given. */
  readonly resolution?: number;
  readonly table: ScatteringTable;
  readonly halfMaps?: HalfMaps;
  /** Values from 0 to 1, for masked shell correlations. */
  readonly mask?: DensityMap;
  /** In the map's own units; estimated where it is not given. */
  readonly contour?: number;
  /** Width of the Q-score's reference, Angstrom. */
  readonly sigma: number;
  readonly qRule: QScoreRule;
}

/** What the numbers rest on. */
export interface FitBasis {
  readonly table: ScatteringTable;
  readonly hydrogens: number;
  readonly contour: number | null;
  readonly contourEstimated: boolean;
  readonly sigma: number;
  readonly qRule: QScoreRule;
  readonly mask: string | null;
}

/** Where the model stands among entries of the archive at like resolution, 0 to 100; approximate. Null beyond their resolutions. */
export interface Percentiles {
  /** Of the mean Q-score at sigma 0.4 A. */
  readonly q: number | null;
  /** Of `entryCorrelation.ccMean`. */
  readonly ccMean: number | null;
  readonly entries: number;
}

export interface FitReport extends Omit<Fit, "perAtom">, Omit<ResolutionAssessment, "resolution"> {
  /** Angstrom. */
  readonly resolution: number;
  readonly resolutionEstimated: boolean;
  readonly resolutionSource: ResolutionSource;
  readonly used: FitBasis;
  readonly qScore: QScoreSummary;
  readonly inclusion: Inclusion;
  readonly emringer: Emringer | null;
  /** Density above the contour and far from every atom, largest first. */
  readonly blobs: MissingDensity["blobs"];
  readonly missingDensity: Omit<MissingDensity, "blobs"> | null;
  readonly placement: Placement;
  /** As in the tables that the percentiles come from; not one of the correlations above. */
  readonly entryCorrelation: EntryCorrelation;
  readonly percentiles: Percentiles;
}

/** Numbers of single atoms, in the order of the model; null where there is none. */
export interface AtomMeasures {
  readonly q: readonly (number | null)[];
  readonly cc: readonly (number | null)[];
}

export interface FitReportResult {
  readonly report: FitReport;
  readonly perAtom: AtomMeasures;
}

/** wwPDB's width and mapq's: what is not asked for is given beside it. */
const usualSigmas = [0.6, 0.4];

/**
 * Measures the model as it is against the map as supplied. Throws InputError RESOLUTION_UNKNOWN where no resolution is given and
 * none can be estimated.
 */
export async function reportFit(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: FitReportOptions,
  context: RunContext,
): Promise<FitReportResult> {
  const step = async (phase: string, fraction: number): Promise<void> => {
    context.report({ phase, fraction });
    await yieldToEvents();
    throwIfCancelled(context);
  };
  await step("resolution", 0);
  const { resolution: estimate, ...assessment } = assessResolution(engine, model, map, options, context);
  if (estimate === null) throw unknownResolution();
  const { resolution } = estimate;
  if (estimate.source !== "given") reportEstimate(resolution, estimate.source, context);
  await step("correlations", 0.4);
  const { fit, maps } = computeFitAndMaps(engine, model, map, { resolution, table: options.table }, context);
  const cc = correlateAtoms(engine, model, maps);
  await step("Q-scores", 0.6);
  const scores = scoreAtoms(engine, model, maps, options, context);
  await step("atoms on density", 0.75);
  const placement = checkPlacement(model, maps, options.contour === undefined ? {} : { contour: options.contour });
  freeFitMaps(engine, maps);
  await step("atom inclusion", 0.8);
  const inclusion = computeInclusion(model, map, { contour: options.contour ?? null }, context);
  await step("EMRinger", 0.85);
  const emringer = computeEmringer(model, map, context);
  await step("missing density", 0.9);
  const missing =
    inclusion.contour === null
      ? null
      : findMissingDensity(engine, model, map, { contour: inclusion.contour, resolution });
  const qScore = summarizeQScores(model, scores.own, { resolution, exact: scores.exact });
  const entryCorrelation = computeEntryCorrelation(model, map, resolution);
  const report: FitReport = {
    resolution,
    resolutionEstimated: estimate.source !== "given",
    resolutionSource: estimate.source,
    used: describeBasis(model, options, inclusion, assessment),
    ...fit,
    qScore,
    inclusion,
    emringer,
    ...assessment,
    ...splitMissing(missing),
    placement,
    entryCorrelation,
    percentiles: rank(qScore, entryCorrelation, resolution),
  };
  return { report, perAtom: { q: listAtomQ(model, scores.own).map(({ q }) => q[0] ?? null), cc } };
}

function scoreAtoms(
  engine: ComputeEngine,
  model: Model,
  { map, modelMap }: FitMaps,
  { sigma, qRule }: FitReportOptions,
  context: RunContext,
): { readonly own: QScores; readonly exact: QScores } {
  const sigmas = [sigma, ...usualSigmas.filter((usual) => usual !== sigma)];
  const own = computeQScores(engine, model, map, { sigmas, rule: qRule }, context);
  // What can be said about atoms has been said.
  const silent = { ...context, diagnostics: { entries: [] } };
  const exact = computeQScores(engine, model, map, { sigmas, rule: qRule, values: modelMap }, silent);
  return { own, exact };
}

const sigmaOfEntries = 0.4;

function rank(qScore: QScoreSummary, { ccMean }: EntryCorrelation, resolution: number): Percentiles {
  const widths = [qScore, ...qScore.otherSigmas];
  const q = widths.find(({ sigma }) => sigma === sigmaOfEntries)?.mean ?? null;
  return {
    q: percentileOf("q", q, resolution),
    ccMean: percentileOf("ccMean", ccMean, resolution),
    entries: percentileBasis.entries,
  };
}

function splitMissing(missing: MissingDensity | null): Pick<FitReport, "blobs" | "missingDensity"> {
  if (missing === null) return { blobs: [], missingDensity: null };
  const { blobs, ...rest } = missing;
  return { blobs, missingDensity: rest };
}

function describeBasis(
  { atoms }: Model,
  { table, sigma, qRule }: FitReportOptions,
  { contour, contourEstimated }: Inclusion,
  { fsc }: Pick<ResolutionAssessment, "fsc">,
): FitBasis {
  let hydrogens = 0;
  for (const element of atoms.element) if (isHydrogenElement(element)) hydrogens++;
  return { table, hydrogens, contour, contourEstimated, sigma, qRule, mask: fsc.mask?.description ?? null };
}

function unknownResolution(): InputError {
  return new InputError({
    code: "RESOLUTION_UNKNOWN",
    message: "The resolution is not given and cannot be estimated from this map",
    hint: "Add for example --resolution 3.2",
  });
}

const sourceWords: Readonly<Record<ResolutionSource, string>> = {
  given: "given",
  halfMaps: "where the corrected FSC of the half maps falls to 0.143",
  model: "where model and map agree no further",
  map: "where the map holds no more terms of weight (d99)",
};

function reportEstimate(resolution: number, source: ResolutionSource, context: RunContext): void {
  const message = `No resolution is given: ${resolution.toFixed(2)} A is taken, ${sourceWords[source]}`;
  addDiagnostic(context.diagnostics, "info", "RESOLUTION_ESTIMATED", message);
}
