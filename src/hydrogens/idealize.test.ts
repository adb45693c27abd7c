// Hydrogens come to their ideal places, whatever the file says, and heavy atoms stay where they are.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { createEngine } from "../kernels/engine.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { prepareIdealizer } from "./idealize.ts";

const lines = peptideLines(["ALA", "ALA", "ALA"], { phi: -60, psi: -45 });
const beta = lines.find((line) => line.includes(" CB  ALA A   2"))!;
const near = (shift: readonly [number, number, number]): [number, number, number] => {
  const at = [30, 38, 46].map((column, axis) => Number(beta.slice(column, column + 8)) + shift[axis]!);
  return at as [number, number, number];
};
// Too long, too near to each other, and all on one side.
const model = readLines([
  ...lines,
  atomLine(90, "HB1", "ALA", 2, near([1.3, 0.2, 0.1])),
  atomLine(91, "HB2", "ALA", 2, near([1, 0.9, 0.2])),
  atomLine(92, "HB3", "ALA", 2, near([0.8, -0.1, 1.1])),
]);
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const engine = createEngine();
const row = (name: string): number => model.atoms.name.findIndex((atom, at) => atom === name && at > 4);

describe("idealised hydrogens", () => {
  const everything = new Uint8Array(model.atoms.count).fill(1);

  test("stand at the lengths of electron clouds and apart from each other", () => {
    const xyz = model.atoms.xyz.slice();
    prepareIdealizer(engine, topology, everything).run(xyz);
    for (const name of ["HB1", "HB2", "HB3"]) expect(distanceBetween(xyz, row("CB"), row(name))).toBeCloseTo(0.97, 1);
    for (const [a, b] of [
      ["HB1", "HB2"],
      ["HB1", "HB3"],
      ["HB2", "HB3"],
    ] as const) {
      expect(distanceBetween(xyz, row(a), row(b))).toBeGreaterThan(1.5);
    }
  });

  test("leave every other atom untouched", () => {
    const xyz = model.atoms.xyz.slice();
    prepareIdealizer(engine, topology, everything).run(xyz);
    const heavy = 3 * lines.length;
    expect(xyz.subarray(0, heavy)).toEqual(model.atoms.xyz.subarray(0, heavy));
  });

  test("stay where they are on parents that may not move", () => {
    const xyz = model.atoms.xyz.slice();
    prepareIdealizer(engine, topology, new Uint8Array(model.atoms.count)).run(xyz);
    expect(xyz).toEqual(model.atoms.xyz);
  });
});
