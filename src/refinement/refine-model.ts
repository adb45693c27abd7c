// Real-space refinement of coordinates: weight search, macro-cycles, choice of the best cycle.
import { addDiagnostic } from "../base/diagnostics.ts";
import { CancelledError } from "../base/errors.ts";
import { type RunContext, yieldToEvents } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { DensityMap } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { atomLabel, type Model, withCoordinates } from "../model/model.ts";
import { applyCdl } from "../restraints/cdl.ts";
import { minimizeTarget } from "./minimize.ts";
import { assess, createTarget, prepareProblem, type RefinementProblem, scoreCoordinates } from "./problem.ts";
import type {
  CycleRecord,
  PhaseTiming,
  RefineOptions,
  RefineResult,
  RestraintReport,
  WeightReport,
  WeightTrial,
} from "./refine-options.ts";
import type { StateMeasure } from "./target.ts";
import { hasExcessContacts, judgeWeight, raiseToFloor, representativeBlocks, type WeightLimits } from "./weight.ts";

const searchTrials = 6;
const searchIterations = 30;
/** Share of the free atoms that takes part in the trials. */
const searchShare = 0.4;
const searchBlocks = 6;
const searchAtomsMost = 1500;
const smallestSearch = 250;
/** A weight this close to its limit, as a factor, needs no further trial. */
const searchTolerance = 1.12;
/** A first trial this many times too high is followed by one without the map. */
const needsFloor = 2;
/** Where the search begins, in units of a map of mean 0 and sigma 1. */
const firstWeight = 25;
const largestWeight = 1000;
const smallestWeight = 0.01;
/** Cycles after the planned ones, as long as none has met the limits. */
const extraCycles = 5;
/** Changes of the weight from one cycle to the next. */
const smallestStep = 0.75;
const largestStep = 1.3;
/** Repulsion is raised in these steps while there are more close contacts than at the start. */
const repulsionStep = 2;
const largestRepulsion = 16;

/**
 * Refines a model into a map. A cancelled run returns its best state with `interrupted`; only a run cancelled before
 * anything could be refined throws CancelledError. Throws InputError where model, map and dictionary do not go together.
 */
export async function refineModel(
  engine: ComputeEngine,
  input: { readonly model: Model; readonly map: DensityMap; readonly dictionary: Dictionary },
  options: RefineOptions,
  context: RunContext,
): Promise<RefineResult> {
  const clock = createClock();
  context.report({ phase: "restraints", fraction: 0 });
  const problem = prepareProblem(engine, input.model, input.map, input.dictionary, options, context);
  clock.finish("restraints and map");
  context.report({ phase: "assessment", fraction: 0.01 });
  await yieldToEvents();
  const before = assess(problem, input.model.atoms.xyz, context);
  clock.finish("assessment before");
  const run = createRun(problem, before.fit.ccMaskCoordinates, before.fit.bestOverallB);
  let interrupted = false;
  let weight: WeightReport = {
    value: options.weight ?? firstWeight,
    source: options.weight === null ? "automatic" : "given",
    limitedBy: options.weight === null ? "first guess" : "user",
    trials: [],
  };
  try {
    const xyz = await runCycle(run, { cycle: 1, xyz: run.start, weight: weight.value, repulsion: 1 }, context);
    clock.finish("first cycle");
    if (options.weight === null) {
      weight = await findWeight(run, xyz, context);
      clock.finish("weight search");
    }
    await runFurtherCycles(run, xyz, weight.value, context);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    interrupted = true;
  }
  clock.finish("further cycles");
  const best = run.candidates.reduce((one, other) => (other.record.score > one.record.score ? other : one));
  context.report({ phase: "assessment", fraction: 0.98 });
  const after = best.record.cycle === 0 ? before : assess(problem, best.xyz, context);
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
    model: withCoordinates(input.model, best.xyz),
    before,
    after,
    restraints: reportRestraints(problem),
    refinement: {
      weight: { ...weight, value: best.record.cycle === 0 ? weight.value : best.record.weight },
      mapScale: problem.mapScale,
      cycles: run.candidates.map((candidate) => candidate.record),
      bestCycle: best.record.cycle,
      shift: shiftBetween(input.model.atoms.xyz, best.xyz),
    },
    phases: clock.phases,
    interrupted,
  };
}

function reportRestraints({ topology, model }: RefinementProblem): RestraintReport {
  const labels = (rows: Int32Array): string[] => Array.from(rows, (atom) => atomLabel(model, atom));
  return {
    bonds: topology.bonds.count,
    links: topology.links.length,
    heldAtoms: labels(topology.held),
    unrestrainedAtoms: labels(topology.unrestrained),
  };
}

interface Candidate {
  readonly record: CycleRecord;
  readonly state: StateMeasure;
  readonly xyz: Float64Array;
}

