// Tricubic interpolation and its gradient against published reference values of a wave on a grid.
import { describe, expect, test } from "vitest";
import { fractionalization, type UnitCell } from "../crystal/unit-cell.ts";
import { createEngine } from "./engine.ts";
import type { KernelKind } from "./kernels.ts";

const points = 24;
const right: UnitCell = { a: 12, b: 12, c: 12, alpha: 90, beta: 90, gamma: 90 };

/** sin(2 pi x) cos(2 pi y) + sin(2 pi z) / 2 over the cell, sampled at one Cartesian place: value, then gradient. */
function sampleWave(kind: KernelKind, cell: UnitCell, place: readonly [number, number, number]): number[] {
  const engine = createEngine({ kind });
  const values = engine.memory.float32(points ** 3);
  const turn = (2 * Math.PI) / points;
  for (let z = 0; z < points; z++) {
    for (let y = 0; y < points; y++) {
      for (let x = 0; x < points; x++) {
        values[x + points * (y + points * z)] = Math.sin(turn * x) * Math.cos(turn * y) + Math.sin(turn * z) / 2;
      }
    }
  }
  const toGrid = engine.memory.float64(9);
  fractionalization(cell).forEach((element, at) => {
    toGrid[at] = points * element;
  });
  const grid = {
    values,
    nx: points,
    ny: points,
    nz: points,
    toGrid,
    corner: engine.memory.float64(3),
    periodic: true,
  };
  const xyz = engine.memory.float64(3);
  xyz.set(place);
  const value = engine.memory.float64(1);
  const gradient = engine.memory.float64(3);
  engine.kernels.sampleTricubic(grid, xyz, engine.memory.int32(1), value, gradient);
  return [value[0]!, ...gradient];
}

const inside = [3.13, 4.57, 7.91] as const;

describe.each(["simd", "reference"] as const)("tricubic interpolation of a wave, %s", (kind) => {
  test("value and gradient have the reference's digits", () => {
    const expected = [-1.1514787, 0.0264098, -0.3550772, -0.1416624];
    sampleWave(kind, right, inside).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 6));
  });

  test("a point in the first interval reads the last grid points", () => {
    const [value] = sampleWave(kind, right, [0.1, 4.57, 7.91]);
    expect(Math.abs(value! + 0.4590937)).toBeLessThan(0.0005);
  });

  test("the gradient in a monoclinic cell is Cartesian", () => {
    // The wave's own slope along z; interpolation comes as near to it as in the cell of right angles.
    expect(Math.abs(sampleWave(kind, { ...right, beta: 110 }, inside)[3]! - 0.0559617)).toBeLessThan(0.0005);
  });
});
