// Occupancies: groups, gradients, recovery of known ones, sums that stay 1.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { createEngine } from "../../kernels/engine.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { ModelMapTarget } from "../model-map-target.ts";
import { makeOccupancyGroups } from "./occupancy-groups.ts";
import { occupancyObjective, refineOccupancies } from "./refine-occupancies.ts";

/** The line with an alternate location, moved along x and y. */
function alternate(line: string, letter: string, by: number): string {
  const [x, y] = [30, 38].map((at) => (Number(line.slice(at, at + 8)) + by).toFixed(3).padStart(8));
  return line.slice(0, 16) + letter + line.slice(17, 30) + x! + y! + line.slice(46);
}

/** A helix whose residues 6 and 7 are there twice and residue 10 once with a letter, and glycerol beside it. */
function build() {
  const lines = peptideLines(new Array(14).fill("ALA"), { phi: -60, psi: -45 }).flatMap((line) => {
    const number = Number(line.slice(22, 26));
    if (number === 6 || number === 7) return [alternate(line, "A", 0), alternate(line, "B", 1.7)];
    return number === 10 ? [alternate(line, "A", 0)] : [line];
  });
  const ligand = [
    [14, 0, 4],
    [15.2, 0.6, 4.4],
    [14.9, 2, 4.8],
    [16.2, 2.7, 5.2],
    [15.9, 4, 5.6],
    [17.4, 1.9, 5.1],
  ].map((point, at) =>
    atomLine(
      900 + at,
      ["C1", "O1", "C2", "O2", "C3", "O3"][at]!,
      "GOL",
      50,
      point as unknown as [number, number, number],
    ).replace("ATOM  ", "HETATM"),
  );
  return readLines([...lines, ...ligand]);
}

const engine = createEngine();
const model = build();
const { atoms } = model;
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "hold" }, createRunContext());
const groups = makeOccupancyGroups(model, topology);
const bFactor = new Float64Array(atoms.count).fill(40);

/** Occupancies by group and state. */
function occupancies(values: readonly (readonly number[])[]): Float64Array {
  const occupancy = new Float64Array(atoms.count).fill(1);
  groups.forEach(({ states }, group) => {
    states.forEach(({ atoms: rows }, state) => {
      for (const row of rows) occupancy[row] = values[group]![state]!;
    });
  });
  return occupancy;
}

const truth = [[0.7, 0.3], [0.5], [0.6]];

function targetOf(occupancy: Float64Array, noise: number): ModelMapTarget {
  const settings = { resolution: 2.5, table: "electron", voxel: 0.8, margin: 8, noise } as const;
  const scatterers = { ...atoms, bFactor, occupancy };
  const map = simulateMap(engine, scatterers, settings, createRunContext({ rng: createRng(4) }));
  const start = { xyz: atoms.xyz, bFactor, occupancy };
  return ModelMapTarget.create(engine, map, atoms.element, start, { resolution: 2.5, table: "electron" })!;
}

test("bonded alternates are one group, a letter alone and a ligand one each", () => {
  expect(groups.map(({ label, states }) => [label, states.map(({ altloc }) => altloc).join("")])).toEqual([
    ["A 6 ALA", "AB"],
    ["A 10 ALA", "A"],
    ["A 50 GOL", ""],
  ]);
  expect(groups[0]!.states.map(({ atoms: rows }) => rows.length)).toEqual([10, 10]);
  expect(makeOccupancyGroups(model, topology, { ligands: "none" })).toHaveLength(2);
  const movable = Uint8Array.from(atoms.residue, (residue) => (residue === 9 ? 0 : 1));
  expect(makeOccupancyGroups(model, topology, { movable }).map(({ label }) => label)).toEqual(["A 6 ALA", "A 50 GOL"]);
});

test("the objective's gradient is the difference of its values", () => {
  const target = targetOf(occupancies(truth), 0.3);
  const parameters = { xyz: atoms.xyz, bFactor, occupancy: occupancies([[0.5, 0.5], [1], [1]]) };
  const objective = occupancyObjective(target, groups, parameters);
  const x = Float64Array.of(0.3, -0.4, 1.2, 0.5);
  const gradient = new Float64Array(4);
  objective(x, gradient);
  const rest = new Float64Array(4);
  x.forEach((value, at) => {
    const moved = (by: number): number => objective(x.with(at, value + by), rest);
    expect((moved(0.05) - moved(-0.05)) / 0.1 / gradient[at]!).toBeCloseTo(1, 1);
  });
});

describe("refined occupancies", () => {
  test("are those of the map, and conformers add up to 1", async () => {
    const start = { xyz: atoms.xyz, bFactor, occupancy: occupancies([[0.5, 0.5], [1], [1]]) };
    const result = await refineOccupancies(
      targetOf(occupancies(truth), 0.15),
      { model, topology },
      start,
      {},
      createRunContext(),
    );
    expect(result.isApplied).toBe(true);
    result.groups.forEach(({ after }, group) => {
      after.forEach((value, state) => expect(Math.abs(value - truth[group]![state]!)).toBeLessThan(0.06));
    });
    expect(result.groups[0]!.after.reduce((sum, value) => sum + value, 0)).toBe(1);
    expect(result.occupancy).toEqual(occupancies(result.groups.map(({ after }) => after)));
  });

  test("are left alone where those of the start are right", async () => {
    const start = { xyz: atoms.xyz, bFactor, occupancy: occupancies(truth) };
    const result = await refineOccupancies(
      targetOf(start.occupancy, 0.5),
      { model, topology },
      start,
      {},
      createRunContext(),
    );
    expect(result.isApplied).toBe(false);
    expect(result.occupancy).toEqual(start.occupancy);
  });
});
