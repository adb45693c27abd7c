// CIF syntax: blocks, categories and values, kept as they were written so that files survive a round trip.
import { InputError } from "../base/errors.ts";
import {
  type CifCursor,
  createCursor,
  endToken,
  failAt,
  isReserved,
  nextToken,
  nextValue,
  plainToken,
  scanPlain,
  tokenText,
} from "./cif-tokens.ts";
import { lineAt, type TextBytes, textBytes } from "./text-bytes.ts";

/** Where the rows of a loop stand in its file. */
export interface CifSource {
  readonly text: TextBytes;
  readonly fileName: string;
  /** First byte of each row. */
  readonly rowBegins: Uint32Array;
}

/** One category of a block: a loop, or a single row of name-value pairs. */
export interface CifCategory {
  /** "_atom_site"; for names without a dot, the whole name's block-wide category "". */
  readonly name: string;
  /** Item names as written, e.g. "_atom_site.id". */
  readonly tags: readonly string[];
  readonly isLoop: boolean;
  readonly rows: number;
  /** Values as written (quotes and semicolons included), row by row. Made when first asked for: walk big loops with `visitRows`. */
  readonly values: readonly string[];
  /** Line of the first value of each row; empty for categories that no file holds. */
  readonly lines: readonly number[];
  /** Calls with the values of each row in turn; the array is used again for the next row. */
  readonly visitRows: (visit: (values: readonly string[], row: number) => void) => void;
  /** Absent for categories that no file holds as they are. */
  readonly source?: CifSource;
}

export interface CifBlock {
  readonly name: string;
  readonly categories: readonly CifCategory[];
}

export interface CifDocument {
  readonly blocks: readonly CifBlock[];
}

/** A category of values that are in memory. */
export function makeCategory(
  name: string,
  tags: readonly string[],
  values: readonly string[],
  isLoop: boolean,
): CifCategory {
  return {
    name,
    tags,
    isLoop,
    values,
    lines: [],
    rows: values.length / tags.length,
    visitRows(visit) {
      for (let at = 0; at < values.length; at += tags.length)
        visit(values.slice(at, at + tags.length), at / tags.length);
    },
  };
}

/** A loop whose rows are made each time they are visited, so that they need no memory. */
export function makeRows(
  name: string,
  tags: readonly string[],
  rows: number,
  visitRows: CifCategory["visitRows"],
): CifCategory {
  return {
    name,
    tags,
    isLoop: true,
    rows,
    visitRows,
    lines: [],
    get values() {
      return collectValues(visitRows);
    },
  };
}

function collectValues(visitRows: CifCategory["visitRows"]): string[] {
  const values: string[] = [];
  visitRows((row) => {
    for (const value of row) values.push(value);
  });
  return values;
}

/** A loop that stays bytes of its file until its values are asked for. */
function sourceLoop(name: string, tags: readonly string[], source: CifSource): CifCategory {
  let values: string[] | undefined;
  let lines: number[] | undefined;
  const visitRows: CifCategory["visitRows"] = (visit) => {
    const row = new Array<string>(tags.length).fill("");
    for (let index = 0; index < source.rowBegins.length; index++) {
      const cursor = createCursor(source.text, source.fileName, source.rowBegins[index]!);
      for (let column = 0; column < tags.length; column++) {
        nextToken(cursor);
        row[column] = tokenText(cursor);
      }
      visit(row, index);
    }
  };
  return {
    name,
    tags,
    isLoop: true,
    rows: source.rowBegins.length,
    source,
    visitRows,
    get values() {
      values ??= collectValues(visitRows);
      return values;
    },
    get lines() {
      lines ??= linesAt(source.text, source.rowBegins);
      return lines;
    },
  };
}

/** Line numbers of ascending offsets. */
function linesAt({ bytes }: TextBytes, offsets: Uint32Array): number[] {
  const lines: number[] = [];
  let line = 1;
  let at = 0;
  for (const offset of offsets) {
    for (; at < offset; at++) {
      const byte = bytes[at];
      if (byte === 10 || (byte === 13 && bytes[at + 1] !== 10)) line++;
    }
    lines.push(line);
  }
  return lines;
}

interface PairCategory extends CifCategory {
  readonly tags: string[];
  readonly values: string[];
}

