// mmCIF models in all their spellings are read, and written with every category, item and value the program does not own.
import { expect, test } from "vitest";
import { InputError } from "../../base/errors.ts";
import { createRunContext } from "../../base/run-context.ts";
import { elementSymbol } from "../../chemistry/elements.ts";
import { atomLabel, type Model, withCoordinates } from "../../model/model.ts";
import { cifColumn, findCategory, parseCif } from "../../text/cif.ts";
import { readMmcif } from "./read-mmcif.ts";
import { writeMmcif } from "./write-mmcif.ts";

function read(text: string): { readonly model: Model; readonly codes: readonly string[] } {
  const context = createRunContext();
  const model = readMmcif(text, "m.cif", context);
  return { model, codes: context.diagnostics.entries.map(({ code }) => code) };
}

const entry = `data_first
_entry.id first
data_7XYZ
#
_entry.id   7XYZ
_struct.title 'A "small" model'
_cell.length_a 50.0
_cell.length_b 60.0
_cell.length_c 70.0
_cell.angle_alpha 90
_cell.angle_beta 95.5
_cell.angle_gamma 90
_symmetry.space_group_name_H-M 'P 1 21 1'
_made.up_by ?
_made.nobody .
_made.text
;Lines with ; inside
 and 'quotes'
;
loop_
_em_software.id
_em_software.name
_em_software.details
1 'some program' .
2 other
;a note
;
loop_
_struct_conn.id
_struct_conn.conn_type_id
_struct_conn.ptnr1_auth_asym_id
_struct_conn.ptnr1_auth_comp_id
_struct_conn.ptnr1_auth_seq_id
_struct_conn.ptnr1_label_atom_id
_struct_conn.pdbx_ptnr1_label_alt_id
_struct_conn.pdbx_ptnr1_PDB_ins_code
_struct_conn.ptnr2_auth_asym_id
_struct_conn.ptnr2_auth_comp_id
_struct_conn.ptnr2_auth_seq_id
_struct_conn.ptnr2_label_atom_id
_struct_conn.ptnr1_symmetry
_struct_conn.ptnr2_symmetry
_struct_conn.pdbx_dist_value
disulf1 disulf LONG CYS 10 SG ? ? LONG CYS 10 SG 1_555 1_555 2.031
metalc1 metalc B ZN 201 ZN . . LONG CYS 10 SG 1_555 1_555 2.3
covale1 covale LONG SER 11 OG A B B ZN 201 ZN 1_555 1_555 ?
hydrog1 hydrog LONG SER 11 OG ? ? B ZN 201 ZN 1_555 1_555 ?
metalc2 metalc B ZN 201 ZN ? ? B ZN 201 ZN 1_555 2_655 2.5
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_alt_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.pdbx_PDB_ins_code
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.occupancy
_atom_site.B_iso_or_equiv
_atom_site.pdbx_formal_charge
_atom_site.auth_seq_id
_atom_site.auth_comp_id
_atom_site.auth_asym_id
_atom_site.auth_atom_id
_atom_site.pdbx_PDB_model_num
_atom_site.made_up_score
ATOM   1 S  SG    . CYS Ax 1 ? 1.0    2.12345 3   1.00 30.00 ? 10  CYS LONG SG    1 0.1
ATOM   5 O  OG    A SER Ax 2 B 4.000  5.000   6.0 0.60 31.50 ? 11  SER LONG OG    1 0.2
ATOM   6 O  OG    B SER Ax 2 B 4.500  5.000   6.0 0.40 32.50 ? 11  SER LONG OG    1 ?
ATOM   7 O  "O5'" . DA  By 1 ? 7.000  8.000   9.0 1.00 33.00 ? 1   DA  C    "O5'" 1 .
HETATM 9 ZN ZN    . ZN  Cz . ? -1.000 0.000   0.5 1.00 40.00 2 201 ZN  B    ZN    1 'a b'
loop_
_atom_site_anisotrop.id
_atom_site_anisotrop.U[1][1]
_atom_site_anisotrop.U[2][2]
_atom_site_anisotrop.U[3][3]
_atom_site_anisotrop.U[1][2]
_atom_site_anisotrop.U[1][3]
_atom_site_anisotrop.U[2][3]
5 0.1 0.2 0.3 0.01 0.02 -0.03
loop_
_struct_conf.conf_type_id
_struct_conf.id
_struct_conf.beg_auth_asym_id
_struct_conf.beg_auth_seq_id
_struct_conf.end_auth_asym_id
_struct_conf.end_auth_seq_id
_struct_conf.pdbx_end_PDB_ins_code
_struct_conf.pdbx_PDB_helix_class
HELX_P H1 LONG 10 LONG 11 B 5
TURN_P T1 LONG 10 LONG 11 B ?
loop_
_struct_sheet_range.sheet_id
_struct_sheet_range.id
_struct_sheet_range.beg_auth_asym_id
_struct_sheet_range.beg_auth_seq_id
_struct_sheet_range.end_auth_asym_id
_struct_sheet_range.end_auth_seq_id
S 1 LONG 10 LONG 10
S 2 LONG 11 LONG 11
_struct_sheet_order.sheet_id S
_struct_sheet_order.range_id_1 1
_struct_sheet_order.range_id_2 2
_struct_sheet_order.sense anti-parallel
data_last
_x.y 1
`;

