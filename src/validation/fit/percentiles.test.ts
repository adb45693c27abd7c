// Percentiles are ordered, near those counted in the table they were fitted to, and end where its resolutions end.
import { expect, test } from "vitest";
import { percentileBasis, percentileOf, quantilesAt } from "./percentiles.ts";

const kinds = ["q", "cc", "ccMean"] as const;

test("quantiles do not cross anywhere from 1.5 to 8 A", () => {
  for (const kind of kinds) {
    for (let resolution = 1.5; resolution <= 8; resolution += 0.05) {
      const quantiles = quantilesAt(kind, resolution)!;
      for (let level = 1; level < quantiles.length; level++) {
        expect(quantiles[level]!).toBeGreaterThan(quantiles[level - 1]!);
      }
      expect(quantiles.at(-1)!).toBeLessThan(1);
    }
  }
});

// Percentiles of the rows of half an Angstrom, counted in the table.
test.each([
  [2.25, [0.4, 0.565, 0.631, 0.687, 0.752]],
  [2.75, [0.336, 0.5, 0.548, 0.588, 0.647]],
  [3.25, [0.275, 0.43, 0.477, 0.517, 0.572]],
  [3.75, [0.203, 0.354, 0.405, 0.446, 0.506]],
  [4.25, [0.134, 0.266, 0.322, 0.368, 0.441]],
  [4.75, [0.082, 0.197, 0.246, 0.298, 0.362]],
])("at %s A Q-scores have about the counted quantiles", (resolution, counted) => {
  const [lowest, , , quarter, half, threeQuarters, , , highest] = quantilesAt("q", resolution)!;
  [lowest, quarter, half, threeQuarters, highest].forEach((value, at) =>
    expect(Math.abs(value! - counted[at]!)).toBeLessThan(at === 0 || at === 4 ? 0.05 : 0.03),
  );
});

test("percentiles are those of the curves, rise with the value, and stay between 0 and 100", () => {
  for (const kind of kinds) {
    const quantiles = quantilesAt(kind, 3.3)!;
    [2.5, 5, 10, 25, 50, 75, 90, 95, 97.5].forEach((level, at) =>
      expect(percentileOf(kind, quantiles[at]!, 3.3)).toBeCloseTo(level, 9),
    );
    let before = 0;
    for (let value = -0.2; value <= 1; value += 0.01) {
      const percentile = percentileOf(kind, value, 3.3)!;
      expect(percentile).toBeGreaterThan(before);
      expect(percentile).toBeLessThan(100);
      before = percentile;
    }
  }
});

test("there is none beyond the resolutions of the table, nor of what is not known", () => {
  expect([percentileOf("q", 0.5, 1.4), percentileOf("q", 0.5, 8.1), percentileOf("q", 0.5, Number.NaN)]).toEqual([
    null,
    null,
    null,
  ]);
  expect([percentileOf("q", null, 3), percentileOf("q", Number.NaN, 3)]).toEqual([null, null]);
  expect(percentileBasis).toEqual({ entries: 9996, finest: 1.5, coarsest: 8 });
});
