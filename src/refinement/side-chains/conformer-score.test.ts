// Scores that follow turns one by one are those of the places that come out.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { loadRotamerTables } from "../../chemistry/rotamer-tables.ts";
import { type MapGrid, mapFrame } from "../../density/map.ts";
import { readModel } from "../../io/read-model.ts";
import { makePairRules, repulsionConstant } from "../../restraints/nonbonded.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { createScorer } from "./conformer-score.ts";
import { boundContact } from "./contact-distances.ts";
import { type CubicGrid, cubicGrid } from "./cubic-grid.ts";
import type { DensityEvidence } from "./density-evidence.ts";
import { findSideChains, type SearchedSideChain } from "./searched-side-chains.ts";
import { createSurroundings } from "./surroundings.ts";

const path = new URL("../../../example/true.pdb", import.meta.url).pathname;
const model = await readModel(readFileSync(path), path, createRunContext());
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const chains = findSideChains(model, topology, await loadRotamerTables(), undefined);
const { xyz } = model.atoms;
const searched = new Uint8Array(model.atoms.count);
for (const { atoms } of chains) for (const row of atoms) searched[row] = 1;
const rules = makePairRules(topology.nonbonded, true);
const around = createSurroundings(rules, xyz, searched);

function waves(phase: number): CubicGrid {
  const edge = 120;
  const grid: MapGrid = {
    size: [edge, edge, edge],
    start: [0, 0, 0],
    sampling: [edge, edge, edge],
    cell: { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 },
    offset: [-60, -60, -60],
  };
  const values = Float32Array.from({ length: edge ** 3 }, (_value, at) => 2 + Math.sin(phase + at / 1.7 + at / 150));
  return cubicGrid(mapFrame(grid), values);
}

const evidence: DensityEvidence = {
  amplitude: Float64Array.from({ length: model.atoms.count }, (_value, row) => 0.5 + (row % 7) / 7),
  gain: waves(0),
  rest: waves(1),
  overlap: Float64Array.from({ length: 513 }, (_value, step) => Math.exp(-((step / 150) ** 2))),
  overlapStep: 0.01,
  correlation: 1,
};
const examples = ["LYS", "ARG", "PHE", "LEU", "ASN", "TRP"].map(
  (name) => chains.find(({ aminoAcid }) => aminoAcid === name)!,
);

/** Repulsion of all atoms of a side chain from all that stands still. */
function wholeRepulsion({ atoms, touching }: SearchedSideChain, positions: Float64Array): number {
  let energy = 0;
  atoms.forEach((row, at) => {
    if (touching[at] === 0) return;
    for (let other = 0; other < model.atoms.count; other++) {
      if (searched[other] === 1) continue;
      const distance = Math.hypot(...[0, 1, 2].map((k) => positions[3 * at + k]! - xyz[3 * other + k]!));
      energy += repulsionConstant * Math.max(0, boundContact(rules, row, other) - distance) ** 4;
    }
  });
  return energy;
}

describe.each(examples.map((chain) => [chain.aminoAcid, chain] as const))("a side chain of %s", (_name, chain) => {
  const input = { chain, evidence, around, xyz };

  test("is judged alike after turns, some of them taken back, and where it is put", () => {
    for (const isCrowded of [false, true]) {
      const turned = createScorer(input);
      turned.crowd(isCrowded);
      turned.judge();
      turned.turn(0, 37);
      turned.judge();
      turned.keep();
      chain.turns.forEach((_turn, axis) => turned.turn(axis, -25));
      turned.judge();
      turned.goBack();
      turned.turn(chain.turns.length - 1, 12);
      const judged = turned.judge();
      const put = createScorer(input);
      put.crowd(isCrowded);
      put.put(judged.positions);
      const again = put.judge();
      for (const part of ["density", "found", "full", "rotamer", "clash", "energy"] as const) {
        expect(again[part]).toBeCloseTo(judged[part], 6);
      }
      expect(judged.clash).toBeCloseTo(Math.min(200, wholeRepulsion(chain, judged.positions)), 6);
    }
  });

  test("has an energy only below the limit that is asked for", () => {
    const scorer = createScorer(input);
    const { energy } = scorer.judge();
    expect(scorer.energyBelow(energy + 1e-6)).toBeCloseTo(energy, 6);
    expect(scorer.energyBelow(energy - 1e-6)).toBe(Infinity);
  });

  test("comes to the torsions that are asked for", () => {
    const scorer = createScorer(input);
    const { chis } = chain.prior.peaks[0]!;
    scorer.setChis(chis);
    scorer.judge().chis.forEach((chi, axis) => {
      const away = (chi - chis[axis]!) / chain.turns[axis]!.period;
      expect(away).toBeCloseTo(Math.round(away), 6);
    });
  });
});
