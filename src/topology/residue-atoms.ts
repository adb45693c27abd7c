// Finds a residue's atoms by dictionary name, per conformer, and the residues that share a position.
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { Model } from "../model/model.ts";

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

/** Atom rows by dictionary name for each conformer of a residue. */
export interface ResidueAtoms {
  readonly residue: number;
  /** [""] without alternates, else the letters in order. */
  readonly conformers: readonly string[];
  /** One map per conformer; blank atoms are in all. */
  readonly maps: readonly ReadonlyMap<string, number>[];
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
    if (plain === "HT2") names.push("H2");
    if (plain === "HT3") names.push("H3");
    // 1HB of PDB format 2 is HB1 here.
    const leading = /^([1-4])(H.*)$/.exec(plain);
    if (leading) names.push(`${leading[2]}${leading[1]}`);
    names.push(...sugarHydrogenNames(leading ? `${leading[2]}${leading[1]}` : plain));
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

/** Dictionary names of a residue's atoms; a Map from atom row to name, without those the dictionary does not know. */
export function matchAtomNames(model: Model, residue: number, knows: (name: string) => boolean): Map<number, string> {
  const { atoms } = model;
  const rows = atomsOfResidue(model, residue);
  const result = new Map<number, string>();
  const taken = new Set<string>();
  for (const atom of rows) {
    const name = atoms.name[atom]!;
    if (!knows(name)) continue;
    result.set(atom, name);
    taken.add(`${name}|${atoms.altloc[atom]!}`);
  }
  for (const atom of rows) {
    if (result.has(atom)) continue;
    const isHydrogen = isHydrogenElement(atoms.element[atom]!);
    const found = alternativeNames(atoms.name[atom]!, isHydrogen).find(
      (name) => knows(name) && !taken.has(`${name}|${atoms.altloc[atom]!}`),
    );
    if (found === undefined) continue;
    result.set(atom, found);
    taken.add(`${found}|${atoms.altloc[atom]!}`);
  }
  return result;
}

/** Sorts matched atoms into conformers; the first atom of a doubled name counts. */
export function groupConformers(model: Model, residue: number, names: ReadonlyMap<number, string>): ResidueAtoms {
  const { altloc } = model.atoms;
  const letters = new Set<string>();
  for (const atom of names.keys()) if (altloc[atom] !== "") letters.add(altloc[atom]!);
  const conformers = letters.size === 0 ? [""] : [...letters].toSorted();
  const maps = conformers.map((letter) => {
    const map = new Map<string, number>();
    for (const [atom, name] of names) {
      if (altloc[atom] === letter && !map.has(name)) map.set(name, atom);
    }
    for (const [atom, name] of names) {
      if (altloc[atom] === "" && !map.has(name)) map.set(name, atom);
    }
    return map;
  });
  return { residue, conformers, maps };
}
