// Limited-memory quasi-Newton minimisation (Liu & Nocedal 1989) with a preconditioner and bounded steps.

import { plainVectors, type VectorKernels } from "../kernels/kernels.ts";

/** Where the minimiser keeps its vectors and what computes with them. */
export interface VectorSpace {
  readonly kernels: VectorKernels;
  /** Zeroed. */
  create(length: number): Float64Array;
  /** Gives vectors back; they must not be used afterwards. */
  free(vectors: readonly Float64Array[]): void;
}

const plainSpace: VectorSpace = { kernels: plainVectors, create: (length) => new Float64Array(length), free() {} };

/** Function to minimise: writes the gradient and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** Multiplies a vector in place by an approximate inverse of the second-derivative matrix. */
export type Preconditioner = (vector: Float64Array) => void;

export interface LbfgsOptions {
  readonly maximumIterations: number;
  /** Correction pairs kept. */
  readonly memory?: number;
  /** Largest change of one variable per step. */
  readonly maximumStep?: number;
  /** Stop when the root mean square of the change per step stays below this for three steps. */
  readonly stepTolerance?: number;
  readonly preconditioner?: Preconditioner;
  /** Default: ordinary arrays. */
  readonly space?: VectorSpace;
}

export interface LbfgsResult {
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly reason: "converged" | "iterations" | "line search";
}

const armijo = 1e-4;
const curvatureFraction = 0.9;
const maximumLineSearchSteps = 20;

