// Writes a model as mmCIF with values of its atoms beside their coordinates, for colouring and for scripts.
import type { Model } from "../../model/model.ts";
import { type CifCategory, columnOf, makeRows } from "../../text/cif.ts";
import { writeCifPieces } from "../../text/write-cif.ts";
import { documentOf } from "./write-mmcif.ts";

/** Values per atom in the order of the model, null where there is none. */
export interface AtomScores {
  /** Written as `_atom_site.Q_score`, the item that mapq writes. */
  readonly q?: readonly (number | null)[];
  /** Written as `_atom_site.emend_cc`. */
  readonly cc?: readonly (number | null)[];
}

export interface AtomScoreOptions {
  /**
   * What `B_iso_or_equiv` holds, the one value by which every viewer colours: "keep" the B factors, or 100 times "q" or "cc"
   * (0 where there is none).
   */
  readonly bFactor: "keep" | "q" | "cc";
}

const decimals = 3;
const items: readonly (readonly [keyof AtomScores, string])[] = [
  ["q", "Q_score"],
  ["cc", "emend_cc"],
];

/** Hands on the text in order, piece by piece; categories and items that the program does not own stay as they were. */
export function writeAtomScores(
  model: Model,
  scores: AtomScores,
  options: AtomScoreOptions,
  write: (piece: string) => void,
): void {
  writeCifPieces(
    documentOf(model, (site) => addScores(site, scores, options)),
    write,
  );
}

function addScores(site: CifCategory, scores: AtomScores, { bFactor }: AtomScoreOptions): CifCategory {
  const tags = [...site.tags];
  const columns: { readonly at: number; readonly textOf: (atom: number) => string }[] = [];
  for (const [kind, item] of items) {
    const values = scores[kind];
    if (values === undefined) continue;
    const known = columnOf(site, item);
    columns.push({ at: known < 0 ? tags.length : known, textOf: (atom) => scoreText(values[atom]) });
    if (known < 0) tags.push(`${site.name}.${item}`);
  }
  const shown = bFactor === "keep" ? undefined : scores[bFactor];
  if (shown !== undefined) {
    const known = columnOf(site, "B_iso_or_equiv");
    columns.push({
      at: known < 0 ? tags.length : known,
      textOf: (atom) => (100 * (shown[atom] ?? 0)).toFixed(decimals - 1),
    });
    if (known < 0) tags.push(`${site.name}.B_iso_or_equiv`);
  }
  const row = new Array<string>(tags.length).fill("?");
  const visitRows: CifCategory["visitRows"] = (visit) =>
    site.visitRows((values, atom) => {
      for (let column = 0; column < values.length; column++) row[column] = values[column]!;
      for (const { at, textOf } of columns) row[at] = textOf(atom);
      visit(row, atom);
    });
  const rows = makeRows(site.name, tags, site.rows, visitRows);
  return site.isLoop ? rows : { ...rows, isLoop: false };
}

function scoreText(value: number | null | undefined): string {
  return value === null || value === undefined ? "?" : value.toFixed(decimals);
}
