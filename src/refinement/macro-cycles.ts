// Macro-cycles: minimisation, measurement, and the weight of the next one.
import { addDiagnostic } from "../base/diagnostics.ts";
import { CancelledError } from "../base/errors.ts";
import { createRng } from "../base/rng.ts";
import { type RunContext, throwIfCancelled, yieldToEvents } from "../base/run-context.ts";
import { settleHydrogens } from "../hydrogens/settle-hydrogens.ts";
import { withCoordinates } from "../model/model.ts";
import { applyCdl } from "../restraints/cdl.ts";
import { minimizeTarget } from "./minimize.ts";
import { createModelMap, type FittedB, fitBFactors } from "./model-map-stage.ts";
import type { ModelMapTarget } from "./model-map-target.ts";
import { createTarget, disposeTarget, type RefinementProblem, scoreCoordinates } from "./problem.ts";
import type { CycleRecord, RefineOptions } from "./refine-options.ts";
import { addOutcome, type CyclePlan, isWithinLimits, type Run } from "./run-state.ts";
import type { ModelMapParameters } from "./scattering-atoms.ts";
import { flipPeptides, type PeptideFlips, type PeptideOptions } from "./side-chains/flip-peptides.ts";
import {
  type ChangeVerdict,
  geometryGains,
  judgeChanges,
  peptideTrials,
  sideChainTrials,
} from "./side-chains/judge-changes.ts";
import { fitSideChains, type SideChainInput, type SideChainResult } from "./side-chains/side-chains.ts";
import type { RefinementTarget } from "./target.ts";
import { firmnessAt, hasExcessContacts, judgeWeight, largestWeight, smallestWeight } from "./weight.ts";

/** Numbers in the coordinates of models whose restraints are made anew every cycle. */
const largeModel = 1_500_000;
/** Cycles after the planned ones, as long as none has met the limits and each comes this much nearer, as a share. */
const extraCycles = 5;
const leastApproach = 0.01;
/** Cycles before the last may be called, and the gain in score that is worth another one. */
const leastCycles = 3;
const leastGain = 5e-4;
/** A cycle that has put more than this share of the residues elsewhere is followed by another search. */
const manyRebuilt = 0.05;
/** A weight of the model map that may grow by no more than this is settled. */
const settledFactor = 1.5;
/** Changes of the weight from one cycle to the next. */
const smallestStep = 0.75;
const largestStep = 1.3;
/** Repulsion is raised in these steps while there are more close contacts than at the start. */
const repulsionStep = 2;
const largestRepulsion = 16;

/** Weight of the model map that the map's noise says, and the range that limits may move it in. */
const statisticalWeight = 1;
const leastModelMapWeight = 0.1;
const mostModelMapWeight = 30;
const smallestModelMapStep = 0.5;
const largestModelMapStep = 2.5;
const modelMapExponent = 1.5;
/**
 * A cycle with the model map has two rounds of half its iterations, before and after the search for side chains, and this share more
 * where some of what was found goes back; scale and variance of the shells are found anew before each.
 */
const revertedShare = 1 / 6;
/** Half-way between likelihood and least squares (see ModelMapTarget.updateShells and docs/methods/model-map-target.md). */
const tempering = 0.5;
/** Cycles with the model map that look for all side chains, and for peptides; then for rotamer outliers alone, but in a thorough run. */
const searchedCycles = 4;
/** What a side chain must gain more in the first cycle with the model map, in units of log-likelihood. */
const firstMargin = 25;
/** The cycle that begins with a new choice of hydrogens. */
const settledCycle = 2;
/** Resolution up to which the model map is compared with the target map, Angstrom. */
const coarsestModelMap = 4.5;

