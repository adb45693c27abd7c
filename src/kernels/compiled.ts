// The compiled (AssemblyScript SIMD) kernels behind the common face: arrays become addresses in the shared memory.
import type { FftPlan } from "./fft-plan.ts";
import { kernelsWasm } from "./generated/kernels-wasm.ts";
import type { Kernels } from "./kernels.ts";
import type { KernelMemory } from "./memory.ts";
import { planesPerGroup, type SpectrumPlanes } from "./reference/fft.ts";
import { type NeighbourCells, sortIntoCells } from "./reference/neighbours.ts";
import type { PairLimits, PairList, PairRules } from "./reference/pairs.ts";
import { spawnWorker } from "./spawn-worker.ts";
import { createThreadPool, type KernelFunction, type RangeCall, type ThreadPool } from "./threads.ts";

/** Bytes the density kernels work in: three axes of five rows of 128 numbers. */
const densityScratchBytes = 3 * 5 * 128 * 4;
/** Slabs of a density grid per thread: more share the work better and meet more atoms twice. */
const slabsPerThread = 2;
const leastSlab = 8;
const atomsPerBlock = 512;

let compiledModule: WebAssembly.Module | undefined;

/** Compiled once per process; modules can be handed to workers. */
function kernelModule(): WebAssembly.Module {
  compiledModule ??= new WebAssembly.Module(Uint8Array.from(atob(kernelsWasm), (char) => char.charCodeAt(0)));
  return compiledModule;
}

function planNumbers({ length, factors, twiddles, roots }: FftPlan): number[] {
  return [length, factors.byteOffset, factors.length, twiddles.byteOffset, roots.byteOffset];
}

/** The compiled module over this memory, and the threads that run it. */
export interface CompiledModule {
  readonly call: Record<string, KernelFunction>;
  readonly pool: ThreadPool;
}

/** Instantiates the kernels; with `threads` above 1 starts workers, or computes alone where there can be none. */
export function startCompiledModule(memory: KernelMemory, threads: number): CompiledModule {
  const module = kernelModule();
  const { exports } = new WebAssembly.Instance(module, {
    env: {
      memory: memory.memory,
      abort() {
        throw new Error("A compiled kernel stopped");
      },
    },
  });
  const pool = createThreadPool({
    module,
    memory: memory.memory,
    exports,
    reserveScratch: (bytes) => memory.scratch("threads", bytes),
    threads,
    spawn: spawnWorker,
  });
  return { call: exports as unknown as Record<string, KernelFunction>, pool };
}

export function createCompiledKernels(memory: KernelMemory, { call, pool }: CompiledModule): Kernels {
  return {
    kind: "simd",
    forwardPlanes: (planX, planY, real, spectrum, keep, begin, end) =>
      pool.run(planesCall("forwardPlanes", planX, planY, real, spectrum, keep, begin, end)),
    inversePlanes: (planX, planY, spectrum, keep, real, begin, end) =>
      pool.run(planesCall("inversePlanes", planX, planY, real, spectrum, keep, begin, end)),
    transformColumns(plan, { re, im }, inverse, columns, lineStride, outerStride, begin, end) {
      const layout = [inverse ? 1 : 0, columns, lineStride, outerStride];
      pool.run({
        kernel: "transformColumns",
        values: [...planNumbers(plan), re.byteOffset, im.byteOffset, ...layout],
        begin,
        end,
        grain: 2,
        scratchBytes: plan.scratch.byteLength,
      });
    },
    addDensity({ values, nx, ny, nz, stepX, stepY, stepZ }, atoms, begin, end) {
      const { count, position, amplitude, decay, radius } = atoms;
      pool.run({
        kernel: "addDensity",
        values: [
          ...[values.byteOffset, nx, ny, nz, stepX, stepY, stepZ, count],
          ...[position.byteOffset, amplitude.byteOffset, decay.byteOffset, radius.byteOffset],
        ],
        begin,
        end,
        grain: Math.max(leastSlab, Math.ceil((end - begin) / (slabsPerThread * pool.threads))),
        scratchBytes: densityScratchBytes,
      });
    },
    sampleTricubic({ values, nx, ny, nz, toGrid, corner, periodic }, xyz, rows, valuesOut, gradients) {
      pool.run({
        kernel: "sampleTricubic",
        values: [
          ...[values.byteOffset, nx, ny, nz, toGrid.byteOffset, corner.byteOffset, periodic ? 1 : 0],
          ...[xyz.byteOffset, rows.byteOffset, valuesOut.byteOffset, gradients.byteOffset],
        ],
        begin: 0,
        end: rows.length,
        grain: atomsPerBlock,
        scratchBytes: densityScratchBytes,
      });
    },
    dot: (a, b) => call["dot"]!(a.byteOffset, b.byteOffset, a.length),
    addScaled(target, scale, source) {
      call["addScaled"]!(target.byteOffset, scale, source.byteOffset, target.length);
    },
    setSum(target, base, scale, source) {
      call["setSum"]!(target.byteOffset, base.byteOffset, scale, source.byteOffset, target.length);
    },
    selectPairs: (rules, xyz, limits) => selectPairsCompiled(memory, call["selectPairs"]!, rules, xyz, limits),
    findNeighbours: (xyz, count, cutoff) =>
      findNeighboursCompiled(memory, call["filterNeighbours"]!, xyz, count, cutoff),
  };
}

