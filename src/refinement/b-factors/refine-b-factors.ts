// B factors refined against the map at fixed coordinates: groups by resolution, likeness of neighbours estimated from the data.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { beginPhase, type RunContext } from "../../base/run-context.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { minimizeLbfgs } from "../../math/lbfgs.ts";
import type { Model } from "../../model/model.ts";
import type { Topology } from "../../topology/topology.ts";
import { detectPlddt, replacePlddt } from "../../validation/fit/plddt.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";
import { type BGrouping, type BGroups, makeBGroups, meanB } from "./b-groups.ts";
import { bObjective, bOfVariable, largestB, smallestB, spreadB, variableOfB } from "./b-objective.ts";
import { countDetermined, largestVariance, measureCurvature, roughness, smallestVariance } from "./likeness.ts";
import { devianceOf, overallShift, type ShellTarget } from "./shell-scale.ts";

export interface BSubject {
  readonly model: Model;
  readonly topology: Topology;
}

export interface BFactorOptions {
  /** Angstrom; chooses the grouping where none is given. */
  readonly resolution: number;
  readonly grouping?: BGrouping;
  /** Variance of log B between neighbours; absent: estimated from the data. */
  readonly variance?: number;
  /** 1 for atoms whose B may change; absent: all. */
  readonly movable?: Uint8Array;
  readonly kernels: Pick<Kernels, "findNeighbours">;
  /** Minimisations, each with new shells; 3 where not given. */
  readonly rounds?: number;
  /** Steps of each; 15 where not given. */
  readonly iterations?: number;
}

export interface BFactorResult {
  /** One per atom, hydrogens that of the atom they are bonded to: the refined ones where they are applied, else the better of those at the start and one for all. */
  readonly bFactor: Float64Array;
  /** The refined ones are better than those at the start and gain more against one B for all than their number would by chance. */
  readonly isApplied: boolean;
  readonly grouping: BGrouping;
  readonly groups: number;
  /** Groups that the data determine rather than their neighbours. */
  readonly determined: number;
  /** Of log B between neighbours. */
  readonly variance: number;
  /** Minus twice the log-likelihood of the map with the B at the start, one B for all, and the refined ones. */
  readonly deviance: { readonly start: number; readonly flat: number; readonly refined: number };
  /** Share of the groups at a bound. */
  readonly atBounds: number;
}

/** Variance of log B between neighbours while coordinates still move: on real maps what is more is misfit, on simulated ones it costs nothing. */
export const stiffVariance = 0.01;
const individualBelow = 3;
const mainSideBelow = 4.5;
const firstVariance = 0.03;
const defaultRounds = 3;
const defaultIterations = 15;
const largestStep = 0.5;
const stepTolerance = 0.01;
/** B within this share of a bound lie on it; more of them than `manyAtBounds` are worth a word. */
const boundShare = 0.02;
const manyAtBounds = 0.2;
/** Deviance that a parameter must gain: twice Akaike's (1974), since where all B are alike and the rest is noise, it gains 2 to 3. */
const gainPerParameter = 4;

/** Individual B below 3 A, main and side chains below 4.5 A, residues beyond. */
export function defaultGrouping(resolution: number): BGrouping {
  if (resolution < individualBelow) return "individual";
  return resolution < mainSideBelow ? "main-side" : "residue";
}

/**
 * B factors to start from: the model's, or those its pLDDT stand for; `isStated`: the file says that it holds pLDDT
 * (see io/predicted-model.ts).
 */
export function startingB(
  model: Model,
  isStated = false,
): { readonly bFactor: Float64Array; readonly isPlddt: boolean } {
  const evidence = detectPlddt(model, isStated);
  return { bFactor: replacePlddt(model, evidence).atoms.bFactor.slice(), isPlddt: evidence.isPlddt };
}

/** Refines B factors from those at the start; coordinates and occupancies stay. Leaves the target's shells at the result. */
export async function refineBFactors(
  target: ShellTarget,
  subject: BSubject,
  start: ModelMapParameters,
  options: BFactorOptions,
  context: RunContext,
): Promise<BFactorResult> {
  const grouping = options.grouping ?? defaultGrouping(options.resolution);
  const groups = groupsOf(subject, start, grouping, options);
  const parameters = { ...start, bFactor: start.bFactor.slice() };
  const begin = chooseStart(target, groups, parameters);
  const { x } = begin;
  const fit =
    grouping === "overall"
      ? { variance: 0, determined: 1 }
      : await fitGroups(target, groups, x, parameters, options, context);
  levelScale(target, groups, x, parameters);
  const deviance = { start: begin.start, flat: begin.flat, refined: devianceOf(target, parameters) };
  const gain = begin.flat - deviance.refined;
  // One B for all is always determined. A start with finer groups may be better than what coarse ones can reach.
  const isBetter = deviance.refined < deviance.start && gain > gainPerParameter * fit.determined;
  const isApplied = grouping === "overall" || isBetter;
  const atBounds = shareAtBounds(x);
  if (isApplied) reportBounds(atBounds, grouping, context);
  else {
    parameters.bFactor.set(begin.bFactor);
    target.updateShells(parameters);
  }
  if (!isApplied && begin.isFlat) {
    const message = "The map does not tell B factors of atoms or groups apart: they were not refined";
    addDiagnostic(context.diagnostics, "info", "B_NOT_DETERMINED", message, grouping);
  }
  return { bFactor: parameters.bFactor, isApplied, grouping, groups: groups.count, ...fit, deviance, atBounds };
}

