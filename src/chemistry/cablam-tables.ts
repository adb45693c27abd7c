// Names and places of the CaBLAM tables (Prisant et al. 2020, Protein Sci. 29, 315), which come from a user's folder.
import type { GridTable } from "./grid-table.ts";

export const cablamClasses = ["general", "gly", "transpro", "cispro"] as const;
export const cablamMotifs = ["loose_alpha", "loose_threeten", "regular_beta"] as const;

export type CablamClass = (typeof cablamClasses)[number];
export type CablamMotif = (typeof cablamMotifs)[number];

/** Tables by the name in their file; null where the folder has not all of a kind. */
export interface CablamTables {
  readonly source: string;
  /** Over mu in and mu out: "motif.loose_alpha" and so on. */
  readonly motifs: ReadonlyMap<string, GridTable> | null;
  /** Over mu in, mu out and nu: "expected.general" and so on. */
  readonly peptides: ReadonlyMap<string, GridTable> | null;
  /** Over mu in, mu out and the angle at CA: "expected.general_CA" and so on. */
  readonly traces: ReadonlyMap<string, GridTable> | null;
}