test("atoms go by the author's names; alternates, insertion codes, charges and tensors are theirs", () => {
  const { model, codes } = read(entry);
  const { atoms, residues, chains } = model;
  expect(codes).toEqual([]);
  expect(Array.from({ length: atoms.count }, (_, atom) => atomLabel(model, atom))).toEqual([
    "LONG 10 CYS SG",
    "LONG 11B SER OG.A",
    "LONG 11B SER OG.B",
    "C 1 DA O5'",
    "B 201 ZN ZN",
  ]);
  expect([...atoms.serial]).toEqual([1, 5, 6, 7, 9]);
  expect([...atoms.charge, ...atoms.isHetero]).toEqual([0, 0, 0, 0, 2, 0, 0, 0, 0, 1]);
  expect([...atoms.occupancy, ...atoms.bFactor]).toEqual([1, 0.6, 0.4, 1, 1, 30, 31.5, 32.5, 33, 40]);
  expect([...atoms.anisotropicU!.subarray(6, 12)]).toEqual([0.1, 0.2, 0.3, 0.01, 0.02, -0.03]);
  expect(atoms.anisotropicU![0]).toBeNaN();
  expect([...residues.labelSequenceNumber]).toEqual([1, 2, 1, 0]);
  expect([...residues.endsSegment]).toEqual([0, 1, 1, 1]);
  expect(chains.id).toEqual(["LONG", "C", "B"]);
});

test("links inside the model, helices and strands are understood; bonds to symmetry copies are not links", () => {
  const { model } = read(entry);
  expect(model.statedLinks.map(({ kind, distance }) => [kind, distance])).toEqual([
    ["disulfide", 2.031],
    ["metal", 2.3],
    ["covalent", null],
    ["hydrogen-bond", null],
  ]);
  expect(model.statedLinks[2]!.first).toEqual({
    chain: "LONG",
    residueName: "SER",
    sequenceNumber: 11,
    insertionCode: "B",
    atomName: "OG",
    altloc: "A",
  });
  expect(model.helices.map((helix) => [helix.lastSequenceNumber, helix.lastInsertionCode, helix.helixClass])).toEqual([
    [11, "B", 5],
  ]);
  expect(model.strands.map(({ firstSequenceNumber, sense }) => [firstSequenceNumber, sense])).toEqual([
    [10, 0],
    [11, -1],
  ]);
  expect([model.cell?.beta, model.spaceGroup]).toEqual([95.5, "P 1 21 1"]);
});

