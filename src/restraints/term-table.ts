// Packs restraint lists into the table that the energy kernels run over, and adds up what they find.
import type { ComputeEngine } from "../kernels/engine.ts";
import type { Kernels } from "../kernels/kernels.ts";
import {
  type ArraySpace,
  addressCount,
  energiesPerBlock,
  freeSupplement,
  groupByBlock,
  type PlaneGroup,
  sumEnergies,
  type TermGroup,
  type TermTable,
  writeAddresses,
} from "../kernels/term-table.ts";
import type { AngleList, BondList, ChiralityList, ParallelityList, PlaneList } from "../topology/topology.ts";
import type { CovalentLists } from "./covalent.ts";
import type { ElasticNetwork } from "./elastic.ts";
import { addParallelityEnergy } from "./parallelity.ts";
import { emptySupplement, type Supplement } from "./supplement.ts";

/** Atoms that one thread takes at a time; fixed, so that results do not depend on the number of threads. */
export const blockAtoms = 512;

export interface TermInput {
  readonly lists: CovalentLists;
  /** 3 per atom, in the space of the table, which keeps it. */
  readonly xyz: Float64Array;
  readonly elastic?: ElasticNetwork;
  readonly supplement?: Supplement;
  /** Contact distances that pairs refer to; the table starts without pairs. */
  readonly contact?: Float64Array;
}

/** Table of these terms; its arrays come from `space`. */
export function makeTermTable(space: SurfaceSpace, { lists, xyz, elastic, supplement, contact }: TermInput): TermTable {
  const atomCount = xyz.length / 3;
  const blocks = Math.max(1, Math.ceil(atomCount / blockAtoms));
  const { bonds, angles, dihedrals, chiralities } = lists;
  const group = (columns: readonly Int32Array[], count: number, numbers: readonly NumberColumn[]): TermGroup =>
    packGroup(space, columns, groupByBlock(columns, count, blocks, blockAtoms), numbers);
  const contacts = space.float64(contact?.length ?? 0);
  if (contact) contacts.set(contact);
  const table: TermTable = {
    atomCount,
    blockAtoms,
    blocks,
    xyz,
    gradient: space.float64(xyz.length),
    energies: space.float64(energiesPerBlock * blocks),
    bonds: group([bonds.i, bonds.j], bonds.count, bondNumbers(bonds)),
    angles: group([angles.i, angles.j, angles.k], angles.count, angleNumbers(angles)),
    dihedrals: group([dihedrals.i, dihedrals.j, dihedrals.k, dihedrals.l], dihedrals.count, [
      { values: dihedrals.ideal },
      { values: dihedrals.sigma, isSigma: true },
      { values: dihedrals.periodicity },
    ]),
    chiralities: group(
      [chiralities.centre, chiralities.i, chiralities.j, chiralities.k],
      chiralities.count,
      chiralityNumbers(chiralities),
    ),
    planes: packPlanes(space, lists.planes, blocks),
    springs: packSprings(space, blocks, elastic),
    pairs: { start: space.int32(blocks + 1), atoms: space.int32(0), code: space.uint16(0), contact: contacts },
    added: { start: space.int32(blocks + 1), atoms: space.int32(0), code: space.uint16(0) },
    ...packSupplement(space, blocks, supplement),
    addresses: space.int32(addressCount),
  };
  writeAddresses(table);
  return table;
}

/** Where the arrays of a table live, surfaces included. */
export type SurfaceSpace = ArraySpace & Pick<ComputeEngine["memory"], "float32">;

/** A number of each term; of standard deviations the inverse squares are taken. */
interface NumberColumn {
  readonly values: ArrayLike<number>;
  readonly isSigma?: true;
}

function bondNumbers({ ideal, sigma, slack, limit }: BondList): NumberColumn[] {
  const all = (length: number, value: number): Float64Array => new Float64Array(length).fill(value);
  return [
    { values: ideal },
    { values: sigma, isSigma: true },
    { values: slack ?? all(ideal.length, 0) },
    { values: limit ?? all(ideal.length, -1) },
  ];
}

