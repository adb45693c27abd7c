// Soft masks: published values of a peptide's, and the profile of an edge.
import { describe, expect, test } from "vitest";
import { gasPeptide } from "../../test/support/gas-peptide.ts";
import { createEngine } from "../kernels/engine.ts";
import { mapFrame } from "./map.ts";
import { gaussianMask, softEdgeMask } from "./soft-mask.ts";

const engine = createEngine();
const points = 48;
const frame = mapFrame({
  size: [points, points, points],
  start: [0, 0, 0],
  sampling: [points, points, points],
  cell: { a: 24, b: 24, c: 24, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
});

test("the Gaussian mask of the peptide with sigma 3 has cctbx's values", () => {
  const mask = gaussianMask(engine, frame, gasPeptide().atoms, 3);
  const mean = mask.reduce((sum, value) => sum + value, 0) / mask.length;
  expect(mean).toBeCloseTo(0.12436, 4);
  expect(Math.max(...mask)).toBeCloseTo(0.862, 3);
  expect(mask[22 + points * (24 + points * 26)]).toBeCloseTo(0.8467, 3);
});

describe("the edge around one carbon", () => {
  // Van der Waals radius 1.775; atom on the middle voxel.
  const atom = { count: 1, xyz: Float64Array.of(12, 12, 12), element: Uint8Array.of(6) };
  const mask = softEdgeMask(engine, frame, atom, { distance: 3, edge: 4 });
  const at = (r: number): number => mask[24 + r / 0.5 + points * (24 + points * 24)]!;

  test("is 1 to the distance, half way between in its middle, 0 beyond", () => {
    expect(at(0)).toBeCloseTo(1, 2);
    expect(at(4.5)).toBeGreaterThan(0.97);
    // The ball sees less of a sphere than of a plane.
    expect(at(6.5)).toBeGreaterThan(0.35);
    expect(at(6.5)).toBeLessThan(0.6);
    expect(at(9)).toBeLessThan(0.02);
    expect(at(11)).toBeLessThan(0.005);
  });

  test("falls all the way and stays within 0 and 1", () => {
    for (let r = 4; r < 9; r += 0.5) expect(at(r + 0.5)).toBeLessThanOrEqual(at(r) + 1e-6);
    expect(Math.min(...mask)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...mask)).toBeLessThanOrEqual(1);
  });
});
