// Verdicts on residues of a published refinement of real data, and of a simulated set with known wrong side chains.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import type { Model } from "../../src/model/model.ts";
import { type JudgedModel, measureResidues } from "../../src/refinement/verdicts/measure-residues.ts";
import type { ResidueVerdicts } from "../../src/refinement/verdicts/residue-verdicts.ts";
import { measureUnrestrained } from "../../src/validation/geometry/geometry-report.ts";
import { loadGeometryTables } from "../../src/validation/geometry/geometry-tables.ts";
import { hasSharedData, readSharedMap, readSharedModel } from "./shared-data.ts";

interface Data {
  readonly map: string;
  readonly resolution: number;
  readonly overallB: number;
}

async function judge(before: Model, after: Model, { map: path, resolution, overallB }: Data): Promise<ResidueVerdicts> {
  const context = createRunContext();
  const engine = createEngine({ threads: 1 });
  const map = await readSharedMap(path, after);
  const dictionary = loadDictionary();
  const tables = await loadGeometryTables(null);
  const measure = async (model: Model): Promise<JudgedModel> => ({
    model,
    ...(await measureUnrestrained({ model, dictionary }, tables, context)),
  });
  const states = { before: await measure(before), after: await measure(after), map };
  const verdicts = measureResidues(engine, states, { resolution, table: "electron", tables, overallB }, context);
  engine.close();
  return verdicts;
}

describe.skipIf(!hasSharedData)("verdicts on residues", () => {
  test("all 22 turned side chains of lysozyme that are put right are named, nearly all fit better by more than chance and none worse", async () => {
    const folder = "golden_cctbx/inputs";
    const turned = await readSharedModel(`${folder}/lyso_rota.pdb`);
    const truth = await readSharedModel(`${folder}/lyso_true.pdb`);
    const data = { map: `${folder}/lyso.mrc.gz`, resolution: 3, overallB: 40 };
    const { residues, summary } = await judge(turned, truth, data);
    const changed = residues.filter(({ sideChain }) => sideChain !== null);
    expect(changed).toHaveLength(22);
    expect(changed.filter(({ fit }) => fit === "better").length).toBeGreaterThanOrEqual(20);
    expect(changed.every(({ moved }) => moved.most! > 1)).toBe(true);
    expect(summary).toMatchObject({ residues: 126, peptidesFlipped: 0, fitsWorse: 0 });
    expect(summary.outliers.clash.after).toBeLessThan(summary.outliers.clash.before);
  });

  test("cctbx's refinement of 3J63 frees its Ramachandran outliers and of most clashes, and loses fit in places", async () => {
    const folder = "emd5830_3j63_asc_3p8A";
    const start = await readSharedModel(`${folder}/A_box_complete.pdb`);
    const refined = await readSharedModel(`${folder}/ref_qr_cctbx_refined.pdb`);
    const data = { map: `${folder}/A_box.ccp4.gz`, resolution: 3.8, overallB: 140 };
    const { residues, summary } = await judge(start, refined, data);
    const freed = residues.filter(({ cleared }) => cleared.includes("ramachandran"));
    expect(freed.map(({ number }) => number)).toEqual([2, 42, 47, 71]);
    expect(summary.outliers.ramachandran).toEqual({ before: 4, after: 0, cleared: 4, new: 0 });
    expect(summary.outliers.clash.after).toBeLessThan(summary.outliers.clash.before / 3);
    expect(summary.fitsWorse).toBeGreaterThan(summary.fitsBetter);
    expect(summary).toMatchObject({ moved: 0, sideChainsChanged: 0, peptidesFlipped: 0 });
    const kept = residues.find(({ number }) => number === 28)!.outliers.find(({ kind }) => kind === "rotamer")!;
    expect(kept).toMatchObject({ isNew: false, reason: "density" });
  });
});
