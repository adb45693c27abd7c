// Counts behind the Ramachandran Z-score, by secondary structure and residue class (Sobolev et al. 2020, Structure 28, 1249).
import { InputError } from "../base/errors.ts";
import type { GridTable } from "./grid-table.ts";

export type SecondaryStructure = "helix" | "sheet" | "loop";

export interface RamaZTable {
  readonly counts: GridTable;
  /** Mean of the counts that reference residues see, and the deviation from it. */
  readonly mean: number;
  readonly deviation: number;
}

export interface RamaZTables {
  /** What the tables are, for reports. */
  readonly source: string;
  /** By amino acid, "cisPRO", "transPRO" or "prePRO". */
  readonly tables: Readonly<Record<SecondaryStructure, ReadonlyMap<string, RamaZTable>>>;
}

const bins = 90;

/** From JSON of { H, S, L } -> class -> 90 rows of 90 counts. Throws InputError REFERENCE_TABLE for anything else. */
export function makeRamaZTables(content: unknown, file: string, source: string): RamaZTables {
  const tablesOf = (letter: string): ReadonlyMap<string, RamaZTable> => {
    const classes = fieldOf(content, letter, file);
    return new Map(Object.keys(classes).map((name) => [name, makeTable(classes[name], file)]));
  };
  return { source, tables: { helix: tablesOf("H"), sheet: tablesOf("S"), loop: tablesOf("L") } };
}

function fieldOf(content: unknown, key: string, file: string): Record<string, unknown> {
  const value = typeof content === "object" && content !== null ? (content as Record<string, unknown>)[key] : null;
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw broken(file);
}

function broken(file: string): InputError {
  return new InputError({
    code: "REFERENCE_TABLE",
    message: `The file does not hold counts of ${bins} by ${bins} bins for H, S and L`,
    file,
    hint: "Take the JSON form of top8000_rama_z_dict of the Top8000 reference data",
  });
}

function makeTable(rows: unknown, file: string): RamaZTable {
  const numbers: unknown[] = Array.isArray(rows) ? rows.flat() : [];
  if (numbers.length !== bins * bins || !numbers.every((count) => typeof count === "number" && count >= 0)) {
    throw broken(file);
  }
  const values = Float32Array.from(numbers as number[]);
  let sum = 0;
  let squares = 0;
  for (const count of values) {
    sum += count;
    squares += count * count;
  }
  const mean = sum > 0 ? squares / sum : 0;
  let spread = 0;
  for (const count of values) spread += count * (count - mean) ** 2;
  const axis = { from: -180, to: 180, bins, wraps: true };
  return { counts: { axes: [axis, axis], values }, mean, deviation: sum > 1 ? Math.sqrt(spread / (sum - 1)) : 0 };
}
