// Any number of threads gives the same bits, and a team outlives workers that never come or end early.
import { afterAll, describe, expect, test, vi } from "vitest";
import { createRng } from "../base/rng.ts";
import { type ComputeEngine, createEngine } from "./engine.ts";
import { gaussiansPerAtom } from "./reference/density.ts";
import { createSpectrum, forwardTransform, inverseTransform } from "./spectrum.ts";

const counts = [1, 2, 3, 4];
const engines = counts.map((threads) => createEngine({ threads }));
afterAll(() => {
  for (const engine of engines) engine.close();
});

function fill(array: Float32Array | Float64Array, scale: number): void {
  const rng = createRng(array.length);
  for (let at = 0; at < array.length; at++) array[at] = scale * rng.uniform();
}

function resultsOf(compute: (engine: ComputeEngine) => ArrayLike<number>): number[][] {
  // Twice: the first calls may find the workers still on their way.
  return engines.flatMap((engine) => [Array.from(compute(engine)), Array.from(compute(engine))]);
}

function expectEqual(results: number[][]): void {
  for (const result of results.slice(1)) expect(result).toEqual(results[0]);
  expect(results[0]!.some((value) => value !== 0)).toBe(true);
}

describe("1, 2, 3 and 4 threads give the same bits", () => {
  test("of a Fourier transform and back", () => {
    expectEqual(
      resultsOf((engine) => {
        const [nx, ny, nz] = [30, 45, 40];
        const grid = engine.memory.float32(nx * ny * nz);
        fill(grid, 1);
        const spectrum = createSpectrum(engine, nx, ny, nz);
        const limits = { h: 9, k: 11, l: 10 };
        forwardTransform(engine, grid, spectrum, limits);
        for (let l = 0; l < nz; l++) {
          for (let k = 0; k < ny; k++) {
            for (let h = 0; h < spectrum.stride; h++) {
              if (h <= 9 && Math.min(k, ny - k) <= 11 && Math.min(l, nz - l) <= 10) continue;
              spectrum.re[h + spectrum.stride * k + spectrum.planeStride * l] = 0;
              spectrum.im[h + spectrum.stride * k + spectrum.planeStride * l] = 0;
            }
          }
        }
        inverseTransform(engine, spectrum, grid, limits);
        return grid;
      }),
    );
  });

  test("of the density of atoms", () => {
    expectEqual(
      resultsOf((engine) => {
        const count = 300;
        const { memory } = engine;
        const atoms = {
          count,
          position: memory.float64(3 * count),
          amplitude: memory.float64(gaussiansPerAtom * count),
          decay: memory.float64(gaussiansPerAtom * count),
          terms: gaussiansPerAtom,
          radius: memory.float64(count).fill(3),
        };
        fill(atoms.position, 40);
        fill(atoms.amplitude, 1);
        fill(atoms.decay, 2);
        const values = memory.float32(40 ** 3);
        const grid = { values, nx: 40, ny: 40, nz: 40, stepX: 0.9, stepY: 0.9, stepZ: 0.9 };
        engine.kernels.addDensity(grid, atoms, 0, 40);
        return values;
      }),
    );
  });

  test("of the sums of a map under atoms", () => {
    expectEqual(
      resultsOf((engine) => {
        const count = 2300;
        const { memory } = engine;
        const atoms = {
          count,
          position: memory.float64(3 * count),
          amplitude: memory.float64(gaussiansPerAtom * count),
          decay: memory.float64(gaussiansPerAtom * count),
          terms: gaussiansPerAtom,
          radius: memory.float64(count).fill(3),
        };
        fill(atoms.position, 40);
        fill(atoms.amplitude, 1);
        fill(atoms.decay, 2);
        const values = memory.float32(40 ** 3);
        const grid = { values, nx: 40, ny: 40, nz: 40, stepX: 0.9, stepY: 0.9, stepZ: 0.9 };
        fill(values, 1);
        const sums = { position: memory.float64(3 * count), b: memory.float64(count), value: memory.float64(count) };
        engine.kernels.gatherDensity(grid, atoms, sums, 0, count);
        return [...sums.position, ...sums.b, ...sums.value];
      }),
    );
  });

  test("of interpolation", () => {
    expectEqual(
      resultsOf((engine) => {
        const { memory } = engine;
        const count = 3000;
        const values = memory.float32(12 ** 3);
        fill(values, 1);
        const toGrid = memory.float64(9);
        toGrid.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
        const grid = { values, nx: 12, ny: 12, nz: 12, toGrid, corner: memory.float64(3), periodic: true };
        const xyz = memory.float64(3 * count);
        fill(xyz, 20);
        const rows = memory.int32(count);
        for (let row = 0; row < count; row++) rows[row] = row;
        const gradients = memory.float64(3 * count);
        engine.kernels.sampleTricubic(grid, xyz, rows, memory.float64(count), gradients);
        return gradients;
      }),
    );
  });
});

