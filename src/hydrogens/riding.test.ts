// Riding hydrogens keep their place in their frame, and hand their gradient back to it.
import { describe, expect, test } from "vitest";
import { noTerms } from "../../test/support/no-terms.ts";
import { createRng } from "../base/rng.ts";
import { createEngine } from "../kernels/engine.ts";
import type { MoveTable } from "../kernels/move-table.ts";
import { makeTermTable } from "../restraints/term-table.ts";
import { makeMoveTable } from "./move-table.ts";
import { type RidingHydrogens, updateRidingFrames } from "./riding.ts";

/** Heavy atoms 0, 1, 2 and `far`; hydrogens in other blocks of atoms than their frames where `far` is large. */
function twoRiders(far: number): RidingHydrogens {
  return {
    count: 2,
    hydrogen: Int32Array.of(3, far + 1),
    parent: Int32Array.of(0, 1),
    neighbour: Int32Array.of(1, 0),
    third: Int32Array.of(2, 2),
    local: new Float64Array(6),
    followerHydrogen: Int32Array.of(far + 2),
    followerParent: Int32Array.of(2),
    followerShift: new Float64Array(3),
  };
}

describe.each(["simd", "reference"] as const)("riding hydrogens, %s", (kind) => {
  const engine = createEngine({ kind });

  function makeTable(riding: RidingHydrogens, xyz: Float64Array): MoveTable {
    const { memory } = engine;
    const count = xyz.length / 3;
    const terms = makeTermTable(memory, { lists: noTerms, xyz: memory.copyOf(xyz) });
    const pull = { factor: memory.float64(count), values: memory.float64(count), gradients: memory.float64(3 * count) };
    return makeMoveTable(memory, terms, riding, Int32Array.of(0, 1, 2), pull);
  }

  test.each([4, 700, 1400])("the returned gradient is that of finite differences, hydrogens up to row %i", (far) => {
    const rng = createRng(3);
    const riding = twoRiders(far);
    const length = 3 * (far + 3);
    const weights = Float64Array.from({ length }, () => rng.normal());
    for (let round = 0; round < 20; round++) {
      const start = Float64Array.from({ length }, () => 1.5 * rng.normal());
      updateRidingFrames(riding, start);
      const table = makeTable(riding, start);
      const x = engine.memory.float64(9);
      const energyAt = (heavy: Float64Array): number => {
        x.set(heavy);
        engine.kernels.unpackFree(table, x);
        engine.kernels.placeRiders(table);
        return table.xyz.reduce((sum, value, index) => sum + weights[index]! * value * value, 0);
      };
      energyAt(start.subarray(0, 9));
      table.xyz.forEach((value, index) => {
        table.gradient[index] = 2 * weights[index]! * value;
      });
      const gradient = engine.memory.float64(9);
      engine.kernels.collectGradient(table, 0, gradient);
      for (let index = 0; index < 9; index++) {
        const step = 1e-6;
        const plus = start.slice(0, 9);
        const minus = start.slice(0, 9);
        plus[index]! += step;
        minus[index]! -= step;
        const numeric = (energyAt(plus) - energyAt(minus)) / (2 * step);
        expect(Math.abs(numeric - gradient[index]!)).toBeLessThan(1e-5 * (1 + Math.hypot(...table.gradient)));
      }
    }
  });

  test("follow a rigid motion of their frame, and the table tells how far atoms went", () => {
    const riding = twoRiders(4);
    const xyz = Float64Array.of(0, 0, 0, 1.5, 0, 0, 2, 1.4, 0, -0.3, 0.9, 0.2, 9, 9, 9, 1.6, -0.8, 0.5, 2.5, 1.9, 0.3);
    updateRidingFrames(riding, xyz);
    const table = makeTable(riding, xyz);
    // Quarter turn about z and a shift.
    for (let atom = 0; atom < 3; atom++) {
      table.xyz[3 * atom] = -xyz[3 * atom + 1]! + 5;
      table.xyz[3 * atom + 1] = xyz[3 * atom]! - 2;
      table.xyz[3 * atom + 2] = xyz[3 * atom + 2]! + 1;
    }
    engine.kernels.placeRiders(table);
    let largest = 0;
    for (let atom = 0; atom < 7; atom++) {
      if (atom === 3 || atom === 5) {
        expect(table.xyz[3 * atom]).toBeCloseTo(-xyz[3 * atom + 1]! + 5, 12);
        expect(table.xyz[3 * atom + 1]).toBeCloseTo(xyz[3 * atom]! - 2, 12);
        expect(table.xyz[3 * atom + 2]).toBeCloseTo(xyz[3 * atom + 2]! + 1, 12);
      }
      const moved = [0, 1, 2].map((c) => table.xyz[3 * atom + c]! - xyz[3 * atom + c]!);
      largest = Math.max(largest, Math.hypot(...moved));
    }
    expect(Math.sqrt(Math.max(...table.shift))).toBeCloseTo(largest, 12);
  });
});
