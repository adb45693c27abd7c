import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { collectNear, createContactGrid, insertAtom, removeAtom } from "./contact-grid.ts";

function nearBy(xyz: Float64Array, present: ReadonlySet<number>, point: readonly number[], reach: number): number[] {
  return [...present].filter(
    (atom) =>
      Math.hypot(xyz[3 * atom]! - point[0]!, xyz[3 * atom + 1]! - point[1]!, xyz[3 * atom + 2]! - point[2]!) <= reach,
  );
}

test("finds all that is near, also of atoms that were taken out, moved out of the box and put back", () => {
  const rng = createRng(7);
  const count = 300;
  const xyz = Float64Array.from({ length: 3 * count }, () => 20 * rng.uniform());
  const grid = createContactGrid(xyz, count);
  const present = new Set(Array.from({ length: count }, (_, atom) => atom));
  for (let atom = 0; atom < count; atom += 7) {
    removeAtom(grid, atom);
    removeAtom(grid, atom);
    present.delete(atom);
    if (atom % 2 === 0) continue;
    for (let axis = 0; axis < 3; axis++) xyz[3 * atom + axis] = 40 * rng.uniform() - 10;
    insertAtom(grid, xyz, atom);
    present.add(atom);
  }
  const found: number[] = [];
  for (let trial = 0; trial < 50; trial++) {
    const point = [40 * rng.uniform() - 10, 40 * rng.uniform() - 10, 40 * rng.uniform() - 10] as const;
    const cells = found.slice(0, collectNear(grid, point, 4, found));
    expect(new Set(cells).size).toBe(cells.length);
    expect([...nearBy(xyz, new Set(cells), point, 4)].toSorted((a, b) => a - b)).toEqual(
      nearBy(xyz, present, point, 4).toSorted((a, b) => a - b),
    );
  }
});

test("an empty model and far-flung atoms have grids", () => {
  const found: number[] = [];
  expect(collectNear(createContactGrid(new Float64Array(0), 0), [0, 0, 0], 3, found)).toBe(0);
  const far = createContactGrid(Float64Array.of(0, 0, 0, 9e5, 9e5, 9e5), 2);
  expect(collectNear(far, [9e5, 9e5, 9e5], 3, found)).toBeGreaterThan(0);
  expect(far.head.length).toBeLessThan(100);
});
