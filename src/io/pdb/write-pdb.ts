// Writes PDB files: the source's own records around the present coordinates, or a plain file for models from elsewhere.
import { elementSymbol } from "../../chemistry/elements.ts";
import { type AtomAddress, findResidue, type Model } from "../../model/model.ts";
import { encodeHybrid36 } from "../../text/hybrid36.ts";
import { type PdbDocument, visitPdbLines } from "./read-pdb.ts";

/** Would not come back from its columns as it was. */
const oddName = /^\s|\s$|[^\x20-\x7e]/;

/** Why the format cannot hold the model; null when it can. */
export function whyNotPdb(model: Model): string | null {
  const { atoms, residues, chains } = model;
  const longChain = chains.id.find((id) => id.length > 2);
  if (longChain !== undefined) return `chain name "${longChain}" is longer than two characters`;
  const longResidue = residues.name.find((name) => name.length > 3);
  if (longResidue !== undefined) return `residue name "${longResidue}" is longer than three characters`;
  const longAtom = atoms.name.find((name) => name.length > 4);
  if (longAtom !== undefined) return `atom name "${longAtom}" is longer than four characters`;
  if (atoms.altloc.some((letter) => letter.length > 1)) return "an alternate location has more than one character";
  const longCode = residues.insertionCode.find((code) => code.length > 1);
  if (longCode !== undefined) return `insertion code "${longCode}" has more than one character`;
  for (const names of [chains.id, residues.name, residues.insertionCode, atoms.name, atoms.altloc]) {
    const odd = names.find((name) => oddName.test(name));
    if (odd !== undefined) return `the name "${odd}" has blanks around it or characters beyond ASCII`;
  }
  for (const number of residues.sequenceNumber) {
    if (encodeHybrid36(number, 4) === null) return `residue number ${number} does not fit four columns`;
  }
  if (encodeHybrid36(atoms.count, 5) === null) return "it has too many atoms";
  for (const value of atoms.xyz)
    if (value >= 99999.5 || value <= -9999.5) return "a coordinate does not fit its columns";
  return null;
}

/** The model as PDB text. Records of a PDB source stay as they were; atom lines carry the present values. */
export function writePdb(model: Model): string {
  const pieces: string[] = [];
  writePdbPieces(model, (piece) => pieces.push(piece));
  return pieces.join("");
}

/** Hands on the text in order, piece by piece, so that no string holds a whole file. */
export function writePdbPieces(model: Model, write: (piece: string) => void): void {
  const out: string[] = [];
  const pass = (): void => {
    if (out.length < pieceLines) return;
    write(`${out.join("\n")}\n`);
    out.length = 0;
  };
  if (model.source.format === "pdb") writeFromSource(model, out, pass);
  else writePlain(model, out, pass);
  if (out.length > 0) write(`${out.join("\n")}\n`);
}

const pieceLines = 10_000;

function writeFromSource(model: Model, out: string[], pass: () => void): void {
  const serials = createSerials(model);
  const rows = model.sourceRows;
  let next = 0;
  const writeAtom = (line: string): void => {
    out.push(patchAtomLine(serials.renumber(line), model, next));
    pushAnisotropic(out, model, next);
    next++;
  };
  const writeNewAtoms = (): void => {
    for (; rows?.[next] === -1; next++) {
      out.push(atomLine(model, next, serials.take()));
      pushAnisotropic(out, model, next);
    }
  };
  visitPdbLines(model.source.content as PdbDocument, (line, row) => {
    pass();
    if (row >= 0) {
      if ((rows?.[next] ?? row) !== row || next >= model.atoms.count) return;
      writeAtom(line);
      writeNewAtoms();
    } else if (line.startsWith("CONECT")) {
      const bonds = serials.renumberBonds(line);
      if (bonds !== null) out.push(bonds);
    } else if (line.startsWith("TER")) out.push(serials.renumberEnd(line));
    else if (!line.startsWith("MASTER")) {
      // Totals of the records are not kept up.
      if (line.startsWith("MODEL")) serials.restart();
      out.push(line);
    }
  });
}

/** Gives atoms their numbers where the file's do not do, and keeps the bonds of CONECT records right. */
interface Serials {
  /** The number of a new atom. */
  take(): number;
  renumber(line: string): string;
  renumberEnd(line: string): string;
  /** Null where no bond is left. */
  renumberBonds(line: string): string | null;
  /** Models begin at 1 again. */
  restart(): void;
}

