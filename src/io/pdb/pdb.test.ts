// PDB files as programs write them are read with all their liberties, and written with every record they came with.
import { expect, test } from "vitest";
import { InputError } from "../../base/errors.ts";
import { createRunContext } from "../../base/run-context.ts";
import { elementSymbol } from "../../chemistry/elements.ts";
import { atomLabel, type Model, withCoordinates } from "../../model/model.ts";
import { readMmcif } from "../mmcif/read-mmcif.ts";
import { writeMmcif } from "../mmcif/write-mmcif.ts";
import { readPdb } from "./read-pdb.ts";
import { whyNotPdb, writePdb } from "./write-pdb.ts";

function read(text: string): { readonly model: Model; readonly codes: readonly string[] } {
  const context = createRunContext();
  const model = readPdb(text, "m.pdb", context);
  return { model, codes: context.diagnostics.entries.map(({ code }) => code) };
}

const records = `HEADER    OXYGEN TRANSPORT                        22-OCT-98   1XYZ
TITLE     A SMALL MODEL
REMARK   3 REFINEMENT.
SEQRES   1 A    5  CYS SER LYS LYS PRO
HELIX    1  H1 CYS A    1  SER A    2A 5                                   2
SHEET    1  S1 2 LYS A9999  LYS A9999  0
SHEET    2  S1 2 LYS AA000  PRO AA001 -1
SSBOND   1 CYS A    1    CYS A    6                          1555   1555  2.03
LINK        ZN    ZN B   1                 SG  CYS A   1     1555   1555  2.33
LINK         C1  NAG B   2                 OG ASER A   2A    1555   1555  1.45
CISPEP   1 LYS AA000    PRO AA001          0        -0.15
SITE     1 AC1  1 CYS A   1
CRYST1   50.000   60.000   70.000  90.00  95.50  90.00 P 1 21 1      2
ORIGX1      1.000000  0.000000  0.000000        0.00000
SCALE1      0.020000  0.000000  0.000000        0.00000
ATOM      1  SG  CYS A   1       1.000   2.000   3.000  1.00 10.00      SEGA S
ANISOU    1  SG  CYS A   1     1000   2000   3000    100   -200    300  SEGA S
ATOM      2  OG ASER A   2A     -0.500   2.000   3.000  0.60 20.00           O
ATOM      3  OG BSER A   2A      0.500   2.000   3.000  0.40 21.00           O
ATOM  99999  CA  LYS A9999       4.000   2.000   3.000  1.00 10.00           C
ATOM  A0000  CA  LYS AA000       5.000   2.000   3.000  1.00 10.00           C
ATOM  A0001  CA  PRO AA001       6.000   2.000   3.000  1.00 10.00           C
ATOM  A0002  SG  CYS A   6       7.000   2.000   3.000  1.00 10.00           S
TER   A0003      CYS A   6
HETATM    4 ZN    ZN B   1       8.000   2.000   3.000  1.00 10.00          ZN2+
HETATM    5  C1  NAG B   2       9.000   2.000   3.000  1.00 10.00           C
CONECT    1    4
END
`;

test("atoms carry alternates, insertion codes, hybrid numbers, segments, charges and tensors", () => {
  const { model, codes } = read(records);
  const { atoms, residues } = model;
  expect(codes).toEqual([]);
  const labels = Array.from({ length: atoms.count }, (_, atom) => atomLabel(model, atom));
  expect(labels).toEqual([
    "A 1 CYS SG",
    "A 2A SER OG.A",
    "A 2A SER OG.B",
    "A 9999 LYS CA",
    "A 10000 LYS CA",
    "A 10001 PRO CA",
    "A 6 CYS SG",
    "B 1 ZN ZN",
    "B 2 NAG C1",
  ]);
  expect([...atoms.serial]).toEqual([1, 2, 3, 99999, 100000, 100001, 100002, 4, 5]);
  expect([...atoms.element].map(elementSymbol).join(" ")).toBe("S O O C C C S Zn C");
  expect([...atoms.charge]).toEqual([0, 0, 0, 0, 0, 0, 0, 2, 0]);
  expect([...atoms.anisotropicU!.subarray(0, 7)]).toEqual([0.1, 0.2, 0.3, 0.01, -0.02, 0.03, Number.NaN]);
  expect(atoms.segmentId[0]).toBe("SEGA");
  expect([...residues.endsSegment]).toEqual([0, 0, 0, 0, 0, 1, 0, 1]);
});

