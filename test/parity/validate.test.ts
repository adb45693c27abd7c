// Clashscores and MolProbity scores with hydrogens placed anew, against published values and recorded ones of cctbx.
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { readReferenceFolder } from "../../src/io/reference-data.node.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { type GeometryReport, reportGeometry } from "../../src/validation/geometry/geometry-report.ts";
import { type GeometryTables, loadGeometryTables } from "../../src/validation/geometry/geometry-tables.ts";
import { hasSharedData, readSharedModel, sharedFolder } from "./shared-data.ts";

describe.skipIf(!hasSharedData)("judged models (needs ../shared/data)", () => {
  let tables: GeometryTables;
  beforeAll(async () => {
    tables = await loadGeometryTables(await readReferenceFolder(join(sharedFolder, "tables")));
  });

  async function judge(path: string, hydrogens: "replace" | "keep"): Promise<GeometryReport> {
    const input = { model: await readSharedModel(path), dictionary: loadDictionary() };
    const options = { hydrogens, tables, unknownLigands: "hold" } as const;
    return (await reportGeometry(createEngine(), input, options, createRunContext())).report;
  }

  test.each([
    ["3J63", "emd5830_3j63_asc_3p8A/A_box_complete.pdb", "replace", 50.84, 3.4],
    ["3J63, its own hydrogens", "emd5830_3j63_asc_3p8A/A_box_complete.pdb", "keep", 45.96, 3.35],
    ["6I5A", "emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb", "replace", 6.69, 1.49],
    ["7CEC chain A", "emd30342_7cec_A_3p9A/390_7cec_A.cif", "replace", 16.01, null],
    ["apoferritin", "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb", "replace", 2.16, null],
    ["5FN5 chain C", "emd3240_5fn5_gamma_secretase_4p3A/chain_c/chain_c_box_complete.pdb", "replace", 14.27, null],
  ] as const)("%s", async (_name, path, policy, clashscore, molprobityScore) => {
    const report = await judge(path, policy);
    expect(Math.abs(report.clashscore! - clashscore)).toBeLessThan(Math.max(0.05, 0.03 * clashscore));
    if (molprobityScore !== null) expect(Math.abs(report.molprobityScore! - molprobityScore)).toBeLessThan(0.01);
  });
});
