// Atoms, pieces of chains and dictionaries that are missing.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../../test/support/peptide.ts";
import { helical, strandLines } from "../../../test/support/rna-strand.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { analyzeCompleteness, type Completeness } from "./completeness.ts";

const shape = { phi: -60, psi: -45 };
const lines = peptideLines(["ALA", "GLY", "SER", "ALA", "GLY"], shape);
const context = createRunContext();
const judge = (own: readonly string[]): Completeness => analyzeCompleteness(readLines(own), loadDictionary(), context);
const number = (line: string): number => Number(line.slice(22, 26));
const name = (line: string): string => line.slice(12, 16).trim();

describe("missing atoms", () => {
  test("are those of side chains cut off, without the OXT of an end that may not be one", () => {
    const { incomplete, summary } = judge(lines);
    expect(incomplete).toMatchObject([{ label: "A 3 SER", missing: ["OG"], expected: 6, part: "side chain" }]);
    expect(summary).toEqual({
      residues: 5,
      incompleteResidues: 1,
      missingAtoms: 1,
      truncatedSideChains: 1,
      breaks: 0,
      unknown: {},
    });
  });

  test("of the backbone are told apart", () => {
    const cut = lines.filter((line) => !(number(line) === 4 && name(line) === "O"));
    expect(judge(cut).incomplete.map(({ label, part }) => [label, part])).toEqual([
      ["A 3 SER", "side chain"],
      ["A 4 ALA", "backbone"],
    ]);
    const bare = lines.filter((line) => number(line) !== 3 || name(line) === "CA");
    expect(judge(bare).incomplete.find(({ label }) => label === "A 3 SER")?.part).toBe("both");
  });

  test("of nucleotides: bases cut off after N1", () => {
    const { incomplete } = judge(strandLines([helical, helical]));
    expect(incomplete.map(({ label, part }) => [label, part])).toEqual([
      ["A 1 U", "both"],
      ["A 2 U", "both"],
    ]);
    expect(incomplete[1]!.missing.toSorted()).toEqual(["C2", "C4", "C5", "C6", "N3", "O2", "O4", "OP1", "OP2"]);
  });

  test("an atom that any alternate has is not missing", () => {
    const oxygen = (letter: string): string =>
      atomLine(90, "OG", "SER", 3, [3, 3, 3]).replace(" OG  ", ` OG ${letter}`);
    expect(judge([...lines, oxygen("A"), oxygen("B")]).incomplete).toEqual([]);
  });

  test("waters, and residues of unknown sequence, lack nothing", () => {
    const unknown = lines.filter((line) => name(line) !== "CB").map((line) => line.replace(/ALA|SER|GLY/, "UNK"));
    const { summary } = judge([...unknown, atomLine(99, "O", "HOH", 90, [9, 9, 9])]);
    expect(summary).toMatchObject({ residues: 0, missingAtoms: 0 });
  });

  test("the end of a chain whose cysteine is in a disulfide does not lack OXT", () => {
    const first = peptideLines(["GLY", "CYS"], shape);
    const sulfur = (chain: string, x: number): string => atomLine(50, "SG", "CYS", 2, [x, 30, 30], "S", chain);
    const second = first.map((line) => `${line.slice(0, 21)}B${line.slice(22)}`);
    const { incomplete } = judge([...first, sulfur("A", 30), "TER", ...second, sulfur("B", 32.05)]);
    expect(incomplete).toEqual([]);
  });
});

describe("breaks", () => {
  test("are where residues follow without a bond, with what the numbers leave out", () => {
    const gap = lines.filter((line) => number(line) !== 3);
    const { breaks, summary } = judge(gap);
    expect(summary.breaks).toBe(1);
    expect(breaks).toMatchObject([{ before: { label: "A 2 GLY" }, after: { label: "A 4 ALA" }, missingResidues: 1 }]);
    expect(breaks[0]!.distance).toBeGreaterThan(2);
  });

  test("are none between chains, after a terminator, and beside ligands", () => {
    const first = lines.slice(0, 9);
    const far = lines.slice(9).map((line) => `${line.slice(0, 30)}${"  90.000".repeat(1)}${line.slice(38)}`);
    expect(judge([...first, "TER", ...far]).breaks).toEqual([]);
    expect(judge([...first, ...far]).breaks).toHaveLength(1);
    const ligand = [1, 2].map((index) => atomLine(90 + index, `C${index}`, "LIG", 100 + index, [30 * index, 9, 9]));
    expect(judge([...lines, ...ligand]).breaks).toEqual([]);
  });

  test("an atom of the bond that is missing makes a break without distance", () => {
    const cut = lines.filter((line) => !(number(line) === 3 && name(line) === "N"));
    expect(judge(cut).breaks).toMatchObject([{ after: { label: "A 3 SER" }, distance: null, missingResidues: 0 }]);
  });
});

test("residues without dictionary are named and counted, and nothing is reported twice", () => {
  const ligand = ["C1", "C2", "O1"].map((atom, index) => atomLine(80 + index, atom, "X1Z", 100, [20 + index, 9, 9]));
  const { unknown, summary } = judge([...lines, ...ligand]);
  expect(unknown).toMatchObject([{ label: "A 100 X1Z" }]);
  expect(summary.unknown).toEqual({ X1Z: 1 });
  expect(context.diagnostics.entries).toEqual([]);
});
