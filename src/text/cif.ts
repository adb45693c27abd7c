// CIF syntax: blocks, categories and values, kept as they were written so that files survive a round trip.
import { InputError } from "../base/errors.ts";

/** One category of a block: a loop, or a single row of name-value pairs. */
export interface CifCategory {
  /** "_atom_site"; for names without a dot, the whole name's block-wide category "". */
  readonly name: string;
  /** Item names as written, e.g. "_atom_site.id". */
  readonly tags: readonly string[];
  /** Values as written (quotes and semicolons included), row by row. */
  readonly values: readonly string[];
  readonly isLoop: boolean;
  /** Line of the first value of each row. */
  readonly lines: readonly number[];
}

export interface CifBlock {
  readonly name: string;
  readonly categories: readonly CifCategory[];
}

export interface CifDocument {
  readonly blocks: readonly CifBlock[];
}

interface MutableCategory extends CifCategory {
  readonly tags: string[];
  readonly values: string[];
  readonly lines: number[];
}

interface Token {
  /** As written; "" at the end of the file. */
  text: string;
  line: number;
  quoted: boolean;
}

class Tokenizer {
  private at = 0;
  private line = 1;
  private readonly text: string;
  private readonly fileName: string;
  readonly token: Token = { text: "", line: 1, quoted: false };

  constructor(text: string, fileName: string) {
    this.text = text;
    this.fileName = fileName;
  }

  fail(message: string, line = this.token.line): never {
    throw new InputError({ code: "CIF_SYNTAX", message, file: this.fileName, place: `line ${line}` });
  }

  /** Moves to the next token; false at the end. */
  next(): boolean {
    const { text, token } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 10) this.line++;
      else if (code === 35) {
        const end = text.indexOf("\n", this.at);
        this.at = end < 0 ? text.length : end;
        continue;
      } else if (!(code <= 32)) break;
      this.at++;
    }
    token.line = this.line;
    if (this.at >= text.length) {
      token.text = "";
      token.quoted = false;
      return false;
    }
    const begin = this.at;
    const first = text.charCodeAt(begin);
    if (first === 59 && (begin === 0 || text.charCodeAt(begin - 1) === 10)) this.readTextField(begin);
    else if (first === 39 || first === 34) this.readQuoted(begin, first);
    else {
      let end = begin + 1;
      while (text.charCodeAt(end) > 32) end++;
      this.at = end;
      token.text = text.slice(begin, end);
      token.quoted = false;
      // Elsewhere than at the beginning of a line this is a plain value; it is quoted so that it stays one when written.
      if (first === 59) token.text = `'${token.text}'`;
    }
    return true;
  }

  private readTextField(begin: number): void {
    const { text, token } = this;
    let end = text.indexOf("\n;", begin);
    if (end < 0) this.fail("A text field that begins with a semicolon never ends");
    end += 2;
    for (let at = text.indexOf("\n", begin); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) this.line++;
    this.at = end;
    token.text = text.slice(begin, end);
    token.quoted = true;
  }

  private readQuoted(begin: number, quote: number): void {
    const { text, token } = this;
    let end = begin + 1;
    // A quote ends its string only before white space.
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === 10) this.fail("A quoted value never ends");
      if (code === quote && !(text.charCodeAt(end + 1) > 32)) break;
    }
    if (end >= text.length) this.fail("A quoted value never ends");
    this.at = end + 1;
    token.text = text.slice(begin, end + 1);
    token.quoted = true;
  }
}

/** Line ends of any system become "\n". */
function normalize(text: string): string {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return body.includes("\r") ? body.replaceAll(/\r\n?/g, "\n") : body;
}

/** Parses CIF text. Throws InputError CIF_SYNTAX naming the line. */
export function parseCif(text: string, fileName: string): CifDocument {
  const tokenizer = new Tokenizer(normalize(text), fileName);
  const { token } = tokenizer;
  const blocks: { name: string; categories: MutableCategory[] }[] = [];
  // Restraint dictionaries begin with a global_ section that says nothing of a block.
  let preamble: { categories: MutableCategory[] } | undefined;
  let more = tokenizer.next();
  while (more) {
    const lower = token.quoted ? "" : token.text.slice(0, 7).toLowerCase();
    if (lower.startsWith("data_")) {
      blocks.push({ name: token.text.slice(5), categories: [] });
      more = tokenizer.next();
      continue;
    }
    if (lower === "global_") {
      preamble = { categories: [] };
      more = tokenizer.next();
      continue;
    }
    const block = blocks.at(-1) ?? preamble;
    if (!block) return tokenizer.fail("Text before the first data_ block");
    if (lower === "loop_") more = readLoop(tokenizer, block.categories);
    else if (!token.quoted && token.text.startsWith("_")) more = readPair(tokenizer, block.categories);
    else if (lower.startsWith("save_") || lower === "stop_") more = tokenizer.next();
    else tokenizer.fail(`Value ${token.text.slice(0, 40)} without an item name`);
  }
  return { blocks };
}