function groupsOf(
  { model, topology }: BSubject,
  { xyz, occupancy }: ModelMapParameters,
  grouping: BGrouping,
  { movable, kernels }: BFactorOptions,
): BGroups {
  const present = { ...model, atoms: { ...model.atoms, xyz, occupancy } };
  return makeBGroups(present, topology, kernels, { grouping, ...(movable ? { movable } : {}) });
}

/** Rounds of minimisation, shells and estimates of how alike neighbours are. */
async function fitGroups(
  target: ShellTarget,
  groups: BGroups,
  x: Float64Array,
  parameters: ModelMapParameters,
  options: BFactorOptions,
  context: RunContext,
): Promise<{ variance: number; determined: number }> {
  let variance = options.variance ?? firstVariance;
  let determined = groups.count;
  const rounds = options.rounds ?? defaultRounds;
  for (let round = 1; round <= rounds; round++) {
    await beginPhase({ phase: `B factors, round ${round} of ${rounds}` }, context);
    levelScale(target, groups, x, parameters);
    minimizeLbfgs(bObjective(target, groups, parameters, variance), x, {
      maximumIterations: options.iterations ?? defaultIterations,
      maximumStep: largestStep,
      stepTolerance,
    });
    const isLast = round === rounds;
    if (options.variance !== undefined && !isLast) continue;
    const ofMap = bObjective(target, groups, parameters, Number.POSITIVE_INFINITY);
    determined = countDetermined(groups, measureCurvature(ofMap, x, context), variance, context);
    if (options.variance !== undefined || isLast) continue;
    const found = roughness(groups, x.map(bOfVariable).map(Math.log)) / determined;
    variance = Math.min(largestVariance, Math.max(smallestVariance, found));
  }
  return { variance, determined };
}

/** The better of the B at hand and one B for all, the first level in scale like the other. */
function chooseStart(
  target: ShellTarget,
  groups: BGroups,
  parameters: ModelMapParameters,
): { x: Float64Array; start: number; flat: number; bFactor: Float64Array; isFlat: boolean } {
  const ofStart = meanB(groups, parameters.bFactor);
  const given = parameters.bFactor.slice();
  const start = devianceOf(target, parameters);
  const overall = ofStart.reduce((sum, value) => sum + value, 0) / Math.max(1, groups.count);
  const flatX = new Float64Array(groups.count).fill(variableOfB(overall));
  levelScale(target, groups, flatX, parameters);
  const flat = devianceOf(target, parameters);
  const isFlat = flat <= start;
  if (isFlat) return { x: flatX, start, flat, isFlat, bFactor: parameters.bFactor.slice() };
  return { x: ofStart.map(variableOfB), start, flat, isFlat, bFactor: given };
}

const levelSteps = 4;
/** Square Angstrom. */
const levelEnough = 0.3;

/** Shifts all B until the scale of the shells is level, as far as the bounds let it; the shells are those of the result. */
function levelScale(target: ShellTarget, groups: BGroups, x: Float64Array, parameters: ModelMapParameters): void {
  for (let step = 0; step < levelSteps; step++) {
    spreadB(groups, x, parameters.bFactor);
    const shift = overallShift(target.updateShells(parameters));
    if (Math.abs(shift) < levelEnough) return;
    for (let group = 0; group < x.length; group++) {
      x[group] = variableOfB(Math.min(largestB, Math.max(smallestB, bOfVariable(x[group]!) + shift)));
    }
  }
  spreadB(groups, x, parameters.bFactor);
  target.updateShells(parameters);
}

function shareAtBounds(x: Float64Array): number {
  let count = 0;
  for (const value of x) {
    const b = bOfVariable(value);
    if (b < smallestB * (1 + boundShare) || b > largestB * (1 - boundShare)) count++;
  }
  return x.length === 0 ? 0 : count / x.length;
}

function reportBounds(share: number, grouping: BGrouping, { diagnostics }: RunContext): void {
  if (share <= manyAtBounds) return;
  const message = "Many B factors lie at a bound: the map may be sharpened too much, or blurred";
  addDiagnostic(
    diagnostics,
    "warning",
    "B_AT_BOUNDS",
    message,
    `${(100 * share).toFixed(0)} % (${grouping}) at ${smallestB} or ${largestB} A^2`,
  );
}
