// Faults of PDB text: what can be understood is read with a diagnostic, the rest names its line and column.
import { expect } from "vitest";
import { type FaultCase, testFaults } from "./harness.ts";
import { type AtomFields, atom, pdb, peptideLines } from "./models.ts";

interface InfoDocument {
  readonly files: readonly {
    readonly atoms: number;
    readonly models: number;
    readonly chains: readonly string[];
    readonly residues: Readonly<Record<string, number>>;
    readonly extent: readonly (readonly [number, number])[];
    readonly anisotropic: boolean;
    readonly alternates: boolean;
    readonly cell: unknown;
    readonly statedLinks: number;
  }[];
  readonly diagnostics: readonly { readonly count: number; readonly examples: readonly string[] }[];
}

const run = ["info", "@m.pdb"];

function reads(
  name: string,
  text: string | Uint8Array,
  expected: Partial<InfoDocument["files"][0]>,
  ...diagnostics: readonly string[]
): FaultCase {
  const check = ({ files }: InfoDocument): void => expect(files[0]).toMatchObject(expected);
  return { name, run, files: { "m.pdb": text }, diagnostics, check };
}

function fails(name: string, text: string | Uint8Array, code: string, place?: RegExp): FaultCase {
  return { name, run, files: { "m.pdb": text }, code, ...(place ? { place } : {}) };
}

/** Two atoms, the second of which has other fields. */
function second(fields: AtomFields): string {
  return pdb(atom(), atom({ serial: "2", name: " CB ", ...fields }), "END");
}

const good = pdb(...peptideLines(), "END");
const nine = { atoms: 9, residues: { protein: 2 }, chains: ["A"] };
const binary = new Uint8Array(3000).map((_, index) => (index * 37) % 256);

testFaults("line ends and layout", [
  reads("LF", good, nine),
  reads("CR LF", good.replaceAll("\n", "\r\n"), nine),
  reads("CR alone", good.replaceAll("\n", "\r"), nine),
  reads("no line end after the last line", good.trimEnd(), nine),
  reads("blank lines between records", good.replaceAll("\n", "\n\n"), nine),
  reads("a byte order mark", `\uFEFF${good}`, nine),
  reads("records in small letters", good.toLowerCase(), { atoms: 9, chains: ["a"] }),
  reads("a missing END", pdb(...peptideLines()), nine),
  reads("lines of 300 characters", pdb(...peptideLines().map((line) => line.padEnd(300, "x"))), nine),
  reads("lines that end after the coordinates", pdb(atom().slice(0, 54)), { atoms: 1 }, "PDB_ELEMENT_MISSING"),
  reads("a line of ten million characters among the atoms", pdb(atom(), `REMARK ${"x".repeat(1e7)}`, atom()), {
    atoms: 2,
  }),
  reads("serial numbers of six digits, which begin a column early", pdb(atom(), `ATOM 100000${atom().slice(11)}`), {
    atoms: 2,
  }),
  reads("atom lines without columns among good ones", pdb(atom(), "ATOM\t2\tCB"), { atoms: 1 }, "PDB_ATOM_LINE"),
  reads("unknown records", pdb("FOOBAR 1 2 3", atom(), "XYZZY"), { atoms: 1 }),
  reads("atoms after END", pdb(atom(), "END", atom({ serial: "2", name: " CB " })), { atoms: 2 }),
  reads("TER in the middle of a residue", pdb(atom(), "TER", atom({ serial: "2", name: " CB " })), { atoms: 2 }),
  reads("tabs after the columns", pdb(`${atom()}\t\t`), { atoms: 1 }),
  fails("tabs instead of columns", pdb("ATOM\t1\tCA\tGLY\tA\t1\t1.0\t2.0\t3.0"), "MODEL_FORMAT"),
  fails("fields between single blanks", pdb("ATOM 1 CA GLY A 1 1.000 2.000 3.000 1.00 20.00 C"), "MODEL_FORMAT"),
  fails(
    "fields between single blanks under a header",
    pdb("HEADER X", "ATOM 1 CA GLY A 1 1.0 2.0 3.0"),
    "PDB_RESIDUE_NUMBER",
    /m\.pdb, line 2, column 23/,
  ),
]);

