// Faults of mmCIF: broken syntax is named by its line, odd values by what they stand for.
import { expect } from "vitest";
import { type FaultCase, testFaults } from "./harness.ts";
import { cif, type SiteItem } from "./models.ts";

interface InfoDocument {
  readonly files: readonly { readonly atoms: number; readonly chains: readonly string[]; readonly cell: unknown }[];
}

const run = ["info", "@m.cif"];
const lastLine = (text: string): number => text.split("\n").length;

function reads(
  name: string,
  text: string | Uint8Array,
  expected: Record<string, unknown> = { atoms: 9, chains: ["A"] },
  ...diagnostics: readonly string[]
): FaultCase {
  const check = ({ files }: InfoDocument): void => expect(files[0]).toMatchObject(expected);
  return { name, run, files: { "m.cif": text }, diagnostics, check };
}

function fails(name: string, text: string | Uint8Array, code: string, place?: RegExp, says?: RegExp): FaultCase {
  return { name, run, files: { "m.cif": text }, code, ...(place ? { place } : {}), ...(says ? { says } : {}) };
}

/** The line of the second atom in the plain file. */
const secondAtom = /m\.cif, line 23$/;

testFaults("syntax", [
  fails("a loop with too few values", cif().trimEnd().slice(0, -2), "CIF_SYNTAX", undefined, /_atom_site has 18 of 19/),
  fails("a loop with a value too many", `${cif()}7\n`, "CIF_SYNTAX", undefined, /_atom_site has 1 of 19/),
  fails("a loop without item names", "data_x\nloop_\n1 2 3\n", "CIF_SYNTAX", /line 2$/, /no item names/),
  fails("a loop keyword at the end", "data_x\nloop_\n", "CIF_SYNTAX", /line 2$/),
  fails("an item without a value", "data_x\n_a.b\n_a.c 1\n", "CIF_SYNTAX", /line 3$/, /_a\.b has no value/),
  fails("an item without a value at the end", "data_x\n_a.b\n", "CIF_SYNTAX", undefined, /_a\.b has no value/),
  fails("an item whose value is a keyword", "data_x\n_a.b loop_\n_c.d\n1\n", "CIF_SYNTAX", /line 2$/),
  fails("a value without an item", "data_x\n_a.b 1 2\n", "CIF_SYNTAX", /line 2$/, /Value 2 without/),
  fails("text before the first block", "hello\ndata_x\n", "MODEL_FORMAT"),
  fails("an item before the first block", "# c\n_a.b 1\ndata_x\n", "MODEL_FORMAT"),
  fails("a single quote that never closes", "data_x\n_a.b 'open\n_a.c 1\n", "CIF_SYNTAX", /line 2$/, /quoted/),
  fails("a double quote that never closes", 'data_x\n_a.b "open\n', "CIF_SYNTAX", /line 2$/, /quoted/),
  fails("a quote that closes within a word only", "data_x\n_a.b 'it's\n", "CIF_SYNTAX", /line 2$/),
  fails("a text field that never ends", "data_x\n_a.b\n;text\nmore\n", "CIF_SYNTAX", /line 3$/, /semicolon/),
  fails("a text field whose semicolon is indented", "data_x\n_a.b\n;text\n ;\n", "CIF_SYNTAX", /line 3$/),
  fails("a comment where a value should be", "data_x\n_a.b # nothing\n_a.c 1\n", "CIF_SYNTAX", /line 3$/),
  fails(
    "an item given twice in a loop",
    cif().replace("_atom_site.Cartn_y", "_atom_site.Cartn_x"),
    "CIF_DUPLICATE",
    /line 13$/,
    /_atom_site\.Cartn_x/,
  ),
  fails("an item given twice", "data_x\n_a.b 1\n_a.b 2\n", "CIF_DUPLICATE", /line 3$/, /_a\.b/),
  fails(
    "two loops of atoms",
    `${cif()}${cif({}, [], { before: "" })}`,
    "CIF_DUPLICATE",
    /line 51$/,
    /_atom_site is given twice/,
  ),
  fails(
    "a loop of atoms after one without rows",
    `data_x\nloop_\n_atom_site.id\n${cif({}, [], { before: "" })}`,
    "CIF_DUPLICATE",
    /line 24$/,
  ),
  reads("a block given twice", `data_test\n_entry.id x\n${cif()}`),
  reads("save frames", cif({}, [], { after: "save_frame\n_a.b 1\nsave_\n" })),
  reads("keywords in capitals", cif().replace("data_", "DATA_").replace("loop_", "LOOP_")),
  reads("item names in capitals", cif().replaceAll("_atom_site.", "_ATOM_SITE.")),
  reads("comments everywhere", `# one\n${cif().replace("loop_", "# two\nloop_ # three")}# four`),
  reads("CR LF", cif().replaceAll("\n", "\r\n")),
  reads("CR alone", cif().replaceAll("\n", "\r")),
  reads("no line end after the last line", cif().trimEnd()),
  reads("a byte order mark", `\uFEFF${cif()}`),
  reads("tabs between values", cif().replaceAll(" ", "\t")),
  reads("one value per line", cif().replaceAll(" ", "\n")),
  reads("values as text fields", cif({ label_atom_id: "\n;CA\n;\n" })),
  reads("lines of 3000 characters", cif({}, [], { after: `_struct.title '${"x".repeat(3000)}'\n` })),
  reads("a line of ten million characters", cif({}, [], { after: `_struct.title '${"x".repeat(1e7)}'\n` })),
  reads("letters that are not ASCII", cif({}, [], { after: "_struct.title 'Ångström µ 中'\n" })),
  reads(
    "bytes that are not UTF-8",
    Uint8Array.from(Buffer.from(cif({}, [], { after: "_struct.title '\u00c5'\n" }), "latin1")),
  ),
  reads(
    "an empty category beside the atoms",
    cif({}, [], { after: "loop_\n_struct_conn.id\n_struct_conn.conn_type_id\n" }),
  ),
  reads("a block without content before the model", `data_empty\n${cif()}`),
]);

