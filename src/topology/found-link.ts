// What a link is before its terms are made, and which monomer groups form polymers.
import type { Monomer } from "../chemistry/monomer.ts";

/** A link between two residues before its terms are made. */
export interface FoundLink {
  /** Dictionary id; "generic" or "metal" for bonds the dictionary has no link for. */
  readonly id: string;
  readonly first: number;
  readonly second: number;
  /** The two atoms of a bond without dictionary link. */
  readonly atoms?: readonly [number, number];
  /** Length and sigma, Angstrom: of a bond without dictionary link, or in place of the dictionary's. */
  readonly distance?: number;
  readonly sigma?: number;
  /** Angles the dictionary's link does not have. */
  readonly angles?: readonly FoundAngle[];
  /** The alternates it joins, where residues of several names share a position; absent for all. */
  readonly conformers?: readonly string[];
  /** Hand of the link's chiral centre where the monomer decides it, in the link's order of atoms. */
  readonly hand?: "positive" | "negative";
}

/** Angle at j; degrees. */
export interface FoundAngle {
  readonly atoms: readonly [i: number, j: number, k: number];
  readonly ideal: number;
  readonly sigma: number;
}

/** Monomer of a residue, undefined where the dictionary has none. */
export type MonomerOf = (residue: number) => Monomer | undefined;

/** Links of consecutive residues of peptides and nucleic acids, by their dictionary id. */
export function isPolymerLink(id: string): boolean {
  return id === "p" || isPeptideLink(id);
}

export function isPeptideLink(id: string): boolean {
  return /^(P|NM)?(TRANS|CIS)$/.test(id);
}

export function isPeptideGroup(group: string): boolean {
  return /^(l-|d-|p-|m-)?pept/i.test(group);
}

export function isNucleotideGroup(group: string): boolean {
  return /^(DNA|RNA|DNA\/RNA)(-like)?$/.test(group);
}

/** A ligand by its dictionary entry that has the backbone of a polymer. */
export function isLikeGroup(group: string): boolean {
  return group.endsWith("-like");
}

/** Six-membered sugar rings, aldoses and ketoses, under the names of old and new dictionaries. */
export function isPyranoseGroup(group: string): boolean {
  return /^([ld]-)?(keto)?(pyranose|saccharide)$/i.test(group);
}

const peptideBonds = [
  ["N", "CA"],
  ["CA", "C"],
  ["C", "O"],
] as const;
const nucleotideBonds = [
  ["P", "O5'"],
  ["O5'", "C5'"],
  ["C3'", "O3'"],
] as const;

/**
 * The monomer with the group of the polymer its backbone belongs to, where the dictionary calls it a ligand: modified residues
 * often are.
 */
export function withPolymerGroup(monomer: Monomer): Monomer {
  if (isPeptideGroup(monomer.group) || isNucleotideGroup(monomer.group) || monomer.atoms.length < 5) return monomer;
  const bonds = new Set(monomer.bonds.flatMap(({ atom1, atom2 }) => [`${atom1} ${atom2}`, `${atom2} ${atom1}`]));
  const has = (pairs: readonly (readonly [string, string])[]): boolean =>
    pairs.every(([a, b]) => bonds.has(`${a} ${b}`));
  if (has(peptideBonds)) return { ...monomer, group: "peptide-like" };
  if (!has(nucleotideBonds)) return monomer;
  return { ...monomer, group: monomer.atoms.some(({ id }) => id === "O2'") ? "RNA-like" : "DNA-like" };
}
