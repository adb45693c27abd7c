// Curvature of the restraints as a sparse matrix of 3 x 3 blocks, cut into independent parts by blocks of atoms.
import type { KernelMemory } from "./memory.ts";
import { type ArraySpace, blockStarts, type TermTable } from "./term-table.ts";

/** Lower triangle by rows: entries rowStart[r] .. rowStart[r + 1] - 1 have ascending columns, the last is the diagonal. */
export interface CurvatureTable {
  readonly blocks: number;
  /** Row of the matrix per atom; -1 for atoms that do not move; riding hydrogens have their parent's row. */
  readonly rowOfAtom: Int32Array;
  /** Rows of each block of atoms; entries never join rows of two blocks. */
  readonly blockRows: Int32Array;
  readonly rowStart: Int32Array;
  readonly column: Int32Array;
  /** 9 numbers per entry, row-major: the incomplete Cholesky factor. */
  readonly values: Float32Array;
  readonly addresses: Int32Array;
}

/** Where a curvature's arrays live. */
export interface CurvatureSpace extends ArraySpace {
  float32(length: number): Float32Array;
}

/** What the curvature is taken of. */
export interface CurvatureWeights {
  /** Constant of the repulsion. */
  readonly repulsion: number;
  /** Added to every diagonal element: curvature of the data term per square Angstrom; must be positive. */
  readonly diagonal: number;
}

/** Pattern over rows that share a bond, angle, dihedral, plane or supplementary term and a block; `atoms` lists, ascending, whose rows they are. */
export function makeCurvatureTable(
  space: CurvatureSpace,
  terms: TermTable,
  atoms: ArrayLike<number>,
  rows: Int32Array,
): CurvatureTable {
  const { blocks } = terms;
  const rowOfAtom = copyInto(space, rows);
  const blockRows = copyInto(space, blockStarts(atoms, terms));
  const { rowStart, column } = patternOf(terms, rowOfAtom, blockRows);
  const table: CurvatureTable = {
    blocks,
    rowOfAtom,
    blockRows,
    rowStart: copyInto(space, rowStart),
    column: copyInto(space, column),
    values: space.float32(9 * column.length),
    addresses: space.int32(5),
  };
  const { addresses, values } = table;
  addresses.set([
    rowOfAtom.byteOffset,
    blockRows.byteOffset,
    table.rowStart.byteOffset,
    table.column.byteOffset,
    values.byteOffset,
  ]);
  return table;
}

export function freeCurvature(memory: KernelMemory, table: CurvatureTable): void {
  const { rowOfAtom, blockRows, rowStart, column, values, addresses } = table;
  memory.free(rowOfAtom, blockRows, rowStart, column, values, addresses);
}

function copyInto(space: ArraySpace, values: Int32Array): Int32Array {
  const copy = space.int32(values.length);
  copy.set(values);
  return copy;
}

/** Ascending columns of each row of the pattern, the diagonal last. */
function patternOf(
  terms: TermTable,
  rowOfAtom: Int32Array,
  blockRows: Int32Array,
): { rowStart: Int32Array; column: Int32Array } {
  const size = blockRows.at(-1)!;
  const rowStart = new Int32Array(size + 1);
  let column = new Int32Array(1024 + 8 * size);
  let used = 0;
  const rowsOf = (block: number): { low: number; lists: number[][] } => {
    const low = blockRows[block]!;
    const high = blockRows[block + 1]!;
    const lists: number[][] = Array.from({ length: high - low }, () => []);
    forEachCoupling(terms, block, (a, b) => {
      const p = rowOfAtom[a]!;
      const q = rowOfAtom[b]!;
      if (Math.min(p, q) < low || Math.max(p, q) >= high || p === q) return;
      const list = lists[Math.max(p, q) - low]!;
      if (!list.includes(Math.min(p, q))) list.push(Math.min(p, q));
    });
    return { low, lists };
  };
  for (let block = 0; block < terms.blocks; block++) {
    const { low, lists } = rowsOf(block);
    lists.forEach((list, at) => {
      list.sort((a, b) => a - b);
      list.push(low + at);
      if (used + list.length > column.length) {
        const larger = new Int32Array(2 * column.length + list.length);
        larger.set(column);
        column = larger;
      }
      column.set(list, used);
      used += list.length;
      rowStart[low + at + 1] = used;
    });
  }
  return { rowStart, column: column.subarray(0, used) };
}

/** Visits the atoms at the ends of a block's bonds, angles, dihedrals and supplementary terms, and all pairs of its planes. */
function forEachCoupling(terms: TermTable, block: number, connect: (a: number, b: number) => void): void {
  for (const [group, width] of [
    [terms.bonds, 2],
    [terms.angles, 3],
    [terms.dihedrals, 4],
    [terms.torsions, 4],
    [terms.tethers, 2],
  ] as const) {
    for (let row = group.start[block]!; row < group.start[block + 1]!; row++) {
      connect(group.atoms[width * row]!, group.atoms[width * row + width - 1]!);
    }
  }
  const { surfaces } = terms;
  for (let row = surfaces.start[block]!; row < surfaces.start[block + 1]!; row++) {
    for (const at of [5 * row, 5 * row + 1]) connect(surfaces.atoms[at]!, surfaces.atoms[at + 3]!);
  }
  const { start, offset, atom } = terms.planes;
  for (let plane = start[block]!; plane < start[block + 1]!; plane++) {
    for (let p = offset[plane]!; p < offset[plane + 1]!; p++) {
      for (let q = offset[plane]!; q < p; q++) connect(atom[p]!, atom[q]!);
    }
  }
}
