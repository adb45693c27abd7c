// Assembles the model tables from atom rows in file order.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import type { UnitCell } from "../crystal/unit-cell.ts";
import type { Helix, Model, SourceDocument, StatedLink, Strand } from "./model.ts";

/** Columns of atoms as a reader fills them: room for `capacity` atoms, of which `count` are set, in file order. */
export interface AtomColumns {
  count: number;
  /** 3 per atom. */
  readonly xyz: Float64Array;
  readonly occupancy: Float64Array;
  readonly bFactor: Float64Array;
  readonly name: string[];
  readonly element: Uint8Array;
  readonly charge: Int8Array;
  readonly altloc: string[];
  readonly serial: Int32Array;
  readonly isHetero: Uint8Array;
  readonly segmentId: string[];
  readonly residueName: string[];
  readonly sequenceNumber: Int32Array;
  readonly insertionCode: string[];
  readonly chain: string[];
  readonly modelNumber: Int32Array;
  readonly labelSequenceNumber: Int32Array;
  /** Changes where a chain terminator or another mmCIF entity instance begins. */
  readonly segment: Int32Array;
  /** 6 per atom, square Angstrom, NaN where isotropic; null while no atom has any. */
  anisotropicU: Float64Array | null;
}

export function createAtomColumns(capacity: number): AtomColumns {
  const texts = (): string[] => new Array<string>(capacity).fill("");
  return {
    count: 0,
    xyz: new Float64Array(3 * capacity),
    occupancy: new Float64Array(capacity),
    bFactor: new Float64Array(capacity),
    name: texts(),
    element: new Uint8Array(capacity),
    charge: new Int8Array(capacity),
    altloc: texts(),
    serial: new Int32Array(capacity),
    isHetero: new Uint8Array(capacity),
    segmentId: texts(),
    residueName: texts(),
    sequenceNumber: new Int32Array(capacity),
    insertionCode: texts(),
    chain: texts(),
    modelNumber: new Int32Array(capacity),
    labelSequenceNumber: new Int32Array(capacity),
    segment: new Int32Array(capacity),
    anisotropicU: null,
  };
}

/** Sets the anisotropic U of one atom. */
export function setAnisotropic(columns: AtomColumns, atom: number, u: readonly number[]): void {
  columns.anisotropicU ??= new Float64Array(6 * columns.occupancy.length).fill(Number.NaN);
  columns.anisotropicU.set(u, 6 * atom);
}

export interface ModelExtras {
  readonly cell: UnitCell | null;
  readonly spaceGroup: string | null;
  readonly statedLinks: readonly StatedLink[];
  readonly helices: readonly Helix[];
  readonly strands: readonly Strand[];
  readonly source: SourceDocument;
}

/**
 * Groups atoms into residues and chains by their labels; order of first appearance, atoms stay in file order. Where a file uses
 * labels twice, what comes later is a residue, or after a chain terminator a chain, of its own.
 */