testFaults("what is no model", [
  fails("an empty file", "", "MODEL_EMPTY"),
  fails("blanks", " \n\n \n", "MODEL_EMPTY"),
  fails("NUL bytes", new Uint8Array(500), "MODEL_EMPTY"),
  fails("headers alone", pdb("HEADER    X", "TITLE     Y", "END"), "MODEL_EMPTY"),
  fails(
    "ANISOU without any atom",
    pdb("ANISOU    1  CA  GLY A   1      100    100    100      0      0      0"),
    "MODEL_EMPTY",
  ),
  fails(
    "a picture",
    new Uint8Array([...Buffer.from("GIF89a"), 1, 0, 1, 0, 0x80, 0, 0]),
    "MODEL_FORMAT",
    /m\.pdb, line 1/,
  ),
  fails("bytes of no meaning", binary, "MODEL_FORMAT"),
  fails("a page of the web", "<!DOCTYPE html><html><body>404 Not Found</body></html>\n", "MODEL_FORMAT"),
  fails("JSON", '{"atoms": []}\n', "MODEL_FORMAT"),
  fails("text of UTF-16", new Uint8Array(Buffer.from(good, "utf16le")), "MODEL_FORMAT"),
  fails("a bzip2 file", new Uint8Array([0x42, 0x5a, 0x68, 0x39, 0x31]), "PACKED"),
  fails("an xz file", new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), "PACKED"),
  fails("a zstd file", new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0]), "PACKED"),
  fails("a zip file", new Uint8Array([0x50, 0x4b, 3, 4, 0]), "PACKED"),
]);

testFaults("coordinates", [
  ...(["x", "y", "z"] as const).flatMap((axis, index) => {
    const place = new RegExp(`m\\.pdb, line 2, column ${31 + 8 * index}$`);
    return [
      fails(`asterisks for ${axis}`, second({ [axis]: "********" }), "PDB_COORDINATE", place),
      fails(`a blank ${axis}`, second({ [axis]: " " }), "PDB_COORDINATE", place),
      fails(`nan for ${axis}`, second({ [axis]: "nan" }), "PDB_COORDINATE", place),
      fails(`infinity for ${axis}`, second({ [axis]: "inf" }), "PDB_COORDINATE", place),
      fails(`a decimal comma in ${axis}`, second({ [axis]: "1,500" }), "PDB_COORDINATE", place),
      fails(`letters in ${axis}`, second({ [axis]: "1.0O0" }), "PDB_COORDINATE", place),
      fails(`a huge ${axis}`, second({ [axis]: "1e30" }), "PDB_COORDINATE", place),
    ];
  }),
  fails("a line cut within x", pdb(atom().slice(0, 35)), "PDB_LINE_CUT", /line 1, column 36/),
  fails("a line cut after x", pdb(atom().slice(0, 38)), "PDB_LINE_CUT", /line 1, column 39/),
  fails("a file cut within its last z", pdb(atom(), atom()).slice(0, -30), "PDB_LINE_CUT", /line 2, column 52/),
  fails(
    "columns shifted by one",
    pdb(` ${atom()}`, atom().replace("   1.000", "  1.000 ").replace("  2.000", "2.0 0.0")),
    "PDB_COORDINATE",
  ),
  reads("exponents", second({ x: "1.5e1" }), {
    atoms: 2,
    extent: [
      [1, 15],
      [2, 2],
      [3, 3],
    ],
  }),
  reads("integers", second({ x: "15" }), {
    extent: [
      [1, 15],
      [2, 2],
      [3, 3],
    ],
  }),
  reads("signs", second({ x: "+15.000" }), {
    extent: [
      [1, 15],
      [2, 2],
      [3, 3],
    ],
  }),
  reads("coordinates without a blank between them", second({ x: "-100.000", y: "-200.000", z: "-300.000" }), {
    extent: [
      [-100, 1],
      [-200, 2],
      [-300, 3],
    ],
  }),
]);

testFaults("names and numbers", [
  fails("a blank atom name", second({ name: "    " }), "PDB_ATOM_NAME", /line 2/),
  fails("a blank residue number", second({ number: "    " }), "PDB_RESIDUE_NUMBER", /line 2, column 23/),
  fails("a residue number of asterisks", second({ number: "****" }), "PDB_RESIDUE_NUMBER", /line 2, column 23/),
  fails("a residue number with a point", second({ number: "1.5" }), "PDB_RESIDUE_NUMBER", /line 2, column 23/),
  reads("a negative residue number", second({ number: "-5" }), { residues: { protein: 2 } }),
  reads("a residue number of zero", second({ number: "0" }), { residues: { protein: 2 } }),
  reads("hybrid-36 residue numbers", second({ number: "A000" }), { residues: { protein: 2 } }),
  reads("a blank chain", second({ chain: "  " }), { chains: ["A", ""] }),
  reads("a chain of two letters", second({ chain: "AB" }), { chains: ["A", "AB"] }),
  reads("a digit as chain", second({ chain: " 7" }), { chains: ["A", "7"] }),
  reads("a chain that is no letter", second({ chain: " @" }), { chains: ["A", "@"] }),
  reads("a blank residue name", second({ residue: "" }), { residues: { protein: 1, other: 1 } }),
  reads("an insertion code", second({ insertion: "B" }), { residues: { protein: 2 } }),
  reads("equal serial numbers", second({ serial: "1" }), { atoms: 2 }),
  reads("serial numbers of hybrid-36", second({ serial: "A0000" }), { atoms: 2 }),
  reads("serial numbers of asterisks", second({ serial: "*****" }), { atoms: 2 }, "PDB_SERIAL"),
  reads("blank serial numbers", second({ serial: "" }), { atoms: 2 }, "PDB_SERIAL"),
  reads("a letter that is not ASCII in a name", second({ name: " Cé " }), { atoms: 2 }),
  reads("a byte of 0xA0 in a name's field", Uint8Array.from(Buffer.from(second({ name: " CA\u00a0" }), "latin1")), {
    atoms: 2,
  }),
  reads("letters that are not ASCII in a remark", pdb("REMARK Ångström", atom()), { atoms: 1 }),
  reads("NUL bytes in a remark", pdb("REMARK \0\0", atom()), { atoms: 1 }),
]);