test("links, helices, strands and the cell are understood", () => {
  const { model } = read(records);
  const ends = model.statedLinks.map(({ kind, first, second, distance }) => [
    kind,
    `${first.chain}${first.sequenceNumber}${first.insertionCode} ${first.atomName}${first.altloc}`,
    `${second.chain}${second.sequenceNumber}${second.insertionCode} ${second.atomName}${second.altloc}`,
    distance,
  ]);
  expect(ends).toEqual([
    ["disulfide", "A1 SG", "A6 SG", 2.03],
    ["metal", "B1 ZN", "A1 SG", 2.33],
    ["covalent", "B2 C1", "A2A OGA", 1.45],
  ]);
  expect(model.helices).toEqual([
    {
      chain: "A",
      firstSequenceNumber: 1,
      firstInsertionCode: "",
      lastSequenceNumber: 2,
      lastInsertionCode: "A",
      helixClass: 5,
    },
  ]);
  expect(model.strands.map((strand) => [strand.firstSequenceNumber, strand.lastSequenceNumber, strand.sense])).toEqual([
    [9999, 9999, 0],
    [10000, 10001, -1],
  ]);
  expect(model.cell).toEqual({ a: 50, b: 60, c: 70, alpha: 90, beta: 95.5, gamma: 90 });
  expect(model.spaceGroup).toBe("P 1 21 1");
});

/** Every atom one Angstrom further along x. */
function moved(model: Model): Model {
  return withCoordinates(
    model,
    model.atoms.xyz.map((value, at) => (at % 3 === 0 ? value + 1 : value)),
  );
}

test("writing changes coordinates and nothing else, whatever the record", () => {
  const expected = records
    .split("\n")
    .map((line) => {
      if (!/^(ATOM|HETATM)/.test(line)) return line;
      return line.slice(0, 30) + (Number(line.slice(30, 38)) + 1).toFixed(3).padStart(8) + line.slice(38);
    })
    .join("\n");
  const written = writePdb(moved(read(records).model));
  const withoutEnds = (text: string): string[] => text.split("\n").map((line) => line.trimEnd());
  expect(withoutEnds(written)).toEqual(withoutEnds(expected));
});

function rowsOf(model: Model): unknown[] {
  const { atoms, residues } = model;
  return Array.from({ length: atoms.count }, (_, atom) => [
    atomLabel(model, atom),
    elementSymbol(atoms.element[atom]!),
    atoms.charge[atom],
    atoms.isHetero[atom],
    [...atoms.xyz.subarray(3 * atom, 3 * atom + 3)],
    [atoms.occupancy[atom], atoms.bFactor[atom]],
    [...(atoms.anisotropicU?.subarray(6 * atom, 6 * atom + 6) ?? [])],
    residues.endsSegment[atoms.residue[atom]!],
  ]);
}

test("a PDB model written as mmCIF and from there as PDB keeps atoms, links, secondary structure, cell and chain ends", () => {
  const { model } = read(records);
  const context = createRunContext();
  const asMmcif = readMmcif(writeMmcif(model), "m.cif", context);
  const { model: asPdb, codes } = read(writePdb(asMmcif));
  for (const other of [asMmcif, asPdb]) {
    expect(rowsOf(other)).toEqual(rowsOf(model));
    expect(other.statedLinks.toSorted((a, b) => a.kind.localeCompare(b.kind))).toEqual(
      model.statedLinks.toSorted((a, b) => a.kind.localeCompare(b.kind)),
    );
    expect([other.helices, other.strands]).toEqual([model.helices, model.strands]);
    expect([other.cell, other.spaceGroup]).toEqual([model.cell, model.spaceGroup]);
  }
  expect([context.diagnostics.entries, codes]).toEqual([[], []]);
});

