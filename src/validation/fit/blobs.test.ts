// Density without a model is found where it is, with its size, and nothing else is.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { readPdb } from "../../io/pdb/read-pdb.ts";
import { createEngine } from "../../kernels/engine.ts";
import { type Blob, findMissingDensity } from "./blobs.ts";
import { computeModelMap } from "./fit-maps.ts";

const context = createRunContext();
const protein = `
ATOM      1  N   ALA A   1      10.000  10.000  10.000  1.00 20.00           N
ATOM      2  CA  ALA A   1      11.450  10.000  10.000  1.00 20.00           C
ATOM      3  C   ALA A   1      12.000  11.400  10.000  1.00 20.00           C
`;
const ligand = `
HETATM    4 ZN    ZN A   2      21.130  20.070  14.920  1.00 20.00          ZN
HETATM    5  O   HOH A   3       8.000  20.000  22.000  1.00 20.00           O
`;
const grid = {
  size: [60, 64, 54],
  start: [-3, 5, 2],
  sampling: [60, 64, 54],
  cell: { a: 30, b: 32, c: 27, alpha: 90, beta: 90, gamma: 90 },
  offset: [0.1, 0, 0],
} as const satisfies Omit<DensityMap, "values">;

describe.each(["simd", "reference"] as const)("missing density, %s", (kind) => {
  const engine = createEngine({ kind });
  const model = readPdb(protein, "protein.pdb", context);
  const whole = readPdb(protein.trimEnd() + ligand, "whole.pdb", context);
  const options = { resolution: 2, table: "electron" } as const;
  const values = computeModelMap(engine, whole.atoms, mapFrame(grid), options, context).slice();
  const map: DensityMap = { ...grid, values };

  test("a metal and a water that the model lacks are found, the metal first", () => {
    const { blobs, count, uncoveredShare } = findMissingDensity(engine, model, map, { contour: 0.15, resolution: 2 });
    expect([count, blobs.length]).toEqual([2, 2]);
    const [metal, water] = blobs;
    [21.13, 20.07, 14.92].forEach((place, axis) => {
      expect(Math.abs(metal!.centre[axis]! - place)).toBeLessThan(0.05);
      expect(Math.abs(metal!.peak[axis]! - place)).toBeLessThan(0.3);
    });
    [8, 20, 22].forEach((place, axis) => expect(Math.abs(water!.centre[axis]! - place)).toBeLessThan(0.05));
    expect(metal!.integral).toBeGreaterThan(2 * water!.integral);
    expect(metal!.nearestAtom).toBe("A 1 ALA C");
    expect(metal!.nearestDistance).toBeCloseTo(
      Math.hypot(metal!.peak[0] - 12, metal!.peak[1] - 11.4, metal!.peak[2] - 10),
      6,
    );
    expect(uncoveredShare).toBeGreaterThan(0.3);
    expect(uncoveredShare).toBeLessThan(0.9);
  });

  test("are the same, in the same order, in a map with a constant added", () => {
    const raised = { ...map, values: map.values.map((value) => value + 64) };
    const [plain, found] = [map, raised].map(
      (one, row) => findMissingDensity(engine, model, one, { contour: 0.15 + 64 * row, resolution: 2 }).blobs,
    ) as [Blob[], Blob[]];
    expect(found.length).toBe(plain.length);
    plain.forEach(({ peak, integral }, row) => {
      expect(found[row]!.peak).toEqual(peak);
      // The mean of the box, which stands for the constant, is not quite zero.
      expect(found[row]!.integral / integral).toBeCloseTo(1, 1);
    });
  });

  test("a complete model leaves nothing", () => {
    const found = findMissingDensity(engine, whole, map, { contour: 0.15, resolution: 2 });
    expect(found.blobs).toEqual([]);
    expect(found.uncoveredVolume).toBe(0);
  });

  test("what is smaller than the least volume is counted, not listed", () => {
    const found = findMissingDensity(engine, model, map, { contour: 0.15, resolution: 2, minimumVolume: 10 });
    expect([found.count, found.smallerCount]).toEqual([1, 1]);
    expect(found.blobs[0]!.volume).toBeGreaterThan(10);
  });

  test("a list is cut at its length, its count is not", () => {
    const found = findMissingDensity(engine, model, map, { contour: 0.15, resolution: 2, maximumCount: 1 });
    expect([found.count, found.blobs.length]).toEqual([2, 1]);
  });
});

describe("regions", () => {
  const engine = createEngine();
  const far = readPdb(protein, "far.pdb", context);
  const empty = (): DensityMap => ({
    ...grid,
    values: new Float32Array(60 * 64 * 54),
    start: [200, 200, 200],
  });
  const options = { contour: 0.5, resolution: 2, minimumVolume: 0 } as const;
  const at = (x: number, y: number, z: number): number => x + 60 * (y + 64 * z);

  test("are connected over corners, not over the faces of the map", () => {
    const map = empty();
    for (const voxel of [at(0, 5, 5), at(59, 5, 5), at(20, 20, 20), at(21, 21, 21), at(30, 30, 30)]) {
      map.values[voxel] = 1;
    }
    const found = findMissingDensity(engine, far, map, options);
    expect(found.blobs.map(({ volume }) => volume / 0.125)).toEqual([2, 1, 1, 1].map((n) => expect.closeTo(n, 9)));
    expect(found.uncoveredShare).toBe(1);
  });

  test("count every voxel of a winding region once", () => {
    const map = empty();
    let voxels = 0;
    for (let z = 0; z < 54; z += 2) {
      for (let y = 0; y < 64; y++) {
        for (let x = 0; x < 60; x++) if ((x + 2 * y) % 5 !== 0) voxels += map.values[at(x, y, z)] = 1;
      }
    }
    for (let z = 1; z < 54; z += 2) voxels += map.values[at(z % 4 === 1 ? 58 : 1, 31, z)] = 1;
    const { blobs, count } = findMissingDensity(engine, far, map, options);
    expect(count).toBe(1);
    expect(blobs[0]!.volume / 0.125).toBeCloseTo(voxels, 6);
  });

  test("of a constant map below the contour are none, and the share is not defined", () => {
    const found = findMissingDensity(engine, far, empty(), options);
    expect([found.count, found.volume, found.uncoveredShare]).toEqual([0, 0, null]);
  });
});