/** Cycles of each stage. */
export function scheduleOf(options: RefineOptions): { readonly centres: number; readonly modelMap: number } {
  const { cycles, quality, modelMap = "auto", resolution, mapScaling } = options;
  const isOn =
    modelMap === "auto"
      ? quality !== "fast" && mapScaling === "mask" && resolution <= coarsestModelMap
      : modelMap === "on";
  if (!isOn) return { centres: cycles, modelMap: 0 };
  // One cycle brings atoms near enough; a wide search is what stage one is for.
  const centres = cycles > 1 ? 1 : 0;
  return { centres, modelMap: cycles - centres };
}

function firstModelMapWeight({ weight, modelMapWeight }: RefineOptions): number {
  return weight ?? modelMapWeight?.first ?? statisticalWeight;
}

/** The first cycle of a run. */
export function firstCycle(options: RefineOptions, weight: number): CyclePlan {
  return scheduleOf(options).centres > 0
    ? { cycle: 1, stage: "centres", weight, repulsion: 1 }
    : { cycle: 1, stage: "modelMap", weight: firstModelMapWeight(options), repulsion: 1 };
}

/** Done share of the job for the progress bar: restraints and the first assessment take the first twentieth. */
export function fractionOf(run: Run, cyclesDone: number, iteration: number): number {
  const { cycles, iterations } = run.problem.options;
  return Math.min(0.97, 0.05 + (0.9 * (cyclesDone + iteration / iterations)) / cycles);
}

/** One macro-cycle from where the last one ended; its end, or where it was cancelled, is recorded. */
export async function runCycle(run: Run, plan: CyclePlan, outer: RunContext): Promise<void> {
  const { problem } = run;
  const { cycle, stage, weight } = plan;
  const context: RunContext = { ...outer, rng: createRng(run.seed + cycle) };
  const phase = `cycle ${cycle} of ${Math.max(cycle, problem.options.cycles)}`;
  // However short a cycle is, a cancel gets its turn.
  await yieldToEvents();
  throwIfCancelled(context);
  let fitted: FittedB = { bFactor: run.last.bFactor, isApplied: false };
  const isSearched = searchesSideChains(run, plan);
  const { xyz: from } = isSearched && stage === "centres" ? searchSideChains(run, run.last.xyz, context) : run.last;
  const start = settleStart(run, cycle, from, context);
  const target = startTarget(problem, plan, start);
  let iterations = 0;
  let cancelled: unknown = null;
  const watch = (iteration: number): void => {
    iterations++;
    context.report({ phase, fraction: fractionOf(run, cycle - 1, iteration) });
  };
  try {
    if (stage === "centres") await minimizeTarget(problem.engine, target, problem.options.iterations, context, watch);
    else fitted = await fitModelMap(run, { target, plan, isSearched }, context, watch);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    cancelled = error;
  }
  const xyz = target.xyz.slice();
  // Judged as any other program would: with the backbone's ideal values for where it is now.
  applyCdl(problem.topology, problem.cdl, xyz);
  target.refreshIdealValues();
  const state = target.measure();
  // The model map of a large model needs the room of its restraints, which end with everything else at 4 GiB.
  if (xyz.length > largeModel) disposeTarget(problem, problem.movable);
  const { cc, b } = scoreCoordinates(problem, xyz, run.last.record.bestOverallB);
  addOutcome(run, {
    cycle,
    stage,
    weight,
    iterations,
    rebuilt: run.sideChains.find((search) => search.cycle === cycle)?.changes.length ?? 0,
    bFactorsRefined: fitted.isApplied,
    cc,
    b,
    state,
    xyz,
    bFactor: fitted.bFactor,
  });
  const values = { cc: cc ?? Number.NaN, bondRmsd: state.bonds.all, angleRmsd: state.angles.all };
  context.report({ phase, fraction: fractionOf(run, cycle, 0), values });
  if (cancelled !== null) throw cancelled;
}

