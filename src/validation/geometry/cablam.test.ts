// Virtual torsions of ideal backbones, suggestions from them, and verdicts by tables of a folder.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../../test/support/peptide.ts";
import { type CablamTables, cablamClasses } from "../../chemistry/cablam-tables.ts";
import type { GridTable } from "../../chemistry/grid-table.ts";
import { analyzeCablam } from "./cablam.ts";

const helix = readLines(peptideLines(Array(10).fill("ALA"), { phi: -63, psi: -42 }));
const strand = readLines(peptideLines(Array(10).fill("ALA"), { phi: -120, psi: 135 }));

describe("measures", () => {
  test("an alpha helix has mu of about 50 and CA angles of about 91 degrees, two residues short at each end", () => {
    const { residues, summary, source } = analyzeCablam(helix, null);
    expect(residues.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8]);
    for (const { muIn, muOut, caAngle } of residues) {
      expect(Math.abs(muIn - 50)).toBeLessThan(4);
      expect(muOut).toBeCloseTo(muIn, 0);
      expect(Math.abs(caAngle - 91)).toBeLessThan(3);
    }
    expect(summary).toEqual({ outliers: null, disfavored: null, caOutliers: null, count: 6 });
    expect(source).toBeNull();
  });

  test("carbonyls of a helix point one way, those of a strand alternate", () => {
    for (const { nu } of analyzeCablam(helix, null).residues) expect(Math.abs(nu!)).toBeLessThan(60);
    for (const { nu } of analyzeCablam(strand, null).residues) expect(Math.abs(nu!)).toBeGreaterThan(120);
  });

  test("nu is the dihedral of the carbonyls about the CA trace", () => {
    // CA on a line of right angles; O of residues 2 and 3 stand off their CA-CA lines by known directions.
    const cas = [
      [-4, 4, 0],
      [0, 4, 0],
      [0, 0, 0],
      [4, 0, 0],
      [4, -4, 0],
    ] as const;
    const carbonyls: Readonly<Record<number, readonly [number, number, number]>> = { 2: [0, 2, 2], 3: [2, 0, -2] };
    const lines = cas.flatMap((ca, at) => {
      const residue = at + 1;
      // C and N of a bond lie in one place here: only their distance counts.
      const next = cas[at + 1] ?? [9, 9, 9];
      const [x, y, z] = ca;
      const previous = cas[at - 1] ?? [-9, 9, 9];
      const atoms: [string, readonly [number, number, number]][] = [
        ["N", [(previous[0] + x) / 2, (previous[1] + y) / 2, (previous[2] + z) / 2 + 0.1]],
        ["CA", ca],
        ["C", [(next[0] + x) / 2, (next[1] + y) / 2, (next[2] + z) / 2 - 0.1]],
      ];
      const oxygen = carbonyls[residue];
      if (oxygen) atoms.push(["O", oxygen]);
      return atoms.map(([name, point], row) => atomLine(4 * at + row, name, "ALA", residue, point));
    });
    const [middle] = analyzeCablam(readLines(lines), null).residues;
    // Feet at (0, 2, 0) and (2, 0, 0): one O is above the plane of the trace, the other below.
    expect(Math.abs(middle!.nu!)).toBeCloseTo(180, 6);
    expect(middle!.caAngle).toBeCloseTo(90, 6);
  });

  test("a missing O costs nu alone", () => {
    const lines = peptideLines(Array(6).fill("ALA"), { phi: -63, psi: -42 }).filter(
      (line) => line.slice(12, 16) !== " O  " || Number(line.slice(22, 26)) !== 3,
    );
    expect(analyzeCablam(readLines(lines), null).residues.map(({ nu }) => nu === null)).toEqual([true, true]);
  });

  test("a break ends the residues on both sides", () => {
    const lines = peptideLines(Array(14).fill("ALA"), { phi: -63, psi: -42 }).filter(
      (line) => Number(line.slice(22, 26)) !== 7,
    );
    expect(analyzeCablam(readLines(lines), null).residues.map(({ number }) => number)).toEqual([3, 4, 10, 11, 12]);
  });
});

describe("suggestions", () => {
  test("follow the trace of three residues", () => {
    const of = (model: typeof helix): (string | null)[] =>
      analyzeCablam(model, null).residues.map(({ suggestion }) => suggestion);
    expect(of(helix)).toEqual([null, ...Array(4).fill("alpha helix"), null]);
    expect(of(strand)).toEqual([null, ...Array(4).fill("beta strand"), null]);
    const threeTen = readLines(peptideLines(Array(10).fill("ALA"), { phi: -65, psi: -10 }));
    expect(of(threeTen)).toContain("3-10 helix");
  });
});

describe("tables", () => {
  const cube = (value: number): GridTable => ({
    axes: Array.from({ length: 3 }, () => ({ from: -180, to: 180, bins: 2, wraps: true })),
    values: new Float32Array(8).fill(value),
  });
  const tables = (peptide: number, trace: number): CablamTables => ({
    source: "test",
    motifs: null,
    peptides: new Map(cablamClasses.map((name) => [`expected.${name}`, cube(peptide)])),
    traces: new Map(cablamClasses.map((name) => [`expected.${name}_CA`, cube(trace)])),
  });

  test("verdicts follow the scores, those of the trace first", () => {
    const verdictWith = (peptide: number, trace: number): string | null =>
      analyzeCablam(helix, tables(peptide, trace)).residues[0]!.verdict;
    expect(verdictWith(0.2, 0.2)).toBe("favored");
    expect(verdictWith(0.04, 0.2)).toBe("disfavored");
    expect(verdictWith(0.009, 0.2)).toBe("outlier");
    expect(verdictWith(0.009, 0.004)).toBe("caOutlier");
    expect(analyzeCablam(helix, tables(0.009, 0.2)).summary).toEqual({
      outliers: 100,
      disfavored: 100,
      caOutliers: 0,
      count: 6,
    });
  });
});