function isReserved(token: Token): boolean {
  if (token.quoted) return false;
  const { text } = token;
  if (text.startsWith("_")) return true;
  const code = text.charCodeAt(0) | 32;
  // Only d(ata_), l(oop_), s(ave_, top_), g(lobal_) can begin a keyword.
  if (code !== 100 && code !== 108 && code !== 115 && code !== 103) return false;
  return /^(data_|loop_$|save_|global_$|stop_$)/i.test(text);
}

function readPair(tokenizer: Tokenizer, categories: MutableCategory[]): boolean {
  const { token } = tokenizer;
  const tag = token.text;
  if (!tokenizer.next() || isReserved(token)) tokenizer.fail(`Item ${tag} has no value`);
  const name = categoryName(tag);
  // Items of one category may stand apart.
  let category = categories.findLast((other) => !other.isLoop && other.name === name);
  if (!category) {
    category = { name, tags: [], values: [], isLoop: false, lines: [token.line] };
    categories.push(category);
  }
  category.tags.push(tag);
  category.values.push(token.text);
  return tokenizer.next();
}

function readLoop(tokenizer: Tokenizer, categories: MutableCategory[]): boolean {
  const { token } = tokenizer;
  const tags: string[] = [];
  const begin = token.line;
  let more = tokenizer.next();
  while (more && !token.quoted && token.text.startsWith("_")) {
    tags.push(token.text);
    more = tokenizer.next();
  }
  if (tags.length === 0) tokenizer.fail("A loop has no item names", begin);
  const values: string[] = [];
  const lines: number[] = [];
  while (more && !isReserved(token)) {
    if (values.length % tags.length === 0) lines.push(token.line);
    values.push(token.text);
    more = tokenizer.next();
  }
  if (values.length % tags.length !== 0) {
    tokenizer.fail(
      `The last row of loop ${categoryName(tags[0]!)} has ${values.length % tags.length} of ${tags.length} values`,
    );
  }
  categories.push({ name: categoryName(tags[0]!), tags, values, isLoop: true, lines });
  return more;
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
  if (!text.includes("\n")) {
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
  return category.values.length / category.tags.length;
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
  return { name, tags: items.map((item) => `${name}.${item}`), values, isLoop: true, lines: [] };
}

/** A single-row category. */
export function makePairs(name: string, items: Readonly<Record<string, CifInput>>): CifCategory {
  const tags = Object.keys(items);
  return {
    name,
    tags: tags.map((item) => `${name}.${item}`),
    values: tags.map((item) => cifValue(items[item])),
    isLoop: false,
    lines: [],
  };
}

/** Text of the document, loops in aligned columns. */
export function writeCif(document: CifDocument): string {
  const out: string[] = [];
  for (const block of document.blocks) {
    out.push(`data_${block.name}`, "#");
    for (const category of block.categories) {
      if (category.isLoop) writeLoop(category, out);
      else writePairs(category, out);
      out.push("#");
    }
  }
  return `${out.join("\n")}\n`;
}

function writePairs({ tags, values }: CifCategory, out: string[]): void {
  const width = tags.reduce((most, tag) => Math.max(most, tag.length), 0) + 2;
  tags.forEach((tag, index) => {
    const value = values[index]!;
    if (value.startsWith(";")) out.push(tag, value);
    else out.push(`${tag.padEnd(width)}${value}`);
  });
}

function writeLoop({ tags, values }: CifCategory, out: string[]): void {
  out.push("loop_", ...tags);
  const columns = tags.length;
  const widths = new Int32Array(columns);
  values.forEach((value, index) => {
    if (value.charCodeAt(0) !== 59 && value.length > widths[index % columns]!) widths[index % columns] = value.length;
  });
  let line = "";
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const column = index % columns;
    if (value.charCodeAt(0) === 59) {
      if (line !== "") out.push(line.trimEnd());
      out.push(value);
      line = "";
    } else line += column === columns - 1 ? value : `${value.padEnd(widths[column]!)} `;
    if (column === columns - 1 && line !== "") {
      out.push(line.trimEnd());
      line = "";
    }
  }
}
