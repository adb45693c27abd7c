// Keeps a pair list complete while a few atoms run ahead of all others: only their pairs are looked for again.

import type { MoveTable } from "./move-table.ts";
import type { PairLimits, PairRules } from "./pair-rules.ts";
import type { NeighbourCells } from "./reference/neighbours.ts";
import { codeOf } from "./reference/pairs.ts";
import type { ArraySpace, TermTable } from "./term-table.ts";
import { groupByBlock, writeAddresses } from "./term-table.ts";

/** A search of all pairs, and what was added to it since. */
export interface PairSearch {
  readonly rules: PairRules;
  readonly limits: PairLimits;
  /** Atoms in cells as they were at the search. */
  readonly cells: NeighbourCells;
  /** Atoms that have left their cells since. */
  readonly strays: Set<number>;
  /** Pairs found since: i, j, code. */
  readonly added: number[];
}

export function startSearch(rules: PairRules, limits: PairLimits, cells: NeighbourCells): PairSearch {
  return { rules, limits, cells, strays: new Set(), added: [] };
}

/** Atoms that are further than `distance` from where they were when their pairs were looked for; null where there are too many. */
export function findMovers(table: MoveTable, distance: number, most: number): number[] | null {
  const { xyz, listXyz, shift, blocks, blockAtoms, atomCount } = table;
  const movers: number[] = [];
  const limit = distance * distance;
  for (let block = 0; block < blocks; block++) {
    if (shift[block]! <= limit) continue;
    for (let atom = block * blockAtoms; atom < Math.min(atomCount, (block + 1) * blockAtoms); atom++) {
      const x = xyz[3 * atom]! - listXyz[3 * atom]!;
      const y = xyz[3 * atom + 1]! - listXyz[3 * atom + 1]!;
      const z = xyz[3 * atom + 2]! - listXyz[3 * atom + 2]!;
      if (x * x + y * y + z * z <= limit) continue;
      movers.push(atom);
      if (movers.length > most) return null;
    }
  }
  return movers;
}

/**
 * Adds the pairs of these atoms at their present places. Others may stand half a buffer from where they were and move on to the
 * other side, a whole buffer away, while the movers may go half of one: pairs within one and a half buffers are taken.
 */
export function addPairsOf(
  space: ArraySpace & { free?(...arrays: (Int32Array | Uint16Array)[]): void },
  search: PairSearch,
  table: TermTable,
  moves: MoveTable,
  movers: readonly number[],
): void {
  const { rules, limits, strays, added } = search;
  const { xyz } = table;
  const wide = { ...limits, cutoff: limits.cutoff + limits.buffer / 2, buffer: 1.5 * limits.buffer };
  const present = new Set(movers);
  for (const atom of movers) {
    strays.add(atom);
    const known = partnersOf(table, added, atom);
    const visit = (other: number): void => {
      // Two movers meet when the second one is at hand.
      if (other === atom || known.has(other) || (present.has(other) && other > atom)) return;
      const code = codeOf(rules, xyz, wide, atom, other);
      if (code !== null) added.push(Math.min(atom, other), Math.max(atom, other), code);
    };
    forEachNear(search, xyz, atom, wide.cutoff + limits.buffer / 2, (other) => {
      if (!strays.has(other)) visit(other);
    });
    for (const other of strays) visit(other);
    for (let c = 0; c < 3; c++) moves.listXyz[3 * atom + c] = xyz[3 * atom + c]!;
  }
  writeAdded(space, table, added);
}

/** Partners an atom has in the list already. */
function partnersOf({ pairs, blockAtoms }: TermTable, added: readonly number[], atom: number): Set<number> {
  const partners = new Set<number>();
  const block = Math.floor(atom / blockAtoms);
  for (let row = pairs.start[block]!; row < pairs.start[block + 1]!; row++) {
    const i = pairs.atoms[2 * row]!;
    const j = pairs.atoms[2 * row + 1]!;
    if (i === atom) partners.add(j);
    else if (j === atom) partners.add(i);
  }
  for (let at = 0; at < added.length; at += 3) {
    if (added[at] === atom) partners.add(added[at + 1]!);
    else if (added[at + 1] === atom) partners.add(added[at]!);
  }
  return partners;
}

/** Visits the atoms of all cells that reach within `distance` of an atom. */
function forEachNear(
  { cells }: PairSearch,
  xyz: Float64Array,
  atom: number,
  distance: number,
  visit: (other: number) => void,
): void {
  const { order, cellStart, dimensions, low, scale } = cells;
  const range = (axis: 0 | 1 | 2): [number, number] => {
    const place = xyz[3 * atom + axis]! - low[axis];
    const last = dimensions[axis] - 1;
    const cellOf = (at: number): number => Math.min(last, Math.max(0, Math.floor(at * scale[axis])));
    return [cellOf(place - distance), cellOf(place + distance)];
  };
  const [x, y, z] = [range(0), range(1), range(2)];
  const [nx, ny] = dimensions;
  for (let cz = z[0]; cz <= z[1]; cz++) {
    for (let cy = y[0]; cy <= y[1]; cy++) {
      const line = nx * (cy + ny * cz);
      for (let entry = cellStart[line + x[0]]!; entry < cellStart[line + x[1] + 1]!; entry++) visit(order[entry]!);
    }
  }
}

/** Groups the added pairs by block for the kernels. */
function writeAdded(
  space: ArraySpace & { free?(...arrays: (Int32Array | Uint16Array)[]): void },
  table: TermTable,
  added: readonly number[],
): void {
  const count = added.length / 3;
  const column = (at: number): Int32Array => Int32Array.from({ length: count }, (_value, row) => added[3 * row + at]!);
  const { start, rows } = groupByBlock([column(0), column(1)], count, table.blocks, table.blockAtoms);
  let { atoms, code } = table.added;
  if (code.length < rows.length) {
    space.free?.(atoms, code);
    atoms = space.int32(4 * rows.length);
    code = space.uint16(2 * rows.length);
  }
  rows.forEach((row, to) => {
    atoms[2 * to] = added[3 * row]!;
    atoms[2 * to + 1] = added[3 * row + 1]!;
    code[to] = added[3 * row + 2]!;
  });
  table.added.start.set(start);
  table.added = { start: table.added.start, atoms, code };
  writeAddresses(table);
}