function angleNumbers({ ideal, sigma }: AngleList): NumberColumn[] {
  return [{ values: ideal }, { values: sigma, isSigma: true }];
}

function chiralityNumbers({ idealVolume, sigma, both }: ChiralityList): NumberColumn[] {
  return [{ values: idealVolume }, { values: sigma, isSigma: true }, { values: both }];
}

function packGroup(
  space: ArraySpace,
  columns: readonly Int32Array[],
  { start, rows }: { start: Int32Array; rows: Int32Array },
  numbers: readonly NumberColumn[],
): TermGroup {
  const group = {
    start: space.int32(start.length),
    atoms: space.int32(columns.length * rows.length),
    numbers: space.float64(numbers.length * rows.length),
    rows,
  };
  group.start.set(start);
  columns.forEach((column, at) => {
    for (let to = 0; to < rows.length; to++) group.atoms[columns.length * to + at] = column[rows[to]!]!;
  });
  writeNumbers(group, numbers);
  return group;
}

function writeNumbers({ numbers, rows }: TermGroup, columns: readonly NumberColumn[]): void {
  columns.forEach((column, at) => {
    writeColumn(numbers, rows, columns.length, at, column);
  });
}

function writeColumn(
  numbers: Float64Array,
  rows: Int32Array,
  width: number,
  at: number,
  { values, isSigma }: NumberColumn,
): void {
  if (isSigma) for (let to = 0; to < rows.length; to++) numbers[width * to + at] = 1 / values[rows[to]!]! ** 2;
  else for (let to = 0; to < rows.length; to++) numbers[width * to + at] = values[rows[to]!]!;
}

/** Takes over the parameters of bonds and angles from lists with the same terms. */
export function refreshTerms({ bonds, angles }: TermTable, lists: CovalentLists): void {
  writeNumbers(bonds, bondNumbers(lists.bonds));
  writeNumbers(angles, angleNumbers(lists.angles));
}

/** Replaces the springs of a table. */
export function replaceSprings(
  space: ArraySpace & Pick<ComputeEngine["memory"], "free">,
  table: TermTable,
  elastic: ElasticNetwork | undefined,
): void {
  const { start, atoms, numbers } = table.springs;
  space.free(start, atoms, numbers);
  table.springs = packSprings(space, table.blocks, elastic);
  writeAddresses(table);
}

function packSprings(space: ArraySpace, blocks: number, elastic: ElasticNetwork | undefined): TermGroup {
  const columns = elastic ? [elastic.i, elastic.j] : [];
  return packGroup(space, columns, groupByBlock(columns, elastic?.count ?? 0, blocks, blockAtoms), [
    { values: elastic?.length ?? [] },
    { values: elastic?.stiffness ?? [] },
  ]);
}

/** Replaces the supplement of a table; false where its terms are over other atoms than before. */
export function replaceSupplement(
  space: SurfaceSpace & Pick<ComputeEngine["memory"], "free">,
  table: TermTable,
  supplement: Supplement | undefined,
): boolean {
  const atomsOf = ({ surfaces, torsions, tethers }: TermTable): Int32Array[] =>
    [surfaces, torsions, tethers].map(({ atoms }) => atoms.slice());
  const before = atomsOf(table);
  freeSupplement(space, table);
  Object.assign(table, packSupplement(space, table.blocks, supplement));
  writeAddresses(table);
  return atomsOf(table).every((atoms, at) => {
    const old = before[at]!;
    return atoms.length === old.length && atoms.every((atom, row) => atom === old[row]);
  });
}

