// The Q-score kernel and its twin agree in crowded places, with conformers and models, on parts of maps and with any number of threads.
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { qScoreRules } from "../validation/fit/q-score-rules.ts";
import { createEngine } from "./engine.ts";
import { sortIntoCells } from "./reference/neighbours.ts";
import { coexist, reachOf, type ShellSamples } from "./reference/q-score.ts";

const size = [40, 44, 48] as const;
const rng = createRng(5);
const values = Float32Array.from({ length: size[0] * size[1] * size[2] }, () => rng.normal());

/** Atoms 3 A from the ends of the box or farther; about `count` in 1000 cubic Angstrom. */
function crowd(count: number, codes: readonly number[]): Omit<ShellSamples, "values" | "firstPlane"> {
  const xyz = Float64Array.from({ length: 3 * count }, () => 5 + 10 * rng.uniform());
  const cells = sortIntoCells(xyz, count, reachOf(qScoreRules("mapq", [0.6])));
  return {
    size,
    toGrid: [2, 0.2, 0.1, 0, 2.1, -0.2, 0, 0, 2.2],
    corner: [0.3, -0.4, 0.2],
    xyz,
    conformer: Int32Array.from({ length: count }, (_value, atom) => codes[atom % codes.length]!),
    cells,
    rows: Int32Array.from(cells.order),
  };
}

const engines = [createEngine({ kind: "reference" }), createEngine(), createEngine({ threads: 2 })];

describe.each(["mapq", "cctbx"] as const)("rule %s", (rule) => {
  test.each([
    ["few atoms", 12, [0]],
    ["as many as in a protein", 60, [0]],
    ["far too many", 300, [0]],
    ["conformers and models", 150, [0, 1, 2, 65536, 65537]],
  ])("%s: kernel and twin give the same numbers", (_name, count, codes) => {
    const samples = { ...crowd(count, codes), values, firstPlane: 0 };
    const rules = qScoreRules(rule, [0.6, 0.4]);
    const results = engines.map(({ kernels }) => kernels.scoreShells(samples, rules));
    for (const result of results.slice(1)) {
      result.forEach((value, at) => expect(value).toBeCloseTo(results[0]![at]!, 12));
    }
    expect(results[2]).toEqual(results[1]);
    expect(results[0]!.every((value) => Math.abs(value) <= 1)).toBe(true);
  });
});

test("a part of the map that holds the spheres is as good as the whole", () => {
  const samples = { ...crowd(40, [0]), values, firstPlane: 0 };
  const rules = qScoreRules("mapq", [0.6]);
  const plane = size[0] * size[1];
  const part = { ...samples, values: values.subarray(4 * plane, 40 * plane), firstPlane: 4 };
  for (const { kernels } of engines) {
    expect(kernels.scoreShells(part, rules)).toEqual(kernels.scoreShells(samples, rules));
  }
});

test("other conformers and other models are not there for an atom; what has no conformer is there for all", () => {
  const [blank, a, b, otherModel, otherA] = [0, 1, 2, 65536, 65537];
  expect([coexist(blank, a), coexist(a, a), coexist(a, blank), coexist(blank, blank)]).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([coexist(a, b), coexist(blank, otherModel), coexist(a, otherA), coexist(blank, otherA)]).toEqual(
    Array.from({ length: 4 }, () => false),
  );
});
