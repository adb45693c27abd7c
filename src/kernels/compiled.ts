// The compiled (AssemblyScript SIMD) kernels behind the common face: arrays become addresses in the shared memory.
import { vectorBlock } from "../math/vectors.ts";
import { findNeighboursCompiled, listPairs, searchPairs, sharePairs } from "./compiled-pairs.ts";
import { scoreShellsCompiled } from "./compiled-q-score.ts";
import type { FftPlan } from "./fft-plan.ts";
import { kernelsWasm } from "./generated/kernels-wasm.ts";
import type { Kernels } from "./kernels.ts";
import { type KernelMemory, place } from "./memory.ts";
import { planesPerGroup, type SpectrumPlanes } from "./reference/fft.ts";
import { mapBlock } from "./reference/maps.ts";
import { type AtomGroups, boxesOf, type SphereGrid, sumSpheres, sumsPerGroup } from "./reference/spheres.ts";
import { spawnWorker } from "./spawn-worker.ts";
import { createThreadPool, type KernelFunction, type RangeCall, type ThreadPool } from "./threads.ts";

/** Bytes the density kernels work in: four tables of five rows of 128 numbers, and three rows. */
const densityScratchBytes = (4 * 5 + 3) * 128 * 4;
/** Two more such tables, a row and the sums of one atom. */
const gatherScratchBytes = densityScratchBytes + (2 * 5 + 1) * 128 * 4 + 256;
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
      const { count, position, amplitude, decay, radius, terms } = atoms;
      pool.run({
        kernel: "addDensity",
        values: [
          values.byteOffset,
          nx,
          ny,
          nz,
          stepX,
          stepY,
          stepZ,
          count,
          position.byteOffset,
          amplitude.byteOffset,
          decay.byteOffset,
          radius.byteOffset,
          terms,
        ],
        begin,
        end,
        grain: slabOf(end - begin, pool.threads),
        scratchBytes: densityScratchBytes,
      });
    },
    gatherDensity({ values, nx, ny, nz, stepX, stepY, stepZ }, atoms, gradients, begin, end) {
      const { position, amplitude, decay, radius, terms } = atoms;
      const grid = [values.byteOffset, nx, ny, nz, stepX, stepY, stepZ];
      const columns = [position.byteOffset, amplitude.byteOffset, decay.byteOffset, radius.byteOffset, terms];
      const others = gradients.b.length === 0 ? [0, 0] : [gradients.b.byteOffset, gradients.value.byteOffset];
      pool.run({
        kernel: "gatherDensity",
        values: [...grid, ...columns, gradients.position.byteOffset, ...others],
        begin,
        end,
        grain: atomsPerBlock,
        scratchBytes: gatherScratchBytes,
      });
    },
    sampleTricubic({ values, nx, ny, nz, toGrid, corner, periodic }, xyz, rows, valuesOut, gradients) {
      pool.run({
        kernel: "sampleTricubic",
        values: [
          values.byteOffset,
          nx,
          ny,
          nz,
          toGrid.byteOffset,
          corner.byteOffset,
          periodic ? 1 : 0,
          xyz.byteOffset,
          rows.byteOffset,
          valuesOut.byteOffset,
          gradients.byteOffset,
        ],
        begin: 0,
        end: rows.length,
        grain: atomsPerBlock,
        scratchBytes: densityScratchBytes,
      });
    },
    paintSpheres(labels, grid, { count, xyz, radius }, value) {
      const [nx, ny, nz] = grid.size;
      const spheres = [count, place(memory, "sphere xyz", xyz), place(memory, "sphere radius", radius)];
      pool.run({
        kernel: "paintSpheres",
        values: [labels.byteOffset, placeFrame(memory, grid), nx, ny, nz, ...spheres, value],
        begin: 0,
        end: nz,
        grain: slabOf(nz, pool.threads),
      });
    },
    shrinkShell(labels, mask, [nx, ny, nz], offsets) {
      const offsetsAt = place(memory, "shell offsets", offsets);
      pool.run({
        kernel: "shrinkShell",
        values: [labels.byteOffset, mask.byteOffset, nx, ny, nz, offsetsAt, offsets.length / 3],
        begin: 0,
        end: nz,
        grain: slabOf(nz, pool.threads),
      });
    },
    sumSpheres: (first, second, grid, xyz, groups, radius) =>
      sumSpheresCompiled(memory, pool, first, second, grid, xyz, groups, radius),
    scoreShells: (samples, rules) => scoreShellsCompiled(memory, pool, samples, rules),
    dots(x, vectors, out) {
      const blocks = Math.ceil(x.length / vectorBlock);
      const partialAt = memory.scratch("partial products", 8 * blocks * vectors.length);
      pool.run({
        kernel: "dots",
        values: [x.byteOffset, listAddresses(memory, vectors), vectors.length, x.length, vectorBlock, partialAt],
        begin: 0,
        end: blocks,
        grain: 1,
      });
      const partial = new Float64Array(memory.memory.buffer, partialAt, blocks * vectors.length);
      for (let row = 0; row < vectors.length; row++) {
        let sum = 0;
        for (let block = 0; block < blocks; block++) sum += partial[block * vectors.length + row]!;
        out[row] = sum;
      }
    },
    combine(target, base, vectors, factors) {
      const factorsAt = memory.scratch("factors", 8 * Math.max(1, vectors.length));
      new Float64Array(memory.memory.buffer, factorsAt, vectors.length).set(Array.from(factors));
      pool.run({
        kernel: "combine",
        values: [target.byteOffset, base.byteOffset, listAddresses(memory, vectors), factorsAt, vectors.length],
        begin: 0,
        end: target.length,
        grain: vectorBlock,
      });
    },
    addTerms({ addresses, blockAtoms, blocks }, repulsion) {
      const values = [addresses.byteOffset, blockAtoms, repulsion];
      pool.run({ kernel: "addTerms", values, begin: 0, end: blocks, grain: 1, scratchBytes: termScratchBytes });
    },
    factorizeCurvature(table, { addresses, blocks }, { repulsion, diagonal }) {
      const values = [table.addresses.byteOffset, addresses.byteOffset, repulsion, diagonal];
      const kernel = "factorizeCurvature";
      pool.run({ kernel, values, begin: 0, end: blocks, grain: 1, scratchBytes: termScratchBytes });
    },
    solveCurvature({ addresses, blocks }, vector) {
      const values = [addresses.byteOffset, vector.byteOffset];
      pool.run({ kernel: "solveCurvature", values, begin: 0, end: blocks, grain: 1 });
    },
    unpackFree({ free, xyz }, x) {
      const values = [free.byteOffset, x.byteOffset, xyz.byteOffset];
      pool.run({ kernel: "unpackFree", values, begin: 0, end: free.length, grain: vectorBlock });
    },
    placeRiders({ addresses, blockAtoms, blocks }) {
      pool.run({ kernel: "placeRiders", values: [addresses.byteOffset, blockAtoms], begin: 0, end: blocks, grain: 1 });
    },
    collectGradient({ addresses, blockAtoms, blocks }, weight, out) {
      const values = [addresses.byteOffset, blockAtoms, weight, out.byteOffset];
      pool.run({ kernel: "collectGradient", values, begin: 0, end: blocks, grain: 1 });
    },
    selectPairs: (rules, xyz, limits) => listPairs(memory, rules, searchPairs(memory, pool, rules, xyz, limits)),
    findPairs(table, rules, limits) {
      const found = searchPairs(memory, pool, rules, table.xyz, limits);
      sharePairs(memory, call["shareOutPairs"]!, table, found);
      return found.cells;
    },
    subtractMap(target, source, factor) {
      const blocks = Math.ceil(target.length / mapBlock);
      const partialAt = memory.scratch("map sums", 8 * Math.max(1, blocks));
      pool.run({
        kernel: "subtractMap",
        values: [target.byteOffset, source.byteOffset, factor, target.length, mapBlock, partialAt],
        begin: 0,
        end: blocks,
        grain: 1,
      });
      let sum = 0;
      for (const part of new Float64Array(memory.memory.buffer, partialAt, blocks)) sum += part;
      return sum;
    },
    scaleMap(target, factor, offset) {
      const values = [target.byteOffset, factor, offset];
      pool.run({ kernel: "scaleMap", values, begin: 0, end: target.length, grain: mapBlock });
    },
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
      ...planNumbers(planX),
      ...planNumbers(planY),
      real.byteOffset,
      re.byteOffset,
      im.byteOffset,
      stride,
      planeStride,
      keep,
      group,
    ],
    begin,
    end,
    grain: group,
    scratchBytes: Math.max(planX.scratch.byteLength, planY.scratch.byteLength),
  };
}

