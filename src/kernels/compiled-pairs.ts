// Neighbour and pair searches by the compiled kernels: atoms into cells, room for what is found, results out of the memory.
import { type KernelMemory, place } from "./memory.ts";
import type { PairLimits, PairList, PairRules } from "./pair-rules.ts";
import { type NeighbourCells, type Neighbours, sortIntoCells } from "./reference/neighbours.ts";
import { makeRoomForPairs, type TermTable } from "./term-table.ts";
import type { KernelFunction, ThreadPool } from "./threads.ts";

/** Neighbours expected per atom at first; the buffer grows where there are more. */
const expectedNeighbours = 64;

export function findNeighboursCompiled(
  memory: KernelMemory,
  filter: KernelFunction,
  xyz: Float64Array,
  count: number,
  cutoff: number,
): Neighbours {
  // Nobody keeps these cells: they are made where the filter wants them.
  const cells = sortIntoCells(xyz, count, cutoff, (name, length) => {
    const at = memory.scratch(`neighbour ${name}`, 4 * length);
    return new Int32Array(memory.memory.buffer, at, length);
  });
  const input = placeCells(memory, cells, xyz, count);
  const startAt = memory.scratch("neighbour starts", 4 * count);
  const endAt = memory.scratch("neighbour ends", 4 * count);
  // Whole vectors are written, and candidates are read two vectors at a time.
  const room = 4 * count + 32;
  const candidatesAt = memory.scratch("neighbour candidates", 4 * room);
  for (let capacity = Math.max(1024, expectedNeighbours * count); ; capacity *= 2) {
    const partnerAt = memory.scratch("neighbour partners", 4 * capacity + 16);
    const fits = filter(
      input.order,
      input.cellStart,
      ...cells.dimensions,
      ...input.sorted,
      input.xyz,
      cutoff,
      Math.max(...cells.dimensions.map((cellsAlong, axis) => cellsAlong / cells.scale[axis]!)),
      startAt,
      endAt,
      partnerAt,
      capacity,
      candidatesAt,
      room,
    );
    if (fits === 0) continue;
    const { buffer } = memory.memory;
    const end = new Int32Array(buffer, endAt, count);
    // Cells are worked off in order: the last atom in it has the last partners.
    const used = count === 0 ? 0 : end[cells.order[count - 1]!]!;
    return { start: new Int32Array(buffer, startAt, count), end, partner: new Int32Array(buffer, partnerAt, used) };
  }
}

interface PlacedCells {
  readonly order: number;
  readonly cellStart: number;
  readonly sorted: readonly [number, number, number];
  readonly xyz: number;
}

