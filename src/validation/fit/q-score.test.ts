// Q-scores of atoms and of a small peptide in their exact maps, disturbed in known ways, against published values.
import { describe, expect, test } from "vitest";
import { gasPeptide, gasPeptideText } from "../../../test/support/gas-peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { elementIndex } from "../../chemistry/elements.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { readPdb } from "../../io/pdb/read-pdb.ts";
import { createEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { computeStructureFactors, freeStructureFactors, mapFromStructureFactors } from "../../scattering/model-map.ts";
import { expectedQ } from "./q-expectation.ts";
import { computeQScores, type QScoreOptions, type QScores } from "./q-score.ts";
import { spiralDirections } from "./q-score-rules.ts";
import { listAtomQ, meanQ, summarizeQScores } from "./q-score-summary.ts";

const gas = gasPeptide();
const engine = createEngine();

function boxOf(points: number, edge = 24): Omit<DensityMap, "values"> {
  return {
    size: [points, points, points],
    start: [0, 0, 0],
    sampling: [points, points, points],
    cell: { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 },
    offset: [0, 0, 0],
  };
}

function exactMap(model: Model, points: number, resolution: number): DensityMap {
  const box = boxOf(points);
  const factors = computeStructureFactors(engine, model.atoms, mapFrame(box), { resolution, table: "electron" });
  const map = mapFromStructureFactors(engine, factors);
  const values = map.slice();
  engine.memory.free(map);
  freeStructureFactors(engine, factors);
  return { ...box, values };
}

function withAtoms(model: Model, change: Partial<Model["atoms"]>): Model {
  return { ...model, atoms: { ...model.atoms, ...change } };
}

const shifted = (shift: number): Model =>
  withAtoms(gas, { xyz: gas.atoms.xyz.map((value, at) => (at % 3 === 0 ? value + shift : value)) });
const withB = (b: number): Model => withAtoms(gas, { bFactor: gas.atoms.bFactor.map(() => b) });

function loneCarbon(x: number, y: number, z: number, b = 20): Model {
  const line = `ATOM      1  C   UNK A   1    ${[x, y, z].map((value) => value.toFixed(3).padStart(8)).join("")}  1.00${b.toFixed(2).padStart(6)}           C\n`;
  return readPdb(line, "c.pdb", createRunContext());
}

function scoresOf(model: Model, map: DensityMap, options: QScoreOptions = {}, use = engine): QScores {
  return computeQScores(use, model, map, options, createRunContext());
}

function expectNear(values: readonly (number | null)[], expected: readonly number[], tolerance = 0.005): void {
  expected.forEach((value, at) => expect(Math.abs(values[at]! - value), `${values[at]}`).toBeLessThan(tolerance));
}

describe("an isolated carbon atom in its exact map", () => {
  test.each([
    [1.3, 0.999, 0.949],
    [1.5, 0.997, 0.936],
    [2, 0.98, 0.888],
    [3, 0.933, 0.812],
    [4, 0.907, 0.777],
    [6, 0.885, 0.749],
    [8, 0.877, 0.739],
  ])("at %s A scores %s and %s with the two widths", (resolution, wide, narrow) => {
    const model = loneCarbon(12, 12, 12);
    const { values } = scoresOf(model, exactMap(model, 96, resolution));
    expectNear([...values], [wide, narrow]);
  });

  test.each([
    [12, 12, 12, 48, [0.9798, 0.9357, 0.9106]],
    [12, 12, 12, 96, [0.9795, 0.9332, 0.9079]],
    [12.17, 12.05, 11.91, 48, [0.9767, 0.9308, 0.9055]],
  ])("at %s, %s, %s with %s points a side", (x, y, z, points, expected) => {
    const model = loneCarbon(x, y, z);
    const found = [2, 3, 4].map((resolution) => scoresOf(model, exactMap(model, points, resolution)).values[0]!);
    expectNear(found, expected, 0.002);
  });

  test.each([
    [0, [0.978, 0.994, 0.988, 0.936, 0.908]],
    [100, [0.937, 0.937, 0.936, 0.92, 0.903]],
  ])("with B = %s at 1.3, 1.5, 2, 3 and 4 A", (b, expected) => {
    const model = loneCarbon(12, 12, 12, b);
    expectNear(
      [1.3, 1.5, 2, 3, 4].map((resolution) => scoresOf(model, exactMap(model, 96, resolution)).values[0]!),
      expected,
    );
  });
});

describe("a peptide in its exact map", () => {
  test.each([
    [1.5, 0.966, 0.882],
    [2, 0.928, 0.82],
    [3, 0.813, 0.69],
    [4, 0.734, 0.613],
  ])("at %s A", (resolution, wide, narrow) => {
    const scores = scoresOf(gas, exactMap(gas, 96, resolution));
    expectNear([meanQ(scores), meanQ(scores, 1)], [wide, narrow]);
  });

  const map = exactMap(gas, 96, 3);
  const scores = scoresOf(gas, map);

  test("atoms have the published scores, the methyl group the lowest", () => {
    const q = listAtomQ(gas, scores).map((entry) => entry.q[0]!);
    expectNear([q[0]!, q[1]!, q[8]!, q[14]!], [0.889, 0.827, 0.743, 0.838]);
    expect(Math.min(...q.map(Number))).toBe(q[8]);
    expectNear([meanQ(scoresOf(gas, map, { rule: "cctbx" }))], [0.82]);
  });

  test.each([
    ["B = 50", withB(50), 0.793],
    ["B = 100", withB(100), 0.754],
  ])("%s of map and model", (_name, model, expected) => {
    expectNear([meanQ(scoresOf(model, exactMap(model, 96, 3)))], [expected]);
  });

  test.each([
    [0.25, 0.797],
    [0.5, 0.758],
    [1, 0.621],
  ])("shifted by %s A", (shift, expected) => expectNear([meanQ(scoresOf(shifted(shift), map))], [expected]));

  test("scores do not depend on scale and offset of the map and change sign with it", () => {
    const change = (factor: number, offset: number): DensityMap => ({
      ...map,
      values: map.values.map((value) => factor * value + offset),
    });
    scoresOf(gas, change(7, 3)).values.forEach((value, at) => expect(value).toBeCloseTo(scores.values[at]!, 4));
    scoresOf(gas, change(-1, 0)).values.forEach((value, at) => expect(value).toBeCloseTo(-scores.values[at]!, 9));
  });

  test("relative to its own map the model scores 1, and less when it is moved", () => {
    const exact = scoresOf(gas, map, { values: map.values });
    expect(summarizeQScores(gas, scores, { resolution: 3, exact }).relativeToExact).toBe(1);
    const moved = shifted(0.5);
    const summary = summarizeQScores(moved, scoresOf(moved, map), { exact: scoresOf(moved, exactMap(moved, 96, 3)) });
    expectNear([summary.relativeToExact], [0.758 / 0.813], 0.01);
  });

  test("residues, chains and the model are means over their atoms", () => {
    const q = listAtomQ(gas, scores).map((entry) => entry.q[0]!);
    const mean = (rows: readonly number[]): number => rows.reduce((sum, row) => sum + q[row]!, 0) / rows.length;
    const { perResidue, perChain, otherSigmas, atoms, mean: whole } = summarizeQScores(gas, scores, { resolution: 3 });
    expect(perResidue[0]).toMatchObject({ name: "GLY", number: 1, sideChain: null });
    expect(perResidue[1]!.backbone).toBeCloseTo(mean([4, 5, 6, 7]), 12);
    expect(perResidue[2]!.sideChain).toBeCloseTo(mean([13, 14]), 12);
    expect(perResidue[2]!.q).toBeCloseTo(mean([9, 10, 11, 12, 13, 14]), 12);
    expect([perChain[0]!.atoms, atoms, perChain.length]).toEqual([15, 15, 1]);
    expect(perChain[0]!.mean).toBe(whole);
    expect(otherSigmas[0]!.mean).toBe(meanQ(scores, 1));
    expect(perChain[0]!.expected).toBeCloseTo(-0.1775 * 3 + 1.1192, 12);
  });

  test("a second model, and another conformer in the same place, leave an atom's points alone", () => {
    const twice = (end: string): string => `${gasPeptideText.trim()}\n${end}`;
    const models = readPdb(
      `MODEL        1\n${twice("ENDMDL\n")}MODEL        2\n${twice("ENDMDL\n")}`,
      "two.pdb",
      createRunContext(),
    );
    expect(meanQ(scoresOf(models, map))).toBeCloseTo(meanQ(scores)!, 12);
    const conformer = (altloc: string): string[] =>
      gasPeptideText
        .trim()
        .split("\n")
        .map((line) => (/ (CB|OG) {2}SER/.test(line) ? `${line.slice(0, 16)}${altloc}${line.slice(17)}` : line));
    const a = conformer("A");
    const both = readPdb(
      [...a, ...conformer("B").filter((line) => line[16] === "B")].join("\n"),
      "alternates.pdb",
      createRunContext(),
    );
    const found = listAtomQ(both, scoresOf(both, map));
    expect(found).toHaveLength(17);
    const single = listAtomQ(gas, scores);
    for (const row of [13, 14]) {
      expect(found[row]!.q).toEqual(single[row]!.q);
      expect(found[row + 2]!.q).toEqual(single[row]!.q);
    }
  });
});

describe("what cannot be scored is null, never NaN", () => {
  const map = exactMap(gas, 48, 3);

  test.each([
    ["a constant map", gas, { ...map, values: new Float32Array(map.values.length).fill(0.1) }],
    ["an empty map", gas, { ...map, values: new Float32Array(map.values.length) }],
    ["a model outside of the map", withAtoms(gas, { xyz: gas.atoms.xyz.map((value) => value + 100) }), map],
    ["a map one point thick", gas, { ...map, size: [48, 48, 1] as const, values: map.values.subarray(0, 48 * 48) }],
    ["hydrogens alone", withAtoms(gas, { element: new Uint8Array(15).fill(elementIndex("H")) }), map],
    ["no occupancy", withAtoms(gas, { occupancy: new Float64Array(15) }), map],
  ])("%s", (_name, model, density) => {
    const context = createRunContext();
    const scores = computeQScores(engine, model, density, {}, context);
    const summary = summarizeQScores(model, scores, { resolution: 3, exact: scores });
    expect([scores.scored, summary.mean, summary.relativeToExact, summary.expected]).toEqual([0, null, null, null]);
    expect(JSON.stringify([summary, listAtomQ(model, scores)])).not.toMatch(/NaN|Infinity/);
  });

  test("atoms near the end of the map are counted and told, and the others keep their scores", () => {
    const context = createRunContext();
    const model = shifted(-6.5);
    const scores = computeQScores(engine, model, map, {}, context);
    expect([scores.outside, scores.scored]).toEqual([1, 14]);
    expect(context.diagnostics.entries).toMatchObject([{ code: "Q_OUTSIDE_MAP", count: 1, examples: ["A 1 GLY N"] }]);
    expect(listAtomQ(model, scores)[0]).toEqual({ atom: "A 1 GLY N", q: [null, null] });
  });

  test("an atom far away changes nothing but the count of atoms outside", () => {
    const line = "HETATM   16  O   GOL A   4    9999.0009999.0009999.000  1.00 20.00           O\n";
    const far = readPdb(`${gasPeptideText.trim()}\n${line}`, "far.pdb", createRunContext());
    const scores = scoresOf(far, map);
    expect([scores.outside, scores.scored]).toEqual([1, 15]);
    expect(scores.values.subarray(0, 30)).toEqual(scoresOf(gas, map).values);
  });

  test("an atom outside of the map still takes points away from one inside", () => {
    // The first plane of the map lies between the two.
    const pair = readPdb(
      `ATOM      1  C   UNK A   1      12.000  12.000   2.300  1.00 20.00           C
ATOM      2  C   UNK A   2      12.000  12.000  -0.500  1.00 20.00           C
`,
      "pair.pdb",
      createRunContext(),
    );
    const noise = { ...map, values: map.values.map((_value, at) => Math.sin(0.37 * at)) };
    const [together, alone] = [scoresOf(pair, noise), scoresOf(loneCarbon(12, 12, 2.3), noise)];
    expect([together.scored, together.outside]).toEqual([1, 1]);
    expect(together.values[0]).not.toBe(alone.values[0]);
  });

  test("an atom without occupancy takes no points away from its neighbours", () => {
    const context = createRunContext();
    const occupancy = gas.atoms.occupancy.map((value, atom) => (atom === 8 ? 0 : value));
    const scores = computeQScores(engine, withAtoms(gas, { occupancy }), map, {}, context);
    const rows = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14];
    const without = withAtoms(gas, { element: gas.atoms.element.map((value, atom) => (atom === 8 ? 1 : value)) });
    const expected = scoresOf(without, map);
    for (const row of rows) expect(scores.values[2 * row]).toBe(expected.values[2 * row]);
    expect(scores.unoccupied).toBe(1);
    expect(context.diagnostics.entries).toMatchObject([{ code: "ATOM_UNOCCUPIED", count: 1 }]);
  });

  test("a skewed cell with unlike steps gives nearly the same scores", () => {
    const cell = { a: 24, b: 26, c: 25, alpha: 80, beta: 85, gamma: 90 };
    const size = [64, 54, 50] as const;
    const skewed = { size, start: [-8, -2, 0] as const, sampling: size, cell, offset: [0, 0, 0] as const };
    const factors = computeStructureFactors(engine, gas.atoms, mapFrame(skewed), { resolution: 3, table: "electron" });
    const values = mapFromStructureFactors(engine, factors);
    expectNear([meanQ(scoresOf(gas, { ...skewed, values }))], [0.813], 0.02);
  });
});