test("header records of a PDB model are kept as text in its mmCIF file", () => {
  const text = writeMmcif(read(records).model);
  for (const kept of [
    "HEADER    OXYGEN TRANSPORT",
    "REMARK   3 REFINEMENT.",
    "SEQRES   1 A",
    "CISPEP   1 LYS",
    "SITE     1",
  ]) {
    expect(text).toContain(kept);
  }
  expect(text).toMatch(/_struct\.title +'A SMALL MODEL'/);
});

test("the blank chain gets a letter of its own in mmCIF, in links too", () => {
  const text = `SSBOND   1 CYS      1    CYS A    1                          1555   1555  2.03
ATOM      1  SG  CYS     1       1.000   2.000   3.000  1.00 10.00           S
ATOM      2  SG  CYS A   1       3.000   2.000   3.000  1.00 10.00           S
`;
  const model = readMmcif(writeMmcif(read(text).model), "m.cif", createRunContext());
  expect(model.chains.id).toEqual(["B", "A"]);
  expect(model.statedLinks[0]!.first.chain).toBe("B");
});

test("a segment that begins again in the same chain stays apart in mmCIF", () => {
  const text = `ATOM      1  C   GLY A   1       1.000   2.000   3.000  1.00 10.00           C
TER
ATOM      2  N   GLY A   2       2.000   2.000   3.000  1.00 10.00           N
HETATM    3  O   HOH A   3       9.000   2.000   3.000  1.00 10.00           O
`;
  const { model } = read(text);
  const again = readMmcif(writeMmcif(model), "m.cif", createRunContext());
  expect([...model.residues.endsSegment]).toEqual([1, 0, 1]);
  expect([...again.residues.endsSegment]).toEqual([1, 0, 1]);
  expect(again.chains.id).toEqual(["A"]);
});

const atom = (changes: Readonly<Record<number, string>> = {}): string => {
  const line = [..."ATOM      1  CA  GLY A   1       1.000   2.000   3.000  1.00 10.00           C  "];
  for (const [column, text] of Object.entries(changes)) line.splice(Number(column) - 1, text.length, ...text);
  return `${line.join("")}\n`;
};

test("models are told apart by number, and written back with their MODEL and ENDMDL records", () => {
  const text = `MODEL        3\n${atom()}ENDMDL\nMODEL        7\n${atom()}${atom({ 13: " N  " })}ENDMDL\nEND\n`;
  const { model } = read(text);
  expect([model.modelNumbers, model.chains.count, [...model.chains.model]]).toEqual([[3, 7], 2, [0, 1]]);
  expect(writePdb(model)).toBe(text);
  const again = readMmcif(writeMmcif(model), "m.cif", createRunContext());
  expect(again.modelNumbers).toEqual([3, 7]);
});

test.each([
  ["CR LF", "\r\n"],
  ["CR", "\r"],
])("lines that end with %s read as others do", (_name, end) => {
  const { model, codes } = read(records.replaceAll("\n", end));
  expect(rowsOf(model)).toEqual(rowsOf(read(records).model));
  expect(codes).toEqual([]);
});

test.each([
  ["element columns that are empty", { 77: "  " }, "C", ["PDB_ELEMENT_MISSING"]],
  ["element columns that hold something else", { 77: "12" }, "C", ["PDB_ELEMENT_UNKNOWN"]],
  ["a symbol at the left of its columns", { 77: "C " }, "C", []],
  ["a symbol in small letters", { 13: "ZN  ", 18: " ZN", 77: "zn" }, "Zn", []],
  ["an ion without element", { 13: "CA  ", 18: " CA", 77: "  " }, "Ca", ["PDB_ELEMENT_MISSING"]],
  ["an atom of a haem without element", { 13: "FE  ", 18: "HEM", 77: "  " }, "Fe", ["PDB_ELEMENT_MISSING"]],
  ["a hydrogen of four letters without element", { 13: "HG21", 18: "THR", 77: "  " }, "H", ["PDB_ELEMENT_MISSING"]],
  ["a hydrogen named by digit first", { 13: "1HB ", 18: "ALA", 77: "  " }, "H", ["PDB_ELEMENT_MISSING"]],
  ["selenium of selenomethionine", { 13: "SE  ", 18: "MSE", 77: "SE" }, "Se", []],
  ["deuterium", { 13: " D  ", 77: " D" }, "D", []],
])("%s", (_name, changes, symbol, expected) => {
  const { model, codes } = read(atom(changes));
  expect([elementSymbol(model.atoms.element[0]!), codes]).toEqual([symbol, expected]);
});