/** Where hydrogens may be put in, those that turn and the sides of amides and histidines are chosen anew once the model is at ease. */
function settleStart(run: Run, cycle: number, xyz: Float64Array, context: RunContext): Float64Array {
  const { working, model, dictionary, movable, options } = run.problem;
  const isOn = options.quality !== "fast" && (working.choice === "auto" || working.choice === "drop");
  if (!isOn || cycle !== settledCycle) return xyz;
  const settled = settleHydrogens(withCoordinates(model, xyz), dictionary, movable, context);
  for (const { group } of settled.flipped) {
    const message = "Amides and histidines are turned round, where they make hydrogen bonds";
    addDiagnostic(context.diagnostics, "info", "SIDE_CHAIN_FLIPPED", message, group);
  }
  return settled.xyz;
}

/** Side chains are searched for in every cycle with the model map, or, without it, before all but the first. */
function searchesSideChains({ problem }: Run, { stage, cycle }: CyclePlan): boolean {
  if (problem.rotamers === null) return false;
  return scheduleOf(problem.options).modelMap === 0 ? cycle > 1 : stage === "modelMap";
}

/** Puts side chains into their best rotamers and takes down what was changed. */
function searchSideChains(run: Run, from: Float64Array, context: RunContext): SideChainResult {
  const { problem } = run;
  const { engine, model, topology, targetMap, movable, options, hydrogenBondException } = problem;
  // Ideal angles are those of the state at hand, in a resumed run too.
  applyCdl(topology, problem.cdl, from);
  context.report({ phase: "side chains", fraction: fractionOf(run, run.records.length - 1, 0) });
  const density = { grid: targetMap.map, values: targetMap.values };
  const input = { engine, model, topology, density, rotamers: problem.rotamers! };
  const settings = { resolution: options.resolution, movable, hydrogenBondException };
  const { sideChains, peptides: turned } = run.sideChains.at(-1)?.settled ?? { sideChains: [], peptides: [] };
  const peptides = turnPeptides(run, { ...input, xyz: from }, { ...settings, settled: new Set(turned) }, context);
  const moving = { ...input, xyz: peptides.xyz };
  // Outliers are left where the model map judges what becomes of them, not before the backbone is fitted to it.
  const scope = {
    leavesOutliers: modelMapCycles(run) > 0,
    outliersAlone: !looksAtAll(run),
    settled: new Set(sideChains),
  };
  const result = fitSideChains(moving, { ...settings, ...scope }, context);
  run.sideChains.push({
    cycle: run.records.length,
    peptides: peptides.flips,
    changes: result.changes,
    reverted: [],
    settled: { sideChains: [], peptides: [] },
    poorDensity: result.poorDensity,
  });
  return result;
}

/** Cycles that have been done with the model map. */
function modelMapCycles({ records }: Run): number {
  return records.filter(({ stage }) => stage === "modelMap").length;
}

/** Whether the search of the present cycle is one for all side chains. */
function looksAtAll(run: Run): boolean {
  return modelMapCycles(run) < searchedCycles || run.problem.options.quality === "thorough";
}

/** Whether the last search has changed anything. */
function hasChanged({ sideChains }: Run): boolean {
  const { peptides, changes } = sideChains.at(-1)!;
  return peptides.length + changes.length > 0;
}

/** Peptides are turned over when the backbone has been fitted to the map. */
function turnPeptides(run: Run, input: SideChainInput, settings: PeptideOptions, context: RunContext): PeptideFlips {
  const { ramachandran } = run.problem;
  if (modelMapCycles(run) === 0 || !looksAtAll(run) || ramachandran === null) return { xyz: input.xyz, flips: [] };
  return flipPeptides({ ...input, ramachandran }, settings, context);
}

interface ModelMapCycle {
  readonly target: RefinementTarget;
  readonly plan: CyclePlan;
  /** Whether side chains are searched for. */
  readonly isSearched: boolean;
}

interface SearchEvidence {
  readonly modelMap: ModelMapTarget;
  readonly parameters: Omit<ModelMapParameters, "xyz">;
  /** What the search began with, minimised. */
  readonly control: Float64Array;
  readonly search: SideChainResult;
}

