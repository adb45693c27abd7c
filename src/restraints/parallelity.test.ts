import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { ParallelityList } from "../topology/topology.ts";
import { addParallelityEnergy } from "./parallelity.ts";

/** Six-membered ring of radius 1.4 Angstrom in the plane z = height, tilted about x by degrees. */
function ring(height: number, tilt: number): number[] {
  const [c, s] = [Math.cos((tilt * Math.PI) / 180), Math.sin((tilt * Math.PI) / 180)];
  return Array.from({ length: 6 }, (_, at) => (at * Math.PI) / 3).flatMap((angle) => {
    const [x, y] = [1.4 * Math.cos(angle), 1.4 * Math.sin(angle)];
    return [x, y * c, y * s + height];
  });
}

const indices = (begin: number, count: number): Int32Array => Int32Array.from({ length: count }, (_, at) => begin + at);

function pairOfRings(terms: Partial<Record<"ideal" | "sigma" | "slack" | "limit", number>> = {}): ParallelityList {
  const { ideal = 0, sigma = 0.027, slack, limit } = terms;
  return {
    count: 1,
    firstOffset: Int32Array.of(0, 6),
    first: indices(0, 6),
    secondOffset: Int32Array.of(0, 6),
    second: indices(6, 6),
    ideal: Float64Array.of(ideal),
    sigma: Float64Array.of(sigma),
    ...(slack === undefined ? {} : { slack: Float64Array.of(slack) }),
    ...(limit === undefined ? {} : { limit: Float64Array.of(limit) }),
  };
}

const energyOf = (list: ParallelityList, xyz: Float64Array): number =>
  addParallelityEnergy(list, xyz, new Float64Array(xyz.length));

/** Largest difference of the gradient from central differences, over its largest component. */
function gradientError(list: ParallelityList, xyz: Float64Array): number {
  const gradient = new Float64Array(xyz.length);
  addParallelityEnergy(list, xyz, gradient);
  const step = 1e-5;
  const differences = Array.from(xyz, (_, at) => {
    const moved = (by: number): number => {
      const copy = xyz.slice();
      copy[at]! += by;
      return energyOf(list, copy);
    };
    return Math.abs((moved(step) - moved(-step)) / (2 * step) - gradient[at]!);
  });
  return Math.max(...differences) / Math.max(1, ...gradient.map(Math.abs));
}

test("two rings at 12 degrees have cctbx's energy", () => {
  const xyz = Float64Array.of(...ring(0, 0), ...ring(3.4, 11.99992));
  expect(energyOf(pairOfRings(), xyz)).toBeCloseTo(29.9755, 3);
});

test("turning a plane over changes nothing", () => {
  const upright = Float64Array.of(...ring(0, 0), ...ring(3.4, 12));
  const over = Float64Array.of(...ring(0, 0), ...ring(3.4, 192));
  expect(energyOf(pairOfRings(), over)).toBeCloseTo(energyOf(pairOfRings(), upright), 9);
});

describe("the gradient equals finite differences", () => {
  const rng = createRng(7);
  const xyz = Float64Array.from([...ring(0, 5), ...ring(3.4, 31)], (value) => value + 0.2 * (rng.uniform() - 0.5));
  test.each([
    ["of parallel planes", {}],
    ["with slack", { slack: 4 }],
    ["levelling off", { limit: 1 }],
    ["at another angle", { ideal: 60 }],
    ["at another angle with slack, levelling off", { ideal: 50, slack: 5, limit: 1.5 }],
  ] as const)("%s", (_, terms) => {
    expect(gradientError(pairOfRings(terms), xyz)).toBeLessThan(1e-7);
  });

  test("where planes overlap in atoms", () => {
    const shared = { ...pairOfRings(), second: Int32Array.of(4, 5, 6, 7, 8, 9) };
    expect(gradientError(shared, xyz)).toBeLessThan(1e-7);
  });
});

test("the gradient neither moves nor turns the whole", () => {
  const xyz = Float64Array.of(...ring(0, 0), ...ring(3.4, 25));
  const gradient = new Float64Array(xyz.length);
  addParallelityEnergy(pairOfRings(), xyz, gradient);
  const sums = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < xyz.length; at += 3) {
    const [x, y, z] = xyz.subarray(at, at + 3) as unknown as [number, number, number];
    const [fx, fy, fz] = gradient.subarray(at, at + 3) as unknown as [number, number, number];
    [fx, fy, fz, y * fz - z * fy, z * fx - x * fz, x * fy - y * fx].forEach((value, index) => {
      sums[index]! += value;
    });
  }
  for (const sum of sums) expect(Math.abs(sum)).toBeLessThan(1e-9);
});

test("within the slack there is neither energy nor gradient", () => {
  const xyz = Float64Array.of(...ring(0, 0), ...ring(3.4, 12));
  const gradient = new Float64Array(xyz.length);
  expect(addParallelityEnergy(pairOfRings({ slack: 13 }), xyz, gradient)).toBe(0);
  expect([...gradient].every((value) => value === 0)).toBe(true);
});

test("perfect rings at rest give zeros, atoms on a line are left out", () => {
  const flat = Float64Array.of(...ring(0, 0), ...ring(3.4, 0));
  const gradient = new Float64Array(flat.length);
  expect(addParallelityEnergy(pairOfRings(), flat, gradient)).toBeCloseTo(0, 12);
  expect([...gradient].every((value) => Math.abs(value) < 1e-9)).toBe(true);
  const line = Float64Array.from({ length: 36 }, (_, at) => (at < 18 ? Math.floor(at / 3) : flat[at]!));
  expect(energyOf(pairOfRings(), line)).toBe(0);
});
