// Torsions against values recorded from cctbx and the published tables; skipped where the folder of real data is absent.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { tableValue } from "../../src/chemistry/grid-table.ts";
import {
  loadRamachandranTables,
  type RamachandranClass,
  ramachandranVerdict,
} from "../../src/chemistry/ramachandran-tables.ts";
import { rotamerVerdict } from "../../src/chemistry/rotamer-tables.ts";
import { readReferenceFolder } from "../../src/io/reference-data.node.ts";
import { analyzeBetas, betaDeviation } from "../../src/validation/geometry/c-beta.ts";
import { type GeometryTables, loadGeometryTables } from "../../src/validation/geometry/geometry-tables.ts";
import { molprobityScore } from "../../src/validation/geometry/molprobity-score.ts";
import { analyzeOmega } from "../../src/validation/geometry/omega.ts";
import { analyzeRamachandran } from "../../src/validation/geometry/ramachandran.ts";
import { analyzeRotamers } from "../../src/validation/geometry/rotamers.ts";
import { summarizeTorsions, validateTorsions } from "../../src/validation/geometry/validate-torsions.ts";
import { hasSharedData, readSharedModel } from "./shared-data.ts";

const shared = new URL("../../../shared/", import.meta.url).pathname;

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(shared + path, "utf8")) as Content;
}

let official: GeometryTables;
beforeAll(async () => {
  if (hasSharedData) official = await loadGeometryTables(await readReferenceFolder(`${shared}data/tables`));
});

const classNames: Readonly<Record<string, RamachandranClass>> = {
  general: "general",
  glycine: "glycine",
  "cis-proline": "cisProline",
  "trans-proline": "transProline",
  "pre-proline": "preProline",
  "isoleucine or valine": "isoleucineOrValine",
};
const verdicts: Readonly<Record<string, string>> = { Favored: "favored", Allowed: "allowed", OUTLIER: "outlier" };

interface Golden {
  readonly ramachandran: {
    readonly points: { cls: string; phi: number; psi: number; score: number; evaluation: string }[];
  };
  readonly rotamer_top8000: {
    readonly points: { table: string; chi: number[]; score: number; evaluation: string }[];
  };
  readonly rotamer_top8000_arg_lys_expected_from_upstream_tests: {
    readonly points: { aa: string; chi: number[]; pct: number }[];
  };
  readonly rotamer_top500_arg_lys: { readonly points: { table: string; chi: number[]; score: number }[] };
  readonly cbeta: {
    readonly points: {
      resname: string;
      resseq: string;
      N: [number, number, number];
      CA: [number, number, number];
      C: [number, number, number];
      CB: [number, number, number];
      ideal_CB: [number, number, number];
      deviation: number;
      dihedral_NABB: number;
    }[];
  };
  readonly molprobity_score: {
    clashscore: number;
    rota_out_pct: number;
    rama_fav_pct: number;
    molprobity_score: number;
  }[];
}

