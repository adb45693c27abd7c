// Every measure of a model in a map, gathered: correlations, Q-scores, inclusion, EMRinger, resolution, missing density.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import { beginPhase, type RunContext, silenced } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { DensityMap } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { ScatteringTable } from "../../scattering/form-factors.ts";
import { findMissingDensity, type MissingDensity } from "./blobs.ts";
import { computeFitAndMaps, type Fit } from "./correlation.ts";
import { computeDirectionalFsc, type DirectionalFsc } from "./directional-fsc.ts";
import { computeEmringer, type Emringer } from "./emringer.ts";
import { computeEntryCorrelation, type EntryCorrelation } from "./entry-correlation.ts";
import { type ResolutionSource, reportGrid } from "./estimate-resolution.ts";
import { checkExperiment, type ExperimentChecks } from "./experiment-checks.ts";
import { type FitMaps, freeFitMaps } from "./fit-maps.ts";
import type { HalfMaps } from "./half-map-fsc.ts";
import { computeInclusion, type Inclusion } from "./inclusion.ts";
import { correlateAtoms } from "./local-correlation.ts";
import { checkLocalOptions, type LocalMeasures, measureLocally } from "./local-measures.ts";
import { percentileBasis, percentileOf } from "./percentiles.ts";
import { checkPlacement, type Placement } from "./placement.ts";
import { detectPlddt, replacePlddt } from "./plddt.ts";
import { computeQScores, type QScores } from "./q-score.ts";
import type { QScoreRule } from "./q-score-rules.ts";
import { listAtomQ, type QScoreSummary, summarizeQScores } from "./q-score-summary.ts";
import { assessResolution, type ResolutionAssessment } from "./resolution.ts";
import { chooseResolutionMask, type MaskPolicy } from "./resolution-mask.ts";

export interface FitReportOptions {
  /** Angstrom; estimated where it is not given. */
  readonly resolution?: number;
  readonly table: ScatteringTable;
  readonly halfMaps?: HalfMaps;
  /** Values from 0 to 1, for masked shell correlations. */
  readonly mask?: DensityMap;
  /** Mask that is made where none is given; default edge. */
  readonly maskPolicy?: MaskPolicy;
  /** In the map's own units; estimated where it is not given. */
  readonly contour?: number;
  /** Width of the Q-score's reference, Angstrom. */
  readonly sigma: number;
  readonly qRule: QScoreRule;
  /** Angstrom at every voxel, or made from the half maps. */
  readonly localResolution?: DensityMap | "auto";
  /** The model's file says that its B column holds confidence. */
  readonly statesPlddt?: boolean;
  /** Of the map's header. */
  readonly labels?: readonly string[];
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

export type RegionFit = Pick<
  Fit,
  "ccMask" | "ccMaskUncentred" | "ccVolume" | "ccPeaks" | "ccBox" | "ccMainChain" | "ccSideChain"
>;

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
  /** Factor by which the model would have to be larger to fit best: the map's voxels are too large by it. */
  readonly pixelScale: number | null;
  readonly experiment: ExperimentChecks;
  /** Where the B column is pLDDT: correlations with the B factors that it stands for; the others take the file as it is. */
  readonly withConvertedB: RegionFit | null;
  /** Inside the mask of `fsc.mask`; null without half maps. */
  readonly directionalFsc: DirectionalFsc | null;
  /** Correlations of the model imaged at its local resolutions; only when asked for. */
  readonly localResolution?: LocalMeasures["fit"];
}

/** Numbers of single atoms, in the order of the model; null where there is none. */
export interface AtomMeasures {
  readonly q: readonly (number | null)[];
  readonly cc: readonly (number | null)[];
  /** Angstrom; only when local resolution was asked for. */
  readonly localResolution?: readonly (number | null)[];
}

export interface FitReportResult {
  readonly report: FitReport;
  readonly perAtom: AtomMeasures;
  /** The map of local resolution that was made, Angstrom; 0 where nothing was measured. */
  readonly localResolutionMap: DensityMap | null;
}

/** wwPDB's width and mapq's: what is not asked for is given beside it. */
const usualSigmas = [0.6, 0.4];

/**
 * Measures the model as it is against the map as supplied. Throws InputError RESOLUTION_UNKNOWN where no resolution is given and
 * none can be estimated, LOCAL_RESOLUTION_HALF_MAPS where local resolution is to be made without half maps.
 */
