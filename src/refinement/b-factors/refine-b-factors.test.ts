// B factors: gradients, recovery of known patterns, nothing found where there is nothing, wrong patterns given up.
import { describe, expect, test } from "vitest";
import { correlate } from "../../../test/support/correlate.ts";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { createEngine } from "../../kernels/engine.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { ModelMapTarget } from "../model-map-target.ts";
import { type BGrouping, makeBGroups } from "./b-groups.ts";
import { bObjective, bOfVariable, variableOfB } from "./b-objective.ts";
import { chooseBGrouping, judgeBFactors } from "./judge-b-factors.ts";
import { type BFactorResult, defaultGrouping, refineBFactors, startingB } from "./refine-b-factors.ts";

const engine = createEngine();
const model = readLines(peptideLines(new Array(24).fill("ALA"), { phi: -60, psi: -45 }));
const { atoms, residues } = model;
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const resolution = 3;

/** B that rises along the chain, atoms of a residue alike. */
const ramp = Float64Array.from(
  { length: atoms.count },
  (_value, atom) => 20 * 5 ** (atoms.residue[atom]! / residues.count),
);
const level = new Float64Array(atoms.count).fill(50);

function targetOf(bFactor: Float64Array, noise: number, seed = 3): ModelMapTarget {
  const settings = { resolution, table: "electron", voxel: 1, margin: 8, noise } as const;
  const map = simulateMap(engine, { ...atoms, bFactor }, settings, createRunContext({ rng: createRng(seed) }));
  const start = { xyz: atoms.xyz, bFactor: level, occupancy: atoms.occupancy };
  return ModelMapTarget.create(engine, map, atoms.element, start, { resolution, table: "electron" })!;
}

function refine(target: ModelMapTarget, grouping: BGrouping, bFactor = level): Promise<BFactorResult> {
  const start = { xyz: atoms.xyz, bFactor, occupancy: atoms.occupancy };
  const options = { resolution, grouping, kernels: engine.kernels };
  return refineBFactors(target, { model, topology }, start, options, createRunContext());
}

test("a variable and its B convert into each other, and B stays between its bounds", () => {
  for (const b of [2, 20, 80, 250]) expect(bOfVariable(variableOfB(b))).toBeCloseTo(b, 8);
  expect(bOfVariable(-50)).toBeGreaterThanOrEqual(1);
  expect(bOfVariable(50)).toBeLessThanOrEqual(300);
});

test("groups hold every atom once, main chains apart from side chains", () => {
  const count = (grouping: BGrouping): number => makeBGroups(model, topology, engine.kernels, { grouping }).count;
  expect([count("overall"), count("residue"), count("main-side"), count("individual")]).toEqual([
    1,
    24,
    48,
    atoms.count,
  ]);
  const { offset, rows } = makeBGroups(model, topology, engine.kernels, { grouping: "main-side" });
  expect(offset.at(-1)).toBe(atoms.count);
  expect([...rows].toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: atoms.count }, (_value, atom) => atom),
  );
  expect(defaultGrouping(2)).toBe("individual");
  expect(defaultGrouping(3)).toBe("main-side");
  expect(defaultGrouping(6)).toBe("residue");
});

test("the objective's gradient is the difference of its values", () => {
  const target = targetOf(ramp, 0.3);
  const groups = makeBGroups(model, topology, engine.kernels, { grouping: "residue" });
  const parameters = { xyz: atoms.xyz, bFactor: level.slice(), occupancy: atoms.occupancy };
  const objective = bObjective(target, groups, parameters, 0.05);
  const rng = createRng(2);
  const x = Float64Array.from({ length: groups.count }, () => variableOfB(40 + 60 * rng.uniform()));
  const gradient = new Float64Array(x.length);
  objective(x, gradient);
  const rest = new Float64Array(x.length);
  for (const at of [0, 7, 23]) {
    const moved = (by: number): number => objective(x.with(at, x[at]! + by), rest);
    const step = 0.03;
    expect((moved(step) - moved(-step)) / (2 * step) / gradient[at]!).toBeCloseTo(1, 1);
  }
});

