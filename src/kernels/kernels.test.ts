// The compiled kernels and their plain twins give the same results, and both are right.
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { type ComputeEngine, createEngine } from "./engine.ts";
import { smoothLength } from "./fft-plan.ts";
import type { KernelKind } from "./kernels.ts";
import { gaussiansPerAtom } from "./reference/density.ts";
import { createSpectrum, forwardTransform, inverseTransform } from "./spectrum.ts";

const kinds: readonly KernelKind[] = ["simd", "reference"];

function relativeDifference(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let squares = 0;
  let scale = 0;
  for (let at = 0; at < first.length; at++) {
    squares += (first[at]! - second[at]!) ** 2;
    scale += second[at]! ** 2;
  }
  return Math.sqrt(squares / scale);
}

function randomGrid(engine: ComputeEngine, length: number): Float32Array {
  const rng = createRng(length);
  const grid = engine.memory.float32(length);
  for (let at = 0; at < length; at++) grid[at] = rng.normal();
  return grid;
}

const everything = { h: 1e6, k: 1e6, l: 1e6 };

/** One term of the transform by its definition. */
function termByDefinition(grid: Float32Array, [nx, ny, nz]: readonly number[], hkl: readonly number[]): number[] {
  let re = 0;
  let im = 0;
  for (let z = 0; z < nz!; z++) {
    for (let y = 0; y < ny!; y++) {
      for (let x = 0; x < nx!; x++) {
        const phase = -2 * Math.PI * ((hkl[0]! * x) / nx! + (hkl[1]! * y) / ny! + (hkl[2]! * z) / nz!);
        const value = grid[x + nx! * (y + ny! * z)]!;
        re += value * Math.cos(phase);
        im += value * Math.sin(phase);
      }
    }
  }
  return [re, im];
}

const sizes: readonly (readonly [number, number, number])[] = [
  [8, 6, 10],
  [15, 14, 9],
  [7, 11, 13],
  [36, 50, 35],
  [1, 5, 4],
];

describe.each(kinds)("Fourier transform, %s", (kind) => {
  test.each(sizes)("a %i x %i x %i grid has the terms of the definition and comes back", (nx, ny, nz) => {
    const engine = createEngine({ kind });
    const grid = randomGrid(engine, nx * ny * nz);
    const spectrum = createSpectrum(engine, nx, ny, nz);
    forwardTransform(engine, grid, spectrum, everything);
    const scale = Math.sqrt(nx * ny * nz);
    for (const [h, k, l] of [
      [0, 0, 0],
      [1 % (1 + (nx >> 1)), 2 % ny, 1 % nz],
      [nx >> 1, ny - 1, nz >> 1],
    ] as const) {
      const at = h + spectrum.stride * k + spectrum.planeStride * l;
      const [re, im] = termByDefinition(grid, [nx, ny, nz], [h, k, l]);
      expect(Math.abs(spectrum.re[at]! - re!) / scale).toBeLessThan(2e-6);
      expect(Math.abs(spectrum.im[at]! - im!) / scale).toBeLessThan(2e-6);
    }
    const back = engine.memory.float32(grid.length);
    inverseTransform(engine, spectrum, back, everything);
    const scaled = back.map((value) => value / (nx * ny * nz));
    expect(relativeDifference(scaled, grid)).toBeLessThan(1e-6);
  });

  test("transforms cut at a resolution equal whole transforms with zeros beyond it", () => {
    const [nx, ny, nz] = [40, 36, 45];
    const limits = { h: 5, k: 7, l: 9 };
    const engine = createEngine({ kind });
    const grid = randomGrid(engine, nx * ny * nz);
    const whole = createSpectrum(engine, nx, ny, nz);
    const cut = createSpectrum(engine, nx, ny, nz);
    forwardTransform(engine, grid, whole, everything);
    forwardTransform(engine, grid, cut, limits);
    for (let l = 0; l < nz; l++) {
      for (let k = 0; k < ny; k++) {
        for (let h = 0; h < whole.stride; h++) {
          const at = h + whole.stride * k + whole.planeStride * l;
          const isInside = h <= limits.h && Math.min(k, ny - k) <= limits.k && Math.min(l, nz - l) <= limits.l;
          if (isInside) expect(cut.re[at]).toBe(whole.re[at]);
          else for (const part of [whole.re, whole.im, cut.re, cut.im]) part[at] = 0;
        }
      }
    }
    const first = engine.memory.float32(grid.length);
    const second = engine.memory.float32(grid.length);
    inverseTransform(engine, whole, first, everything);
    inverseTransform(engine, cut, second, limits);
    expect(second).toEqual(first);
  });
});