testFaults("what is no model", [
  fails("an empty block", "data_x\n", "MODEL_EMPTY"),
  fails("atoms without rows", "data_x\nloop_\n_atom_site.id\n_atom_site.Cartn_x\n", "MODEL_EMPTY"),
  fails(
    "a restraint dictionary",
    "data_comp_LIG\nloop_\n_chem_comp_atom.comp_id\n_chem_comp_atom.atom_id\nLIG C1\n",
    "MODEL_EMPTY",
    undefined,
    /dictionary.*--restraints/,
  ),
  fails(
    "structure factors",
    "data_r\nloop_\n_refln.index_h\n_refln.index_k\n1 2\n",
    "MODEL_EMPTY",
    undefined,
    /structure factors/,
  ),
  fails(
    "BinaryCIF",
    new Uint8Array([
      0x83,
      0xa7,
      ...Buffer.from("encoder"),
      0xa5,
      ...Buffer.from("Mol* "),
      0xa7,
      ...Buffer.from("version"),
    ]),
    "MODEL_BINARY_CIF",
    undefined,
    /BinaryCIF/,
  ),
  fails("PDBML", '<?xml version="1.0"?><PDBx:datablock/>\n', "MODEL_FORMAT"),
  fails("a CIF of small molecules", "data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nC1 0.1\n", "MODEL_EMPTY"),
]);

const required: readonly (readonly [string, readonly SiteItem[], RegExp])[] = [
  ["x", ["Cartn_x"], /Cartn_x/],
  ["y", ["Cartn_y"], /Cartn_y/],
  ["z", ["Cartn_z"], /Cartn_z/],
  ["atom names", ["auth_atom_id", "label_atom_id"], /auth_atom_id or label_atom_id/],
  ["residue names", ["auth_comp_id", "label_comp_id"], /auth_comp_id or label_comp_id/],
  ["chains", ["auth_asym_id", "label_asym_id"], /auth_asym_id or label_asym_id/],
  ["residue numbers", ["auth_seq_id", "label_seq_id"], /auth_seq_id or label_seq_id/],
];

