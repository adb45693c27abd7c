// Good files from which the fuzzers begin: each format with the parts that its reader treats differently.
import { gzipSync } from "node:zlib";
import { mapBytes, withWords } from "./maps.ts";
import { atom, cif, pdb, peptideLines } from "./models.ts";

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const cell = "CRYST1   10.000   20.000   30.000  90.00  90.00  90.00 P 1";
const anisotropic = (line: string): string =>
  `ANISOU${line.slice(6, 27)}${["  2000", "  1500", "  1000", "   100", "  -200", "    50"].map((u) => ` ${u}`).join("")}${line.slice(70)}`;

const pdbTexts = (): string[] => [
  pdb(cell, ...peptideLines(), "TER", "END"),
  pdb(
    "SSBOND   1 CYS A    1    CYS A    9",
    "HELIX    1   1 GLY A    1  ALA A    2  1",
    "MODEL        1",
    ...peptideLines(),
    "ENDMDL",
  ),
  pdb(...peptideLines((fields) => ({ ...fields, altloc: "A", occupancy: "0.5", insertion: "B" }))),
  pdb(
    cell,
    ...peptideLines().flatMap((line) => [line, anisotropic(line)]),
    "SEQRES   1 A    2  GLY ALA",
    "LINK         CB  ALA A   2                 ZN    ZN A   9",
    "CISPEP   1 GLY A    1    ALA A    2          0         0.00",
    "MODRES 1ABC MSE A    1  MET  SELENOMETHIONINE",
    "CONECT    1    2    3",
  ),
  pdb(
    ...peptideLines((fields) => ({ ...fields, serial: "A0000", number: "A000" })),
    atom({ record: "HETATM", name: "ZN  ", residue: " ZN", number: "9", element: "ZN", charge: "2+" }),
    atom({ record: "HETATM", name: " O  ", residue: "HOH", number: "10", element: " O" }),
  ),
  pdb(...peptideLines().flatMap((line) => [line, `${line.slice(0, 16)}B${line.slice(17)}`])),
  pdb(...peptideLines()).replaceAll("\n", "\r\n"),
];

const connections =
  "loop_\n_struct_conn.id\n_struct_conn.conn_type_id\n_struct_conn.ptnr1_auth_seq_id\nx disulf 1\ny metalc 2\n";
const anisotropicSites =
  "loop_\n_atom_site_anisotrop.id\n_atom_site_anisotrop.U[1][1]\n_atom_site_anisotrop.U[2][2]\n" +
  "_atom_site_anisotrop.U[3][3]\n_atom_site_anisotrop.U[1][2]\n_atom_site_anisotrop.U[1][3]\n" +
  "_atom_site_anisotrop.U[2][3]\n1 0.2 0.1 0.1 0.01 0.0 0.0\n2 0.1 0.2 0.1 ? . 0.0\n";

const cifTexts = (): string[] => [
  cif(),
  cif({ auth_asym_id: "'A B'", label_atom_id: "\n;CA\n;\n" }, [], {
    after: "_cell.length_a 10\n_cell.length_b 11\n_cell.length_c 12\n_struct.title\n;a\nb\n;\n",
  }),
  cif({}, [], { after: connections }),
  cif({}, [], { after: anisotropicSites }),
  cif({}, ["auth_atom_id", "auth_comp_id", "auth_asym_id", "auth_seq_id", "pdbx_PDB_model_num"]),
  cif({ label_alt_id: "A", Cartn_x: "1.5(2)", type_symbol: "Zn" }, [], { before: "#\\#CIF_1.1\n# text\ndata_\n" }),
  cif().replaceAll("\n", "\r\n"),
  `data_empty\n_a.b 'c'd'\n${cif()}data_third\nsave_x\n_b.c 1\nsave_\n`,
];

const mapFiles = (): Uint8Array[] => [
  mapBytes(),
  withWords([
    [1, 12],
    [4, 12],
    [23, 401],
  ]),
  withWords([
    [17, 3],
    [19, 1],
    [50, 3.5, "real"],
    [24, 80],
  ]),
  withWords([[4, 0]]),
  withWords([
    [4, 6],
    [5, -3],
    [7, 12],
  ]),
  withWords([
    [4, 1],
    [54, 0x1111, "bits"],
  ]),
  withWords([
    [14, 60, "real"],
    [16, 120, "real"],
    [8, 48],
  ]),
];

