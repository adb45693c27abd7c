// Linear equations of known solution.
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { solveLinear } from "./solve.ts";

test("solutions are found whatever the order of the rows", () => {
  const rng = createRng(3);
  for (let n = 1; n <= 6; n++) {
    const matrix = Array.from({ length: n * n }, () => rng.normal());
    matrix[0] = 0;
    if (n === 1) matrix[0] = 2;
    const x = Array.from({ length: n }, () => rng.normal());
    const right = x.map((_value, row) => x.reduce((sum, value, at) => sum + matrix[n * row + at]! * value, 0));
    solveLinear(matrix, right)!.forEach((value, at) => expect(value).toBeCloseTo(x[at]!, 9));
  }
});

test("dependent equations have none", () => {
  expect(solveLinear([1, 2, 2, 4], [1, 2])).toBeNull();
});