interface Run {
  readonly problem: RefinementProblem;
  readonly limits: WeightLimits;
  readonly freeAtoms: number;
  /** Coordinates the first cycle starts from. */
  readonly start: Float64Array;
  readonly startState: StateMeasure;
  /** State 0 is the start; the others the ends of cycles. */
  readonly candidates: Candidate[];
}

function createRun(problem: RefinementProblem, cc: number | null, b: number | null): Run {
  const { options, model } = problem;
  const start = model.atoms.xyz.slice();
  const target = createTarget(problem, start);
  const startState = target.measure();
  const limits: WeightLimits = {
    bondRmsd: options.targetBondRmsd,
    angleRmsd: options.targetAngleRmsd,
    closePairs: startState.closePairs,
    closeHeavyPairs: startState.closeHeavyPairs,
  };
  const run: Run = { problem, limits, freeAtoms: target.free.length, start, startState, candidates: [] };
  const record = makeRecord(run, { cycle: 0, weight: 0, iterations: 0, cc, b, state: startState, xyz: start });
  run.candidates.push({ record, state: startState, xyz: start });
  return run;
}

/**
 * Finds, by trials on representative parts of the model, the largest weight within the limits: secant steps in log w inside
 * a bracket. Every trial begins at the end of the first cycle, where the surroundings of the parts are at ease too.
 */
async function findWeight(run: Run, start: Float64Array, context: RunContext): Promise<WeightReport> {
  const { problem, limits } = run;
  const whole = createTarget(problem, start);
  const most = Math.min(searchAtomsMost, Math.max(smallestSearch, Math.ceil(whole.free.length * searchShare)));
  const movable = representativeBlocks(start, whole.free, most, searchBlocks);
  const trials: WeightTrial[] = [];
  const tryWeight = async (weight: number): Promise<StateMeasure> => {
    context.report({ phase: `weight search, trial ${trials.length + 1}`, fraction: fractionOf(run, 1, 0) });
    const target = createTarget(problem, start, movable, false);
    target.weight = weight;
    await minimizeTarget(problem.engine, target, searchIterations, context);
    const state = target.measure();
    trials.push({
      weight,
      bondRmsd: state.bonds.all,
      angleRmsd: state.angles.all,
      nonbondedPerAtom: state.nonbondedEnergy / target.free.length,
      accepted: judgeWeight(state, trialLimits).factor >= 1,
    });
    return state;
  };
  // Contacts are too rare in the parts; they are watched from cycle to cycle instead.
  let trialLimits: WeightLimits = { ...limits, closePairs: null, closeHeavyPairs: null };
  let low = smallestWeight;
  let high = largestWeight;
  let weight = firstWeight;
  let limitedBy = "bonds";
  for (let trial = 0; trial < searchTrials; trial++) {
    const state = await tryWeight(weight);
    if (trial === 0 && judgeWeight(state, trialLimits).factor < 1 / needsFloor) {
      trialLimits = raiseToFloor(trialLimits, await tryWeight(0));
    }
    const verdict = judgeWeight(state, trialLimits);
    ({ limitedBy } = verdict);
    if (verdict.factor >= 1) low = weight;
    else high = weight;
    if (Math.max(verdict.factor, 1 / verdict.factor) < searchTolerance || high / low < searchTolerance) break;
    const aim = weight * Math.min(Math.max(verdict.factor, 0.1), 10);
    // A step that leaves the bracket is replaced by its middle.
    weight = aim > low && aim < high ? aim : Math.sqrt(low * high);
  }
  return { value: weight, source: "automatic", limitedBy, trials };
}

/** Done share of the job for the progress bar: restraints and the first assessment take the first twentieth. */
function fractionOf(run: Run, cyclesDone: number, iteration: number): number {
  const { cycles, iterations } = run.problem.options;
  return Math.min(0.97, 0.05 + (0.9 * (cyclesDone + iteration / iterations)) / cycles);
}

interface CyclePlan {
  readonly cycle: number;
  readonly xyz: Float64Array;
  readonly weight: number;
  readonly repulsion: number;
}

/** One macro-cycle; its end, or where it was cancelled, becomes a candidate. Returns the coordinates it ends with. */
async function runCycle(run: Run, plan: CyclePlan, context: RunContext): Promise<Float64Array> {
  const { problem } = run;
  const { cycle, weight, repulsion } = plan;
  const phase = `cycle ${cycle} of ${Math.max(cycle, problem.options.cycles)}`;
  const target = createTarget(problem, plan.xyz);
  target.weight = weight;
  target.repulsionFactor = repulsion;
  let iterations = 0;
  let cancelled: unknown = null;
  try {
    await minimizeTarget(problem.engine, target, problem.options.iterations, context, (iteration) => {
      iterations = iteration;
      context.report({ phase, fraction: fractionOf(run, cycle - 1, iteration) });
    });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    cancelled = error;
  }
  const xyz = target.xyz.slice();
  // Judged as any other program would: with the backbone's ideal values for where it is now.
  applyCdl(problem.topology, problem.cdl, xyz);
  target.refreshIdealValues();
  const state = target.measure();
  const { cc, b } = scoreCoordinates(problem, xyz, run.candidates.at(-1)!.record.bestOverallB);
  run.candidates.push({ record: makeRecord(run, { cycle, weight, iterations, cc, b, state, xyz }), state, xyz });
  const values = { cc: cc ?? Number.NaN, bondRmsd: state.bonds.all, angleRmsd: state.angles.all };
  context.report({ phase, fraction: fractionOf(run, cycle, 0), values });
  if (cancelled !== null) throw cancelled;
  return xyz;
}

