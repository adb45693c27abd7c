// B factors of simulated experiments whose true ones are known, and one half map as the judge of the other.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import { judgeBFactors } from "../../src/refinement/b-factors/judge-b-factors.ts";
import { refineBFactors } from "../../src/refinement/b-factors/refine-b-factors.ts";
import { ModelMapTarget } from "../../src/refinement/model-map-target.ts";
import { buildTopology } from "../../src/topology/build-topology.ts";
import { correlate } from "../support/correlate.ts";
import { hasSharedData, readSharedMap, readSharedModel } from "./shared-data.ts";

describe.skipIf(!hasSharedData)("simulated CDK2 (skipped without the folder of real data)", () => {
  test.each([
    ["cdk2_m3.0", 3, "main-side", 0.97],
    ["cdk2_m3.0", 3, "individual", 0.97],
    ["cdk2_m4.3", 4.3, "main-side", 0.93],
  ] as const)(
    "%s: at the true coordinates B of a half map follow the true ones and describe the other half",
    async (set, resolution, grouping, least) => {
      const engine = createEngine();
      const model = await readSharedModel(`sim_masked/${set}/true.pdb`);
      const { atoms } = model;
      const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
      const start = { xyz: atoms.xyz, bFactor: new Float64Array(atoms.count).fill(60), occupancy: atoms.occupancy };
      const [work, free] = await Promise.all(
        ["half1", "half2"].map(async (half) => {
          const map = await readSharedMap(`sim_masked/${set}/${half}.mrc.gz`, model);
          return ModelMapTarget.create(engine, map, atoms.element, start, { resolution, table: "electron" })!;
        }),
      );
      const options = { resolution, grouping, kernels: engine.kernels };
      const result = await refineBFactors(work!, { model, topology }, start, options, createRunContext());
      expect(result.isApplied).toBe(true);
      expect(correlate(result.bFactor, atoms.bFactor)).toBeGreaterThan(least);
      const shift = result.bFactor.reduce((sum, value, atom) => sum + value - atoms.bFactor[atom]!, 0) / atoms.count;
      expect(Math.abs(shift)).toBeLessThan(8);
      const judgement = judgeBFactors(free!, start, { ...start, bFactor: result.bFactor });
      expect(judgement.isBetter).toBe(true);
      expect(judgement.correlationAfter! - judgement.correlationBefore!).toBeGreaterThan(0.02);
    },
  );
});
