// Moments, shares and histogram of map values with known answers.
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { DensityMap } from "./map.ts";
import { describeMapValues } from "./map-values.ts";

function mapOf(values: Float32Array, size: readonly [number, number, number]): DensityMap {
  const [a, b, c] = size;
  const cell = { a, b, c, alpha: 90, beta: 90, gamma: 90 };
  return { values, size, start: [0, 0, 0], sampling: size, cell, offset: [0, 0, 0] };
}

test("Gaussian noise has skewness 0 and kurtosis 3, and every voxel is in the histogram", () => {
  const rng = createRng(2);
  const values = Float32Array.from({ length: 64_000 }, () => 5 + 2 * rng.normal());
  const result = describeMapValues(mapOf(values, [40, 40, 40]))!;
  expect(result.mean).toBeCloseTo(5, 1);
  expect(result.sigma).toBeCloseTo(2, 1);
  expect(Math.abs(result.skewness!)).toBeLessThan(0.05);
  expect(Math.abs(result.kurtosis! - 3)).toBeLessThan(0.1);
  expect(result.histogram!.counts).toHaveLength(64);
  expect(result.histogram!.counts.reduce((sum, count) => sum + count, 0)).toBe(64_000);
  expect(result).toMatchObject({ zeroShare: 0, isConstant: false, meanInMask: null, sigmaInMask: null });
});

test("zeros and the mask are told apart from the rest", () => {
  const values = Float32Array.from([0, 0, 0, 0, 1, 3, 1, 3]);
  const result = describeMapValues(mapOf(values, [2, 2, 2]), Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 1]))!;
  expect(result).toMatchObject({ zeroShare: 0.5, sigmaOfNonZero: 1, meanInMask: 2, sigmaInMask: 1, mean: 1 });
  // Third moment of 0 0 0 0 1 3 1 3 about 1 is (4 * -1 + 2 * 8) / 8, its variance (4 + 8) / 8.
  expect(result.skewness).toBeCloseTo(1.5 / 1.5 ** 1.5, 10);
});

test("a constant map has no moments, a map of zeros no other values, an empty one nothing", () => {
  const constant = describeMapValues(mapOf(new Float32Array(8).fill(4), [2, 2, 2]))!;
  expect(constant).toMatchObject({ isConstant: true, skewness: null, kurtosis: null, histogram: null, sigma: 0 });
  expect(describeMapValues(mapOf(new Float32Array(8), [2, 2, 2]))).toMatchObject({
    zeroShare: 1,
    sigmaOfNonZero: null,
  });
  expect(describeMapValues(mapOf(new Float32Array(0), [0, 0, 0]))).toBeNull();
});
