// Occupancies of alternates and ligands against the map, at fixed coordinates and B factors.
import { beginPhase, type RunContext } from "../../base/run-context.ts";
import { minimizeLbfgs, type Objective } from "../../math/lbfgs.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";
import { makeOccupancyGroups, type OccupancyGroup, type OccupancyGroupOptions } from "./occupancy-groups.ts";
import type { BSubject } from "./refine-b-factors.ts";
import { devianceOf, type ShellTarget } from "./shell-scale.ts";

export interface OccupancyOptions extends OccupancyGroupOptions {
  /** Minimisations, each with new shells; 2 where not given. */
  readonly rounds?: number;
}

export interface OccupancyResult {
  /** One per atom. */
  readonly occupancy: Float64Array;
  /** The refined ones gain more than their number would by chance; else those of the start are kept. */
  readonly isApplied: boolean;
  /** Occupancies by state of every group, at the start and refined, applied or not. */
  readonly groups: readonly {
    readonly label: string;
    readonly altlocs: readonly string[];
    readonly before: readonly number[];
    readonly after: readonly number[];
  }[];
  /** Minus twice the log-likelihood of the map at the start and refined. */
  readonly deviance: { readonly start: number; readonly refined: number };
}

/** No state vanishes: one without density could not come back. */
const least = 0.01;
const defaultRounds = 2;
const iterations = 15;
const largestStep = 1;
const stepTolerance = 0.003;
/** Width of the prior of the variables: occupancies of 0.05 and 0.95 are one of it away from one half. */
const priorWidth = 3;
/** Deviance that an occupancy must gain, as for B factors. */
const gainPerParameter = 4;

/** Refines the occupancies of conformers, which add up to 1, and of free ligands, between 0 and 1. */
export async function refineOccupancies(
  target: ShellTarget,
  { model, topology }: BSubject,
  start: ModelMapParameters,
  options: OccupancyOptions,
  context: RunContext,
): Promise<OccupancyResult> {
  const groups = makeOccupancyGroups(model, topology, options);
  const before = groups.map(({ states }) => states.map(({ atoms }) => meanOf(start.occupancy, atoms)));
  const begin = devianceOf(target, start);
  const parameters = { ...start, occupancy: start.occupancy.slice() };
  const x = Float64Array.from(groups.flatMap((_group, at) => variablesOf(before[at]!)));
  if (groups.length === 0) {
    return {
      occupancy: parameters.occupancy,
      isApplied: false,
      groups: [],
      deviance: { start: begin, refined: begin },
    };
  }
  const rounds = options.rounds ?? defaultRounds;
  for (let round = 1; round <= rounds; round++) {
    await beginPhase({ phase: `occupancies, round ${round} of ${rounds}` }, context);
    minimizeLbfgs(occupancyObjective(target, groups, parameters), x, {
      maximumIterations: iterations,
      maximumStep: largestStep,
      stepTolerance,
    });
    spreadOccupancies(groups, sharesOf(groups, x), parameters.occupancy);
    target.updateShells(parameters);
  }
  const after = sharesOf(groups, x).map(roundShares);
  spreadOccupancies(groups, after, parameters.occupancy);
  const refined = devianceOf(target, parameters);
  const count = groups.reduce((sum, { states }) => sum + Math.max(1, states.length - 1), 0);
  const isApplied = begin - refined > gainPerParameter * count;
  if (!isApplied) target.updateShells(start);
  return {
    occupancy: isApplied ? parameters.occupancy : start.occupancy.slice(),
    isApplied,
    groups: groups.map(({ label, states }, at) => ({
      label,
      altlocs: states.map(({ altloc }) => altloc),
      before: before[at]!,
      after: after[at]!,
    })),
    deviance: { start: begin, refined },
  };
}

function meanOf(values: Float64Array, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
}

/** Variables of a group: a share's logarithm, less their mean; a single state stands against its absence. */
function variablesOf(shares: readonly number[]): number[] {
  const held = shares.map((share) => Math.min(1 - least, Math.max(2 * least, share)));
  if (held.length === 1) return [Math.log(held[0]! / (1 - held[0]!))];
  const logarithms = held.map(Math.log);
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / held.length;
  return logarithms.map((value) => value - mean);
}

/** Occupancies of every group; several states have at least 0.01 each and 1 together. */
function sharesOf(groups: readonly OccupancyGroup[], x: Float64Array): number[][] {
  let at = 0;
  return groups.map(({ states }) => {
    const own = x.subarray(at, at + states.length);
    at += states.length;
    if (own.length === 1) return [least + (1 - least) / (1 + Math.exp(-own[0]!))];
    const largest = Math.max(...own);
    const weights = Array.from(own, (value) => Math.exp(value - largest));
    const sum = weights.reduce((total, value) => total + value, 0);
    return weights.map((value) => least + ((1 - states.length * least) * value) / sum);
  });
}

function spreadOccupancies(
  groups: readonly OccupancyGroup[],
  shares: readonly (readonly number[])[],
  occupancy: Float64Array,
): void {
  groups.forEach(({ states }, group) => {
    states.forEach(({ atoms }, state) => {
      for (const atom of atoms) occupancy[atom] = shares[group]![state]!;
    });
  });
}

/** Target of the map and a wide prior over the variables; `parameters.occupancy` holds the last ones. */
export function occupancyObjective(
  target: Pick<ShellTarget, "evaluate">,
  groups: readonly OccupancyGroup[],
  parameters: ModelMapParameters,
): Objective {
  const perAtom = new Float64Array(parameters.occupancy.length);
  return (x, gradient) => {
    const shares = sharesOf(groups, x);
    spreadOccupancies(groups, shares, parameters.occupancy);
    let value = target.evaluate(parameters, { occupancy: perAtom });
    let at = 0;
    groups.forEach(({ states }, group) => {
      const slopes = states.map(({ atoms }) => atoms.reduce((sum, atom) => sum + perAtom[atom]!, 0));
      const single = states.length === 1;
      const range = single ? 1 - least : 1 - states.length * least;
      const free = shares[group]!.map((share) => (share - least) / range);
      const mean = single ? free[0]! * slopes[0]! : free.reduce((sum, part, state) => sum + part * slopes[state]!, 0);
      states.forEach((_state, state) => {
        gradient[at] = range * free[state]! * (slopes[state]! - mean) + (2 * x[at]!) / priorWidth ** 2;
        value += (x[at]! / priorWidth) ** 2;
        at++;
      });
    });
    return value;
  };
}

/** Hundredths, as files hold them, that still add up. */
function roundShares(shares: readonly number[]): number[] {
  const rounded = shares.map((share) => Math.round(100 * share));
  if (rounded.length > 1) {
    const over = rounded.reduce((sum, value) => sum + value, 0) - 100;
    rounded[rounded.indexOf(Math.max(...rounded))]! -= over;
  }
  return rounded.map((value) => value / 100);
}
