// The per-residue table of a fit: one row per residue, all its measures side by side.
import { type TableColumn, writeTsv } from "../../text/tsv.ts";
import type { ResidueFit } from "./local-correlation.ts";

/** A residue's correlations with whatever else was measured; what was not, or has no value, is an empty cell. */
export interface ResidueRow extends ResidueFit {
  readonly q?: number | null;
  readonly qBackbone?: number | null;
  readonly qSideChain?: number | null;
  readonly expectedQ?: number | null;
  /** Share of the residue's atoms above the contour. */
  readonly inclusion?: number | null;
  /** Chi 1 at which the density is highest, degrees, and the map's value there. */
  readonly ringerAngle?: number | null;
  readonly ringerValue?: number | null;
  readonly localResolution?: number | null;
}

/** The columns in their order. */
export const residueColumns: readonly TableColumn<ResidueRow>[] = [
  { name: "chain", value: (row) => row.chain },
  { name: "number", value: (row) => row.number },
  { name: "insertion_code", value: (row) => row.insertionCode },
  { name: "residue", value: (row) => row.name },
  { name: "atoms", value: (row) => row.atoms },
  { name: "mean_b", unit: "A^2", decimals: 2, value: (row) => row.meanB },
  { name: "occupancy", decimals: 2, value: (row) => row.meanOccupancy },
  { name: "cc", value: (row) => row.cc },
  { name: "cc_main_chain", value: (row) => row.ccMainChain },
  { name: "cc_side_chain", value: (row) => row.ccSideChain },
  { name: "q", value: (row) => row.q },
  { name: "q_backbone", value: (row) => row.qBackbone },
  { name: "q_side_chain", value: (row) => row.qSideChain },
  { name: "expected_q", value: (row) => row.expectedQ },
  { name: "inclusion", value: (row) => row.inclusion },
  { name: "ringer_chi1", unit: "deg", decimals: 0, value: (row) => row.ringerAngle },
  { name: "ringer_value", unit: "map units", decimals: 5, value: (row) => row.ringerValue },
  { name: "local_resolution", unit: "A", decimals: 2, value: (row) => row.localResolution },
];

/** Tab-separated text, one line per residue below the header; further columns follow those above. */
export function writeResidueTable<Row extends ResidueRow>(
  rows: readonly Row[],
  more: readonly TableColumn<Row>[] = [],
): string {
  return writeTsv<Row>([...residueColumns, ...more], rows);
}
