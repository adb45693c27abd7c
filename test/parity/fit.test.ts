// Correlations of model and map against values that cctbx 2022.9 gives for the same files.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { addToSums, correlationOf, createSums } from "../../src/density/statistics.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { computeFit, type Fit } from "../../src/validation/fit/correlation.ts";
import { hasSharedData, readSharedJson, readSharedMap, readSharedModel } from "./shared-data.ts";

interface Case {
  readonly name: string;
  readonly model: string;
  readonly map: string;
  readonly resolution: number;
  /** CC_mask, CC_volume, CC_peaks, CC_box. */
  readonly cc: readonly [number, number, number, number];
  readonly maskVoxels: number;
  readonly localRadius: number;
  /** Beginning of the names of its files of recorded values. */
  readonly recorded: string;
  /** Best CC_mask of the coordinates over one overall B, and that B on cctbx's coarse list. */
  readonly coordinates: readonly [number, number] | null;
}

interface Recorded {
  readonly cc_main_chain: number;
  readonly cc_side_chain: number;
  /** Polymers, and then waters and ions, are chains of their own. */
  readonly cc_per_chain: readonly { readonly chain: string; readonly cc: number; readonly n_atoms: number }[];
  readonly cc_per_residue: readonly {
    readonly chain: string;
    readonly resname: string;
    readonly resseq: string;
    readonly icode: string;
    readonly cc: number;
    readonly n_atoms: number;
  }[];
}

const cases: readonly Case[] = [
  {
    name: "lysozyme, simulated with noise",
    model: "golden_cctbx/inputs/lyso_true.pdb",
    map: "golden_cctbx/inputs/lyso.mrc.gz",
    resolution: 3,
    cc: [0.9375, 0.9351, 0.8832, 0.8178],
    maskVoxels: 41417,
    localRadius: 3,
    recorded: "sim_lyso_3p0",
    coordinates: null,
  },
  {
    name: "3J63 chain A, hydrogens, B = 1",
    model: "emd5830_3j63_asc_3p8A/A_box_complete.pdb",
    map: "emd5830_3j63_asc_3p8A/A_box.ccp4.gz",
    resolution: 3.8,
    cc: [0.6714, 0.701, 0.7464, 0.7459],
    maskVoxels: 13962,
    localRadius: 3.8,
    recorded: "emd5830_3j63_A",
    coordinates: [0.784, 140],
  },
  {
    name: "6I5A, hydrogens of occupancy 0",
    model: "emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb",
    map: "emd4413_6i5a_tmv_2p3A/6i5a_box.ccp4.gz",
    resolution: 2.3,
    cc: [0.8171, 0.6988, 0.0651, 0.2832],
    maskVoxels: 23990,
    localRadius: 3,
    recorded: "emd4413_6i5a",
    coordinates: [0.834, 10],
  },
  {
    name: "apoferritin, real-valued origin",
    model: "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb",
    map: "emd20026_apoferritin_1p75A/emd20026_prot.mrc.gz",
    resolution: 1.75,
    cc: [0.8185, 0.7907, 0.7199, 0.6821],
    maskVoxels: 119677,
    localRadius: 3,
    recorded: "emd20026_apof",
    coordinates: [0.7965, 15],
  },
  {
    name: "7CEC chain A, mmCIF",
    model: "emd30342_7cec_A_3p9A/390_7cec_A.cif",
    map: "emd30342_7cec_A_3p9A/390_emd_30342_A_z4.mrc.gz",
    resolution: 3.9,
    cc: [0.8077, 0.8101, 0.7477, 0.915],
    maskVoxels: 67635,
    localRadius: 3.9,
    recorded: "emd30342_7cec_A",
    coordinates: [0.763, 140],
  },
  {
    name: "5FN5, hydrogens, B up to 500",
    model: "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box_complete.pdb",
    map: "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box.ccp4.gz",
    resolution: 4.3,
    cc: [0.6796, 0.6845, 0.7036, 0.852],
    maskVoxels: 80646,
    localRadius: 5.1,
    recorded: "emd3240_5fn5",
    coordinates: [0.8301, 180],
  },
];

describe.skipIf(!hasSharedData)("correlations equal cctbx's (needs ../shared/data)", () => {
  test.each(cases)("$name", async ({ model: modelPath, map: mapPath, resolution, ...expected }) => {
    const model = await readSharedModel(modelPath);
    const map = await readSharedMap(mapPath, model);
    const fit = computeFit(createEngine(), model, map, { resolution, table: "electron" }, createRunContext());
    const values = [fit.ccMask, fit.ccVolume, fit.ccPeaks, fit.ccBox];
    values.forEach((value, at) => expect(Math.abs(value! - expected.cc[at]!)).toBeLessThan(0.005));
    // A voxel right on the limit may fall to either side.
    expect(Math.abs(fit.maskVoxels - expected.maskVoxels)).toBeLessThanOrEqual(1);
    expect(Math.abs(fit.localRadius - expected.localRadius)).toBeLessThan(0.1);
    const recorded = readSharedJson(`golden_cctbx/${expected.recorded}.cc.json`) as Recorded;
    expect(Math.abs(fit.ccMainChain! - recorded.cc_main_chain)).toBeLessThan(0.005);
    expect(Math.abs(fit.ccNotMainChain! - recorded.cc_side_chain)).toBeLessThan(0.005);
    expectSameChains(fit, recorded);
    expectSameResidues(fit, recorded);
    if (expected.coordinates === null) return;
    const [cc, b] = expected.coordinates;
    expect(Math.abs(fit.ccMaskCoordinates! - cc)).toBeLessThan(0.002);
    // The other program's list of B has steps of 5 to 20.
    expect(Math.abs(fit.bestOverallB! - b)).toBeLessThan(b > 50 ? 10 : 5);
  });
});

function expectSameChains({ perChain }: Fit, { cc_per_chain: recorded }: Recorded): void {
  for (const { chain, cc, ccPolymer, ccOther } of perChain) {
    const [polymer, other] = recorded.filter((row) => row.chain === chain);
    expect(Math.abs((other ? ccPolymer! : cc!) - polymer!.cc)).toBeLessThan(0.005);
    if (other) expect(Math.abs(ccOther! - other.cc)).toBeLessThan(0.005);
  }
}

function expectSameResidues({ perResidue }: Fit, { cc_per_residue: recorded }: Recorded): void {
  const keyOf = (...labels: readonly (string | number)[]): string => labels.map((label) => `${label}`.trim()).join(" ");
  const own = new Map(perResidue.map((row) => [keyOf(row.chain, row.number, row.insertionCode, row.name), row]));
  const sums = createSums();
  let largest = 0;
  for (const { chain, resseq, icode, resname, cc, n_atoms: atoms } of recorded) {
    const found = own.get(keyOf(chain, resseq, icode, resname))!;
    expect(found.atoms).toBe(atoms);
    addToSums(sums, found.cc!, cc);
    largest = Math.max(largest, Math.abs(found.cc! - cc));
  }
  expect(sums.count).toBe(perResidue.length);
  expect(correlationOf(sums)).toBeGreaterThan(0.999);
  expect(largest).toBeLessThan(0.02);
}
