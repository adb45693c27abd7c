// Changes of side chains and peptides, judged by a simulated map.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { loadRotamerTables } from "../../chemistry/rotamer-tables.ts";
import { readModel } from "../../io/read-model.ts";
import { createEngine } from "../../kernels/engine.ts";
import { makePairRules } from "../../restraints/nonbonded.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { ModelMapTarget } from "../model-map-target.ts";
import type { PeptideFlip } from "./flip-peptides.ts";
import {
  type ChangeTrial,
  type GeometryGains,
  geometryGains,
  judgeChanges,
  peptideTrials,
  sideChainTrials,
} from "./judge-changes.ts";
import { findSideChains, turnAtoms } from "./searched-side-chains.ts";
import type { SideChainChange } from "./side-chains.ts";

const path = new URL("../../../example/true.pdb", import.meta.url).pathname;
const model = await readModel(readFileSync(path), path, createRunContext());
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const engine = createEngine();
const settings = { resolution: 3, table: "electron", voxel: 1, margin: 6, noise: 0.3 } as const;
const map = simulateMap(engine, model.atoms, settings, createRunContext({ rng: createRng(2) }));
const parameters = { bFactor: model.atoms.bFactor, occupancy: model.atoms.occupancy };
const target = ModelMapTarget.create(
  engine,
  map,
  model.atoms.element,
  { ...parameters, xyz: model.atoms.xyz },
  settings,
)!;
const truth = model.atoms.xyz;

const rowOf = (residue: number, name: string): number => {
  const { atomOffset, atomIndex } = model.residues;
  const rows = atomIndex.subarray(atomOffset[residue]!, atomOffset[residue + 1]!);
  return rows.find((row) => model.atoms.name[row] === name) ?? -1;
};
const residues = Array.from({ length: model.residues.count }, (_, residue) => residue);
/** Large side chains, the first of every third. */
const large = residues.filter((residue) => rowOf(residue, "CD1") >= 0).filter((_residue, at) => at % 3 === 0);
const stem = new Set("N CA C O OXT CB HA".split(" "));

/** The truth with large side chains turned away, and the changes that say so. */
function turned(gains = { density: 0, rotamer: 0, clash: 0, backbone: 0 }): {
  xyz: Float64Array;
  changes: SideChainChange[];
} {
  const xyz = truth.slice();
  const changes = large.map((residue): SideChainChange => {
    const { atomOffset, atomIndex } = model.residues;
    const rows = [...atomIndex.subarray(atomOffset[residue]!, atomOffset[residue + 1]!)];
    const moving = rows.filter((row) => !stem.has(model.atoms.name[row]!));
    turnAtoms(xyz, rowOf(residue, "CA"), rowOf(residue, "CB"), moving, 120);
    return { residue, label: String(residue), from: "m", to: "t", kind: "rotamer", gains };
  });
  return { xyz, changes };
}

function judge(trials: readonly ChangeTrial[], before: Float64Array, searched: Float64Array) {
  target.updateShells({ ...parameters, xyz: before });
  return judgeChanges(target, trials, { before, searched, control: before, minimized: searched }, parameters);
}

/** What is gained besides the map. */
const gaining = (rotamer: number): GeometryGains => ({ clash: () => 0, ramachandran: () => 0, rotamer: () => rotamer });

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));

