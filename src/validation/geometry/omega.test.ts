// Kinds of peptide bonds and how they are counted.
import { expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { analyzeOmega } from "./omega.ts";

const sequence = ["ALA", "PRO", "ALA", "ALA", "PRO", "ALA"];
const lines = peptideLines(sequence, { phi: -63, psi: 140, omega: [180, 2, -5, 100, 178, -165] });

test("bonds are cis within 30 degrees of 0, trans within 30 of 180, else twisted", () => {
  const { residues, summary } = analyzeOmega(readLines(lines));
  expect(residues.map(({ kind }) => kind)).toEqual(["cis", "cis", "twisted", "trans", "trans"]);
  expect(residues[2]!.omega).toBeCloseTo(100, 1);
  expect(residues[2]).toMatchObject({ number: 4, previous: { number: 3 }, isProline: false, highestMainChainB: 20 });
  expect(summary).toEqual({ cisProline: 1, cisGeneral: 1, twisted: 1, prolines: 2, general: 3 });
});

test("alternates of one bond count once", () => {
  const some = lines.flatMap((line) =>
    Number(line.slice(22, 26)) === 4
      ? [`${line.slice(0, 16)}A${line.slice(17)}`, `${line.slice(0, 16)}B${line.slice(17)}`]
      : [line],
  );
  const { residues, summary } = analyzeOmega(readLines(some));
  expect(residues.filter(({ number }) => number === 4).map(({ altloc }) => altloc)).toEqual(["A", "B"]);
  expect(summary.general + summary.prolines).toBe(5);
});

test("a broken chain has no bond at the break", () => {
  const { summary } = analyzeOmega(readLines(lines.filter((line) => Number(line.slice(22, 26)) !== 3)));
  expect(summary.general + summary.prolines).toBe(3);
});
