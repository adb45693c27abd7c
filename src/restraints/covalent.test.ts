// Parts of a topology: which terms stay when hydrogens ride or only some atoms move.
import { describe, expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { createEngine } from "../kernels/engine.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { covalentSubset } from "./covalent.ts";
import { covalentEnergy } from "./term-table.ts";

const lines = peptideLines(["ALA", "ALA", "ALA", "ALA"], { phi: -60, psi: -45 });
const model = readLines([
  ...lines,
  atomLine(90, "H", "ALA", 2, [3, 0.5, 0.5]),
  atomLine(91, "HA", "ALA", 2, [4, 1, 1]),
]);
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const { xyz } = model.atoms;
const engine = createEngine();

function energyOf(lists: ReturnType<typeof covalentSubset>): number {
  return covalentEnergy(evaluateTerms(engine, { lists, xyz }).energies);
}

describe("a subset of the covalent terms", () => {
  test("without hydrogens is the topology of the model without them", () => {
    const bare = readLines(lines);
    const expected = buildTopology(bare, loadDictionary(), { unknownLigands: "error" }, createRunContext());
    const lists = covalentSubset(topology, { without: topology.isHydrogen });
    const counts = ({ bonds, angles, dihedrals, chiralities, planes }: typeof lists): number[] =>
      [bonds, angles, dihedrals, chiralities, planes].map((list) => list.count);
    expect(counts(lists)).toEqual(counts(expected));
    expect(counts(topology)).not.toEqual(counts(expected));
  });

  test("touching some atoms has their whole gradient", () => {
    const touching = new Uint8Array(model.atoms.count);
    for (const atom of [6, 7, 8]) touching[atom] = 1;
    const lists = covalentSubset(topology, { touching });
    expect(lists.bonds.count).toBeLessThan(topology.bonds.count);
    const whole = evaluateTerms(engine, { lists: topology, xyz }).gradient;
    const part = evaluateTerms(engine, { lists, xyz }).gradient;
    for (let at = 18; at < 27; at++) expect(part[at]).toBeCloseTo(whole[at]!, 8);
  });

  test("and its complement add up to the whole", () => {
    const touching = new Uint8Array(model.atoms.count);
    for (let atom = 0; atom < 9; atom++) touching[atom] = 1;
    const rest = covalentSubset(topology, { without: touching });
    // Planes lose single atoms instead of going altogether.
    const noPlanes = { ...topology.planes, count: 0 };
    const sum =
      energyOf({ ...covalentSubset(topology, { touching }), planes: noPlanes }) +
      energyOf({ ...rest, planes: noPlanes });
    expect(sum).toBeCloseTo(energyOf({ ...topology, planes: noPlanes }), 8);
  });

  test("keeps a plane as long as four of its atoms are left", () => {
    const { planes } = topology;
    const [first] = planes.atom;
    const without = new Uint8Array(model.atoms.count);
    without[first!] = 1;
    const sizes = ({ offset, count }: typeof planes): number[] =>
      Array.from({ length: count }, (_, plane) => offset[plane + 1]! - offset[plane]!);
    expect(Math.min(...sizes(covalentSubset(topology, { without }).planes))).toBeGreaterThanOrEqual(4);
    expect(covalentSubset(topology, { without }).planes.count).toBeLessThan(planes.count);
  });
});