describe("side chains", () => {
  test("that were turned away from the truth go back to where they were", () => {
    const { xyz, changes } = turned();
    const places = { before: truth, searched: xyz, control: truth, minimized: xyz };
    const { verdicts, xyz: judged } = judge(sideChainTrials(model, changes, places, gaining(0), 0), truth, xyz);
    expect(large.length).toBeGreaterThan(4);
    expect(verdicts).toEqual(large.map(() => "back"));
    expect(distance(judged, truth)).toBeLessThan(1e-6);
  });

  test("that were turned to the truth stay, in the first search too", () => {
    const { xyz, changes } = turned();
    const places = { before: xyz, searched: truth, control: xyz, minimized: truth };
    const { verdicts, xyz: judged } = judge(sideChainTrials(model, changes, places, gaining(0), 25), xyz, truth);
    expect(verdicts).toEqual(large.map(() => "kept"));
    expect(distance(judged, truth)).toBe(0);
  });

  test("that the map says nothing of leave an outlier, and a rotamer for a much likelier one", () => {
    const control = truth.slice();
    const [residue] = large;
    const change = (from: string): SideChainChange => ({
      residue: residue!,
      label: "",
      from,
      to: "t",
      kind: "rotamer",
      gains: { density: 0, rotamer: 0, clash: 0, backbone: 0 },
    });
    const row = rowOf(residue!, "CD1");
    const searched = truth.map((value, at) => (at === 3 * row ? value + 0.11 : value));
    // Where the side chain ends is elsewhere, but looks the same to a map without it.
    const minimized = truth.map((value, at) => (at === 3 * row ? value + 0.4 : value));
    const places = { before: control, searched, control, minimized };
    const unseen = { ...parameters, occupancy: parameters.occupancy.map((value, at) => (at === row ? 0 : value)) };
    const verdictOf = (from: string, rotamer: number) =>
      judgeChanges(target, sideChainTrials(model, [change(from)], places, gaining(rotamer), 0), places, unseen)
        .verdicts[0];
    expect([verdictOf("outlier", 1), verdictOf("m", 4), verdictOf("m", 1)]).toEqual(["kept", "kept", "back"]);
    // What ends where it was is no change.
    const same = { ...places, minimized: control };
    expect(
      judgeChanges(target, sideChainTrials(model, [change("m")], same, gaining(4), 0), same, unseen).verdicts,
    ).toEqual(["same"]);
  });

  test("are mistrusted where the map is clear that others are wrong", () => {
    const { xyz, changes } = turned();
    const [last] = changes.slice(-1);
    const row = rowOf(last!.residue, "CD1");
    // The map does not know of the last one, whose gain of 4 would do if the others were right.
    const unseen = parameters.occupancy.slice();
    for (const at of sideChainTrials(
      model,
      [last!],
      { before: truth, searched: xyz, control: truth, minimized: xyz },
      gaining(0),
      0,
    )[0]!.rows)
      unseen[at] = 0;
    expect(unseen[row]).toBe(0);
    const judged = (control: Float64Array, minimized: Float64Array) => {
      const places = { before: control, searched: minimized, control, minimized };
      const trials = sideChainTrials(model, changes, places, gaining(4), 0);
      return judgeChanges(target, trials, places, { ...parameters, occupancy: unseen }).verdicts.at(-1);
    };
    expect(judged(truth, xyz)).toBe("back");
    expect(judged(xyz, truth)).toBe("kept");
  });

  test("are carried along with a backbone that has moved as a whole", () => {
    const { xyz, changes } = turned();
    const shifted = xyz.map((value, at) => value + [0.1, -0.2, 0.05][at % 3]!);
    const places = { before: truth, searched: xyz, control: truth, minimized: shifted };
    const { xyz: judged } = judgeChanges(
      target,
      sideChainTrials(model, changes, places, gaining(0), 1e9),
      places,
      parameters,
    );
    const expected = truth.map((value, at) => value + [0.1, -0.2, 0.05][at % 3]!);
    expect(distance(judged, expected)).toBeLessThan(1e-6);
  });
});

test("peptides that were turned over stay where they are right, and go back where they were", () => {
  const units = topology.backbone.filter(
    ({ cPrevious, nNext, nextResidueName }, at) =>
      at % 20 === 7 && cPrevious >= 0 && nNext >= 0 && nextResidueName !== "PRO",
  );
  expect(units.length).toBeGreaterThan(3);
  const xyz = truth.slice();
  const flips = units.map((unit): PeptideFlip => {
    const to = topology.backbone.find(({ n }) => n === unit.nNext)!.ca;
    const rows = [unit.c, unit.o, unit.nNext];
    turnAtoms(xyz, unit.ca, to, rows, 180);
    const gains = { density: 0, ramachandran: 0, clash: 0 };
    return { residue: unit.residue, label: "", angle: 180, rows, ends: [unit.ca, to], gains };
  });
  expect(judge(peptideTrials(flips, gaining(0)), xyz, truth).verdicts).toEqual(flips.map(() => "kept"));
  const back = judge(peptideTrials(flips, gaining(0)), truth, xyz);
  expect(back.verdicts).toEqual(flips.map(() => "back"));
  expect(distance(back.xyz, truth)).toBeLessThan(1e-6);
});

test("contacts and torsions are gained by what is minimised, not by what was searched", async () => {
  const { xyz, changes } = turned();
  const rules = makePairRules(topology.nonbonded, false);
  const rotamers = await loadRotamerTables();
  const chains = findSideChains(model, topology, rotamers, undefined);
  const input = { backbone: topology.backbone, chains, rules, tables: null };
  const gains = geometryGains(input, { control: xyz, minimized: truth });
  const back = geometryGains(input, { control: truth, minimized: xyz });
  const residue = changes.find((change) => chains.some((chain) => chain.residue === change.residue))!.residue;
  const { atoms } = chains.find((chain) => chain.residue === residue)!;
  // Turned by 120 degrees somewhere in a packed protein, a large side chain runs into its neighbours.
  const clash = Math.max(
    ...chains.filter(({ residue: own }) => large.includes(own)).map((chain) => gains.clash([...chain.atoms])),
  );
  expect(clash).toBeGreaterThan(10);
  expect(back.clash([...atoms])).toBeCloseTo(-gains.clash([...atoms]), 9);
  expect(back.rotamer(residue)).toBeCloseTo(-gains.rotamer(residue), 9);
  expect(gains.ramachandran([...atoms])).toBe(0);
});
