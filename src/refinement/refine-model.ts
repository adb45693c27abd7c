// Real-space refinement of coordinates: weight search, macro-cycles, choice of the best cycle.
import { addDiagnostic } from "../base/diagnostics.ts";
import { CancelledError } from "../base/errors.ts";
import { createRng } from "../base/rng.ts";
import { type RunContext, silenced, yieldToEvents } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { type DensityMap, mapFrame } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { type AtomTable, atomLabel, type Model, withCoordinates } from "../model/model.ts";
import { isOrthogonal } from "../scattering/atom-density.ts";
import type { Fit } from "../validation/fit/correlation.ts";
import { areHalfMapsUsable, type HalfMaps } from "../validation/fit/half-map-fsc.ts";
import type { GeometrySummary } from "../validation/geometry/geometry-statistics.ts";
import type { GeometryAtHand } from "../validation/geometry/model-geometry.ts";
import type { OccupancyResult } from "./b-factors/refine-occupancies.ts";
import { crossValidate, type FreeFsc, fscWithFullMap, settingsOf } from "./cross-validation/cross-validation.ts";
import { easeStart, isBroken } from "./ease-start.ts";
import { firstCycle, fractionOf, planNextCycle, runCycle, scheduleOf } from "./macro-cycles.ts";
import { createModelMap, fitBFactors, fitOccupancies } from "./model-map-stage.ts";
import {
  assess,
  disposeTarget,
  fitOf,
  geometryAtHand,
  loadRefinementTables,
  prepareProblem,
  type RefinementProblem,
  type RefinementTables,
  scoreCoordinates,
} from "./problem.ts";
import type { PhaseTiming, RefineOptions, RefineResult, RestraintReport, WeightReport } from "./refine-options.ts";
import {
  type Candidate,
  type Checkpoint,
  type CyclePlan,
  createRun,
  type Run,
  restoreRun,
  shiftBetween,
} from "./run-state.ts";
import { buildSupplement } from "./supplement/build-supplement.ts";
import { firstWeight, judgeWeight } from "./weight.ts";
import { findWeight } from "./weight-search.ts";
import { finishModel, inputWithCoordinates } from "./working-model.ts";

export interface RefineInput {
  readonly model: Model;
  readonly map: DensityMap;
  readonly dictionary: Dictionary;
  /** Half maps of the map, to choose weight and groups of B factors by; MAP stays what is refined against. */
  readonly halfMaps?: HalfMaps;
}

/** How a run can be taken up again: the result of a resumed run equals that of an undisturbed one to the last bit. */
export interface ResumeOptions {
  /** State to go on from; it must come from a run with the same input and options. */
  readonly from?: Checkpoint;
  /** Called after every finished cycle and after the weight search. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** Called with the refined model as soon as it is there, before it is assessed. */
  readonly onModel?: (model: Model) => void;
  /** Measures the geometry of the start beside the refinement: `measureGeometry`, done elsewhere. */
  readonly measureBeside?: (start: GeometryAtHand) => () => Promise<GeometrySummary>;
}

/**
 * Refines a model into a map. A cancelled run returns its best state with `interrupted`; only a run cancelled before
 * anything could be refined throws CancelledError. Throws InputError where model, map and dictionary do not go together.
 */
