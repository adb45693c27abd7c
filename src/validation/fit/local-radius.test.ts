import { expect, test } from "vitest";
import { formFactor } from "../../scattering/form-factors.ts";
import { imageRadius, localCorrelationRadius, truncatedImage } from "./local-radius.ts";

const distances = [0, 0.5, 1, 1.5, 2, 2.5, 3, 4];

test.each([
  [1.5, [0.5603, 0.42649, 0.17721, 0.03337, 0.00661, 0.00345, -0.00161, 0.00082]],
  [2, [0.4336, 0.35801, 0.19143, 0.05049, -0.00459, -0.00181, 0.00581, -0.00324]],
  [3, [0.2238, 0.20279, 0.14847, 0.0822, 0.02679, -0.00436, -0.01158, 0.00267]],
  [4, [0.11854, 0.11184, 0.09339, 0.06762, 0.0403, 0.01686, 0.00084, -0.00752]],
])("the image of carbon (B = 20) at %d A has the published values", (resolution, expected) => {
  const carbon = formFactor("electron", 6)!;
  distances.forEach((r, at) => expect(truncatedImage(carbon, 20, resolution, r)).toBeCloseTo(expected[at]!, 5));
});

test.each([
  [20, [1.73, 2.49, 3.25, 4.03, 4.83]],
  [100, [2.41, 2.79, 3.45, 4.17, 4.93]],
])("radii of images at B = %d and 2, 3, 4, 5, 6 A are the published ones", (b, expected) => {
  expected.forEach((radius, at) => expect(Math.abs(imageRadius(at + 2, b) - radius)).toBeLessThanOrEqual(0.02));
});

test("local correlations look as far as the resolution, at least 3 A, further where B is large, at most 10 A", () => {
  expect([2, 3, 4, 10, 15].map((resolution) => localCorrelationRadius(resolution, 20))).toEqual([3, 3, 4, 10, 10]);
  expect(localCorrelationRadius(3, 300)).toBeGreaterThan(4);
});
