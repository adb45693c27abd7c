// EMRinger scores of real pairs against those of the published program (mmtbx.programs.emringer of cctbx 2022.9).
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { computeEmringer } from "../../src/validation/fit/emringer.ts";
import { hasSharedData, readSharedMap, readSharedModel } from "./shared-data.ts";

interface Case {
  readonly name: string;
  readonly model: string;
  readonly map: string;
  readonly score: number;
  readonly threshold: number | null;
  readonly isSignificant: boolean;
}

const cases: readonly Case[] = [
  {
    name: "apoferritin",
    model: "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb",
    map: "emd20026_apoferritin_1p75A/emd20026_prot.mrc.gz",
    score: 7.237,
    threshold: 0.00834,
    isSignificant: true,
  },
  {
    name: "6I5A",
    model: "emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb",
    map: "emd4413_6i5a_tmv_2p3A/6i5a_box.ccp4.gz",
    score: 3.948,
    threshold: 0.138,
    isSignificant: true,
  },
  {
    name: "3J63: 2.36 of 61 residues is not more than chance",
    model: "emd5830_3j63_asc_3p8A/A_box_complete.pdb",
    map: "emd5830_3j63_asc_3p8A/A_box.ccp4.gz",
    score: 2.356,
    threshold: null,
    isSignificant: false,
  },
  {
    name: "7CEC chain A",
    model: "emd30342_7cec_A_3p9A/390_7cec_A.cif",
    map: "emd30342_7cec_A_3p9A/390_emd_30342_A_z4.mrc.gz",
    score: 1.837,
    threshold: 0.061,
    isSignificant: true,
  },
  {
    name: "5FN5",
    model: "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box_complete.pdb",
    map: "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box.ccp4.gz",
    score: 0.316,
    threshold: 0.051,
    isSignificant: false,
  },
  {
    name: "5FN5 chain C",
    model: "emd3240_5fn5_gamma_secretase_4p3A/chain_c/chain_c_box_complete.pdb",
    map: "emd3240_5fn5_gamma_secretase_4p3A/chain_c/chain_c_box.ccp4.gz",
    score: 0.792,
    threshold: null,
    isSignificant: false,
  },
  {
    name: "FrhA",
    model: "emd2513_4ci0_frhA_AF2_3p36A/emd_2513_af2_docked.pdb",
    map: "emd2513_4ci0_frhA_AF2_3p36A/emd_2513.mrc.gz",
    score: 2.209,
    threshold: 0.118,
    isSignificant: true,
  },
];

describe.skipIf(!hasSharedData)("EMRinger scores equal the published program's (needs ../shared/data)", () => {
  test.each(cases)("$name", async ({ model: modelPath, map: mapPath, score, threshold, isSignificant }) => {
    const model = await readSharedModel(modelPath);
    const result = computeEmringer(model, await readSharedMap(mapPath, model), createRunContext())!;
    expect(Math.abs(result.score - score)).toBeLessThan(0.001);
    if (threshold !== null) expect(Math.abs(result.threshold / threshold - 1)).toBeLessThan(0.01);
    expect(result.isSignificant).toBe(isSignificant);
  });

  test("random angles in the map of 3J63 give 1.1 on average", async () => {
    const [model, map] = [cases[2]!.model, cases[2]!.map];
    const read = await readSharedModel(model);
    const { chance, residues } = computeEmringer(read, await readSharedMap(map, read), createRunContext())!;
    expect(residues).toBe(61);
    expect(Math.abs(chance.mean - 1.1)).toBeLessThan(0.2);
  });
});
