// Scattering factors as sums of five Gaussians in reciprocal space.
import table from "../../data/mpl-2.0/scattering.json" with { type: "json" };
import { elementSymbol } from "../chemistry/elements.ts";

export type ScatteringTable = "electron" | "xray" | "neutron";

/** f(s) = sum of a exp(-b s^2 / 4), s in 1 / Angstrom; a in Angstrom (electrons), electrons (X-rays) or fm (neutrons). */
export interface FormFactor {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

const zeros = [0, 0, 0, 0, 0];
const cache = new Map<string, FormFactor | null>();

/** Neutral-atom factor of an element index; null for elements the table does not hold. */
export function formFactor(kind: ScatteringTable, element: number): FormFactor | null {
  const key = `${kind}|${element}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const found = lookUp(kind, element);
  cache.set(key, found);
  return found;
}

function lookUp(kind: ScatteringTable, element: number): FormFactor | null {
  const rows = (table as unknown as Record<ScatteringTable, Record<string, number[]>>)[kind];
  const symbol = elementSymbol(element);
  // Deuterium differs from hydrogen only for neutrons.
  const row = rows[symbol] ?? (symbol === "D" ? rows["H"] : undefined);
  if (!row) return null;
  if (kind === "electron") return { a: row.slice(0, 5), b: row.slice(5, 10) };
  if (kind === "xray") return { a: [...row.slice(0, 4), row[8]!], b: [...row.slice(4, 8), 0] };
  return { a: [row[0]!, 0, 0, 0, 0], b: zeros };
}