function planesCall(
  kernel: string,
  planX: FftPlan,
  planY: FftPlan,
  real: Float32Array,
  spectrum: SpectrumPlanes,
  keep: number,
  begin: number,
  end: number,
): RangeCall {
  const { re, im, stride, planeStride } = spectrum;
  const group = planesPerGroup(spectrum);
  return {
    kernel,
    values: [
      ...[...planNumbers(planX), ...planNumbers(planY)],
      ...[real.byteOffset, re.byteOffset, im.byteOffset, stride, planeStride, keep, group],
    ],
    begin,
    end,
    grain: group,
    scratchBytes: Math.max(planX.scratch.byteLength, planY.scratch.byteLength),
  };
}

/** Neighbours expected per atom at first; the buffer grows where there are more. */
const expectedNeighbours = 64;

function findNeighboursCompiled(
  memory: KernelMemory,
  filter: KernelFunction,
  xyz: Float64Array,
  count: number,
  cutoff: number,
): { offset: Int32Array; partner: Int32Array } {
  const cells = sortIntoCells(xyz, count, cutoff);
  const input = placeCells(memory, cells, xyz, count);
  const [nx, ny, nz] = cells.dimensions;
  const offsetAt = memory.scratch("neighbour offsets", 4 * (count + 1));
  new Int32Array(memory.memory.buffer, offsetAt, 1)[0] = 0;
  let capacity = Math.max(1024, expectedNeighbours * count);
  for (let begin = 0; ; ) {
    const partnerAt = memory.scratch("neighbour partners", 4 * capacity);
    begin = filter(
      count,
      input.order,
      input.cellStart,
      input.cellOf,
      nx,
      ny,
      nz,
      ...input.sorted,
      ...cells.low,
      input.xyz,
      cutoff,
      offsetAt,
      partnerAt,
      capacity,
      begin,
    );
    if (begin < count) {
      // A grown buffer does not keep what the old one held.
      begin = 0;
      capacity *= 2;
      continue;
    }
    const offset = new Int32Array(memory.memory.buffer, offsetAt, count + 1).slice();
    return { offset, partner: new Int32Array(memory.memory.buffer, partnerAt, offset[count]!).slice() };
  }
}

interface PlacedCells {
  readonly order: number;
  readonly cellStart: number;
  readonly cellOf: number;
  readonly sorted: readonly [number, number, number];
  readonly xyz: number;
}

/** Copies what the filter reads into the kernels' memory, with coordinates relative to the lowest corner in cell order. */
function placeCells(memory: KernelMemory, cells: NeighbourCells, xyz: Float64Array, count: number): PlacedCells {
  const { order, cellStart, cellOf, low } = cells;
  const sorted = ["x", "y", "z"].map((axis) => memory.scratch(`sorted ${axis}`, 4 * count + 16)) as [
    number,
    number,
    number,
  ];
  sorted.forEach((at, axis) => {
    const column = new Float32Array(memory.memory.buffer, at, count);
    for (let row = 0; row < count; row++) column[row] = xyz[3 * order[row]! + axis]! - low[axis]!;
  });
  return {
    order: place(memory, "cell order", order),
    cellStart: place(memory, "cell starts", cellStart),
    cellOf: place(memory, "cell of atom", cellOf),
    sorted,
    xyz: place(memory, "neighbour coordinates", xyz),
  };
}

/** Copies an array to a buffer of that name; returns its address. */
function place(memory: KernelMemory, name: string, values: ArrayBufferView): number {
  const at = memory.scratch(name, values.byteLength);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  new Uint8Array(memory.memory.buffer, at, values.byteLength).set(bytes);
  return at;
}

/** Pairs expected per atom at first. */
const expectedPairs = 12;

function selectPairsCompiled(
  memory: KernelMemory,
  select: KernelFunction,
  rules: PairRules,
  xyz: Float64Array,
  { cutoff, buffer, moving }: PairLimits,
): PairList {
  const count = rules.kind.length;
  const cells = sortIntoCells(xyz, count, cutoff);
  const input = placeCells(memory, cells, xyz, count);
  const columns = (["conformer", "model"] as const).map((name) => place(memory, `pair ${name}`, rules[name]));
  const movingAt = moving === undefined ? 0 : place(memory, "pair moving", moving);
  const lists = (["excludeOffset", "exclude", "oneFourOffset", "oneFour"] as const).map((name) =>
    place(memory, `pair ${name}`, rules[name]),
  );
  const kind = place(memory, "pair kind", rules.kind);
  const contact = place(memory, "pair contact", rules.contact);
  for (let capacity = 1024 + expectedPairs * count; ; capacity *= 2) {
    const out = [4, 4, 8].map((bytes, column) => memory.scratch(`pair out ${column}`, bytes * capacity)) as [
      number,
      number,
      number,
    ];
    const found = select(
      input.order,
      input.cellStart,
      ...cells.dimensions,
      ...input.sorted,
      input.xyz,
      cutoff,
      buffer,
      kind,
      rules.kinds,
      contact,
      ...columns,
      movingAt,
      ...lists,
      ...out,
      capacity,
    );
    if (found < 0) continue;
    const { buffer: bytes } = memory.memory;
    return {
      count: found,
      i: new Int32Array(bytes, out[0], found).slice(),
      j: new Int32Array(bytes, out[1], found).slice(),
      contact: new Float64Array(bytes, out[2], found).slice(),
    };
  }
}
