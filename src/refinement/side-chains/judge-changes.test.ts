// Changes of side chains and peptides, judged by a simulated map.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { readModel } from "../../io/read-model.ts";
import { createEngine } from "../../kernels/engine.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { ModelMapTarget } from "../model-map-target.ts";
import type { PeptideFlip } from "./flip-peptides.ts";
import { type ChangeTrial, judgeChanges, peptideTrials, sideChainTrials } from "./judge-changes.ts";
import { turnAtoms } from "./searched-side-chains.ts";
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

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));

describe("side chains", () => {
  test("that were turned away from the truth go back to where they were", () => {
    const { xyz, changes } = turned();
    const places = { before: truth, searched: xyz, control: truth, minimized: xyz };
    const { isKept, xyz: judged } = judge(sideChainTrials(model, changes, places, 0), truth, xyz);
    expect(large.length).toBeGreaterThan(4);
    expect(isKept).toEqual(large.map(() => false));
    expect(distance(judged, truth)).toBeLessThan(1e-6);
  });

  test("that were turned to the truth stay, in the first search too", () => {
    const { xyz, changes } = turned();
    const places = { before: xyz, searched: truth, control: xyz, minimized: truth };
    const { isKept, xyz: judged } = judge(sideChainTrials(model, changes, places, 25), xyz, truth);
    expect(isKept).toEqual(large.map(() => true));
    expect(distance(judged, truth)).toBe(0);
  });

  test("that the map says nothing of leave an outlier, and a rotamer for a much likelier one", () => {
    const control = truth.slice();
    const [residue] = large;
    const change = (from: string, rotamer: number): SideChainChange => ({
      residue: residue!,
      label: "",
      from,
      to: "t",
      kind: "rotamer",
      gains: { density: 0, rotamer, clash: 0, backbone: 0 },
    });
    // A move that is seen and changes next to nothing.
    const searched = truth.map((value, at) => (at === 3 * rowOf(residue!, "CD1") ? value + 0.11 : value));
    const places = { before: control, searched, control, minimized: control };
    const trials = sideChainTrials(model, [change("outlier", 1), change("m", 4), change("m", 1)], places, 0);
    expect(judgeChanges(target, trials, places, parameters).isKept).toEqual([true, true, false]);
  });

  test("are carried along with a backbone that has moved as a whole", () => {
    const { xyz, changes } = turned();
    const shifted = xyz.map((value, at) => value + [0.1, -0.2, 0.05][at % 3]!);
    const places = { before: truth, searched: xyz, control: truth, minimized: shifted };
    const { xyz: judged } = judgeChanges(target, sideChainTrials(model, changes, places, 1e9), places, parameters);
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
  expect(judge(peptideTrials(flips), xyz, truth).isKept).toEqual(flips.map(() => true));
  const back = judge(peptideTrials(flips), truth, xyz);
  expect(back.isKept).toEqual(flips.map(() => false));
  expect(distance(back.xyz, truth)).toBeLessThan(1e-6);
});
