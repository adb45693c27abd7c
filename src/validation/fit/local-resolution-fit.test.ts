// A map of two resolutions is fitted best by a model map that has both.
import { describe, expect, test } from "vitest";
import { peptideLines } from "../../../test/support/peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { readPdb } from "../../io/pdb/read-pdb.ts";
import { createEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { computeModelMap, type FitMaps, freeFitMaps, prepareFit } from "./fit-maps.ts";
import { fitAtLocalResolution, imageAtLocalResolution } from "./local-resolution-fit.ts";

const context = createRunContext();
const engine = createEngine();
const table = "electron";
const sequence = Array.from({ length: 24 }, (_value, row) => (row % 3 === 0 ? "GLY" : "ALA"));
const model = centred(readPdb(peptideLines(sequence, { phi: -60, psi: -45 }).join("\n"), "helix.pdb", context));
const half = model.atoms.count >> 1;
const grid: Omit<DensityMap, "values"> = {
  size: [60, 60, 60],
  start: [0, 0, 0],
  sampling: [60, 60, 60],
  cell: { a: 54, b: 54, c: 54, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
};

function centred(found: Model): Model {
  const { xyz, count } = found.atoms;
  const mean = [0, 1, 2].map(
    (axis) => xyz.reduce((sum, value, at) => (at % 3 === axis ? sum + value : sum), 0) / count,
  );
  return { ...found, atoms: { ...found.atoms, xyz: xyz.map((value, at) => value - mean[at % 3]! + 27) } };
}

function withOccupancy(inFirstHalf: number, inSecondHalf: number): Model {
  const occupancy = model.atoms.occupancy.map((_value, atom) => (atom < half ? inFirstHalf : inSecondHalf));
  return { ...model, atoms: { ...model.atoms, occupancy } };
}

/** The first half of the helix at 2.5 A, the second at 6 A. */
function twoResolutions(): DensityMap {
  const fine = computeModelMap(engine, withOccupancy(1, 0).atoms, mapFrame(grid), { resolution: 2.5, table }, context);
  const coarse = computeModelMap(engine, withOccupancy(0, 1).atoms, mapFrame(grid), { resolution: 6, table }, context);
  return { ...grid, values: fine.map((value, voxel) => value + coarse[voxel]!) };
}

const map = twoResolutions();
const own = Float64Array.from({ length: model.atoms.count }, (_value, atom) => (atom < half ? 2.5 : 6));

function withMaps<Result>(resolution: number, measure: (maps: FitMaps) => Result): Result {
  const maps = prepareFit(engine, model, map, { resolution, table }, context);
  const result = measure(maps);
  freeFitMaps(engine, maps);
  return result;
}

describe("a map whose halves have 2.5 and 6 A", () => {
  test("is fitted better at its local resolutions than at any single one", () => {
    const { ccMask, ccVolume, perResidue, bands } = withMaps(3, (maps) =>
      fitAtLocalResolution(engine, model, maps, own, context),
    );
    expect(bands).toEqual([
      { resolution: 2.5, atoms: half },
      { resolution: 6, atoms: model.atoms.count - half },
    ]);
    expect(ccMask).toBeGreaterThan(0.9999);
    expect(ccVolume).toBeGreaterThan(0.9999);
    for (const { cc } of perResidue) expect(cc).toBeGreaterThan(0.9995);
    for (const resolution of [2, 2.5, 3, 3.5, 4, 5, 6]) {
      const single = withMaps(resolution, (maps) =>
        fitAtLocalResolution(engine, model, maps, new Float64Array(own.length).fill(resolution), context),
      );
      expect(single.ccMask!).toBeLessThan(ccMask! - 0.05);
    }
  });
});

test("one resolution for all atoms is the model map itself", () => {
  withMaps(3, (maps) => {
    const everywhere = new Float64Array(own.length).fill(3);
    const { modelMap, atomsWithout } = imageAtLocalResolution(engine, model.atoms, maps, everywhere, context);
    expect(modelMap).toEqual(maps.modelMap);
    expect(atomsWithout).toBe(0);
    engine.memory.free(modelMap);
  });
});

test("atoms without a local resolution have that of the map, and are counted", () => {
  const unknown = own.map((value, atom) => (atom < half ? value : atom % 2 === 0 ? Number.NaN : 0));
  const fit = withMaps(6, (maps) => fitAtLocalResolution(engine, model, maps, unknown, context));
  expect(fit.atomsWithout).toBe(model.atoms.count - half);
  expect(fit.ccMask).toBeGreaterThan(0.9999);
});

test("bands are narrow: no atom is imaged at a resolution more than 8 percent from its own", () => {
  const spread = own.map((_value, atom) => 2 + (atom * 7) / own.length);
  const { bands } = withMaps(3, (maps) => {
    const image = imageAtLocalResolution(engine, model.atoms, maps, spread, context);
    engine.memory.free(image.modelMap);
    return image;
  });
  let first = 0;
  for (const { resolution, atoms } of bands) {
    for (let atom = first; atom < first + atoms; atom++) {
      expect(Math.abs(spread[atom]! / resolution - 1)).toBeLessThan(0.08);
    }
    first += atoms;
  }
  expect(first).toBe(model.atoms.count);
  expect(bands.length).toBeLessThan(24);
});