function packSupplement(
  space: SurfaceSpace,
  blocks: number,
  { surfaces, torsions, tethers }: Supplement = emptySupplement,
): Pick<TermTable, "surfaces" | "torsions" | "tethers"> {
  const group = (columns: readonly Int32Array[], count: number, numbers: readonly NumberColumn[]): TermGroup =>
    packGroup(space, columns, groupByBlock(columns, count, blocks, blockAtoms), numbers);
  const { i, j, k, l, m, surface, factor, tables } = surfaces;
  const values = space.float32(tables.values.length);
  values.set(tables.values);
  return {
    surfaces: {
      ...group([i, j, k, l, m], surfaces.count, [{ values: surface }, { values: factor }]),
      values,
      bins: tables.bins,
    },
    torsions: group([torsions.i, torsions.j, torsions.k, torsions.l], torsions.count, [
      { values: torsions.ideal },
      { values: torsions.sigma, isSigma: true },
      { values: torsions.period },
      { values: torsions.limit },
    ]),
    tethers: group([tethers.i, tethers.j], tethers.count, [
      { values: tethers.ideal },
      { values: tethers.sigma, isSigma: true },
      { values: tethers.slack },
      { values: tethers.limit },
    ]),
  };
}

/** A plane stands, with all of its atoms, in every block that it touches. */
function packPlanes(space: ArraySpace, planes: PlaneList, blocks: number): PlaneGroup {
  const { start, rows } = planesByBlock(planes, blocks);
  let entries = 0;
  for (const plane of rows) entries += planes.offset[plane + 1]! - planes.offset[plane]!;
  const group = {
    start: space.int32(blocks + 1),
    offset: space.int32(rows.length + 1),
    atom: space.int32(entries),
    weight: space.float64(entries),
  };
  group.start.set(start);
  let to = 0;
  rows.forEach((plane, row) => {
    for (let entry = planes.offset[plane]!; entry < planes.offset[plane + 1]!; entry++, to++) {
      group.atom[to] = planes.atom[entry]!;
      group.weight[to] = 1 / planes.sigma[entry]! ** 2;
    }
    group.offset[row + 1] = to;
  });
  return group;
}

function planesByBlock(planes: PlaneList, blocks: number): { start: Int32Array; rows: Int32Array } {
  const start = new Int32Array(blocks + 1);
  const visit = (plane: number, take: (block: number) => void): void => {
    let last = -1;
    const sorted = planes.atom.subarray(planes.offset[plane]!, planes.offset[plane + 1]!).toSorted();
    for (const atom of sorted) {
      const block = Math.floor(atom / blockAtoms);
      if (block !== last) take(block);
      last = block;
    }
  };
  for (let plane = 0; plane < planes.count; plane++) visit(plane, (block) => start[block + 1]!++);
  for (let block = 0; block < blocks; block++) start[block + 1]! += start[block]!;
  const next = start.slice();
  const rows = new Int32Array(start[blocks]!);
  for (let plane = 0; plane < planes.count; plane++) {
    visit(plane, (block) => {
      rows[next[block]!++] = plane;
    });
  }
  return { start, rows };
}

export interface TermEnergies {
  readonly bond: number;
  readonly angle: number;
  readonly dihedral: number;
  readonly chirality: number;
  readonly planarity: number;
  readonly parallelity: number;
  readonly elastic: number;
  readonly nonbonded: number;
  /** Ramachandran, rotamers and what else a supplement holds. */
  readonly supplement: number;
}

/** Sum of the energies of covalent terms. */
export function covalentEnergy(energies: TermEnergies): number {
  const { bond, angle, dihedral, chirality, planarity, parallelity } = energies;
  return bond + angle + dihedral + chirality + planarity + parallelity;
}

/**
 * Energies of the terms by kind; sets the table's gradient. `repulsion`: constant of the pairs; `extra`: planes of a supplement.
 */
export function addAllTerms(
  kernels: Pick<Kernels, "addTerms">,
  table: TermTable,
  { parallelities }: CovalentLists,
  repulsion: number,
  extra?: ParallelityList,
): TermEnergies {
  kernels.addTerms(table, repulsion);
  const sums = sumEnergies(table);
  // The few planes that are to be parallel to others have no kernel.
  const parallelity = parallelities ? addParallelityEnergy(parallelities, table.xyz, table.gradient) : 0;
  const planes = extra ? addParallelityEnergy(extra, table.xyz, table.gradient) : 0;
  return { ...sums, supplement: sums.supplement + planes, parallelity };
}