export async function refineModel(
  engine: ComputeEngine,
  input: RefineInput,
  wanted: RefineOptions,
  context: RunContext,
  resume: ResumeOptions = {},
): Promise<RefineResult> {
  const clock = createClock();
  // Half maps of another grid are refused before the work begins.
  if (input.halfMaps) areHalfMapsUsable(input.map, input.halfMaps, silenced(context));
  const fitting = fitToMap(wanted, input.map, context);
  checkOccupancies(fitting, context);
  context.report({ phase: "restraints", fraction: 0 });
  const tables = await loadRefinementTables(fitting);
  const freeFsc = await crossValidation(engine, input, { options: fitting, tables }, context, resume);
  if (freeFsc !== null) clock.finish("cross-validation");
  const options = freeFsc === null ? fitting : { ...fitting, ...settingsOf(freeFsc, fitting) };
  let problem = prepareProblem(engine, input.model, input.map, input.dictionary, options, context, tables);
  clock.finish("restraints and map");
  context.report({ phase: "assessment", fraction: 0.01 });
  await yieldToEvents();
  const { fit: fitBefore, geometry: geometryBefore } = assessStart(problem, input.model, resume, context);
  clock.finish("assessment before");
  let start = { cc: fitBefore.ccMaskCoordinates, b: fitBefore.bestOverallB };
  if (options.quality !== "fast" && isBroken((await geometryBefore()).bond.rmsd)) {
    const message = "The bonds of the start are broken: it was brought to rest without hydrogens first";
    addDiagnostic(context.diagnostics, "warning", "BROKEN_START", message);
    const eased = await easeStart(problem, context);
    problem = prepareProblem(engine, eased, input.map, input.dictionary, options, silenced(context), tables);
    start = scoreCoordinates(problem, problem.model.atoms.xyz, start.b);
  }
  const { working } = problem;
  const seed = Math.floor(context.rng.uniform() * 2 ** 30);
  let run = createRun(problem, start.cc, start.b, seed);
  if (resume.from) run = restoreRun(run, resume.from);
  const { weight, interrupted } = await runCycles(run, { ...resume, freeFsc }, clock, context);
  const { best } = run;
  // Model maps of large models need the room.
  for (const movable of problem.targets.keys()) disposeTarget(problem, movable);
  context.report({ phase: "assessment", fraction: 0.98 });
  const isMapped = best.record.stage === "modelMap";
  const { bFactor, occupancies } = !isMapped
    ? { bFactor: working.model.atoms.bFactor, occupancies: null }
    : interrupted
      ? { bFactor: best.bFactor, occupancies: null }
      : await finishParameters(problem, best, { ...context, rng: createRng(run.seed) });
  const occupancy = occupancies?.isApplied ? occupancies.occupancy : working.model.atoms.occupancy;
  const refined = withCoordinates(working.model, best.xyz);
  const model = finishModel(working, { ...refined, atoms: { ...withB(refined, bFactor, context), occupancy } });
  resume.onModel?.(model);
  // Null for a run that was told to end at once.
  const full = freeFsc === null || interrupted ? null : fscWithFullMap(problem, { xyz: best.xyz, bFactor, occupancy });
  const isInput = best.record.cycle === 0 && working.choice === "keep";
  const before = { fit: fitBefore, geometry: await geometryBefore() };
  const after = isInput ? before : assess(problem, best.xyz, model, context);
  const withInputB = inputWithCoordinates(working, best.xyz);
  const isAsInput = isInput || (working.choice === "keep" && !isMapped);
  const fitWithInputB = isAsInput ? after.fit : fitOf(problem, withInputB, context);
  clock.finish("assessment after");
  if (best.record.cycle === 0 && !interrupted) {
    addDiagnostic(
      context.diagnostics,
      "warning",
      "NO_IMPROVEMENT",
      "No cycle was better than the start: the start is kept",
    );
  }
  return {
    model,
    before,
    after,
    fitWithInputB,
    restraints: reportRestraints(problem, best.xyz),
    hydrogens: { choice: working.choice, added: working.added, removed: working.removed },
    refinement: {
      weight: { ...weight, value: best.record.cycle === 0 ? weight.value : best.record.weight },
      mapScale: problem.mapScale,
      cycles: run.records,
      sideChains: run.sideChains.filter(({ cycle }) => cycle <= best.record.cycle),
      bestCycle: best.record.cycle,
      freeFsc: freeFsc && { ...freeFsc, full },
      occupancies: occupancies && reportOf(occupancies),
      shift: shiftBetween(input.model.atoms.xyz, withInputB.atoms.xyz),
    },
    phases: clock.phases,
    interrupted,
  };
}

