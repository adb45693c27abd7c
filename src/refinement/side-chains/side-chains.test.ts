// The search on a small protein in its simulated map: what it finds, keeps and leaves alone.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { loadRamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import { loadRotamerTables } from "../../chemistry/rotamer-tables.ts";
import { readModel } from "../../io/read-model.ts";
import { createEngine } from "../../kernels/engine.ts";
import { distanceBetween } from "../../math/internal-coordinates.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { isRotamerOutlier } from "./rotamer-prior.ts";
import { findSideChains, measureChis, type SearchedSideChain, turnAtoms } from "./searched-side-chains.ts";
import { fitSideChains, type SideChainInput, type SideChainOptions, type SideChainResult } from "./side-chains.ts";

const path = new URL("../../../example/true.pdb", import.meta.url).pathname;
const model = await readModel(readFileSync(path), path, createRunContext());
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const rotamers = await loadRotamerTables();
const ramachandran = await loadRamachandranTables();
const resolution = 3;
const engine = createEngine();
const map = simulateMap(
  engine,
  model.atoms,
  { resolution, table: "electron", voxel: 1, margin: 6, noise: 0.3 },
  createRunContext({ rng: createRng(2) }),
);
const density = { grid: map, values: map.values };
const truth = model.atoms.xyz;
const chains = findSideChains(model, topology, rotamers, undefined);

function search(
  xyz: Float64Array,
  changes: Partial<SideChainInput> = {},
  options: Partial<SideChainOptions> = {},
): SideChainResult {
  const input = { engine, model, topology, xyz, density, rotamers, ramachandran, ...changes };
  return fitSideChains(input, { resolution, ...options }, createRunContext({ rng: createRng(1) }));
}

/** The truth with every so-maniest side chain turned by 120 degrees about its first torsion. */
function turned(every: number): { xyz: Float64Array; wrong: SearchedSideChain[] } {
  const xyz = truth.slice();
  const wrong = chains.filter((_chain, at) => at % every === 0);
  wrong.forEach(({ turns }, at) => {
    const { four, moved } = turns[0]!;
    turnAtoms(xyz, four[1], four[2], moved, at % 2 === 0 ? 120 : -120);
  });
  return { xyz, wrong };
}

function isAsInTruth(chain: SearchedSideChain, xyz: Float64Array): boolean {
  const heavy = Array.from(chain.atoms.subarray(0, chain.heavyCount));
  // Twofold groups may have their names exchanged: the first turn decides.
  const [own, right] = [measureChis(chain, xyz)[0]!, measureChis(chain, truth)[0]!];
  return heavy.length > 0 && Math.abs(((own - right + 540) % 360) - 180) < 40;
}

