// Every keyword of the selection language, on one small model whose atoms are known by their serial numbers.
import { expect, test } from "vitest";
import { InputError } from "../base/errors.ts";
import { createRunContext } from "../base/run-context.ts";
import { readPdb } from "../io/pdb/read-pdb.ts";
import { selectAtoms } from "./selection.ts";

const text = `MODEL        1
ATOM      1  N   GLY A   1       0.000   0.000   0.000  1.00 10.00      SEGA N
ATOM      2  CA  GLY A   1       1.500   0.000   0.000  1.00 20.00      SEGA C
ATOM      3  N   SER A   2       3.000   0.000   0.000  1.00 30.00           N
ATOM      4  CA ASER A   2       4.500   0.000   0.000  0.60 40.00           C
ATOM      5  CA BSER A   2       4.600   0.000   0.000  0.40 40.00           C
ATOM      6  OG  SER A   2       6.000   0.000   0.000  1.00 50.00           O
ATOM      7  H   SER A   2       3.000   1.000   0.000  1.00 50.00           H
ATOM      8  CB  ALA A   2A      9.000   0.000   0.000  1.00 50.00           C
ATOM      9  CB  ALA A  -3      12.000   0.000   0.000  1.00 50.00           C
ATOM     10  P    DA a   1      20.000   0.000   0.000  1.00 60.00           P
ATOM     11  O5'  DA a   1      21.500   0.000   0.000  1.00 60.00           O
ATOM     12  N9   DA a   1      23.000   0.000   0.000  1.00 60.00           N
HETATM   13 ZN    ZN     9      30.000   0.000   0.000  1.00 70.00          ZN2+
HETATM   14  O   HOH A 101      40.000   0.000   0.000  1.00 80.00           O
HETATM   15  C1  NAG A 102      50.000   0.000   0.000  1.00 90.00           C
HETATM   16  O1  NAG A 102      51.400   0.000   0.000  0.00 90.00           O1-
ENDMDL
MODEL        2
ATOM      1  CA  GLY A   1       0.000   0.000   0.000  1.00 10.00           C
ENDMDL
`;
const model = readPdb(text, "m.pdb", createRunContext());

/** Rows of the selected atoms counted from 1; 17 is the atom of the second model. */
function pick(source: string): number[] {
  return [...selectAtoms(model, source)].flatMap((chosen, atom) => (chosen === 1 ? [atom + 1] : []));
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test.each([
  ["all", range(1, 17)],
  ["name CA", [2, 4, 5, 17]],
  ["name C?", [2, 4, 5, 8, 9, 15, 17]],
  ["name C*", [2, 4, 5, 8, 9, 15, 17]],
  ["name O*", [6, 11, 14, 16]],
  ["name O5'", [11]],
  ['name "O5\'"', [11]],
  ["name ca and resname gly", [2, 17]],
  ["resname S*", range(3, 7)],
  ["chain a", [10, 11, 12]],
  ['chain " "', [13]],
  ["chain ''", [13]],
  ["resseq 1", [1, 2, 10, 11, 12, 17]],
  ["resseq 2", range(3, 8)],
  ["resseq 1:2 and chain A", [...range(1, 8), 17]],
  ["resseq -5:1 and chain A", [1, 2, 9, 17]],
  ["resseq -3", [9]],
  ["resseq 100:", [14, 15, 16]],
  ["resseq :0", [9]],
  ["resid 2", range(3, 7)],
  ["resid 2A", [8]],
  ["resi 2A", [8]],
  ["resid 2:2A", range(3, 8)],
  ["resid 2 through 2A", range(3, 8)],
  ["icode A", [8]],
  ["altloc B", [5]],
  ["altid A", [4]],
  ['altloc " " and resname SER', [3, 6, 7]],
  ["segid SEGA", [1, 2]],
  ["element zn", [13]],
  ["element H or element P", [7, 10]],
  ["charge 2", [13]],
  ["charge 2+", [13]],
  ["charge 1-", [16]],
  ["charge > 0", [13]],
  ["model 2", [17]],
  ["protein", [...range(1, 9), 17]],
  ["peptide", [...range(1, 9), 17]],
  ["pepnames", [...range(1, 9), 17]],
  ["nucleotide", [10, 11, 12]],
  ["water", [14]],
  ["carbohydrate", [15, 16]],
  ["hetero", [13, 14, 15, 16]],
  ["ion", [13]],
  ["single_atom_residue", [8, 9, 13, 14, 17]],
  ["backbone", [1, 2, 3, 4, 5, 7, 10, 11, 17]],
  ["sidechain", [6, 8, 9, 12]],
  ["hydrogen", [7]],
  ["bfactor > 75", [14, 15, 16]],
  ["bfactor >= 80 and bfactor<90", [14]],
  ["bfactor = 10", [1, 17]],
  ["occupancy < 0.5", [5, 16]],
  ["occupancy <= .4", [5, 16]],
  ["within(1.6, resname ZN) and not model 2", [13]],
  ["within(1.5, name OG)", [4, 5, 6]],
  ["within(3, chain a and name P)", [10, 11, 12]],
  ["not (protein or nucleotide)", [13, 14, 15, 16]],
  ["!(protein | nucleotide) & !water", [13, 15, 16]],
  ["optional resname ZN", [13]],
  ["ALL AND NOT CHAIN A", [10, 11, 12, 13]],
] as const)("%s", (source, expected) => {
  expect(pick(source)).toEqual(expected);
});

test("not binds closer than and, and closer than or", () => {
  expect(pick("name N or name CA and resname SER")).toEqual([1, 3, 4, 5]);
  expect(pick("(name N or name CA) and resname SER")).toEqual([3, 4, 5]);
  expect(pick("not protein and hetero or name P")).toEqual([10, 13, 14, 15, 16]);
});

test("none, and names that no atom has, say that nothing is selected", () => {
  for (const source of ["none", "chain Z", 'name "C?X"']) {
    expect(() => pick(source)).toThrow(expect.objectContaining({ code: "SELECTION_EMPTY" }));
  }
});

test.each([
  ["", 1, /is empty/],
  ["chian A", 1, /"chian" is not a keyword/],
  ["constructor", 1, /"constructor" is not a keyword/],
  ["chain", 6, /"chain" needs a value/],
  ["chain A and", 12, /missing at the end/],
  ["chain A resseq 5", 9, /"resseq" is not expected here/],
  ["(chain A", 9, /"\)" is missing/],
  ["chain A)", 8, /"\)" is not expected/],
  ["resseq five", 8, /"five" is not a residue number/],
  ["resseq 5A", 8, /"5A" is not a residue number/],
  ["resseq 5-20", 8, /"5-20" is not a residue number/],
  ["bfactor > high", 11, /"high" is not a number/],
  ["within(near, all)", 8, /"near" is not a distance/],
  ["within(-1, all)", 8, /"-1" is not a distance/],
  ["within 5 of all", 8, /"\(" is missing/],
  ["within(5 all)", 10, /"," is missing/],
  ['chain "A', 7, /quotation never ends/],
  ["'chain' A", 2, /"chain" is not a keyword/],
])("%j points at character %i", (source, character, message) => {
  let caught: unknown;
  try {
    selectAtoms(model, source);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(InputError);
  const { code, place, hint } = caught as InputError;
  expect([code, place]).toEqual(["SELECTION_SYNTAX", `character ${character}`]);
  expect((caught as InputError).message).toMatch(message);
  expect(hint).toMatch(/chain A/);
});