function pairCategory(name: string, text: TextBytes, begin: number): PairCategory {
  const tags: string[] = [];
  const values: string[] = [];
  let lines: number[] | undefined;
  return {
    name,
    tags,
    values,
    isLoop: false,
    rows: 1,
    visitRows: (visit) => visit(values, 0),
    // Counting lines takes as long as the file is large: only for those who ask.
    get lines() {
      lines ??= [lineAt(text, begin)];
      return lines;
    },
  };
}

/** Parses CIF text, given as a string or as the bytes of a file. Throws InputError CIF_SYNTAX naming the line. */
export function parseCif(content: string | Uint8Array, fileName: string): CifDocument {
  const cursor = createCursor(textBytes(content), fileName);
  const blocks: { name: string; categories: CifCategory[] }[] = [];
  // Restraint dictionaries begin with a global_ section that says nothing of a block.
  let preamble: { categories: CifCategory[] } | undefined;
  let more = nextToken(cursor);
  while (more) {
    const lower = cursor.kind === plainToken ? tokenText(cursor).slice(0, 7).toLowerCase() : "";
    if (lower.startsWith("data_")) {
      blocks.push({ name: tokenText(cursor).slice(5), categories: [] });
      more = nextToken(cursor);
      continue;
    }
    if (lower === "global_") {
      preamble = { categories: [] };
      more = nextToken(cursor);
      continue;
    }
    const block = blocks.at(-1) ?? preamble;
    if (!block) return failAt(cursor, "Text before the first data_ block: this is no CIF file");
    if (lower === "loop_") more = readLoop(cursor, block.categories);
    else if (lower.startsWith("_")) more = readPair(cursor, block.categories);
    else if (lower.startsWith("save_") || lower === "stop_") more = nextToken(cursor);
    else failAt(cursor, `Value ${tokenText(cursor).slice(0, 40)} without an item name`);
  }
  return { blocks };
}

function readPair(cursor: CifCursor, categories: CifCategory[]): boolean {
  const tag = tokenText(cursor);
  const tagBegin = cursor.begin;
  if (!nextToken(cursor) || isReserved(cursor)) failAt(cursor, `Item ${tag} has no value`);
  const name = categoryName(tag);
  // Items of one category may stand apart.
  let category = categories.findLast((other) => !other.isLoop && other.name === name) as PairCategory | undefined;
  if (!category) {
    category = pairCategory(name, cursor.text, cursor.begin);
    categories.push(category);
  }
  requireNew(cursor, category.tags, tag, tagBegin);
  category.tags.push(tag);
  category.values.push(tokenText(cursor));
  return nextToken(cursor);
}

function requireNew({ text, fileName }: CifCursor, tags: readonly string[], tag: string, begin: number): void {
  const name = tag.toLowerCase();
  if (!tags.some((other) => other.toLowerCase() === name)) return;
  throw new InputError({
    code: "CIF_DUPLICATE",
    message: `Item ${tag} is given twice`,
    file: fileName,
    place: `line ${lineAt(text, begin)}`,
  });
}

function readLoop(cursor: CifCursor, categories: CifCategory[]): boolean {
  const tags: string[] = [];
  const { begin } = cursor;
  let more = nextToken(cursor);
  while (more && cursor.kind === plainToken && cursor.text.bytes[cursor.begin] === 95) {
    const tag = tokenText(cursor);
    requireNew(cursor, tags, tag, cursor.begin);
    tags.push(tag);
    more = nextToken(cursor);
  }
  if (tags.length === 0) failAt(cursor, "A loop has no item names", begin);
  const name = categoryName(tags[0]!);
  const rowBegins = readRows(cursor, tags.length, name);
  categories.push(sourceLoop(name, tags, { text: cursor.text, fileName: cursor.fileName, rowBegins }));
  return cursor.kind !== endToken;
}

/** First bytes of the rows of a loop whose first value is the present token. */
function readRows(cursor: CifCursor, width: number, name: string): Uint32Array {
  const { bytes } = cursor.text;
  const valueBegins = new Uint32Array(width);
  const valueEnds = new Uint32Array(width);
  let begins = new Uint32Array(16);
  let rows = 0;
  let column = 0;
  let more = cursor.kind !== endToken && !isReserved(cursor);
  if (more) cursor.at = cursor.begin;
  while (more) {
    const plain = scanPlain(bytes, cursor.at, valueBegins, valueEnds, column);
    let rowBegin = valueBegins[0]!;
    const isNew = column === 0;
    if (plain > column) cursor.at = valueEnds[plain - 1]!;
    column = plain;
    if (plain < width) {
      more = nextValue(cursor);
      if (plain === 0) rowBegin = cursor.begin;
      if (more) column++;
    }
    if (isNew && column > 0) {
      if (rows === begins.length) {
        const longer = new Uint32Array(expectedRows(rows, rowBegin - begins[0]!, bytes.length - rowBegin));
        longer.set(begins);
        begins = longer;
      }
      begins[rows++] = rowBegin;
    }
    if (column === width) column = 0;
  }
  if (column !== 0) failAt(cursor, `The last row of loop ${name} has ${column} of ${width} values`);
  return 4 * rows > 3 * begins.length ? begins.subarray(0, rows) : begins.slice(0, rows);
}

