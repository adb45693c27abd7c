// Reads PDB files: fixed columns, with the liberties that programs take.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { elementIndex } from "../../chemistry/elements.ts";
import type { UnitCell } from "../../crystal/unit-cell.ts";
import {
  type AtomColumns,
  buildModel,
  createAtomColumns,
  createLabels,
  labelAtom,
  type ResidueLabels,
  setAnisotropic,
} from "../../model/build-model.ts";
import { type Helix, largestCoordinate, type Model, type StatedLink, type Strand } from "../../model/model.ts";
import { decodeHybrid36 } from "../../text/hybrid36.ts";
import { type TextBytes, textBytes } from "../../text/text-bytes.ts";
import {
  type ColumnLine,
  fieldBegin,
  fieldEnd,
  fieldInteger,
  fieldNumber,
  fieldText,
  inColumns,
} from "./column-line.ts";
import { guessElement } from "./guess-element.ts";
import { readCell, readDisulfide, readHelix, readLink, readStrand } from "./read-records.ts";

/** The file as it was: its bytes, where its lines begin and end, and which of them are atoms. */
export interface PdbDocument {
  readonly text: TextBytes;
  readonly lineCount: number;
  readonly begins: Uint32Array;
  readonly ends: Uint32Array;
  /** Row of the atom on each line, or one of the marks below. */
  readonly rows: Int32Array;
}

/** A line that is no atom, kept verbatim. */
const otherLine = -1;
/** An ANISOU line: written anew from the atom before it. */
const tensorLine = -2;

/** Calls with each line that is kept and the row of its atom, -1 for lines of other records. */
export function visitPdbLines(document: PdbDocument, visit: (line: string, row: number) => void): void {
  const { text, lineCount, begins, ends, rows } = document;
  for (let line = 0; line < lineCount; line++) {
    if (rows[line] !== tensorLine) visit(text.decode(begins[line]!, ends[line]!), rows[line]!);
  }
}

interface PdbState {
  readonly text: TextBytes;
  readonly fileName: string;
  readonly context: RunContext;
  readonly columns: AtomColumns;
  /** Of the present atom. */
  readonly labels: ResidueLabels;
  readonly elements: Map<string, number>;
  readonly statedLinks: StatedLink[];
  readonly helices: Helix[];
  readonly strands: Strand[];
  cell: UnitCell | null;
  spaceGroup: string | null;
  modelNumber: number;
  /** Number of TER records that each chain has had. */
  readonly segments: Map<string, number>;
  /** Number of END records: files put after each other. */
  fileEnds: number;
  /** Where the line of the last atom begins; -1 before the first. */
  lastAtom: number;
  lineNumber: number;
}

/** Reads a PDB file. Throws InputError PDB_* naming the line; oddities that can be understood are diagnostics. */
export function readPdb(content: string | Uint8Array, fileName: string, context: RunContext): Model {
  const text = textBytes(content);
  const document = findLines(text);
  const state: PdbState = {
    text,
    fileName,
    context,
    columns: createAtomColumns(countAtoms(document)),
    labels: createLabels(),
    elements: new Map(),
    statedLinks: [],
    helices: [],
    strands: [],
    cell: null,
    spaceGroup: null,
    modelNumber: 1,
    segments: new Map(),
    fileEnds: 0,
    lastAtom: -1,
    lineNumber: 0,
  };
  for (let line = 0; line < document.lineCount; line++) {
    state.lineNumber = line + 1;
    document.rows[line] = readLine(document.begins[line]!, document.ends[line]!, state);
  }
  if (state.columns.count === 0) {
    throw new InputError({
      code: "MODEL_EMPTY",
      message: "The model has no atoms",
      file: fileName,
      hint: "Give a PDB or mmCIF file with ATOM records",
    });
  }
  const { cell, spaceGroup, statedLinks, helices, strands } = state;
  return buildModel(
    state.columns,
    {
      cell,
      spaceGroup,
      statedLinks,
      helices,
      strands,
      source: { format: "pdb", fileName, content: document },
    },
    context,
  );
}

function findLines(text: TextBytes): PdbDocument {
  const { bytes } = text;
  let begins = new Uint32Array(Math.ceil(bytes.length / 80) + 16);
  let ends = new Uint32Array(begins.length);
  let lineCount = 0;
  for (let begin = text.begin; begin < bytes.length; ) {
    let end = begin;
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
    if (lineCount === begins.length) {
      begins = longer(begins);
      ends = longer(ends);
    }
    begins[lineCount] = begin;
    ends[lineCount] = end;
    lineCount++;
    begin = end + (bytes[end] === 13 && bytes[end + 1] === 10 ? 2 : 1);
  }
  return { text, lineCount, begins, ends, rows: new Int32Array(lineCount) };
}

