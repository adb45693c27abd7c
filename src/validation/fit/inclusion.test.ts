// Atom inclusion of a small peptide in its exact map against published counts, and the two ways of counting.
import { describe, expect, test } from "vitest";
import { gasPeptide } from "../../../test/support/gas-peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { computeStatistics } from "../../density/statistics.ts";
import { readPdb } from "../../io/pdb/read-pdb.ts";
import { createEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { computeStructureFactors, mapFromStructureFactors } from "../../scattering/model-map.ts";
import { estimateContour } from "./contour.ts";
import { computeInclusion, type Inclusion } from "./inclusion.ts";

const modelOf = (text: string): Model => readPdb(text, "model.pdb", createRunContext());
const gas = gasPeptide();
const box = {
  size: [48, 48, 48],
  start: [0, 0, 0],
  sampling: [48, 48, 48],
  cell: { a: 24, b: 24, c: 24, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
} as const;
const engine = createEngine();
const factors = computeStructureFactors(engine, gas.atoms, mapFrame(box), { resolution: 3, table: "electron" });
const map: DensityMap = { ...box, values: mapFromStructureFactors(engine, factors) };
const inclusionOf = (model: Model, density: DensityMap, contour?: number): Inclusion =>
  computeInclusion(model, density, { contour: contour ?? null }, createRunContext());
/** A map of one value everywhere. */
const flat = (value: number): DensityMap => ({ ...map, values: new Float32Array(map.values.length).fill(value) });

test.each([
  [0.2, 15, 12],
  [0.25, 15, 12],
  [0.3, 9, 8],
  [0.35, 8, undefined],
  [0.4, 4, undefined],
  [0.45, 1, undefined],
  [0.49417, 0, 0],
])("at %s the published numbers of atoms are inside", (contour, all, backbone) => {
  const found = inclusionOf(gas, map, contour);
  expect(found.all! * 15).toBeCloseTo(all, 9);
  if (backbone !== undefined) expect(found.backbone! * 12).toBeCloseTo(backbone, 9);
  expect(found.exact).toEqual({ all: found.all, backbone: found.backbone });
});

test("residues have shares of their own, and the chain those of the model", () => {
  const { perResidue, perChain, all, backbone, exact, contourEstimated } = inclusionOf(gas, map, 0.3);
  expect(perResidue.map((residue) => residue.all)).toEqual([2 / 4, 3 / 5, 4 / 6]);
  expect(perResidue.map((residue) => residue.exact)).toEqual([2 / 4, 3 / 5, 4 / 6]);
  expect(perChain).toEqual([{ chain: "A", all, backbone, exact }]);
  expect(contourEstimated).toBe(false);
});

test("a value equal to the contour, and an atom outside of the box, are not included", () => {
  expect(inclusionOf(gas, flat(0.25), 0.25).all).toBe(0);
  expect(inclusionOf(gas, flat(0.25), 0.24).all).toBe(1);
  const xyz = gas.atoms.xyz.slice();
  xyz[0] = -5;
  const found = inclusionOf({ ...gas, atoms: { ...gas.atoms, xyz } }, flat(0.25), 0.2);
  expect(found.all! * 15).toBeCloseTo(14, 9);
  expect(found.outside).toBe(1);
});

test("EMDB's totals drop every name with an H, its residues names that begin with one; exact counts go by element", () => {
  const tyrosine = modelOf(`
ATOM      1  CA  TYR A   1      10.000  10.000  10.000  1.00 20.00           C
ATOM      2  OH  TYR A   1      12.000  10.000  10.000  1.00 20.00           O
ATOM      3  HA  TYR A   1      10.000  11.000  10.000  1.00 20.00           H
HETATM    4  O   HOH A   2      14.000  10.000  10.000  1.00 20.00           O
`);
  // Only OH lies in density.
  const values = new Float32Array(map.values.length);
  values[24 + 48 * (20 + 48 * 20)] = 1;
  const found = inclusionOf(tyrosine, { ...map, values }, 0.5);
  expect([found.all, found.exact.all]).toEqual([0, 1 / 2]);
  expect(found.perResidue).toEqual([
    { chain: "A", number: 1, insertionCode: "", name: "TYR", all: 1 / 2, exact: 1 / 2 },
  ]);
});

test("exactly counted, alternates share one place by occupancy, and atoms without occupancy are left out", () => {
  const model = modelOf(`
ATOM      1  CA  SER A   1      10.000  10.000  10.000  1.00 20.00           C
ATOM      2  CB ASER A   1      12.000  10.000  10.000  0.60 20.00           C
ATOM      3  CB BSER A   1      14.000  10.000  10.000  0.20 20.00           C
ATOM      4  OG  SER A   1      16.000  10.000  10.000  0.00 20.00           O
`);
  const values = new Float32Array(map.values.length);
  for (const x of [20, 24, 32]) values[x + 48 * (20 + 48 * 20)] = 1;
  const context = createRunContext();
  const found = computeInclusion(model, { ...map, values }, { contour: 0.5 }, context);
  expect(found.all).toBe(3 / 4);
  expect(found.exact.all).toBeCloseTo(1.75 / 2, 12);
  expect(context.diagnostics.entries).toMatchObject([{ code: "ATOM_UNOCCUPIED", examples: ["A 1 SER OG"] }]);
});

test("the curve falls from all to none, and one of its levels is the contour", () => {
  const { curve, all } = inclusionOf(gas, map, 0.3);
  expect(curve[0]!.all).toBe(1);
  expect(curve.at(-1)!.all).toBe(0);
  for (let row = 1; row < curve.length; row++) {
    expect(curve[row]!.level).toBeGreaterThan(curve[row - 1]!.level);
    expect(curve[row]!.all!).toBeLessThanOrEqual(curve[row - 1]!.all!);
  }
  expect(curve.find(({ level }) => level === 0.3)!.all).toBe(all);
});

describe("a contour that is not given", () => {
  test("encloses 1.21 A^3 per Da, hydrogens that are not in the file included", () => {
    const { level, mass, volume } = estimateContour(gas, map);
    // GLY-ALA-SER without its end groups is C8 H13 N3 O4, 215.2 Da; OXT and two hydrogens are missing.
    expect(Math.abs(mass - 215.2)).toBeLessThan(3);
    expect(volume).toBeCloseTo(1.21 * mass, 9);
    expect(map.values.filter((value) => value > level!).length * 0.125).toBeCloseTo(volume, -0.5);
    const found = inclusionOf(gas, map);
    expect([found.contour, found.contourEstimated]).toEqual([level, true]);
    expect(found.all).toBeGreaterThan(0.9);
  });

  test("is the same where the map is set to zero far from the model, and shifts with the map", () => {
    const { level } = estimateContour(gas, map);
    const cut = { ...map, values: map.values.map((value) => (value > 0.01 ? value : 0)) };
    expect(estimateContour(gas, cut).level).toBe(level);
    const raised = { ...map, values: map.values.map((value) => value + 1) };
    expect(estimateContour(gas, raised).level).toBeCloseTo(level! + 1, 6);
  });

  test.each([
    ["a constant map", gas, flat(0.1)],
    ["an empty map", gas, flat(0)],
    ["a model outside of the map", { ...gas, atoms: { ...gas.atoms, xyz: gas.atoms.xyz.map((at) => at + 99) } }, map],
  ])("cannot be had from %s: nothing is made up", (_name, model, density) => {
    const found = inclusionOf(model, density);
    expect([found.contour, found.contourEstimated, found.all, found.exact.all]).toEqual([null, false, null, null]);
    expect(found.perResidue.every(({ all, exact }) => all === null && exact === null)).toBe(true);
    expect(JSON.stringify(found)).not.toMatch(/NaN|Infinity/);
  });

  test("is one sigma above the mean where the map is cut off too closely for its volume", () => {
    const cut = { ...map, values: map.values.map((value) => (value > 0.4 ? value : 0)) };
    const { mean, sigma } = computeStatistics(cut.values)!;
    const found = inclusionOf(gas, cut);
    expect([found.contour, found.contourRule]).toEqual([mean + sigma, "sigma"]);
    expect(found.all).toBeLessThan(0.7);
  });

  test("a model of waters alone has no shares", () => {
    const water = modelOf("HETATM    1  O   HOH A   1      12.000  12.000  12.000  1.00 20.00           O\n");
    const found = inclusionOf(water, map, 0.1);
    expect([found.all, found.backbone, found.exact.all, found.perResidue]).toEqual([null, null, null, []]);
  });
});
