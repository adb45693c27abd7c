// Eigenvectors of symmetric 3 x 3 matrices.
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { eigenSymmetric3, smallestEigenvector } from "./eigen3.ts";

type Six = [number, number, number, number, number, number];

function multiply([xx, yy, zz, xy, xz, yz]: Six, v: ArrayLike<number>): number[] {
  return [
    xx * v[0]! + xy * v[1]! + xz * v[2]!,
    xy * v[0]! + yy * v[1]! + yz * v[2]!,
    xz * v[0]! + yz * v[1]! + zz * v[2]!,
  ];
}

/** Moments of points near a plane: large along two directions, small along the third. */
function momentsOfPoints(count: number, spread: readonly number[], seed: number): Six {
  const rng = createRng(seed);
  const m: Six = [0, 0, 0, 0, 0, 0];
  const turn = [0.36, 0.48, -0.8, -0.8, 0.6, 0, 0.48, 0.64, 0.6];
  for (let point = 0; point < count; point++) {
    const local = spread.map((width) => width * rng.normal());
    const [x, y, z] = [0, 1, 2].map((row) => local.reduce((sum, v, c) => sum + turn[3 * row + c]! * v, 0)) as [
      number,
      number,
      number,
    ];
    m[0] += x * x;
    m[1] += y * y;
    m[2] += z * z;
    m[3] += x * y;
    m[4] += x * z;
    m[5] += y * z;
  }
  return m;
}

test.each([
  [6, [1, 1, 0.02]],
  [9, [2, 1, 1e-6]],
  [4, [1, 0.05, 0.02]],
  [5, [1, 1e-4, 1e-5]],
  [8, [1, 1, 1]],
  [3, [1, 1, 0]],
])("the smallest eigenvector of %i points of widths %j solves the eigenvalue equation", (count, spread) => {
  for (let seed = 0; seed < 50; seed++) {
    const matrix = momentsOfPoints(count, spread, seed);
    const vector = new Float64Array(3);
    smallestEigenvector(Float64Array.from(matrix), vector);
    const { values } = eigenSymmetric3(matrix);
    const product = multiply(matrix, vector);
    const scale = values[2]!;
    for (let c = 0; c < 3; c++) expect(Math.abs(product[c]! - values[0]! * vector[c]!) / scale).toBeLessThan(1e-13);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 12);
  }
});

test("eigenvectors are orthogonal and belong to their ascending values", () => {
  const matrix = momentsOfPoints(7, [1, 2, 3], 5);
  const { values, vectors } = eigenSymmetric3(matrix);
  expect([...values]).toEqual([...values].toSorted((a, b) => a - b));
  for (let row = 0; row < 3; row++) {
    const vector = vectors.subarray(3 * row, 3 * row + 3);
    multiply(matrix, vector).forEach((value, c) => {
      expect(value).toBeCloseTo(values[row]! * vector[c]!, 10);
    });
  }
});

test("a matrix of equal values and the zero matrix give a unit vector", () => {
  for (const value of [2, 0]) {
    const vector = new Float64Array(3);
    smallestEigenvector(Float64Array.of(value, value, value, 0, 0, 0), vector);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 12);
  }
});
