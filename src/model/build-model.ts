// Assembles the model tables from atom rows in file order.
import type { UnitCell } from "../crystal/unit-cell.ts";
import type { Helix, Model, SourceDocument, StatedLink, Strand } from "./model.ts";

/** Columns of atoms as a reader collects them; one entry per atom, in file order. */
export interface AtomColumns {
  readonly x: number[];
  readonly y: number[];
  readonly z: number[];
  readonly occupancy: number[];
  readonly bFactor: number[];
  readonly name: string[];
  readonly element: number[];
  readonly charge: number[];
  readonly altloc: string[];
  readonly serial: number[];
  readonly isHetero: boolean[];
  readonly segmentId: string[];
  readonly residueName: string[];
  readonly sequenceNumber: number[];
  readonly insertionCode: string[];
  readonly chain: string[];
  readonly modelNumber: number[];
  readonly labelSequenceNumber: number[];
  /** Changes where a chain terminator or another mmCIF entity instance begins. */
  readonly segment: number[];
  /** Rows with anisotropic U (6 numbers, square Angstrom). */
  readonly anisotropicU: Map<number, readonly number[]>;
}

export function createAtomColumns(): AtomColumns {
  return {
    x: [],
    y: [],
    z: [],
    occupancy: [],
    bFactor: [],
    name: [],
    element: [],
    charge: [],
    altloc: [],
    serial: [],
    isHetero: [],
    segmentId: [],
    residueName: [],
    sequenceNumber: [],
    insertionCode: [],
    chain: [],
    modelNumber: [],
    labelSequenceNumber: [],
    segment: [],
    anisotropicU: new Map(),
  };
}

export interface ModelExtras {
  readonly cell: UnitCell | null;
  readonly spaceGroup: string | null;
  readonly statedLinks: readonly StatedLink[];
  readonly helices: readonly Helix[];
  readonly strands: readonly Strand[];
  readonly source: SourceDocument;
}

/** Groups atoms into residues and chains by their labels; order of first appearance, atoms stay in file order. */
export function buildModel(columns: AtomColumns, extras: ModelExtras): Model {
  const count = columns.x.length;
  const residueOf = new Int32Array(count);
  const residueRows = new Map<string, number>();
  const chains: ChainRows = { rows: new Map(), models: new Map(), ids: [], modelOf: [] };
  const firstAtom: number[] = [];
  const lastAtom: number[] = [];
  const chainOfResidue: number[] = [];
  let previousKey = "";
  let previousRow = -1;
  for (let atom = 0; atom < count; atom++) {
    const key = `${columns.modelNumber[atom]}|${columns.chain[atom]}|${columns.sequenceNumber[atom]}|${columns.insertionCode[atom]}|${columns.residueName[atom]}`;
    let row = key === previousKey ? previousRow : (residueRows.get(key) ?? -1);
    if (row < 0) {
      row = firstAtom.length;
      residueRows.set(key, row);
      firstAtom.push(atom);
      lastAtom.push(atom);
      chainOfResidue.push(chainRow(columns, atom, chains));
    }
    lastAtom[row] = atom;
    residueOf[atom] = row;
    previousKey = key;
    previousRow = row;
  }
  const residueCount = firstAtom.length;
  const atomsByResidue = groupRows(residueOf, residueCount);
  const chain = Int32Array.from(chainOfResidue);
  const residuesByChain = groupRows(chain, chains.ids.length);
  return {
    atoms: {
      count,
      xyz: interleave(columns),
      occupancy: Float64Array.from(columns.occupancy),
      bFactor: Float64Array.from(columns.bFactor),
      anisotropicU: packAnisotropic(columns.anisotropicU, count),
      name: columns.name,
      element: Uint8Array.from(columns.element),
      charge: Int8Array.from(columns.charge),
      altloc: columns.altloc,
      serial: Int32Array.from(columns.serial),
      isHetero: Uint8Array.from(columns.isHetero, (hetero) => (hetero ? 1 : 0)),
      residue: residueOf,
      segmentId: columns.segmentId,
    },
    residues: {
      count: residueCount,
      name: firstAtom.map((atom) => columns.residueName[atom]!),
      sequenceNumber: Int32Array.from(firstAtom, (atom) => columns.sequenceNumber[atom]!),
      insertionCode: firstAtom.map((atom) => columns.insertionCode[atom]!),
      chain,
      atomOffset: atomsByResidue.offset,
      atomIndex: atomsByResidue.index,
      endsSegment: findSegmentEnds(columns, firstAtom, lastAtom, residuesByChain),
      labelSequenceNumber: Int32Array.from(firstAtom, (atom) => columns.labelSequenceNumber[atom]!),
    },
    chains: {
      count: chains.ids.length,
      id: chains.ids,
      model: Int32Array.from(chains.modelOf),
      residueOffset: residuesByChain.offset,
      residueIndex: residuesByChain.index,
    },
    modelNumbers: [...chains.models.keys()],
    ...extras,
  };
}