const dictionaryText = `data_comp_LIG
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
LIG C1 C CH3
LIG O1 O OH1
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
LIG C1 O1 single 1.43 0.02
loop_
_chem_comp_tor.comp_id
_chem_comp_tor.id
_chem_comp_tor.atom_id_1
_chem_comp_tor.atom_id_2
_chem_comp_tor.atom_id_3
_chem_comp_tor.atom_id_4
_chem_comp_tor.value_angle
_chem_comp_tor.value_angle_esd
_chem_comp_tor.period
LIG t C1 O1 C1 O1 60.0 10.0 3
`;
const planesAndHands = `loop_
_chem_comp_plane_atom.comp_id
_chem_comp_plane_atom.plane_id
_chem_comp_plane_atom.atom_id
_chem_comp_plane_atom.dist_esd
LIG p C1 0.02
LIG p O1 0.02
loop_
_chem_comp_chir.comp_id
_chem_comp_chir.id
_chem_comp_chir.atom_id_centre
_chem_comp_chir.atom_id_1
_chem_comp_chir.atom_id_2
_chem_comp_chir.atom_id_3
_chem_comp_chir.volume_sign
LIG c C1 O1 C1 O1 both
loop_
_chem_comp_angle.comp_id
_chem_comp_angle.atom_id_1
_chem_comp_angle.atom_id_2
_chem_comp_angle.atom_id_3
_chem_comp_angle.value_angle
_chem_comp_angle.value_angle_esd
LIG C1 O1 C1 109.5 3.0
`;
const links = `data_link_list
loop_
_chem_link.id
_chem_link.comp_id_1
_chem_link.mod_id_1
_chem_link.group_comp_1
_chem_link.comp_id_2
_chem_link.mod_id_2
_chem_link.group_comp_2
_chem_link.name
L LIG M . ALA . . x
data_link_L
loop_
_chem_link_bond.link_id
_chem_link_bond.atom_1_comp_id
_chem_link_bond.atom_id_1
_chem_link_bond.atom_2_comp_id
_chem_link_bond.atom_id_2
_chem_link_bond.type
_chem_link_bond.value_dist
_chem_link_bond.value_dist_esd
L 1 C1 2 CB single 1.5 0.02
data_mod_M
loop_
_chem_mod_atom.mod_id
_chem_mod_atom.function
_chem_mod_atom.atom_id
_chem_mod_atom.new_atom_id
_chem_mod_atom.new_type_symbol
M delete O1 . .
`;

const edits = `geometry_restraints.edits {
  excessive_bond_distance_limit = 8
  bond {
    action = *add delete change
    atom_selection_1 = chain A and resseq 1 and name CA
    atom_selection_2 = "chain A and resseq 2 and name CB"
    distance_ideal = 3.8
    sigma = 0.1
    slack = None
  }
  angle {
    action = change
    atom_selection_1 = name N
    atom_selection_2 = name CA
    atom_selection_3 = name C
    angle_ideal = 110
    sigma = 2
  }
}
`;

const packed = (content: Uint8Array, level = 6): Uint8Array => new Uint8Array(gzipSync(content, { level }));

/** Files of each format, made anew for each call. */
export const seeds: Readonly<Record<string, () => readonly Uint8Array[]>> = {
  pdb: () => pdbTexts().map(encode),
  mmcif: () => cifTexts().map(encode),
  mrc: mapFiles,
  gzip: () => [
    packed(mapBytes()),
    packed(encode(cif())),
    packed(encode(pdbTexts()[3]!), 0),
    packed(encode(cif()), 9),
    new Uint8Array(Buffer.concat([packed(encode(cif())), packed(encode("# the end\n"))])),
  ],
  dictionary: () =>
    [
      dictionaryText,
      dictionaryText.replace("LIG C1 O1", "'LIG' \"C1\" O1"),
      dictionaryText + planesAndHands,
      dictionaryText + links,
      dictionaryText.replaceAll("_dist ", "_dist_nucleus ").replaceAll("single", "SING"),
    ].map(encode),
  config: () =>
    [
      '{"resolution": 3.2, "cycles": 5, "restraints": ["a.cif"], "select": "chain A", "quiet": true}',
      '{\n  "weight": 1e-3,\n  "outDir": "x",\n  "mapScaling": "box"\n}\n',
      '{"edits": ["e.eff"], "unknownLigands": "hold", "threads": 2, "seed": 7, "maxMemory": 0.5}',
      "\ufeff{}\n",
    ].map(encode),
  edits: () => [
    encode(edits),
    encode(`refinement { ${edits} }\n# c\nx = 1\n`),
    encode(edits.split("\n").slice(1, -2).join(";\n")),
  ],
  selection: () =>
    [
      "chain A and resseq 5:20",
      "not (name CA or element C) and (resname ALA or altloc A)",
      "backbone or sidechain and within(3, chain A)",
      "all",
    ].map(encode),
};
