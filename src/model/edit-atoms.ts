// Takes atoms out of a model and puts others in, keeping tables, order and the way back to the source's records.
import { groupRows } from "./build-model.ts";
import type { AtomTable, ChainTable, Model, ResidueTable } from "./model.ts";

/** An atom to put in. It belongs to the residue of `after` and takes its hetero flag and segment. */
export interface NewAtom {
  /** Row of the atom it follows; several after one atom come in the order given. */
  readonly after: number;
  readonly name: string;
  readonly element: number;
  readonly altloc: string;
  readonly xyz: readonly [number, number, number];
  readonly occupancy: number;
  /** Square Angstrom. */
  readonly bFactor: number;
}

export interface AtomEdits {
  /** 1 for atoms to take out. */
  readonly remove?: Uint8Array;
  readonly add?: readonly NewAtom[];
}

export interface EditedModel {
  readonly model: Model;
  /** Row in the new model of each row of the old one, -1 where it was taken out. */
  readonly rowOf: Int32Array;
  /** Rows of the new atoms, in the order of `add`. */
  readonly added: Int32Array;
}

/**
 * A copy without some atoms and with others. Residues and chains that lose their last atom go too. Where atoms are put in, all
 * serial numbers are given anew from 1; charges of new atoms are 0 and their B is isotropic.
 */
export function editAtoms(model: Model, { remove, add = [] }: AtomEdits): EditedModel {
  const order = orderRows(model.atoms.count, remove, add);
  const rowOf = new Int32Array(model.atoms.count).fill(-1);
  const added = new Int32Array(add.length);
  order.forEach((source, row) => {
    if (source >= 0) rowOf[source] = row;
    else added[-1 - source] = row;
  });
  const atoms = collectAtoms(model.atoms, order, add);
  const { residues, chains, residueRow } = collectResidues(model, atoms.residue);
  for (let row = 0; row < atoms.count; row++) atoms.residue[row] = residueRow[atoms.residue[row]!]!;
  const known = model.sourceRows;
  const sourceRows = Int32Array.from(order, (source) => (source < 0 ? -1 : (known?.[source] ?? source)));
  return { model: { ...model, atoms, residues, chains, sourceRows }, rowOf, added };
}

/** Old rows in their new order; -1 - n stands for the n-th new atom. */
function orderRows(count: number, remove: Uint8Array | undefined, add: readonly NewAtom[]): Int32Array {
  const following = new Int32Array(count + 1);
  for (const { after } of add) following[after + 1]!++;
  for (let row = 0; row < count; row++) following[row + 1]! += following[row]!;
  const next = following.slice(0, count);
  const sorted = new Int32Array(add.length);
  add.forEach(({ after }, index) => {
    sorted[next[after]!++] = index;
  });
  const order = new Int32Array(count + add.length);
  let length = 0;
  for (let row = 0; row < count; row++) {
    if (remove === undefined || remove[row] === 0) order[length++] = row;
    for (let at = following[row]!; at < following[row + 1]!; at++) order[length++] = -1 - sorted[at]!;
  }
  return order.slice(0, length);
}

function collectAtoms(atoms: AtomTable, order: Int32Array, add: readonly NewAtom[]): AtomTable {
  const count = order.length;
  const newAt = (source: number): NewAtom => add[-1 - source]!;
  const own = (source: number): number => (source >= 0 ? source : newAt(source).after);
  const xyz = new Float64Array(3 * count);
  const anisotropicU = atoms.anisotropicU === null ? null : new Float64Array(6 * count).fill(Number.NaN);
  const occupancy = new Float64Array(count);
  const bFactor = new Float64Array(count);
  const element = new Uint8Array(count);
  const charge = new Int8Array(count);
  const [name, altloc, segmentId]: [string[], string[], string[]] = [[], [], []];
  // Loops: iterating over typed arrays takes many times as long.
  for (let row = 0; row < count; row++) {
    const source = order[row]!;
    const fresh = source < 0 ? newAt(source) : null;
    for (let c = 0; c < 3; c++) xyz[3 * row + c] = fresh === null ? atoms.xyz[3 * source + c]! : fresh.xyz[c]!;
    occupancy[row] = fresh === null ? atoms.occupancy[source]! : fresh.occupancy;
    bFactor[row] = fresh === null ? atoms.bFactor[source]! : fresh.bFactor;
    element[row] = fresh === null ? atoms.element[source]! : fresh.element;
    charge[row] = fresh === null ? atoms.charge[source]! : 0;
    name.push(fresh === null ? atoms.name[source]! : fresh.name);
    altloc.push(fresh === null ? atoms.altloc[source]! : fresh.altloc);
    segmentId.push(atoms.segmentId[own(source)]!);
    if (fresh === null) anisotropicU?.set(atoms.anisotropicU!.subarray(6 * source, 6 * source + 6), 6 * row);
  }
  return {
    count,
    xyz,
    occupancy,
    bFactor,
    anisotropicU,
    name,
    element,
    charge,
    altloc,
    serial: order.map((source, row) => (add.length > 0 ? row + 1 : atoms.serial[source]!)),
    isHetero: new Uint8Array(count).map((_none, row) => atoms.isHetero[own(order[row]!)]!),
    residue: order.map((source) => atoms.residue[own(source)]!),
    segmentId,
  };
}

