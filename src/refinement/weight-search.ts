// The automatic weight: trials on representative parts of the model.
import type { RunContext } from "../base/run-context.ts";
import { minimizeTarget } from "./minimize.ts";
import { createTarget, disposeTarget } from "./problem.ts";
import type { WeightReport, WeightTrial } from "./refine-options.ts";
import type { Run } from "./run-state.ts";
import { freeAtoms, type StateMeasure } from "./target.ts";
import {
  firstWeight,
  judgeWeight,
  largestWeight,
  raiseToFloor,
  representativeBlocks,
  smallestWeight,
  type WeightLimits,
} from "./weight.ts";

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

/**
 * Finds, by trials on representative parts of the model, the largest weight within the limits: secant steps in log w inside
 * a bracket. Every trial begins at the end of the first cycle, where the surroundings of the parts are at ease too.
 */
export async function findWeight(run: Run, context: RunContext, fraction: number): Promise<WeightReport> {
  const { problem, limits } = run;
  const start = run.last.xyz;
  const free = freeAtoms(problem.topology, problem.movable);
  const most = Math.min(searchAtomsMost, Math.max(smallestSearch, Math.ceil(free.length * searchShare)));
  const movable = representativeBlocks(start, free, most, searchBlocks);
  const trials: WeightTrial[] = [];
  const tryWeight = async (weight: number): Promise<StateMeasure> => {
    context.report({ phase: `weight search, trial ${trials.length + 1}`, fraction });
    const target = createTarget(problem, start, { movable, withElastic: false });
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
  disposeTarget(problem, movable);
  return { value: weight, source: "automatic", limitedBy, trials };
}
