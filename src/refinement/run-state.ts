// What a refinement has reached: records of its cycles, the best and the last state, and how to take it up again.

import { startingB } from "./b-factors/refine-b-factors.ts";
import type { FreeFsc } from "./cross-validation/cross-validation.ts";
import type { Stage } from "./data-term.ts";
import { createTarget, type RefinementProblem } from "./problem.ts";
import type { CycleRecord, WeightReport } from "./refine-options.ts";
import type { PeptideFlip } from "./side-chains/flip-peptides.ts";
import type { SideChainChange } from "./side-chains/side-chains.ts";
import type { StateMeasure } from "./target.ts";
import type { WeightLimits } from "./weight.ts";

export interface Candidate {
  readonly record: CycleRecord;
  readonly state: StateMeasure;
  /** 3 per atom. */
  readonly xyz: Float64Array;
  /** Per atom. */
  readonly bFactor: Float64Array;
}

export interface Run {
  readonly problem: RefinementProblem;
  readonly limits: WeightLimits;
  readonly freeAtoms: number;
  /** Record 0 is the start; the others are the ends of cycles. */
  readonly records: CycleRecord[];
  best: Candidate;
  last: Candidate;
  /** Whether a cycle has ended within the limits. */
  hasMetLimits: boolean;
  /** Random numbers of a cycle begin from this and its number, so that a resumed run draws the same ones. */
  readonly seed: number;
  /** What each search for side chains did. */
  readonly sideChains: SideChainSearch[];
}

export interface SideChainSearch {
  /** The cycle that it was made in. */
  readonly cycle: number;
  /** Peptides that were turned over. */
  readonly peptides: readonly PeptideFlip[];
  readonly changes: readonly SideChainChange[];
  /** Residues whose side chain was put back, since the map did not like the new one better. */
  readonly reverted: readonly string[];
  /** Rows of residues whose change came to nothing, which the next search leaves alone. */
  readonly settled: { readonly sideChains: readonly number[]; readonly peptides: readonly number[] };
  /** Residues without density for their side chain, of those that were looked at. */
  readonly poorDensity: readonly string[];
}

/** What the next cycle goes on with. */
export interface CyclePlan {
  readonly cycle: number;
  readonly stage: Stage;
  readonly weight: number;
  readonly repulsion: number;
}

/** Everything a later run needs to go on after a cycle as if nothing had happened. */
export interface Checkpoint {
  readonly records: readonly CycleRecord[];
  readonly best: Candidate;
  readonly last: Candidate;
  readonly hasMetLimits: boolean;
  readonly sideChains: readonly SideChainSearch[];
  /** The cycle that has ended. */
  readonly done: CyclePlan;
  /** Null while the weight has not been looked for. */
  readonly weight: WeightReport | null;
  /** Null without half maps that say something. */
  readonly freeFsc: FreeFsc | null;
}

/** A run before its first cycle; `cc` and `b` are ccMaskCoordinates and its overall B of the start. */
export function createRun(problem: RefinementProblem, cc: number | null, b: number | null, seed = 0): Run {
  const { options, model } = problem;
  const xyz = model.atoms.xyz.slice();
  const target = createTarget(problem, xyz);
  const state = target.measure();
  const limits: WeightLimits = {
    bondRmsd: options.targetBondRmsd,
    angleRmsd: options.targetAngleRmsd,
    closePairs: state.closePairs,
    closeHeavyPairs: state.closeHeavyPairs,
  };
  const freeAtoms = target.free.length;
  const { bFactor } = startingB(model);
  const outcome = {
    cycle: 0,
    stage: null,
    weight: 0,
    iterations: 0,
    rebuilt: 0,
    bFactorsRefined: false,
    cc,
    b,
    state,
    xyz,
    bFactor,
  };
  const record = makeRecord(problem, { limits, freeAtoms }, outcome);
  const start: Candidate = { record, state, xyz, bFactor };
  return {
    problem,
    limits,
    freeAtoms,
    records: [record],
    best: start,
    last: start,
    hasMetLimits: false,
    seed,
    sideChains: [],
  };
}

