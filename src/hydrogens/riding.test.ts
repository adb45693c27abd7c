import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { placeRidingHydrogens, type RidingHydrogens, returnRidingGradient, updateRidingFrames } from "./riding.ts";

function twoRiders(): RidingHydrogens {
  return {
    count: 2,
    hydrogen: Int32Array.of(3, 4),
    parent: Int32Array.of(0, 1),
    neighbour: Int32Array.of(1, 0),
    third: Int32Array.of(2, 2),
    local: new Float64Array(6),
    followerHydrogen: Int32Array.of(5),
    followerParent: Int32Array.of(2),
    followerShift: new Float64Array(3),
  };
}

test("the returned gradient is that of finite differences", () => {
  const rng = createRng(3);
  const riding = twoRiders();
  const weights = Float64Array.from({ length: 18 }, () => rng.normal());
  const energy = (xyz: Float64Array): number => {
    placeRidingHydrogens(riding, xyz);
    return xyz.reduce((sum, value, index) => sum + weights[index]! * value * value, 0);
  };
  for (let round = 0; round < 50; round++) {
    const xyz = Float64Array.from({ length: 18 }, () => 1.5 * rng.normal());
    updateRidingFrames(riding, xyz);
    energy(xyz);
    const gradient = xyz.map((value, index) => 2 * weights[index]! * value);
    returnRidingGradient(riding, xyz, gradient);
    for (let index = 0; index < 9; index++) {
      const step = 1e-6;
      const plus = xyz.slice();
      const minus = xyz.slice();
      plus[index]! += step;
      minus[index]! -= step;
      const numeric = (energy(plus) - energy(minus)) / (2 * step);
      expect(Math.abs(numeric - gradient[index]!)).toBeLessThan(1e-5 * (1 + Math.hypot(...gradient)));
    }
    for (let index = 9; index < 18; index++) expect(gradient[index]).toBe(0);
  }
});

test("hydrogens follow a rigid motion of their frame", () => {
  const riding = twoRiders();
  const xyz = Float64Array.of(0, 0, 0, 1.5, 0, 0, 2, 1.4, 0, -0.3, 0.9, 0.2, 1.6, -0.8, 0.5, 2.5, 1.9, 0.3);
  updateRidingFrames(riding, xyz);
  // Quarter turn about z and a shift.
  const moved = new Float64Array(18);
  for (let atom = 0; atom < 3; atom++) {
    moved[3 * atom] = -xyz[3 * atom + 1]! + 5;
    moved[3 * atom + 1] = xyz[3 * atom]! - 2;
    moved[3 * atom + 2] = xyz[3 * atom + 2]! + 1;
  }
  placeRidingHydrogens(riding, moved);
  for (let atom = 3; atom < 5; atom++) {
    expect(moved[3 * atom]).toBeCloseTo(-xyz[3 * atom + 1]! + 5, 12);
    expect(moved[3 * atom + 1]).toBeCloseTo(xyz[3 * atom]! - 2, 12);
    expect(moved[3 * atom + 2]).toBeCloseTo(xyz[3 * atom + 2]! + 1, 12);
  }
});
