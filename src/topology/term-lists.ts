// Growing lists of restraint terms, packed into typed arrays when the topology is complete.
import type { AngleList, BondList, ChiralityList, DihedralList, PlaneList } from "./topology.ts";

/** Rows of numbers that grow: row r is values[r * width] .. values[(r + 1) * width - 1]; what follows the last row is room. */
export interface TermTable {
  readonly width: number;
  count: number;
  values: Float64Array;
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

export function createTermLists(): TermLists {
  return {
    bonds: createTable(5),
    bondForms: new Map(),
    angles: createTable(6),
    dihedrals: createTable(8),
    dihedralIds: [],
    chiralities: createTable(7),
    planeEntries: createTable(2),
    planeOffsets: [0],
    planeIds: [],
  };
}

export function createTable(width: number): TermTable {
  return { width, count: 0, values: new Float64Array(64 * width) };
}

/** Adds a row and returns where its numbers begin; they are to be filled in. */
export function reserveRow(table: TermTable): number {
  const at = table.count * table.width;
  if (at === table.values.length) {
    const longer = new Float64Array(2 * at);
    longer.set(table.values);
    table.values = longer;
  }
  table.count++;
  return at;
}

export function addRow(table: TermTable, row: readonly number[]): void {
  table.values.set(row, reserveRow(table));
}

export function removeRow(table: TermTable, row: number): void {
  table.values.copyWithin(row * table.width, (row + 1) * table.width, table.count * table.width);
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

function fillColumn<Column extends Int32Array | Float64Array | Int8Array | Uint8Array>(
  { values, width }: TermTable,
  column: number,
  out: Column,
): Column {
  for (let row = 0, at = column; row < out.length; row++, at += width) out[row] = values[at]!;
  return out;
}

export function integers(table: TermTable, column: number): Int32Array {
  return fillColumn(table, column, new Int32Array(table.count));
}

function reals(table: TermTable, column: number): Float64Array {
  return fillColumn(table, column, new Float64Array(table.count));
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
    periodicity: fillColumn(dihedrals, 6, new Int8Array(dihedrals.count)),
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
    both: fillColumn(chiralities, 6, new Uint8Array(chiralities.count)),
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
