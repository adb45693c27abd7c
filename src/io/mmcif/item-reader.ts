// Items of a category by name, row by row.
import { type CifCategory, cifText, columnOf } from "../../text/cif.ts";

/** The value of an item in a row; null where it is missing. */
export type ItemReader = (row: number) => string | null;

/** The first of these items that the category has, by row. */
export function itemReader(category: CifCategory, ...items: string[]): ItemReader | null {
  const width = category.tags.length;
  const columns = items.map((item) => columnOf(category, item)).filter((column) => column >= 0);
  const [first, second] = columns;
  if (first === undefined) return null;
  if (second === undefined) return (row) => cifText(category.values[row * width + first]!);
  return (row) => cifText(category.values[row * width + first]!) ?? cifText(category.values[row * width + second]!);
}
