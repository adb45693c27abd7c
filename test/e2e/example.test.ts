// The bundled example: the map is that of the answer, and refinement brings the bent start back to it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRng } from "../../src/base/rng.ts";
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import type { DensityMap } from "../../src/density/map.ts";
import { correlationOf, sumOverMask } from "../../src/density/statistics.ts";
import { readMap } from "../../src/io/read-map.ts";
import { readModel } from "../../src/io/read-model.ts";
import { createEngine } from "../../src/kernels/engine.ts";
import type { Model } from "../../src/model/model.ts";
import { refineModel } from "../../src/refinement/refine-model.ts";
import { defaultRefineOptions } from "../../src/refinement/refine-options.ts";
import { simulateMap } from "../../src/scattering/simulate-map.ts";

const folder = new URL("../../example", import.meta.url).pathname;

function loadModel(name: string): Promise<Model> {
  return readModel(readFileSync(join(folder, name)), name, createRunContext());
}

async function loadMap(): Promise<DensityMap> {
  const file = await readMap(readFileSync(join(folder, "map.mrc.gz")), "map.mrc.gz", createRunContext());
  return file.map;
}

/** Pairs of atoms that a turn of the group exchanges. */
const symmetricNames: Record<string, Record<string, string>> = {
  ARG: { NH1: "NH2", NH2: "NH1" },
  ASP: { OD1: "OD2", OD2: "OD1" },
  GLU: { OE1: "OE2", OE2: "OE1" },
  PHE: { CD1: "CD2", CD2: "CD1", CE1: "CE2", CE2: "CE1" },
  TYR: { CD1: "CD2", CD2: "CD1", CE1: "CE2", CE2: "CE1" },
};

/** Root mean square distance with the better of the symmetric namings of each residue, Angstrom. */
function rmsdBetween(model: Model, other: Model, chosen: (name: string) => boolean): number {
  const { atoms, residues } = model;
  let sum = 0;
  let count = 0;
  for (let residue = 0; residue < residues.count; residue++) {
    const rows = [...residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!)];
    const rowOf = new Map(rows.map((row) => [atoms.name[row]!, row] as const));
    const swaps = symmetricNames[residues.name[residue]!] ?? {};
    const distances = [{} as Record<string, string>, swaps].map((names) =>
      rows.reduce((total, row) => {
        if (!chosen(atoms.name[row]!)) return total;
        const partner = rowOf.get(names[atoms.name[row]!] ?? atoms.name[row]!)!;
        const squares = [0, 1, 2].map((c) => (atoms.xyz[3 * row + c]! - other.atoms.xyz[3 * partner + c]!) ** 2);
        return total + squares.reduce((a, b) => a + b, 0);
      }, 0),
    );
    sum += Math.min(...distances);
    count += rows.filter((row) => chosen(atoms.name[row]!)).length;
  }
  return Math.sqrt(sum / count);
}

test("the bundled map is the one that simulate makes of the answer", async () => {
  const answer = await loadModel("true.pdb");
  const bundled = await loadMap();
  const options = { resolution: 3, table: "electron", voxel: 1, margin: 5, noise: 0.5 } as const;
  const context = createRunContext({ rng: createRng(1) });
  const made = simulateMap(createEngine(), answer.atoms, options, context);
  expect([made.size, made.start]).toEqual([bundled.size, bundled.start]);
  expect(correlationOf(sumOverMask(made.values, bundled.values))).toBeGreaterThan(0.999999);
});

test("refining the bent start raises its correlation and brings it near the answer, with better geometry", async () => {
  const answer = await loadModel("true.pdb");
  const model = await loadModel("model.pdb");
  const input = { model, map: await loadMap(), dictionary: loadDictionary() };
  const context = createRunContext();
  const result = await refineModel(
    createEngine(),
    input,
    { ...defaultRefineOptions, resolution: 3, hydrogens: "drop" },
    context,
  );
  expect(rmsdBetween(model, answer, () => true)).toBeCloseTo(0.8, 2);
  expect(rmsdBetween(result.model, answer, () => true)).toBeLessThan(0.35);
  expect(rmsdBetween(result.model, answer, (name) => name === "CA")).toBeLessThan(0.2);
  expect(result.before.fit.ccMaskCoordinates).toBeLessThan(0.73);
  expect(result.after.fit.ccMaskCoordinates).toBeGreaterThan(0.88);
  expect(result.after.geometry.bond.rmsd).toBeLessThanOrEqual(0.01);
  expect(result.after.geometry.angle.rmsd).toBeLessThanOrEqual(1);
  expect(result.after.geometry.nonbonded.closePairs).toBeLessThan(result.before.geometry.nonbonded.closePairs);
  expect(context.diagnostics.entries).toEqual([]);
});
