// Ideal CB positions of both hands, and which residues are measured and counted.
import { expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../../test/support/peptide.ts";
import { analyzeBetas, betaDeviation } from "./c-beta.ts";

const helix = { phi: -63, psi: -42 };
const lines = peptideLines(["ALA", "GLY", "VAL", "ALA"], helix);
const mirrored = (line: string): string => {
  const z = -Number(line.slice(46, 54));
  return `${line.slice(0, 46)}${z.toFixed(3).padStart(8)}${line.slice(54)}`;
};
const renamed = (name: string) => (line: string) => `${line.slice(0, 17)}${name}${line.slice(20)}`;

test("residues of standard geometry have small deviations, glycine has none", () => {
  const { residues, summary } = analyzeBetas(readLines(lines));
  expect(summary).toEqual({ outliers: 0, outlierCount: 0, count: 3 });
  expect(residues.map(({ number }) => number)).toEqual([1, 3, 4]);
  for (const { deviation } of residues) expect(deviation).toBeLessThan(0.06);
});

test("a CB moved by 0.4 Angstrom is an outlier of about that size", () => {
  const moved = lines.map((line) => {
    if (line.slice(12, 26) !== " CB  ALA A   4") return line;
    return `${line.slice(0, 30)}${(Number(line.slice(30, 38)) + 0.4).toFixed(3).padStart(8)}${line.slice(38)}`;
  });
  const { residues, summary } = analyzeBetas(readLines(moved));
  expect(summary.outlierCount).toBe(1);
  expect(summary.outliers).toBeCloseTo(100 / 3, 10);
  expect(residues.at(-1)!.deviation).toBeGreaterThan(0.34);
  expect(residues.at(-1)!.deviation).toBeLessThan(0.46);
});

test("the wrong hand of an L residue is an outlier, a D residue and an unknown one of that hand are not", () => {
  const outliersOf = (some: readonly string[]): number => analyzeBetas(readLines(some)).summary.outlierCount;
  const alanines = peptideLines(["ALA", "ALA", "ALA"], helix);
  expect(outliersOf(alanines.map(mirrored))).toBe(3);
  expect(outliersOf(alanines.map(mirrored).map(renamed("DAL")))).toBe(0);
  expect(outliersOf(alanines.map(mirrored).map(renamed("XYZ")))).toBe(0);
  expect(outliersOf(alanines.map(renamed("XYZ")))).toBe(0);
  expect(outliersOf(alanines.map(renamed("DAL")))).toBe(3);
});

test("alternates of CB are listed one by one and counted as one residue", () => {
  const some = lines.flatMap((line) =>
    line.slice(12, 26) === " CB  VAL A   3"
      ? [`${line.slice(0, 16)}A${line.slice(17)}`, `${line.slice(0, 16)}B${line.slice(17)}`]
      : [line],
  );
  const { residues, summary } = analyzeBetas(readLines(some));
  expect(residues.map(({ number, altloc }) => `${number}${altloc}`)).toEqual(["1", "3A", "3B", "4"]);
  expect(summary.count).toBe(3);
});

test("atoms on one line have no ideal CB", () => {
  const point = (x: number): [number, number, number] => [x, 0, 0];
  expect(betaDeviation("ALA", { n: point(0), ca: point(1.5), c: point(3), cb: [1.5, 1.5, 0] })).toBeNull();
  const flat = [1, 2, 3, 4].map((serial) =>
    atomLine(serial, ["N", "CA", "C", "CB"][serial - 1]!, "ALA", 1, point(serial)),
  );
  expect(analyzeBetas(readLines(flat)).summary).toEqual({ outliers: null, outlierCount: 0, count: 0 });
});