describe("side chains in a map of 3 Angstrom", () => {
  test("turned by 120 degrees are found again", () => {
    const { xyz, wrong } = turned(4);
    const result = search(xyz);
    const found = wrong.filter((chain) => isAsInTruth(chain, result.xyz));
    expect(wrong.length).toBeGreaterThan(20);
    expect(found.length / wrong.length).toBeGreaterThanOrEqual(0.95);
  });

  test("stay where they are right, all but a few", () => {
    const result = search(truth);
    const kept = chains.filter((chain) => isAsInTruth(chain, result.xyz));
    expect(kept.length / chains.length).toBeGreaterThanOrEqual(0.98);
  });

  test("keep lengths of bonds and angles between atoms, and all else stands still", () => {
    const { xyz } = turned(4);
    const result = search(xyz, {}, { backrubs: false });
    expect(result.changes.length).toBeGreaterThan(20);
    const { bonds, angles } = topology;
    for (let bond = 0; bond < bonds.count; bond++) {
      const [i, j] = [bonds.i[bond]!, bonds.j[bond]!];
      expect(distanceBetween(result.xyz, i, j)).toBeCloseTo(distanceBetween(xyz, i, j), 6);
    }
    for (let angle = 0; angle < angles.count; angle++) {
      const [i, k] = [angles.i[angle]!, angles.k[angle]!];
      expect(distanceBetween(result.xyz, i, k)).toBeCloseTo(distanceBetween(xyz, i, k), 6);
    }
    const moving = new Set(chains.flatMap(({ atoms }) => [...atoms]));
    for (let atom = 0; atom < model.atoms.count; atom++) {
      if (moving.has(atom)) continue;
      expect(result.xyz.subarray(3 * atom, 3 * atom + 3)).toEqual(xyz.subarray(3 * atom, 3 * atom + 3));
    }
  });

  test("come out the same for the same seed, and a third search changes at most one in fifteen", () => {
    const { xyz } = turned(4);
    const [first, second] = [search(xyz), search(xyz)];
    expect(first.xyz).toEqual(second.xyz);
    expect(search(search(first.xyz).xyz).changes.length).toBeLessThanOrEqual(chains.length / 15);
  });

  test("in disulfides are left alone", () => {
    const names = chains.map(({ residue }) => model.residues.name[residue]);
    expect(model.residues.name.filter((name) => name === "CYS")).toHaveLength(8);
    expect(names).not.toContain("CYS");
  });

  test("may be kept from moving", () => {
    const { xyz } = turned(4);
    const movable = new Uint8Array(model.atoms.count);
    const result = search(xyz, {}, { movable });
    expect(result.chains).toHaveLength(0);
    expect(result.xyz).toEqual(xyz);
  });

  test("that are no rotamers are left for one, alone where that is asked for", () => {
    const xyz = truth.slice();
    // Half-way between two rotamers, in density that follows them.
    const bent = chains.filter(({ aminoAcid }) => ["LEU", "ILE", "PHE"].includes(aminoAcid));
    for (const { turns } of bent) turnAtoms(xyz, turns[0]!.four[1], turns[0]!.four[2], turns[0]!.moved, 55);
    const isOutlier = (chain: SearchedSideChain, at: Float64Array) =>
      isRotamerOutlier(chain.prior, measureChis(chain, at));
    const outliers = chains.filter((chain) => isOutlier(chain, xyz));
    expect(outliers.length).toBeGreaterThan(5);
    const settings = { resolution, table: "electron", voxel: 1, margin: 6, noise: 0 } as const;
    const follows = simulateMap(engine, { ...model.atoms, xyz }, settings, createRunContext());
    const following = { density: { grid: follows, values: follows.values } };
    const left = (result: SideChainResult) => outliers.filter((chain) => isOutlier(chain, result.xyz)).length;
    const alone = search(xyz, following, { outliersAlone: true });
    expect(alone.chains.map(({ residue }) => residue)).toEqual(outliers.map(({ residue }) => residue));
    const leaving = search(xyz, following, { outliersAlone: true, leavesOutliers: true });
    expect(left(alone)).toBeGreaterThan(outliers.length / 2);
    expect(left(leaving)).toBeLessThan(left(alone) - 3);
  });

  test("stay where they are when they are settled", () => {
    const { xyz } = turned(4);
    const moved = search(xyz).changes.map(({ residue }) => residue);
    expect(moved.length).toBeGreaterThan(1);
    const result = search(xyz, {}, { settled: new Set(moved.slice(1)) });
    expect(result.changes.map(({ residue }) => residue).filter((residue) => moved.slice(1).includes(residue))).toEqual(
      [],
    );
    expect(result.chains.map(({ residue }) => residue)).toContain(moved[0]);
  });
});

describe("side chains without density", () => {
  // The map of the same protein without one exposed lysine's side chain.
  const lysine = chains.find(({ aminoAcid }) => aminoAcid === "LYS")!;
  const hidden = new Set(lysine.atoms);
  const occupancy = model.atoms.occupancy.map((value, atom) => (hidden.has(atom) ? 0 : value));
  const bare = simulateMap(
    engine,
    { ...model.atoms, occupancy },
    { resolution, table: "electron", voxel: 1, margin: 6, noise: 0.3 },
    createRunContext({ rng: createRng(2) }),
  );

  test("go to a probable rotamer without clashes and are listed", () => {
    const xyz = truth.slice();
    // Eclipsed: an outlier.
    const { four, moved } = lysine.turns[0]!;
    turnAtoms(xyz, four[1], four[2], moved, 120 - (measureChis(lysine, xyz)[0]! % 360));
    const result = search(xyz, { density: { grid: bare, values: bare.values } });
    const change = result.changes.find(({ residue }) => residue === lysine.residue)!;
    expect(change.kind).toBe("poor density");
    expect(change.to).not.toBe("outlier");
    expect(result.poorDensity).toContain(change.label);
  });
});