function createSerials(model: Model): Serials {
  const isEdited = model.sourceRows !== undefined;
  const isNew = model.sourceRows?.includes(-1) ?? false;
  const present = new Map<string, string>();
  let serial = 0;
  const field = (value: number): string => encodeHybrid36(value, 5) ?? "*****";
  const take = (): number => ++serial;
  const put = (line: string): string =>
    isNew ? `${line.slice(0, 6).replace(/\d$/, " ")}${field(take())}${line.slice(11)}` : line;
  return {
    take,
    renumber(line) {
      const written = put(line);
      if (isEdited && !present.has(line.slice(6, 11).trim()))
        present.set(line.slice(6, 11).trim(), written.slice(6, 11));
      return written;
    },
    renumberEnd: (line) => (line.slice(6, 11).trim() === "" ? line : put(line)),
    renumberBonds(line) {
      if (!isEdited) return line;
      const atoms: (string | undefined)[] = [];
      for (let column = 6; column < Math.min(line.trimEnd().length, 31); column += 5) {
        atoms.push(present.get(line.slice(column, column + 5).trim()));
      }
      const [first, ...partners] = atoms;
      const left = partners.filter((partner) => partner !== undefined);
      return first === undefined || left.length === 0 ? null : `CONECT${first}${left.join("")}`;
    },
    restart() {
      serial = 0;
    },
  };
}

/** Only coordinates, occupancy and B change; names and numbers stay byte for byte. */
function patchAtomLine(text: string, model: Model, atom: number): string {
  const { xyz, occupancy, bFactor } = model.atoms;
  const line = text.padEnd(66);
  return (
    line.slice(0, 30) +
    fixed(xyz[3 * atom]!, 8, 3) +
    fixed(xyz[3 * atom + 1]!, 8, 3) +
    fixed(xyz[3 * atom + 2]!, 8, 3) +
    fixed(occupancy[atom]!, 6, 2) +
    fixed(bFactor[atom]!, 6, 2) +
    line.slice(66)
  );
}

/** Right-aligned with as many decimals as fit. */
function fixed(value: number, width: number, decimals: number): string {
  for (let digits = decimals; digits >= 0; digits--) {
    const text = value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1");
    if (text.length <= width) return text.padStart(width);
  }
  return "*".repeat(width);
}

function pushAnisotropic(out: string[], model: Model, atom: number): void {
  const u = model.atoms.anisotropicU;
  if (u === null || Number.isNaN(u[6 * atom]!)) return;
  const line = out[out.length - 1]!.padEnd(80);
  const values = Array.from(u.subarray(6 * atom, 6 * atom + 6), (value) => String(Math.round(value * 1e4)).padStart(7));
  out.push(`ANISOU${line.slice(6, 27)} ${values.join("")}  ${line.slice(72, 80)}`);
}

function writePlain(model: Model, out: string[], pass: () => void): void {
  writeHeader(model, out);
  const { atoms, residues, chains, modelNumbers } = model;
  const several = modelNumbers.length > 1;
  const endsPolymer = findPolymerEnds(model);
  let serial = 0;
  let openModel = -1;
  for (let atom = 0; atom < atoms.count; atom++) {
    const residue = atoms.residue[atom]!;
    const chain = residues.chain[residue]!;
    if (several && chains.model[chain] !== openModel) {
      if (openModel >= 0) out.push("ENDMDL");
      openModel = chains.model[chain]!;
      out.push(`MODEL     ${String(modelNumbers[openModel]).padStart(4)}`);
    }
    serial++;
    pass();
    out.push(atomLine(model, atom, serial));
    pushAnisotropic(out, model, atom);
    if (endsPolymer[atom] === 1) {
      serial++;
      out.push(`TER   ${encodeHybrid36(serial, 5)}      ${out[out.length - 1]!.slice(17, 27)}`);
    }
  }
  if (several) out.push("ENDMDL");
  out.push("END");
}

/** 1 for atoms after which a chain's segment is complete, where it ends in a polymer. */
function findPolymerEnds({ atoms, residues, chains }: Model): Uint8Array {
  const ends = new Uint8Array(atoms.count);
  for (let chain = 0; chain < chains.count; chain++) {
    let last = -1;
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      // Atoms of a residue are in the order of the file.
      const lastOfResidue = residues.atomIndex[residues.atomOffset[residue + 1]! - 1]!;
      last = Math.max(last, lastOfResidue);
      if (residues.endsSegment[residue] === 0) continue;
      if (atoms.isHetero[lastOfResidue] === 0) ends[last] = 1;
      last = -1;
    }
  }
  return ends;
}

