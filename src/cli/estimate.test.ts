// Estimates of memory stay within a fifth of peaks that were measured, and limits are kept to.
import { expect, test } from "vitest";
import { createRunContext } from "../base/run-context.ts";
import type { GridSize, MapGrid } from "../density/map.ts";
import { estimateMemory, fits, memoryLimit, requireRun, type Work } from "./estimate.ts";

const mebibyte = 2 ** 20;

function gridOf(size: GridSize, voxel: number): MapGrid {
  const [a, b, c] = size.map((length) => length * voxel) as [number, number, number];
  return {
    size,
    sampling: size,
    cell: { a, b, c, alpha: 90, beta: 90, gamma: 90 },
    start: [0, 0, 0],
    offset: [0, 0, 0],
  };
}

/** Command, resolution (Angstrom), atoms, voxels and their edge (Angstrom), peak of the process in MiB. */
const measured: readonly (readonly [Work["kind"], number, number, GridSize, number, number])[] = [
  ["refine", 4.3, 19_427, [64, 99, 66], 1.4, 190],
  ["refine", 3, 30_928, [196, 196, 210], 1, 464],
  ["refine", 3, 309_280, [384, 400, 270], 1.4, 2243],
  ["refine", 3, 1_855_680, [490, 490, 490], 1.4, 6334],
  ["refine", 3, 1001, [512, 512, 512], 1, 3967],
  ["fit", 3, 19_427, [64, 99, 66], 1.4, 165],
  ["fit", 3, 30_928, [196, 196, 210], 1, 508],
  ["fit", 3, 2106, [288, 270, 315], 0.6, 1238],
  ["fit", 3, 1001, [512, 504, 525], 1, 4969],
  ["fit", 3, 1_855_680, [512, 512, 512], 1.4, 7445],
];

test.each(measured)(
  "%s at %d A of %d atoms is estimated within a fifth",
  (kind, resolution, atoms, size, voxel, peak) => {
    const { total } = estimateMemory({ kind, resolution }, atoms, gridOf(size, voxel));
    expect(total).toBeGreaterThan(0.8 * peak * mebibyte);
    expect(total).toBeLessThan(1.2 * peak * mebibyte);
  },
);

test("a run fits where its estimate is within the limit", () => {
  const grid = gridOf([100, 100, 100], 1);
  const work: Work = { kind: "fit", resolution: 3 };
  const { total } = estimateMemory(work, 1000, grid);
  expect(fits(work, 1000, grid, createRunContext({ memoryLimit: total }))).toBe(true);
  expect(fits(work, 1000, grid, createRunContext({ memoryLimit: total - 1 }))).toBe(false);
});

test("beyond what WebAssembly can address, no memory of the machine helps", () => {
  const context = createRunContext();
  const work: Work = { kind: "fit", resolution: 3 };
  expect(fits(work, 1000, gridOf([512, 512, 512], 1), context)).toBe(true);
  const large = gridOf([640, 640, 640], 1);
  expect(fits(work, 1000, large, context)).toBe(false);
  expect(() => requireRun(work, 1000, large, "m.mrc", context)).toThrow(/WebAssembly/);
});

test("the limit is what is given in GiB, or part of the machine's memory", () => {
  expect(memoryLimit(1.5)).toBe(1.5 * 2 ** 30);
  expect(memoryLimit(undefined)).toBeGreaterThan(0);
  expect(memoryLimit(undefined)).toBeLessThan(2 ** 53);
});