test("smooth lengths have no prime factor above 7", () => {
  expect([1, 11, 13, 97, 121, 337].map(smoothLength)).toEqual([1, 12, 14, 98, 125, 343]);
});

function densityOf(
  kind: KernelKind,
  zRanges: readonly (readonly [number, number])[],
  terms: number = gaussiansPerAtom,
): Float32Array {
  const engine = createEngine({ kind });
  const rng = createRng(4);
  const count = 40;
  const atoms = {
    count,
    position: engine.memory.float64(3 * count),
    amplitude: engine.memory.float64(gaussiansPerAtom * count),
    decay: engine.memory.float64(gaussiansPerAtom * count),
    terms,
    radius: engine.memory.float64(count),
  };
  // Some atoms lie outside the box or so near its faces that they come in again on the other side.
  for (let at = 0; at < 3 * count; at++) atoms.position[at] = 30 * rng.uniform() - 3;
  for (let at = 0; at < gaussiansPerAtom * count; at++) {
    atoms.amplitude[at] = rng.normal();
    atoms.decay[at] = 0.1 + 2 * rng.uniform();
  }
  for (let atom = 0; atom < count; atom++) atoms.radius[atom] = 1 + 5 * rng.uniform();
  const [nx, ny, nz] = [23, 18, 25];
  const values = engine.memory.float32(nx * ny * nz);
  for (const [begin, end] of zRanges) {
    engine.kernels.addDensity({ values, nx, ny, nz, stepX: 0.7, stepY: 0.8, stepZ: 0.6 }, atoms, begin, end);
  }
  return values;
}

describe("density of atoms on a grid", () => {
  test.each([1, 2, 3, 4, 5])("compiled and plain agree on atoms of %i Gaussians", (terms) => {
    const [compiled, plain] = kinds.map((kind) => densityOf(kind, [[0, 25]], terms)) as [Float32Array, Float32Array];
    expect(relativeDifference(compiled, plain)).toBeLessThan(1e-6);
    expect(relativeDifference(densityOf("reference", [[0, 25]], 6 - terms), plain) === 0).toBe(terms === 3);
  });

  test.each(kinds)("slabs give bit for bit what the whole box gives, %s", (kind) => {
    const slabs = [
      [0, 7],
      [7, 19],
      [19, 25],
    ] as const;
    expect(densityOf(kind, slabs)).toEqual(densityOf(kind, [[0, 25]]));
  });
});

function sampleOf(kind: KernelKind, periodic: boolean): { values: Float64Array; gradients: Float64Array } {
  const engine = createEngine({ kind });
  const rng = createRng(9);
  const [nx, ny, nz] = [9, 8, 11];
  const grid = {
    values: randomGrid(engine, nx * ny * nz),
    nx,
    ny,
    nz,
    toGrid: engine.memory.float64(9),
    corner: engine.memory.float64(3),
    periodic,
  };
  grid.toGrid.set([0.9, -0.1, 0.05, 0, 1.1, 0.2, 0, 0, 1.3]);
  grid.corner.set([1, -2, 0.5]);
  const count = 200;
  const xyz = engine.memory.float64(3 * count);
  for (let at = 0; at < xyz.length; at++) xyz[at] = 16 * rng.uniform() - 4;
  const rows = engine.memory.int32(count - 1);
  rows.forEach((_row, at) => {
    rows[at] = at + 1;
  });
  const values = engine.memory.float64(count).fill(7);
  const gradients = engine.memory.float64(3 * count).fill(7);
  engine.kernels.sampleTricubic(grid, xyz, rows, values, gradients);
  return { values, gradients };
}

describe("tricubic interpolation", () => {
  test.each([true, false])("compiled and plain agree, inside and at every face, periodic: %s", (periodic) => {
    const first = sampleOf("simd", periodic);
    const second = sampleOf("reference", periodic);
    expect(relativeDifference(first.values, second.values)).toBeLessThan(1e-14);
    expect(relativeDifference(first.gradients, second.gradients)).toBeLessThan(1e-14);
    expect(second.values.some((value) => value === 0)).toBe(!periodic);
    expect(first.values[0]).toBe(7);
  });
});