/** Planes a thread takes at once. */
function slabOf(planes: number, threads: number): number {
  return Math.max(leastSlab, Math.ceil(planes / (slabsPerThread * threads)));
}

function placeFrame(memory: KernelMemory, { fractionalization, orthogonalization, corner }: SphereGrid): number {
  const numbers = [fractionalization, orthogonalization, corner].flatMap((part) => Array.from(part));
  return place(memory, "sphere frame", Float64Array.from(numbers));
}

/** Maps with more points are summed where they are unless there is room: copies would crowd the memory, which ends at 4 GiB. */
const largestCopy = 2 ** 26;
const groupsPerBlock = 8;

function sumSpheresCompiled(
  memory: KernelMemory,
  pool: ThreadPool,
  first: Float32Array,
  second: Float32Array,
  grid: SphereGrid,
  xyz: Float64Array,
  groups: AtomGroups,
  radius: number,
): Float64Array {
  const isLarge = first.length > largestCopy && !(memory.owns(first) || memory.hasRoom(first.byteLength));
  if (isLarge) return sumSpheres(first, second, grid, xyz, groups, radius);
  const count = groups.start.length - 1;
  const boxes = boxesOf(grid, xyz, groups, radius);
  let room = 0;
  for (let group = 0; group < count; group++) {
    room = Math.max(room, boxes[6 * group + 3]! * boxes[6 * group + 4]! * boxes[6 * group + 5]!);
  }
  const sumsAt = memory.scratch("sphere sums", 8 * sumsPerGroup * Math.max(1, count));
  pool.run({
    kernel: "sumSpheres",
    values: [
      place(memory, "sphere map", first),
      place(memory, "sphere model", second),
      placeFrame(memory, grid),
      ...grid.size,
      place(memory, "sphere xyz", xyz),
      radius,
      place(memory, "sphere starts", groups.start),
      place(memory, "sphere atoms", groups.atoms),
      place(memory, "sphere boxes", boxes),
      sumsAt,
    ],
    begin: 0,
    end: count,
    grain: groupsPerBlock,
    scratchBytes: room,
  });
  return new Float64Array(memory.memory.buffer, sumsAt, sumsPerGroup * count).slice();
}

/** Addresses of vectors, as a list in the memory. */
function listAddresses(memory: KernelMemory, vectors: readonly Float64Array[]): number {
  const at = memory.scratch("vectors", 4 * Math.max(1, vectors.length));
  new Uint32Array(memory.memory.buffer, at, vectors.length).set(vectors.map(({ byteOffset }) => byteOffset));
  return at;
}

/** Moments, normal and eigenvector room of a plane. */
const termScratchBytes = 8 * 48;
