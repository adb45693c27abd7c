// Finds a residue's atoms by dictionary name, per conformer, and the residues that share a position.
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { Model } from "../model/model.ts";
import type { ResidueTemplate } from "./residue-templates.ts";

/** Rows of the residue table at one position of a chain: several only under microheterogeneity. */
export interface ResiduePosition {
  readonly residues: readonly number[];
  /** True when a chain terminator follows. */
  readonly endsSegment: boolean;
}

/** Positions of one chain in file order. */
export function listPositions(model: Model, chain: number): ResiduePosition[] {
  const { residues, chains } = model;
  const positions: { residues: number[]; endsSegment: boolean }[] = [];
  for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
    const residue = chains.residueIndex[entry]!;
    const last = positions[positions.length - 1];
    const previous = last?.residues[0];
    const samePosition =
      previous !== undefined &&
      residues.sequenceNumber[previous] === residues.sequenceNumber[residue] &&
      residues.insertionCode[previous] === residues.insertionCode[residue] &&
      residues.name[previous] !== residues.name[residue] &&
      hasAltloc(model, previous) &&
      hasAltloc(model, residue);
    if (last && samePosition) {
      last.residues.push(residue);
      last.endsSegment ||= residues.endsSegment[residue] === 1;
    } else positions.push({ residues: [residue], endsSegment: residues.endsSegment[residue] === 1 });
  }
  return positions;
}

function hasAltloc(model: Model, residue: number): boolean {
  return atomsOfResidue(model, residue).some((atom) => model.atoms.altloc[atom] !== "");
}

export function atomsOfResidue(model: Model, residue: number): Int32Array {
  const { atomOffset, atomIndex } = model.residues;
  return atomIndex.subarray(atomOffset[residue]!, atomOffset[residue + 1]!);
}

/** Which atoms of a model take the slots of its residues' templates. */
export interface MatchedAtoms {
  readonly templates: readonly (ResidueTemplate | undefined)[];
  /** Per residue [""] without alternates, else the letters in order. */
  readonly conformers: readonly (readonly string[])[];
  /** Row of slot s of residue r in its conformer c: rows[offset[r] + c * (slots of the template) + s], -1 where absent; blank atoms are in all, and an alternate's missing atoms are another's. */
  readonly offset: Int32Array;
  readonly rows: Int32Array;
}

/** Row of an atom by its dictionary name in a residue's conformer; -1 when there is none. */
export function atomNamed(
  { templates, offset, rows }: MatchedAtoms,
  residue: number,
  conformer: number,
  name: string,
): number {
  const slots = templates[residue]?.slots;
  const slot = slots?.get(name);
  return slot === undefined ? -1 : rows[offset[residue]! + conformer * slots!.size + slot]!;
}

/** Names of older formats, tried when the dictionary does not know the name as it is. */
function alternativeNames(name: string, isHydrogen: boolean): string[] {
  const names = [name.replaceAll("*", "'")];
  if (name === "O1P") names.push("OP1");
  if (name === "O2P") names.push("OP2");
  if (name === "O3P") names.push("OP3");
  if (name === "C5M") names.push("C7");
  if (name === "OT1") names.push("O");
  if (name === "OT2" || name === "O2" || name === "OXT1") names.push("OXT");
  if (isHydrogen) {
    const plain = names[0]!.startsWith("D") ? `H${names[0]!.slice(1)}` : names[0]!;
    names.push(plain);
    if (plain === "HN" || plain === "H1" || plain === "HT1") names.push("H");
    // Charged prolines have H2 and H3.
    if (plain === "H3") names.push("H");
    if (plain === "HT2") names.push("H2");
    if (plain === "HT3") names.push("H3");
    // 1HB of PDB format 2 is HB1 here.
    const leading = /^([1-4])(H.*)$/.exec(plain);
    if (leading) names.push(`${leading[2]}${leading[1]}`);
    const numbered = leading ? `${leading[2]}${leading[1]}` : plain;
    names.push(...sugarHydrogenNames(numbered), ...methyleneHydrogenNames(numbered));
  }
  return names;
}

/** Sugar hydrogens of the names before 2007: H5'1 for H5', H5'2 for H5'', H5T for HO5', HO'2 or 2HO' for HO2'. */
function sugarHydrogenNames(name: string): string[] {
  const numbered = /^H([25])'([12])$/.exec(name);
  if (numbered) return [`H${numbered[1]}'${numbered[2] === "1" ? "" : "'"}`];
  const terminal = /^H([35])T$/.exec(name);
  if (terminal) return [`HO${terminal[1]}'`];
  return /^HO'?2'?$/.test(name) ? ["HO2'"] : [];
}

