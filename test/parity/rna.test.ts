// RNA against recorded values of suitename and cctbx; skipped where the folder of real data is absent.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadSuites } from "../../src/chemistry/suite-tables.ts";
import { assignSuite } from "../../src/validation/geometry/assign-suite.ts";
import { analyzeRna } from "../../src/validation/geometry/rna.ts";
import { hasSharedData, readSharedModel } from "./shared-data.ts";

const golden = new URL("../../../shared/spec/golden/golden-validation.json", import.meta.url).pathname;

interface Golden {
  readonly rna_suites: {
    /** Labels, then alpha, beta, gamma, delta, epsilon and zeta. */
    readonly residues: readonly string[];
    readonly result: readonly (readonly [id: string, where: string, suite: string, suiteness: number])[];
  };
}

describe.skipIf(!hasSharedData)("recorded suites", () => {
  test("11 worked examples agree in name and to 0.001 in suiteness", () => {
    const { residues, result } = (JSON.parse(readFileSync(golden, "utf8")) as Golden).rna_suites;
    expect(result).toHaveLength(11);
    const torsions = residues.map((line) =>
      line
        .split(":")
        .slice(-6)
        .map((field) => (Number(field) + 360) % 360),
    );
    result.forEach(([id, where, suite, suiteness], row) => {
      const [, , , delta = null, epsilon = null, zeta = null] = torsions[row - 1] ?? [];
      const own = assignSuite([delta, epsilon, zeta, ...torsions[row]!.slice(0, 4)], loadSuites());
      expect(own.suite, id).toBe(suite);
      expect(Math.abs((own.suiteness ?? 0) - suiteness), id).toBeLessThan(0.001);
      if (where.startsWith("trig")) expect(`trig ${own.issue}`).toBe(where);
      else if (where !== "inc") expect(where.startsWith(own.bin!)).toBe(true);
    });
  });

  // suitename and rna_validate of cctbx 2022.9; all 387 suites and their suiteness to three digits are the same.
  test.each([
    ["2.2A_SWIM", 46, [29, 74, 123, 134, 167, 187, 188, 393], [6, 4]],
    ["2.3A_SWIM", 42, [29, 134, 167, 187, 188, 225, 249, 367], [5, 4]],
  ])("%s has the suites and pucker outliers that cctbx finds", async (name, outliers, puckers, [delta, epsilon]) => {
    const model = await readSharedModel(`models_rna_water_tetrahymena_2p2A/${name}.pdb`);
    const { residues, summary } = analyzeRna(model);
    expect(residues).toHaveLength(387);
    expect(residues.every(({ pucker }) => pucker !== null)).toBe(true);
    expect(summary.suites).toMatchObject({ count: 386, outlierCount: outliers, incomplete: 1 });
    const wrong = residues.filter(({ isDeltaOutlier, isEpsilonOutlier }) => isDeltaOutlier || isEpsilonOutlier);
    expect(wrong.map((residue) => residue.number)).toEqual(puckers);
    expect(summary.puckers).toMatchObject({ deltaOutliers: delta, epsilonOutliers: epsilon });
  });

  test("an RNA without phosphates has puckers and no suites", async () => {
    const { summary } = analyzeRna(await readSharedModel("models_large/1xnr.cif.gz"));
    expect(summary).toMatchObject({ count: 1494, suites: { count: 0, incomplete: 1494 }, puckers: { count: 1494 } });
  });
});
