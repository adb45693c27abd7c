// Estimates of memory stay within a fifth of peaks that were measured, and limits are kept to.
import { expect, test } from "vitest";
import { createRunContext } from "../base/run-context.ts";
import { fitEstimate, fits, memoryLimit, type RunEstimate, refineEstimate, requireRun } from "./estimate.ts";

const mebibyte = 2 ** 20;

/** Command, atoms, voxels, peak of the process in MiB. */
const measured: readonly (readonly [string, RunEstimate, number, number, number])[] = [
  ["refine", refineEstimate, 1436, 41 * 38 * 36, 98],
  ["refine", refineEstimate, 4308, 89 * 81 * 63, 146],
  ["refine", refineEstimate, 19_427, 64 * 99 * 66, 207],
  ["fit", fitEstimate, 19_427, 64 * 99 * 66, 108],
  ["fit", fitEstimate, 17_561, 216 * 263 * 219, 376],
  ["fit", fitEstimate, 17_561, 512 ** 3, 3136],
];

test.each(measured)("%s is estimated within a fifth: case %#", (_name, work, atoms, voxels, peak) => {
  expect(fits(work, atoms, voxels, createRunContext({ memoryLimit: 1.2 * peak * mebibyte }))).toBe(true);
  expect(fits(work, atoms, voxels, createRunContext({ memoryLimit: 0.8 * peak * mebibyte }))).toBe(false);
});

test("beyond what WebAssembly can address, no memory of the machine helps", () => {
  const context = createRunContext();
  expect(fits(fitEstimate, 1000, 512 ** 3, context)).toBe(true);
  expect(fits(fitEstimate, 1000, 640 ** 3, context)).toBe(false);
  expect(() => requireRun(fitEstimate, 1000, [640, 640, 640], "m.mrc", context)).toThrow(/WebAssembly/);
});

test("the limit is what is given in GiB, or part of the machine's memory", () => {
  expect(memoryLimit(1.5)).toBe(1.5 * 2 ** 30);
  expect(memoryLimit(undefined)).toBeGreaterThan(0);
  expect(memoryLimit(undefined)).toBeLessThan(2 ** 53);
});
