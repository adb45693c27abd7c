// How much the B factors of neighbours may differ, estimated from the data: empirical Bayes on a diagonal curvature.
import type { RunContext } from "../../base/run-context.ts";
import type { Objective } from "../../math/lbfgs.ts";
import type { BGroups } from "./b-groups.ts";

/** Variances of log B between neighbours at weight 1 that are tried. */
export const smallestVariance = 0.003;
export const largestVariance = 1;

const probes = 2;
const probeStep = 0.05;
const traceProbes = 6;
const solverIterations = 200;
const solverTolerance = 1e-4;

/** What the data say about every group: curvature of the target's value by its variable. */
export function measureCurvature(
  objective: Objective,
  x: Float64Array,
  { rng }: Pick<RunContext, "rng">,
): Float64Array {
  const curvature = new Float64Array(x.length);
  const sides = [1, -1].map(() => new Float64Array(x.length));
  for (let probe = 0; probe < probes; probe++) {
    const signs = x.map(() => (rng.uniform() < 0.5 ? -1 : 1));
    sides.forEach((gradient, side) => {
      const step = side === 0 ? probeStep : -probeStep;
      objective(
        x.map((value, at) => value + step * signs[at]!),
        gradient,
      );
    });
    for (let at = 0; at < x.length; at++) {
      curvature[at]! += (signs[at]! * (sides[0]![at]! - sides[1]![at]!)) / (2 * probeStep * probes);
    }
  }
  // A probe of single groups would cost too much; what neighbours add to a sum of signs is taken off by the mean.
  const mean = curvature.reduce((sum, value) => sum + value, 0) / Math.max(1, x.length);
  return curvature.map((value) => Math.min(4 * mean, Math.max(0.1 * mean, value)));
}

/** Sum over neighbours of weight (log B_i - log B_j)^2. */
export function roughness({ first, second, weight }: BGroups, logB: Float64Array): number {
  let sum = 0;
  for (let pair = 0; pair < first.length; pair++) {
    sum += weight[pair]! * (logB[first[pair]!]! - logB[second[pair]!]!) ** 2;
  }
  return sum;
}

/** Number of groups that the data determine rather than their neighbours: trace of H (H + P)^-1. */
export function countDetermined(
  groups: BGroups,
  curvature: Float64Array,
  variance: number,
  { rng }: Pick<RunContext, "rng">,
): number {
  let sum = 0;
  for (let probe = 0; probe < traceProbes; probe++) {
    const signs = curvature.map(() => (rng.uniform() < 0.5 ? -1 : 1));
    const solved = solve(
      groups,
      curvature,
      variance,
      curvature.map((value, at) => value * signs[at]!),
    );
    for (let at = 0; at < signs.length; at++) sum += (signs[at]! * solved[at]!) / traceProbes;
  }
  return Math.min(groups.count, Math.max(1, sum));
}

/** (H + P)^-1 vector by conjugate gradients, scaled by the diagonal. */
function solve(groups: BGroups, curvature: Float64Array, variance: number, vector: Float64Array): Float64Array {
  const { first, second, weight, count } = groups;
  const diagonal = curvature.slice();
  for (let pair = 0; pair < first.length; pair++) {
    diagonal[first[pair]!]! += (2 * weight[pair]!) / variance;
    diagonal[second[pair]!]! += (2 * weight[pair]!) / variance;
  }
  const multiply = (x: Float64Array): Float64Array => {
    const product = x.map((value, at) => value * diagonal[at]!);
    for (let pair = 0; pair < first.length; pair++) {
      const one = first[pair]!;
      const other = second[pair]!;
      product[one]! -= ((2 * weight[pair]!) / variance) * x[other]!;
      product[other]! -= ((2 * weight[pair]!) / variance) * x[one]!;
    }
    return product;
  };
  const x = new Float64Array(count);
  const rest = vector.slice();
  let scaled = rest.map((value, at) => value / diagonal[at]!);
  const direction = scaled.slice();
  let product = dot(rest, scaled);
  const enough = product * solverTolerance ** 2;
  for (let iteration = 0; iteration < solverIterations && product > enough; iteration++) {
    const image = multiply(direction);
    const step = product / dot(direction, image);
    for (let at = 0; at < count; at++) {
      x[at]! += step * direction[at]!;
      rest[at]! -= step * image[at]!;
    }
    scaled = rest.map((value, at) => value / diagonal[at]!);
    const next = dot(rest, scaled);
    for (let at = 0; at < count; at++) direction[at] = scaled[at]! + (next / product) * direction[at]!;
    product = next;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
