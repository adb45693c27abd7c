// What a link is before its terms are made, and which monomer groups form polymers.
import type { Monomer } from "../chemistry/monomer.ts";

/** A link between two residues before its terms are made. */
export interface FoundLink {
  /** Dictionary id, "generic" for a stated bond the dictionary has no link for. */
  readonly id: string;
  readonly first: number;
  readonly second: number;
  /** For generic links: the two atoms and the bond length to keep. */
  readonly atoms?: readonly [number, number];
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
