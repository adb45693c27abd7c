// Atoms without any bond, told by residue: those that ought to have bonds raise a warning.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { buildTopology } from "./build-topology.ts";
import { listUnrestrained, type UnrestrainedResidue } from "./unrestrained.ts";

function unrestrainedOf(lines: readonly string[]): { list: UnrestrainedResidue[]; warned: readonly string[] } {
  const context = createRunContext();
  const model = readLines(lines, context);
  const topology = buildTopology(model, loadDictionary(), { unknownLigands: "hold" }, context);
  const warned = context.diagnostics.entries.find(({ code }) => code === "UNRESTRAINED_ATOM")?.examples ?? [];
  return { list: listUnrestrained(model, topology), warned };
}

describe("atoms without any bond", () => {
  test.each([
    ["a C-alpha alone", atomLine(1, "CA", "ALA", 1, [0, 0, 0], "C"), "A 1 ALA: CA"],
    ["a phosphorus alone", atomLine(1, "P", "A", 1, [0, 0, 0], "P"), "A 1 A: P"],
    ["a sugar's atom without dictionary", atomLine(1, "C1", "NAG", 1, [0, 0, 0], "C"), "A 1 NAG: C1"],
    ["one atom of an unknown ligand", atomLine(1, "C1", "XYZ", 1, [0, 0, 0], "C"), "A 1 XYZ: C1"],
  ])("raise a warning: %s", (_, line, label) => {
    const { list, warned } = unrestrainedOf([line]);
    expect(warned).toEqual([label]);
    expect(list.map(({ reason }) => reason)).toEqual(["incomplete"]);
  });

  test.each([
    ["water", atomLine(1, "O", "HOH", 1, [0, 0, 0], "O")],
    ["water under another name", atomLine(1, "OH2", "TIP", 1, [0, 0, 0], "O")],
    ["a metal", atomLine(1, "ZN", "ZN", 1, [0, 0, 0], "ZN")],
    ["a charged name", atomLine(1, "FE", "FE2", 1, [0, 0, 0], "FE")],
    ["a halide without entry", atomLine(1, "BR", "BR", 1, [0, 0, 0], "BR")],
  ])("are right where the residue is one atom: %s", (_, line) => {
    const { list, warned } = unrestrainedOf([line]);
    expect(warned).toEqual([]);
    expect(list.map(({ reason, atoms }) => [reason, atoms.length])).toEqual([["single", 1]]);
  });

  test("of one residue are told together, in the order of the model", () => {
    const peptide = peptideLines(["ALA"], { phi: -120, psi: 130 });
    const ligand = ["C1", "C2"].map((name, at) => atomLine(20 + at, name, "XYZ", 3, [9, 9, 1.5 * at], "C"));
    const { list, warned } = unrestrainedOf([
      ...peptide,
      atomLine(8, "QQ", "ALA", 1, [5, 5, 5], "C"),
      atomLine(9, "QR", "ALA", 1, [5, 5, 8], "C"),
      ...ligand,
    ]);
    expect(list).toEqual([
      { residue: "A 1 ALA", atoms: ["QQ", "QR"], reason: "incomplete" },
      { residue: "A 3 XYZ", atoms: ["C1", "C2"], reason: "held" },
    ]);
    expect(warned).toEqual(["A 1 ALA: QQ, QR"]);
  });
});