export async function reportFit(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: FitReportOptions,
  context: RunContext,
): Promise<FitReportResult> {
  checkLocalOptions(options);
  await beginPhase({ phase: "resolution", fraction: 0 }, context);
  const { resolution: estimate, ...assessment } = assessResolution(engine, model, map, options, context);
  if (estimate === null) throw unknownResolution();
  const { resolution, source } = estimate;
  if (source === "given") reportGrid(resolution, map, context);
  else reportEstimate(resolution, source, context);
  const mask = options.halfMaps ? halfMapMask(engine, model, map, { ...options, resolution }, context) : null;
  const hasCurve = assessment.fsc.halfMap !== null && options.halfMaps !== undefined;
  const directionalFsc = hasCurve
    ? computeDirectionalFsc(engine, options.halfMaps, mask ? { mask } : {}, context)
    : null;
  const { fit, cc, scores, local, ...onMaps } = await measureOnMaps(
    engine,
    model,
    map,
    { ...options, resolution, mask },
    context,
  );
  await beginPhase({ phase: "atom inclusion", fraction: 0.8 }, context);
  const inclusion = computeInclusion(model, map, { contour: options.contour ?? null }, context);
  const { contour } = inclusion;
  await beginPhase({ phase: "EMRinger", fraction: 0.85 }, context);
  const emringer = computeEmringer(model, map, context);
  await beginPhase({ phase: "missing density", fraction: 0.9 }, context);
  const missing = contour === null ? null : findMissingDensity(engine, model, map, { contour, resolution });
  const qScore = summarizeQScores(model, scores.own, { resolution, exact: scores.exact });
  const entryCorrelation = computeEntryCorrelation(model, map, resolution);
  const report: FitReport = {
    resolution,
    resolutionEstimated: source !== "given",
    resolutionSource: source,
    used: describeBasis(model, options, inclusion, assessment),
    ...fit,
    qScore,
    inclusion,
    emringer,
    ...assessment,
    ...splitMissing(missing),
    ...onMaps,
    entryCorrelation,
    percentiles: rank(qScore, entryCorrelation, resolution),
    pixelScale: onMaps.experiment.pixelScale.best,
    directionalFsc,
    ...(local ? { localResolution: local.fit } : {}),
  };
  const q = listAtomQ(model, scores.own).map(({ q: [first] }) => first ?? null);
  const perAtom = { q, cc, ...(local ? { localResolution: local.perAtom } : {}) };
  return { report, perAtom, localResolutionMap: local?.map ?? null };
}

interface MeasuresOnMaps extends Pick<FitReport, "placement" | "experiment" | "withConvertedB"> {
  readonly fit: Fit;
  readonly cc: readonly (number | null)[];
  readonly scores: { readonly own: QScores; readonly exact: QScores };
  readonly local: LocalMeasures | null;
}

/** What compares the map with the model's own; its maps live no longer than this. */
async function measureOnMaps(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: Omit<FitReportOptions, "mask"> & { readonly resolution: number; readonly mask: Float32Array | null },
  context: RunContext,
): Promise<MeasuresOnMaps> {
  await beginPhase({ phase: "correlations", fraction: 0.4 }, context);
  let { fit, maps } = computeFitAndMaps(engine, model, map, options, context);
  const cc = correlateAtoms(engine, model, maps);
  // What needs real B factors gets those that a B column of confidence stands for.
  const physical = replacePlddt(model, detectPlddt(model, options.statesPlddt));
  let withConvertedB: Fit | null = null;
  if (physical !== model) {
    freeFitMaps(engine, maps);
    ({ fit: withConvertedB, maps } = computeFitAndMaps(engine, physical, map, options, silenced(context)));
  }
  await beginPhase({ phase: "Q-scores", fraction: 0.6 }, context);
  const scores = scoreAtoms(engine, physical, maps, options, context);
  const local = await measureLocally(engine, physical, maps, options, context);
  await beginPhase({ phase: "atoms on density", fraction: 0.75 }, context);
  const { contour } = options;
  const placement = checkPlacement(physical, maps, contour === undefined ? {} : { contour });
  const experiment = checkExperiment(engine, model, maps, options, context);
  freeFitMaps(engine, maps);
  return { fit, cc, scores, local, placement, experiment, withConvertedB: withConvertedB && regionsOf(withConvertedB) };
}

function regionsOf({ ccMask, ccMaskUncentred, ccVolume, ccPeaks, ccBox, ccMainChain, ccSideChain }: Fit): RegionFit {
  return { ccMask, ccMaskUncentred, ccVolume, ccPeaks, ccBox, ccMainChain, ccSideChain };
}

/** The mask of the shell correlations, for what else is measured on the half maps. */
function halfMapMask(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  { mask, maskPolicy, resolution }: Pick<FitReportOptions, "mask" | "maskPolicy"> & { readonly resolution: number },
  context: RunContext,
): Float32Array | null {
  const request = { resolution, ...(mask ? { mask } : {}), ...(maskPolicy ? { policy: maskPolicy } : {}) };
  return chooseResolutionMask(engine, model, map, request, silenced(context))?.values ?? null;
}

function scoreAtoms(
  engine: ComputeEngine,
  model: Model,
  { map, modelMap }: FitMaps,
  { sigma, qRule }: Pick<FitReportOptions, "sigma" | "qRule">,
  context: RunContext,
): { readonly own: QScores; readonly exact: QScores } {
  const sigmas = [sigma, ...usualSigmas.filter((usual) => usual !== sigma)];
  const own = computeQScores(engine, model, map, { sigmas, rule: qRule }, context);
  const exact = computeQScores(engine, model, map, { sigmas, rule: qRule, values: modelMap }, silenced(context));
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
