// Tokens of CIF files as ranges of bytes.
import { InputError } from "../base/errors.ts";
import { lineAt, type TextBytes } from "./text-bytes.ts";

export const endToken = 0;
export const plainToken = 1;
const quotedToken = 2;
export const fieldToken = 3;

/** Where a walk over a file stands: after `nextToken` the bytes begin..end are the token with its quotes. */
export interface CifCursor {
  readonly text: TextBytes;
  readonly fileName: string;
  at: number;
  begin: number;
  end: number;
  kind: number;
}

export function createCursor(text: TextBytes, fileName: string, at = text.begin): CifCursor {
  return { text, fileName, at, begin: at, end: at, kind: endToken };
}

/** Throws InputError CIF_SYNTAX at the present token. */
export function failAt(cursor: CifCursor, message: string, offset = cursor.begin): never {
  throw new InputError({
    code: "CIF_SYNTAX",
    message,
    file: cursor.fileName,
    place: `line ${lineAt(cursor.text, offset)}`,
  });
}

/** Bytes with which a token begins that needs a closer look: comments, quotes, semicolons and names. */
const specialByte = 1;
/** Letters with which CIF's own words begin. */
const wordByte = 2;
const firstBytes = new Uint8Array(256);
for (const letter of "#'\";_") firstBytes[letter.charCodeAt(0)] = specialByte;
for (const letter of "dDlLsSgG") firstBytes[letter.charCodeAt(0)] = wordByte;

/** Whether a token may be one of CIF's own words: their underscore is the fifth letter, or the seventh of global_. */
function mayBeWord(bytes: Uint8Array, begin: number, end: number): boolean {
  return end - begin >= 5 && (bytes[begin + 4] === 95 || bytes[begin + 6] === 95);
}

/**
 * Ordinary values from `at` on, one after the other: the first byte of each, and the first one after it, to the columns from
 * `column` on. The column whose value needs a closer look or is not there; the number of columns where there is none.
 */
export function scanPlain(
  bytes: Uint8Array,
  at: number,
  begins: Uint32Array,
  ends: Uint32Array,
  column: number,
): number {
  const { length } = bytes;
  let place = at;
  for (let index = column; index < begins.length; index++) {
    while (place < length && bytes[place]! <= 32) place++;
    if (place === length) return index;
    const begin = place;
    const first = firstBytes[bytes[begin]!]!;
    if (first === specialByte) return index;
    do place++;
    while (place < length && bytes[place]! > 32);
    if (first === wordByte && mayBeWord(bytes, begin, place)) return index;
    begins[index] = begin;
    ends[index] = place;
  }
  return begins.length;
}

/**
 * Moves on by one value of a loop: ordinary ones here, all others through `nextToken`. False at the end of the file and at
 * CIF's own words and names, which end the loop.
 */
export function nextValue(cursor: CifCursor): boolean {
  return nextToken(cursor) && !isReserved(cursor);
}

/** Moves to the next token; false at the end. Control characters count as white space. */
export function nextToken(cursor: CifCursor): boolean {
  const { bytes } = cursor.text;
  const length = bytes.length;
  let at = cursor.at;
  while (at < length) {
    const byte = bytes[at]!;
    if (byte === 35) {
      while (at < length && bytes[at] !== 10 && bytes[at] !== 13) at++;
    } else if (byte > 32) break;
    else at++;
  }
  cursor.begin = at;
  if (at >= length) {
    cursor.at = at;
    cursor.end = at;
    cursor.kind = endToken;
    return false;
  }
  const first = bytes[at]!;
  if (first === 59 && isLineBegin(cursor.text, at)) readTextField(cursor, at);
  else if (first === 39 || first === 34) readQuoted(cursor, at, first);
  else {
    do at++;
    while (at < length && bytes[at]! > 32);
    cursor.at = at;
    cursor.end = at;
    cursor.kind = plainToken;
  }
  return true;
}

function isLineBegin({ bytes, begin }: TextBytes, at: number): boolean {
  return at === begin || bytes[at - 1] === 10 || bytes[at - 1] === 13;
}

function readTextField(cursor: CifCursor, begin: number): void {
  const { text } = cursor;
  for (let at = text.bytes.indexOf(59, begin + 1); at >= 0; at = text.bytes.indexOf(59, at + 1)) {
    if (!isLineBegin(text, at)) continue;
    cursor.at = at + 1;
    cursor.end = at + 1;
    cursor.kind = fieldToken;
    return;
  }
  failAt(cursor, "A text field that begins with a semicolon never ends", begin);
}

/** A quote ends its string only before white space. */
function readQuoted(cursor: CifCursor, begin: number, quote: number): void {
  const { bytes } = cursor.text;
  for (let at = begin + 1; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === 10 || byte === 13) break;
    if (byte !== quote || bytes[at + 1]! > 32) continue;
    cursor.at = at + 1;
    cursor.end = at + 1;
    cursor.kind = quotedToken;
    return;
  }
  failAt(cursor, "A quoted value never ends", begin);
}

/** The token as written, with "\n" for line ends of any system. */
export function tokenText({ text, begin, end, kind }: CifCursor): string {
  if (kind === plainToken) {
    // A semicolon elsewhere than at the beginning of a line is a plain value; it is quoted so that it stays one when written.
    if (text.bytes[begin] === 59) return `'${text.decode(begin, end)}'`;
    return end - begin <= 4 ? text.intern(begin, end) : text.decode(begin, end);
  }
  const written = text.decode(begin, end);
  return kind === fieldToken && written.includes("\r") ? written.replaceAll(/\r\n?/g, "\n") : written;
}

/** Whether the token is one of CIF's own words, or the name of an item. */
export function isReserved({ text, begin, end, kind }: CifCursor): boolean {
  if (kind !== plainToken) return false;
  const first = text.bytes[begin]!;
  if (first === 95) return true;
  const letter = first | 32;
  // Only d(ata_), l(oop_), s(ave_, top_), g(lobal_) can begin a keyword.
  if (letter !== 100 && letter !== 108 && letter !== 115 && letter !== 103) return false;
  if (end - begin < 5) return false;
  return /^(data_|loop_$|save_|global_$|stop_$)/i.test(text.decode(begin, Math.min(end, begin + 8)));
}