function changed(model: Model): Model {
  const bFactor = model.atoms.bFactor.slice();
  bFactor[3] = 77.777;
  const xyz = model.atoms.xyz.slice();
  xyz[0] = 1.23456;
  xyz[12] = -0.0001;
  const { atoms } = withCoordinates(model, xyz);
  return { ...model, atoms: { ...atoms, bFactor } };
}

test("writing changed coordinates and B factors leaves every other block, category, item and value as it was", () => {
  const expected = entry
    .replace("? 1.0    2.12345", "? 1.235  2.12345")
    .replace("? -1.000 0.000", "? 0.000 0.000")
    .replace("1.00 33.00", "1.00 77.78");
  const contents = (text: string): unknown =>
    parseCif(text, "m.cif").blocks.map(({ name, categories }) => [
      name,
      categories.map(({ tags, values, isLoop }) => [tags, values, isLoop]),
    ]);
  expect(contents(writeMmcif(changed(read(entry).model)))).toEqual(contents(expected));
});

test("atoms that were taken out are gone from both atom tables, and the others keep their rows", () => {
  const { model } = read(entry);
  const kept = [0, 2, 4];
  const atoms = {
    ...model.atoms,
    count: 3,
    xyz: Float64Array.from(kept.flatMap((row) => [...model.atoms.xyz.subarray(3 * row, 3 * row + 3)])),
    occupancy: Float64Array.from(kept, (row) => model.atoms.occupancy[row]!),
    bFactor: Float64Array.from(kept, (row) => model.atoms.bFactor[row]!),
  };
  const text = writeMmcif({ ...model, atoms, sourceRows: Int32Array.from(kept) });
  const block = parseCif(text, "m.cif").blocks[1]!;
  expect(cifColumn(findCategory(block, "_atom_site"), "id")).toEqual(["1", "6", "9"]);
  expect(cifColumn(findCategory(block, "_atom_site"), "made_up_score")).toEqual(["0.1", null, "a b"]);
  expect(cifColumn(findCategory(block, "_atom_site_anisotrop"), "id")).toEqual([]);
});

/** A file of the given items only. */
function siteOf(items: readonly string[], ...rows: readonly string[]): string {
  return `data_x\nloop_\n${items.map((item) => `_atom_site.${item}\n`).join("")}${rows.join("\n")}\n`;
}

const coordinates = ["Cartn_x", "Cartn_y", "Cartn_z"] as const;

test("a minimal table without occupancy, B and model number is read with their defaults and written as it is", () => {
  const items = [
    "id",
    "type_symbol",
    "label_atom_id",
    "label_comp_id",
    "label_asym_id",
    "label_seq_id",
    ...coordinates,
  ];
  const { model, codes } = read(siteOf(items, "1 P P A AA 5 1 2 3", '2 C "C1\'" A AA 5 2 3 4'));
  expect([
    atomLabel(model, 1),
    [...model.atoms.occupancy],
    [...model.atoms.bFactor],
    model.modelNumbers,
    codes,
  ]).toEqual(["AA 5 A C1'", [1, 1], [0, 0], [1], []]);
  expect(parseCif(writeMmcif(model), "m.cif").blocks[0]!.categories[0]!.tags.length).toBe(items.length);
});

test("label names stand in row by row where the author's are missing", () => {
  const items = [
    "label_atom_id",
    "auth_atom_id",
    "label_comp_id",
    "auth_seq_id",
    "label_seq_id",
    "auth_asym_id",
    "label_asym_id",
  ];
  const { model } = read(siteOf([...items, ...coordinates], "CA ? GLY . 7 ? B 1 2 3", "N NX GLY 8 7 A B 1 2 3"));
  expect([atomLabel(model, 0), atomLabel(model, 1)]).toEqual(["B 7 GLY CA", "A 8 GLY NX"]);
});

