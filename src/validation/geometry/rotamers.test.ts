// Which side chains are judged, counted once, named and left out.
import { beforeAll, describe, expect, test } from "vitest";
import { readLines } from "../../../test/support/peptide.ts";
import { residueLines } from "../../../test/support/side-chain.ts";
import { loadRotamerTables, type RotamerTables } from "../../chemistry/rotamer-tables.ts";
import { analyzeRotamers } from "./rotamers.ts";

let tables: RotamerTables;
beforeAll(async () => {
  tables = await loadRotamerTables();
});

const analyze = (lines: readonly string[]): ReturnType<typeof analyzeRotamers> =>
  analyzeRotamers(readLines(lines), tables);
const withAltloc = (line: string, letter: string): string => `${line.slice(0, 16)}${letter}${line.slice(17)}`;
const isSideChain = (line: string): boolean => !["N", "CA", "C", "O"].includes(line.slice(12, 16).trim());

describe("verdicts and names", () => {
  test("common rotamers are favoured under their names", () => {
    const { residues, summary, sources } = analyze([
      ...residueLines("VAL", [175], 1),
      ...residueLines("LEU", [-65, 175], 2),
      ...residueLines("LYS", [-67, 180, 180, 180], 3),
      ...residueLines("ARG", [-67, 180, 180, 85], 4),
      ...residueLines("PHE", [-66, 95], 5),
      ...residueLines("PRO", [28, -38, 30], 6),
      ...residueLines("SER", [62], 7),
    ]);
    expect(summary).toEqual({ favored: 100, allowed: 0, outliers: 0, count: 7 });
    expect(residues.map(({ rotamer }) => rotamer)).toEqual(["t", "mt", "mttt", "mtt85", "m-85", "Cg_endo", "p"]);
    expect(residues[1]!.chis[0]).toBeCloseTo(295, 1);
    expect(sources).toEqual(["Top500 (built in)"]);
  });

  test("eclipsed side chains are outliers without a name", () => {
    const { residues, summary } = analyze([...residueLines("VAL", [115], 1), ...residueLines("LEU", [0, 120], 2)]);
    expect(summary.outliers).toBe(100);
    expect(residues.map(({ rotamer }) => rotamer)).toEqual([null, null]);
  });

  test("the two namings of a flat ring's atoms have one score", () => {
    const { residues } = analyze([...residueLines("TYR", [-66, 95], 1), ...residueLines("TYR", [-66, -85], 2)]);
    expect(residues[0]!.score).toBeCloseTo(residues[1]!.score, 3);
    expect(residues[0]!.rotamer).toBe(residues[1]!.rotamer);
  });
});

describe("residues counted and left out", () => {
  test("alternates are listed, and count as one residue, as A", () => {
    const [a, b] = [residueLines("VAL", [175]), residueLines("VAL", [-60])];
    const lines = a.flatMap((line, at) =>
      isSideChain(line) ? [withAltloc(line, "A"), withAltloc(b[at]!, "B")] : [line],
    );
    const { residues, summary } = analyze(lines);
    expect(residues.map(({ altloc, rotamer, counted }) => [altloc, rotamer, counted])).toEqual([
      ["A", "t", true],
      ["B", "m", false],
    ]);
    expect(summary.count).toBe(1);
  });

  test("letters on hydrogens alone do not double a side chain", () => {
    const hydrogens = ["A", "B"].map((letter) => {
      const line = residueLines("SER", [62]).at(-1)!;
      return withAltloc(line.replace(" OG ", " HG "), letter).slice(0, 76).padEnd(77).concat("H  ");
    });
    expect(analyze([...residueLines("SER", [62]), ...hydrogens]).residues).toHaveLength(1);
  });

  test("a side chain that lacks atoms is listed with them, and not counted", () => {
    const lines = residueLines("LYS", [-67, 180, 180, 180]).filter((line) => !/ (CE|NZ) /.test(line));
    const { skipped, summary } = analyze(lines);
    expect(summary).toEqual({ favored: null, allowed: null, outliers: null, count: 0 });
    expect(skipped).toMatchObject([{ label: "A 1 LYS", reason: "missing CE, NZ" }]);
  });

  test("glycine and alanine have no rotamers, selenomethionine has methionine's, other names are listed", () => {
    const { residues, skipped } = analyze([
      ...residueLines("GLY", [], 1),
      ...residueLines("ALA", [], 2),
      ...residueLines("MSE", [-66, 180, 75], 3),
      ...residueLines("UNK", [], 4),
      ...residueLines("DLE", [], 5),
    ]);
    expect(residues.map(({ name, rotamer }) => [name, rotamer])).toEqual([["MSE", "mtp"]]);
    expect(skipped.map(({ name }) => name)).toEqual(["UNK", "DLE"]);
  });
});
