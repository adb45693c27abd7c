// Limited-memory quasi-Newton minimisation (Liu & Nocedal 1989) with a preconditioner and bounded steps.

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
  const n = x.length;
  const memory = options.memory ?? 8;
  const maximumStep = options.maximumStep ?? 1;
  const tolerance = options.stepTolerance ?? 0;
  const gradient = new Float64Array(n);
  const trial = new Float64Array(n);
  const trialGradient = new Float64Array(n);
  const direction = new Float64Array(n);
  const history = createHistory(n, memory);
  let value = objective(x, gradient);
  let evaluations = 1;
  let quietSteps = 0;
  for (let iteration = 1; iteration <= options.maximumIterations; iteration++) {
    computeDirection(direction, gradient, history, options.preconditioner);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      // The approximation lost its descent property: start over from the preconditioned gradient.
      history.count = 0;
      computeDirection(direction, gradient, history, options.preconditioner);
      slope = dot(direction, gradient);
      if (!(slope < 0)) return { value, iterations: iteration - 1, evaluations, reason: "converged" };
    }
    const largest = largestMagnitude(direction);
    const limit = maximumStep / largest;
    let step = Math.min(1, limit);
    if (history.count === 0 && options.preconditioner === undefined) step = Math.min(step, 1 / norm(gradient));
    const line = searchLine(objective, x, value, slope, direction, step, limit, trial, trialGradient);
    evaluations += line.evaluations;
    if (!line.accepted) {
      if (history.count > 0) {
        history.count = 0;
        continue;
      }
      return { value, iterations: iteration - 1, evaluations, reason: "line search" };
    }
    pushCorrection(history, x, trial, gradient, trialGradient);
    let moved = 0;
    for (let index = 0; index < n; index++) {
      const change = trial[index]! - x[index]!;
      moved += change * change;
    }
    x.set(trial);
    gradient.set(trialGradient);
    value = line.value;
    yield value;
    quietSteps = Math.sqrt(moved / n) < tolerance ? quietSteps + 1 : 0;
    if (quietSteps >= 3) return { value, iterations: iteration, evaluations, reason: "converged" };
  }
  return { value, iterations: options.maximumIterations, evaluations, reason: "iterations" };
}

interface LineResult {
  readonly accepted: boolean;
  readonly value: number;
  readonly evaluations: number;
}

/** Step length by sufficient decrease and a weak curvature condition, with cubic interpolation inside a bracket. */
function searchLine(
  objective: Objective,
  x: Float64Array,
  value: number,
  slope: number,
  direction: Float64Array,
  firstStep: number,
  limit: number,
  trial: Float64Array,
  trialGradient: Float64Array,
): LineResult {
  let step = firstStep;
  let low = 0;
  let lowValue = value;
  let lowSlope = slope;
  let high = Number.POSITIVE_INFINITY;
  for (let attempt = 1; attempt <= maximumLineSearchSteps; attempt++) {
    for (let index = 0; index < x.length; index++) trial[index] = x[index]! + step * direction[index]!;
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
    for (let index = 0; index < x.length; index++) trial[index] = x[index]! + low * direction[index]!;
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

function createHistory(n: number, capacity: number): History {
  const make = (): Float64Array[] => Array.from({ length: capacity }, () => new Float64Array(n));
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

function pushCorrection(
  history: History,
  x: Float64Array,
  trial: Float64Array,
  gradient: Float64Array,
  trialGradient: Float64Array,
): void {
  const step = history.steps[history.next]!;
  const change = history.changes[history.next]!;
  let product = 0;
  let square = 0;
  for (let index = 0; index < x.length; index++) {
    const s = trial[index]! - x[index]!;
    const y = trialGradient[index]! - gradient[index]!;
    step[index] = s;
    change[index] = y;
    product += s * y;
    square += y * y;
  }
  // A pair without positive curvature would make the matrix indefinite.
  if (product <= 1e-12 * square) return;
  history.inverse[history.next] = 1 / product;
  history.next = (history.next + 1) % history.capacity;
  history.count = Math.min(history.count + 1, history.capacity);
}

/** direction = -H gradient by the two-loop recursion. */
function computeDirection(
  direction: Float64Array,
  gradient: Float64Array,
  history: History,
  preconditioner: Preconditioner | undefined,
): void {
  const { steps, changes, inverse, alpha, capacity, count } = history;
  for (let index = 0; index < direction.length; index++) direction[index] = -gradient[index]!;
  for (let back = 1; back <= count; back++) {
    const slot = (history.next - back + capacity) % capacity;
    const factor = inverse[slot]! * dot(steps[slot]!, direction);
    alpha[slot] = factor;
    addScaled(direction, -factor, changes[slot]!);
  }
  if (preconditioner) preconditioner(direction);
  else if (count > 0) {
    const newest = (history.next - 1 + capacity) % capacity;
    const scale = 1 / (inverse[newest]! * dot(changes[newest]!, changes[newest]!));
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  for (let back = count; back >= 1; back--) {
    const slot = (history.next - back + capacity) % capacity;
    const beta = inverse[slot]! * dot(changes[slot]!, direction);
    addScaled(direction, alpha[slot]! - beta, steps[slot]!);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function addScaled(target: Float64Array, scale: number, source: Float64Array): void {
  for (let index = 0; index < target.length; index++) target[index]! += scale * source[index]!;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function largestMagnitude(a: Float64Array): number {
  let largest = 0;
  for (const value of a) largest = Math.max(largest, Math.abs(value));
  return largest;
}
