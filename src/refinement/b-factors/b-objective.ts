// What the refinement of B factors minimises: the map's target plus the likeness of neighbours, over bounded log B.
import type { Objective } from "../../math/lbfgs.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";
import type { BGroups } from "./b-groups.ts";
import type { ShellTarget } from "./shell-scale.ts";

/** Bounds of B, square Angstrom. */
export const smallestB = 1;
export const largestB = 300;

const lowest = Math.log(smallestB);
const width = Math.log(largestB / smallestB);

/** B of a variable: log B runs from bound to bound, nearly as the variable does in between. */
export function bOfVariable(x: number): number {
  return Math.exp(lowest + width / (1 + Math.exp((-4 * x) / width)));
}

/** The variable of a B, held a little inside of the bounds. */
export function variableOfB(b: number): number {
  const share = Math.min(1 - 1e-3, Math.max(1e-3, (Math.log(Math.max(b, 1e-9)) - lowest) / width));
  return (width / 4) * Math.log(share / (1 - share));
}

/** d log B / dx. */
function slopeOf(b: number): number {
  const share = (Math.log(b) - lowest) / width;
  return 4 * share * (1 - share);
}

/** Writes the B of every group to its atoms. */
export function spreadB({ groupOfAtom }: BGroups, x: Float64Array, bFactor: Float64Array): void {
  const values = x.map(bOfVariable);
  for (let atom = 0; atom < bFactor.length; atom++) {
    const group = groupOfAtom[atom]!;
    if (group >= 0) bFactor[atom] = values[group]!;
  }
}

/** Sum over neighbours of weight (log B_i - log B_j)^2 / variance; adds its gradient by log B. */
export function addLikeness(groups: BGroups, logB: Float64Array, variance: number, gradient: Float64Array): number {
  const { first, second, weight } = groups;
  let sum = 0;
  for (let pair = 0; pair < first.length; pair++) {
    const one = first[pair]!;
    const other = second[pair]!;
    const difference = logB[one]! - logB[other]!;
    const slope = (weight[pair]! * difference) / variance;
    sum += slope * difference;
    gradient[one]! += 2 * slope;
    gradient[other]! -= 2 * slope;
  }
  return sum;
}

/** The objective over one variable per group; `parameters.bFactor` holds the B of the last evaluation. */
export function bObjective(
  target: Pick<ShellTarget, "evaluate">,
  groups: BGroups,
  parameters: ModelMapParameters,
  variance: number,
): Objective {
  const { groupOfAtom } = groups;
  const perAtom = new Float64Array(groupOfAtom.length);
  return (x, gradient) => {
    spreadB(groups, x, parameters.bFactor);
    let value = target.evaluate(parameters, { bFactor: perAtom });
    const b = x.map(bOfVariable);
    gradient.fill(0);
    for (let atom = 0; atom < perAtom.length; atom++) {
      const group = groupOfAtom[atom]!;
      if (group >= 0) gradient[group]! += perAtom[atom]! * b[group]!;
    }
    value += addLikeness(groups, b.map(Math.log), variance, gradient);
    for (let group = 0; group < x.length; group++) gradient[group]! *= slopeOf(b[group]!);
    return value;
  };
}
