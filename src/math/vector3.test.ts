// Products and directions of vectors of three numbers.
import { expect, test } from "vitest";
import { centroid, combine, cross, dot, lengthOf, minus, plus, unit } from "./vector3.ts";

test("the cross product is at right angles to both and turns right-handed", () => {
  expect(cross([1, 0, 0], [0, 1, 0])).toEqual([0, 0, 1]);
  const product = cross([1, 2, 3], [-2, 5, 7]);
  expect(dot(product, [1, 2, 3])).toBe(0);
  expect(dot(product, [-2, 5, 7])).toBe(0);
});

test("a vector without length has no direction", () => {
  expect(unit([0, 1e-7, 0])).toBeNull();
  expect(lengthOf(unit([3, -4, 12])!)).toBeCloseTo(1, 15);
});

test("sums of multiples are what plus and minus make step by step", () => {
  expect(combine([2, [1, 2, 3]], [-1, [4, 0, 1]])).toEqual(minus(plus([1, 2, 3], [1, 2, 3]), [4, 0, 1]));
});

test("the centroid of nothing is the origin, of two points their middle", () => {
  expect(centroid(new Float64Array(0))).toEqual([0, 0, 0]);
  expect(centroid(Float64Array.of(1, 2, 3, 3, 6, -3))).toEqual([2, 4, 0]);
});