/** Methylenes of older formats and of X-PLOR have HB1 and HB2 for HB3 and HB2; CHARMM has HG1 for the HG of serine. */
function methyleneHydrogenNames(name: string): string[] {
  const numbered = /^(H[ABDEG]|HG1)1$/.exec(name);
  if (!numbered) return [];
  return name === "HG1" ? ["HG3", "HG"] : [`${numbered[1]}3`];
}

const oneConformer: readonly string[] = [""];

/** Matches every residue to its template; `unknown` hears of atoms that a template does not know, `doubled` of those that occur twice. */
export function matchAtoms(
  model: Model,
  templates: readonly (ResidueTemplate | undefined)[],
  unknown: (atom: number) => void,
  doubled: (atom: number) => void,
): MatchedAtoms {
  const { atomIndex, atomOffset, count } = model.residues;
  const { name, altloc } = model.atoms;
  const conformers = Array.from({ length: count }, () => oneConformer);
  const offset = new Int32Array(count + 1);
  let rows = new Int32Array(2 * model.atoms.count + 64);
  for (let residue = 0; residue < count; residue++) {
    const slots = templates[residue]?.slots;
    const begin = offset[residue]!;
    const size = slots?.size ?? 0;
    if (begin + size > rows.length) rows = lengthen(rows, begin + size);
    const own = rows.fill(-1, begin, begin + size);
    let isPlain = slots !== undefined;
    for (let entry = atomOffset[residue]!; isPlain && entry < atomOffset[residue + 1]!; entry++) {
      const atom = atomIndex[entry]!;
      const slot = slots!.get(name[atom]!);
      isPlain = slot !== undefined && altloc[atom] === "" && own[begin + slot] === -1;
      if (isPlain) own[begin + slot!] = atom;
    }
    offset[residue + 1] = begin + size;
    if (isPlain) continue;
    reportDoubled(model, residue, doubled);
    if (slots === undefined) continue;
    const names = matchAtomNames(model, residue, slots, unknown);
    const letters = conformerLetters(altloc, names);
    conformers[residue] = letters;
    const needed = begin + letters.length * size;
    if (needed > rows.length) rows = lengthen(rows, needed);
    fillConformers(rows.subarray(begin, needed), altloc, names, letters);
    offset[residue + 1] = needed;
  }
  return { templates, conformers, offset, rows };
}

function lengthen(rows: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(Math.max(needed, 2 * rows.length));
  longer.set(rows);
  return longer;
}

/** Atoms of one name, residue and conformer: a file that holds two models under one chain name. */
function reportDoubled(model: Model, residue: number, doubled: (atom: number) => void): void {
  const seen = new Set<string>();
  for (const atom of atomsOfResidue(model, residue)) {
    const key = `${model.atoms.name[atom]!}|${model.atoms.altloc[atom]!}`;
    if (seen.has(key)) doubled(atom);
    seen.add(key);
  }
}

/** Slots of a residue's atoms by row, without those the dictionary does not know. */
function matchAtomNames(
  model: Model,
  residue: number,
  slots: ReadonlyMap<string, number>,
  unknown: (atom: number) => void,
): Map<number, number> {
  const { atoms } = model;
  const rows = atomsOfResidue(model, residue);
  const result = new Map<number, number>();
  const taken = new Set<string>();
  for (const atom of rows) {
    const name = atoms.name[atom]!;
    const slot = slots.get(name);
    if (slot === undefined) continue;
    result.set(atom, slot);
    taken.add(`${name}|${atoms.altloc[atom]!}`);
  }
  for (const atom of rows) {
    if (result.has(atom)) continue;
    const isHydrogen = isHydrogenElement(atoms.element[atom]!);
    const found = alternativeNames(atoms.name[atom]!, isHydrogen).find(
      (name) => slots.has(name) && !taken.has(`${name}|${atoms.altloc[atom]!}`),
    );
    if (found === undefined) {
      unknown(atom);
      continue;
    }
    result.set(atom, slots.get(found)!);
    taken.add(`${found}|${atoms.altloc[atom]!}`);
  }
  return result;
}

function conformerLetters(altloc: readonly string[], names: ReadonlyMap<number, number>): readonly string[] {
  const letters = new Set<string>();
  for (const atom of names.keys()) if (altloc[atom] !== "") letters.add(altloc[atom]!);
  return letters.size === 0 ? oneConformer : [...letters].toSorted();
}

/** The first atom of a doubled name counts; what an alternate lacks it shares with the first one that has it. */
function fillConformers(
  rows: Int32Array,
  altloc: readonly string[],
  names: ReadonlyMap<number, number>,
  letters: readonly string[],
): void {
  rows.fill(-1);
  const size = rows.length / letters.length;
  letters.forEach((letter, conformer) => {
    for (const wanted of new Set([letter, "", ...letters])) {
      for (const [atom, slot] of names) {
        const at = conformer * size + slot;
        if (altloc[atom] === wanted && rows[at] === -1) rows[at] = atom;
      }
    }
  });
}
