// Reads PDB files: fixed columns, with the liberties that programs take.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { RunContext } from "../../base/run-context.ts";
import { elementIndex, isMetalElement } from "../../chemistry/elements.ts";
import type { UnitCell } from "../../crystal/unit-cell.ts";
import { type AtomColumns, buildModel, createAtomColumns } from "../../model/build-model.ts";
import type { AtomAddress, Helix, Model, StatedLink, Strand } from "../../model/model.ts";
import { decodeHybrid36 } from "../../text/hybrid36.ts";
import { guessElement } from "./guess-element.ts";

/** One line of the file as it was: atom lines by row, everything else verbatim. */
export type PdbLine =
  | { readonly kind: "atom"; readonly row: number; readonly text: string }
  | { readonly kind: "other"; readonly text: string };

export interface PdbDocument {
  readonly lines: readonly PdbLine[];
}

interface PdbState {
  readonly columns: AtomColumns;
  readonly lines: PdbLine[];
  readonly statedLinks: StatedLink[];
  readonly helices: Helix[];
  readonly strands: Strand[];
  cell: UnitCell | null;
  spaceGroup: string | null;
  modelNumber: number;
  segment: number;
  lastAtomLine: string;
}

/** Reads the text of a PDB file. Throws InputError PDB_* naming the line; oddities that can be understood are diagnostics. */
export function readPdb(text: string, fileName: string, context: RunContext): Model {
  const state: PdbState = {
    columns: createAtomColumns(),
    lines: [],
    statedLinks: [],
    helices: [],
    strands: [],
    cell: null,
    spaceGroup: null,
    modelNumber: 1,
    segment: 0,
    lastAtomLine: "",
  };
  let lineNumber = 0;
  for (const line of splitLines(text)) {
    lineNumber++;
    readLine(line, lineNumber, fileName, state, context);
  }
  if (state.columns.x.length === 0) {
    throw new InputError({
      code: "MODEL_EMPTY",
      message: "The model has no atoms",
      file: fileName,
      hint: "Give a PDB or mmCIF file with ATOM records",
    });
  }
  const { cell, spaceGroup, statedLinks, helices, strands, lines } = state;
  const content: PdbDocument = { lines };
  return buildModel(state.columns, {
    cell,
    spaceGroup,
    statedLinks,
    helices,
    strands,
    source: { format: "pdb", fileName, content },
  });
}

function* splitLines(text: string): Generator<string> {
  let begin = 0;
  while (begin < text.length) {
    let end = begin;
    let code = 0;
    for (; end < text.length; end++) {
      code = text.charCodeAt(end);
      if (code === 10 || code === 13) break;
    }
    yield text.slice(begin, end);
    begin = end + (code === 13 && text.charCodeAt(end + 1) === 10 ? 2 : 1);
  }
}

function readLine(line: string, lineNumber: number, fileName: string, state: PdbState, context: RunContext): void {
  const record = line.slice(0, 6).trimEnd().toUpperCase();
  if (record === "ATOM" || record === "HETATM") {
    state.lines.push({ kind: "atom", row: state.columns.x.length, text: line });
    state.lastAtomLine = line;
    readAtom(line, lineNumber, fileName, state, context);
    return;
  }
  if (record === "ANISOU") {
    readAnisotropic(line, lineNumber, state, context);
    return;
  }
  state.lines.push({ kind: "other", text: line });
  if (record === "TER") state.segment++;
  else if (record === "MODEL") {
    state.modelNumber = decodeHybrid36(line.slice(6, 14).trim(), 8) ?? state.modelNumber + 1;
    state.segment++;
  } else if (record === "ENDMDL") state.modelNumber++;
  else if (record === "CRYST1") readCell(line, state);
  else if (record === "SSBOND") state.statedLinks.push(readDisulfide(line));
  else if (record === "LINK" || record === "LINKR") state.statedLinks.push(readLink(line));
  else if (record === "HELIX") state.helices.push(readHelix(line));
  else if (record === "SHEET") state.strands.push(readStrand(line));
}