interface CollectedResidues {
  readonly residues: ResidueTable;
  readonly chains: ChainTable;
  /** New row per old one, -1 where gone. */
  readonly residueRow: Int32Array;
}

/** Tables of the residues that still have atoms; `residueOf` holds rows of the old table. */
function collectResidues({ residues, chains }: Model, residueOf: Int32Array): CollectedResidues {
  const isUsed = new Uint8Array(residues.count);
  for (const residue of residueOf) isUsed[residue] = 1;
  const keptResidues = rowsWith(isUsed);
  const chainIsUsed = new Uint8Array(chains.count);
  for (const residue of keptResidues) chainIsUsed[residues.chain[residue]!] = 1;
  const keptChains = rowsWith(chainIsUsed);
  const residueRow = invert(keptResidues, residues.count);
  const chainRow = invert(keptChains, chains.count);
  const chain = Int32Array.from(keptResidues, (residue) => chainRow[residues.chain[residue]!]!);
  const byResidue = groupRows(
    residueOf.map((residue) => residueRow[residue]!),
    keptResidues.length,
  );
  const byChain = groupRows(chain, keptChains.length);
  const endsSegment = moveSegmentEnds(residues, chains, isUsed);
  return {
    residueRow,
    residues: {
      count: keptResidues.length,
      name: keptResidues.map((residue) => residues.name[residue]!),
      sequenceNumber: Int32Array.from(keptResidues, (residue) => residues.sequenceNumber[residue]!),
      insertionCode: keptResidues.map((residue) => residues.insertionCode[residue]!),
      chain,
      atomOffset: byResidue.offset,
      atomIndex: byResidue.index,
      endsSegment: Uint8Array.from(keptResidues, (residue) => endsSegment[residue]!),
      labelSequenceNumber: Int32Array.from(keptResidues, (residue) => residues.labelSequenceNumber[residue]!),
    },
    chains: {
      count: keptChains.length,
      id: keptChains.map((row) => chains.id[row]!),
      model: Int32Array.from(keptChains, (row) => chains.model[row]!),
      residueOffset: byChain.offset,
      residueIndex: byChain.index,
    },
  };
}

function rowsWith(flags: Uint8Array): number[] {
  const rows: number[] = [];
  flags.forEach((flag, row) => {
    if (flag === 1) rows.push(row);
  });
  return rows;
}

function invert(rows: readonly number[], count: number): Int32Array {
  const inverse = new Int32Array(count).fill(-1);
  rows.forEach((row, index) => {
    inverse[row] = index;
  });
  return inverse;
}

/** The end of a segment whose last residue is gone moves to the residue before it. */
function moveSegmentEnds(residues: ResidueTable, chains: ChainTable, isUsed: Uint8Array): Uint8Array {
  const ends = residues.endsSegment.slice();
  for (let chain = 0; chain < chains.count; chain++) {
    let last = -1;
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      if (isUsed[residue] === 1) last = residue;
      else if (ends[residue] === 1 && last >= 0) ends[last] = 1;
      if (residues.endsSegment[residue] === 1) last = -1;
    }
  }
  return ends;
}
