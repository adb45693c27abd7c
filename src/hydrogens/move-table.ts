// Packs the free atoms and riding hydrogens of a minimisation into the table that the kernels run over.
import type { KernelMemory } from "../kernels/memory.ts";
import { type MoveTable, moveArrays, writeMoveAddresses } from "../kernels/move-table.ts";
import { type ArraySpace, type BlockRows, blockStarts, groupByBlock, type TermTable } from "../kernels/term-table.ts";
import type { RidingHydrogens } from "./riding.ts";

/** What pulls on the atoms, per atom: its factor, the map's value and its gradient (3). */
export interface MapPull {
  readonly factor: Float64Array;
  readonly values: Float64Array;
  readonly gradients: Float64Array;
}

/** The table over the coordinates and blocks of `terms`; `free` lists the atoms that move, ascending. */
export function makeMoveTable(
  space: ArraySpace,
  terms: TermTable,
  riding: RidingHydrogens,
  free: Int32Array,
  pull: MapPull,
): MoveTable {
  const { atomCount, blockAtoms, blocks, xyz, gradient, energies } = terms;
  const copy = (values: ArrayLike<number>): Float64Array => {
    const array = space.float64(values.length);
    array.set(values);
    return array;
  };
  const integers = (values: ArrayLike<number>): Int32Array => {
    const array = space.int32(values.length);
    array.set(values);
    return array;
  };
  const startsOf = (atoms: Int32Array): Int32Array => integers(blockStarts(atoms, terms));
  const byBlock = (...columns: Int32Array[]): BlockRows =>
    groupByBlock(columns, columns[0]!.length, blocks, blockAtoms);
  const returns = byBlock(riding.parent, riding.neighbour, riding.third);
  const followerReturns = byBlock(riding.followerParent);
  const table: MoveTable = {
    atomCount,
    blockAtoms,
    blocks,
    xyz,
    gradient,
    energies,
    listXyz: copy(xyz),
    shift: space.float64(blocks),
    riderStart: startsOf(riding.hydrogen),
    riders: integers(interleave([riding.hydrogen, riding.parent, riding.neighbour, riding.third])),
    local: copy(riding.local),
    followerStart: startsOf(riding.followerHydrogen),
    followers: integers(interleave([riding.followerHydrogen, riding.followerParent])),
    followerShift: copy(riding.followerShift),
    returnStart: integers(returns.start),
    returnRows: integers(returns.rows),
    followerReturnStart: integers(followerReturns.start),
    followerReturnRows: integers(followerReturns.rows),
    freeStart: startsOf(free),
    free: integers(free),
    mapFactor: pull.factor,
    mapValue: pull.values,
    mapGradient: pull.gradients,
    addresses: space.int32(1 + moveArrays.length),
  };
  writeMoveAddresses(table);
  return table;
}

/** Gives back what the table does not share with the terms and the map. */
export function freeMoves(memory: KernelMemory, table: MoveTable): void {
  const shared = new Set<string>(["xyz", "gradient", "energies", "mapFactor", "mapValue", "mapGradient"]);
  memory.free(table.addresses, ...moveArrays.filter((name) => !shared.has(name)).map((name) => table[name]));
}

function interleave(columns: readonly Int32Array[]): Int32Array {
  const width = columns.length;
  const rows = new Int32Array(width * columns[0]!.length);
  columns.forEach((column, at) => {
    for (let row = 0; row < column.length; row++) rows[width * row + at] = column[row]!;
  });
  return rows;
}