/** The other macro-cycles; the automatic weight and the repulsion follow the state of the whole model. */
async function runFurtherCycles(run: Run, start: Float64Array, first: number, context: RunContext): Promise<void> {
  const { problem, limits } = run;
  const { options } = problem;
  let xyz = start;
  let weight = first;
  let repulsion = 1;
  const isAutomatic = options.weight === null;
  for (let cycle = 2; cycle <= options.cycles + (isAutomatic ? extraCycles : 0); cycle++) {
    if (cycle > options.cycles && run.candidates.slice(1).some(({ state }) => isWithinLimits(state, limits))) break;
    // The first cycle is still on its way from the start; its geometry says little about the weight.
    if (cycle > 2) {
      const { state } = run.candidates.at(-1)!;
      if (isAutomatic && hasExcessContacts(state, limits))
        repulsion = Math.min(largestRepulsion, repulsion * repulsionStep);
      const step = Math.min(largestStep, Math.max(smallestStep, judgeWeight(state, limits).factor));
      if (isAutomatic) weight = Math.min(largestWeight, Math.max(smallestWeight, weight * step));
    }
    xyz = await runCycle(run, { cycle, xyz, weight, repulsion }, context);
  }
}

function isWithinLimits({ bonds, angles }: StateMeasure, limits: WeightLimits): boolean {
  return bonds.all <= limits.bondRmsd && angles.all <= limits.angleRmsd;
}

interface CycleOutcome {
  readonly cycle: number;
  readonly weight: number;
  readonly iterations: number;
  readonly cc: number | null;
  readonly b: number | null;
  readonly state: StateMeasure;
  readonly xyz: Float64Array;
}

function makeRecord(run: Run, outcome: CycleOutcome): CycleRecord {
  const { problem, freeAtoms } = run;
  const { cycle, weight, iterations, cc, b, state, xyz } = outcome;
  problem.sampler.sample(xyz);
  let mapValue = 0;
  for (let atom = 0; atom < problem.mapFactor.length; atom++) {
    mapValue += problem.mapFactor[atom]! * problem.sampler.values[atom]!;
  }
  return {
    cycle,
    weight,
    iterations,
    ccMaskCoordinates: cc,
    bestOverallB: b,
    bondRmsd: state.bonds.all,
    angleRmsd: state.angles.all,
    brokenRestraints: state.bonds.broken + state.angles.broken,
    nonbondedEnergy: state.nonbondedEnergy,
    closePairs: state.closePairs,
    closeHeavyPairs: state.closeHeavyPairs,
    mapValueMean: mapValue / freeAtoms,
    shiftRmsd: shiftBetween(problem.model.atoms.xyz, xyz).rmsd,
    score:
      problem.options.weight === null
        ? scoreOf(run, outcome)
        : problem.options.weight * (mapValue / freeAtoms) - (state.covalentEnergy + state.nonbondedEnergy) / freeAtoms,
  };
}

/** Fit less what it costs: a limit that is not kept costs 0.01 of correlation and as much again for every 10 % beyond it. */
function scoreOf(run: Run, { cc, state }: CycleOutcome): number {
  const { limits, freeAtoms } = run;
  const costOf = (value: number, limit: number): number =>
    value <= limit ? 0 : 0.01 + 0.1 * Math.min(1, value / limit - 1);
  const excess = Math.max(
    0,
    state.closePairs - (limits.closePairs ?? 0),
    state.closeHeavyPairs - (limits.closeHeavyPairs ?? 0),
  );
  return (
    (cc ?? 0) -
    costOf(state.bonds.all, limits.bondRmsd) -
    costOf(state.angles.all, limits.angleRmsd) -
    (excess > 0 ? 0.01 + Math.min(0.05, excess / freeAtoms) : 0)
  );
}

function shiftBetween(first: Float64Array, second: Float64Array): { rmsd: number; max: number } {
  let squares = 0;
  let largest = 0;
  for (let at = 0; at < first.length; at += 3) {
    const x = first[at]! - second[at]!;
    const y = first[at + 1]! - second[at + 1]!;
    const z = first[at + 2]! - second[at + 2]!;
    const squared = x * x + y * y + z * z;
    squares += squared;
    largest = Math.max(largest, squared);
  }
  return { rmsd: Math.sqrt(squares / Math.max(1, first.length / 3)), max: Math.sqrt(largest) };
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
