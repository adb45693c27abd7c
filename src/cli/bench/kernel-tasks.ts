// Work of each kernel for the benchmark: the same task for the compiled kernels and their plain twins.
import { createRng } from "../../base/rng.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { type DensityGrid, type GridAtoms, gaussiansPerAtom } from "../../kernels/reference/density.ts";
import { createSpectrum, forwardTransform, inverseTransform } from "../../kernels/spectrum.ts";

/** Prepares data in the engine's memory and returns what is timed. */
export type KernelTask = (engine: ComputeEngine) => () => void;

const gridEdge = 200;
const step = 0.8;

function copyInto(engine: ComputeEngine, values: Float64Array): Float64Array {
  const copy = engine.memory.float64(values.length);
  copy.set(values);
  return copy;
}

/** A random walk inside a box: neighbours in the list are neighbours in space, as in a chain. */
function chainOf(count: number, edge: number, stride: number): Float64Array {
  const rng = createRng(3);
  const position = [edge / 2, edge / 2, edge / 2];
  return Float64Array.from({ length: 3 * count }, (_value, at) => {
    const next = position[at % 3]! + stride * (rng.uniform() - 0.5);
    position[at % 3] = Math.min(edge - 5, Math.max(5, next));
    return position[at % 3]!;
  });
}

function densityOf(engine: ComputeEngine): { readonly atoms: GridAtoms; readonly grid: DensityGrid } {
  const rng = createRng(1);
  const count = 10_000;
  const decay = Float64Array.from({ length: gaussiansPerAtom * count }, () => 0.3 + rng.uniform());
  const atoms = {
    count,
    position: copyInto(engine, chainOf(count, gridEdge, 4)),
    amplitude: engine.memory.float64(gaussiansPerAtom * count).fill(1),
    decay: copyInto(engine, decay),
    terms: gaussiansPerAtom,
    radius: engine.memory.float64(count).fill(3.5),
  };
  const values = engine.memory.float32(gridEdge ** 3);
  const grid = { values, nx: gridEdge, ny: gridEdge, nz: gridEdge, stepX: step, stepY: step, stepZ: step };
  return { atoms, grid };
}

export const densityTask: KernelTask = (engine) => {
  const { atoms, grid } = densityOf(engine);
  return () => engine.kernels.addDensity(grid, atoms, 0, gridEdge);
};

/** Sums for positions alone, or also for B and occupancy. */
function gatherTask(wantsB: boolean): KernelTask {
  return (engine) => {
    const { atoms, grid } = densityOf(engine);
    const { count } = atoms;
    const gradients = {
      position: engine.memory.float64(3 * count),
      b: engine.memory.float64(wantsB ? count : 0),
      value: engine.memory.float64(wantsB ? count : 0),
    };
    grid.values.fill(1);
    return () => engine.kernels.gatherDensity(grid, atoms, gradients, 0, count);
  };
}

const everything = { h: 1e6, k: 1e6, l: 1e6 };

function randomGrid(engine: ComputeEngine, length: number): Float32Array {
  const rng = createRng(2);
  const grid = engine.memory.float32(length);
  for (let at = 0; at < length; at++) grid[at] = rng.uniform() - 0.5;
  return grid;
}

/** Transform of a grid to its spectrum and of the spectrum back to a grid. */
export function transformTasks(size: readonly [number, number, number]): { forward: KernelTask; inverse: KernelTask } {
  const points = size[0] * size[1] * size[2];
  return {
    forward: (engine) => {
      const grid = randomGrid(engine, points);
      const spectrum = createSpectrum(engine, ...size);
      return () => forwardTransform(engine, grid, spectrum, everything);
    },
    inverse: (engine) => {
      const grid = engine.memory.float32(points);
      // Nothing grows when the spectrum, which the transform uses up, is zero.
      const spectrum = createSpectrum(engine, ...size);
      return () => inverseTransform(engine, spectrum, grid, everything);
    },
  };
}

const interpolation: KernelTask = (engine) => {
  const count = 100_000;
  const grid = {
    values: engine.memory.float32(gridEdge ** 3).fill(1),
    nx: gridEdge,
    ny: gridEdge,
    nz: gridEdge,
    toGrid: copyInto(engine, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)),
    corner: engine.memory.float64(3),
    periodic: false,
  };
  const xyz = copyInto(engine, chainOf(count, gridEdge, 3));
  const rows = engine.memory.int32(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  const values = engine.memory.float64(count);
  const gradients = engine.memory.float64(3 * count);
  return () => engine.kernels.sampleTricubic(grid, xyz, rows, values, gradients);
};

/** Atoms as dense as in a protein, numbered along z as chains are: near in the list, near in space. */
function proteinLike(count: number): Float64Array {
  const rng = createRng(4);
  const edge = Math.cbrt(count / 0.055);
  const points = Array.from({ length: count }, () => [0, 1, 2].map(() => edge * rng.uniform()));
  return Float64Array.from(
    points
      .toSorted(
        (a, b) =>
          Math.floor(a[2]! / 6) - Math.floor(b[2]! / 6) ||
          Math.floor(a[1]! / 6) - Math.floor(b[1]! / 6) ||
          a[0]! - b[0]!,
      )
      .flat(),
  );
}

function neighboursWithin(cutoff: number): KernelTask {
  return (engine) => {
    const count = 100_000;
    const xyz = proteinLike(count);
    return () => {
      engine.kernels.findNeighbours(xyz, count, cutoff);
    };
  };
}

/** The work of a direction of L-BFGS: products with the kept vectors and sums of them, twice each. */
const twoLoop: KernelTask = (engine) => {
  const length = 300_000;
  const depth = 8;
  const rng = createRng(5);
  const vector = (): Float64Array =>
    copyInto(
      engine,
      Float64Array.from({ length }, () => rng.uniform() - 0.5),
    );
  const s = Array.from({ length: depth }, vector);
  const y = Array.from({ length: depth }, vector);
  const gradient = vector();
  const target = engine.memory.float64(length);
  const products = new Float64Array(depth);
  const factors = new Float64Array(depth).fill(1e-3);
  const { kernels } = engine;
  return () => {
    kernels.dots(gradient, s, products);
    kernels.combine(target, gradient, y, factors);
    kernels.dots(target, y, products);
    kernels.combine(target, target, s, factors);
  };
};

const mapDifference: KernelTask = (engine) => {
  const target = randomGrid(engine, gridEdge ** 3);
  const source = randomGrid(engine, gridEdge ** 3);
  return () => {
    engine.kernels.subtractMap(target, source, 1e-3);
  };
};

const sizes: readonly (readonly [number, number, number])[] = [
  [200, 200, 200],
  [256, 256, 256],
  [320, 320, 320],
  [243, 250, 288],
];

export const kernelTasks: readonly (readonly [string, KernelTask])[] = [
  [`density, 10,000 atoms on ${gridEdge}^3`, densityTask],
  ["density gradient, positions", gatherTask(false)],
  ["density gradient, positions, B and occupancy", gatherTask(true)],
  ...sizes.flatMap((size): [string, KernelTask][] => [
    [`transform, ${size.join(" x ")}`, transformTasks(size).forward],
    [`transform back, ${size.join(" x ")}`, transformTasks(size).inverse],
  ]),
  [`map difference and sum of squares, ${gridEdge}^3`, mapDifference],
  ["tricubic interpolation, 100,000 atoms", interpolation],
  ["neighbours within 6 A, 100,000 atoms", neighboursWithin(6)],
  ["neighbours within 5 A, 100,000 atoms", neighboursWithin(5)],
  ["L-BFGS direction, 300,000 numbers, 8 pairs", twoLoop],
];