/** Side chains that are worse than before the search go back, and the record of the search says so; null where none does. */
function judgeSearch(
  run: Run,
  minimized: Float64Array,
  { modelMap, parameters, control, search: { xyz: searched, chains } }: SearchEvidence,
): Float64Array | null {
  const { problem, last, sideChains } = run;
  const places = { before: control, searched, control, minimized };
  modelMap.updateShells({ xyz: control, ...parameters });
  // Where the backbone is still on its way only what is clear is believed.
  const isFirst = last.record.stage !== "modelMap";
  const record = sideChains.pop()!;
  const { peptides, changes } = record;
  const { topology, repulsion, ramachandran, model } = problem;
  const { backbone } = topology;
  const geometry = geometryGains({ backbone, chains, rules: repulsion.rules, tables: ramachandran }, places);
  const trials = [
    ...peptideTrials(peptides, geometry),
    ...sideChainTrials(model, changes, places, geometry, isFirst ? firstMargin : 0),
  ];
  const { xyz, verdicts } = judgeChanges(modelMap, trials, places, parameters);
  const withVerdict = <T>(of: readonly T[], first: number, ...wanted: ChangeVerdict[]): T[] =>
    of.filter((_one, at) => wanted.includes(verdicts[first + at]!));
  const ofChanges = peptides.length;
  sideChains.push({
    ...record,
    peptides: withVerdict(peptides, 0, "kept"),
    changes: withVerdict(changes, ofChanges, "kept"),
    reverted: withVerdict(changes, ofChanges, "back").map(({ label }) => label),
    settled: {
      sideChains: isFirst ? [] : withVerdict(changes, ofChanges, "same", "back").map(({ residue }) => residue),
      peptides: withVerdict(peptides, 0, "same", "back").map(({ residue }) => residue),
    },
  });
  return verdicts.includes("back") ? xyz : null;
}

/** The target of a cycle, or the same one anew, with its minimisation to begin at these coordinates. */
function startTarget(
  problem: RefinementProblem,
  { stage, weight, repulsion }: CyclePlan,
  xyz: Float64Array,
): RefinementTarget {
  const firmness = stage === "modelMap" ? firmnessAt(weight) : 1;
  const target = createTarget(problem, xyz, { firmness });
  target.weight = weight;
  target.repulsionFactor = repulsion * firmness;
  return target;
}

/** B factors, then coordinates against the model map around where the target's atoms are. */
async function fitModelMap(
  run: Run,
  { target, plan, isSearched }: ModelMapCycle,
  context: RunContext,
  watch: (iteration: number) => void,
): Promise<FittedB> {
  const { problem, last } = run;
  const { engine, options, sampler, model } = problem;
  const { occupancy } = model.atoms;
  const modelMap = createModelMap(problem, target.xyz, last.bFactor);
  try {
    const parametersBefore = { xyz: target.xyz.slice(), bFactor: last.bFactor, occupancy };
    const isRefined = last.record.stage === "modelMap";
    const fitted = wereTurnedDown(last.record)
      ? { bFactor: last.bFactor, isApplied: false }
      : await fitBFactors(problem, modelMap, parametersBefore, isRefined ? "between" : "first", context);
    const parameters = { bFactor: fitted.bFactor, occupancy };
    const minimize = async (share: number): Promise<void> => {
      modelMap.updateShells({ xyz: target.xyz, ...parameters }, tempering);
      await minimizeTarget(engine, target, Math.ceil(options.iterations * share), context, watch);
    };
    sampler.useModelMap(modelMap, parameters);
    await minimize(1 / 2);
    const control = target.xyz.slice();
    const search = isSearched ? searchSideChains(run, control, context) : null;
    const isChanged = search !== null && hasChanged(run);
    if (isChanged) startTarget(problem, plan, search.xyz);
    await minimize(1 / 2);
    if (!isChanged) return fitted;
    const reverted = judgeSearch(run, target.xyz.slice(), { modelMap, parameters, control, search });
    if (reverted === null) return fitted;
    startTarget(problem, plan, reverted);
    await minimize(revertedShare);
    return fitted;
  } finally {
    sampler.useCentres();
    modelMap.dispose();
  }
}

