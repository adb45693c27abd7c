// The rule that chooses the weight from free FSC, its uncertainty and the gap.
import { expect, test } from "vitest";
import { averageShells, chooseWeight, compareFree, type FreeShell } from "./choose-weight.ts";

const shell = (free: number, work: number, terms = 100): FreeShell => ({ d: 4, terms, work, free });
/** Four shells, each off by a little from the wanted average, so that differences have an uncertainty. */
const trial = (weight: number, free: number, gap: number, spread = 0) => ({
  weight,
  shells: [1, -1, 1, -1].map((sign) => shell(free + sign * spread, free + sign * spread + gap)),
});

test("shells count by their terms", () => {
  const average = averageShells([shell(0.9, 1, 300), shell(0.5, 0.8, 100)])!;
  expect(average.free).toBeCloseTo(0.8, 12);
  expect(average.work).toBeCloseTo(0.95, 12);
  expect(average.gap).toBeCloseTo(0.15, 12);
  expect(averageShells([])).toBeNull();
});

test("a difference that is alike in all shells has no error, one that is not has", () => {
  const first = trial(1, 0.8, 0.01).shells;
  const exact = compareFree(first, trial(2, 0.81, 0.01).shells);
  expect(exact.difference).toBeCloseTo(0.01, 12);
  expect(exact.error).toBeCloseTo(0, 12);
  // Four values +-0.02 around the mean: standard error 0.02 sqrt(4 / 3) / 2.
  expect(compareFree(first, trial(2, 0.81, 0.01, 0.02).shells).error).toBeCloseTo(0.02 / Math.sqrt(3), 12);
});

test("free FSC that rises takes the largest weight, one that falls the smallest", () => {
  expect(chooseWeight([trial(1, 0.8, 0.01), trial(2, 0.81, 0.012), trial(4, 0.82, 0.015)])).toBe(2);
  expect(chooseWeight([trial(1, 0.82, 0.01), trial(2, 0.81, 0.02), trial(4, 0.8, 0.03)])).toBe(0);
});

test("beyond the best a larger weight is taken within the uncertainty only", () => {
  expect(chooseWeight([trial(1, 0.82, 0.01), trial(2, 0.818, 0.01, 0.01), trial(4, 0.8, 0.01, 0.01)])).toBe(1);
});

test("free FSC that rises less than the gap grows does not pay for a larger weight", () => {
  expect(chooseWeight([trial(1, 0.8, 0.01), trial(2, 0.81, 0.015), trial(4, 0.812, 0.03)])).toBe(1);
});

test("a gap that grows by more than the uncertainty keeps the weight down where free FSC is level", () => {
  expect(chooseWeight([trial(1, 0.82, 0.01), trial(2, 0.819, 0.04, 0.01)])).toBe(0);
});
