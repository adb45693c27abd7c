// Writes CIF documents in pieces, so that no string holds a whole file.
import type { CifCategory, CifDocument } from "./cif.ts";

/** A piece of a loop is handed on when it has this many characters. */
const pieceLength = 1 << 20;

/** Hands on the text of the document in order, piece by piece, loops in aligned columns. */
export function writeCifPieces(document: CifDocument, write: (piece: string) => void): void {
  for (const block of document.blocks) {
    write(`data_${block.name}\n#\n`);
    let isOpen = false;
    for (const category of block.categories) {
      // Items behind a loop without rows would be taken for its items.
      if (category.isLoop || isOpen) writeLoop(category, write);
      else write(pairLines(category));
      write("#\n");
      isOpen = category.rows === 0;
    }
  }
}

/** Text of the document as one string. */
export function writeCif(document: CifDocument): string {
  const pieces: string[] = [];
  writeCifPieces(document, (piece) => pieces.push(piece));
  return pieces.join("");
}

function pairLines({ tags, values }: CifCategory): string {
  const width = tags.reduce((most, tag) => Math.max(most, tag.length), 0) + 2;
  return tags
    .map((tag, index) => {
      const value = values[index]!;
      return value.startsWith(";") ? `${tag}\n${value}\n` : `${tag.padEnd(width)}${value}\n`;
    })
    .join("");
}

function columnWidths(category: CifCategory): Int32Array {
  const widths = new Int32Array(category.tags.length);
  category.visitRows((row) => {
    for (let column = 0; column < row.length; column++) {
      const value = row[column]!;
      if (value.charCodeAt(0) !== 59 && value.length > widths[column]!) widths[column] = value.length;
    }
  });
  return widths;
}

function writeLoop(category: CifCategory, write: (piece: string) => void): void {
  const widths = columnWidths(category);
  let piece = `loop_\n${category.tags.join("\n")}\n`;
  category.visitRows((row) => {
    piece += rowLines(row, widths);
    if (piece.length < pieceLength) return;
    write(piece);
    piece = "";
  });
  write(piece);
}

/** Blanks that padded a column; other white space at the end, such as a no-break space, belongs to the value. */
function withoutPadding(line: string): string {
  let end = line.length;
  while (line.charCodeAt(end - 1) === 32) end--;
  return line.slice(0, end);
}

/** Text fields stand on lines of their own. */
function rowLines(row: readonly string[], widths: Int32Array): string {
  const last = row.length - 1;
  let lines = "";
  let line = "";
  for (let column = 0; column <= last; column++) {
    const value = row[column]!;
    if (value.charCodeAt(0) === 59) {
      if (line !== "") lines += `${withoutPadding(line)}\n`;
      lines += `${value}\n`;
      line = "";
    } else line += column === last ? value : `${value.padEnd(widths[column]!)} `;
  }
  return line === "" ? lines : `${lines}${withoutPadding(line)}\n`;
}
