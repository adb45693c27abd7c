// Gaussian images on grids.
import { describe, expect, test } from "vitest";
import { type MapGrid, mapFrame } from "../../density/map.ts";
import { addImages } from "./atom-images.ts";

const grid: MapGrid = {
  size: [24, 20, 22],
  start: [-3, 2, 5],
  sampling: [24, 20, 22],
  cell: { a: 24, b: 18, c: 24.2, alpha: 90, beta: 90, gamma: 90 },
  offset: [0.2, 0, -0.1],
};
const { corner } = mapFrame(grid);
const atom: [number, number, number] = [corner[0] + 11.3, corner[1] + 9.2, corner[2] + 12.4];

function image(width: number, amplitude = 1): Float32Array {
  const values = new Float32Array(24 * 20 * 22);
  addImages(
    mapFrame(grid),
    values,
    { rows: [0], xyz: Float64Array.from(atom), amplitude: Float64Array.of(amplitude) },
    width,
  );
  return values;
}

function exact(width: number, amplitude: number, voxel: readonly [number, number, number]): number {
  const place = [corner[0] + voxel[0], corner[1] + 0.9 * voxel[1], corner[2] + 1.1 * voxel[2]];
  const squared = place.reduce((sum, value, axis) => sum + (value - atom[axis]!) ** 2, 0);
  return amplitude * Math.exp(-squared / (2 * width * width));
}

describe("images of atoms", () => {
  test("are Gaussians about the atom, cut where little is left", () => {
    const values = image(1.4, 2);
    for (const [i, j, k] of [
      [11, 10, 11],
      [13, 9, 12],
      [9, 12, 10],
    ] as const) {
      expect(values[i + 24 * (j + 20 * k)]).toBeCloseTo(exact(1.4, 2, [i, j, k]), 1);
    }
    expect(values[0]).toBe(0);
  });

  test("in a skewed cell fall off with true distance", () => {
    const skewed: MapGrid = { ...grid, cell: { ...grid.cell, beta: 105 } };
    const frame = mapFrame(skewed);
    const o = frame.orthogonalization;
    const centre = [0, 3, 6].map((row) => (o[row]! + o[row + 1]! + o[row + 2]!) / 2 + frame.corner[row / 3]!);
    const values = new Float32Array(24 * 20 * 22);
    addImages(frame, values, { rows: [0], xyz: Float64Array.from(centre), amplitude: Float64Array.of(1) }, 1.5);
    const at = (i: number, j: number, k: number): number => values[i + 24 * (j + 20 * k)]!;
    for (const [di, dk] of [
      [2, 0],
      [0, 2],
      [1, 1],
      [2, -1],
    ] as const) {
      const x = (o[0]! * di) / 24 + (o[2]! * dk) / 22;
      const z = (o[8]! * dk) / 22;
      expect(at(12 + di, 10, 11 + dk)).toBeCloseTo(Math.exp(-(x * x + z * z) / 4.5), 2);
    }
  });
});