test.each([
  ["2+", 2],
  ["+2", 2],
  ["1-", -1],
  ["-1", -1],
  ["  ", 0],
  ["XX", 0],
])('charge "%s" is %i', (field, charge) => {
  expect(read(atom({ 79: field })).model.atoms.charge[0]).toBe(charge);
});

test("a line that ends after its coordinates has occupancy 1 and B 0", () => {
  const { model } = read(atom().slice(0, 54));
  expect([model.atoms.occupancy[0], model.atoms.bFactor[0]]).toEqual([1, 0]);
});

test("chains of two characters use the column before", () => {
  const { model } = read(atom({ 21: "AB" }));
  expect(model.chains.id).toEqual(["AB"]);
});

test.each([
  ["a serial number of asterisks", atom({ 7: "*****" }), "PDB_SERIAL"],
  ["a B factor of asterisks", atom({ 61: "******" }), "PDB_B_FACTOR"],
  ["an occupancy that is no number", atom({ 55: "  x.xx" }), "PDB_OCCUPANCY"],
  [
    "a tensor of another atom",
    `${atom()}ANISOU    2  CB  GLY A   1     1000   2000   3000      0      0      0\n`,
    "PDB_ANISOU",
  ],
])("%s is reported and the atom kept", (_name, text, code) => {
  const { model, codes } = read(text);
  expect([model.atoms.count, codes, model.atoms.anisotropicU]).toEqual([1, [code], null]);
});

test.each([
  ["x of asterisks", atom() + atom({ 31: "********" }), "PDB_COORDINATE", "line 2, column 31"],
  ["an empty y", atom({ 39: "        " }), "PDB_COORDINATE", "line 1, column 39"],
  ["z of NaN", atom({ 47: "     NaN" }), "PDB_COORDINATE", "line 1, column 47"],
  ["coordinates that are cut off", atom().slice(0, 45), "PDB_LINE_CUT", "line 1, column 46"],
  ["a residue number of asterisks", `REMARK\n${atom({ 23: "****" })}`, "PDB_RESIDUE_NUMBER", "line 2, column 23"],
  ["no atom name", atom({ 13: "    " }), "PDB_ATOM_NAME", "line 1"],
  ["no atoms", "HEADER\nEND\n", "MODEL_EMPTY", undefined],
])("%s stops with the place", (_name, text, code, place) => {
  let caught: unknown;
  try {
    read(text);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(InputError);
  const { code: found, place: where, file } = caught as InputError;
  expect([found, where, file]).toEqual([code, place, "m.pdb"]);
});

test("wide numbers give up decimals before columns", () => {
  const { model } = read(atom());
  const { atoms } = model;
  const wide = {
    ...model,
    atoms: { ...atoms, xyz: Float64Array.of(-1234.5678, 12345.678, -0.0001), bFactor: Float64Array.of(1234.567) },
  };
  expect(writePdb(wide).slice(30, 66)).toBe("-1234.5712345.68   0.000  1.001234.6");
});

test.each([
  ["a chain name of three characters", "CHN", "GLY", "CA", 1, /chain name "CHN"/],
  ["a residue name of five characters", "A", "LIG01", "CA", 1, /residue name "LIG01"/],
  ["an atom name of five characters", "A", "GLY", "CA123", 1, /atom name "CA123"/],
  ["a residue number of eight digits", "A", "GLY", "CA", 12345678, /residue number 12345678/],
])("%s does not fit a PDB file, and it is said why", (_name, chain, residue, name, number, why) => {
  const text = `data_x\nloop_\n_atom_site.auth_asym_id\n_atom_site.auth_comp_id\n_atom_site.auth_atom_id\n_atom_site.auth_seq_id
_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n${chain} ${residue} ${name} ${number} 1 2 3\n`;
  expect(whyNotPdb(readMmcif(text, "m.cif", createRunContext()))).toMatch(why);
  expect(whyNotPdb(read(atom()).model)).toBeNull();
});
