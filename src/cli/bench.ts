// npm run bench: CPU seconds of the kernels against their plain twins, and of a whole refinement.
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { type ComputeEngine, createEngine } from "../kernels/engine.ts";
import type { KernelKind } from "../kernels/kernels.ts";
import { gaussiansPerAtom } from "../kernels/reference/density.ts";
import { createSpectrum, forwardTransform, inverseTransform } from "../kernels/spectrum.ts";
import { refineModel } from "../refinement/refine-model.ts";
import { defaultRefineOptions } from "../refinement/refine-options.ts";
import { toJson } from "./console.ts";
import { loadPair } from "./inputs.ts";
import { alignRows } from "./tables.ts";
import { version } from "./version.ts";

const repeats = 5;
const gridEdge = 200;

/** Median CPU milliseconds of a task, after one run to warm up. */
function measure(task: () => void): number {
  task();
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const began = process.cpuUsage();
    task();
    const used = process.cpuUsage(began);
    times.push((used.user + used.system) / 1000);
  }
  return times.toSorted((a, b) => a - b)[repeats >> 1]!;
}

type Task = (engine: ComputeEngine) => () => void;

const density: Task = (engine) => {
  const rng = createRng(1);
  const count = 10_000;
  const random = (length: number, scale: number, least: number): Float64Array =>
    copyInto(
      engine,
      Float64Array.from({ length }, () => least + scale * rng.uniform()),
    );
  const atoms = {
    count,
    position: copyInto(engine, chainOf(count, gridEdge, 4)),
    amplitude: engine.memory.float64(gaussiansPerAtom * count).fill(1),
    decay: random(gaussiansPerAtom * count, 1, 0.3),
    terms: gaussiansPerAtom,
    radius: engine.memory.float64(count).fill(3.5),
  };
  const values = engine.memory.float32(gridEdge ** 3);
  const grid = { values, nx: gridEdge, ny: gridEdge, nz: gridEdge, stepX: 0.8, stepY: 0.8, stepZ: 0.8 };
  return () => engine.kernels.addDensity(grid, atoms, 0, gridEdge);
};

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

function copyInto(engine: ComputeEngine, values: Float64Array): Float64Array {
  const copy = engine.memory.float64(values.length);
  copy.set(values);
  return copy;
}

const fourier: Task = (engine) => {
  const rng = createRng(2);
  const grid = engine.memory.float32(gridEdge ** 3);
  for (let at = 0; at < grid.length; at++) grid[at] = rng.uniform() - 0.5;
  const spectrum = createSpectrum(engine, gridEdge, gridEdge, gridEdge);
  const limits = { h: gridEdge, k: gridEdge, l: gridEdge };
  return () => {
    forwardTransform(engine, grid, spectrum, limits);
    inverseTransform(engine, spectrum, grid, limits);
    for (let at = 0; at < grid.length; at++) grid[at]! /= grid.length;
  };
};

const interpolation: Task = (engine) => {
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

const neighbours: Task = (engine) => {
  const rng = createRng(4);
  const count = 100_000;
  const xyz = Float64Array.from({ length: 3 * count }, () => 110 * rng.uniform());
  return () => {
    engine.kernels.findNeighbours(xyz, count, 5);
  };
};

const kernelTasks: readonly (readonly [string, Task])[] = [
  [`density, 10,000 atoms on ${gridEdge}^3`, density],
  [`Fourier transform and back, ${gridEdge}^3`, fourier],
  ["tricubic interpolation, 100,000 atoms", interpolation],
  ["neighbours within 5 A, 100,000 atoms", neighbours],
];

interface KernelTiming {
  readonly kernel: string;
  readonly simdMs: number;
  readonly referenceMs: number;
  readonly ratio: number;
}

function benchKernels(): KernelTiming[] {
  const timeOf = (task: Task, kind: KernelKind): number => measure(task(createEngine({ kind })));
  return kernelTasks.map(([kernel, task]) => {
    const simdMs = timeOf(task, "simd");
    const referenceMs = timeOf(task, "reference");
    return { kernel, simdMs, referenceMs, ratio: referenceMs / simdMs };
  });
}

async function benchRefinement(modelPath: string, mapPath: string, resolution: number): Promise<unknown> {
  const context = createRunContext();
  const dictionary = loadDictionary();
  const began = process.cpuUsage();
  const pair = await loadPair(modelPath, mapPath, context);
  const options = { ...defaultRefineOptions, resolution };
  const result = await refineModel(createEngine(), { ...pair, dictionary }, options, context);
  const used = process.cpuUsage(began);
  return {
    model: modelPath,
    atoms: pair.model.atoms.count,
    cpuSeconds: (used.user + used.system) / 1e6,
    peakMemoryMiB: process.resourceUsage().maxRSS / 1024,
    wallSecondsByPhase: Object.fromEntries(result.phases.map(({ phase, seconds }) => [phase, seconds])),
  };
}

/** Arguments: nothing for the bundled example, or MODEL MAP RESOLUTION; `--json` prints JSON alone. */
async function main(): Promise<void> {
  const isJson = process.argv.includes("--json");
  const [model = "example/model.pdb", map = "example/map.mrc.gz", resolution = "3"] = process.argv
    .slice(2)
    .filter((argument) => argument !== "--json");
  const refinement = await benchRefinement(model, map, Number(resolution));
  const kernels = benchKernels();
  const table = alignRows([
    ["kernel (CPU ms)", "compiled", "plain", "ratio"],
    ...kernels.map(({ kernel, simdMs, referenceMs, ratio }) => [
      kernel,
      simdMs.toFixed(1),
      referenceMs.toFixed(1),
      ratio.toFixed(2),
    ]),
  ]);
  if (!isJson) process.stdout.write(`${table}\n\n`);
  process.stdout.write(`${toJson({ version, node: process.version, refinement, kernels })}\n`);
}

await main();