testFaults("the other fields", [
  reads("no element", second({ element: "  " }), { atoms: 2 }, "PDB_ELEMENT_MISSING"),
  reads("an element that does not exist", second({ element: "Qq" }), { atoms: 2 }, "PDB_ELEMENT_UNKNOWN"),
  reads("an element in small letters", second({ element: " c" }), { atoms: 2 }),
  reads("an element on the left", second({ element: "C " }), { atoms: 2 }),
  reads("deuterium", second({ element: " D" }), { atoms: 2 }),
  reads("an occupancy of asterisks", second({ occupancy: "******" }), { atoms: 2 }, "PDB_OCCUPANCY"),
  reads("a blank occupancy", second({ occupancy: " " }), { atoms: 2 }),
  reads("occupancy nan", second({ occupancy: "nan" }), { atoms: 2 }, "PDB_OCCUPANCY"),
  reads("a B factor of asterisks", second({ b: "******" }), { atoms: 2 }, "PDB_B_FACTOR"),
  reads("a blank B factor", second({ b: " " }), { atoms: 2 }),
  reads("a charge", second({ charge: "2+" }), { atoms: 2 }),
  reads("a charge that is none", second({ charge: "??" }), { atoms: 2 }),
  reads("ANISOU of its atom", pdb(atom(), "ANISOU    1  CA  GLY A   1      100    200    300      0      0      0"), {
    anisotropic: true,
  }),
  reads(
    "ANISOU of another atom",
    pdb(atom(), "ANISOU    1  CB  GLY A   1      100    200    300      0      0      0"),
    { anisotropic: false },
    "PDB_ANISOU",
  ),
  reads(
    "ANISOU with unreadable numbers",
    pdb(atom(), "ANISOU    1  CA  GLY A   1      100    xxx    300      0      0      0"),
    { anisotropic: false },
    "PDB_ANISOU",
  ),
  reads("a cell of 1 x 1 x 1", pdb("CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1           1", atom()), {
    cell: null,
  }),
  reads("a cell with unreadable edges", pdb("CRYST1   xx.000   20.000   30.000  90.00  90.00  90.00 P 1", atom()), {
    cell: null,
  }),
  reads("a cell without angles", pdb("CRYST1   10.000   20.000   30.000", atom()), {
    cell: { a: 10, b: 20, c: 30, alpha: 90, beta: 90, gamma: 90 },
  }),
  reads("a bond to an atom that is not there", pdb("SSBOND   1 CYS A    1    CYS A    9", atom()), { statedLinks: 1 }),
  reads("half a LINK record", pdb("LINK         CA  GLY A   1", atom()), { statedLinks: 1 }),
  reads("half a HELIX record", pdb("HELIX    1", atom()), { atoms: 1 }),
  reads("half a SHEET record", pdb("SHEET", atom()), { atoms: 1 }),
]);

testFaults("models of a file", [
  reads("two models", pdb("MODEL        1", atom(), "ENDMDL", "MODEL        2", atom(), "ENDMDL"), {
    atoms: 2,
    models: 2,
  }),
  reads(
    "two models of unequal size",
    pdb("MODEL        1", atom(), atom({ name: " CB " }), "ENDMDL", "MODEL        2", atom(), "ENDMDL"),
    { atoms: 3, models: 2 },
  ),
  reads("models without numbers", pdb("MODEL", atom(), "ENDMDL", "MODEL", atom(), "ENDMDL"), { atoms: 2, models: 2 }),
  reads("ENDMDL without MODEL", pdb(atom(), "ENDMDL", atom(), "ENDMDL"), { atoms: 2, models: 2 }),
  reads("two models of the same number", pdb("MODEL        1", atom(), "ENDMDL", "MODEL        1", atom(), "ENDMDL"), {
    atoms: 2,
    models: 1,
  }),
]);

testFaults("findings are counted and the first are shown", [
  {
    name: "ten atoms without an element",
    run,
    files: { "m.pdb": pdb(...Array.from({ length: 10 }, () => atom({ element: " " }))) },
    diagnostics: ["PDB_ELEMENT_MISSING"],
    check: ({ diagnostics }: InfoDocument): void =>
      expect(diagnostics[0]).toMatchObject({ count: 10, examples: ["line 1", "line 2", "line 3", "line 4", "line 5"] }),
  },
]);
