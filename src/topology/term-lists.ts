// Growing lists of restraint terms, packed into typed arrays when the topology is complete.
import type { AngleList, BondList, ChiralityList, DihedralList, PlaneList } from "./topology.ts";

/** Numbers per bond, angle and dihedral. */
export const bondWidth = 5;
export const angleWidth = 6;
export const dihedralWidth = 8;

export interface TermLists {
  readonly bonds: number[];
  /** Slack and top-out limit of the few bonds that have one, by their two atoms in ascending order. */
  readonly bondForms: Map<string, { readonly slack: number; readonly limit: number }>;
  readonly angles: number[];
  readonly dihedrals: number[];
  readonly dihedralIds: string[];
  readonly chiralities: number[];
  readonly planeAtoms: number[];
  readonly planeSigmas: number[];
  readonly planeOffsets: number[];
  readonly planeIds: string[];
}

export function createTermLists(): TermLists {
  return {
    bonds: [],
    bondForms: new Map(),
    angles: [],
    dihedrals: [],
    dihedralIds: [],
    chiralities: [],
    planeAtoms: [],
    planeSigmas: [],
    planeOffsets: [0],
    planeIds: [],
  };
}

export function pushPlane(lists: TermLists, id: string, atoms: readonly number[], sigmas: readonly number[]): void {
  lists.planeAtoms.push(...atoms);
  lists.planeSigmas.push(...sigmas);
  lists.planeOffsets.push(lists.planeAtoms.length);
  lists.planeIds.push(id);
}

export function removePlane(lists: TermLists, row: number): void {
  const { planeAtoms, planeSigmas, planeOffsets, planeIds } = lists;
  const begin = planeOffsets[row]!;
  const size = planeOffsets[row + 1]! - begin;
  planeAtoms.splice(begin, size);
  planeSigmas.splice(begin, size);
  planeOffsets.splice(row + 1, 1);
  planeIds.splice(row, 1);
  for (let next = row + 1; next < planeOffsets.length; next++) planeOffsets[next]! -= size;
}

function integers(rows: readonly number[], width: number, column: number): Int32Array {
  const out = new Int32Array(rows.length / width);
  for (let row = 0; row < out.length; row++) out[row] = rows[row * width + column]!;
  return out;
}

function reals(rows: readonly number[], width: number, column: number): Float64Array {
  const out = new Float64Array(rows.length / width);
  for (let row = 0; row < out.length; row++) out[row] = rows[row * width + column]!;
  return out;
}

/** Rows: i, j, ideal, sigma, link. */
export function packBonds({ bonds, bondForms }: TermLists): BondList {
  const list: BondList = {
    count: bonds.length / bondWidth,
    i: integers(bonds, bondWidth, 0),
    j: integers(bonds, bondWidth, 1),
    ideal: reals(bonds, bondWidth, 2),
    sigma: reals(bonds, bondWidth, 3),
    link: integers(bonds, bondWidth, 4),
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

/** Rows: i, j, k, ideal, sigma, link. */
export function packAngles({ angles }: TermLists): AngleList {
  return {
    count: angles.length / angleWidth,
    i: integers(angles, angleWidth, 0),
    j: integers(angles, angleWidth, 1),
    k: integers(angles, angleWidth, 2),
    ideal: reals(angles, angleWidth, 3),
    sigma: reals(angles, angleWidth, 4),
    link: integers(angles, angleWidth, 5),
  };
}

/** Rows: i, j, k, l, ideal, sigma, periodicity, link. */
export function packDihedrals({ dihedrals, dihedralIds }: TermLists): DihedralList {
  return {
    count: dihedrals.length / 8,
    i: integers(dihedrals, 8, 0),
    j: integers(dihedrals, 8, 1),
    k: integers(dihedrals, 8, 2),
    l: integers(dihedrals, 8, 3),
    ideal: reals(dihedrals, 8, 4),
    sigma: reals(dihedrals, 8, 5),
    periodicity: Int8Array.from(integers(dihedrals, 8, 6)),
    id: dihedralIds,
    link: integers(dihedrals, 8, 7),
  };
}

/** Rows: centre, i, j, k, volume, sigma, both. */
export function packChiralities({ chiralities }: TermLists): ChiralityList {
  return {
    count: chiralities.length / 7,
    centre: integers(chiralities, 7, 0),
    i: integers(chiralities, 7, 1),
    j: integers(chiralities, 7, 2),
    k: integers(chiralities, 7, 3),
    idealVolume: reals(chiralities, 7, 4),
    sigma: reals(chiralities, 7, 5),
    both: Uint8Array.from(integers(chiralities, 7, 6)),
  };
}

export function packPlanes(lists: TermLists): PlaneList {
  return {
    count: lists.planeIds.length,
    offset: Int32Array.from(lists.planeOffsets),
    atom: Int32Array.from(lists.planeAtoms),
    sigma: Float64Array.from(lists.planeSigmas),
    id: lists.planeIds,
  };
}
