// Cross-validation by half maps of a simulated experiment, and what it must not be taken in by.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import type { DensityMap } from "../../density/map.ts";
import { readModel } from "../../io/read-model.ts";
import { createEngine } from "../../kernels/engine.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { type HalfMaps, withRandomPhases } from "../../validation/fit/half-map-fsc.ts";
import { refineModel } from "../refine-model.ts";
import { defaultRefineOptions, type RefineOptions } from "../refine-options.ts";
import type { Checkpoint } from "../run-state.ts";
import { averageShells } from "./choose-weight.ts";
import { crossValidate, type FreeFsc, settingsOf } from "./cross-validation.ts";

const engine = createEngine();
const model = await readModel(
  readFileSync(new URL("../../../example/true.pdb", import.meta.url)),
  "true.pdb",
  createRunContext(),
);
const dictionary = loadDictionary();
const exact = simulateMap(
  engine,
  model.atoms,
  { resolution: 3, table: "electron", voxel: 1, margin: 8, noise: 0 },
  createRunContext(),
);
const tables = { supplementPlan: null, rotamers: null, ramachandran: null };
const options: RefineOptions = { ...defaultRefineOptions, quality: "standard", resolution: 3 };

/** A half map: the exact map and white noise. */
function noisy(seed: number, noise: number): DensityMap {
  const rng = createRng(seed);
  const mean = exact.values.reduce((sum, value) => sum + value, 0) / exact.values.length;
  const sigma = Math.sqrt(exact.values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / exact.values.length);
  return { ...exact, values: exact.values.map((value) => value + noise * sigma * rng.normal()) };
}

const halfMaps: HalfMaps = { first: noisy(1, 3), second: noisy(2, 3) };
const run = (maps: HalfMaps, weights: readonly number[], wanted = options, context = createRunContext()) =>
  crossValidate(
    engine,
    { model, map: exact, halfMaps: maps, dictionary },
    { options: wanted, tables, seed: 1, weights },
    context,
  );
const beyond = (found: FreeFsc, isFine: boolean) =>
  averageShells(found.shells.filter(({ d }) => d < 4.5 === isFine && (isFine || d > 5.5)))!;

describe("half maps of one molecule", () => {
  const free = { ...options, targetBondRmsd: 9, targetAngleRmsd: 90 };
  let found: FreeFsc;

  beforeAll(async () => {
    found = (await run(halfMaps, [1, 32], free))!;
  });

  test("agree with the model, the one it was refined against more", () => {
    expect(found.free).toBeGreaterThan(0.5);
    expect(found.gap).toBeGreaterThan(0);
    expect(found.unmasked!.gap).toBeGreaterThan(0);
    expect(found.unmasked!.free).toBeLessThan(found.free);
  });

  test("catch a weight that is far too large by the gap, and it is not chosen", () => {
    const [usual, excessive] = found.weights as [FreeFsc["weights"][number], FreeFsc["weights"][number]];
    expect(excessive.work).toBeGreaterThan(usual.work);
    expect(excessive.free).toBeLessThan(usual.free);
    expect(excessive.gap).toBeGreaterThan(1.5 * usual.gap);
    expect(found.weight).toBe(1);
  });

  test("with random phases beyond 5 A, free FSC stays near zero there while work FSC is fitted", async () => {
    const randomised = {
      first: withRandomPhases(engine, halfMaps.first, 5, createRng(5)),
      second: withRandomPhases(engine, halfMaps.second, 5, createRng(6)),
    };
    const blind = (await run(randomised, [1, 32], free))!;
    expect(Math.abs(beyond(blind, true).free)).toBeLessThan(0.1);
    expect(beyond(found, true).free).toBeGreaterThan(0.3);
    expect(beyond(blind, false).free).toBeGreaterThan(0.5);
  });

  test("with a given weight judge it alone, and give the same numbers again", async () => {
    const given = (await run(halfMaps, [1, 2], { ...free, weight: 32 }))!;
    expect(given.weights).toEqual(found.weights.slice(1));
    expect(given.weight).toBe(32);
  });
});

test.each([
  ["twice the same", halfMaps.first, "HALF_MAPS_IDENTICAL"],
  ["of which one is flat", { ...exact, values: exact.values.map(() => 2) }, "HALF_MAP_CONSTANT"],
  ["of which one is another's", { ...exact, values: exact.values.toReversed() }, "HALF_MAPS_UNRELATED"],
])("half maps %s judge nothing and say so", async (_name, second, code) => {
  const context = createRunContext();
  expect(await run({ first: halfMaps.first, second }, [1], options, context)).toBeNull();
  expect(context.diagnostics.entries.map((entry) => entry.code)).toEqual([code]);
});

test("half maps of another size are refused", async () => {
  const second = { ...exact, size: [exact.size[0] - 1, exact.size[1], exact.size[2]] as const };
  await expect(run({ first: halfMaps.first, second }, [1])).rejects.toThrow(/one grid/);
});

test("the run on the full map takes the chosen weight for its most, and begins within the ceilings", () => {
  const trial = (weight: number, angleRmsd: number) => ({
    weight,
    angleRmsd,
    bondRmsd: 0.005,
    work: 1,
    free: 1,
    gap: 0,
  });
  const found = { weight: 4, bFactors: "residue", weights: [trial(1, 0.8), trial(2, 0.9), trial(4, 1.1)] } as const;
  expect(settingsOf(found as unknown as FreeFsc, options)).toEqual({
    modelMapWeight: { first: 2, most: 4 },
    bFactors: "residue",
  });
});

test("a refinement reports what half maps chose, stays below that weight, and goes on from a checkpoint the same", async () => {
  const values = halfMaps.first.values.map((value, at) => (value + halfMaps.second.values[at]!) / 2);
  const input = { model, map: { ...exact, values }, dictionary, halfMaps };
  const short = { ...options, quality: "standard", sideChains: "off", cycles: 3, iterations: 20 } as const;
  const checkpoints: Checkpoint[] = [];
  const keep = { onCheckpoint: (checkpoint: Checkpoint) => checkpoints.push(checkpoint) };
  const { refinement } = await refineModel(engine, input, short, createRunContext(), keep);
  const { freeFsc, cycles } = refinement;
  expect(freeFsc!.full).toBeGreaterThan(freeFsc!.free);
  for (const { stage, weight } of cycles) if (stage === "modelMap") expect(weight).toBeLessThanOrEqual(freeFsc!.weight);
  const resumed = await refineModel(engine, input, short, createRunContext(), { from: checkpoints.at(-2)! });
  expect(resumed.refinement.freeFsc).toEqual(freeFsc);
  expect(resumed.refinement.cycles).toEqual(cycles);
});
