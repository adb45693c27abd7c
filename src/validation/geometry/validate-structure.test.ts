// The summary of a model's structure as a report takes it.
import { expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { helical, strandLines } from "../../../test/support/rna-strand.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { createEngine } from "../../kernels/engine.ts";
import { computeGeometry } from "./model-geometry.ts";
import { type StructureSummary, summarizeStructure, validateStructure } from "./validate-structure.ts";

function summaryOf(lines: readonly string[]): StructureSummary {
  const context = createRunContext();
  const input = { model: readLines(lines), dictionary: loadDictionary() };
  const { topology } = computeGeometry(createEngine(), input, { unknownLigands: "hold" }, context);
  return summarizeStructure(validateStructure({ ...input, topology }, context));
}

const peptide = peptideLines(["ALA", "GLY", "ALA"], { phi: -60, psi: -45 });
const strand = strandLines([helical, helical]).map((line) => `${line.slice(0, 20)} B${line.slice(22)}`);

test("the parts of a peptide beside RNA are all there", () => {
  const summary = summaryOf([...peptide, "TER", ...strand]);
  expect(summary).toMatchObject({
    covalent: { bonds: { byClass: { protein: { outliers4: 0 } } }, naming: { swapped: 0 } },
    rna: { count: 2, suites: { count: 1, outlierCount: 0 } },
    bFactors: { isUniform: true },
    occupancies: { partial: 0 },
    tensors: { count: 0 },
    completeness: { residues: 5, breaks: 0 },
  });
});

test("a protein has no RNA, and every number is finite or null", () => {
  const summary = summaryOf(peptide);
  expect(summary.rna).toBeNull();
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
});
