// Peptides that are turned the wrong way round, and those that are not.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
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
import { flipPeptides, type PeptideFlips } from "./flip-peptides.ts";
import { turnAtoms } from "./searched-side-chains.ts";

const path = new URL("../../../example/true.pdb", import.meta.url).pathname;
const model = await readModel(readFileSync(path), path, createRunContext());
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const [rotamers, ramachandran] = await Promise.all([loadRotamerTables(), loadRamachandranTables()]);
const engine = createEngine();
const settings = { resolution: 2.5, table: "electron", voxel: 0.8, margin: 6, noise: 0.2 } as const;
const map = simulateMap(engine, model.atoms, settings, createRunContext({ rng: createRng(2) }));

function flip(xyz: Float64Array): PeptideFlips {
  const density = { grid: map, values: map.values };
  return flipPeptides(
    { engine, model, topology, xyz, density, rotamers, ramachandran },
    { resolution: settings.resolution },
    createRunContext(),
  );
}

test("right peptides stay", () => {
  expect(flip(model.atoms.xyz).flips).toEqual([]);
});

test("peptides the wrong way round are turned over, bonds as long as before", () => {
  const wrong = topology.backbone.filter(
    ({ nextResidueName }, at) => at % 25 === 7 && nextResidueName !== "PRO" && nextResidueName !== "GLY",
  );
  expect(wrong.length).toBeGreaterThan(3);
  const xyz = model.atoms.xyz.slice();
  const rowsOf = ({ c, o, nNext }: (typeof wrong)[number]): number[] => [c, o, nNext];
  for (const unit of wrong) {
    const next = topology.backbone.find(({ n }) => n === unit.nNext)!;
    turnAtoms(xyz, unit.ca, next.ca, rowsOf(unit), 180);
  }
  const result = flip(xyz);
  const back = wrong.filter((unit) =>
    rowsOf(unit).every(
      (row) => Math.hypot(...[0, 1, 2].map((a) => result.xyz[3 * row + a]! - model.atoms.xyz[3 * row + a]!)) < 1.2,
    ),
  );
  expect(back.length).toBeGreaterThanOrEqual(wrong.length - 1);
  const { bonds } = topology;
  for (let bond = 0; bond < bonds.count; bond++) {
    const [i, j] = [bonds.i[bond]!, bonds.j[bond]!];
    const change = distanceBetween(result.xyz, i, j) - distanceBetween(xyz, i, j);
    if (Math.abs(change) > 1e-6) throw new Error(`bond ${i} ${j} changed by ${change}`);
  }
});