/** Takes up what a checkpoint holds. */
export function restoreRun(run: Run, { records, best, last, hasMetLimits, sideChains }: Checkpoint): Run {
  return { ...run, records: [...records], best, last, hasMetLimits, sideChains: [...sideChains] };
}

export interface CycleOutcome {
  readonly cycle: number;
  readonly stage: Stage | null;
  readonly weight: number;
  readonly iterations: number;
  readonly rebuilt: number;
  readonly bFactorsRefined: boolean;
  readonly cc: number | null;
  readonly b: number | null;
  readonly state: StateMeasure;
  readonly xyz: Float64Array;
  readonly bFactor: Float64Array;
}

/**
 * Records the end of a cycle and keeps it where it is the best so far. What stage one reached is only the way to stage two: its
 * ends pull atoms onto peaks, and a higher score there is no better model.
 */
export function addOutcome(run: Run, outcome: CycleOutcome): void {
  const { state, xyz, bFactor } = outcome;
  const record = makeRecord(run.problem, run, outcome);
  run.records.push(record);
  run.last = { record, state, xyz, bFactor };
  const start = run.records[0]!;
  const isFirstOfStage = run.best.record.stage === "centres" && record.stage === "modelMap";
  if (record.score > (isFirstOfStage ? start : run.best.record).score) run.best = run.last;
  if (isWithinLimits(state, run.limits)) run.hasMetLimits = true;
}

/** Whether bonds and angles keep their ceilings. */
export function isWithinLimits({ bonds, angles }: StateMeasure, limits: WeightLimits): boolean {
  return bonds.all <= limits.bondRmsd && angles.all <= limits.angleRmsd;
}

type Yardstick = Pick<Run, "limits" | "freeAtoms">;

function makeRecord(problem: RefinementProblem, yardstick: Yardstick, outcome: CycleOutcome): CycleRecord {
  const { freeAtoms } = yardstick;
  const { cycle, stage, weight, iterations, rebuilt, bFactorsRefined, cc, b, state, xyz } = outcome;
  problem.sampler.sample(xyz);
  let mapValue = 0;
  for (let atom = 0; atom < problem.mapFactor.length; atom++) {
    mapValue += problem.mapFactor[atom]! * problem.sampler.values[atom]!;
  }
  return {
    cycle,
    stage,
    weight,
    iterations,
    rebuilt,
    bFactorsRefined,
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
      problem.options.weight === null || stage === "modelMap"
        ? scoreOf(yardstick, outcome)
        : problem.options.weight * (mapValue / freeAtoms) - (state.covalentEnergy + state.nonbondedEnergy) / freeAtoms,
  };
}

/** Contacts are few where a model is good: an excess is measured against at least this many. */
const fewContacts = 10;

/**
 * Fit less what it costs: a limit that is not kept costs 0.01 of correlation and as much again for every 10 % beyond it, 0.11
 * at most.
 */
function scoreOf({ limits }: Yardstick, { cc, state }: CycleOutcome): number {
  const costOf = (excess: number): number => (excess <= 0 ? 0 : 0.01 + 0.1 * Math.min(1, excess));
  const beyond = (value: number, limit: number): number => costOf(value / limit - 1);
  const more = (count: number, limit: number | null): number =>
    limit === null ? 0 : costOf((count - limit) / Math.max(limit, fewContacts));
  return (
    (cc ?? 0) -
    beyond(state.bonds.all, limits.bondRmsd) -
    beyond(state.angles.all, limits.angleRmsd) -
    Math.max(more(state.closePairs, limits.closePairs), more(state.closeHeavyPairs, limits.closeHeavyPairs))
  );
}

/** Root mean square and largest distance between two sets of coordinates, Angstrom. */
export function shiftBetween(first: Float64Array, second: Float64Array): { rmsd: number; max: number } {
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