/** Minimises in place: x holds the lowest point found. Deterministic; reductions run in index order. */
export function minimizeLbfgs(objective: Objective, x: Float64Array, options: LbfgsOptions): LbfgsResult {
  const run = iterateLbfgs(objective, x, options);
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

/** The same, one accepted step at a time, so that the caller can watch, pause or give up; yields the value reached. */
export function* iterateLbfgs(
  objective: Objective,
  x: Float64Array,
  options: LbfgsOptions,
): Generator<number, LbfgsResult> {
  const space = options.space ?? plainSpace;
  const state = createState(x, options.memory ?? 8, space);
  try {
    return yield* iterate(objective, x, options, state);
  } finally {
    space.free([state.point, state.gradient, state.trial, state.trialGradient, state.direction]);
    space.free([...state.history.steps, ...state.history.changes]);
  }
}

/** The minimiser's vectors, all in one space. */
interface State {
  readonly kernels: VectorKernels;
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly trial: Float64Array;
  readonly trialGradient: Float64Array;
  readonly direction: Float64Array;
  readonly history: History;
}

function createState(x: Float64Array, memory: number, space: VectorSpace): State {
  const create = (): Float64Array => space.create(x.length);
  const point = create();
  point.set(x);
  return {
    kernels: space.kernels,
    point,
    gradient: create(),
    trial: create(),
    trialGradient: create(),
    direction: create(),
    history: createHistory(create, memory),
  };
}

function* iterate(
  objective: Objective,
  x: Float64Array,
  options: LbfgsOptions,
  state: State,
): Generator<number, LbfgsResult> {
  const { kernels, point, gradient, trial, trialGradient, direction, history } = state;
  const maximumStep = options.maximumStep ?? 1;
  const tolerance = options.stepTolerance ?? 0;
  let value = objective(point, gradient);
  let evaluations = 1;
  let quietSteps = 0;
  for (let iteration = 1; iteration <= options.maximumIterations; iteration++) {
    computeDirection(state, options.preconditioner);
    let slope = kernels.dot(direction, gradient);
    if (!(slope < 0)) {
      // The approximation lost its descent property: start over from the preconditioned gradient.
      history.count = 0;
      computeDirection(state, options.preconditioner);
      slope = kernels.dot(direction, gradient);
      if (!(slope < 0)) return { value, iterations: iteration - 1, evaluations, reason: "converged" };
    }
    const limit = maximumStep / largestMagnitude(direction);
    let step = Math.min(1, limit);
    if (history.count === 0 && options.preconditioner === undefined) {
      step = Math.min(step, 1 / Math.sqrt(kernels.dot(gradient, gradient)));
    }
    const line = searchLine(objective, state, { value, slope, step, limit });
    evaluations += line.evaluations;
    if (!line.accepted) {
      if (history.count > 0) {
        history.count = 0;
        continue;
      }
      return { value, iterations: iteration - 1, evaluations, reason: "line search" };
    }
    const moved = pushCorrection(state);
    point.set(trial);
    x.set(trial);
    gradient.set(trialGradient);
    value = line.value;
    yield value;
    quietSteps = Math.sqrt(moved / x.length) < tolerance ? quietSteps + 1 : 0;
    if (quietSteps >= 3) return { value, iterations: iteration, evaluations, reason: "converged" };
  }
  return { value, iterations: options.maximumIterations, evaluations, reason: "iterations" };
}

interface LineResult {
  readonly accepted: boolean;
  readonly value: number;
  readonly evaluations: number;
}

interface LineStart {
  readonly value: number;
  readonly slope: number;
  readonly step: number;
  readonly limit: number;
}

/** Step length by sufficient decrease and a weak curvature condition, with cubic interpolation inside a bracket. */
function searchLine(objective: Objective, state: State, { value, slope, step: first, limit }: LineStart): LineResult {
  const { kernels, point, direction, trial, trialGradient } = state;
  let step = first;
  let low = 0;
  let lowValue = value;
  let lowSlope = slope;
  let high = Number.POSITIVE_INFINITY;
  for (let attempt = 1; attempt <= maximumLineSearchSteps; attempt++) {
    kernels.setSum(trial, point, step, direction);
    const trialValue = objective(trial, trialGradient);
    const trialSlope = kernels.dot(direction, trialGradient);
    const enough = trialValue <= value + armijo * step * slope;
    if (!Number.isFinite(trialValue) || !enough) {
      high = step;
      step = Number.isFinite(trialValue)
        ? interpolate(low, lowValue, lowSlope, step, trialValue, trialSlope)
        : (low + step) / 2;
      continue;
    }
    if (trialSlope >= curvatureFraction * slope || step >= limit) {
      return { accepted: true, value: trialValue, evaluations: attempt };
    }
    low = step;
    lowValue = trialValue;
    lowSlope = trialSlope;
    step = high === Number.POSITIVE_INFINITY ? Math.min(2.5 * step, limit) : (low + high) / 2;
  }
  // The lowest point with sufficient decrease is still progress.
  if (low > 0) {
    kernels.setSum(trial, point, low, direction);
    return { accepted: true, value: objective(trial, trialGradient), evaluations: maximumLineSearchSteps + 1 };
  }
  return { accepted: false, value, evaluations: maximumLineSearchSteps };
}

/** Minimum of the cubic through two points with slopes, kept inside the middle 80 % of the interval. */
function interpolate(a: number, fa: number, ga: number, b: number, fb: number, gb: number): number {
  const width = b - a;
  const d1 = ga + gb - (3 * (fa - fb)) / (a - b);
  const d2 = Math.sqrt(Math.max(0, d1 * d1 - ga * gb));
  const cubic = b - (width * (gb + d2 - d1)) / (gb - ga + 2 * d2);
  const smallest = a + 0.1 * width;
  const largest = a + 0.9 * width;
  return cubic > smallest && cubic < largest ? cubic : a + width / 2;
}

interface History {
  readonly steps: Float64Array[];
  readonly changes: Float64Array[];
  readonly inverse: Float64Array;
  readonly alpha: Float64Array;
  readonly capacity: number;
  /** Pairs in use, the newest at (next - 1). */
  count: number;
  next: number;
}

function createHistory(create: () => Float64Array, capacity: number): History {
  const make = (): Float64Array[] => Array.from({ length: capacity }, create);
  return {
    steps: make(),
    changes: make(),
    inverse: new Float64Array(capacity),
    alpha: new Float64Array(capacity),
    capacity,
    count: 0,
    next: 0,
  };
}

/** Remembers the accepted step; returns its squared length. */
function pushCorrection({ kernels, history, point, trial, gradient, trialGradient }: State): number {
  const step = history.steps[history.next]!;
  const change = history.changes[history.next]!;
  kernels.setSum(step, trial, -1, point);
  kernels.setSum(change, trialGradient, -1, gradient);
  const product = kernels.dot(step, change);
  const moved = kernels.dot(step, step);
  // A pair without positive curvature would make the matrix indefinite.
  if (product <= 1e-12 * kernels.dot(change, change)) return moved;
  history.inverse[history.next] = 1 / product;
  history.next = (history.next + 1) % history.capacity;
  history.count = Math.min(history.count + 1, history.capacity);
  return moved;
}

/** direction = -H gradient by the two-loop recursion. */
function computeDirection({ kernels, direction, gradient, history }: State, precondition?: Preconditioner): void {
  const { steps, changes, inverse, alpha, capacity, count } = history;
  for (let index = 0; index < direction.length; index++) direction[index] = -gradient[index]!;
  for (let back = 1; back <= count; back++) {
    const slot = (history.next - back + capacity) % capacity;
    const factor = inverse[slot]! * kernels.dot(steps[slot]!, direction);
    alpha[slot] = factor;
    kernels.addScaled(direction, -factor, changes[slot]!);
  }
  if (precondition) precondition(direction);
  else if (count > 0) {
    const newest = (history.next - 1 + capacity) % capacity;
    const scale = 1 / (inverse[newest]! * kernels.dot(changes[newest]!, changes[newest]!));
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  for (let back = count; back >= 1; back--) {
    const slot = (history.next - back + capacity) % capacity;
    const beta = inverse[slot]! * kernels.dot(changes[slot]!, direction);
    kernels.addScaled(direction, alpha[slot]! - beta, steps[slot]!);
  }
}

function largestMagnitude(a: Float64Array): number {
  let largest = 0;
  for (let index = 0; index < a.length; index++) {
    const size = Math.abs(a[index]!);
    if (size > largest) largest = size;
  }
  return largest;
}
