// Suites and puckers of strands built from torsions.
import { describe, expect, test } from "vitest";
import { helical, readStrand, strandLines } from "../../../test/support/rna-strand.ts";
import { analyzeRna } from "./rna.ts";

const southern = { ...helical, delta: 145, ring: "C2e" } as const;

describe("a helical strand", () => {
  const { residues, summary } = analyzeRna(readStrand(strandLines([helical, helical, helical])));

  test("has suites 1a after its first residue", () => {
    expect(residues.map(({ label, suite }) => [label, suite])).toEqual([
      ["A 1 U", "__"],
      ["A 2 U", "1a"],
      ["A 3 U", "1a"],
    ]);
    expect(residues[1]!.suiteness).toBeGreaterThan(0.99);
    residues[1]!.angles.forEach((angle, index) =>
      expect(angle).toBeCloseTo([81.5, 212, 289, 295, 174, 53.5, 81.5][index]!, 0),
    );
  });

  test("has C3'-endo sugars", () => {
    expect(residues.map(({ pucker }) => pucker)).toEqual(["C3e", "C3e", "C3e"]);
    expect(residues.map(({ isEpsilonOutlier }) => isEpsilonOutlier)).toEqual([false, false, null]);
    expect(summary).toMatchObject({
      count: 3,
      suites: { count: 2, outlierCount: 0, triaged: 0, outliers: 0, incomplete: 1 },
      puckers: { count: 3, outlierCount: 0, outliers: 0 },
      dna: 0,
    });
  });
});

test("a C2'-endo sugar makes suites 1b and 2a around it", () => {
  const { residues } = analyzeRna(readStrand(strandLines([helical, helical, southern, helical])));
  expect(residues.map(({ suite }) => suite)).toEqual(["__", "1a", "1b", "2a"]);
  expect(residues[2]).toMatchObject({ pucker: "C2e", isDeltaOutlier: false });
});

test("a delta that fits neither pucker is an outlier", () => {
  const { residues, summary } = analyzeRna(readStrand(strandLines([helical, { ...southern, delta: 115 }, helical])));
  expect(residues[1]).toMatchObject({ isDeltaOutlier: true, isEpsilonOutlier: false });
  expect(residues[1]!.pucker).not.toBeNull();
  expect(summary.puckers).toMatchObject({ count: 3, outlierCount: 1, deltaOutliers: 1, epsilonOutliers: 0 });
});

test("an epsilon of 100 degrees is an outlier of its own residue and of the next one's suite", () => {
  const { residues, summary } = analyzeRna(readStrand(strandLines([helical, { ...helical, epsilon: 100 }, helical])));
  expect(residues[1]).toMatchObject({ suite: "1a", isEpsilonOutlier: true });
  expect(residues[2]).toMatchObject({ suite: "!!", issue: "epsilon-1", suiteness: 0 });
  expect(summary.suites).toMatchObject({ count: 2, outlierCount: 1, triaged: 1, outliers: 50 });
});

const strand = strandLines([helical, helical, helical, helical]);
const ofAtom = (line: string): string => line.slice(12, 16).trim();
const number = (line: string): number => Number(line.slice(22, 26));

test("a break in the chain leaves the residue after it without suite, whatever the numbers say", () => {
  const moved = strand.map((line) =>
    number(line) > 2
      ? `${line.slice(0, 30)}${(Number(line.slice(30, 38)) + 40).toFixed(3).padStart(8)}${line.slice(38)}`
      : line,
  );
  const { residues } = analyzeRna(readStrand(moved));
  expect(residues.map(({ suite }) => suite)).toEqual(["__", "1a", "__", "1a"]);
  expect(residues[1]!.isEpsilonOutlier).toBeNull();
});

test("truncated residues are listed with what is known of them", () => {
  const cut = strand.filter((line) => number(line) !== 2 || ofAtom(line) === "P" || ofAtom(line) === "O5'");
  const { residues, summary } = analyzeRna(readStrand(cut));
  expect(residues.map(({ suite }) => suite)).toEqual(["__", "__", "__", "1a"]);
  expect(residues[1]).toMatchObject({ pucker: null, delta: null, isDeltaOutlier: null });
  expect(summary.puckers.count).toBe(3);
});

test("modified residues have suites when the chain goes through them, a lone nucleotide ligand does not count", () => {
  const modified = strand.map((line) =>
    number(line) === 3 ? line.replace("  U A", "XYZ A").replace("ATOM  ", "HETATM") : line,
  );
  const ligand = strandLines([helical], "ATP").map((line) => line.replace(" A   1", " B   1"));
  const { residues } = analyzeRna(readStrand([...modified, "TER", ...ligand]));
  expect(residues.map(({ name, suite }) => [name, suite])).toEqual([
    ["U", "__"],
    ["U", "1a"],
    ["XYZ", "1a"],
    ["U", "1a"],
  ]);
});

test("DNA is counted and not judged", () => {
  const dna = strandLines([helical, helical], "DT").filter((line) => ofAtom(line) !== "O2'");
  const { residues, skipped, summary } = analyzeRna(readStrand(dna));
  expect(residues).toEqual([]);
  expect(skipped.map(({ reason }) => reason)).toEqual(["DNA", "DNA"]);
  expect(summary).toMatchObject({ count: 0, dna: 2, suites: { outliers: null, averageSuiteness: null } });
});

test("alternates are listed apart and counted once", () => {
  const bent = strandLines([helical, { ...helical, gamma: 120 }, helical, helical]);
  const lettered = (line: string, letter: string): string => `${line.slice(0, 16)}${letter}${line.slice(17)}`;
  const lines = strand.flatMap((line) => {
    if (number(line) !== 2) return [line];
    return [lettered(line, "A"), lettered(bent.find((other) => other.slice(12, 26) === line.slice(12, 26))!, "B")];
  });
  const { residues, summary } = analyzeRna(readStrand(lines));
  const second = residues.filter((residue) => residue.number === 2);
  expect(second.map(({ altloc, suite, issue, counted }) => [altloc, suite, issue, counted])).toEqual([
    ["A", "1a", null, true],
    ["B", "!!", "gamma", false],
  ]);
  expect(summary.count).toBe(4);
});

test("a model without nucleic acid has nothing to report", () => {
  const { summary } = analyzeRna(readStrand(strandLines([helical], "LIG")));
  expect(summary).toMatchObject({ count: 0, puckers: { outliers: null } });
});
