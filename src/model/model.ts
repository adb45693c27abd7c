// The atomic model: one row per atom in the order of its file, residues and chains as tables over the rows.
import type { UnitCell } from "../crystal/unit-cell.ts";

/** Coordinates must stay below this, in Angstrom: nothing measured is as large, and squares of it keep all their digits. */
export const largestCoordinate = 1e6;

/** One entry per atom, in file order. Refinement changes xyz, bFactor and occupancy; names never change. */
export interface AtomTable {
  readonly count: number;
  /** Cartesian coordinates, 3 per atom, Angstrom. */
  readonly xyz: Float64Array;
  readonly occupancy: Float64Array;
  /** Isotropic B, square Angstrom. */
  readonly bFactor: Float64Array;
  /** U_cart per atom (u11 u22 u33 u12 u13 u23, square Angstrom), NaN rows where isotropic; null when no atom has one. */
  readonly anisotropicU: Float64Array | null;
  /** Trimmed atom name, e.g. "CA", "O5'". */
  readonly name: readonly string[];
  /** Index into the element table of chemistry/elements.ts: atomic number, 0 unknown, 119 deuterium. */
  readonly element: Uint8Array;
  /** Formal charge in electrons; metadata only. */
  readonly charge: Int8Array;
  /** Alternate location indicator, "" for none. */
  readonly altloc: readonly string[];
  /** Serial number as in the file (a label; not unique in bad files). */
  readonly serial: Int32Array;
  readonly isHetero: Uint8Array;
  /** Row of the residue table. */
  readonly residue: Int32Array;
  readonly segmentId: readonly string[];
}

/** One entry per residue in order of first appearance; residues of one position with other names (microheterogeneity) are rows of their own. */
export interface ResidueTable {
  readonly count: number;
  readonly name: readonly string[];
  /** Author residue number. */
  readonly sequenceNumber: Int32Array;
  /** "" for none. */
  readonly insertionCode: readonly string[];
  /** Row of the chain table. */
  readonly chain: Int32Array;
  /** Row r owns atoms atomIndex[atomOffset[r]] .. atomIndex[atomOffset[r + 1] - 1]; in nearly every file atomIndex is 0, 1, 2, ... */
  readonly atomOffset: Int32Array;
  readonly atomIndex: Int32Array;
  /** 1 where a chain terminator (TER, or change of the mmCIF entity instance) follows this residue. */
  readonly endsSegment: Uint8Array;
  /** mmCIF label_seq_id, 0 when absent. */
  readonly labelSequenceNumber: Int32Array;
}

/** One entry per author chain of one model. */
export interface ChainTable {
  readonly count: number;
  /** Author chain name, "" for the blank chain. */
  readonly id: readonly string[];
  /** Row of modelNumbers. */
  readonly model: Int32Array;
  /** Residues residueIndex[residueOffset[c]] .. residueIndex[residueOffset[c + 1] - 1]. */
  readonly residueOffset: Int32Array;
  readonly residueIndex: Int32Array;
}

/** Names one atom as links and records do. */
export interface AtomAddress {
  readonly chain: string;
  readonly residueName: string;
  readonly sequenceNumber: number;
  readonly insertionCode: string;
  readonly atomName: string;
  readonly altloc: string;
}

/** A bond stated by the file: SSBOND, LINK or _struct_conn. */
export interface StatedLink {
  readonly kind: "disulfide" | "covalent" | "metal" | "hydrogen-bond" | "other";
  readonly first: AtomAddress;
  readonly second: AtomAddress;
  /** Stated length in Angstrom; null when absent. */
  readonly distance: number | null;
}

export interface ResidueSpan {
  readonly chain: string;
  readonly firstSequenceNumber: number;
  readonly firstInsertionCode: string;
  readonly lastSequenceNumber: number;
  readonly lastInsertionCode: string;
}

export interface Helix extends ResidueSpan {
  /** PDB helix class: 1 alpha, 3 pi, 5 3-10. */
  readonly helixClass: number;
}

export interface Strand extends ResidueSpan {
  readonly sheet: string;
  /** Relation to the previous strand: 0 first, 1 parallel, -1 antiparallel. */
  readonly sense: number;
}

/** What was read, kept so that writing returns every record and category the program does not own. Only io/ looks inside. */
export interface SourceDocument {
  readonly format: "pdb" | "mmcif" | "none";
  readonly fileName: string;
  readonly content: unknown;
}

export interface Model {
  readonly atoms: AtomTable;
  readonly residues: ResidueTable;
  readonly chains: ChainTable;
  /** Model numbers as in the file; one entry for ordinary files. */
  readonly modelNumbers: readonly number[];
  readonly cell: UnitCell | null;
  /** Hermann-Mauguin symbol as in the file. */
  readonly spaceGroup: string | null;
  readonly statedLinks: readonly StatedLink[];
  readonly helices: readonly Helix[];
  readonly strands: readonly Strand[];
  readonly source: SourceDocument;
  /**
   * Row of the source document per atom, in rising order, after atoms were taken out or put in; -1 for those put in, which
   * follow an atom of their residue. Absent when the rows are the source's.
   */
  readonly sourceRows?: Int32Array;
}

/** Rows by author residue number, made when a table is first asked for one. */
const rowsByNumber = new WeakMap<ResidueTable, ReadonlyMap<number, readonly number[]>>();

function numberedRows(residues: ResidueTable): ReadonlyMap<number, readonly number[]> {
  const known = rowsByNumber.get(residues);
  if (known) return known;
  const rows = new Map<number, number[]>();
  residues.sequenceNumber.forEach((number, residue) => {
    const list = rows.get(number);
    if (list) list.push(residue);
    else rows.set(number, [residue]);
  });
  rowsByNumber.set(residues, rows);
  return rows;
}

/** Row of the first residue with these labels of the author, in the first model that has it; -1 when there is none. */
export function findResidue(model: Model, chain: string, sequenceNumber: number, insertionCode: string): number {
  const { residues, chains } = model;
  for (const residue of numberedRows(residues).get(sequenceNumber) ?? []) {
    if (residues.insertionCode[residue] === insertionCode && chains.id[residues.chain[residue]!] === chain)
      return residue;
  }
  return -1;
}

/** "A 52B LYS" */
export function residueLabel(model: Model, residueIndex: number): string {
  const { residues, chains } = model;
  const chain = chains.id[residues.chain[residueIndex]!]!;
  const number = `${residues.sequenceNumber[residueIndex]!}${residues.insertionCode[residueIndex]!}`;
  return `${chain === "" ? "(blank chain)" : chain} ${number} ${residues.name[residueIndex]!}`;
}

/** "A 52B LYS CA" or "A 52 LYS CA.B" for conformer B. */
export function atomLabel(model: Model, atomIndex: number): string {
  const { atoms } = model;
  const altloc = atoms.altloc[atomIndex]!;
  return `${residueLabel(model, atoms.residue[atomIndex]!)} ${atoms.name[atomIndex]!}${altloc === "" ? "" : `.${altloc}`}`;
}

/** A copy with other coordinates; everything else is shared. */
export function withCoordinates(model: Model, xyz: Float64Array): Model {
  return { ...model, atoms: { ...model.atoms, xyz } };
}
