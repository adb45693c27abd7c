// The test of two correlations with one map, against what chance makes.
import { expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import { differenceInSigmas } from "./compare-fits.ts";

function correlation(one: Float64Array, other: Float64Array): number {
  let [xy, xx, yy] = [0, 0, 0];
  one.forEach((value, at) => {
    xy += value * other[at]!;
    xx += value * value;
    yy += other[at]! * other[at]!;
  });
  return xy / Math.sqrt(xx * yy);
}

/** Differences of models that follow a signal equally well, with errors partly their own, in standard deviations. */
function drawDifferences(samples: number, ownError: number): number[] {
  const rng = createRng(1);
  const normal = (): number => rng.normal();
  return Array.from({ length: 2000 }, () => {
    const [map, first, second] = [0, 1, 2].map(() => new Float64Array(samples)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let at = 0; at < samples; at++) {
      const signal = normal();
      const shared = normal();
      map[at] = signal + 0.5 * normal();
      first[at] = signal + 0.5 * shared + ownError * normal();
      second[at] = signal + 0.5 * shared + ownError * normal();
    }
    const all = [correlation(map, first), correlation(map, second), correlation(first, second)] as const;
    return differenceInSigmas(all, samples)!;
  });
}

test.each([
  [40, 0.1],
  [40, 0.5],
  [200, 0.3],
])(
  "between equally good models of %i samples, errors of %f, differences have a standard deviation of 1",
  (samples, own) => {
    const draws = drawDifferences(samples, own);
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const sigma = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length);
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(sigma).toBeGreaterThan(0.9);
    expect(sigma).toBeLessThan(1.1);
  },
);

test("a model is not different from itself, and nothing is said of too few samples or of constants", () => {
  expect(differenceInSigmas([0.8, 0.8, 1], 40)).toBe(0);
  expect(differenceInSigmas([0.8, 0.9, 0.85], 3)).toBeNull();
  expect(differenceInSigmas([null, 0.9, 0.85], 40)).toBeNull();
  expect(differenceInSigmas([0.8, 0.9, 0.95], 40)!).toBeGreaterThan(2);
  expect(differenceInSigmas([0.9, 0.8, 0.95], 40)!).toBeLessThan(-2);
});
