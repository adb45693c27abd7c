// One summary for reports: what it holds with and without side chains, clashes and tables.
import { expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { residueLines } from "../../../test/support/side-chain.ts";
import { loadGeometryTables } from "./geometry-tables.ts";
import { summarizeTorsions, validateTorsions } from "./validate-torsions.ts";

test("a peptide of alanines has no rotamers, so no MolProbity score, and without its table no Rama-Z", async () => {
  const model = readLines(peptideLines(Array(8).fill("ALA"), { phi: -63, psi: -42 }));
  const summary = summarizeTorsions(validateTorsions(model, await loadGeometryTables()), 5);
  expect(summary.ramachandran).toEqual({ favored: 100, allowed: 0, outliers: 0, count: 6 });
  expect(summary.rotamers).toEqual({ favored: null, allowed: null, outliers: null, count: 0 });
  expect(summary.cBeta).toEqual({ outliers: 0, outlierCount: 0, count: 8 });
  expect(summary.omega).toEqual({ cisProline: 0, cisGeneral: 0, twisted: 0, prolines: 0, general: 7 });
  expect(summary.ramaZ).toEqual({ whole: null, helix: null, sheet: null, loop: null });
  expect(summary.molprobityScore).toBeNull();
  expect(summary.tables).toEqual({ ramachandran: "Top8000 (built in)", rotamers: [], ramaZ: null, cablam: null });
});

test("the score takes clashes from the caller and is null without", async () => {
  const lines = peptideLines(Array(8).fill("ALA"), { phi: -63, psi: -42 });
  const model = readLines([...lines, ...residueLines("VAL", [175], 30)]);
  const validation = validateTorsions(model, await loadGeometryTables());
  expect(summarizeTorsions(validation, Math.E - 1).molprobityScore).toBeCloseTo(0.926, 12);
  expect(summarizeTorsions(validation, null).molprobityScore).toBeNull();
});

test("a model without protein has nothing but nulls and zeros", async () => {
  const water = "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00 20.00           O  ";
  const summary = summarizeTorsions(validateTorsions(readLines([water]), await loadGeometryTables()), 0);
  expect(summary.ramachandran.favored).toBeNull();
  expect(summary.cBeta).toEqual({ outliers: null, outlierCount: 0, count: 0 });
  expect(summary.cablam).toEqual({ outliers: null, disfavored: null, caOutliers: null, count: 0 });
});
