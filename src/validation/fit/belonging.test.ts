// Models and maps that do or do not belong together, and the shift that would mend it.
import { describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import { createEngine } from "../../kernels/engine.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { chooseMapFrame, measureBelonging } from "./belonging.ts";

const model = readLines(peptideLines(["ALA", "GLY", "ALA", "ALA"], { phi: -60, psi: -45 }));
const { xyz } = model.atoms;
const map = simulateMap(
  createEngine(),
  model.atoms,
  { resolution: 3, table: "electron", voxel: 1, margin: 4, noise: 0 },
  createRunContext(),
);
const files = { model: "model.pdb", map: "map.mrc" };

function shifted(by: readonly [number, number, number]): Float64Array {
  return xyz.map((value, at) => value + by[at % 3]!);
}

describe("a model in its map", () => {
  test("lies inside, on density well above the mean", () => {
    const { inside, meanSigma } = measureBelonging(xyz, map);
    expect(inside).toBe(1);
    expect(meanSigma).toBeGreaterThan(2);
  });

  test("takes the map as its header says", () => {
    const context = createRunContext();
    expect(chooseMapFrame(xyz, map, { ...map, offset: [100, 0, 0] }, files, context)).toBe(map);
    expect(context.diagnostics.entries).toEqual([]);
  });

  test("takes the header's other origin, with a warning, where only that holds it", () => {
    const context = createRunContext();
    const wrong: DensityMap = { ...map, offset: [100, 0, 0] };
    expect(chooseMapFrame(xyz, wrong, map, files, context)).toBe(map);
    expect(context.diagnostics.entries.map((entry) => entry.code)).toEqual(["MAP_ORIGIN_SWITCHED"]);
  });
});

test("a model outside is an error that proposes the shift back onto the density", () => {
  let error: unknown;
  try {
    chooseMapFrame(shifted([60, -40, 25]), map, null, files, createRunContext());
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({
    code: "MODEL_OUTSIDE_MAP",
    file: "model.pdb",
    message: "Only 0 % of the atoms lie inside the map",
  });
  const shift = /\(([-\d.]+), ([-\d.]+), ([-\d.]+)\)/
    .exec((error as { hint: string }).hint)!
    .slice(1)
    .map(Number);
  [-60, 40, -25].forEach((expected, axis) => expect(Math.abs(shift[axis]! - expected)).toBeLessThan(1.5));
});

test("a flat map has no density to speak of", () => {
  const flat = { ...map, values: new Float32Array(map.values.length).fill(3) };
  expect(measureBelonging(xyz, flat)).toEqual({ inside: 1, meanSigma: null });
});