/** What the map has turned down in one cycle it turns down in the next. */
function wereTurnedDown({ stage, bFactorsRefined }: CycleRecord): boolean {
  return stage === "modelMap" && !bFactorsRefined;
}

/** From the third cycle of a stage on, one within the limits, or no nearer to them, that brings next to nothing is the last. */
function isDone(run: Run, { stage, weight }: CyclePlan): boolean {
  const { problem, records, last, limits, hasMetLimits } = run;
  const ofStage = records.filter((record) => record.stage === stage);
  const least = stage === "centres" ? leastCycles : leastCycles - 1;
  if (ofStage.length < least || hasExcessContacts(last.state, limits)) return false;
  if (!hasMetLimits && comesNearer(run)) return false;
  // Many side chains in other places make room for others.
  if (last.record.rebuilt > manyRebuilt * problem.model.residues.count) return false;
  if (stage === "modelMap" && hasMetLimits) {
    // A cycle that went beyond the limits is followed by one with a lower weight, one far below them by one with a higher weight.
    const most = problem.options.modelMapWeight?.most ?? mostModelMapWeight;
    const isSettled = Math.min(judgeWeight(last.state, limits).factor, most / weight) <= settledFactor;
    if (!isWithinLimits(last.state, limits) || !isSettled) return false;
  }
  const before = Math.max(...ofStage.slice(0, -1).map(({ score }) => score));
  return last.record.score - before < leastGain;
}

/** Whether the last cycle has come nearer to the limits: what no weight mends is not worth more cycles. */
function comesNearer({ records, limits }: Run): boolean {
  const [before, last] = records
    .slice(-2)
    .map(({ bondRmsd, angleRmsd }) => Math.max(bondRmsd / limits.bondRmsd, angleRmsd / limits.angleRmsd));
  return last! < before! * (1 - leastApproach);
}

/**
 * The cycle after `done`, or null when there is none; the automatic weight and the repulsion follow the state of the whole
 * model.
 */
export function planNextCycle(run: Run, done: CyclePlan): CyclePlan | null {
  const { limits, last } = run;
  const { options } = run.problem;
  const schedule = scheduleOf(options);
  const cycle = done.cycle + 1;
  const hasExcess = hasExcessContacts(last.state, limits);
  const raised = hasExcess ? Math.min(largestRepulsion, done.repulsion * repulsionStep) : done.repulsion;
  if (done.stage === "centres" && schedule.modelMap > 0 && done.cycle >= schedule.centres) {
    return { cycle, stage: "modelMap", weight: firstModelMapWeight(options), repulsion: raised };
  }
  const isAutomatic = options.weight === null || (done.stage === "centres" && schedule.modelMap > 0);
  if (isAutomatic && isDone(run, done)) return null;
  const planned = schedule.centres + schedule.modelMap;
  const mayGoOn =
    cycle <= planned || (isAutomatic && !run.hasMetLimits && cycle <= planned + extraCycles && comesNearer(run));
  if (!mayGoOn) return null;
  // The first cycle is still on its way from the start; its geometry says little about the weight.
  if ((cycle === 2 && done.stage === "centres") || !isAutomatic) return { ...done, cycle };
  const { factor } = judgeWeight(last.state, limits);
  const isModelMap = done.stage === "modelMap";
  const [least, most, down, up] = isModelMap
    ? [
        leastModelMapWeight,
        options.modelMapWeight?.most ?? mostModelMapWeight,
        smallestModelMapStep,
        largestModelMapStep,
      ]
    : [smallestWeight, largestWeight, smallestStep, largestStep];
  // B factors, springs and restraints follow the model map's weight: geometry follows it less than density at centres.
  const step = isModelMap && factor > 1 ? factor ** modelMapExponent : factor;
  const weight = Math.min(most, Math.max(least, done.weight * Math.min(up, Math.max(down, step))));
  return { cycle, stage: done.stage, weight, repulsion: raised };
}