testFaults("items", [
  ...required.map(([name, items, says]) =>
    fails(`no ${name}`, cif({}, items), "CIF_ITEM_MISSING", /m\.cif, line \d+/, says),
  ),
  ...(["auth_atom_id", "auth_comp_id", "auth_asym_id", "auth_seq_id"] as const).map((item) =>
    reads(`labels without ${item}`, cif({}, [item])),
  ),
  ...(["label_atom_id", "label_comp_id", "label_asym_id", "label_seq_id"] as const).map((item) =>
    reads(`author names without ${item}`, cif({}, [item])),
  ),
  ...(
    [
      "group_PDB",
      "id",
      "label_alt_id",
      "pdbx_PDB_ins_code",
      "occupancy",
      "B_iso_or_equiv",
      "pdbx_PDB_model_num",
    ] as const
  ).map((item) => reads(`no ${item}`, cif({}, [item]))),
  reads("no elements", cif({}, ["type_symbol"]), { atoms: 9 }, "CIF_ELEMENT_UNKNOWN"),
]);

testFaults("values", [
  ...(["Cartn_x", "Cartn_y", "Cartn_z"] as const).flatMap((item) =>
    ["?", ".", "nan", "inf", "1,5", "abc", "1e30", "0x10", "''", "1.2.3"].map((value) =>
      fails(`${item} ${value}`, cif({ [item]: value }), "CIF_COORDINATE", secondAtom),
    ),
  ),
  reads("a coordinate with its uncertainty", cif({ Cartn_x: "9.019(3)" })),
  reads("a coordinate in quotes", cif({ Cartn_x: "'9.019'" })),
  reads("a coordinate with an exponent", cif({ Cartn_x: "9.019E+00" })),
  fails("an atom without a name", cif({ auth_atom_id: "?", label_atom_id: "." }), "CIF_ATOM", secondAtom, /no name/),
  fails(
    "an atom without a residue number",
    cif({ auth_seq_id: "?", label_seq_id: "." }),
    "CIF_ATOM",
    secondAtom,
    /no residue number/,
  ),
  fails("a residue number with letters", cif({ auth_seq_id: "12A" }), "CIF_ATOM", secondAtom),
  fails("a residue number with a fraction", cif({ auth_seq_id: "1.5" }), "CIF_ATOM", secondAtom),
  fails("a residue number beyond 32 bits", cif({ auth_seq_id: "99999999999" }), "CIF_ATOM", secondAtom),
  reads("a residue number of the label where the author gives none", cif({ auth_seq_id: "?" })),
  reads("a chain that is a dot in quotes", cif({ auth_asym_id: "'.'" }), { chains: ["A", "."] }),
  reads("a chain that is missing", cif({ auth_asym_id: "?", label_asym_id: "?" }), { chains: ["A", ""] }),
  reads("a chain of twenty letters", cif({ auth_asym_id: "ABCDEFGHIJKLMNOPQRST" }), {
    chains: ["A", "ABCDEFGHIJKLMNOPQRST"],
  }),
  reads("occupancy abc", cif({ occupancy: "abc" }), { atoms: 9 }, "CIF_OCCUPANCY"),
  reads("occupancy nan", cif({ occupancy: "nan" }), { atoms: 9 }, "CIF_OCCUPANCY"),
  reads("no occupancy", cif({ occupancy: "?" })),
  reads("a B factor of words", cif({ B_iso_or_equiv: "high" }), { atoms: 9 }, "CIF_B_FACTOR"),
  reads("no B factor", cif({ B_iso_or_equiv: "." })),
  reads("an element that does not exist", cif({ type_symbol: "Zz" }), { atoms: 9 }, "CIF_ELEMENT_UNKNOWN"),
  reads("no element", cif({ type_symbol: "?" }), { atoms: 9 }, "CIF_ELEMENT_UNKNOWN"),
  reads("an id that is no number", cif({ id: "abc" })),
  reads("a model number that is none", cif({ pdbx_PDB_model_num: "?" })),
  reads("an alternate of two letters", cif({ label_alt_id: "AB" })),
  reads("an unreadable cell", cif({}, [], { after: "_cell.length_a ?\n_cell.length_b 2\n_cell.length_c 3\n" }), {
    cell: null,
  }),
  reads(
    "links without partners",
    cif({}, [], { after: "loop_\n_struct_conn.id\n_struct_conn.conn_type_id\nx disulf\n" }),
  ),
]);

testFaults("the end of the file", [
  fails("cut within a row", cif().slice(0, -30), "CIF_SYNTAX", new RegExp(`line ${lastLine(cif()) - 1}$`)),
  reads("cut between rows", cif().split("\n").slice(0, -3).join("\n"), { atoms: 7 }),
]);
