// Supplementary restraints of a refinement as plain lists: what bonds, angles and planes say nothing about.
import type { ParallelityList } from "../topology/topology.ts";
import { planePairSubset, rowsByRule, takeRows } from "./covalent.ts";

/** Splines over two dihedrals that terms take their energy from. */
export interface SurfaceTables {
  /** Nodes per turn. */
  readonly bins: number;
  /** `bins` x `bins` coefficients per table, node k at -180 + (k + 1/2) 360 / bins degrees, second angle fastest. */
  readonly values: Float32Array;
}

/** Factor * surface at the dihedrals ijkl and jklm. */
export interface SurfaceList {
  readonly count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly k: Int32Array;
  readonly l: Int32Array;
  readonly m: Int32Array;
  /** Row of the table. */
  readonly surface: Int32Array;
  readonly factor: Float64Array;
  readonly tables: SurfaceTables;
}

/** Dihedrals that may give way, degrees. */
export interface TorsionList {
  readonly count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly k: Int32Array;
  readonly l: Int32Array;
  readonly ideal: Float64Array;
  readonly sigma: Float64Array;
  /** Turn after which the dihedral is the same again: 360, or 180 for flat groups. */
  readonly period: Float64Array;
  /** Where the energy levels off; 0 for never. */
  readonly limit: Float64Array;
}

/** One row of a list of torsions. */
export interface TorsionRow {
  readonly atoms: readonly [number, number, number, number];
  readonly ideal: number;
  readonly sigma: number;
  readonly period: number;
  readonly limit: number;
}

/** Distances that may give way, Angstrom. */
export interface TetherList {
  readonly count: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly ideal: Float64Array;
  readonly sigma: Float64Array;
  readonly slack: Float64Array;
  /** Where the energy levels off, on both sides; 0 for never. */
  readonly limit: Float64Array;
}

/** One row of a list of tethers. */
export interface TetherRow {
  readonly atoms: readonly [number, number];
  readonly ideal: number;
  readonly sigma: number;
  readonly slack: number;
  readonly limit: number;
}

/** Two groups of atoms whose planes are to be parallel. */
export interface ParallelRow {
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** Without unit. */
  readonly sigma: number;
  /** Degrees. */
  readonly slack: number;
}

/** How many restraints of each kind there are. */
export interface SupplementCounts {
  /** Residues. */
  readonly ramachandran: number;
  /** Side chains. */
  readonly rotamers: number;
  /** Residues. */
  readonly cBeta: number;
  /** Hydrogen bonds of the protein backbone. */
  readonly backboneBonds: number;
  /** Base pairs, and neighbours whose bases lie on each other. */
  readonly basePairs: number;
  readonly stackings: number;
}

export interface Supplement {
  readonly surfaces: SurfaceList;
  readonly torsions: TorsionList;
  readonly tethers: TetherList;
  /** Absent without any. */
  readonly parallelities?: ParallelityList;
  readonly counts: SupplementCounts;
}

const none = new Int32Array(0);
const noNumbers = new Float64Array(0);

export const noSurfaces: SurfaceList = {
  count: 0,
  i: none,
  j: none,
  k: none,
  l: none,
  m: none,
  surface: none,
  factor: noNumbers,
  tables: { bins: 1, values: new Float32Array(0) },
};

export const noTorsions: TorsionList = {
  count: 0,
  i: none,
  j: none,
  k: none,
  l: none,
  ideal: noNumbers,
  sigma: noNumbers,
  period: noNumbers,
  limit: noNumbers,
};

export const noTethers: TetherList = {
  count: 0,
  i: none,
  j: none,
  ideal: noNumbers,
  sigma: noNumbers,
  slack: noNumbers,
  limit: noNumbers,
};

export function packTorsions(rows: readonly TorsionRow[]): TorsionList {
  return {
    count: rows.length,
    i: column(rows, 0),
    j: column(rows, 1),
    k: column(rows, 2),
    l: column(rows, 3),
    ideal: Float64Array.from(rows, ({ ideal }) => ideal),
    sigma: Float64Array.from(rows, ({ sigma }) => sigma),
    period: Float64Array.from(rows, ({ period }) => period),
    limit: Float64Array.from(rows, ({ limit }) => limit),
  };
}

export function packTethers(rows: readonly TetherRow[]): TetherList {
  return {
    count: rows.length,
    i: column(rows, 0),
    j: column(rows, 1),
    ideal: Float64Array.from(rows, ({ ideal }) => ideal),
    sigma: Float64Array.from(rows, ({ sigma }) => sigma),
    slack: Float64Array.from(rows, ({ slack }) => slack),
    limit: Float64Array.from(rows, ({ limit }) => limit),
  };
}

export function packParallelities(rows: readonly ParallelRow[]): ParallelityList {
  const offsets = (groups: readonly (readonly number[])[]): Int32Array => {
    const offset = new Int32Array(groups.length + 1);
    groups.forEach((group, row) => {
      offset[row + 1] = offset[row]! + group.length;
    });
    return offset;
  };
  return {
    count: rows.length,
    firstOffset: offsets(rows.map(({ first }) => first)),
    first: Int32Array.from(rows.flatMap(({ first }) => first)),
    secondOffset: offsets(rows.map(({ second }) => second)),
    second: Int32Array.from(rows.flatMap(({ second }) => second)),
    ideal: new Float64Array(rows.length),
    sigma: Float64Array.from(rows, ({ sigma }) => sigma),
    slack: Float64Array.from(rows, ({ slack }) => slack),
  };
}

function column(rows: readonly { readonly atoms: readonly number[] }[], at: number): Int32Array {
  return Int32Array.from(rows, ({ atoms }) => atoms[at]!);
}

/** No restraints at all. */
export const emptySupplement: Supplement = {
  surfaces: noSurfaces,
  torsions: noTorsions,
  tethers: noTethers,
  counts: { ramachandran: 0, rotamers: 0, cBeta: 0, backboneBonds: 0, basePairs: 0, stackings: 0 },
};

/** The terms that touch an atom marked here. */
export function supplementSubset(supplement: Supplement, touching: Uint8Array): Supplement {
  const { surfaces, torsions, tethers, parallelities } = supplement;
  const { i, j, k, l, m } = surfaces;
  const rule = { touching };
  return {
    ...supplement,
    surfaces: takeRows(surfaces, rowsByRule([i, j, k, l, m], rule)),
    torsions: takeRows(torsions, rowsByRule([torsions.i, torsions.j, torsions.k, torsions.l], rule)),
    tethers: takeRows(tethers, rowsByRule([tethers.i, tethers.j], rule)),
    ...(parallelities ? { parallelities: planePairSubset(parallelities, rule) } : {}),
  };
}
