// Models with atoms put in and taken out keep the records of their file around them.
import { describe, expect, test } from "vitest";
import { createRunContext } from "../base/run-context.ts";
import { editAtoms, type NewAtom } from "../model/edit-atoms.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { cifColumn, findCategory, parseCif } from "../text/cif.ts";
import { readMmcif } from "./mmcif/read-mmcif.ts";
import { writeMmcif } from "./mmcif/write-mmcif.ts";
import { readPdb } from "./pdb/read-pdb.ts";
import { writePdb } from "./pdb/write-pdb.ts";

const hydrogen = (after: number, name: string, altloc = ""): NewAtom => ({
  after,
  name,
  element: 1,
  altloc,
  xyz: [1.5, -2.25, 3],
  occupancy: 0.6,
  bFactor: 21,
});

const pdb = `HEADER    A MODEL
MODEL        1
ATOM      7  SG  CYS A   1       1.000   2.000   3.000  1.00 10.00      SEGA S
ANISOU    7  SG  CYS A   1     1000   2000   3000    100   -200    300  SEGA S
ATOM      8  H   CYS A   1       4.000   2.000   3.000  1.00 10.00      SEGA H
TER       9      CYS A   1
HETATM   20  C1  NAG B   2       9.000   2.000   3.000  0.60 10.00           C
HETATM   21  O1  NAG B   2       9.000   4.000   3.000  0.60 10.00           O
ENDMDL
CONECT    7   20    8
CONECT    8    7
CONECT   20   21    7
END
`;

const remove = Uint8Array.from([0, 1, 0, 0]);

function readText(text: string): Model {
  return readPdb(text, "m.pdb", createRunContext());
}

function trimmed(text: string): string {
  return text.replaceAll(/ +$/gm, "");
}

describe("a PDB file", () => {
  test("loses the lines and bonds of atoms taken out and keeps all numbers", () => {
    const written = writePdb(editAtoms(readText(pdb), { remove }).model);
    const expected = pdb
      .split("\n")
      .filter((line) => !/^(ATOM +8|CONECT +8)/.test(line))
      .join("\n")
      .replace("CONECT    7   20    8", "CONECT    7   20");
    expect(trimmed(written)).toBe(expected);
  });

  test("takes new atoms after those of their residue, with numbers and bonds given anew", () => {
    const add = [hydrogen(0, "HG"), hydrogen(3, "HO1", "A")];
    const written = writePdb(editAtoms(readText(pdb), { remove, add }).model);
    expect(trimmed(written)).toBe(`HEADER    A MODEL
MODEL        1
ATOM      1  SG  CYS A   1       1.000   2.000   3.000  1.00 10.00      SEGA S
ANISOU    1  SG  CYS A   1     1000   2000   3000    100   -200    300  SEGA S
ATOM      2  HG  CYS A   1       1.500  -2.250   3.000  0.60 21.00      SEGA H
TER       3      CYS A   1
HETATM    4  C1  NAG B   2       9.000   2.000   3.000  0.60 10.00           C
HETATM    5  O1  NAG B   2       9.000   4.000   3.000  0.60 10.00           O
HETATM    6  HO1ANAG B   2       1.500  -2.250   3.000  0.60 21.00           H
ENDMDL
CONECT    1    4
CONECT    4    5    1
END
`);
  });
});

const cif = `data_1ABC
_entry.id 1ABC
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_alt_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_entity_id
_atom_site.label_seq_id
_atom_site.pdbx_PDB_ins_code
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.occupancy
_atom_site.B_iso_or_equiv
_atom_site.Cartn_x_esd
_atom_site.auth_seq_id
_atom_site.auth_asym_id
_atom_site.pdbx_PDB_model_num
_atom_site.made_up
ATOM   11 O "O5'" . DA  Ax 7 12 ? 1 2 3 1.0 10.0 0.02 5 A 1 'x y'
ATOM   12 C "C5'" . DA  Ax 7 12 ? 2 2 3 1.0 10.0 0.02 5 A 1 z
HETATM 19 O O     . HOH Bx 8 .  ? 8 8 8 1.0 30.0 ?    6 A 1 .
loop_
_atom_site_anisotrop.id
_atom_site_anisotrop.U[1][1]
_atom_site_anisotrop.U[2][2]
_atom_site_anisotrop.U[3][3]
_atom_site_anisotrop.U[1][2]
_atom_site_anisotrop.U[1][3]
_atom_site_anisotrop.U[2][3]
11 .1 .1 .1 0 0 0
19 .2 .2 .2 0 0 0
_atom_type.symbol C
_atom_type.made_up 1
_made_up.kept yes
`;

test("an mmCIF file takes new atoms with the labels of their residue; what is not known of them is open", () => {
  const model = readMmcif(cif, "m.cif", createRunContext());
  const { model: edited } = editAtoms(model, { remove: Uint8Array.from([1, 0, 0]), add: [hydrogen(1, "H5''")] });
  const text = writeMmcif(edited);
  const block = parseCif(text, "m.cif").blocks[0]!;
  const site = findCategory(block, "_atom_site")!;
  expect(site.values.slice(20, 40)).toEqual(
    "ATOM 2 H H5'' . DA Ax 7 12 ? 1.500 -2.250 3.000 0.60 21.00 ? 5 A 1 ?".split(" "),
  );
  expect(cifColumn(site, "id")).toEqual(["1", "2", "3"]);
  expect(cifColumn(site, "made_up")).toEqual(["z", null, null]);
  expect(cifColumn(findCategory(block, "_atom_site_anisotrop"), "id")).toEqual(["3"]);
  expect(cifColumn(findCategory(block, "_made_up"), "kept")).toEqual(["yes"]);
  expect(findCategory(block, "_atom_type")!.values).toEqual(["C", "1", "H", "?"]);
  const again = readMmcif(text, "m.cif", createRunContext());
  expect(Array.from({ length: 3 }, (_, atom) => atomLabel(again, atom))).toEqual([
    "A 5 DA C5'",
    "A 5 DA H5''",
    "A 6 HOH O",
  ]);
});
