// Which residues a Ramachandran analysis judges, counts once, and leaves out.
import { beforeAll, describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { loadRamachandranTables, type RamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import { analyzeRamachandran } from "./ramachandran.ts";

let tables: RamachandranTables;
beforeAll(async () => {
  tables = await loadRamachandranTables();
});

const helix = { phi: -63, psi: -42 };
const analyze = (lines: readonly string[]): ReturnType<typeof analyzeRamachandran> =>
  analyzeRamachandran(readLines(lines), tables);
const numberOf = (line: string): number => Number(line.slice(22, 26));
const withAltloc = (line: string, letter: string): string => `${line.slice(0, 16)}${letter}${line.slice(17)}`;
/** Moves x by 0.3 Angstrom. */
const shifted = (line: string): string =>
  `${line.slice(0, 30)}${(Number(line.slice(30, 38)) + 0.3).toFixed(3).padStart(8)}${line.slice(38)}`;

describe("ordinary chains", () => {
  test("a helix is favoured, without its ends", () => {
    const { residues, summary } = analyze(peptideLines(Array(8).fill("ALA"), helix));
    expect(summary).toEqual({ favored: 100, allowed: 0, outliers: 0, count: 6 });
    expect(residues.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(residues[0]!.phi).toBeCloseTo(helix.phi, 1);
    expect(residues[0]!.psi).toBeCloseTo(helix.psi, 1);
    expect(residues[0]).toMatchObject({ chain: "A", name: "ALA", altloc: "", insertionCode: "", class: "general" });
  });

  test("phi 100 and psi 100 is an outlier for alanine", () => {
    expect(analyze(peptideLines(Array(5).fill("ALA"), { phi: 100, psi: 100 })).summary.outliers).toBe(100);
  });

  test("classes follow the residue, its neighbour and the peptide before it", () => {
    const sequence = ["ALA", "GLY", "VAL", "ILE", "PRO", "PRO", "ALA"];
    const omega = [180, 180, 180, 180, 180, 0, 180];
    const { residues } = analyze(peptideLines(sequence, { phi: -65, psi: 140, omega }));
    expect(residues.map((residue) => residue.class)).toEqual([
      "glycine",
      "isoleucineOrValine",
      "preProline",
      "transProline",
      "cisProline",
    ]);
  });

  test("a model without protein has no percentages", () => {
    const water = "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00 20.00           O  ";
    expect(analyze([water]).summary).toEqual({ favored: null, allowed: null, outliers: null, count: 0 });
  });
});

describe("chains with gaps and letters", () => {
  test("the residues on both sides of a break are not judged", () => {
    const lines = peptideLines(Array(9).fill("ALA"), helix).filter((line) => numberOf(line) !== 5);
    expect(analyze(lines).residues.map(({ number }) => number)).toEqual([2, 3, 7, 8]);
  });

  test("numbers do not decide what is linked: insertion codes and jumps", () => {
    const renumbered = peptideLines(Array(6).fill("ALA"), helix).map((line) => {
      const label = [" 52 ", " 52A", " 52B", "152 ", "153 ", "154 "][numberOf(line) - 1]!;
      return `${line.slice(0, 23)}${label}${line.slice(27)}`;
    });
    const { residues } = analyze(renumbered);
    expect(residues.map(({ number, insertionCode }) => `${number}${insertionCode}`)).toEqual([
      "52A",
      "52B",
      "152",
      "153",
    ]);
  });

  test("alternates are all listed, and each residue counts once, as A", () => {
    const lines = peptideLines(Array(7).fill("ALA"), helix).flatMap((line) =>
      numberOf(line) === 4 ? [withAltloc(line, "A"), shifted(withAltloc(line, "B"))] : [line],
    );
    const { residues, summary } = analyze(lines);
    expect(summary.count).toBe(5);
    expect(residues.map(({ number, altloc }) => `${number}${altloc}`)).toEqual([
      "2",
      "3A",
      "3B",
      "4A",
      "4B",
      "5A",
      "5B",
      "6",
    ]);
    expect(residues.filter(({ counted }) => counted).map(({ altloc }) => altloc)).toEqual(["", "A", "A", "A", ""]);
  });

  test("side chains with letters do not double a residue", () => {
    const lines = peptideLines(Array(5).fill("ALA"), helix).flatMap((line) =>
      line.slice(13, 15) === "CB" ? [withAltloc(line, "A"), withAltloc(line, "B")] : [line],
    );
    const { residues } = analyze(lines);
    expect(residues).toHaveLength(3);
    expect(residues.map(({ altloc }) => altloc)).toEqual(["", "", ""]);
  });

  test("letters without A are counted too", () => {
    const lines = peptideLines(Array(5).fill("ALA"), helix).flatMap((line) =>
      numberOf(line) === 3 ? [withAltloc(line, "B"), shifted(withAltloc(line, "C"))] : [line],
    );
    expect(analyze(lines).summary.count).toBe(3);
  });

  test("two residue names at one place count once", () => {
    const lines = peptideLines(Array(7).fill("ALA"), helix).flatMap((line) => {
      if (numberOf(line) !== 4) return [line];
      return [withAltloc(line, "A"), withAltloc(line, "B").replace("ALA", "SER")];
    });
    const { residues, summary } = analyze(lines);
    expect(summary.count).toBe(5);
    expect(residues.filter(({ number }) => number === 4).map(({ name, counted }) => [name, counted])).toEqual([
      ["ALA", true],
      ["SER", false],
    ]);
  });

  test("models of one file are judged apart", () => {
    const lines = peptideLines(Array(5).fill("ALA"), helix);
    const { residues, summary } = analyze(["MODEL        1", ...lines, "ENDMDL", "MODEL        2", ...lines, "ENDMDL"]);
    expect(summary.count).toBe(6);
    expect(residues.map(({ model }) => model)).toEqual([1, 1, 1, 2, 2, 2]);
  });
});

describe("residues of other names", () => {
  test("selenomethionine is judged as methionine, unknown and D residues are left out and named", () => {
    const { residues, skipped } = analyze(peptideLines(["ALA", "MSE", "UNK", "DAL", "SEP", "ALA"], helix));
    expect(residues.map(({ name }) => name)).toEqual(["MSE"]);
    expect(skipped.map(({ name, reason }) => [name, reason])).toEqual([
      ["UNK", "unknown residue"],
      ["DAL", "D-amino acid: the tables are of L-amino acids"],
      ["SEP", "no table for this residue name"],
    ]);
  });
});
