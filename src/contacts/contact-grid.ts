// Cells over contact atoms that can be taken out, put back and moved, for looking up what is near a point.

export interface ContactGrid {
  readonly origin: readonly [number, number, number];
  readonly size: readonly [number, number, number];
  /** Edge of a cell, Angstrom. */
  readonly cell: number;
  /** First atom of each cell, -1 for none; the others follow by `next`. */
  readonly head: Int32Array;
  readonly next: Int32Array;
  /** Cell of each atom, -1 for atoms that are not in the grid. */
  readonly cellOf: Int32Array;
}

/** About two dozen atoms with hydrogens share a cell of this edge, Angstrom. */
const usualCell = 2.5;

/** All atoms in, in row order within each cell; far-flung atoms widen the cells rather than multiply them. */
export function createContactGrid(xyz: Float64Array, count: number): ContactGrid {
  const low: [number, number, number] = [0, 0, 0];
  const span = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let least = count === 0 ? 0 : Infinity;
    let most = count === 0 ? 0 : -Infinity;
    for (let at = axis; at < 3 * count; at += 3) {
      least = Math.min(least, xyz[at]!);
      most = Math.max(most, xyz[at]!);
    }
    low[axis] = least;
    span[axis] = most - least;
  }
  let cell = usualCell;
  const sizeOf = (axis: number): number => Math.floor(span[axis]! / cell) + 1;
  while (sizeOf(0) * sizeOf(1) * sizeOf(2) > 8 * count + 64) cell *= 1.25;
  const size = [sizeOf(0), sizeOf(1), sizeOf(2)] as const;
  const grid: ContactGrid = {
    origin: low,
    size,
    cell,
    head: new Int32Array(size[0] * size[1] * size[2]).fill(-1),
    next: new Int32Array(count).fill(-1),
    cellOf: new Int32Array(count).fill(-1),
  };
  for (let atom = count - 1; atom >= 0; atom--) insertAtom(grid, xyz, atom);
  return grid;
}

/** Atoms beyond the grid's box go to its border cells, where queries look for them. */
function cellIndex({ origin, size, cell }: ContactGrid, axis: 0 | 1 | 2, value: number): number {
  return Math.max(0, Math.min(size[axis] - 1, Math.floor((value - origin[axis]) / cell)));
}

/** Puts an atom at its coordinates, which must not be in the grid. */
export function insertAtom(grid: ContactGrid, xyz: Float64Array, atom: number): void {
  const x = cellIndex(grid, 0, xyz[3 * atom]!);
  const y = cellIndex(grid, 1, xyz[3 * atom + 1]!);
  const z = cellIndex(grid, 2, xyz[3 * atom + 2]!);
  const cell = (z * grid.size[1] + y) * grid.size[0] + x;
  grid.cellOf[atom] = cell;
  grid.next[atom] = grid.head[cell]!;
  grid.head[cell] = atom;
}

/** Takes an atom out; one that is not in stays out. */
export function removeAtom(grid: ContactGrid, atom: number): void {
  const cell = grid.cellOf[atom]!;
  if (cell < 0) return;
  const { head, next } = grid;
  if (head[cell] === atom) head[cell] = next[atom]!;
  else {
    let before = head[cell]!;
    while (next[before] !== atom) before = next[before]!;
    next[before] = next[atom]!;
  }
  grid.cellOf[atom] = -1;
}

/** Writes the atoms of all cells that reach within `reach` of a point into `found`, some of them farther; returns how many. */
export function collectNear(
  grid: ContactGrid,
  point: readonly [number, number, number],
  reach: number,
  found: number[],
): number {
  const { size, head, next } = grid;
  const lastX = cellIndex(grid, 0, point[0] + reach);
  const lastY = cellIndex(grid, 1, point[1] + reach);
  const lastZ = cellIndex(grid, 2, point[2] + reach);
  const firstX = cellIndex(grid, 0, point[0] - reach);
  const firstY = cellIndex(grid, 1, point[1] - reach);
  let count = 0;
  for (let z = cellIndex(grid, 2, point[2] - reach); z <= lastZ; z++) {
    for (let y = firstY; y <= lastY; y++) {
      const row = (z * size[1] + y) * size[0];
      for (let x = firstX; x <= lastX; x++) {
        for (let atom = head[row + x]!; atom >= 0; atom = next[atom]!) found[count++] = atom;
      }
    }
  }
  return count;
}