function readCoordinate(line: string, begin: number, lineNumber: number, fileName: string): number {
  const field = line.slice(begin, begin + 8);
  const value = Number(field);
  if (field.trim() === "" || !Number.isFinite(value)) {
    throw new InputError({
      code: "PDB_COORDINATE",
      message: `"${field.trim()}" is not a coordinate`,
      file: fileName,
      place: `line ${lineNumber}, column ${begin + 1}`,
      hint: "Columns 31-54 hold x, y and z with three decimals",
    });
  }
  return value;
}

function readAtom(line: string, lineNumber: number, fileName: string, state: PdbState, context: RunContext): void {
  const { columns } = state;
  const place = `line ${lineNumber}`;
  const nameField = line.slice(12, 16);
  const name = nameField.trim();
  if (name === "") {
    throw new InputError({ code: "PDB_ATOM_NAME", message: "An atom has no name", file: fileName, place });
  }
  const sequenceNumber = decodeHybrid36(line.slice(22, 26), 4);
  if (sequenceNumber === null) {
    throw new InputError({
      code: "PDB_RESIDUE_NUMBER",
      message: `"${line.slice(22, 26).trim()}" is not a residue number`,
      file: fileName,
      place: `${place}, column 23`,
    });
  }
  columns.x.push(readCoordinate(line, 30, lineNumber, fileName));
  columns.y.push(readCoordinate(line, 38, lineNumber, fileName));
  columns.z.push(readCoordinate(line, 46, lineNumber, fileName));
  columns.occupancy.push(readOptional(line.slice(54, 60), 1, "PDB_OCCUPANCY", place, context));
  columns.bFactor.push(readOptional(line.slice(60, 66), 0, "PDB_B_FACTOR", place, context));
  const residueName = line.slice(17, 20).trim();
  const symbol = line.slice(76, 78).trim();
  let element = elementIndex(symbol);
  if (element === 0) {
    element = guessElement(nameField, residueName);
    const code = symbol === "" ? "PDB_ELEMENT_MISSING" : "PDB_ELEMENT_UNKNOWN";
    addDiagnostic(
      context.diagnostics,
      "warning",
      code,
      "Element columns are empty or unknown: taken from the atom name",
      place,
    );
  }
  columns.name.push(name);
  columns.element.push(element);
  columns.charge.push(readCharge(line.slice(78, 80)));
  columns.altloc.push(line.slice(16, 17).trim());
  const serial = decodeHybrid36(line.slice(6, 11), 5);
  if (serial === null) {
    addDiagnostic(context.diagnostics, "warning", "PDB_SERIAL", "Unreadable atom serial numbers are ignored", place);
  }
  columns.serial.push(serial ?? columns.serial.length + 1);
  columns.isHetero.push(/^hetatm/i.test(line));
  columns.segmentId.push(line.slice(72, 76).trim());
  columns.residueName.push(residueName);
  columns.sequenceNumber.push(sequenceNumber);
  columns.insertionCode.push(line.slice(26, 27).trim());
  columns.chain.push(line.slice(20, 22).trim());
  columns.modelNumber.push(state.modelNumber);
  columns.labelSequenceNumber.push(0);
  columns.segment.push(state.segment);
}

function readOptional(field: string, fallback: number, code: string, place: string, context: RunContext): number {
  if (field.trim() === "") return fallback;
  const value = Number(field);
  if (Number.isFinite(value)) return value;
  addDiagnostic(context.diagnostics, "warning", code, `Unreadable values are taken as ${fallback}`, place);
  return fallback;
}

/** "2+", "+2", "1-" or blank. */
function readCharge(field: string): number {
  const match = /^([+-]?)(\d)([+-]?)$/.exec(field.trim());
  if (!match) return 0;
  return Number(match[2]) * ((match[1] || match[3]) === "-" ? -1 : 1);
}

