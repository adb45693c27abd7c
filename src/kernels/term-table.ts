// Restraint terms in the order the energy kernels want them: by blocks of atoms, a term in every block that it touches.
import type { KernelMemory } from "./memory.ts";
import type { PairList } from "./pair-rules.ts";

/** Where a table's arrays live. */
export interface ArraySpace {
  float64(length: number): Float64Array;
  int32(length: number): Int32Array;
  uint16(length: number): Uint16Array;
}

/** Ordinary arrays, for the plain twin. */
export const plainSpace: ArraySpace = {
  float64: (length) => new Float64Array(length),
  int32: (length) => new Int32Array(length),
  uint16: (length) => new Uint16Array(length),
};

/** Terms start[block] .. start[block + 1] - 1; the first atom of a term owns its energy. */
export interface TermGroup {
  readonly start: Int32Array;
  /** `width` atoms per term. */
  readonly atoms: Int32Array;
  /** Parameters, the same number per term. */
  readonly numbers: Float64Array;
  /** Row of each term in the list it came from. */
  readonly rows: Int32Array;
}

export interface PlaneGroup {
  readonly start: Int32Array;
  /** Atoms of a plane: offset[plane] .. offset[plane + 1] - 1. */
  readonly offset: Int32Array;
  readonly atom: Int32Array;
  /** 1 / sigma^2, per entry of `atom`. */
  readonly weight: Float64Array;
}

export interface PairGroup {
  readonly start: Int32Array;
  readonly atoms: Int32Array;
  /** Row of `contact` of each pair. */
  readonly code: Uint16Array;
  /** Contact distances, Angstrom. */
  readonly contact: Float64Array;
}

/** Terms that take their energy from a surface over two dihedrals with three atoms in common. */
export interface SurfaceGroup extends TermGroup {
  /** Coefficients of bicubic splines, `bins` x `bins` each, node k at -180 + (k + 1/2) 360 / bins degrees, second angle fastest. */
  readonly values: Float32Array;
  readonly bins: number;
}

/** Energies per block, in this order; that of the map follows them. */
const termKinds = [
  "bond",
  "angle",
  "dihedral",
  "chirality",
  "planarity",
  "elastic",
  "nonbonded",
  "supplement",
] as const;
/** Numbers per block in `energies`. */
export const energiesPerBlock = 9;

export interface TermTable {
  readonly atomCount: number;
  readonly blockAtoms: number;
  readonly blocks: number;
  /** 3 per atom. */
  readonly xyz: Float64Array;
  /** 3 per atom. */
  readonly gradient: Float64Array;
  readonly energies: Float64Array;
  /** i, j; ideal, weight, slack, limit. */
  readonly bonds: TermGroup;
  /** i, j, k; ideal (degrees), weight. */
  readonly angles: TermGroup;
  /** i, j, k, l; ideal (degrees), weight, periodicity. */
  readonly dihedrals: TermGroup;
  /** centre, i, j, k; ideal volume, weight, 1 where either hand is right. */
  readonly chiralities: TermGroup;
  readonly planes: PlaneGroup;
  /** i, j; rest length, stiffness. */
  springs: TermGroup;
  /** i, j, k, l, m; row of the surface over dihedrals ijkl and jklm, factor. */
  surfaces: SurfaceGroup;
  /** i, j, k, l; ideal, weight, period (all degrees), limit. */
  torsions: TermGroup;
  /** i, j; ideal, weight, slack, limit. */
  tethers: TermGroup;
  /** Replaced whenever the pairs are looked for anew. */
  pairs: PairGroup;
  /** Pairs found since; contact distances are those of `pairs`. */
  added: Omit<PairGroup, "contact">;
  /** Addresses of all of it, for the compiled kernel. */
  readonly addresses: Int32Array;
}

/** Rows of terms by block: a term stands once in every block that one of its atoms is in. */
export interface BlockRows {
  readonly start: Int32Array;
  readonly rows: Int32Array;
}

/** Where the atoms of each block begin in an ascending list. */
export function blockStarts(
  atoms: ArrayLike<number>,
  { blocks, blockAtoms }: Pick<TermTable, "blocks" | "blockAtoms">,
): Int32Array {
  const start = new Int32Array(blocks + 1);
  for (let row = 0; row < atoms.length; row++) start[Math.floor(atoms[row]! / blockAtoms) + 1]!++;
  for (let block = 0; block < blocks; block++) start[block + 1]! += start[block]!;
  return start;
}

/** Groups terms given by columns of atoms. */
export function groupByBlock(
  columns: readonly Int32Array[],
  count: number,
  blocks: number,
  blockAtoms: number,
): BlockRows {
  const start = new Int32Array(blocks + 1);
  const touched = new Int32Array(columns.length);
  for (let row = 0; row < count; row++) {
    const size = findBlocks(columns, row, blockAtoms, touched);
    for (let at = 0; at < size; at++) start[touched[at]! + 1]!++;
  }
  for (let block = 0; block < blocks; block++) start[block + 1]! += start[block]!;
  const next = start.slice(0, blocks);
  const rows = new Int32Array(start[blocks]!);
  for (let row = 0; row < count; row++) {
    const size = findBlocks(columns, row, blockAtoms, touched);
    for (let at = 0; at < size; at++) rows[next[touched[at]!]!++] = row;
  }
  return { start, rows };
}