describe.each(kinds)("neighbours, %s", (kind) => {
  test.each([
    [400, 20, 3.1],
    [1200, 6, 4],
    [50, 400, 5],
    [1, 1, 3],
    [0, 1, 3],
  ])("of %i atoms in a box of %i A within %f A are those of a search through all pairs", (count, edge, cutoff) => {
    const rng = createRng(count);
    const xyz = Float64Array.from({ length: 3 * count }, () => edge * (rng.uniform() - 0.5));
    const { start, end, partner } = createEngine({ kind }).kernels.findNeighbours(xyz, count, cutoff);
    const found: string[] = [];
    for (let atom = 0; atom < count; atom++) {
      for (let entry = start[atom]!; entry < end[atom]!; entry++) found.push(`${atom} ${partner[entry]}`);
    }
    const expected: string[] = [];
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const squared = [0, 1, 2].reduce((sum, c) => sum + (xyz[3 * i + c]! - xyz[3 * j + c]!) ** 2, 0);
        if (squared <= cutoff * cutoff) expected.push(`${i} ${j}`);
      }
    }
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});

test.each([
  [0, 6],
  [1e5, 6],
  [1e5, 5.999999],
  [-123.456, 6.000001],
])(
  "a lattice with many distances at the limit, one atom %d A away, cut-off %d: the same neighbours in the same order",
  (far, cutoff) => {
    const edge = 9;
    const xyz = Float64Array.from({ length: 3 * (edge ** 3 + 1) }, (_value, at) => {
      const atom = Math.floor(at / 3);
      if (atom === edge ** 3) return far;
      return 1.5 * (Math.floor(atom / edge ** (at % 3)) % edge) + 0.1 * (at % 3);
    });
    const [compiled, plain] = kinds.map((kind) => {
      const found = createEngine({ kind }).kernels.findNeighbours(xyz, edge ** 3 + 1, cutoff);
      return [...found.start].map((begin, atom) => [...found.partner.subarray(begin, found.end[atom])]);
    });
    expect(compiled).toEqual(plain);
    expect(plain!.flat().length).toBeGreaterThan(10_000);
  },
);

describe("vectors", () => {
  test.each([0, 1, 2, 3, 5, 64, 1003, 9001])("of length %i: compiled and plain give the same bits", (length) => {
    const results = kinds.map((kind) => {
      const { memory, kernels } = createEngine({ kind });
      const rng = createRng(length);
      const [a, b, c] = [0, 1, 2].map(() => memory.float64(length)) as [Float64Array, Float64Array, Float64Array];
      for (const vector of [a, b, c]) for (let at = 0; at < length; at++) vector[at] = rng.normal();
      const products = new Float64Array(3);
      kernels.dots(a, [a, b, c], products);
      const target = memory.float64(length);
      kernels.combine(target, a, [b, c], [0.3, -1.7]);
      kernels.combine(a, a, [], []);
      return { products: [...products], target: [...target], a: [...a], b, c };
    });
    const { products, target, a, b, c } = results[1]!;
    expect(results[0]!.products).toEqual(products);
    expect(results[0]!.target).toEqual(target);
    expect(products[1]).toBeCloseTo(
      a.reduce((sum, value, at) => sum + value * b[at]!, 0),
      8,
    );
    target.forEach((value, at) => expect(value).toBeCloseTo(a[at]! + 0.3 * b[at]! - 1.7 * c[at]!, 12));
  });
});

describe("whole maps", () => {
  test.each([1, 3, 64, 65_537, 200_003])("of %i voxels: compiled and plain give the same bits", (length) => {
    const results = kinds.map((kind) => {
      const engine = createEngine({ kind, threads: 1 });
      const target = randomGrid(engine, length);
      const source = engine.memory.float32(length);
      target.forEach((value, at) => {
        source[at] = 0.3 * value + (at % 7);
      });
      const squares = engine.kernels.subtractMap(target, source, 0.7);
      engine.kernels.scaleMap(source, -1.3, 0.2);
      return { squares, target, source };
    });
    const [compiled, plain] = results as [(typeof results)[0], (typeof results)[0]];
    expect(compiled.squares).toBe(plain.squares);
    expect(relativeDifference(compiled.target, plain.target)).toBe(0);
    expect(relativeDifference(compiled.source, plain.source)).toBe(0);
    const sum = plain.target.reduce((total, value) => total + value * value, 0);
    expect(Math.abs(sum / plain.squares - 1)).toBeLessThan(1e-12);
  });
});
