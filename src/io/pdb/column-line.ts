// Fields of a line by their columns.
import { decodeHybrid36 } from "../../text/hybrid36.ts";
import { parseInteger, parseNumber, type TextBytes, textBytes } from "../../text/text-bytes.ts";

/** A range of bytes with one byte per column. */
export interface ColumnLine {
  readonly text: TextBytes;
  readonly begin: number;
  readonly end: number;
}

/** Letters beyond ASCII take one column, whatever they are stored as. */
export function inColumns(text: TextBytes, begin: number, end: number): ColumnLine {
  const last = Math.min(end, begin + 80);
  for (let at = begin; at < last; at++) {
    if (text.bytes[at]! < 128) continue;
    const line = text
      .decode(begin, end)
      .replaceAll("\u00a0", " ")
      .replaceAll(/[\u0080-\uffff]/g, "?");
    const narrow = textBytes(line);
    return { text: narrow, begin: 0, end: narrow.bytes.length };
  }
  return { text, begin, end };
}

/** First byte of a field of columns (from 0) that is not blank; its end where all are. */
export function fieldBegin({ text, begin, end }: ColumnLine, from: number, to: number): number {
  const last = Math.min(end, begin + to);
  let at = begin + from;
  while (at < last && text.bytes[at]! <= 32) at++;
  return at;
}

export function fieldEnd({ text, begin, end }: ColumnLine, from: number, to: number): number {
  let at = Math.min(end, begin + to);
  while (at > begin + from && text.bytes[at - 1]! <= 32) at--;
  return at;
}

export function fieldText(line: ColumnLine, from: number, to: number): string {
  return line.text.intern(fieldBegin(line, from, to), fieldEnd(line, from, to));
}

/** Null where the field is blank, NaN where it is no number. */
export function fieldNumber(line: ColumnLine, from: number, to: number): number | null {
  const begin = fieldBegin(line, from, to);
  const end = fieldEnd(line, from, to);
  return begin >= end ? null : parseNumber(line.text, begin, end);
}

/** Null where the field is no number in decimal or hybrid-36 notation. */
export function fieldInteger(line: ColumnLine, from: number, to: number): number | null {
  const begin = fieldBegin(line, from, to);
  const end = fieldEnd(line, from, to);
  if (begin >= end) return null;
  const value = parseInteger(line.text, begin, end);
  return Number.isNaN(value) ? decodeHybrid36(line.text.decode(begin, end), to - from) : value;
}
