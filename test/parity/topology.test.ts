// Restraint counts and repulsion against values that cctbx 2022.9 gives with the same monomer library.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { computeGeometry } from "../../src/validation/geometry/model-geometry.ts";
import { hasSharedData, readWithoutHydrogens } from "./shared-data.ts";

interface Case {
  readonly name: string;
  readonly model: string;
  /** Bonds, angles, chiralities, planes. */
  readonly counts: readonly [number, number, number, number];
  readonly pairs: number;
  readonly repulsion: number;
  /** Bond (Angstrom) and angle (degrees) rmsd. */
  readonly rmsd: readonly [number, number];
}

const cases: readonly Case[] = [
  {
    name: "3J63 chain A",
    model: "emd5830_3j63_asc_3p8A/A_box_complete.pdb",
    counts: [713, 959, 112, 124],
    pairs: 5387,
    repulsion: 1551.95,
    rmsd: [0.00572, 1.33],
  },
  {
    name: "5FN5 chain C",
    model: "emd3240_5fn5_gamma_secretase_4p3A/chain_c/chain_c_box_complete.pdb",
    counts: [1925, 2626, 308, 326],
    pairs: 15572,
    repulsion: 5321.96,
    rmsd: [0.01274, 2.045],
  },
  {
    name: "6I5A",
    model: "golden_cctbx/inputs/6i5a.noh.pdb",
    counts: [1231, 1683, 198, 223],
    pairs: 10051,
    repulsion: 531.41,
    rmsd: [0.01221, 1.8051],
  },
  {
    name: "lysozyme with disulfides",
    model: "golden_cctbx/inputs/lyso_true.pdb",
    counts: [998, 1352, 140, 182],
    pairs: 8358,
    repulsion: 446.44,
    rmsd: [0.01497, 1.9317],
  },
];

describe.skipIf(!hasSharedData)("restraints of models without hydrogens equal cctbx's (needs ../shared/data)", () => {
  test.each(cases)("$name", async ({ model: path, counts, pairs, repulsion, rmsd }) => {
    const model = await readWithoutHydrogens(path);
    const input = { model, dictionary: loadDictionary() };
    const { geometry, topology } = computeGeometry(
      createEngine(),
      input,
      { unknownLigands: "error" },
      createRunContext(),
    );
    const { bond, angle, chirality, nonbonded } = geometry;
    expect([bond.count, angle.count, chirality.count, topology.planes.count]).toEqual(counts);
    expect(nonbonded.count).toBe(pairs);
    expect(Math.abs(nonbonded.energy / repulsion - 1)).toBeLessThan(1e-3);
    // At chain ends only one of the two applies the library's changes to the monomer.
    expect(Math.abs(bond.rmsd! - rmsd[0])).toBeLessThan(0.0002);
    expect(Math.abs(angle.rmsd! - rmsd[1])).toBeLessThan(0.01);
  });
});