/** The start is assessed; its geometry only later where it can be measured beside what follows and does not decide what that is. */
function assessStart(
  problem: RefinementProblem,
  file: Model,
  { measureBeside }: ResumeOptions,
  context: RunContext,
): { readonly fit: Fit; readonly geometry: () => Promise<GeometrySummary> } {
  const { xyz } = problem.model.atoms;
  if (measureBeside === undefined || problem.options.quality !== "fast") {
    const { fit, geometry } = assess(problem, xyz, file, context);
    return { fit, geometry: async () => geometry };
  }
  const geometry = measureBeside(geometryAtHand(problem, xyz));
  return { fit: fitOf(problem, file, context), geometry };
}

/** What half maps say about weight and groups of B factors, or what a checkpoint says that they said. */
async function crossValidation(
  engine: ComputeEngine,
  { halfMaps, ...input }: RefineInput,
  settings: { readonly options: RefineOptions; readonly tables: RefinementTables },
  context: RunContext,
  { from }: ResumeOptions,
): Promise<FreeFsc | null> {
  if (halfMaps === undefined) return null;
  // Drawn in a resumed run too: what comes after must meet the same random numbers.
  const seed = Math.floor(context.rng.uniform() * 2 ** 32);
  if (from !== undefined) return from.freeFsc;
  if (scheduleOf(settings.options).modelMap > 0)
    return await crossValidate(engine, { ...input, halfMaps }, { ...settings, seed }, context);
  const message = "Half maps are not used: they choose the weight of the model map, which this run does not have";
  addDiagnostic(context.diagnostics, "warning", "HALF_MAPS_UNUSED", message);
  return null;
}

function checkOccupancies(options: RefineOptions, context: RunContext): void {
  if (options.occupancies !== "refine" || scheduleOf(options).modelMap > 0) return;
  const message = "Occupancies stay: they are refined with the model map, which this run does not have";
  addDiagnostic(context.diagnostics, "warning", "OCCUPANCIES_KEPT", message);
}

/** A map with oblique axes has no second stage unless it is asked for, which then ends in an error. */
function fitToMap(options: RefineOptions, map: DensityMap, context: RunContext): RefineOptions {
  const isOn = scheduleOf(options).modelMap > 0;
  if (!isOn || options.modelMap === "on" || isOrthogonal(mapFrame(map))) return options;
  const message =
    "The axes of the map are not at right angles: it is not compared with the model map, only at atom centres";
  addDiagnostic(context.diagnostics, "warning", "NO_MODEL_MAP", message);
  return { ...options, modelMap: "off" };
}

/** Occupancies, then B factors, are refined where the coordinates have ended. */
async function finishParameters(
  problem: RefinementProblem,
  { xyz, bFactor: start }: Candidate,
  context: RunContext,
): Promise<{ readonly bFactor: Float64Array; readonly occupancies: OccupancyResult | null }> {
  const target = createModelMap(problem, xyz, start);
  try {
    const { occupancy } = problem.model.atoms;
    const occupancies = await fitOccupancies(problem, target, { xyz, bFactor: start, occupancy }, context);
    const begin = occupancies?.isApplied ? occupancies : { bFactor: start, occupancy };
    const { bFactor } = await fitBFactors(
      problem,
      target,
      { xyz, bFactor: begin.bFactor, occupancy: begin.occupancy },
      "final",
      context,
    );
    return { bFactor, occupancies };
  } finally {
    target.dispose();
  }
}

function reportOf({ isApplied, groups, deviance }: OccupancyResult): Omit<OccupancyResult, "occupancy"> {
  return { isApplied, groups, deviance };
}

