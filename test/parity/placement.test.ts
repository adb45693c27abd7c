// Notices about real models: few, and where something was taken away, there.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { isWaterName } from "../../src/chemistry/residue-classes.ts";
import type { DensityMap } from "../../src/density/map.ts";
import { valueOfRank } from "../../src/density/statistics.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import type { Model } from "../../src/model/model.ts";
import { findMissingDensity } from "../../src/validation/fit/blobs.ts";
import { freeFitMaps, prepareFit } from "../../src/validation/fit/fit-maps.ts";
import { checkPlacement, type Placement } from "../../src/validation/fit/placement.ts";
import { hasSharedData, readSharedMap, readSharedModel } from "./shared-data.ts";

const apoferritin = "emd20026_apoferritin_1p75A/3ajo_fitted_refined.pdb";
const apoferritinMap = "emd20026_apoferritin_1p75A/emd20026_prot.mrc.gz";
const engine = createEngine();

function check(model: Model, map: DensityMap, resolution: number): Placement {
  const maps = prepareFit(engine, model, map, { resolution, table: "electron" }, createRunContext());
  const placement = checkPlacement(model, maps);
  freeFitMaps(engine, maps);
  return placement;
}

describe.skipIf(!hasSharedData)("notices about real models (needs ../shared/data)", () => {
  test.each([
    [apoferritin, apoferritinMap, 1.75],
    ["emd4413_6i5a_tmv_2p3A/6i5a_box_complete.pdb", "emd4413_6i5a_tmv_2p3A/6i5a_box.ccp4.gz", 2.3],
    ["emd30342_7cec_A_3p9A/390_7cec_A.cif", "emd30342_7cec_A_3p9A/390_emd_30342_A_z4.mrc.gz", 3.9],
    [
      "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box_complete.pdb",
      "emd3240_5fn5_gamma_secretase_4p3A/5fn5_box.ccp4.gz",
      4.3,
    ],
  ] as const)(
    "%s: at most one atom in five hundred is called another element",
    async (modelPath, mapPath, resolution) => {
      const model = await readSharedModel(modelPath);
      const { elements, outside, noDensity } = check(model, await readSharedMap(mapPath, model), resolution);
      expect(elements.tested).toBeGreaterThan(1000);
      expect(elements.suspects.length).toBeLessThan(elements.tested / 500);
      expect(outside.count).toBe(0);
      expect(noDensity.count).toBeLessThanOrEqual(0.1 * noDensity.tested);
    },
  );

  test("waters moved by 4 A mostly lose their density", async () => {
    const model = await readSharedModel(apoferritin);
    const map = await readSharedMap(apoferritinMap, model);
    const { atoms, residues } = model;
    const xyz = atoms.xyz.slice();
    let moved = 0;
    for (let atom = 0; atom < atoms.count; atom++) {
      if (!isWaterName(residues.name[atoms.residue[atom]!]!)) continue;
      xyz[3 * atom + (atom % 3)] = xyz[3 * atom + (atom % 3)]! + 4;
      moved++;
    }
    const { noDensity } = check({ ...model, atoms: { ...atoms, xyz } }, map, 1.75);
    expect(noDensity.count).toBeGreaterThan(moved / 3);
  });

  test("residues that are taken out of 7CEC leave blobs where they were", async () => {
    const model = await readSharedModel("emd30342_7cec_A_3p9A/390_7cec_A.cif");
    const map = await readSharedMap("emd30342_7cec_A_3p9A/390_emd_30342_A_z4.mrc.gz", model);
    const { atoms, residues } = model;
    const gone = [50, 420, 500].map((number) => residues.sequenceNumber.indexOf(number));
    const far = atoms.xyz.slice();
    const centres: number[][] = [];
    for (const first of gone) {
      const from = residues.atomOffset[first]!;
      const to = residues.atomOffset[first + 8]!;
      centres.push(
        [0, 1, 2].map((axis) => {
          let sum = 0;
          for (let atom = from; atom < to; atom++) sum += atoms.xyz[3 * atom + axis]!;
          return sum / (to - from);
        }),
      );
      far.fill(1e5, 3 * from, 3 * to);
    }
    const contour = valueOfRank(map.values, 67635);
    const options = { contour, resolution: 3.9 };
    const before = findMissingDensity(engine, model, map, options);
    const after = findMissingDensity(engine, { ...model, atoms: { ...atoms, xyz: far } }, map, options);
    expect(after.uncoveredVolume).toBeGreaterThan(before.uncoveredVolume + 300);
    for (const centre of centres) {
      const near = after.blobs.some(
        ({ centre: found }) => Math.hypot(...found.map((x, axis) => x - centre[axis]!)) < 5,
      );
      expect(near).toBe(true);
    }
  });
});
