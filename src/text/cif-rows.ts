// Walks the rows of a CIF loop without making strings of what is a number.
import type { CifCategory } from "./cif.ts";
import { createCursor, fieldToken, nextValue, plainToken, scanPlain, tokenText } from "./cif-tokens.ts";
import { parseInteger, parseNumber, type TextBytes, textBytes } from "./text-bytes.ts";

/** The present row of a walk. Columns are those of `columnOf`; column -1, an absent item, is missing in every row. */
export interface CifRowWalk {
  /** Moves to the next row; false after the last one. */
  next(): boolean;
  /** Whether the value is absent, "." or "?". */
  isMissing(column: number): boolean;
  /** The value behind its quotes; null where it is missing. Equal texts are the same string. */
  text(column: number): string | null;
  /** NaN where the value is missing or no number; a standard uncertainty in brackets is left out. */
  number(column: number): number;
  /** NaN where the value is missing or no decimal integer. */
  integer(column: number): number;
  /** Values of some columns at once, as `text`, `number` and `integer` give them: many rows are read faster so. */
  texts(columns: Int32Array, into: (string | null)[]): void;
  numbers(columns: Int32Array, into: Float64Array): void;
  integers(columns: Int32Array, into: Float64Array): void;
  /** First byte of the row in its text. */
  offset(): number;
}

/** Begins before the first row of a category. */
export function walkRows(category: CifCategory, fileName: string): CifRowWalk {
  const { source } = category;
  // A value that begins with a semicolon must stand at the beginning of a line.
  const text = source?.text ?? textBytes(category.values.join("\n"));
  const width = category.tags.length;
  const begins = new Uint32Array(width);
  const ends = new Uint32Array(width);
  const kinds = new Uint8Array(width);
  const cursor = createCursor(text, fileName);
  const { bytes } = text;
  kinds.fill(plainToken);
  let isPlain = true;
  let row = -1;
  const isMissing = (column: number): boolean => {
    if (column < 0) return true;
    const begin = begins[column]!;
    return ends[column]! - begin === 1 && kinds[column] === plainToken && (bytes[begin] === 46 || bytes[begin] === 63);
  };
  const textOf = (column: number): string | null =>
    isMissing(column) ? null : valueText(text, begins[column]!, ends[column]!, kinds[column]!);
  const numberOf = (column: number): number => {
    if (isMissing(column)) return Number.NaN;
    const inside = kinds[column] === plainToken ? 0 : 1;
    const begin = begins[column]! + inside;
    let end = ends[column]! - inside;
    if (bytes[end - 1] === 41) while (end > begin && bytes[end] !== 40) end--;
    return parseNumber(text, begin, end);
  };
  const integerOf = (column: number): number => {
    if (isMissing(column)) return Number.NaN;
    const inside = kinds[column] === plainToken ? 0 : 1;
    return parseInteger(text, begins[column]! + inside, ends[column]! - inside);
  };
  return {
    next() {
      row++;
      if (row >= category.rows) return false;
      if (source) cursor.at = source.rowBegins[row]!;
      if (!isPlain) kinds.fill(plainToken);
      let column = scanPlain(bytes, cursor.at, begins, ends, 0);
      isPlain = column === width;
      while (column < width) {
        if (column > 0) cursor.at = ends[column - 1]!;
        nextValue(cursor);
        begins[column] = cursor.begin;
        ends[column] = cursor.end;
        kinds[column] = cursor.kind;
        column = scanPlain(bytes, cursor.at, begins, ends, column + 1);
      }
      cursor.at = ends[width - 1]!;
      return true;
    },
    isMissing,
    text: textOf,
    number: numberOf,
    integer: integerOf,
    texts(columns, into) {
      for (let index = 0; index < columns.length; index++) into[index] = textOf(columns[index]!);
    },
    numbers(columns, into) {
      for (let index = 0; index < columns.length; index++) into[index] = numberOf(columns[index]!);
    },
    integers(columns, into) {
      for (let index = 0; index < columns.length; index++) into[index] = integerOf(columns[index]!);
    },
    offset: () => begins[0]!,
  };
}

function valueText(text: TextBytes, begin: number, end: number, kind: number): string {
  if (kind === plainToken) return text.intern(begin, end);
  if (kind === fieldToken) return tokenText({ text, fileName: "", at: end, begin, end, kind }).slice(1, -2);
  return text.intern(begin + 1, end - 1);
}