test("a single atom may be written as pairs", () => {
  const text = `data_x\n_atom_site.id 1\n_atom_site.label_atom_id CA\n_atom_site.label_comp_id GLY
_atom_site.auth_asym_id A\n_atom_site.auth_seq_id 1\n_atom_site.Cartn_x 1\n_atom_site.Cartn_y 2\n_atom_site.Cartn_z 3\n`;
  expect(read(text).model.atoms.count).toBe(1);
});

test("item names need no care of case, coordinates may carry an uncertainty", () => {
  const text = siteOf(
    ["LABEL_ATOM_ID", "label_comp_id", "label_asym_id", "label_seq_id", "cartn_X", "Cartn_y", "Cartn_z"],
    "CA GLY A 1 1.25(3) 2 3",
  );
  expect([...read(text).model.atoms.xyz]).toEqual([1.25, 2, 3]);
});

test("several models are told apart, as are instances of an entity in one chain", () => {
  const items = ["auth_atom_id", "auth_comp_id", "auth_asym_id", "label_asym_id", "auth_seq_id", ...coordinates];
  const { model } = read(
    siteOf(
      [...items, "pdbx_PDB_model_num"],
      "CA GLY A A 1 1 2 3 1",
      "C1 NAG A B 2 1 2 3 1",
      "C1 NAG A B 3 1 2 3 1",
      "CA GLY A A 1 1 2 3 4",
    ),
  );
  expect([model.modelNumbers, [...model.chains.model], [...model.residues.endsSegment]]).toEqual([
    [1, 4],
    [0, 1],
    [1, 0, 1, 1],
  ]);
});

test("elements that are missing are taken from names, and it is said", () => {
  const items = ["type_symbol", "auth_atom_id", "auth_comp_id", "auth_asym_id", "auth_seq_id", ...coordinates];
  const { model, codes } = read(siteOf(items, "? CA GLY A 1 1 2 3", "? ZN ZN A 2 1 2 3", "Fe FE HEM A 3 1 2 3"));
  expect([...model.atoms.element].map(elementSymbol)).toEqual(["C", "Zn", "Fe"]);
  expect(codes).toEqual(["CIF_ELEMENT_UNKNOWN"]);
});

const names = ["auth_atom_id", "auth_comp_id", "auth_asym_id", "auth_seq_id"];

test.each([
  [
    "a missing coordinate",
    siteOf([...names, ...coordinates], "CA GLY A 1 1 2 3", "N GLY A 1 1 ? 3"),
    "CIF_COORDINATE",
    "line 11",
  ],
  ["an empty coordinate", siteOf([...names, ...coordinates], "CA GLY A 1 1 2 ''"), "CIF_COORDINATE", "line 10"],
  ["a coordinate of letters", siteOf([...names, ...coordinates], "CA GLY A 1 x 2 3"), "CIF_COORDINATE", "line 10"],
  ["an atom without a name", siteOf([...names, ...coordinates], "? GLY A 1 1 2 3"), "CIF_ATOM", "line 10"],
  ["an atom without a residue number", siteOf([...names, ...coordinates], "CA GLY A . 1 2 3"), "CIF_ATOM", "line 10"],
  [
    "a table without coordinates",
    siteOf([...names, "Cartn_x", "Cartn_y"], "CA GLY A 1 1 2"),
    "CIF_ITEM_MISSING",
    "line 9",
  ],
  ["a loop without atoms", siteOf([...names, ...coordinates]), "MODEL_EMPTY", undefined],
  ["a dictionary", "data_comp_LIG\nloop_\n_chem_comp_atom.atom_id\nC1\n", "MODEL_EMPTY", undefined],
  ["structure factors", "data_r\nloop_\n_refln.index_h\n1\n", "MODEL_EMPTY", undefined],
])("%s stops with the place", (_name, text, code, place) => {
  let caught: unknown;
  try {
    read(text);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(InputError);
  const { code: found, place: where, file } = caught as InputError;
  expect([found, where, file]).toEqual([code, place, "m.cif"]);
});