describe("refined B factors", () => {
  test.each(["individual", "main-side", "residue"] as const)(
    "follow those of the simulated map, %s",
    async (grouping) => {
      const result = await refine(targetOf(ramp, 0.2), grouping);
      expect(result.isApplied).toBe(true);
      expect(correlate(result.bFactor, ramp)).toBeGreaterThan(0.93);
      // The overall B is found too, though the shells' scale could hide it.
      const ratio = result.bFactor.reduce((sum, value, atom) => sum + Math.log(value / ramp[atom]!), 0) / atoms.count;
      expect(Math.abs(ratio)).toBeLessThan(0.15);
      expect(result.determined).toBeLessThanOrEqual(result.groups);
      expect(result.deviance.refined).toBeLessThan(result.deviance.flat);
    },
  );

  test.each([1, 2, 3])("are not applied where all atoms have one B and the rest is noise (seed %i)", async (seed) => {
    const result = await refine(targetOf(level, 1, seed), "main-side");
    expect(result.isApplied).toBe(false);
    expect(Math.max(...result.bFactor) - Math.min(...result.bFactor)).toBeLessThan(1e-9);
  });

  test("do not keep a wrong pattern that they start from", async () => {
    const result = await refine(targetOf(ramp, 0.2), "main-side", ramp.toReversed());
    expect(result.deviance.start).toBeGreaterThan(result.deviance.flat);
    expect(correlate(result.bFactor, ramp)).toBeGreaterThan(0.93);
  });

  test("of one half map describe the other half better, and those of a shuffled pattern do not", async () => {
    const [work, free] = [targetOf(ramp, 0.4, 5), targetOf(ramp, 0.4, 6)];
    const { bFactor } = await refine(work, "main-side");
    const at = (values: Float64Array) => ({ xyz: atoms.xyz, bFactor: values, occupancy: atoms.occupancy });
    const judgement = judgeBFactors(free, at(level), at(bFactor));
    expect(judgement.isBetter).toBe(true);
    expect(judgement.correlationAfter).toBeGreaterThan(judgement.correlationBefore!);
    expect(judgeBFactors(free, at(level), at(bFactor.toReversed())).isBetter).toBe(false);
  });

  test("are chosen by the other half map: no grouping where both halves have one B", async () => {
    const subject = { model, topology };
    const options = { resolution, kernels: engine.kernels, groupings: ["main-side", "residue"] as const };
    const at = { xyz: atoms.xyz, bFactor: level, occupancy: atoms.occupancy };
    const choose = (b: Float64Array, noise: number) =>
      chooseBGrouping(
        { work: targetOf(b, noise, 5), free: targetOf(b, noise, 6) },
        subject,
        at,
        options,
        createRunContext(),
      );
    expect((await choose(ramp, 0.4)).best).not.toBeNull();
    expect((await choose(level, 1)).best).toBeNull();
  });

  test("leave atoms outside of the selection alone, and fixed occupancies and coordinates", async () => {
    const movable = Uint8Array.from(atoms.residue, (residue) => (residue < 12 ? 1 : 0));
    const start = { xyz: atoms.xyz.slice(), bFactor: level, occupancy: atoms.occupancy.slice() };
    const options = { resolution, grouping: "residue", kernels: engine.kernels, movable } as const;
    const { bFactor } = await refineBFactors(
      targetOf(ramp, 0.2),
      { model, topology },
      start,
      options,
      createRunContext(),
    );
    expect(bFactor.filter((_value, atom) => movable[atom] === 0).every((value) => value === 50)).toBe(true);
    expect(start.xyz).toEqual(atoms.xyz);
  });
});

test("confidence in the B column becomes B", () => {
  const confident = {
    ...model,
    atoms: { ...atoms, bFactor: Float64Array.from(atoms.residue, (residue) => 70 + residue) },
  };
  const { bFactor, isPlddt } = startingB(confident, true);
  expect(isPlddt).toBe(true);
  expect(bFactor[0]!).toBeCloseTo((8 * Math.PI ** 2 * 1.5 ** 2) / 3, 6);
});
