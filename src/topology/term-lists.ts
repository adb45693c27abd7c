// Growing lists of restraint terms, packed into typed arrays when the topology is complete.
import type { AngleList, BondList, ChiralityList, DihedralList, PlaneList } from "./topology.ts";

type Column = Int32Array | Float64Array;

/** Rows of numbers that grow, column by column; what follows the last row is room. */
export interface TermTable {
  count: number;
  columns: Column[];
}

/** Rows a model is expected to need. What room is left costs no memory; room that is too small is found by copying. */
export interface TermCounts {
  bonds: number;
  angles: number;
  dihedrals: number;
  chiralities: number;
  planeEntries: number;
}

export interface TermLists {
  /** i, j, ideal, sigma, link. */
  readonly bonds: TermTable;
  /** Slack and top-out limit of the few bonds that have one, by their two atoms in ascending order. */
  readonly bondForms: Map<string, { readonly slack: number; readonly limit: number }>;
  /** i, j, k, ideal, sigma, link. */
  readonly angles: TermTable;
  /** i, j, k, l, ideal, sigma, periodicity, link. */
  readonly dihedrals: TermTable;
  readonly dihedralIds: string[];
  /** Centre, i, j, k, volume, sigma, both. */
  readonly chiralities: TermTable;
  /** Atom, sigma. */
  readonly planeEntries: TermTable;
  readonly planeOffsets: number[];
  readonly planeIds: string[];
}

export function createTermLists(expected: TermCounts): TermLists {
  return {
    bonds: createTable(expected.bonds, 2, 2, 1),
    bondForms: new Map(),
    angles: createTable(expected.angles, 3, 2, 1),
    dihedrals: createTable(expected.dihedrals, 4, 2, 2),
    dihedralIds: [],
    chiralities: createTable(expected.chiralities, 4, 2, 1),
    planeEntries: createTable(expected.planeEntries, 1, 1),
    planeOffsets: [0],
    planeIds: [],
  };
}

/** Columns of atoms, then some of any numbers, then some of integers. */
export function createTable(room: number, atoms: number, numbers = 0, marks = 0): TermTable {
  const rows = Math.max(64, room);
  const columns: Column[] = [];
  for (let column = 0; column < atoms; column++) columns.push(new Int32Array(rows));
  for (let column = 0; column < numbers; column++) columns.push(new Float64Array(rows));
  for (let column = 0; column < marks; column++) columns.push(new Int32Array(rows));
  return { count: 0, columns };
}

/** Adds a row, whose numbers are to be filled in, and returns which one it is. */
export function reserveRow(table: TermTable): number {
  if (table.count === table.columns[0]!.length) {
    table.columns = table.columns.map((column) => {
      const longer = column instanceof Int32Array ? new Int32Array(2 * table.count) : new Float64Array(2 * table.count);
      longer.set(column);
      return longer;
    });
  }
  return table.count++;
}

export function addRow(table: TermTable, values: readonly number[]): void {
  const row = reserveRow(table);
  values.forEach((value, column) => {
    table.columns[column]![row] = value;
  });
}

export function removeRow(table: TermTable, row: number): void {
  for (const column of table.columns) column.copyWithin(row, row + 1, table.count);
  table.count--;
}

export function pushPlane(lists: TermLists, id: string, atoms: readonly number[], sigmas: readonly number[]): void {
  atoms.forEach((atom, index) => addRow(lists.planeEntries, [atom, sigmas[index]!]));
  endPlane(lists, id);
}

/** Makes a plane of the entries added since the last one. */
export function endPlane(lists: TermLists, id: string): void {
  lists.planeOffsets.push(lists.planeEntries.count);
  lists.planeIds.push(id);
}

export function removePlane(lists: TermLists, row: number): void {
  const { planeEntries, planeOffsets, planeIds } = lists;
  const begin = planeOffsets[row]!;
  const size = planeOffsets[row + 1]! - begin;
  for (let entry = 0; entry < size; entry++) removeRow(planeEntries, begin);
  planeOffsets.splice(row + 1, 1);
  planeIds.splice(row, 1);
  for (let next = row + 1; next < planeOffsets.length; next++) planeOffsets[next]! -= size;
}

/** A column of integers. */
export function integers({ count, columns }: TermTable, column: number): Int32Array {
  return columns[column]!.subarray(0, count) as Int32Array;
}

function reals({ count, columns }: TermTable, column: number): Float64Array {
  return columns[column]!.subarray(0, count) as Float64Array;
}

export function packBonds({ bonds, bondForms }: TermLists): BondList {
  const list: BondList = {
    count: bonds.count,
    i: integers(bonds, 0),
    j: integers(bonds, 1),
    ideal: reals(bonds, 2),
    sigma: reals(bonds, 3),
    link: integers(bonds, 4),
  };
  if (bondForms.size === 0) return list;
  const formOf = (row: number): { readonly slack: number; readonly limit: number } | undefined =>
    bondForms.get([list.i[row]!, list.j[row]!].toSorted((a, b) => a - b).join(" "));
  return {
    ...list,
    slack: list.ideal.map((_, row) => formOf(row)?.slack ?? 0),
    limit: list.ideal.map((_, row) => formOf(row)?.limit ?? -1),
  };
}

export function packAngles({ angles }: TermLists): AngleList {
  return {
    count: angles.count,
    i: integers(angles, 0),
    j: integers(angles, 1),
    k: integers(angles, 2),
    ideal: reals(angles, 3),
    sigma: reals(angles, 4),
    link: integers(angles, 5),
  };
}

export function packDihedrals({ dihedrals, dihedralIds }: TermLists): DihedralList {
  return {
    count: dihedrals.count,
    i: integers(dihedrals, 0),
    j: integers(dihedrals, 1),
    k: integers(dihedrals, 2),
    l: integers(dihedrals, 3),
    ideal: reals(dihedrals, 4),
    sigma: reals(dihedrals, 5),
    periodicity: Int8Array.from(integers(dihedrals, 6)),
    id: dihedralIds,
    link: integers(dihedrals, 7),
  };
}

export function packChiralities({ chiralities }: TermLists): ChiralityList {
  return {
    count: chiralities.count,
    centre: integers(chiralities, 0),
    i: integers(chiralities, 1),
    j: integers(chiralities, 2),
    k: integers(chiralities, 3),
    idealVolume: reals(chiralities, 4),
    sigma: reals(chiralities, 5),
    both: Uint8Array.from(integers(chiralities, 6)),
  };
}

export function packPlanes({ planeEntries, planeOffsets, planeIds }: TermLists): PlaneList {
  return {
    count: planeIds.length,
    offset: Int32Array.from(planeOffsets),
    atom: integers(planeEntries, 0),
    sigma: reals(planeEntries, 1),
    id: planeIds,
  };
}
