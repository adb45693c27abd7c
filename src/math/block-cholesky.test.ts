import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { addOuterProduct, createBlockMatrix, factorizeIncomplete, solveFactorized } from "./block-cholesky.ts";

test("solves a block tridiagonal system exactly, as no fill-in is lost", () => {
  const size = 30;
  const rng = createRng(1);
  const first = Int32Array.from({ length: size - 1 }, (_, row) => row);
  const matrix = createBlockMatrix(
    size,
    first,
    first.map((row) => row + 1),
  );
  const dense = new Float64Array(9 * size * size);
  const n = 3 * size;
  for (let row = 0; row + 1 < size; row++) {
    for (let term = 0; term < 8; term++) {
      const g = Array.from({ length: 6 }, () => rng.normal());
      addOuterProduct(matrix, [row, row + 1], g, 1);
      for (let p = 0; p < 6; p++) for (let q = 0; q < 6; q++) dense[(3 * row + p) * n + 3 * row + q]! += g[p]! * g[q]!;
    }
  }
  const truth = Float64Array.from({ length: n }, () => rng.normal());
  const right = new Float64Array(n);
  for (let p = 0; p < n; p++) for (let q = 0; q < n; q++) right[p]! += dense[p * n + q]! * truth[q]!;
  solveFactorized(factorizeIncomplete(matrix, 0), right);
  let error = 0;
  for (let p = 0; p < n; p++) error += (right[p]! - truth[p]!) ** 2;
  expect(Math.sqrt(error / n)).toBeLessThan(1e-8);
});

test("blocks of fixed atoms are skipped", () => {
  const matrix = createBlockMatrix(2, Int32Array.of(0), Int32Array.of(1));
  addOuterProduct(matrix, [-1, 1], [1, 2, 3, 4, 5, 6], 1);
  expect(Array.from(matrix.values.slice(0, 18))).toEqual(new Array(18).fill(0));
  expect(Array.from(matrix.values.slice(18, 21))).toEqual([16, 20, 24]);
});
