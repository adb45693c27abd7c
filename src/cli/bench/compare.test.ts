// What the benchmark says about two runs.
import { expect, test } from "vitest";
import { type BenchRun, findSlowdowns, incomparable, mergeRuns } from "./compare.ts";
import type { BenchFigure } from "./measure.ts";
import { benchDocument } from "./report.ts";

function figure(name: string, value: number, group: BenchFigure["group"] = "kernels"): BenchFigure {
  return { group, name, unit: "ms", value };
}

function runOf(figures: readonly BenchFigure[], changes: Partial<BenchRun> = {}): BenchRun {
  return { version: "1", node: "v20", machine: "two cores", figures, ...changes };
}

test("only what got slower by more than the share is named", () => {
  const before = runOf([figure("same", 10), figure("slower", 10), figure("faster", 10), figure("gone", 10)]);
  const now = runOf([figure("same", 11.4), figure("slower", 11.6), figure("faster", 2), figure("new", 99)]);
  expect(findSlowdowns(before, now)).toEqual([{ group: "kernels", name: "slower", before: 10, now: 11.6 }]);
  expect(findSlowdowns(before, now, 0.1).map(({ name }) => name)).toEqual(["same", "slower"]);
});

test("a figure is compared with its own group and unit", () => {
  const before = runOf([figure("density", 1, "phases"), { ...figure("density", 1), unit: "s" }]);
  expect(findSlowdowns(before, runOf([figure("density", 5)]))).toEqual([]);
});

test("runs of other machines or versions of Node do not compare", () => {
  const run = runOf([]);
  expect(incomparable(run, run)).toBeNull();
  expect(incomparable(runOf([], { machine: "four cores" }), run)).toContain("four cores");
  expect(incomparable(runOf([], { node: "v18" }), run)).toContain("v18");
});

test("groups that were not run keep their stored figures", () => {
  const before = runOf([figure("old kernel", 1), figure("reading", 2, "phases")]);
  const now = runOf([figure("kernel", 3)]);
  expect(mergeRuns(before, now).figures.map(({ name }) => name)).toEqual(["reading", "kernel"]);
  expect(mergeRuns(runOf([figure("x", 1)], { node: "v18" }), now)).toEqual(now);
  expect(mergeRuns(null, now)).toEqual(now);
});

test("the document has a row per figure, with the plain twin and the ratio where there is one", () => {
  const text = benchDocument(runOf([{ ...figure("density", 20), plain: 50 }, figure("reading", 2, "phases")]));
  expect(text).toContain("| density | ms | 20.0 | 50.0 | 2.5 |");
  expect(text).toContain("| reading | ms | 2.00 |");
  expect(text).toContain("two cores");
});
