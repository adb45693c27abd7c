// What a backrub keeps and moves.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { loadRamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import { loadRotamerTables } from "../../chemistry/rotamer-tables.ts";
import { readModel } from "../../io/read-model.ts";
import { distanceBetween } from "../../math/internal-coordinates.ts";
import { buildTopology } from "../../topology/build-topology.ts";
import { prepareBackrubs } from "./backrub.ts";
import { bondGraphOf, findSideChains, measureChis } from "./searched-side-chains.ts";

const path = new URL("../../../example/true.pdb", import.meta.url).pathname;
const model = await readModel(readFileSync(path), path, createRunContext());
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const chains = findSideChains(model, topology, await loadRotamerTables(), undefined);
const table = prepareBackrubs(topology, bondGraphOf(topology), await loadRamachandranTables());
const cases = chains.flatMap((chain) => {
  const backrub = table.of(chain);
  return backrub === null ? [] : [{ chain, backrub }];
});

test("most side chains have one, and not those before proline", () => {
  expect(cases.length).toBeGreaterThan(0.8 * chains.length);
  const { name } = model.residues;
  expect(cases.filter(({ chain }) => name[chain.residue + 1] === "PRO")).toEqual([]);
});

test("all bond lengths and side-chain torsions stay, and oxygens hardly move", () => {
  for (const { chain, backrub } of cases) {
    const xyz = model.atoms.xyz.slice();
    const before = measureChis(chain, xyz);
    backrub.turn(xyz, 10);
    const { bonds } = topology;
    let largest = 0;
    for (let bond = 0; bond < bonds.count; bond++) {
      const [i, j] = [bonds.i[bond]!, bonds.j[bond]!];
      largest = Math.max(largest, Math.abs(distanceBetween(xyz, i, j) - distanceBetween(model.atoms.xyz, i, j)));
    }
    expect(largest).toBeLessThan(1e-9);
    measureChis(chain, xyz).forEach((chi, at) => {
      // Nothing but the first torsion starts at N, which turns back with its peptide.
      if (at > 0) expect(chi).toBeCloseTo(before[at]!, 6);
    });
    for (const row of backrub.rows) {
      const shift = Math.hypot(...[0, 1, 2].map((a) => xyz[3 * row + a]! - model.atoms.xyz[3 * row + a]!));
      expect(shift).toBeGreaterThan(0);
      if (model.atoms.name[row] === "O") expect(shift).toBeLessThan(0.35);
    }
  }
});

test("turning there and back ends where it began, but for the peptides' own turns", () => {
  const { backrub, chain } = cases[3]!;
  const xyz = model.atoms.xyz.slice();
  backrub.turn(xyz, 8);
  backrub.turn(xyz, -8);
  for (const row of chain.atoms) {
    for (let axis = 0; axis < 3; axis++) {
      expect(xyz[3 * row + axis]).toBeCloseTo(model.atoms.xyz[3 * row + axis]!, 6);
    }
  }
  expect(backrub.energy(xyz)).toBeCloseTo(backrub.energy(model.atoms.xyz.slice()), 0);
});