/** Belongs to the atom before it, whose labels it repeats. */
function readAnisotropic(line: string, lineNumber: number, state: PdbState, context: RunContext): void {
  const atom = state.columns.x.length - 1;
  if (line.slice(12, 27) !== state.lastAtomLine.slice(12, 27)) {
    addDiagnostic(
      context.diagnostics,
      "warning",
      "PDB_ANISOU",
      "ANISOU records that do not follow their atom are ignored",
      `line ${lineNumber}`,
    );
    return;
  }
  const u: number[] = [];
  for (let index = 0; index < 6; index++) u.push(Number(line.slice(28 + 7 * index, 35 + 7 * index)) / 1e4);
  if (u.every(Number.isFinite)) state.columns.anisotropicU.set(atom, u);
}

function readCell(line: string, state: PdbState): void {
  const edges = [6, 15, 24].map((begin) => Number(line.slice(begin, begin + 9)));
  const angles = [33, 40, 47].map((begin) => Number(line.slice(begin, begin + 7)) || 90);
  // A cell of 1 x 1 x 1 says that there is none.
  if (edges.some((edge) => !(edge > 1))) return;
  const [a, b, c] = edges as [number, number, number];
  const [alpha, beta, gamma] = angles as [number, number, number];
  state.cell = { a, b, c, alpha, beta, gamma };
  state.spaceGroup = line.slice(55, 66).trim() || null;
}

function readAddress(line: string, atomName: string, altloc: string, residue: number): AtomAddress {
  return {
    atomName,
    altloc,
    residueName: line.slice(residue, residue + 3).trim(),
    chain: line.slice(residue + 3, residue + 5).trim(),
    sequenceNumber: decodeHybrid36(line.slice(residue + 5, residue + 9), 4) ?? 0,
    insertionCode: line.slice(residue + 9, residue + 10).trim(),
  };
}

function readDisulfide(line: string): StatedLink {
  const distance = Number(line.slice(73, 78));
  const address = (residue: number, chain: number): AtomAddress => ({
    atomName: "SG",
    altloc: "",
    residueName: line.slice(residue, residue + 3).trim(),
    chain: line.slice(chain - 1, chain + 1).trim(),
    sequenceNumber: decodeHybrid36(line.slice(chain + 2, chain + 6), 4) ?? 0,
    insertionCode: line.slice(chain + 6, chain + 7).trim(),
  });
  return {
    kind: "disulfide",
    first: address(11, 15),
    second: address(25, 29),
    distance: distance > 0 ? distance : null,
  };
}

function readLink(line: string): StatedLink {
  const first = readAddress(line, line.slice(12, 16).trim(), line.slice(16, 17).trim(), 17);
  const second = readAddress(line, line.slice(42, 46).trim(), line.slice(46, 47).trim(), 47);
  const isMetal = [line.slice(12, 16), line.slice(42, 46)].some((field, index) =>
    isMetalElement(guessElement(field, (index === 0 ? first : second).residueName)),
  );
  const distance = Number(line.slice(73, 78));
  return { kind: isMetal ? "metal" : "covalent", first, second, distance: distance > 0 ? distance : null };
}

function readHelix(line: string): Helix {
  return {
    chain: line.slice(18, 20).trim(),
    firstSequenceNumber: decodeHybrid36(line.slice(21, 25), 4) ?? 0,
    firstInsertionCode: line.slice(25, 26).trim(),
    lastSequenceNumber: decodeHybrid36(line.slice(33, 37), 4) ?? 0,
    lastInsertionCode: line.slice(37, 38).trim(),
    helixClass: Number(line.slice(38, 40)) || 1,
  };
}

function readStrand(line: string): Strand {
  return {
    sheet: line.slice(11, 14).trim(),
    sense: Number(line.slice(38, 40)) || 0,
    chain: line.slice(20, 22).trim(),
    firstSequenceNumber: decodeHybrid36(line.slice(22, 26), 4) ?? 0,
    firstInsertionCode: line.slice(26, 27).trim(),
    lastSequenceNumber: decodeHybrid36(line.slice(33, 37), 4) ?? 0,
    lastInsertionCode: line.slice(37, 38).trim(),
  };
}
