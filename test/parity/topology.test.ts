// Restraint counts and repulsion against values that cctbx 2022.9 gives with the same monomer library.
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { addLibraryMonomers } from "../../src/io/monomer-library.node.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { computeGeometry } from "../../src/validation/geometry/model-geometry.ts";
import { hasSharedData, readSharedModel, readWithoutHydrogens } from "./shared-data.ts";

interface Case {
  readonly name: string;
  readonly model: string;
  /** Bonds, angles, chiralities, planes. */
  readonly counts: readonly [number, number, number, number];
  readonly pairs: number;
  readonly repulsion: number;
  /** Bond (Angstrom) and angle (degrees) rmsd. */
  readonly rmsd: readonly [number, number];
  /** How near the angle rmsd comes where prolines and chain ends, which have other ideal values there, weigh more; else 0.01. */
  readonly angleWithin?: number;
  readonly dihedrals?: number;
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
  {
    name: "7CEC chain A",
    model: "emd30342_7cec_A_3p9A/390_7cec_A.cif",
    counts: [4405, 5966, 641, 795],
    pairs: 36227,
    repulsion: 3265.98,
    rmsd: [0.01394, 1.4047],
    // Without N-CA-C-O of 500 residues, which the library's modification of linked residues deletes and cctbx keeps; cctbx counts
    // the five disulfides elsewhere.
    dihedrals: 2168 - 500 + 5,
  },
  {
    name: "FrhA",
    model: "emd2513_4ci0_frhA_AF2_3p36A/emd_2513_af2_docked.pdb",
    counts: [3049, 4137, 465, 548],
    pairs: 25911,
    repulsion: 909.03,
    rmsd: [0.01187, 1.7486],
    angleWithin: 0.02,
  },
  {
    // cctbx leaves the magnesium ions unbound: 14988 pairs with 1991.62.
    name: "apoferritin, whose 17 bonds of magnesium no longer repel",
    model: "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb",
    counts: [1442, 1942, 204, 257],
    pairs: 14943,
    repulsion: 1949.26,
    rmsd: [0.00686, 0.9488],
    dihedrals: 704 - 165,
  },
];

describe.skipIf(!hasSharedData)("restraints of models without hydrogens equal cctbx's (needs ../shared/data)", () => {
  test.each(cases)("$name", async ({ model: path, counts, pairs, repulsion, rmsd, angleWithin = 0.01, dihedrals }) => {
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
    if (dihedrals !== undefined) expect(topology.dihedrals.count).toBe(dihedrals);
    expect(nonbonded.count).toBe(pairs);
    expect(Math.abs(nonbonded.energy / repulsion - 1)).toBeLessThan(1e-3);
    // At chain ends only one of the two applies the library's changes to the monomer.
    expect(Math.abs(bond.rmsd! - rmsd[0])).toBeLessThan(0.0002);
    expect(Math.abs(angle.rmsd! - rmsd[1])).toBeLessThan(angleWithin);
  });
});

/** The CCP4 monomer library as Debian's refmac-dictionary puts it. */
const library = "/usr/share/refmac";

describe.skipIf(!hasSharedData || !existsSync(library))(
  "4ZXB with its glycans (needs ../shared/data, refmac-dictionary)",
  () => {
    test("equals cctbx's counts but for the glycosidic bonds that cctbx leaves without angles and hand", async () => {
      const model = await readSharedModel("models_large/4zxb.cif.gz");
      const dictionary = await addLibraryMonomers(loadDictionary(), library, model.residues.name);
      const options = { unknownLigands: "error" } as const;
      const { geometry, topology } = computeGeometry(
        createEngine(),
        { model, dictionary },
        options,
        createRunContext(),
      );
      const { bond, angle, chirality, nonbonded } = geometry;
      // Of 25 glycosidic bonds cctbx finds an entry of the dictionary for one, and leaves 24 a bond alone: at an anomeric carbon
      // nothing then holds the partner's direction (three angles) or tells alpha from beta (one chirality).
      expect([bond.count, angle.count, chirality.count]).toEqual([13273, 18007 + 3 * 24, 2036 + 24]);
      expect(topology.planes.count).toBe(2286);
      expect([nonbonded.count, nonbonded.energy.toFixed(2)]).toEqual([108771, "3761.32"]);
      const glycosidic = topology.links.filter(({ id }) => /^(ALPHA|BETA)\d-\d$|-ASN$/.test(id));
      expect(glycosidic).toHaveLength(25);
    });
  },
);