/** Atoms with these B factors; where one has changed, its tensor says something else and goes. */
function withB(model: Model, bFactor: Float64Array, context: RunContext): AtomTable {
  const { atoms } = model;
  const anisotropicU = atoms.anisotropicU?.slice() ?? null;
  bFactor.forEach((b, atom) => {
    if (anisotropicU === null || Number.isNaN(anisotropicU[6 * atom]!) || b === atoms.bFactor[atom]) return;
    anisotropicU.fill(Number.NaN, 6 * atom, 6 * atom + 6);
    const message = "Isotropic B factors were refined: the tensors of these atoms are left out";
    addDiagnostic(context.diagnostics, "info", "TENSORS_LEFT_OUT", message, atomLabel(model, atom));
  });
  return { ...atoms, bFactor, anisotropicU };
}

/** All cycles and, after the first one, the weight search; a cancelled run ends where it is. */
async function runCycles(
  run: Run,
  { from, onCheckpoint, freeFsc }: ResumeOptions & { readonly freeFsc: FreeFsc | null },
  clock: Clock,
  context: RunContext,
): Promise<{ weight: WeightReport; interrupted: boolean }> {
  const schedule = scheduleOf(run.problem.options);
  // A given weight is that of the last stage.
  const given = schedule.modelMap > 0 ? null : run.problem.options.weight;
  let weight: WeightReport | null = from?.weight ?? null;
  let done: CyclePlan | null = from?.done ?? null;
  const save = (): void => {
    const { records, best, last, hasMetLimits, sideChains } = run;
    const state = { records: [...records], best, last, hasMetLimits, sideChains: [...sideChains] };
    if (done !== null) onCheckpoint?.({ ...state, done, weight, freeFsc });
  };
  if (given !== null) weight = { value: given, source: "given", limitedBy: "user", trials: [] };
  const guess: WeightReport = { value: firstWeight, source: "automatic", limitedBy: "first guess", trials: [] };
  let interrupted = false;
  try {
    if (done === null) {
      const first = firstCycle(run.problem.options, weight?.value ?? firstWeight);
      await runCycle(run, first, context);
      done = first;
      save();
      clock.finish("first cycle");
    }
    if (weight === null && schedule.centres > 1 && planNextCycle(run, done) !== null) {
      weight = await findWeight(run, context, fractionOf(run, 1, 0));
      done = { ...done, weight: weight.value };
      save();
      clock.finish("weight search");
    }
    for (let plan = planNextCycle(run, done); plan !== null; plan = planNextCycle(run, plan)) {
      await runCycle(run, plan, context);
      done = plan;
      save();
    }
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    interrupted = true;
  }
  clock.finish("further cycles");
  if (run.best.record.stage !== "modelMap") return { weight: weight ?? guess, interrupted };
  const { weight: givenWeight } = run.problem.options;
  const { limitedBy } = judgeWeight(run.best.state, run.limits);
  const { weight: value } = run.best.record;
  const ofModelMap: WeightReport =
    givenWeight === null
      ? { value, source: "automatic", limitedBy, trials: [] }
      : { value, source: "given", limitedBy: "user", trials: [] };
  return { weight: ofModelMap, interrupted };
}

function reportRestraints({ topology, model, supplementPlan }: RefinementProblem, xyz: Float64Array): RestraintReport {
  const labels = (rows: Int32Array): string[] => Array.from(rows, (atom) => atomLabel(model, atom));
  return {
    bonds: topology.bonds.count,
    links: topology.links.length,
    supplement: supplementPlan ? buildSupplement(supplementPlan, { model, topology, xyz }).counts : null,
    heldAtoms: labels(topology.held),
    unrestrainedAtoms: labels(topology.unrestrained),
  };
}

interface Clock {
  readonly phases: PhaseTiming[];
  finish(phase: string): void;
}

function createClock(): Clock {
  const phases: PhaseTiming[] = [];
  let since = performance.now();
  return {
    phases,
    finish(phase) {
      const now = performance.now();
      phases.push({ phase, seconds: (now - since) / 1000 });
      since = now;
    },
  };
}