describe.skipIf(!hasSharedData)("recorded values", () => {
  const golden = (): Golden => readJson("spec/golden/golden-validation.json");

  test("Ramachandran scores of 108 points agree to 1e-5 and in class", async () => {
    const { tables } = await loadRamachandranTables();
    const { points } = golden().ramachandran;
    expect(points).toHaveLength(108);
    for (const { cls, phi, psi, score, evaluation } of points) {
      const residueClass = classNames[cls]!;
      const value = tableValue(tables[residueClass], [phi, psi]);
      expect(Math.abs(value - score), `${cls} ${phi} ${psi}`).toBeLessThan(1e-5);
      expect(ramachandranVerdict(residueClass, value)).toBe(verdicts[evaluation]);
    }
  });

  test("rotamer scores of 77 points agree to 1e-5 and in verdict with the official tables", () => {
    const { points } = golden().rotamer_top8000;
    expect(points).toHaveLength(77);
    for (const { table: name, chi, score, evaluation } of points) {
      const table = official.rotamers.get(name === "phetyr" ? "PHE" : name.toUpperCase())!;
      expect(table.source).toBe("Top8000 (reference data)");
      const value = tableValue(table.table, chi);
      expect(Math.abs(value - score), `${name} ${chi.join(" ")}`).toBeLessThan(1e-5);
      expect(rotamerVerdict(table, value)).toBe(verdicts[evaluation]);
    }
  });

  test("arginine and lysine agree to half a percent with published scores", () => {
    const { points } = golden().rotamer_top8000_arg_lys_expected_from_upstream_tests;
    expect(points).toHaveLength(11);
    for (const { aa, chi, pct } of points) {
      const value = tableValue(official.rotamers.get(aa)!.table, chi);
      expect(Math.abs(value - pct / 100), `${aa} ${chi.join(" ")}`).toBeLessThan(0.005);
    }
  });

  test("the built-in tables of arginine and lysine agree to 1 percent with their source", async () => {
    const { rotamers } = await loadGeometryTables();
    for (const { table, chi, score } of golden().rotamer_top500_arg_lys.points) {
      const value = tableValue(rotamers.get(table.slice(-3).toUpperCase())!.table, chi);
      expect(Math.abs(value - score), `${table} ${chi.join(" ")}`).toBeLessThan(0.01);
    }
  });

  test("39 C-beta deviations agree to 0.001 Angstrom", () => {
    const { points } = golden().cbeta;
    expect(points).toHaveLength(39);
    for (const { resname, resseq, N: n, CA: ca, C: c, CB: cb, ...recorded } of points) {
      const result = betaDeviation(resname, { n, ca, c, cb })!;
      expect(Math.abs(result.deviation - recorded.deviation), resname + resseq).toBeLessThan(0.001);
      expect(result.idealCb[0]).toBeCloseTo(recorded.ideal_CB[0], 3);
      expect(Math.abs(result.dihedral - recorded.dihedral_NABB)).toBeLessThan(0.01);
    }
  });

  test("MolProbity scores agree to 1e-5", () => {
    expect(golden().molprobity_score).toHaveLength(9);
    for (const row of golden().molprobity_score) {
      const score = molprobityScore({
        clashscore: row.clashscore,
        rotamerOutliers: row.rota_out_pct,
        ramachandranFavored: row.rama_fav_pct,
      });
      expect(Math.abs(score! - row.molprobity_score)).toBeLessThan(1e-5);
    }
  });
});

interface Recorded {
  readonly rama_z: Readonly<Record<"whole" | "helix" | "sheet" | "loop", { z: number | null; std: number | null }>>;
  readonly clash: { readonly clashscore: number };
  readonly molprobity_score: number;
  readonly rotamers: {
    readonly n: number;
    readonly n_outliers: number;
    readonly outliers: number;
    readonly residues?: { id: string; score: number; class: string; chis: (number | null)[] }[];
  };
  readonly ramachandran: {
    readonly n: number;
    readonly favored: number;
    readonly outliers: number;
    readonly residues?: { id: string; phi: number; psi: number; score: number; class: string }[];
  };
  readonly c_beta: {
    readonly n: number;
    readonly n_outliers: number;
    readonly residues?: { id: string; deviation: number }[];
  };
  readonly omega: {
    n_proline: number;
    n_general: number;
    n_cis_proline: number;
    n_cis_general: number;
    n_twisted_proline: number;
    n_twisted_general: number;
  };
}

const models: Readonly<Record<string, string>> = {
  emd20026_apof: "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb",
  emd30342_7cec_A: "emd30342_7cec_A_3p9A/390_7cec_A.cif",
  emd3240_5fn5: "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box_complete.pdb",
  emd4413_6i5a: "emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb",
  emd5830_3j63_A: "emd5830_3j63_asc_3p8A/A_box_complete.pdb",
  noh_6i5a: "golden_cctbx/inputs/6i5a.noh.pdb",
  sim_lyso_3p0: "golden_cctbx/inputs/lyso_true.pdb",
};

