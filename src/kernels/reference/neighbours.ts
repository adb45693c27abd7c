// Plain twin of the neighbour kernel: cells as wide as the cut-off.

export interface NeighbourCells {
  /** Atoms sorted by cell, in row order inside a cell. */
  readonly order: Int32Array;
  readonly cellStart: Int32Array;
  readonly cellOf: Int32Array;
  readonly dimensions: readonly [number, number, number];
  /** Lowest coordinates along each axis. */
  readonly low: readonly [number, number, number];
  /** Cells per Angstrom along each axis. */
  readonly scale: readonly [number, number, number];
}

/** Lowest and highest coordinate along an axis. */
function rangeOf(xyz: Float64Array, count: number, axis: number): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let at = axis; at < 3 * count; at += 3) {
    const value = xyz[at]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

type Cells = Pick<NeighbourCells, "dimensions" | "low" | "scale">;

function fillCells({ dimensions, low, scale }: Cells, xyz: Float64Array, cellOf: Int32Array): void {
  const [nx, ny, nz] = dimensions;
  const [lowX, lowY, lowZ] = low;
  const [scaleX, scaleY, scaleZ] = scale;
  for (let atom = 0, at = 0; atom < cellOf.length; atom++, at += 3) {
    const cx = Math.min(nx - 1, Math.floor((xyz[at]! - lowX) * scaleX));
    const cy = Math.min(ny - 1, Math.floor((xyz[at + 1]! - lowY) * scaleY));
    const cz = Math.min(nz - 1, Math.floor((xyz[at + 2]! - lowZ) * scaleZ));
    cellOf[atom] = cx + nx * (cy + ny * cz);
  }
}

/** Fills where each cell begins; `order` gets the atoms cell by cell. */
function fillOrder(cellOf: Int32Array, cellStart: Int32Array, order: Int32Array): void {
  const cells = cellStart.length - 1;
  for (let atom = 0; atom < cellOf.length; atom++) cellStart[cellOf[atom]! + 1]!++;
  for (let cell = 0; cell < cells; cell++) cellStart[cell + 1]! += cellStart[cell]!;
  const next = cellStart.slice();
  for (let atom = 0; atom < cellOf.length; atom++) order[next[cellOf[atom]!]!++] = atom;
}

/**
 * Sorts atoms into cells at least `cutoff` wide; far-flung atoms widen the cells rather than multiply them. `create` gives the
 * arrays, which need not be zeroed.
 */
export function sortIntoCells(
  xyz: Float64Array,
  count: number,
  cutoff: number,
  create: (name: string, length: number) => Int32Array = (_name, length) => new Int32Array(length),
): NeighbourCells {
  const ranges = [rangeOf(xyz, count, 0), rangeOf(xyz, count, 1), rangeOf(xyz, count, 2)] as const;
  const largest = Math.max(8, Math.ceil(2 * Math.cbrt(count)));
  const dimensions = ranges.map(([low, high]) =>
    count === 0 ? 1 : Math.max(1, Math.min(largest, Math.floor((high - low) / cutoff))),
  ) as [number, number, number];
  const low = ranges.map(([least]) => least) as [number, number, number];
  const scale = ranges.map(
    ([least, most], axis) => dimensions[axis]! / Math.max(1e-9, (most - least) * (1 + 1e-12) + 1e-9),
  ) as [number, number, number];
  const cellOf = create("cell of atom", count);
  const cellStart = create("cell starts", dimensions[0] * dimensions[1] * dimensions[2] + 1).fill(0);
  const order = create("cell order", count);
  fillCells({ dimensions, low, scale }, xyz, cellOf);
  fillOrder(cellOf, cellStart, order);
  return { order, cellStart, cellOf, dimensions, low, scale };
}

/** Neighbours of each atom with higher row: partner[start[atom]] to partner[end[atom] - 1]. */
export interface Neighbours {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly partner: Int32Array;
}

/** Atoms that may be neighbours of those in the cell at hand, in the order of the cells. */
interface Candidates {
  count: number;
  readonly row: Int32Array;
  readonly xyz: Float64Array;
}

/** Room by name, which every search uses again. */
const rooms = new Map<string, ArrayBuffer>();

function roomOf(name: string, bytes: number): ArrayBuffer {
  const known = rooms.get(name);
  if (known !== undefined && known.byteLength >= bytes) return known;
  const room = new ArrayBuffer(bytes);
  rooms.set(name, room);
  return room;
}

function integers(name: string, length: number): Int32Array {
  return new Int32Array(roomOf(name, 4 * length), 0, length);
}

function numbers(name: string, length: number): Float64Array {
  return new Float64Array(roomOf(name, 8 * length), 0, length);
}

/** Neighbours of each atom with higher row within the cut-off, in a fixed order; they hold until the next search. */
export function findNeighbours(xyz: Float64Array, count: number, cutoff: number): Neighbours {
  const cells = sortIntoCells(xyz, count, cutoff, integers);
  const { order, cellStart } = cells;
  const start = integers("starts", count);
  const end = integers("ends", count);
  let partner = new Int32Array(roomOf("partners", 128 * count + 256));
  const limit = cutoff * cutoff;
  const sorted = numbers("sorted", 3 * count);
  for (let entry = 0; entry < count; entry++) {
    const atom = order[entry]!;
    sorted[3 * entry] = xyz[3 * atom]!;
    sorted[3 * entry + 1] = xyz[3 * atom + 1]!;
    sorted[3 * entry + 2] = xyz[3 * atom + 2]!;
  }
  const near: Candidates = { count: 0, row: integers("rows", count), xyz: numbers("places", 3 * count) };
  let used = 0;
  for (let cell = 0; cell + 1 < cellStart.length; cell++) {
    const own = cellStart[cell]!;
    const ownEnd = cellStart[cell + 1]!;
    if (own === ownEnd) continue;
    gatherCandidates(cells, sorted, cell, limit, near);
    for (let entry = own; entry < ownEnd; entry++) {
      if (used + near.count >= partner.length) {
        const larger = new Int32Array(2 * partner.length + near.count);
        larger.set(partner);
        partner = larger;
        rooms.set("partners", larger.buffer);
      }
      const atom = order[entry]!;
      start[atom] = used;
      used = filterCandidates(near, atom, xyz, limit, partner, used);
      end[atom] = used;
    }
  }
  return { start, end, partner: partner.subarray(0, used) };
}

/** Atoms of a cell and those around it within reach of the box around its own atoms, but none below their lowest row. */
function gatherCandidates(
  { order, cellStart, dimensions: [nx, ny, nz] }: NeighbourCells,
  sorted: Float64Array,
  cell: number,
  limit: number,
  near: Candidates,
): void {
  const cx = cell % nx;
  const cy = Math.floor(cell / nx) % ny;
  const cz = Math.floor(cell / (nx * ny));
  const own = cellStart[cell]!;
  const lowest = order[own]!;
  let lowX = sorted[3 * own]!;
  let lowY = sorted[3 * own + 1]!;
  let lowZ = sorted[3 * own + 2]!;
  let highX = lowX;
  let highY = lowY;
  let highZ = lowZ;
  for (let at = 3 * own + 3; at < 3 * cellStart[cell + 1]!; at += 3) {
    lowX = Math.min(lowX, sorted[at]!);
    lowY = Math.min(lowY, sorted[at + 1]!);
    lowZ = Math.min(lowZ, sorted[at + 2]!);
    highX = Math.max(highX, sorted[at]!);
    highY = Math.max(highY, sorted[at + 1]!);
    highZ = Math.max(highZ, sorted[at + 2]!);
  }
  const x0 = Math.max(0, cx - 1);
  const x1 = Math.min(nx - 1, cx + 1);
  const { row, xyz } = near;
  let count = 0;
  for (let az = Math.max(0, cz - 1); az <= Math.min(nz - 1, cz + 1); az++) {
    for (let ay = Math.max(0, cy - 1); ay <= Math.min(ny - 1, cy + 1); ay++) {
      // Neighbouring cells along x are consecutive in the order.
      const line = nx * (ay + ny * az);
      if (highestRow(order, cellStart, x0 + line, x1 + line) <= lowest) continue;
      const last = cellStart[x1 + 1 + line]!;
      for (let entry = cellStart[x0 + line]!; entry < last; entry++) {
        if (order[entry]! <= lowest) continue;
        const x = sorted[3 * entry]!;
        const y = sorted[3 * entry + 1]!;
        const z = sorted[3 * entry + 2]!;
        const gapX = x < lowX ? lowX - x : x > highX ? x - highX : 0;
        const gapY = y < lowY ? lowY - y : y > highY ? y - highY : 0;
        const gapZ = z < lowZ ? lowZ - z : z > highZ ? z - highZ : 0;
        if (gapX * gapX + gapY * gapY + gapZ * gapZ > limit) continue;
        row[count] = order[entry]!;
        xyz[3 * count] = x;
        xyz[3 * count + 1] = y;
        xyz[3 * count + 2] = z;
        count++;
      }
    }
  }
  near.count = count;
}

/** The highest row of some cells that follow each other; -1 where they are empty. */
function highestRow(order: Int32Array, cellStart: Int32Array, first: number, last: number): number {
  let highest = -1;
  for (let cell = first; cell <= last; cell++) {
    const end = cellStart[cell + 1]!;
    if (end > cellStart[cell]!) highest = Math.max(highest, order[end - 1]!);
  }
  return highest;
}

/** Appends the candidates of higher row within the limit; the number of partners then. */
function filterCandidates(
  near: Candidates,
  atom: number,
  xyz: Float64Array,
  limit: number,
  partner: Int32Array,
  begin: number,
): number {
  const { count, row, xyz: places } = near;
  const x = xyz[3 * atom]!;
  const y = xyz[3 * atom + 1]!;
  const z = xyz[3 * atom + 2]!;
  let used = begin;
  for (let index = 0, at = 0; index < count; index++, at += 3) {
    const dx = places[at]! - x;
    const dy = places[at + 1]! - y;
    const dz = places[at + 2]! - z;
    const other = row[index]!;
    // Which are near cannot be foreseen: no branch.
    partner[used] = other;
    used += Number(dx * dx + dy * dy + dz * dz <= limit) & Number(other > atom);
  }
  return used;
}