/** Blocks that a term touches, each once; returns how many. */
function findBlocks(columns: readonly Int32Array[], row: number, blockAtoms: number, touched: Int32Array): number {
  let size = 0;
  for (let column = 0; column < columns.length; column++) {
    const block = Math.floor(columns[column]![row]! / blockAtoms);
    let isNew = true;
    for (let at = 0; at < size; at++) if (touched[at] === block) isNew = false;
    if (isNew) touched[size++] = block;
  }
  return size;
}

function groupAddresses({ start, atoms, numbers }: TermGroup): number[] {
  return [start.byteOffset, atoms.byteOffset, numbers.byteOffset];
}

/** Writes where everything is; call again after `pairs` were replaced. The compiled kernel has the same order. */
export function writeAddresses(table: TermTable): void {
  const { planes, pairs } = table;
  table.addresses.set([
    table.atomCount,
    table.xyz.byteOffset,
    table.gradient.byteOffset,
    table.energies.byteOffset,
    ...groupAddresses(table.bonds),
    ...groupAddresses(table.angles),
    ...groupAddresses(table.dihedrals),
    ...groupAddresses(table.chiralities),
    planes.start.byteOffset,
    planes.offset.byteOffset,
    planes.atom.byteOffset,
    planes.weight.byteOffset,
    ...groupAddresses(table.springs),
    pairs.start.byteOffset,
    pairs.atoms.byteOffset,
    pairs.code.byteOffset,
    pairs.contact.byteOffset,
    table.added.start.byteOffset,
    table.added.atoms.byteOffset,
    table.added.code.byteOffset,
    ...groupAddresses(table.surfaces),
    table.surfaces.values.byteOffset,
    table.surfaces.bins,
    ...groupAddresses(table.torsions),
    ...groupAddresses(table.tethers),
  ]);
}

/** Makes the table's pair list at least this long; what it held is lost. */
export function makeRoomForPairs(
  space: ArraySpace & Partial<Pick<KernelMemory, "free">>,
  table: TermTable,
  count: number,
): void {
  const { pairs } = table;
  if (pairs.code.length >= count) return;
  space.free?.(pairs.atoms, pairs.code);
  const room = Math.ceil(1.2 * count);
  table.pairs = { ...pairs, atoms: space.int32(2 * room), code: space.uint16(room) };
  writeAddresses(table);
}

/** The table's pairs, each once. */
export function listTablePairs(table: TermTable): PairList {
  const groups = [table.pairs, table.added];
  const { contact } = table.pairs;
  let count = 0;
  for (const group of groups) forEachOwned(table, group, () => count++);
  const list = { count, i: new Int32Array(count), j: new Int32Array(count), contact: new Float64Array(count) };
  let to = 0;
  for (const group of groups) {
    forEachOwned(table, group, (row) => {
      list.i[to] = group.atoms[2 * row]!;
      list.j[to] = group.atoms[2 * row + 1]!;
      list.contact[to++] = contact[group.code[row]!]!;
    });
  }
  return list;
}

/** Visits the rows of pairs whose first atom is of their block. */
function forEachOwned(
  { blocks, blockAtoms }: TermTable,
  { start, atoms }: Omit<PairGroup, "contact">,
  visit: (row: number) => void,
): void {
  for (let block = 0; block < blocks; block++) {
    const low = block * blockAtoms;
    for (let row = start[block]!; row < start[block + 1]!; row++) {
      const atom = atoms[2 * row]!;
      if (atom >= low && atom < low + blockAtoms) visit(row);
    }
  }
}

/** Places in `addresses`. */
export const addressCount = 41;

/** Energies of all blocks added up, in the order of the blocks. */
export function sumEnergies({ energies, blocks }: TermTable): Record<(typeof termKinds)[number], number> {
  const sums = termKinds.map((_kind, at) => {
    let sum = 0;
    for (let block = 0; block < blocks; block++) sum += energies[energiesPerBlock * block + at]!;
    return sum;
  });
  return Object.fromEntries(termKinds.map((kind, at) => [kind, sums[at]!])) as Record<
    (typeof termKinds)[number],
    number
  >;
}

/** Gives the terms of the supplement back. */
export function freeSupplement(
  memory: Pick<KernelMemory, "free">,
  { surfaces, torsions, tethers }: Pick<TermTable, "surfaces" | "torsions" | "tethers">,
): void {
  for (const { start, atoms, numbers } of [surfaces, torsions, tethers]) memory.free(start, atoms, numbers);
  memory.free(surfaces.values);
}

/** Gives everything but coordinates, gradient and energies back. */
function freeTermLists(memory: KernelMemory, table: TermTable): void {
  const { bonds, angles, dihedrals, chiralities, planes, springs, pairs, added, addresses } = table;
  for (const { start, atoms, numbers } of [bonds, angles, dihedrals, chiralities, springs]) {
    memory.free(start, atoms, numbers);
  }
  freeSupplement(memory, table);
  memory.free(planes.start, planes.offset, planes.atom, planes.weight);
  memory.free(pairs.start, pairs.atoms, pairs.code, pairs.contact, addresses);
  memory.free(added.start, added.atoms, added.code);
}

/** Gives everything but the coordinates back. */
export function freeTerms(memory: KernelMemory, table: TermTable): void {
  freeTermLists(memory, table);
  memory.free(table.gradient, table.energies);
}
