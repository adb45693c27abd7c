// Which weight and which groups of B factors a half map allows that was held out of the refinement.
import { createRng } from "../../base/rng.ts";
import { beginPhase, type RunContext, silenced } from "../../base/run-context.ts";
import type { Dictionary } from "../../chemistry/monomer.ts";
import type { DensityMap } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { HalfMaps } from "../../validation/fit/half-map-fsc.ts";
import type { BGrouping } from "../b-factors/b-groups.ts";
import { chooseBGrouping } from "../b-factors/judge-b-factors.ts";
import { defaultGrouping, startingB } from "../b-factors/refine-b-factors.ts";
import { minimizeTarget } from "../minimize.ts";
import { createModelMap, fitBFactors } from "../model-map-stage.ts";
import type { ModelMapTarget } from "../model-map-target.ts";
import {
  createTarget,
  disposeTarget,
  prepareProblem,
  type RefinementProblem,
  type RefinementTables,
} from "../problem.ts";
import type { BFactorChoice, RefineOptions } from "../refine-options.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";
import type { RefinementTarget } from "../target.ts";
import { firmnessAt, firstWeight } from "../weight.ts";
import { averageShells, chooseWeight, type FreeShell, type FscPair, pairShells } from "./choose-weight.ts";
import { areHalfMapsRelated, unmaskedFsc } from "./half-map-evidence.ts";

export interface CrossValidationInput {
  readonly model: Model;
  readonly map: DensityMap;
  readonly halfMaps: HalfMaps;
  readonly dictionary: Dictionary;
}

export interface CrossValidationSettings {
  readonly options: RefineOptions;
  readonly tables: RefinementTables;
  readonly seed: number;
  /** Weights to try, ascending; where the options give one, it is the only one. */
  readonly weights?: readonly number[];
}

/** What a refinement against the first half map gave at one weight. */
export interface FreeTrial extends FscPair {
  readonly weight: number;
  /** Angstrom. */
  readonly bondRmsd: number;
  /** Degrees. */
  readonly angleRmsd: number;
}

/** What one grouping of B factors, refined against the first half map, brought to the second. */
export interface BGroupingTrial {
  readonly grouping: BGrouping;
  /** Mean correlation of the terms of the held-out half map before and after; null where no shell has any. */
  readonly freeBefore: number | null;
  readonly freeAfter: number | null;
  /** By the likelihood of the held-out half map. */
  readonly isBetter: boolean;
}

/** FSC of a model that was refined against the first half map alone; `free`: with the second. */
export interface FreeFsc extends FscPair {
  /** Without any mask, over the whole maps. */
  readonly unmasked: FscPair | null;
  /** Chosen weight of the model map. */
  readonly weight: number;
  readonly weights: readonly FreeTrial[];
  /** Chosen groups; those asked for where they were given. */
  readonly bFactors: BFactorChoice;
  readonly bFactorTrials: readonly BGroupingTrial[];
  /** Shells of the run with the chosen weight. */
  readonly shells: readonly FreeShell[];
}

/** Root mean square distance by which atoms are displaced, so that a start that has seen both half maps forgets them, Angstrom. */
const shake = 0.3;
const idealIterations = 20;
const centreIterations = 60;
const commonIterations = 20;
const trialIterations = 15;
/** Springs and shells are made anew before each round; those of the shaken model would hold it where it is. */
const rounds = 2;
/** Half-way between likelihood and least squares, as in the run on the full map. */
const tempering = 0.5;
const trialWeights = [0.5, 1, 2, 4, 8] as const;
/** Beyond its ceilings by this much, the geometry will not allow larger weights either. */
const farBeyond = 1.25;

/**
 * Refines the shaken model against the first half map with several weights and judges each by the second. The mask is made
 * from the model refined on the first. Null, with a diagnostic, where the half maps say nothing. Throws InputError
 * HALF_MAPS_DIFFER. Random numbers come from the seed alone.
 */
