// The joint choice is the best one there is, and without room for that one that no single change betters.
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { type ChoiceProblem, chooseStates } from "./choose-states.ts";

function randomProblem(seed: number, items: number, states: number, density: number): ChoiceProblem {
  const rng = createRng(seed);
  const single = Array.from({ length: items }, () => Array.from({ length: states }, () => rng.uniform()));
  const pairs = [];
  for (let first = 0; first < items; first++) {
    for (let second = first + 1; second < items; second++) {
      if (rng.uniform() > density) continue;
      pairs.push({
        first,
        second,
        values: Float64Array.from({ length: states * states }, () => 2 * rng.uniform() - 1),
      });
    }
  }
  return { single, pairs };
}

function scoreOf({ single, pairs }: ChoiceProblem, chosen: readonly number[]): number {
  const alone = single.reduce((sum, scores, item) => sum + scores[chosen[item]!]!, 0);
  return pairs.reduce(
    (sum, { first, second, values }) => sum + values[chosen[first]! * single[second]!.length + chosen[second]!]!,
    alone,
  );
}

function bestByTrial(problem: ChoiceProblem): number {
  const { single } = problem;
  let best = -Infinity;
  const chosen = single.map(() => 0);
  const count = single.reduce((product, scores) => product * scores.length, 1);
  for (let trial = 0; trial < count; trial++) {
    let rest = trial;
    single.forEach((scores, item) => {
      chosen[item] = rest % scores.length;
      rest = Math.floor(rest / scores.length);
    });
    best = Math.max(best, scoreOf(problem, chosen));
  }
  return best;
}

describe("choosing states", () => {
  test.each([1, 2, 3, 4, 5, 6])("finds the best of all combinations (seed %i)", (seed) => {
    const problem = randomProblem(seed, 6, 4, seed / 6);
    expect(scoreOf(problem, chooseStates(problem))).toBeCloseTo(bestByTrial(problem), 10);
  });

  test("takes chains of many items apart", () => {
    const { single, pairs } = randomProblem(7, 200, 5, 1);
    const chain = { single, pairs: pairs.filter(({ first, second }) => second === first + 1) };
    // Best by dynamic programming along the chain.
    let best = single[0]!.slice();
    for (let item = 1; item < single.length; item++) {
      const { values } = chain.pairs[item - 1]!;
      best = single[item]!.map(
        (score, own) => score + Math.max(...best.map((sum, before) => sum + values[5 * before + own]!)),
      );
    }
    expect(scoreOf(chain, chooseStates(chain))).toBeCloseTo(Math.max(...best), 8);
  });

  test("without room for tables ends where no single change is better", () => {
    const problem = randomProblem(8, 12, 6, 1);
    const chosen = chooseStates(problem, 10);
    const score = scoreOf(problem, chosen);
    problem.single.forEach((scores, item) => {
      scores.forEach((_score, state) => {
        expect(scoreOf(problem, chosen.with(item, state))).toBeLessThanOrEqual(score + 1e-12);
      });
    });
  });

  test("of equal states takes the first", () => {
    expect(
      chooseStates({
        single: [
          [1, 1, 1],
          [0, 2, 2],
        ],
        pairs: [],
      }),
    ).toEqual([0, 1]);
  });
});