function longer(list: Uint32Array): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(2 * list.length);
  out.set(list);
  return out;
}

function countAtoms({ text, lineCount, begins, ends }: PdbDocument): number {
  let count = 0;
  for (let line = 0; line < lineCount; line++) if (isAtom(text.bytes, begins[line]!, ends[line]!)) count++;
  return count;
}

/** ATOM or HETATM in either case. Serial numbers of six digits reach into the sixth column. */
function isAtom(bytes: Uint8Array, begin: number, end: number): boolean {
  if (end - begin < 4) return false;
  const first = bytes[begin]! | 32;
  if (first === 104) return isWord(bytes, begin, end, heteroWord);
  if (first !== 97 || !isWord(bytes, begin, end, atomWord)) return false;
  const fifth = end - begin < 5 ? 32 : bytes[begin + 4]!;
  const sixth = end - begin < 6 ? 32 : bytes[begin + 5]!;
  return fifth === 32 && (sixth === 32 || isDigit(sixth));
}

const atomWord = [97, 116, 111, 109];
const heteroWord = [104, 101, 116, 97, 116, 109];

function isWord(bytes: Uint8Array, begin: number, end: number, word: readonly number[]): boolean {
  if (end - begin < word.length) return false;
  for (let at = 0; at < word.length; at++) if ((bytes[begin + at]! | 32) !== word[at]) return false;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Row of the line's atom, or the mark of another line. */
function readLine(begin: number, end: number, state: PdbState): number {
  const { text, columns } = state;
  if (isAtom(text.bytes, begin, end)) {
    readAtom(inColumns(text, begin, end), state);
    state.lastAtom = begin;
    return columns.count++;
  }
  const record = text
    .intern(begin, Math.min(end, begin + 6))
    .trimEnd()
    .toUpperCase();
  if (record === "ANISOU") {
    readAnisotropic(inColumns(text, begin, end), state);
    return tensorLine;
  }
  if (record.startsWith("ATOM")) {
    warn(state, "PDB_ATOM_LINE", "Lines that begin with ATOM but are not in the format's columns are ignored");
  } else if (record === "TER") endSegment(state);
  else if (record === "END") state.fileEnds++;
  else if (record === "ENDMDL") state.modelNumber++;
  else if (/^(MODEL|CRYST1|SSBOND|LINKR?|HELIX|SHEET)$/.test(record))
    readHeader(record, text.decode(begin, end), state);
  return otherLine;
}

/** TER ends the chain of the atom before it. */
function endSegment({ columns, segments }: PdbState): void {
  const chain = columns.stretches.at(-1)?.chain;
  if (chain !== undefined) segments.set(chain, (segments.get(chain) ?? 0) + 1);
}

function readHeader(record: string, line: string, state: PdbState): void {
  if (record === "MODEL") {
    state.modelNumber = decodeHybrid36(line.slice(6, 14).trim(), 8) ?? state.modelNumber + 1;
  } else if (record === "CRYST1") Object.assign(state, readCell(line));
  else if (record === "SSBOND") state.statedLinks.push(readDisulfide(line));
  else if (record === "HELIX") state.helices.push(readHelix(line));
  else if (record === "SHEET") state.strands.push(readStrand(line));
  else state.statedLinks.push(readLink(line));
}

function readCoordinate(line: ColumnLine, column: number, state: PdbState): number {
  const value = fieldNumber(line, column, column + 8);
  if (line.end < line.begin + column + 8) {
    throw new InputError({
      code: "PDB_LINE_CUT",
      message: "The line ends before the coordinates do",
      file: state.fileName,
      place: `line ${state.lineNumber}, column ${line.end - line.begin + 1}`,
      hint: "Copy or download the file again",
    });
  }
  if (value !== null && Math.abs(value) < largestCoordinate) return value;
  throw new InputError({
    code: "PDB_COORDINATE",
    message: `"${fieldText(line, column, column + 8)}" is not a coordinate`,
    file: state.fileName,
    place: `line ${state.lineNumber}, column ${column + 1}`,
    hint: "Columns 31-54 hold x, y and z with three decimals",
  });
}

function readAtom(line: ColumnLine, state: PdbState): void {
  const { columns, labels } = state;
  const atom = columns.count;
  readAtomNames(line, atom, state);
  columns.xyz[3 * atom] = readCoordinate(line, 30, state);
  columns.xyz[3 * atom + 1] = readCoordinate(line, 38, state);
  columns.xyz[3 * atom + 2] = readCoordinate(line, 46, state);
  columns.occupancy[atom] = readOptional(line, 54, 1, "PDB_OCCUPANCY", state);
  columns.bFactor[atom] = readOptional(line, 60, 0, "PDB_B_FACTOR", state);
  columns.charge[atom] = readCharge(line);
  const isLong = line.end - line.begin > 5 && isDigit(line.text.bytes[line.begin + 5]!);
  const serial = fieldInteger(line, isLong ? 5 : 6, 11);
  if (serial === null) warn(state, "PDB_SERIAL", "Unreadable atom serial numbers are ignored");
  columns.serial[atom] = serial ?? atom + 1;
  columns.isHetero[atom] = (line.text.bytes[line.begin]! | 32) === 104 ? 1 : 0;
  labels.modelNumber = state.modelNumber;
  labels.segment = (state.segments.get(labels.chain) ?? 0) + state.fileEnds;
  labelAtom(columns, atom, labels);
}

function readAtomNames(line: ColumnLine, atom: number, state: PdbState): void {
  const { columns, labels, fileName, lineNumber } = state;
  const name = fieldText(line, 12, 16);
  if (name === "") {
    const place = `line ${lineNumber}`;
    throw new InputError({ code: "PDB_ATOM_NAME", message: "An atom has no name", file: fileName, place });
  }
  const sequenceNumber = fieldInteger(line, 22, 26);
  if (sequenceNumber === null) {
    throw new InputError({
      code: "PDB_RESIDUE_NUMBER",
      message: `"${fieldText(line, 22, 26)}" is not a residue number`,
      file: fileName,
      place: `line ${lineNumber}, column 23`,
    });
  }
  const residueName = fieldText(line, 17, 20);
  columns.name[atom] = name;
  columns.altloc[atom] = fieldText(line, 16, 17);
  labels.residueName = residueName;
  labels.chain = fieldText(line, 20, 22);
  labels.sequenceNumber = sequenceNumber;
  labels.insertionCode = fieldText(line, 26, 27);
  columns.segmentId[atom] = fieldText(line, 72, 76);
  columns.element[atom] = readElement(line, residueName, state);
}

function readElement(line: ColumnLine, residueName: string, state: PdbState): number {
  const { elements } = state;
  const symbol = fieldText(line, 76, 78);
  let element = elements.get(symbol);
  if (element === undefined) {
    element = elementIndex(symbol);
    elements.set(symbol, element);
  }
  if (element !== 0) return element;
  const code = symbol === "" ? "PDB_ELEMENT_MISSING" : "PDB_ELEMENT_UNKNOWN";
  warn(state, code, "Element columns are empty or unknown: taken from the atom name");
  const nameField = line.text.intern(line.begin + 12, Math.min(line.end, line.begin + 16));
  // No symbol is longer than two letters: the key cannot be one.
  const key = `${nameField}|${residueName}`;
  let guessed = elements.get(key);
  if (guessed === undefined) {
    guessed = guessElement(nameField, residueName);
    elements.set(key, guessed);
  }
  return guessed;
}

function warn({ context, lineNumber }: PdbState, code: string, message: string): void {
  addDiagnostic(context.diagnostics, "warning", code, message, () => `line ${lineNumber}`);
}

function readOptional(line: ColumnLine, column: number, fallback: number, code: string, state: PdbState): number {
  const value = fieldNumber(line, column, column + 6) ?? fallback;
  if (Number.isFinite(value)) return value;
  warn(state, code, `Unreadable values are taken as ${fallback}`);
  return fallback;
}

/** "2+", "+2", "1-" or blank. */
function readCharge(line: ColumnLine): number {
  const begin = fieldBegin(line, 78, 80);
  const end = fieldEnd(line, 78, 80);
  if (begin >= end) return 0;
  const match = /^([+-]?)(\d)([+-]?)$/.exec(line.text.intern(begin, end));
  if (!match) return 0;
  return Number(match[2]) * ((match[1] || match[3]) === "-" ? -1 : 1);
}

/** Belongs to the atom before it, whose labels it repeats. */
function readAnisotropic(line: ColumnLine, state: PdbState): void {
  const { text, columns, lastAtom } = state;
  let isSame = lastAtom >= 0;
  for (let column = 12; isSame && column < 27; column++) {
    isSame = text.bytes[lastAtom + column] === line.text.bytes[line.begin + column];
  }
  const u: number[] = [];
  for (let index = 0; index < 6; index++) {
    u.push((fieldNumber(line, 28 + 7 * index, 35 + 7 * index) ?? 0) / 1e4);
  }
  if (isSame && u.every(Number.isFinite)) setAnisotropic(columns, columns.count - 1, u);
  else warn(state, "PDB_ANISOU", "ANISOU records that do not follow their atom or are no numbers are ignored");
}