/** Chains met so far, by model number and name. */
interface ChainRows {
  readonly rows: Map<string, number>;
  readonly models: Map<number, number>;
  readonly ids: string[];
  readonly modelOf: number[];
}

function chainRow(columns: AtomColumns, atom: number, chains: ChainRows): number {
  const modelNumber = columns.modelNumber[atom]!;
  const id = columns.chain[atom]!;
  const key = `${modelNumber}|${id}`;
  const known = chains.rows.get(key);
  if (known !== undefined) return known;
  const model = chains.models.get(modelNumber) ?? chains.models.size;
  chains.models.set(modelNumber, model);
  chains.rows.set(key, chains.ids.length);
  chains.modelOf.push(model);
  return chains.ids.push(id) - 1;
}

/** Rows of each group, in order. */
export function groupRows(groupOf: Int32Array, groupCount: number): { offset: Int32Array; index: Int32Array } {
  const offset = new Int32Array(groupCount + 1);
  for (const group of groupOf) offset[group + 1]!++;
  for (let group = 0; group < groupCount; group++) offset[group + 1]! += offset[group]!;
  const next = offset.slice(0, groupCount);
  const index = new Int32Array(groupOf.length);
  groupOf.forEach((group, row) => {
    index[next[group]!++] = row;
  });
  return { offset, index };
}

function interleave({ x, y, z }: AtomColumns): Float64Array {
  const xyz = new Float64Array(3 * x.length);
  for (let atom = 0; atom < x.length; atom++) {
    xyz[3 * atom] = x[atom]!;
    xyz[3 * atom + 1] = y[atom]!;
    xyz[3 * atom + 2] = z[atom]!;
  }
  return xyz;
}

function packAnisotropic(rows: ReadonlyMap<number, readonly number[]>, count: number): Float64Array | null {
  if (rows.size === 0) return null;
  const packed = new Float64Array(6 * count).fill(Number.NaN);
  for (const [atom, u] of rows) packed.set(u, 6 * atom);
  return packed;
}

/** A residue ends its segment when the next residue of the chain belongs to another one. */
function findSegmentEnds(
  columns: AtomColumns,
  firstAtom: readonly number[],
  lastAtom: readonly number[],
  byChain: { offset: Int32Array; index: Int32Array },
): Uint8Array {
  const ends = new Uint8Array(firstAtom.length);
  for (let chain = 0; chain + 1 < byChain.offset.length; chain++) {
    for (let entry = byChain.offset[chain]!; entry < byChain.offset[chain + 1]!; entry++) {
      const residue = byChain.index[entry]!;
      const isLast = entry + 1 === byChain.offset[chain + 1]!;
      const next = isLast ? -1 : byChain.index[entry + 1]!;
      const changes = next >= 0 && columns.segment[firstAtom[next]!] !== columns.segment[lastAtom[residue]!];
      ends[residue] = isLast || changes ? 1 : 0;
    }
  }
  return ends;
}
