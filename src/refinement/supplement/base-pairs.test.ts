// Base pairs and stacking: found in ideal geometry (Olson et al. 2001, J. Mol. Biol. 313, 229), at rest there, pulled back when tilted.
import { describe, expect, test } from "vitest";
import { atomLine, type Point, readLines } from "../../../test/support/peptide.ts";
import type { Model } from "../../model/model.ts";
import { addParallelityEnergy } from "../../restraints/parallelity.ts";
import { packParallelities } from "../../restraints/supplement.ts";
import { basePairs, stackedBases } from "./base-pairs.ts";
import { listBases } from "./bases.ts";

/** x and y in the frame of the pair; the partner is turned about x. */
const flat: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  A: {
    N9: [-1.291, 4.498],
    C8: [0.024, 4.897],
    N7: [0.877, 3.902],
    C5: [0.071, 2.771],
    C6: [0.369, 1.398],
    N6: [1.611, 0.909],
    N1: [-0.668, 0.532],
    C2: [-1.912, 1.023],
    N3: [-2.32, 2.29],
    C4: [-1.267, 3.124],
  },
  U: {
    N1: [-1.284, 4.5],
    C2: [-1.462, 3.131],
    O2: [-2.563, 2.608],
    N3: [-0.302, 2.397],
    C4: [0.989, 2.884],
    O4: [1.935, 2.094],
    C5: [1.089, 4.311],
    C6: [-0.024, 5.053],
  },
  G: {
    N9: [-1.289, 4.551],
    C8: [0.023, 4.962],
    N7: [0.87, 3.969],
    C5: [0.071, 2.833],
    C6: [0.424, 1.46],
    O6: [1.554, 0.955],
    N1: [-0.7, 0.641],
    C2: [-1.999, 1.087],
    N2: [-2.949, 0.139],
    N3: [-2.342, 2.364],
    C4: [-1.265, 3.177],
  },
  C: {
    N1: [-1.285, 4.542],
    C2: [-1.472, 3.158],
    O2: [-2.628, 2.709],
    N3: [-0.391, 2.344],
    C4: [0.837, 2.868],
    N4: [1.875, 2.027],
    C5: [1.056, 4.275],
    C6: [-0.023, 5.068],
  },
};

/** A base at a height, turned about the axis of its helix and tilted about x (degrees). */
function baseLines(
  name: string,
  number: number,
  chain: string,
  at: { rise?: number; turn?: number; tilt?: number },
): string[] {
  const { rise = 0, turn = 0, tilt = 0 } = at;
  const [t, u] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  const side = chain === "A" ? 1 : -1;
  return Object.entries(flat[name]!).map(([atom, [x, y]], row) => {
    const [ySide, z] = [side * y * Math.cos(u), y * Math.sin(u)];
    const point: Point = [x * Math.cos(t) - ySide * Math.sin(t), x * Math.sin(t) + ySide * Math.cos(t), z + rise];
    return atomLine(row + 1, atom, name, number, point, atom.slice(0, 1), chain);
  });
}

function namesOf(model: Model, atoms: readonly number[]): string {
  return atoms
    .map((atom) => model.atoms.name[atom]!)
    .toSorted()
    .join("-");
}

describe("base pairs", () => {
  test.each([
    ["A", "U", ["N1-N3", "N6-O4"]],
    ["G", "C", ["N1-N3", "N2-O2", "N4-O6"]],
  ])("of %s and %s have their bonds, near their lengths", (first, second, expected) => {
    const model = readLines([...baseLines(first, 1, "A", {}), ...baseLines(second, 1, "B", {})]);
    const { count, bonds, planes } = basePairs(model.atoms.xyz, listBases(model));
    expect(count).toBe(1);
    expect(bonds.map(({ atoms }) => namesOf(model, atoms)).toSorted()).toEqual(expected);
    for (const { ideal } of bonds) expect(Math.abs(ideal - 2.9)).toBeLessThan(0.15);
    expect(planes).toHaveLength(1);
  });

  test("are none of bases too far apart or at an angle", () => {
    const countOf = (at: { rise?: number; tilt?: number }): number => {
      const model = readLines([...baseLines("A", 1, "A", {}), ...baseLines("U", 1, "B", at)]);
      return basePairs(model.atoms.xyz, listBases(model)).count;
    };
    expect(countOf({})).toBe(1);
    expect(countOf({ rise: 3 })).toBe(0);
    expect(countOf({ tilt: 40 })).toBe(0);
  });
});

describe("stacking", () => {
  const stackOf = (tilt: number): { model: Model; count: number; energy: number } => {
    const model = readLines([
      ...baseLines("G", 1, "A", {}),
      ...baseLines("C", 2, "A", { rise: 3.3, turn: 33, tilt }),
      ...baseLines("A", 3, "A", { rise: 12 }),
    ]);
    const { count, planes } = stackedBases(listBases(model));
    const { xyz } = model.atoms;
    return { model, count, energy: addParallelityEnergy(packParallelities(planes), xyz, new Float64Array(xyz.length)) };
  };

  test("joins neighbours that lie on each other, not those with a gap between", () => {
    expect(stackOf(0).count).toBe(1);
  });

  test("costs nothing within the slack and something beyond it", () => {
    expect(stackOf(5).energy).toBeCloseTo(0, 6);
    expect(stackOf(16).energy).toBeGreaterThan(5);
  });
});