test("the spiral runs from pole to pole over unit vectors", () => {
  const xyz = spiralDirections(32);
  for (let at = 0; at < xyz.length; at += 3)
    expect(Math.hypot(xyz[at]!, xyz[at + 1]!, xyz[at + 2]!)).toBeCloseTo(1, 12);
  expect([xyz[2], xyz[95]]).toEqual([-1, 1]);
});

test("expected scores are those of the published formulas, weighted by numbers of atoms", () => {
  const { expected, low, high } = expectedQ(0.6, 3.9, { protein: 100 });
  expectNear([expected, low, high], [0.42695, 0.32695, 0.52695], 1e-6);
  expectNear([expectedQ(0.4, 3, { protein: 1 }).expected], [0.5644], 1e-6);
  const mixed = expectedQ(0.6, 2.2, { nucleic: 30, water: 10, other: 500 }).expected;
  expectNear([mixed], [(3 * (-0.1377 * 2.2 + 0.9973) + (-0.0895 * 2.2 + 1.0001)) / 4], 1e-9);
  expect(expectedQ(0.5, 3, { protein: 1 }).expected).toBeNull();
  expect(expectedQ(0.6, 7, { protein: 1 }).expected).toBeNull();
  expect(expectedQ(0.6, 3, { other: 1 }).expected).toBeNull();
});
