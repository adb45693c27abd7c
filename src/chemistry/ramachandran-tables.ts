// Ramachandran tables of the Top8000 residues in six classes, and what their scores mean.
import ramachandranFile from "../../data/bsd-3-clause/ramachandran.json" with { type: "json" };
import type { GridTable } from "./grid-table.ts";
import { unpackTables } from "./packed-tables.ts";

export const ramachandranClasses = [
  "general",
  "glycine",
  "cisProline",
  "transProline",
  "preProline",
  "isoleucineOrValine",
] as const;

export type RamachandranClass = (typeof ramachandranClasses)[number];

export interface RamachandranTables {
  /** What the tables are, for reports. */
  readonly source: string;
  /** Fraction of reference residues in less populated places, over phi and psi. */
  readonly tables: Readonly<Record<RamachandranClass, GridTable>>;
}

export type Verdict = "favored" | "allowed" | "outlier";

let builtIn: Promise<RamachandranTables> | undefined;

/** The built-in tables: Top8000 (Richardson laboratory, CC BY 4.0), unpacked when first asked for. */
export function loadRamachandranTables(): Promise<RamachandranTables> {
  builtIn ??= unpackTables(ramachandranFile).then((tables) => ({
    source: "Top8000 (built in)",
    tables: Object.fromEntries(ramachandranClasses.map((name) => [name, tables.get(name)!])) as Record<
      RamachandranClass,
      GridTable
    >,
  }));
  return builtIn;
}

const favoredFrom = 0.02;
const allowedFrom: Readonly<Record<RamachandranClass, number>> = {
  general: 0.0005,
  glycine: 0.001,
  cisProline: 0.002,
  transProline: 0.001,
  preProline: 0.001,
  isoleucineOrValine: 0.001,
};

/** Favoured from 2 %; outliers below 0.05 % in the general class, 0.2 % for cis proline, 0.1 % in the others. */
export function ramachandranVerdict(residueClass: RamachandranClass, score: number): Verdict {
  if (score >= favoredFrom) return "favored";
  return score >= allowedFrom[residueClass] ? "allowed" : "outlier";
}

/** The class of a residue; `omega` (degrees) is that of the peptide before it. */
export function ramachandranClass(name: string, nextName: string, omega: number | null): RamachandranClass {
  if (name === "GLY") return "glycine";
  if (name === "PRO") return omega !== null && Math.abs(omega) < 90 ? "cisProline" : "transProline";
  if (nextName === "PRO") return "preProline";
  return name === "ILE" || name === "VAL" ? "isoleucineOrValine" : "general";
}
