// Values between grid points.
import { expect, test } from "vitest";
import { type DensityMap, mapFrame } from "./map.ts";
import { trilinearGrid, trilinearValue } from "./trilinear.ts";

const cell = { a: 9, b: 11, c: 14, alpha: 80, beta: 85, gamma: 90 };

/** A map that is linear in the grid indices: interpolation has to be exact. */
function ramp(size: readonly [number, number, number]): DensityMap {
  const values = new Float32Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) for (let x = 0; x < size[0]; x++) values[at++] = 1 + 2 * x - 3 * y + 0.5 * z;
  }
  return { values, size, start: [3, -2, 1], sampling: [18, 22, 28], cell, offset: [0.3, 0, -1] };
}

test("a ramp on a triclinic grid is exact between its points, and outside there is no value", () => {
  const map = ramp([6, 5, 4]);
  const grid = trilinearGrid(map);
  const { orthogonalization: o, corner } = mapFrame(map);
  const at = (u: number, v: number, w: number): number => {
    const [a, b, c] = [u / 6, v / 5, w / 4];
    return trilinearValue(
      grid,
      corner[0] + o[0] * a + o[1] * b + o[2] * c,
      corner[1] + o[4] * b + o[5] * c,
      corner[2] + o[8] * c,
    );
  };
  expect(at(1.25, 2.5, 0.75)).toBeCloseTo(1 + 2.5 - 7.5 + 0.375, 5);
  expect(at(0, 0, 0)).toBeCloseTo(1, 5);
  expect(at(5, 4, 3)).toBeCloseTo(1 + 10 - 12 + 1.5, 5);
  expect(at(5.01, 2, 2)).toBeNaN();
  expect(at(2, -0.01, 2)).toBeNaN();
  expect(at(2, 2, 3.5)).toBeNaN();
});

test("one layer of voxels has values on the layer", () => {
  const map = ramp([6, 5, 1]);
  const { corner, orthogonalization: o } = mapFrame(map);
  expect(trilinearValue(trilinearGrid(map), corner[0] + o[0] / 12, corner[1], corner[2])).toBeCloseTo(2, 5);
});