export async function crossValidate(
  engine: ComputeEngine,
  { model, map, halfMaps, dictionary }: CrossValidationInput,
  { options, tables, seed, weights = trialWeights }: CrossValidationSettings,
  context: RunContext,
): Promise<FreeFsc | null> {
  if (!areHalfMapsRelated(engine, map, halfMaps, options.resolution, context)) return null;
  const phase = "cross-validation";
  await beginPhase({ phase, fraction: 0.01 }, context);
  // The run on the full map says the same again.
  const quiet: RunContext = { ...silenced(context), rng: createRng(seed), report: () => {} };
  const problem = prepareProblem(engine, model, halfMaps.first, dictionary, options, quiet, tables);
  const target = await shakeAndFit(problem, quiet);
  const xyz = target.xyz.slice();
  const { bFactor } = startingB(problem.model);
  const work = createModelMap(problem, xyz, bFactor);
  const free = createModelMap({ ...problem, map: halfMaps.second }, xyz, bFactor);
  try {
    await beginPhase({ phase }, context);
    const start = { xyz, bFactor, occupancy: problem.model.atoms.occupancy };
    const groups = await groupB(problem, { work, free }, start, quiet);
    const parameters = { ...start, bFactor: groups.bFactor };
    const settled = await fitAt(problem, work, parameters, { weight: 1, iterations: commonIterations }, quiet);
    const common = { ...parameters, xyz: settled.xyz.slice() };
    const trials: Trial[] = [];
    for (const weight of options.weight === null ? weights : [options.weight]) {
      await beginPhase({ phase, values: { weight } }, context);
      const trial = await tryWeight(problem, { work, free }, common, weight, quiet);
      trials.push(trial);
      if (isFarBeyond(trial, options)) break;
    }
    const chosen = trials[chooseWeight(trials)]!;
    const refined = { ...common, xyz: chosen.xyz };
    return {
      ...averageShells(chosen.shells)!,
      unmasked: unmaskedFsc(engine, problem, refined, halfMaps),
      weight: chosen.weight,
      weights: trials.map(({ shells, weight, bondRmsd, angleRmsd }) => ({
        weight,
        ...averageShells(shells)!,
        bondRmsd,
        angleRmsd,
      })),
      bFactors: groups.choice,
      bFactorTrials: groups.trials,
      shells: chosen.shells,
    };
  } finally {
    work.dispose();
    free.dispose();
    for (const movable of problem.targets.keys()) disposeTarget(problem, movable);
    engine.memory.free(problem.targetMap.values, problem.mapFactor);
  }
}

/** The shaken model with its geometry repaired, then fitted to the first half map by the density at atom centres. */
async function shakeAndFit(problem: RefinementProblem, context: RunContext): Promise<RefinementTarget> {
  const { engine, model, topology, movable } = problem;
  const perAxis = shake / Math.sqrt(3);
  const shaken = model.atoms.xyz.slice();
  for (let atom = 0; atom < model.atoms.count; atom++) {
    if (movable[atom] === 0 || topology.isHydrogen[atom] === 1) continue;
    for (let axis = 0; axis < 3; axis++) shaken[3 * atom + axis]! += perAxis * context.rng.normal();
  }
  const target = createTarget(problem, shaken);
  target.weight = 0;
  await minimizeTarget(engine, target, idealIterations, context);
  target.weight = firstWeight;
  await minimizeTarget(engine, target, centreIterations, context);
  return target;
}

interface Halves {
  readonly work: ModelMapTarget;
  readonly free: ModelMapTarget;
}

/** Groups next to the ones that the resolution suggests. */
function nearGroupings(resolution: number): readonly BGrouping[] {
  const scale = ["individual", "main-side", "residue", "overall"] as const;
  const at = scale.indexOf(defaultGrouping(resolution));
  return scale.slice(Math.max(0, at - 1), at + 2);
}

interface Groups {
  readonly choice: BFactorChoice;
  readonly trials: readonly BGroupingTrial[];
  readonly bFactor: Float64Array;
}

