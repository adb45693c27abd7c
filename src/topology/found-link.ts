// What a link is before its terms are made, and which monomer groups form polymers.
import type { Monomer } from "../chemistry/monomer.ts";

/** A link between two residues before its terms are made. */
export interface FoundLink {
  /** Dictionary id; for stated bonds the dictionary has no link for "generic", or "metal" where it is not restrained. */
  readonly id: string;
  readonly first: number;
  readonly second: number;
  /** The two atoms of a bond without dictionary link. */
  readonly atoms?: readonly [number, number];
  /** Length to keep, Angstrom; absent where it is not restrained. */
  readonly distance?: number;
}

/** Monomer of a residue, undefined where the dictionary has none. */
export type MonomerOf = (residue: number) => Monomer | undefined;

export function isPeptideGroup(group: string): boolean {
  return /^(l-|d-|p-|m-)?pept/i.test(group);
}

export function isNucleotideGroup(group: string): boolean {
  return group === "DNA" || group === "RNA" || group === "DNA/RNA";
}
