// Filtering and cropping of maps.
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { createEngine } from "../kernels/engine.ts";
import { cropAround } from "./crop.ts";
import { lowPassMap } from "./low-pass.ts";
import { type DensityMap, type GridSize, mapFrame } from "./map.ts";

const cell = { a: 40, b: 42, c: 45, alpha: 90, beta: 100, gamma: 90 };

function makeMap(
  size: GridSize,
  start: GridSize,
  valueAt: (x: number, y: number, z: number, frame: readonly number[]) => number,
): DensityMap {
  const map = { values: new Float32Array(size[0] * size[1] * size[2]), size, start, cell, offset: [1, 2, 3] as const };
  const whole = { ...map, sampling: [40, 42, 45] as GridSize };
  const { orthogonalization: o, corner } = mapFrame(whole);
  let at = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const f = [x / size[0], y / size[1], z / size[2]] as const;
        const point = [
          corner[0] + o[0] * f[0] + o[1] * f[1] + o[2] * f[2],
          corner[1] + o[4] * f[1] + o[5] * f[2],
          corner[2] + o[8] * f[2],
        ] as const;
        whole.values[at] = valueAt(...point, f);
      }
    }
  }
  return whole;
}

/** A wave of the given length along the Cartesian direction (1, 2, 2) / 3. */
function wave(length: number): (x: number, y: number, z: number) => number {
  return (x, y, z) => Math.sin((2 * Math.PI * (x + 2 * y + 2 * z)) / (3 * length));
}

function largestInside(map: DensityMap, values: ArrayLike<number>, margin: number): number {
  const [nx, ny, nz] = map.size;
  let largest = 0;
  for (let z = margin; z < nz - margin; z++) {
    for (let y = margin; y < ny - margin; y++) {
      for (let x = margin; x < nx - margin; x++) {
        largest = Math.max(largest, Math.abs(values[x + nx * (y + ny * z)]!));
      }
    }
  }
  return largest;
}

test("waves longer than the resolution stay and shorter ones go, in a box of any part of the cell", () => {
  const engine = createEngine();
  for (const size of [
    [40, 42, 45],
    [31, 29, 37],
  ] as const) {
    const long = makeMap(size, [3, -5, 7], wave(9));
    const short = makeMap(size, [3, -5, 7], wave(3));
    const kept = lowPassMap(engine, long, 6);
    const difference = kept.map((value, at) => value - long.values[at]!);
    expect(largestInside(long, difference, 8)).toBeLessThan(0.1);
    expect(largestInside(short, lowPassMap(engine, short, 6), 8)).toBeLessThan(0.1);
  }
});

test("a constant map and a map of one plane come through unharmed", () => {
  const engine = createEngine();
  const constant = makeMap([12, 10, 1], [0, 0, 0], () => 5);
  for (const value of lowPassMap(engine, constant, 4)) expect(value).toBeCloseTo(5, 4);
});

test("a cropped map has the values of the whole at the same places, and only reaches as far as the whole", () => {
  const rng = createRng(1);
  const whole = makeMap([40, 42, 45], [3, -5, 7], () => rng.uniform());
  const { corner, orthogonalization: o } = mapFrame(whole);
  const place = (f: readonly number[]): number[] => [
    corner[0] + o[0] * f[0]! + o[1] * f[1]! + o[2] * f[2]!,
    corner[1] + o[4] * f[1]! + o[5] * f[2]!,
    corner[2] + o[8] * f[2]!,
  ];
  const part = cropAround(whole, Float64Array.from([...place([0.5, 0.5, 0.5]), ...place([0.55, 0.97, 0.6])]), 4);
  expect(part.size[0]).toBeLessThan(16);
  expect(part.start[1] + part.size[1]).toBe(whole.start[1] + whole.size[1]);
  const shift = [0, 1, 2].map((axis) => part.start[axis]! - whole.start[axis]!) as [number, number, number];
  for (let z = 0; z < part.size[2]; z++) {
    for (let y = 0; y < part.size[1]; y++) {
      for (let x = 0; x < part.size[0]; x++) {
        const inPart = part.values[x + part.size[0] * (y + part.size[1] * z)];
        expect(inPart).toBe(whole.values[x + shift[0] + 40 * (y + shift[1] + 42 * (z + shift[2]))]);
      }
    }
  }
  const partCorner = mapFrame(part).corner;
  place([shift[0] / 40, shift[1] / 42, shift[2] / 45]).forEach((value, axis) => {
    expect(partCorner[axis]).toBeCloseTo(value, 10);
  });
});

test("a crop around everything is the map itself", () => {
  const whole = makeMap([8, 8, 8], [0, 0, 0], () => 1);
  expect(cropAround(whole, Float64Array.of(5, 5, 5), 100)).toBe(whole);
});
