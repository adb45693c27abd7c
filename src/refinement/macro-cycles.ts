// Macro-cycles: minimisation, measurement, and the weight of the next one.
import { CancelledError } from "../base/errors.ts";
import { type RunContext, throwIfCancelled, yieldToEvents } from "../base/run-context.ts";
import { applyCdl } from "../restraints/cdl.ts";
import { minimizeTarget } from "./minimize.ts";
import { createTarget, disposeTarget, scoreCoordinates } from "./problem.ts";
import { addOutcome, type CyclePlan, type Run } from "./run-state.ts";
import { hasExcessContacts, judgeWeight, largestWeight, smallestWeight } from "./weight.ts";

/** Numbers in the coordinates of models whose restraints are made anew every cycle. */
const largeModel = 1_500_000;
/** Cycles after the planned ones, as long as none has met the limits. */
const extraCycles = 5;
/** Cycles before the last may be called, and the gain in score that is worth another one. */
const leastCycles = 3;
const leastGain = 5e-4;
/** Changes of the weight from one cycle to the next. */
const smallestStep = 0.75;
const largestStep = 1.3;
/** Repulsion is raised in these steps while there are more close contacts than at the start. */
const repulsionStep = 2;
const largestRepulsion = 16;

/** Done share of the job for the progress bar: restraints and the first assessment take the first twentieth. */
export function fractionOf(run: Run, cyclesDone: number, iteration: number): number {
  const { cycles, iterations } = run.problem.options;
  return Math.min(0.97, 0.05 + (0.9 * (cyclesDone + iteration / iterations)) / cycles);
}

/** One macro-cycle from where the last one ended; its end, or where it was cancelled, is recorded. */
export async function runCycle(run: Run, plan: CyclePlan, context: RunContext): Promise<void> {
  const { problem } = run;
  const { cycle, weight, repulsion } = plan;
  const phase = `cycle ${cycle} of ${Math.max(cycle, problem.options.cycles)}`;
  // However short a cycle is, a cancel gets its turn.
  await yieldToEvents();
  throwIfCancelled(context);
  const target = createTarget(problem, run.last.xyz);
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
  // The model map of a large model needs the room of its restraints, which end with everything else at 4 GiB.
  if (xyz.length > largeModel) disposeTarget(problem, problem.movable);
  const { cc, b } = scoreCoordinates(problem, xyz, run.last.record.bestOverallB);
  addOutcome(run, { cycle, weight, iterations, cc, b, state, xyz });
  const values = { cc: cc ?? Number.NaN, bondRmsd: state.bonds.all, angleRmsd: state.angles.all };
  context.report({ phase, fraction: fractionOf(run, cycle, 0), values });
  if (cancelled !== null) throw cancelled;
}

/** From the third cycle on, one within the limits that brings next to nothing is the last. */
function isDone({ records, last, limits, hasMetLimits }: Run, cycle: number): boolean {
  if (cycle < leastCycles || !hasMetLimits || hasExcessContacts(last.state, limits)) return false;
  const before = Math.max(...records.slice(0, -1).map(({ score }) => score));
  return last.record.score - before < leastGain;
}

/**
 * The cycle after `done`, or null when there is none; the automatic weight and the repulsion follow the state of the whole
 * model.
 */
export function planNextCycle(run: Run, done: CyclePlan): CyclePlan | null {
  const { limits, last } = run;
  const { options } = run.problem;
  const isAutomatic = options.weight === null;
  const cycle = done.cycle + 1;
  if (isAutomatic && isDone(run, done.cycle)) return null;
  const mayGoOn =
    cycle <= options.cycles || (isAutomatic && !run.hasMetLimits && cycle <= options.cycles + extraCycles);
  if (!mayGoOn) return null;
  // The first cycle is still on its way from the start; its geometry says little about the weight.
  if (cycle === 2 || !isAutomatic) return { ...done, cycle };
  const hasExcess = hasExcessContacts(last.state, limits);
  const step = Math.min(largestStep, Math.max(smallestStep, judgeWeight(last.state, limits).factor));
  return {
    cycle,
    weight: Math.min(largestWeight, Math.max(smallestWeight, done.weight * step)),
    repulsion: hasExcess ? Math.min(largestRepulsion, done.repulsion * repulsionStep) : done.repulsion,
  };
}
