// Interpolation between bin centres, over borders that wrap and borders that do not.
import { expect, test } from "vitest";
import { type GridTable, tableValue } from "./grid-table.ts";

const circle: GridTable = {
  axes: [{ from: 0, to: 360, bins: 4, wraps: true }],
  values: Float32Array.of(1, 2, 3, 5),
};

test("centres of bins have their own value, points between them the linear one", () => {
  expect(tableValue(circle, [45])).toBe(1);
  expect(tableValue(circle, [90])).toBe(1.5);
  expect(tableValue(circle, [112.5])).toBeCloseTo(1.75, 12);
});

test("a wrapped axis joins its ends and takes any angle", () => {
  expect(tableValue(circle, [0])).toBe(3);
  expect(tableValue(circle, [360])).toBe(3);
  expect(tableValue(circle, [-45])).toBe(5);
  expect(tableValue(circle, [405])).toBe(1);
});

test("an axis that ends keeps the value of its last centre", () => {
  const line: GridTable = { ...circle, axes: [{ from: 0, to: 360, bins: 4, wraps: false }] };
  expect(tableValue(line, [0])).toBe(1);
  expect(tableValue(line, [360])).toBe(5);
  expect(tableValue(line, [500])).toBe(5);
});

test("a product of lines is met exactly in four dimensions", () => {
  const axis = { from: 0, to: 3, bins: 3, wraps: false };
  const values = new Float32Array(81);
  for (let cell = 0; cell < 81; cell++) {
    const at = [Math.floor(cell / 27), Math.floor(cell / 9) % 3, Math.floor(cell / 3) % 3, cell % 3];
    values[cell] = at.reduce((product, bin) => product * (bin + 0.5), 1);
  }
  const point = [0.7, 1.1, 2.2, 1.9];
  expect(tableValue({ axes: [axis, axis, axis, axis], values }, point)).toBeCloseTo(0.7 * 1.1 * 2.2 * 1.9, 6);
});