function atomLine(model: Model, atom: number, serial: number): string {
  const { atoms, residues, chains } = model;
  const residue = atoms.residue[atom]!;
  const symbol = elementSymbol(atoms.element[atom]!).toUpperCase();
  const name = atoms.name[atom]!;
  const charge = atoms.charge[atom]!;
  const chargeField = charge === 0 ? "  " : `${Math.abs(charge)}${charge < 0 ? "-" : "+"}`;
  return (
    `${atoms.isHetero[atom] === 1 ? "HETATM" : "ATOM  "}${encodeHybrid36(serial, 5)} ${nameField(name, symbol)}` +
    `${atoms.altloc[atom]!.padEnd(1)}${residues.name[residue]!.padStart(3)}${chains.id[residues.chain[residue]!]!.padStart(2)}` +
    `${encodeHybrid36(residues.sequenceNumber[residue]!, 4)}${residues.insertionCode[residue]!.padEnd(1)}   ` +
    `${fixed(atoms.xyz[3 * atom]!, 8, 3)}${fixed(atoms.xyz[3 * atom + 1]!, 8, 3)}${fixed(atoms.xyz[3 * atom + 2]!, 8, 3)}` +
    `${fixed(atoms.occupancy[atom]!, 6, 2)}${fixed(atoms.bFactor[atom]!, 6, 2)}      ` +
    `${atoms.segmentId[atom]!.slice(0, 4).padEnd(4)}${symbol === "X" ? "  " : symbol.padStart(2)}${chargeField}`
  );
}

/** Symbols of two letters begin in the first column of the field. */
function nameField(name: string, symbol: string): string {
  return name.length < 4 && symbol.length === 1 ? ` ${name.padEnd(3)}` : name.padEnd(4);
}

function writeHeader(model: Model, out: string[]): void {
  writeSecondaryStructure(model, out);
  let disulfides = 0;
  for (const { kind, first, second, distance } of model.statedLinks) {
    const length = distance === null ? "" : distance.toFixed(2).padStart(5);
    if (kind === "disulfide") {
      disulfides++;
      const ends = [first, second].map((end) => `${end.residueName.padStart(3)}${end.chain.padStart(2)} ${endOf(end)}`);
      out.push(`SSBOND ${String(disulfides).padStart(3)} ${ends.join("   ")}${" ".repeat(37)}${length}`);
    } else if (kind !== "hydrogen-bond") {
      out.push(
        `LINK        ${linkEnd(model, first)}${" ".repeat(15)}${linkEnd(model, second)}${" ".repeat(16)}${length}`,
      );
    }
  }
  const { cell } = model;
  if (cell) {
    const edges = [cell.a, cell.b, cell.c].map((value) => fixed(value, 9, 3)).join("");
    const angles = [cell.alpha, cell.beta, cell.gamma].map((value) => fixed(value, 7, 2)).join("");
    out.push(`CRYST1${edges}${angles} ${(model.spaceGroup ?? "P 1").padEnd(11)}`);
  }
}

function writeSecondaryStructure(model: Model, out: string[]): void {
  const end = (chain: string, sequenceNumber: number, insertionCode: string): string[] => {
    const name = model.residues.name[findResidue(model, chain, sequenceNumber, insertionCode)] ?? "UNK";
    return [`${name.padStart(3)}${chain.padStart(2)}`, endOf({ sequenceNumber, insertionCode })];
  };
  model.helices.forEach((helix, index) => {
    const id = encodeHybrid36(index + 1, 3) ?? "***";
    const first = end(helix.chain, helix.firstSequenceNumber, helix.firstInsertionCode).join(" ");
    const last = end(helix.chain, helix.lastSequenceNumber, helix.lastInsertionCode).join(" ");
    out.push(`HELIX  ${id} ${id} ${first} ${last}${String(helix.helixClass).padStart(2)}`);
  });
  const strandsSoFar = new Map<string, number>();
  for (const strand of model.strands) {
    const number = (strandsSoFar.get(strand.sheet) ?? 0) + 1;
    strandsSoFar.set(strand.sheet, number);
    const total = model.strands.filter(({ sheet }) => sheet === strand.sheet).length;
    const first = end(strand.chain, strand.firstSequenceNumber, strand.firstInsertionCode).join("");
    const last = end(strand.chain, strand.lastSequenceNumber, strand.lastInsertionCode).join("");
    const sheet = strand.sheet.slice(0, 3).padStart(3);
    out.push(
      `SHEET  ${encodeHybrid36(number, 3)} ${sheet}${String(total).padStart(2)} ${first} ${last}${String(strand.sense).padStart(2)}`,
    );
  }
}

function endOf({ sequenceNumber, insertionCode }: Pick<AtomAddress, "sequenceNumber" | "insertionCode">): string {
  return `${encodeHybrid36(sequenceNumber, 4) ?? "****"}${insertionCode.padEnd(1)}`;
}

function linkEnd(model: Model, end: AtomAddress): string {
  const { atoms, residues } = model;
  const residue = findResidue(model, end.chain, end.sequenceNumber, end.insertionCode);
  const rows =
    residue < 0 ? [] : residues.atomIndex.subarray(residues.atomOffset[residue], residues.atomOffset[residue + 1]);
  const atom = rows.find((row) => atoms.name[row] === end.atomName);
  const symbol = elementSymbol(atom === undefined ? 0 : atoms.element[atom]!);
  return `${nameField(end.atomName, symbol)}${end.altloc.padEnd(1)}${end.residueName.padStart(3)}${end.chain.padStart(2)}${endOf(end)}`;
}
