import { expect, test } from "vitest";
import { iterateLbfgs, minimizeLbfgs } from "./lbfgs.ts";

/** Rosenbrock's valley in n dimensions, minimum 0 at all ones. */
function rosenbrock(x: Float64Array, gradient: Float64Array): number {
  gradient.fill(0);
  let value = 0;
  for (let index = 0; index + 1 < x.length; index++) {
    const a = x[index + 1]! - x[index]! * x[index]!;
    const b = 1 - x[index]!;
    value += 100 * a * a + b * b;
    gradient[index]! += -400 * a * x[index]! - 2 * b;
    gradient[index + 1]! += 200 * a;
  }
  return value;
}

test("finds the bottom of Rosenbrock's valley in 20 dimensions", () => {
  const x = new Float64Array(20).fill(-1.2);
  const result = minimizeLbfgs(rosenbrock, x, { maximumIterations: 500 });
  expect(result.value).toBeLessThan(1e-10);
  for (const value of x) expect(value).toBeCloseTo(1, 4);
});

test("a preconditioner removes the bad scaling of a quadratic", () => {
  const n = 50;
  const curvature = Float64Array.from({ length: n }, (_, index) => 10 ** (index / 10));
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    for (let index = 0; index < n; index++) {
      value += 0.5 * curvature[index]! * x[index]! * x[index]!;
      gradient[index] = curvature[index]! * x[index]!;
    }
    return value;
  };
  const preconditioner = (vector: Float64Array): void => {
    for (let index = 0; index < n; index++) vector[index]! /= curvature[index]!;
  };
  const x = new Float64Array(n).fill(0.5);
  const result = minimizeLbfgs(objective, x, { maximumIterations: 5, preconditioner });
  expect(result.value).toBeLessThan(1e-12);
});

test("no variable moves further than the step limit", () => {
  const x = Float64Array.of(100);
  let last = 100;
  const objective = (at: Float64Array, gradient: Float64Array): number => {
    gradient[0] = 2 * at[0]!;
    return at[0]! * at[0]!;
  };
  const preconditioner = (vector: Float64Array): void => {
    vector[0]! /= 2;
  };
  for (const value of iterateLbfgs(objective, x, { maximumIterations: 10, maximumStep: 0.5, preconditioner })) {
    expect(value).toBe(x[0]! * x[0]!);
    expect(last - x[0]!).toBeLessThanOrEqual(0.5 + 1e-12);
    last = x[0]!;
  }
  expect(x[0]).toBeCloseTo(95, 10);
});

test("a function that is infinite beyond a wall stays finite", () => {
  const x = Float64Array.of(2);
  const result = minimizeLbfgs(
    (at, gradient) => {
      gradient[0] = 1 - 1 / at[0]!;
      return at[0]! > 0 ? at[0]! - Math.log(at[0]!) : Number.POSITIVE_INFINITY;
    },
    x,
    { maximumIterations: 50, maximumStep: 10 },
  );
  expect(result.value).toBeCloseTo(1, 8);
});
