// Wrong elements, waters without density and atoms outside of the map are found in a simulated map, and nothing else is.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines } from "../../../test/support/peptide.ts";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { elementIndex } from "../../chemistry/elements.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { readPdb } from "../../io/pdb/read-pdb.ts";
import { createEngine } from "../../kernels/engine.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import { computeModelMap, freeFitMaps, prepareFit } from "./fit-maps.ts";
import { checkPlacement, type Placement, type PlacementOptions } from "./placement.ts";

const context = createRunContext();
const engine = createEngine();
const options = { resolution: 2, table: "electron" } as const;
const length = 30;

/** A helix of alanines with a water outward of each CB, in the middle of the box. */
function makeModel(): Model {
  const lines = peptideLines(Array<string>(length).fill("ALA"), { phi: -60, psi: -45 });
  const bare = readPdb(lines.join("\n"), "helix.pdb", context);
  const { xyz, count, name } = bare.atoms;
  const mean = [0, 1, 2].map((axis) => xyz.reduce((sum, x, at) => (at % 3 === axis ? sum + x : sum), 0) / count);
  const placeOf = (atom: number): Triple => [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!];
  for (let atom = 0; atom < count; atom++) {
    if (name[atom] !== "CB") continue;
    const [beta, alpha] = [placeOf(atom), placeOf(name.lastIndexOf("CA", atom))];
    const apart = Math.hypot(beta[0] - alpha[0], beta[1] - alpha[1], beta[2] - alpha[2]);
    const water = beta.map((x, axis) => x + (3.4 * (x - alpha[axis]!)) / apart) as Triple;
    lines.push(atomLine(lines.length + 1, "O", "HOH", 100 + lines.length, water, "O", "W"));
  }
  const model = readPdb(lines.join("\n"), "helix.pdb", context);
  const moved = model.atoms.xyz.map((x, at) => x - mean[at % 3]! + 36);
  return { ...model, atoms: { ...model.atoms, xyz: moved } };
}

type Triple = [number, number, number];