test.each([
  [20, 5, 3],
  [50, 45, 54],
  [18, 35, 7],
])("the transform of %i x %i x %i, odd rows among them, does not depend on what its scratch held", (nx, ny, nz) => {
  const transform = (held: number): Float32Array => {
    const engine = createEngine();
    const bytes = 1 << 20;
    new Float32Array(engine.memory.memory.buffer, engine.memory.scratch("threads", bytes), bytes / 4).fill(held);
    const grid = engine.memory.float32(nx * ny * nz);
    fill(grid, 1);
    const spectrum = createSpectrum(engine, nx, ny, nz);
    forwardTransform(engine, grid, spectrum, { h: nx, k: ny, l: nz });
    return spectrum.re.slice();
  };
  const clean = transform(0);
  for (const held of [1e6, Number.NaN]) {
    const other = transform(held);
    expect(other.findIndex((value, at) => !Object.is(value, clean[at]))).toBe(-1);
  }
});

test("workers take part in the work, unless the caller is to do it alone", async () => {
  const engine = engines[1]!;
  const grid = engine.memory.float32(64 ** 3);
  fill(grid, 1);
  const spectrum = createSpectrum(engine, 64, 64, 64);
  const before = engine.joined;
  for (let round = 0; round < 200 && engine.joined === before; round++) {
    forwardTransform(engine, grid, spectrum, { h: 64, k: 64, l: 64 });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(engine.joined).toBeGreaterThan(before);
  const shared = spectrum.re.slice();
  engine.isAlone = true;
  const meanwhile = engine.joined;
  for (let round = 0; round < 5; round++) forwardTransform(engine, grid, spectrum, { h: 64, k: 64, l: 64 });
  expect(engine.joined).toBe(meanwhile);
  expect(spectrum.re).toEqual(shared);
  engine.isAlone = false;
});

test("an engine that was closed goes on in one thread", () => {
  const engine = createEngine({ threads: 3 });
  engine.close();
  const grid = engine.memory.float32(32 ** 3);
  fill(grid, 1);
  const spectrum = createSpectrum(engine, 32, 32, 32);
  forwardTransform(engine, grid, spectrum, { h: 32, k: 32, l: 32 });
  expect(spectrum.re[0]).toBeCloseTo(
    grid.reduce((sum, value) => sum + value, 0),
    0,
  );
  expect(engine.threads).toBe(1);
});

test("where a page has no shared buffers, an engine asked for threads computes in one", () => {
  vi.stubGlobal("SharedArrayBuffer", undefined);
  try {
    const engine = createEngine({ threads: 3 });
    expect(engine.threads).toBe(1);
    const grid = engine.memory.float32(8 ** 3);
    grid.fill(1);
    const spectrum = createSpectrum(engine, 8, 8, 8);
    forwardTransform(engine, grid, spectrum, { h: 8, k: 8, l: 8 });
    expect(spectrum.re[0]).toBeCloseTo(512, 3);
  } finally {
    vi.unstubAllGlobals();
  }
});
