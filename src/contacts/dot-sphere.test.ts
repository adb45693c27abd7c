import { expect, test } from "vitest";
import { createDotSphere } from "./dot-sphere.ts";

test.each([
  [1.05, 212],
  [1.22, 280],
  [1.4, 370],
  [1.55, 450],
  [1.65, 513],
  [1.7, 552],
  [1.75, 566],
  [1.8, 621],
])("a sphere of radius %d has as many dots as Probe's: %d", (radius, count) => {
  expect(createDotSphere(radius, 16).length / 3).toBe(count);
});

test("dots lie on the sphere, each with much the same area", () => {
  const dots = createDotSphere(1.7, 16);
  const sum = [0, 0, 0];
  for (let at = 0; at < dots.length; at += 3) {
    expect(Math.hypot(dots[at]!, dots[at + 1]!, dots[at + 2]!)).toBeCloseTo(1.7, 12);
    for (let axis = 0; axis < 3; axis++) sum[axis]! += dots[at + axis]! / (dots.length / 3);
  }
  expect(Math.max(...sum.map(Math.abs))).toBeLessThan(0.01);
});

test("a sphere without radius has no dots", () => {
  expect(createDotSphere(0, 16)).toHaveLength(0);
});
