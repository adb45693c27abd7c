// Growing lists of restraint terms, packed into typed arrays when the topology is complete.
import type { AngleList, BondList, ChiralityList, DihedralList, PlaneList } from "./topology.ts";

export interface TermLists {
  readonly bonds: number[];
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
export function packBonds({ bonds }: TermLists): BondList {
  return {
    count: bonds.length / 5,
    i: integers(bonds, 5, 0),
    j: integers(bonds, 5, 1),
    ideal: reals(bonds, 5, 2),
    sigma: reals(bonds, 5, 3),
    link: integers(bonds, 5, 4),
  };
}

/** Rows: i, j, k, ideal, sigma, link. */
export function packAngles({ angles }: TermLists): AngleList {
  return {
    count: angles.length / 6,
    i: integers(angles, 6, 0),
    j: integers(angles, 6, 1),
    k: integers(angles, 6, 2),
    ideal: reals(angles, 6, 3),
    sigma: reals(angles, 6, 4),
    link: integers(angles, 6, 5),
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