/** B factors of the first half map, grouped as the second likes best; they are kept where it likes none. */
async function groupB(
  problem: RefinementProblem,
  halves: Halves,
  start: ModelMapParameters,
  context: RunContext,
): Promise<Groups> {
  const { model, topology, movable, kernels, options } = problem;
  const { bFactors = "auto", resolution } = options;
  // While coordinates move, B factors are held more tightly than when they are judged.
  const fitWith = async (choice: BFactorChoice): Promise<Float64Array> => {
    const settings = { ...problem, options: { ...options, bFactors: choice } };
    return (await fitBFactors(settings, halves.work, start, "first", context)).bFactor;
  };
  if (bFactors !== "auto") return { choice: bFactors, trials: [], bFactor: await fitWith(bFactors) };
  const settings = { resolution, movable, kernels, groupings: nearGroupings(resolution), rounds: 2 };
  const { trials, best } = await chooseBGrouping(halves, { model, topology }, start, settings, context);
  const choice = best?.grouping ?? "keep";
  return {
    choice,
    trials: trials.map(({ grouping, judgement }) => ({
      grouping,
      freeBefore: judgement.correlationBefore,
      freeAfter: judgement.correlationAfter,
      isBetter: judgement.isBetter,
    })),
    bFactor: await fitWith(choice),
  };
}

interface Trial {
  readonly weight: number;
  readonly bondRmsd: number;
  readonly angleRmsd: number;
  readonly xyz: Float64Array;
  readonly shells: readonly FreeShell[];
}

/** Coordinates fitted to the first half map's terms at one weight. */
async function fitAt(
  problem: RefinementProblem,
  work: ModelMapTarget,
  { xyz, bFactor, occupancy }: ModelMapParameters,
  { weight, iterations }: { readonly weight: number; readonly iterations: number },
  context: RunContext,
): Promise<RefinementTarget> {
  const { engine, sampler } = problem;
  const firmness = firmnessAt(weight);
  let target = createTarget(problem, xyz, { firmness });
  sampler.useModelMap(work, { bFactor, occupancy });
  try {
    for (let round = 0; round < rounds; round++) {
      if (round > 0) target = createTarget(problem, target.xyz, { firmness });
      target.weight = weight;
      target.repulsionFactor = firmness;
      work.updateShells({ xyz: target.xyz, bFactor, occupancy }, tempering);
      await minimizeTarget(engine, target, iterations, context);
    }
  } finally {
    sampler.useCentres();
  }
  return target;
}

async function tryWeight(
  problem: RefinementProblem,
  { work, free }: Halves,
  common: ModelMapParameters,
  weight: number,
  context: RunContext,
): Promise<Trial> {
  const target = await fitAt(problem, work, common, { weight, iterations: trialIterations }, context);
  const xyz = target.xyz.slice();
  const { bonds, angles } = target.measure();
  const reached = { ...common, xyz };
  const shells = pairShells(work.updateShells(reached), free.updateShells(reached));
  return { weight, bondRmsd: bonds.all, angleRmsd: angles.all, xyz, shells };
}

/** Settings of the run on the full map: it begins with the largest weight up to the chosen one that kept the ceilings here. */
export function settingsOf(
  { weight, weights, bFactors }: FreeFsc,
  { targetBondRmsd, targetAngleRmsd }: RefineOptions,
): Pick<RefineOptions, "modelMapWeight" | "bFactors"> {
  const kept = weights.filter(
    (trial) => trial.weight <= weight && trial.bondRmsd <= targetBondRmsd && trial.angleRmsd <= targetAngleRmsd,
  );
  return { modelMapWeight: { first: (kept.at(-1) ?? weights[0]!).weight, most: weight }, bFactors };
}

/** FSC average of a model and the map it was refined against, inside a mask around it; null without shells. */
export function fscWithFullMap(
  problem: RefinementProblem,
  { xyz, bFactor, occupancy }: ModelMapParameters,
): number | null {
  const target = createModelMap(problem, xyz, bFactor);
  const shells = target.updateShells({ xyz, bFactor, occupancy });
  target.dispose();
  return averageShells(pairShells(shells, shells))?.work ?? null;
}

function isFarBeyond({ bondRmsd, angleRmsd }: Trial, { targetBondRmsd, targetAngleRmsd }: RefineOptions): boolean {
  return bondRmsd > farBeyond * targetBondRmsd || angleRmsd > farBeyond * targetAngleRmsd;
}