describe.skipIf(!hasSharedData).each(Object.entries(models))("%s", (name, path) => {
  test("has the recorded share of Ramachandran favoured and outliers, residue by residue", async () => {
    const recorded = readJson<Recorded>(`data/golden_cctbx/${name}.geometry.json`).ramachandran;
    const { residues, summary } = analyzeRamachandran(await readSharedModel(path), await loadRamachandranTables());
    expect(summary.count).toBe(recorded.n);
    expect(summary.favored).toBeCloseTo(recorded.favored, 8);
    expect(summary.outliers).toBeCloseTo(recorded.outliers, 8);
    recorded.residues?.forEach((residue, row) => {
      expect(residues[row]!.phi, residue.id).toBeCloseTo(residue.phi, 2);
      expect(residues[row]!.score, residue.id).toBeCloseTo(residue.score / 100, 4);
      expect(residues[row]!.verdict, residue.id).toBe(verdicts[residue.class]);
    });
  });

  test("has the recorded rotamer outliers with the official tables, residue by residue", async () => {
    const recorded = readJson<Recorded>(`data/golden_cctbx/${name}.geometry.json`).rotamers;
    const { residues, summary } = analyzeRotamers(await readSharedModel(path), official.rotamers);
    expect(summary.count).toBe(recorded.n);
    expect(summary.outliers).toBeCloseTo(recorded.outliers, 8);
    recorded.residues?.forEach((residue, row) => {
      const own = residues[row]!;
      // The recorded values follow a renaming of symmetric atoms where it brings the last torsion near 0.
      const isSymmetric = ["ASP", "GLU", "PHE", "TYR"].includes(own.name);
      expect(Math.abs(own.score - residue.score / 100), residue.id).toBeLessThan(isSymmetric ? 0.06 : 5e-5);
      expect(own.verdict, residue.id).toBe(verdicts[residue.class]);
    });
  });

  test("has the recorded Rama-Z to 0.05, and MolProbity score", async () => {
    const recorded = readJson<Recorded>(`data/golden_cctbx/${name}.geometry.json`);
    const validation = validateTorsions(await readSharedModel(path), official);
    const summary = summarizeTorsions(validation, recorded.clash.clashscore);
    for (const part of ["whole", "helix", "sheet", "loop"] as const) {
      const { z, std } = recorded.rama_z[part];
      const own = summary.ramaZ[part];
      if (z === null) expect(own, part).toBeNull();
      else expect(Math.abs(own!.value - z), part).toBeLessThan(0.05);
      if (z !== null && std !== null) expect(Math.abs(own!.sd! - std), part).toBeLessThan(0.05);
    }
    expect(summary.molprobityScore).toBeCloseTo(recorded.molprobity_score, 8);
  });

  test("has the recorded C-beta outliers and peptides", async () => {
    const recorded = readJson<Recorded>(`data/golden_cctbx/${name}.geometry.json`);
    const model = await readSharedModel(path);
    const beta = analyzeBetas(model);
    expect(beta.summary).toMatchObject({ count: recorded.c_beta.n, outlierCount: recorded.c_beta.n_outliers });
    recorded.c_beta.residues?.forEach((residue, row) => {
      expect(beta.residues[row]!.deviation, residue.id).toBeCloseTo(residue.deviation, 3);
    });
    const { omega } = recorded;
    expect(analyzeOmega(model).summary).toEqual({
      cisProline: omega.n_cis_proline,
      cisGeneral: omega.n_cis_general,
      twisted: omega.n_twisted_proline + omega.n_twisted_general,
      prolines: omega.n_proline,
      general: omega.n_general,
    });
  });
});

describe.skipIf(!hasSharedData)("3A5X refined by phenix.real_space_refine", () => {
  test("has the percentages of its log", async () => {
    const model = await readSharedModel("reflogs_3a5x_phenix_real_space_refine/def_real_space_refined.pdb");
    const { ramachandran, rotamers, cBeta } = summarizeTorsions(validateTorsions(model, official), null);
    expect(ramachandran.favored).toBeCloseTo(84.35, 2);
    expect([ramachandran.outliers, rotamers.outliers, cBeta.outliers]).toEqual([0, 0, 0]);
  });
});