/** Room for the rows of a loop: twice as many as there are, or of many, as many as fill the rest of the file. */
function expectedRows(rows: number, bytesOfThem: number, bytesLeft: number): number {
  if (rows < 4096) return 2 * rows;
  return rows + Math.ceil(Math.min(rows * 16, 1.02 * rows * (bytesLeft / bytesOfThem) + 1024));
}

function categoryName(tag: string): string {
  const dot = tag.indexOf(".");
  return dot < 0 ? "" : tag.slice(0, dot).toLowerCase();
}

/** The value behind its quotes; null for "." and "?". */
export function cifText(raw: string): string | null {
  if (raw === "." || raw === "?") return null;
  const first = raw.charCodeAt(0);
  if (first === 39 || first === 34) return raw.slice(1, -1);
  if (first === 59 && raw.length > 2) return raw.slice(1, -2);
  return raw;
}

/** What a written item may be: null is unknown ("?"), undefined does not apply ("."). */
export type CifInput = string | number | null | undefined;

/** A value as CIF text, quoted where it must be; "" is written as unknown. */
export function cifValue(value: CifInput): string {
  if (value === undefined) return ".";
  if (value === null || value === "") return "?";
  const text = String(value);
  if (isPlain(text)) return text;
  if (!/[\n\r]/.test(text)) {
    for (const quote of ["'", '"']) if (!endsInside(text, quote)) return quote + text + quote;
  }
  return `;${text.replaceAll("\n;", "\n ;")}\n;`;
}

/** Whether a text reads as one value without quotes; the tokenizer takes every control character as white space. */
function isPlain(text: string): boolean {
  if (text === "." || text === "?" || /^(["'#$[\]_;]|data_|loop_|save_|global_|stop_)/i.test(text)) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) <= 32) return false;
  return !/\s/.test(text);
}

/** Whether this quote followed by white space would end the text too early. */
function endsInside(text: string, quote: string): boolean {
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (text.charCodeAt(at + 1) <= 32) return true;
  }
  return false;
}

/** The first category of this name, or undefined. */
export function findCategory(block: CifBlock, name: string): CifCategory | undefined {
  return block.categories.find((category) => category.name === name);
}

/** Column of an item in its category; -1 when absent. Item names are compared without case. */
export function columnOf(category: CifCategory, item: string): number {
  const wanted = `${category.name}.${item}`.toLowerCase();
  return category.tags.findIndex((tag) => tag.toLowerCase() === wanted);
}

export function rowCount(category: CifCategory): number {
  return category.rows;
}

/** Unquoted values of one item, row by row; null for missing values; an empty array when there is no such item. */
export function cifColumn(category: CifCategory | undefined, item: string): readonly (string | null)[] {
  if (!category) return [];
  const column = columnOf(category, item);
  if (column < 0) return [];
  const out: (string | null)[] = [];
  for (let at = column; at < category.values.length; at += category.tags.length)
    out.push(cifText(category.values[at]!));
  return out;
}

/** A loop from columns of plain values. */
export function makeLoop(name: string, columns: Readonly<Record<string, readonly CifInput[]>>): CifCategory {
  const items = Object.keys(columns);
  const rows = columns[items[0]!]!.length;
  const values: string[] = [];
  for (let row = 0; row < rows; row++) for (const item of items) values.push(cifValue(columns[item]![row]));
  const tags = items.map((item) => `${name}.${item}`);
  return makeCategory(name, tags, values, true);
}

/** A single-row category. */
export function makePairs(name: string, items: Readonly<Record<string, CifInput>>): CifCategory {
  const tags = Object.keys(items);
  return makeCategory(
    name,
    tags.map((item) => `${name}.${item}`),
    tags.map((item) => cifValue(items[item])),
    false,
  );
}
