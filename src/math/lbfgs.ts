// Limited-memory quasi-Newton minimisation (Liu & Nocedal 1989) with a preconditioner and bounded steps.

import { plainVectors, type VectorKernels } from "./vectors.ts";

/** Where the minimiser keeps its vectors and what computes with them. */
export interface VectorSpace {
  readonly kernels: VectorKernels;
  /** May hold anything: each is written as a whole before it is read. */
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
  readonly dot: (a: Float64Array, b: Float64Array) => number;
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
  const product = new Float64Array(1);
  return {
    kernels: space.kernels,
    dot(a, b) {
      space.kernels.dots(a, [b], product);
      return product[0]!;
    },
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
  const { dot, point, gradient, trial, trialGradient, direction, history } = state;
  const maximumStep = options.maximumStep ?? 1;
  const tolerance = options.stepTolerance ?? 0;
  let value = objective(point, gradient);
  let evaluations = 1;
  let quietSteps = 0;
  for (let iteration = 1; iteration <= options.maximumIterations; iteration++) {
    computeDirection(state, options.preconditioner);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      // The approximation lost its descent property: start over from the preconditioned gradient.
      history.count = 0;
      computeDirection(state, options.preconditioner);
      slope = dot(direction, gradient);
      if (!(slope < 0)) return { value, iterations: iteration - 1, evaluations, reason: "converged" };
    }
    const limit = maximumStep / largestMagnitude(direction);
    let step = Math.min(1, limit);
    if (history.count === 0 && options.preconditioner === undefined) {
      step = Math.min(step, 1 / Math.sqrt(dot(gradient, gradient)));
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
  const { kernels, dot, point, direction, trial, trialGradient } = state;
  let step = first;
  let low = 0;
  let lowValue = value;
  let lowSlope = slope;
  let high = Number.POSITIVE_INFINITY;
  for (let attempt = 1; attempt <= maximumLineSearchSteps; attempt++) {
    kernels.combine(trial, point, [direction], [step]);
    const trialValue = objective(trial, trialGradient);
    const trialSlope = dot(direction, trialGradient);
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
    kernels.combine(trial, point, [direction], [low]);
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
  /** steps[a] . changes[b] at a + capacity b, for a not newer than b. */
  readonly products: Float64Array;
  /** changes[a] . changes[a]. */
  readonly squares: Float64Array;
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
    products: new Float64Array(capacity * capacity),
    squares: new Float64Array(capacity),
    capacity,
    count: 0,
    next: 0,
  };
}

/** Slots in use, the oldest first. */
function slotsOf({ count, next, capacity }: History): number[] {
  return Array.from({ length: count }, (_, age) => (next - count + age + capacity) % capacity);
}

/** Remembers the accepted step; returns its squared length. */
function pushCorrection({ kernels, dot, history, point, trial, gradient, trialGradient }: State): number {
  const { steps, changes, products, squares, capacity, next } = history;
  const step = steps[next]!;
  const change = changes[next]!;
  kernels.combine(step, trial, [point], [-1]);
  kernels.combine(change, trialGradient, [gradient], [-1]);
  const moved = dot(step, step);
  // The slot's former pair is gone already.
  const older = slotsOf(history).filter((slot) => slot !== next);
  const found = new Float64Array(older.length + 2);
  kernels.dots(change, [...older.map((slot) => steps[slot]!), step, change], found);
  const product = found[older.length]!;
  const square = found[older.length + 1]!;
  // A pair without positive curvature would make the matrix indefinite.
  if (product <= 1e-12 * square) {
    history.count = older.length;
    return moved;
  }
  older.forEach((slot, row) => {
    products[slot + capacity * next] = found[row]!;
  });
  products[next + capacity * next] = product;
  squares[next] = square;
  history.next = (next + 1) % capacity;
  history.count = older.length + 1;
  return moved;
}

/**
 * direction = -H gradient. The two-loop recursion in few passes over the vectors: products of the remembered pairs with each
 * other are kept, so that those with the vector at hand are taken once for each loop.
 */
function computeDirection({ kernels, direction, gradient, history }: State, precondition?: Preconditioner): void {
  const { products, squares, capacity } = history;
  const slots = slotsOf(history);
  const steps = slots.map((slot) => history.steps[slot]!);
  const changes = slots.map((slot) => history.changes[slot]!);
  const count = slots.length;
  const productOf = (older: number, newer: number): number => products[slots[older]! + capacity * slots[newer]!]!;
  const alpha = new Float64Array(count);
  if (count > 0) kernels.dots(gradient, steps, alpha);
  for (let row = count - 1; row >= 0; row--) {
    let sum = -alpha[row]!;
    for (let newer = row + 1; newer < count; newer++) sum -= alpha[newer]! * productOf(row, newer);
    alpha[row] = sum / productOf(row, row);
  }
  // Less twice itself is the gradient's negative, without rounding.
  const factors = [-2, ...Array.from(alpha, (value) => -value)];
  kernels.combine(direction, gradient, [gradient, ...changes], factors);
  if (count === 0) {
    precondition?.(direction);
    return;
  }
  if (precondition) precondition(direction);
  else {
    const scale = productOf(count - 1, count - 1) / squares[slots[count - 1]!]!;
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  const factor = new Float64Array(count);
  kernels.dots(direction, changes, factor);
  for (let row = 0; row < count; row++) {
    let sum = factor[row]!;
    for (let older = 0; older < row; older++) sum += factor[older]! * productOf(older, row);
    factor[row] = alpha[row]! - sum / productOf(row, row);
  }
  kernels.combine(direction, direction, steps, factor);
}

function largestMagnitude(a: Float64Array): number {
  let largest = 0;
  for (let index = 0; index < a.length; index++) {
    const size = Math.abs(a[index]!);
    if (size > largest) largest = size;
  }
  return largest;
}