const model = makeModel();
const grid: Omit<DensityMap, "values"> = {
  size: [108, 108, 108],
  start: [0, 0, 0],
  sampling: [108, 108, 108],
  cell: { a: 72, b: 72, c: 72, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
};
const waters = Array.from({ length }, (_value, row) => model.atoms.count - length + row);
const rowsOf = (name: string): number[] =>
  [...Array(model.atoms.count).keys()].filter((atom) => model.atoms.name[atom] === name);

/** The map of the model with other elements at some atoms, "" for none, and noise. */
function mapOf(truth: ReadonlyMap<number, string>): DensityMap {
  const element = model.atoms.element.slice();
  const occupancy = model.atoms.occupancy.slice();
  for (const [atom, symbol] of truth) {
    if (symbol === "") occupancy[atom] = 0;
    else element[atom] = elementIndex(symbol);
  }
  const exact = computeModelMap(engine, { ...model.atoms, element, occupancy }, mapFrame(grid), options, context);
  const rng = createRng(1);
  const values = exact.map((value) => value + 0.02 * rng.normal());
  engine.memory.free(exact);
  return { ...grid, values };
}

function check(map: DensityMap, own: Model = model, more: PlacementOptions = {}): Placement {
  const maps = prepareFit(engine, own, map, options, context);
  const placement = checkPlacement(own, maps, more);
  freeFitMaps(engine, maps);
  return placement;
}

describe("elements", () => {
  test("a model whose elements are right has no suspects", () => {
    const { tested, suspects } = check(mapOf(new Map())).elements;
    expect(tested).toBe(model.atoms.count);
    expect(suspects).toEqual([]);
  });

  test("zinc, magnesium and sulphur under an oxygen are heavier, a carbon that is not there lighter", () => {
    const oxygen = rowsOf("O")[11]!;
    const beta = rowsOf("CB")[20]!;
    const truth = new Map([
      [waters[4]!, "Zn"],
      [waters[9]!, "Mg"],
      [waters[15]!, "S"],
      [oxygen, "S"],
      [beta, ""],
    ]);
    const { suspects } = check(mapOf(truth)).elements;
    const expected = [...truth].map(([atom, symbol]) => [
      atomLabel(model, atom),
      symbol === "" ? "lighter or absent" : "heavier",
    ]);
    expect(suspects.map(({ atom, hint }) => [atom, hint]).toSorted()).toEqual(expected.toSorted());
    for (const { ratio, value, usual, hint } of suspects) {
      if (hint === "heavier") expect(value).toBeGreaterThan(1.4 * usual);
      else expect(value).toBeLessThan(0.6 * usual);
      expect(ratio).toBeCloseTo(value / usual, 0);
    }
  });

  test("the weak oxygens of a carboxylate are not called too low", () => {
    // The waters of two residues at a time become the two oxygens of the first one's CB.
    const xyz = model.atoms.xyz.slice();
    const betas = rowsOf("CB");
    const alphas = rowsOf("CA");
    waters.forEach((water, row) => {
      const beta = betas[row - (row % 2)]!;
      const out = [0, 1, 2].map((axis) => xyz[3 * beta + axis]! - xyz[3 * alphas[row - (row % 2)]! + axis]!) as Triple;
      const across: Triple = [out[1], -out[0], 0];
      for (let axis = 0; axis < 3; axis++) {
        const along = (0.5 * out[axis]!) / Math.hypot(...out);
        const aside = (0.87 * across[axis]!) / Math.hypot(...across);
        xyz[3 * water + axis] = xyz[3 * beta + axis]! + 1.25 * (row % 2 === 0 ? along + aside : along - aside);
      }
    });
    const own: Model = { ...model, atoms: { ...model.atoms, xyz } };
    const occupancy = own.atoms.occupancy.map((value, atom) => (atom === waters[6] ? 0.1 : value));
    const exact = computeModelMap(engine, { ...own.atoms, occupancy }, mapFrame(grid), options, context);
    const map = { ...grid, values: exact.slice() };
    engine.memory.free(exact);
    const { exempt, suspects } = check(map, own).elements;
    expect(exempt).toBe(waters.length);
    expect(suspects.filter(({ atom }) => atom.startsWith("W"))).toEqual([]);
  });
});

describe("waters", () => {
  const gone = [waters[3]!, waters[20]!];
  const map = mapOf(new Map(gone.map((atom) => [atom, ""])));

  test("on no density are listed by the height that is expected or by a contour", () => {
    for (const more of [{}, { contour: 0.12 }]) {
      const { noDensity } = check(map, model, more);
      expect(noDensity.rule).toBe("contour" in more ? "contour" : "expected height");
      expect(noDensity.tested).toBe(length);
      expect(noDensity.atoms.map(({ atom }) => atom).toSorted()).toEqual(
        gone.map((atom) => atomLabel(model, atom)).toSorted(),
      );
    }
  });

  test("without a polymer and a contour there is nothing to compare with", () => {
    const lone = readPdb(atomLine(1, "O", "HOH", 1, [30, 30, 30], "O", "W"), "water.pdb", context);
    const { noDensity, elements } = check(map, lone);
    expect([noDensity.tested, noDensity.count]).toEqual([0, 0]);
    expect(elements).toEqual({ tested: 0, exempt: 0, suspects: [] });
  });
});

test("atoms outside of the map are counted by chain and named, and judged no further", () => {
  const xyz = model.atoms.xyz.slice();
  xyz[0] = -5;
  for (const water of waters.slice(0, 3)) xyz[3 * water + 2] = 500;
  const { outside, noDensity } = check(
    mapOf(new Map()),
    { ...model, atoms: { ...model.atoms, xyz } },
    { maximumCount: 2 },
  );
  expect(outside).toEqual({
    count: 4,
    perChain: [
      { chain: "A", count: 1 },
      { chain: "W", count: 3 },
    ],
    atoms: [atomLabel(model, 0), atomLabel(model, waters[0]!)],
  });
  expect(noDensity.tested).toBe(length - 3);
});

test("a constant map gives no verdicts", () => {
  const flat = { ...grid, values: new Float32Array(108 ** 3).fill(0.5) };
  const { elements, outside } = check(flat);
  expect([elements.tested, elements.suspects.length, outside.count]).toEqual([0, 0, 0]);
});
