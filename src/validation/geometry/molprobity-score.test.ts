// The MolProbity score at values worked by hand.
import { expect, test } from "vitest";
import { molprobityScore } from "./molprobity-score.ts";

test("a perfect model has 0.5, and goals that are met cost nothing", () => {
  expect(molprobityScore({ clashscore: 0, rotamerOutliers: 0, ramachandranFavored: 100 })).toBe(0.5);
  expect(molprobityScore({ clashscore: 0, rotamerOutliers: 1, ramachandranFavored: 98 })).toBe(0.5);
});

test("every part adds its own term", () => {
  const score = molprobityScore({ clashscore: Math.E - 1, rotamerOutliers: Math.E, ramachandranFavored: 99 - Math.E });
  expect(score).toBeCloseTo(0.426 + 0.33 + 0.25 + 0.5, 12);
});

test("without one of the parts there is no score", () => {
  expect(molprobityScore({ clashscore: 1, rotamerOutliers: null, ramachandranFavored: 99 })).toBeNull();
  expect(molprobityScore({ clashscore: null, rotamerOutliers: 0, ramachandranFavored: 99 })).toBeNull();
});
