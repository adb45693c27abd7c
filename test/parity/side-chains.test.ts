// Side chains that were turned away are found again in simulated maps of known models.
import { describe, expect, test } from "vitest";
import { createRng } from "../../src/base/rng.ts";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { loadRamachandranTables } from "../../src/chemistry/ramachandran-tables.ts";
import { loadRotamerTables } from "../../src/chemistry/rotamer-tables.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import type { Model } from "../../src/model/model.ts";
import { prepareTargetMap } from "../../src/refinement/map-target.ts";
import { periodicDelta } from "../../src/refinement/side-chains/rotamer-prior.ts";
import {
  findSideChains,
  measureChis,
  type SearchedSideChain,
  turnAtoms,
} from "../../src/refinement/side-chains/searched-side-chains.ts";
import { fitSideChains } from "../../src/refinement/side-chains/side-chains.ts";
import { buildTopology } from "../../src/topology/build-topology.ts";
import { hasSharedData, readSharedMap, readSharedModel } from "./shared-data.ts";

const resolution = 3;

interface Recovery {
  readonly wrongBefore: readonly SearchedSideChain[];
  readonly wrongAfter: readonly SearchedSideChain[];
  /** Those whose first torsion is wrong. */
  readonly firstWrongAfter: readonly SearchedSideChain[];
}

/** Torsions are as in the truth within 40 degrees, ends of amides either way round. */
function isRight(chain: SearchedSideChain, xyz: Float64Array, truth: Float64Array, torsions: number): boolean {
  const right = measureChis(chain, truth);
  return measureChis(chain, xyz)
    .slice(0, torsions)
    .every((chi, at) => {
      const isAmide = at === chain.turns.length - 1 && ["ASN", "GLN", "HIS"].includes(chain.aminoAcid);
      return Math.abs(periodicDelta(chi, right[at]!, isAmide ? 180 : chain.turns[at]!.period)) < 40;
    });
}

async function recover(
  start: Model,
  xyz: Float64Array,
  truth: Model,
  mapPath: string,
  disulfides: "held" | "turned",
): Promise<Recovery> {
  const engine = createEngine();
  const context = createRunContext({ rng: createRng(1) });
  const map = await readSharedMap(mapPath, start);
  const topology = buildTopology(start, loadDictionary(), { unknownLigands: "error" }, context);
  const [rotamers, ramachandran] = await Promise.all([loadRotamerTables(), loadRamachandranTables()]);
  const target = prepareTargetMap(engine, map, start.atoms, { region: "mask", filterTo: resolution });
  const density = { grid: target.map, values: target.values };
  const result = fitSideChains(
    { engine, model: start, topology, xyz, density, rotamers, ramachandran },
    { resolution },
    context,
  );
  const chains = findSideChains(start, topology, rotamers, undefined);
  expect(chains.some(({ aminoAcid }) => aminoAcid === "CYS")).toBe(disulfides === "turned");
  const wrongIn = (places: Float64Array, torsions: number): SearchedSideChain[] =>
    chains.filter((chain) => !isRight(chain, places, truth.atoms.xyz, torsions));
  return { wrongBefore: wrongIn(xyz, 4), wrongAfter: wrongIn(result.xyz, 4), firstWrongAfter: wrongIn(result.xyz, 1) };
}

describe.skipIf(!hasSharedData)("side chains are found again (needs ../shared/data)", () => {
  test("first torsions of all of lysozyme at 3 Angstrom, and all torsions of all but two, two sulfurs of a disulfide among them", async () => {
    const start = await readSharedModel("golden_cctbx/inputs/lyso_rota.pdb");
    const truth = await readSharedModel("golden_cctbx/inputs/lyso_true.pdb");
    const { wrongBefore, wrongAfter, firstWrongAfter } = await recover(
      start,
      start.atoms.xyz,
      truth,
      "golden_cctbx/inputs/lyso.mrc.gz",
      "turned",
    );
    expect(wrongBefore.length).toBeGreaterThanOrEqual(21);
    const recovered = wrongBefore.filter((chain) => !wrongAfter.includes(chain));
    expect(recovered.length).toBeGreaterThanOrEqual(wrongBefore.length - 2);
    expect(wrongAfter.length).toBeLessThanOrEqual(4);
    expect(firstWrongAfter).toEqual([]);
  });

  test("95 % of 30 % of the leucines and phenylalanines of CDK2 turned by 120 degrees", async () => {
    const truth = await readSharedModel("sim_cdk2_3p0A/true.pdb");
    const topology = buildTopology(truth, loadDictionary(), { unknownLigands: "error" }, createRunContext());
    const xyz = truth.atoms.xyz.slice();
    const rng = createRng(7);
    const turned = findSideChains(truth, topology, await loadRotamerTables(), undefined).filter(
      ({ aminoAcid }) => (aminoAcid === "LEU" || aminoAcid === "PHE") && rng.uniform() < 0.3,
    );
    for (const { turns } of turned) {
      const { four, moved } = turns[0]!;
      turnAtoms(xyz, four[1], four[2], moved, rng.uniform() < 0.5 ? 120 : -120);
    }
    const { firstWrongAfter } = await recover(truth, xyz, truth, "sim_cdk2_3p0A/full.mrc.gz", "turned");
    const lost = turned.filter(({ residue }) => firstWrongAfter.some((chain) => chain.residue === residue));
    expect(turned.length).toBeGreaterThan(10);
    expect(lost.length / turned.length).toBeLessThanOrEqual(0.05);
  });
});
