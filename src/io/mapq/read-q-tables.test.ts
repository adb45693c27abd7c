// Tables as mapq writes them are read, whatever kinds of chains they hold, and other text is refused.
import { expect, test } from "vitest";
import { readAtomScores, readCifScores, readResidueScores } from "./read-q-tables.ts";

const table = `
Chain	Q_chain	Est.Res.	ExpectedQ@3.90
A	0.45	3.77	=-0.1775 * 3.90 + 1.1192	(Protein)
K	0.59	4.44	= -0.1103 * 3.90 + 1.0795	(Ion)

Sigma: 0.6

Protein: expectedQ = -0.1775 * RES + 1.1192

Protein - Chain A								Average over 3 residues

Chain	Res	Res #	Q_backBone	Q_sideChain	Q_residue	ExpectedQ@3.90
A	PHE	-1	0.480779	0.238242	0.326437	0.424740		0.558207
A	GLY	15	0.546450		0.546450	0.424740		0.630357

Molecule - Chain K

Chain	Molecule	Mol #			Q_molecule	ExpectedQ@3.90
K	CA	1001			0.590283	?
`;

test("a table of residues gives chains, residues and molecules", () => {
  const { sigma, chains, residues } = readResidueScores(table, "All.txt");
  expect(sigma).toBe(0.6);
  expect(chains).toEqual([
    { chain: "A", kind: "Protein", q: 0.45 },
    { chain: "K", kind: "Ion", q: 0.59 },
  ]);
  const none = { backbone: null, sideChain: null };
  expect(residues).toEqual([
    { chain: "A", name: "PHE", number: -1, q: 0.326437, backbone: 0.480779, sideChain: 0.238242, expected: 0.42474 },
    { chain: "A", name: "GLY", number: 15, q: 0.54645, backbone: 0.54645, sideChain: null, expected: 0.42474 },
    { chain: "K", name: "CA", number: 1001, q: 0.590283, ...none, expected: null },
  ]);
});

test("chains of several kinds in the other layout", () => {
  const text = table.replace(
    /Chain\tQ_chain[^]*?\n\n/,
    "Chain\tType\t# residues\tAvg. Q\tExpectedQ@1.56\nA\tWater\t110\t0.88\t=x\nA\tProtein\t172\t0.77\t=x\n\n",
  );
  expect(readResidueScores(text, "All.txt").chains).toEqual([
    { chain: "A", kind: "Water", q: 0.88 },
    { chain: "A", kind: "Protein", q: 0.77 },
  ]);
});

test("a table of atoms", () => {
  const text = "P,22.O,G,63.486,79.849,98.077,-0.199276164174\nO5',-3.O,G,64.621,80.214,96.996,0.51\n";
  expect(readAtomScores(text, "q.csv")).toEqual([
    { chain: "O", residueName: "G", number: 22, atomName: "P", xyz: [63.486, 79.849, 98.077], q: -0.199276164174 },
    { chain: "O", residueName: "G", number: -3, atomName: "O5'", xyz: [64.621, 80.214, 96.996], q: 0.51 },
  ]);
});

test("a column of mmCIF; atoms without a score are left out", () => {
  const text = `data_x
loop_
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.auth_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.Q_score
N PHE A 1 24 1.5 2.5 3.5 0.373
H PHE A 1 24 1.6 2.5 3.5 ?
`;
  expect(readCifScores(text, "q.cif")).toEqual([
    { chain: "A", residueName: "PHE", number: 24, atomName: "N", xyz: [1.5, 2.5, 3.5], q: 0.373 },
  ]);
});

test.each([readResidueScores, readAtomScores, readCifScores])("other text is refused: %o", (read) => {
  for (const text of ["", "data_x\n_cell.length_a 1\n", "data_x\n"]) {
    expect(() => read(text, "other")).toThrow(expect.objectContaining({ code: "Q_TABLE_FORMAT", file: "other" }));
  }
});
