// Joint choices: against all combinations, and where no single change helps.
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import type { ChoicePair } from "../../hydrogens/choose-states.ts";
import { type ConformerProblem, chooseConformers } from "./choose-conformers.ts";

function energyOf({ single, pairs }: ConformerProblem, chosen: readonly number[]): number {
  let energy = 0;
  single.forEach((energies, item) => {
    energy += energies[chosen[item]!]!;
  });
  for (const { first, second, values } of pairs) {
    energy += values[chosen[first]! * single[second]!.length + chosen[second]!]!;
  }
  return energy;
}

function leastEnergy(problem: ConformerProblem): number {
  const sizes = problem.single.map(({ length }) => length);
  const combinations = sizes.reduce((product, size) => product * size, 1);
  let least = Infinity;
  for (let at = 0; at < combinations; at++) {
    let rest = at;
    const chosen = sizes.map((size) => {
      const state = rest % size;
      rest = Math.floor(rest / size);
      return state;
    });
    least = Math.min(least, energyOf(problem, chosen));
  }
  return least;
}

function randomProblem(seed: number, items: number, chance: number): ConformerProblem {
  const rng = createRng(seed);
  const single = Array.from({ length: items }, () =>
    Array.from({ length: 1 + Math.floor(4 * rng.uniform()) }, () => 6 * rng.uniform()),
  );
  const pairs: ChoicePair[] = [];
  for (let first = 0; first < items; first++) {
    for (let second = first + 1; second < items; second++) {
      if (rng.uniform() > chance) continue;
      const values = Float64Array.from({ length: single[first]!.length * single[second]!.length }, () =>
        rng.uniform() < 0.3 ? 12 * rng.uniform() : 0,
      );
      pairs.push({ first, second, values });
    }
  }
  return { single, pairs };
}

describe("choosing conformers together", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("finds the best of all combinations (seed %i)", (seed) => {
    const problem = randomProblem(seed, 8, 0.5);
    const chosen = chooseConformers(problem, createRng(0));
    expect(energyOf(problem, chosen)).toBeCloseTo(leastEnergy(problem), 9);
  });

  test("moves two where neither alone can move", () => {
    // Both are better in state 1, but each in state 1 bumps into the other in state 0.
    const pair: ChoicePair = { first: 0, second: 1, values: Float64Array.from([0, 20, 20, 0]) };
    const problem: ConformerProblem = {
      single: [
        [0, -3],
        [0, -3],
      ],
      pairs: [pair],
    };
    expect(chooseConformers(problem, createRng(0))).toEqual([1, 1]);
  });

  test("repeats itself on groups too large for tables", () => {
    const problem = randomProblem(9, 60, 0.4);
    const [first, second] = [chooseConformers(problem, createRng(4)), chooseConformers(problem, createRng(4))];
    expect(first).toEqual(second);
    const greedy = problem.single.map((energies) => energies.indexOf(Math.min(...energies)));
    expect(energyOf(problem, first)).toBeLessThan(energyOf(problem, greedy));
  });
});
