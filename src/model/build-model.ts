// Assembles the model tables from atom rows in file order.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import type { UnitCell } from "../crystal/unit-cell.ts";
import type { Helix, Model, SourceDocument, StatedLink, Strand } from "./model.ts";

/** What tells residues apart. */
export interface ResidueLabels {
  residueName: string;
  sequenceNumber: number;
  insertionCode: string;
  chain: string;
  modelNumber: number;
  /** Changes where a chain terminator or another mmCIF entity instance begins. */
  segment: number;
  /** Goes with the others: that of the first atom counts. */
  labelSequenceNumber: number;
}

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
  /** Each stretch of atoms of the same labels: the labels, and its first atom. `labelAtom` makes them. */
  readonly stretches: ResidueLabels[];
  readonly stretchBegin: number[];
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
    stretches: [],
    stretchBegin: [],
    anisotropicU: null,
  };
}

/** Labels of model 1 without names, for a reader to fill and to use again. */
export function createLabels(): ResidueLabels {
  return {
    residueName: "",
    sequenceNumber: 0,
    insertionCode: "",
    chain: "",
    modelNumber: 1,
    segment: 0,
    labelSequenceNumber: 0,
  };
}

/** Gives labels to an atom, whose number is higher than that of all atoms with labels. They are copied. */
export function labelAtom({ stretches, stretchBegin }: AtomColumns, atom: number, labels: ResidueLabels): void {
  const last = stretches[stretches.length - 1];
  if (last !== undefined && isSameResidue(last, labels)) return;
  stretches.push({ ...labels });
  stretchBegin.push(atom);
}