export function buildModel(columns: AtomColumns, extras: ModelExtras, context: RunContext): Model {
  const { count } = columns;
  let grouped = groupResidues(columns, new Set());
  if (grouped.repeatedChains.size > 0) grouped = groupResidues(columns, grouped.repeatedChains);
  reportRepeated(columns, grouped, context);
  const { residueOf, firstAtom, lastAtom, chainOfResidue, chains } = grouped;
  const residueCount = firstAtom.length;
  const atomsByResidue = groupRows(residueOf, residueCount);
  const chain = Int32Array.from(chainOfResidue);
  const residuesByChain = groupRows(chain, chains.ids.length);
  return {
    atoms: {
      count,
      xyz: exactly(columns.xyz, 3 * count),
      occupancy: exactly(columns.occupancy, count),
      bFactor: exactly(columns.bFactor, count),
      anisotropicU: columns.anisotropicU === null ? null : exactly(columns.anisotropicU, 6 * count),
      name: exactly(columns.name, count),
      element: exactly(columns.element, count),
      charge: exactly(columns.charge, count),
      altloc: exactly(columns.altloc, count),
      serial: exactly(columns.serial, count),
      isHetero: exactly(columns.isHetero, count),
      residue: residueOf,
      segmentId: exactly(columns.segmentId, count),
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

/** The first `length` entries, in memory of their own unless that is all there is. */
function exactly<T extends string[] | Float64Array | Int32Array | Int8Array | Uint8Array>(
  column: T,
  length: number,
): T {
  return column.length === length ? column : (column.slice(0, length) as T);
}

interface ResidueRows {
  readonly residueOf: Int32Array;
  readonly firstAtom: number[];
  readonly lastAtom: number[];
  readonly chainOfResidue: number[];
  readonly chains: ChainRows;
  /** First atoms of residues that repeat an earlier one, and the segments that do, by their keys. */
  readonly repeated: number[];
  readonly repeatedChains: Set<string>;
}

/** Residues by labels; segments of `apart` share no labels with others of their chain. */
function groupResidues(columns: AtomColumns, apart: ReadonlySet<string>): ResidueRows {
  const { count, segment } = columns;
  const found: ResidueRows = {
    residueOf: new Int32Array(count),
    firstAtom: [],
    lastAtom: [],
    chainOfResidue: [],
    chains: { rows: new Map(), models: new Map(), ids: [], modelOf: [] },
    repeated: [],
    repeatedChains: new Set(apart),
  };
  const { residueOf, firstAtom, lastAtom, repeated, repeatedChains } = found;
  const rows = new Map<string, number>();
  const isRepeat = createRepeatFinder(columns, residueOf);
  let row = -1;
  for (let atom = 0; atom < count; atom++) {
    if (atom === 0 || !isSameResidue(columns, atom)) {
      const { own, chainKey, key } = keysOf(columns, atom, apart);
      row = rows.get(key) ?? -1;
      if (row >= 0 && isRepeat(row, atom)) {
        if (segment[atom] === segment[lastAtom[row]!]) repeated.push(atom);
        else repeatedChains.add(own);
        row = -1;
      }
      if (row < 0) {
        row = firstAtom.length;
        rows.set(key, row);
        firstAtom.push(atom);
        lastAtom.push(atom);
        found.chainOfResidue.push(chainRow(columns, atom, chainKey, found.chains));
      }
    }
    lastAtom[row] = atom;
    residueOf[atom] = row;
  }
  return found;
}

/** Whether an atom has the labels of the one before it. */
function isSameResidue(columns: AtomColumns, atom: number): boolean {
  const { chain, residueName, insertionCode, sequenceNumber, modelNumber, segment } = columns;
  return (
    sequenceNumber[atom] === sequenceNumber[atom - 1] &&
    residueName[atom] === residueName[atom - 1] &&
    chain[atom] === chain[atom - 1] &&
    insertionCode[atom] === insertionCode[atom - 1] &&
    segment[atom] === segment[atom - 1] &&
    modelNumber[atom] === modelNumber[atom - 1]
  );
}

/** What tells segments, chains and residues apart. */
function keysOf(
  { chain, residueName, insertionCode, sequenceNumber, modelNumber, segment }: AtomColumns,
  atom: number,
  apart: ReadonlySet<string>,
): { readonly own: string; readonly chainKey: string; readonly key: string } {
  const plain = `${modelNumber[atom]}|${chain[atom]}`;
  const own = `${plain}|${segment[atom]}`;
  const chainKey = apart.has(own) ? own : plain;
  return { own, chainKey, key: `${chainKey}|${sequenceNumber[atom]}|${insertionCode[atom]}|${residueName[atom]}` };
}

/** Tells whether some of the atoms that begin at one are in a residue already: then the file uses its labels twice. */
function createRepeatFinder(columns: AtomColumns, residueOf: Int32Array): (residue: number, atom: number) => boolean {
  const { count, name, altloc } = columns;
  const known = new Set<string>();
  let done = 0;
  return (residue, atom) => {
    for (; done < atom; done++) known.add(`${residueOf[done]}|${name[done]}|${altloc[done]}`);
    for (let own = atom; own < count && (own === atom || isSameResidue(columns, own)); own++) {
      if (known.has(`${residue}|${name[own]}|${altloc[own]}`)) return true;
    }
    return false;
  };
}

function reportRepeated(columns: AtomColumns, { repeated, repeatedChains }: ResidueRows, context: RunContext): void {
  const { chain, sequenceNumber, insertionCode, residueName } = columns;
  for (const key of repeatedChains) {
    const name = key.split("|")[1]!;
    const message = "Chains of one name repeat residues of each other: each is a chain of its own";
    addDiagnostic(context.diagnostics, "warning", "CHAIN_REPEATED", message, name === "" ? "(blank chain)" : name);
  }
  for (const atom of repeated) {
    const message = "Residues are given again further down their chain: each is a residue of its own";
    const place = (): string =>
      `${chain[atom]} ${sequenceNumber[atom]}${insertionCode[atom]} ${residueName[atom]}`.trimStart();
    addDiagnostic(context.diagnostics, "warning", "RESIDUE_REPEATED", message, place);
  }
}

/** Chains met so far, by key. */
interface ChainRows {
  readonly rows: Map<string, number>;
  readonly models: Map<number, number>;
  readonly ids: string[];
  readonly modelOf: number[];
}

function chainRow(columns: AtomColumns, atom: number, key: string, chains: ChainRows): number {
  const known = chains.rows.get(key);
  if (known !== undefined) return known;
  const modelNumber = columns.modelNumber[atom]!;
  const model = chains.models.get(modelNumber) ?? chains.models.size;
  chains.models.set(modelNumber, model);
  chains.rows.set(key, chains.ids.length);
  chains.modelOf.push(model);
  return chains.ids.push(columns.chain[atom]!) - 1;
}

/** Rows of each group, in order. */
export function groupRows(groupOf: Int32Array, groupCount: number): { offset: Int32Array; index: Int32Array } {
  const offset = new Int32Array(groupCount + 1);
  for (let row = 0; row < groupOf.length; row++) offset[groupOf[row]! + 1]!++;
  for (let group = 0; group < groupCount; group++) offset[group + 1]! += offset[group]!;
  const next = offset.slice(0, groupCount);
  const index = new Int32Array(groupOf.length);
  for (let row = 0; row < groupOf.length; row++) index[next[groupOf[row]!]!++] = row;
  return { offset, index };
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
