// Covalent geometry beside counts recorded from cctbx; skipped where the folder of real data is absent.
import { expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { analyzeCovalent, type CovalentSummary } from "../../src/validation/geometry/covalent.ts";
import { computeGeometry } from "../../src/validation/geometry/model-geometry.ts";
import { hasSharedData, readSharedJson, readSharedModel } from "./shared-data.ts";

async function summaryOf(path: string): Promise<CovalentSummary> {
  const input = { model: await readSharedModel(path), dictionary: loadDictionary() };
  const { topology } = computeGeometry(createEngine(), input, { unknownLigands: "hold" }, createRunContext());
  return analyzeCovalent(input.model, topology).summary;
}

interface Recorded {
  readonly bond: { readonly n: number; readonly rmsd: number };
  readonly angle: { readonly n: number; readonly rmsd: number };
  readonly chirality: { readonly n: number; readonly outliers_4sigma: number };
}

// Ideal values and sigmas are of another dictionary there: counts and size of deviations can be compared, outliers of chirality are the same.
test.skipIf(!hasSharedData).each([
  ["emd30342_7cec_A", "emd30342_7cec_A_3p9A/390_7cec_A.cif"],
  ["emd20026_apof", "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb"],
  ["noh_6i5a", "golden_cctbx/inputs/6i5a.noh.pdb"],
  ["sim_lyso_3p0", "golden_cctbx/inputs/lyso_true.pdb"],
])("%s has the restraints of cctbx and no centre of the wrong hand", async (name, path) => {
  const recorded = readSharedJson(`golden_cctbx/${name}.geometry.json`) as Recorded;
  const { bonds, angles, chirality, naming } = await summaryOf(path);
  expect(Math.abs(bonds.count - recorded.bond.n)).toBeLessThan(0.005 * recorded.bond.n);
  expect(Math.abs(angles.count - recorded.angle.n)).toBeLessThan(0.005 * recorded.angle.n);
  expect(Math.abs(bonds.rmsd! - recorded.bond.rmsd)).toBeLessThan(0.0025);
  expect(Math.abs(angles.rmsd! - recorded.angle.rmsd)).toBeLessThan(0.2);
  expect(chirality.count).toBe(recorded.chirality.n);
  expect([chirality.outliers4, chirality.wrongHand]).toEqual([recorded.chirality.outliers_4sigma, 0]);
  expect(naming.count).toBeGreaterThan(0);
  expect(naming.swapped).toBe(0);
});

test.skipIf(!hasSharedData)("all phosphates of a deposited RNA have OP1 and OP2 in order", async () => {
  const { bonds, naming } = await summaryOf("models_rna_water_tetrahymena_2p2A/2.2A_SWIM.pdb");
  expect(naming).toEqual({ count: 387, swapped: 0 });
  expect(bonds.byClass.nucleicAcid.count).toBe(bonds.count);
});
