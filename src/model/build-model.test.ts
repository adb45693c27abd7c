// Residue and chain tables follow labels, not neighbourhood, and atoms keep the order of their file.
import { expect, test } from "vitest";
import { createRunContext } from "../base/run-context.ts";
import { readPdb } from "../io/pdb/read-pdb.ts";
import { findResidue, residueLabel } from "./model.ts";

const line = (serial: number, name: string, residue: string, chain: string, number: string, altloc = " "): string =>
  `ATOM  ${String(serial).padStart(5)}  ${name.padEnd(3)}${altloc}${residue} ${chain}${number.padStart(5)}   ${"   1.000".repeat(3)}  1.00  1.00           ${name[0]}`;

const model = readPdb(
  [
    line(1, "N", "GLY", "A", "1 "),
    line(2, "N", "GLY", "B", "1 "),
    line(3, "CA", "GLY", "A", "1 "),
    line(4, "CA", "SER", "A", "2 ", "A"),
    line(5, "CA", "THR", "A", "2 ", "B"),
    line(6, "CA", "SER", "A", "2A"),
    "TER",
    line(7, "CA", "GLY", "A", "3 "),
    line(8, "CA", "GLY", " ", "1 "),
  ].join("\n"),
  "m.pdb",
  createRunContext(),
);
const { atoms, residues, chains } = model;

test("residues are rows by label in order of appearance; microheterogeneity makes rows of its own", () => {
  expect(Array.from({ length: residues.count }, (_, row) => residueLabel(model, row))).toEqual([
    "A 1 GLY",
    "B 1 GLY",
    "A 2 SER",
    "A 2 THR",
    "A 2A SER",
    "A 3 GLY",
    "(blank chain) 1 GLY",
  ]);
  expect([...atoms.residue]).toEqual([0, 1, 0, 2, 3, 4, 5, 6]);
  expect([...atoms.serial]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("atoms of a residue that are apart in the file are together in its row", () => {
  expect([...residues.atomOffset]).toEqual([0, 2, 3, 4, 5, 6, 7, 8]);
  expect([...residues.atomIndex]).toEqual([0, 2, 1, 3, 4, 5, 6, 7]);
});

test("chains list their residues, and segments end at TER and at the end of a chain", () => {
  expect([chains.id, [...chains.residueOffset], [...chains.residueIndex]]).toEqual([
    ["A", "B", ""],
    [0, 5, 6, 7],
    [0, 2, 3, 4, 5, 1, 6],
  ]);
  expect([...residues.endsSegment]).toEqual([0, 1, 0, 0, 1, 1, 1]);
});

test("a residue is found by the author's labels", () => {
  expect(findResidue(model, "A", 2, "A")).toBe(4);
  expect(findResidue(model, "", 1, "")).toBe(6);
  expect(findResidue(model, "A", 2, "B")).toBe(-1);
});

test("residues of one number that take turns keep their rows; one whose atoms come again begins anew", () => {
  const turns = ["SER", "THR", "SER", "TYR", "THR", "SER"];
  const names = ["N", "N", "CA", "N", "CA", "N"];
  const lines = turns.map((residue, at) => line(at + 1, names[at]!, residue, "A", "7 "));
  const context = createRunContext();
  const mixed = readPdb(lines.join("\n"), "m.pdb", context);
  expect([...mixed.atoms.residue]).toEqual([0, 1, 0, 2, 1, 3]);
  expect(mixed.residues.name).toEqual(["SER", "THR", "TYR", "SER"]);
  expect(context.diagnostics.entries.map(({ code, examples }) => [code, ...examples])).toEqual([
    ["RESIDUE_REPEATED", "A 7 SER"],
  ]);
});