function isSameResidue(first: ResidueLabels, second: ResidueLabels): boolean {
  return first.sequenceNumber === second.sequenceNumber && hasSameName(first, second) && isSameChain(first, second);
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
  reportRepeated(grouped, context);
  const { residueOf, first, chainOfResidue, chains } = grouped;
  const residueCount = first.length;
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
      name: first.map(({ residueName }) => residueName),
      sequenceNumber: integersOf(first, ({ sequenceNumber }) => sequenceNumber),
      insertionCode: first.map(({ insertionCode }) => insertionCode),
      chain,
      atomOffset: atomsByResidue.offset,
      atomIndex: atomsByResidue.index,
      endsSegment: findSegmentEnds(grouped, residuesByChain),
      labelSequenceNumber: integersOf(first, ({ labelSequenceNumber }) => labelSequenceNumber),
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

function integersOf(labels: readonly ResidueLabels[], numberOf: (labels: ResidueLabels) => number): Int32Array {
  const integers = new Int32Array(labels.length);
  for (let row = 0; row < labels.length; row++) integers[row] = numberOf(labels[row]!);
  return integers;
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
  /** Labels of the first and of the last stretch of each residue. */
  readonly first: ResidueLabels[];
  readonly last: ResidueLabels[];
  readonly chainOfResidue: number[];
  readonly chains: ChainRows;
  /** Residues that repeat an earlier one, and the segments that do, by their keys. */
  readonly repeated: ResidueLabels[];
  readonly repeatedChains: Set<string>;
}

/** Residues by labels; segments of `apart` share no labels with others of their chain. */
function groupResidues(columns: AtomColumns, apart: ReadonlySet<string>): ResidueRows {
  const { count, stretches, stretchBegin } = columns;
  const found: ResidueRows = {
    residueOf: new Int32Array(count),
    first: [],
    last: [],
    chainOfResidue: [],
    chains: { rows: new Map(), models: new Map(), ids: [], modelOf: [] },
    repeated: [],
    repeatedChains: new Set(apart),
  };
  const { residueOf, first, last, repeated, repeatedChains } = found;
  // By chain and number the newest row; the others, which are few, by all labels.
  const rowsOfChain = new Map<string, Map<number, number>>();
  const olderRows = new Map<string, number>();
  let rows = new Map<number, number>();
  const isRepeat = createRepeatFinder(columns, residueOf);
  let own = "";
  let chainKey = "";
  for (let stretch = 0; stretch < stretches.length; stretch++) {
    const labels = stretches[stretch]!;
    const begin = stretchBegin[stretch]!;
    const end = stretchBegin[stretch + 1] ?? count;
    const { sequenceNumber } = labels;
    if (stretch === 0 || !isSameChain(stretches[stretch - 1]!, labels)) {
      const plain = `${labels.modelNumber}|${labels.chain}`;
      own = `${plain}|${labels.segment}`;
      chainKey = apart.has(own) ? own : plain;
      rows = rowsOfChain.get(chainKey) ?? new Map<number, number>();
      rowsOfChain.set(chainKey, rows);
    }
    const newest = rows.get(sequenceNumber) ?? -1;
    let row = newest;
    if (row >= 0 && !hasSameName(first[row]!, labels)) row = olderRows.get(keyOf(labels, chainKey)) ?? -1;
    if (row >= 0 && isRepeat(row, begin, end)) {
      if (labels.segment === last[row]!.segment) repeated.push(labels);
      else repeatedChains.add(own);
      row = -1;
    }
    if (row < 0) {
      row = first.length;
      rows.set(sequenceNumber, row);
      if (newest >= 0) olderRows.set(keyOf(first[newest]!, chainKey), newest);
      first.push(labels);
      found.chainOfResidue.push(chainRow(labels, chainKey, found.chains));
    }
    last[row] = labels;
    residueOf.fill(row, begin, end);
  }
  return found;
}

function keyOf({ sequenceNumber, insertionCode, residueName }: ResidueLabels, chainKey: string): string {
  return `${chainKey}|${sequenceNumber}|${insertionCode}|${residueName}`;
}

function hasSameName(first: ResidueLabels, second: ResidueLabels): boolean {
  return first.residueName === second.residueName && first.insertionCode === second.insertionCode;
}

function isSameChain(first: ResidueLabels, second: ResidueLabels): boolean {
  return first.chain === second.chain && first.segment === second.segment && first.modelNumber === second.modelNumber;
}

/** Tells whether some of the atoms from `begin` to `end` are in a residue already: then the file uses its labels twice. */
function createRepeatFinder(
  { name, altloc }: AtomColumns,
  residueOf: Int32Array,
): (residue: number, begin: number, end: number) => boolean {
  const known = new Set<string>();
  let done = 0;
  return (residue, begin, end) => {
    for (; done < begin; done++) known.add(`${residueOf[done]}|${name[done]}|${altloc[done]}`);
    for (let atom = begin; atom < end; atom++) {
      if (known.has(`${residue}|${name[atom]}|${altloc[atom]}`)) return true;
    }
    return false;
  };
}

function reportRepeated({ repeated, repeatedChains }: ResidueRows, context: RunContext): void {
  for (const key of repeatedChains) {
    const name = key.split("|")[1]!;
    const message = "Chains of one name repeat residues of each other: each is a chain of its own";
    addDiagnostic(context.diagnostics, "warning", "CHAIN_REPEATED", message, name === "" ? "(blank chain)" : name);
  }
  for (const { chain, sequenceNumber, insertionCode, residueName } of repeated) {
    const message = "Residues are given again further down their chain: each is a residue of its own";
    const place = (): string => `${chain} ${sequenceNumber}${insertionCode} ${residueName}`.trimStart();
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

function chainRow({ chain, modelNumber }: ResidueLabels, key: string, chains: ChainRows): number {
  const known = chains.rows.get(key);
  if (known !== undefined) return known;
  const model = chains.models.get(modelNumber) ?? chains.models.size;
  chains.models.set(modelNumber, model);
  chains.rows.set(key, chains.ids.length);
  chains.modelOf.push(model);
  return chains.ids.push(chain) - 1;
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
function findSegmentEnds({ first, last }: ResidueRows, byChain: { offset: Int32Array; index: Int32Array }): Uint8Array {
  const ends = new Uint8Array(first.length);
  for (let chain = 0; chain + 1 < byChain.offset.length; chain++) {
    for (let entry = byChain.offset[chain]!; entry < byChain.offset[chain + 1]!; entry++) {
      const residue = byChain.index[entry]!;
      const isLast = entry + 1 === byChain.offset[chain + 1]!;
      const next = isLast ? -1 : byChain.index[entry + 1]!;
      const changes = next >= 0 && first[next]!.segment !== last[residue]!.segment;
      ends[residue] = isLast || changes ? 1 : 0;
    }
  }
  return ends;
}