/** Copies what the filter reads into the kernels' memory, with coordinates relative to the lowest corner in cell order. */
function placeCells(memory: KernelMemory, cells: NeighbourCells, xyz: Float64Array, count: number): PlacedCells {
  const { order, cellStart, low } = cells;
  const sorted = ["x", "y", "z"].map((axis) => memory.scratch(`sorted ${axis}`, 4 * count + 16)) as [
    number,
    number,
    number,
  ];
  const [x, y, z] = sorted.map((at) => new Float32Array(memory.memory.buffer, at, count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [lowX, lowY, lowZ] = low;
  for (let row = 0; row < count; row++) {
    const at = 3 * order[row]!;
    x[row] = xyz[at]! - lowX;
    y[row] = xyz[at + 1]! - lowY;
    z[row] = xyz[at + 2]! - lowZ;
  }
  return {
    order: place(memory, "cell order", order),
    cellStart: place(memory, "cell starts", cellStart),
    sorted,
    xyz: place(memory, "neighbour coordinates", xyz),
  };
}

/** Pairs expected per atom at first. */
const expectedPairs = 12;
/** Rows of cells a thread searches at once. */
const taskRows = 8;

/** Pairs in the kernels' memory: task t has found[t] of them from perAtom times its first atom in cell order on. */
interface FoundPairs {
  readonly cells: NeighbourCells;
  readonly tasks: number;
  readonly perAtom: number;
  readonly foundAt: number;
  readonly cellStartAt: number;
  readonly atomsAt: number;
  readonly codesAt: number;
}

export function searchPairs(
  memory: KernelMemory,
  pool: ThreadPool,
  rules: PairRules,
  xyz: Float64Array,
  { cutoff, buffer, moving }: PairLimits,
): FoundPairs {
  const count = rules.kind.length;
  const cells = sortIntoCells(xyz, count, cutoff);
  const input = placeCells(memory, cells, xyz, count);
  const [nx, ny, nz] = cells.dimensions;
  const placeRule = (name: "kind" | "contact" | "reach" | "conformer" | "model"): number =>
    place(memory, `pair ${name}`, rules[name]);
  const lists = (["excludeOffset", "exclude", "oneFourOffset", "oneFour"] as const).map((name) =>
    place(memory, `pair ${name}`, rules[name]),
  );
  const tasks = Math.ceil((ny * nz) / taskRows);
  const foundAt = memory.scratch("pairs found", 4 * Math.max(1, tasks));
  const movingAt = moving === undefined ? 0 : place(memory, "pair moving", moving);
  for (let perAtom = expectedPairs; ; perAtom *= 2) {
    const atomsAt = memory.scratch("pair atoms", 8 * perAtom * count);
    const codesAt = memory.scratch("pair codes", 2 * perAtom * count);
    pool.run({
      kernel: "selectPairs",
      values: [
        input.order,
        input.cellStart,
        nx,
        ny,
        nz,
        ...input.sorted,
        input.xyz,
        cutoff,
        buffer,
        placeRule("kind"),
        rules.kinds,
        placeRule("contact"),
        placeRule("reach"),
        placeRule("conformer"),
        placeRule("model"),
        movingAt,
        ...lists,
        atomsAt,
        codesAt,
        foundAt,
        perAtom,
        taskRows,
      ],
      begin: 0,
      end: ny * nz,
      grain: taskRows,
    });
    if (new Int32Array(memory.memory.buffer, foundAt, tasks).includes(-1)) continue;
    return { cells, tasks, perAtom, foundAt, cellStartAt: input.cellStart, atomsAt, codesAt };
  }
}

/** All pairs in one list, in the order of the cells. */
export function listPairs({ memory: { buffer } }: KernelMemory, rules: PairRules, pairs: FoundPairs): PairList {
  const { cells, tasks, perAtom } = pairs;
  const [nx] = cells.dimensions;
  const found = new Int32Array(buffer, pairs.foundAt, tasks);
  const count = found.reduce((sum, value) => sum + value, 0);
  const list = { count, i: new Int32Array(count), j: new Int32Array(count), contact: new Float64Array(count) };
  let to = 0;
  for (let task = 0; task < tasks; task++) {
    const begin = perAtom * cells.cellStart[task * taskRows * nx]!;
    const atoms = new Int32Array(buffer, pairs.atomsAt + 8 * begin, 2 * found[task]!);
    const codes = new Uint16Array(buffer, pairs.codesAt + 2 * begin, found[task]!);
    for (let row = 0; row < codes.length; row++, to++) {
      list.i[to] = atoms[2 * row]!;
      list.j[to] = atoms[2 * row + 1]!;
      list.contact[to] = rules.contact[codes[row]!]!;
    }
  }
  return list;
}

/** Puts the pairs into the table, block by block. */
export function sharePairs(memory: KernelMemory, share: KernelFunction, table: TermTable, pairs: FoundPairs): void {
  const { blocks, blockAtoms } = table;
  const nextAt = memory.scratch("pairs of blocks", 4 * blocks);
  const next = new Int32Array(memory.memory.buffer, nextAt, blocks).fill(0);
  const { cellStartAt, foundAt, tasks, perAtom, atomsAt, codesAt } = pairs;
  const from = [
    cellStartAt,
    pairs.cells.dimensions[0],
    foundAt,
    tasks,
    taskRows,
    perAtom,
    atomsAt,
    codesAt,
    blockAtoms,
    nextAt,
  ];
  share(...from, 0, 0);
  const { start } = table.pairs;
  for (let block = 0; block < blocks; block++) {
    start[block + 1] = start[block]! + next[block]!;
    next[block] = start[block]!;
  }
  table.added.start.fill(0);
  makeRoomForPairs(memory, table, start[blocks]!);
  share(...from, table.pairs.atoms.byteOffset, table.pairs.code.byteOffset);
}
