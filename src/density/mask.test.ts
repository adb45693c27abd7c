// The molecular mask counts the voxels that published examples count.
import { describe, expect, test } from "vitest";
import { elementIndex } from "../chemistry/elements.ts";
import { createEngine } from "../kernels/engine.ts";
import { type MapFrame, mapFrame } from "./map.ts";
import { computeMolecularMask } from "./mask.ts";

function cubeOf(edge: number, points: number): MapFrame {
  return mapFrame({
    size: [points, points, points],
    start: [0, 0, 0],
    sampling: [points, points, points],
    cell: { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 },
    offset: [0, 0, 0],
  });
}

const count = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);

describe.each(["simd", "reference"] as const)("molecular mask, %s", (kind) => {
  const engine = createEngine({ kind });

  test.each([
    ["C", 317, 2337],
    ["N", 209, 1527],
    ["O", 195, 1375],
    ["S", 317, 2457],
  ])("a lone %s covers %d voxels of half an Angstrom, %d of a quarter", (symbol, coarse, fine) => {
    const element = Uint8Array.of(elementIndex(symbol));
    const maskOf = (points: number) =>
      computeMolecularMask(engine, cubeOf(24, points), Float64Array.of(12, 12, 12), element, 1);
    expect([count(maskOf(48)), count(maskOf(96))]).toEqual([coarse, fine]);
  });

  test("an atom at a corner of the box covers as much as one inside, on all sides", () => {
    const frame = cubeOf(24, 48);
    const mask = computeMolecularMask(engine, frame, new Float64Array(3), Uint8Array.of(6), 1);
    expect(count(mask)).toBe(317);
    expect([mask[0], mask[1], mask[47], mask[47 * 48], mask[47 * 48 * 48], mask[24]]).toEqual([1, 1, 1, 1, 1, 0]);
  });

  test("an atom of unknown element gets a radius", () => {
    expect(count(computeMolecularMask(engine, cubeOf(24, 48), Float64Array.of(12, 12, 12), Uint8Array.of(0), 1))).toBe(
      317,
    );
  });

  test("the gap between two atoms a bond apart is closed", () => {
    const frame = cubeOf(24, 96);
    const xyz = Float64Array.of(10, 12, 12, 13.8, 12, 12);
    const mask = computeMolecularMask(engine, frame, xyz, Uint8Array.of(6, 6), 2);
    // Half way between, 1.9 Angstrom from both: outside the spheres, but no solvent sphere fits in.
    expect(mask[48 + 96 * (48 + 96 * 48)]).toBe(1);
  });
});

test.each(["simd", "reference"] as const)(
  "a sphere of 3 A around an atom off the grid holds 896 voxels, %s",
  (kind) => {
    const ones = new Float32Array(48 ** 3).fill(1);
    const groups = { start: Int32Array.of(0, 1), atoms: Int32Array.of(0) };
    const place = Float64Array.of(11.082, 12.235, 12.959);
    const { kernels } = createEngine({ kind });
    expect(kernels.sumSpheres(ones, ones, cubeOf(24, 48), place, groups, 3)[0]).toBe(896);
  },
);
