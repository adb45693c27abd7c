// CIF syntax: every kind of value is read, kept and written; broken syntax is named by its line.
import { expect, test } from "vitest";
import { InputError } from "../base/errors.ts";
import {
  type CifBlock,
  cifColumn,
  cifText,
  cifValue,
  findCategory,
  makeLoop,
  makePairs,
  parseCif,
  rowCount,
} from "./cif.ts";
import { writeCif } from "./write-cif.ts";

function firstBlock(text: string): CifBlock {
  return parseCif(text, "x.cif").blocks[0]!;
}

function column(text: string, item: string): readonly (string | null)[] {
  return cifColumn(firstBlock(text).categories[0], item);
}

test("quotes close before white space only", () => {
  expect(column(`data_x\nloop_\n_a.v\n'O5'prime'\n"say "this""\n'a b'\n"O5'"\n`, "v")).toEqual([
    "O5'prime",
    'say "this"',
    "a b",
    "O5'",
  ]);
});

test("text fields keep their lines, and need a semicolon at the beginning of a line", () => {
  const text = "data_x\n_a.v\n;first\n second ; not the end\n;\n_a.w ;plain\n";
  expect(column(text, "v")).toEqual(["first\n second ; not the end"]);
  expect(column(text, "w")).toEqual([";plain"]);
});

test("question mark and dot are missing values, unless they are quoted", () => {
  expect(column("data_x\nloop_\n_a.v\n? . '?' \".\"\n", "v")).toEqual([null, null, "?", "."]);
});

test("keywords and item names need no care of case, values do", () => {
  const block = firstBlock("DATA_Name\nLOOP_\n_A.B\nVaLue\n");
  expect(block.name).toBe("Name");
  expect(cifColumn(findCategory(block, "_a"), "b")).toEqual(["VaLue"]);
});

test("quoted keywords and names are values", () => {
  expect(column("data_x\nloop_\n_a.v\n'loop_'\n'data_y'\n\"_a.v\"\n", "v")).toEqual(["loop_", "data_y", "_a.v"]);
});

test("comments end at the line, and # inside a word is no comment", () => {
  expect(column("# begin\ndata_x # here\n_a.v # name\nC#1 # rest\n", "v")).toEqual(["C#1"]);
});

test.each([
  ["CR LF", "\r\n"],
  ["CR", "\r"],
])("lines that end with %s read as others do", (_name, end) => {
  const text = "data_x\nloop_\n_a.id\n_a.v\n1 two\n2\n;three\nfour\n;\n";
  const parts = (content: string): unknown =>
    parseCif(content, "x.cif").blocks.map(({ name, categories }) => [
      name,
      categories.map(({ tags, values, lines }) => [tags, values, lines]),
    ]);
  expect(parts(text.replaceAll("\n", end))).toEqual(parts(text));
});

test("a byte order mark and text that is not ASCII are read", () => {
  expect(column("\uFEFFdata_x\n_a.v 'Müller Å'\n", "v")).toEqual(["Müller Å"]);
});

test("items of one category that stand apart are one row", () => {
  const block = firstBlock("data_x\n_cell.a 1\n_other.x 5\n_cell.b 2\nloop_\n_l.v\n1 2\n_cell.c 3\n");
  expect(block.categories.map(({ name }) => name)).toEqual(["_cell", "_other", "_l"]);
  expect(block.categories[0]!.values).toEqual(["1", "2", "3"]);
});

test("each row knows its line", () => {
  expect(firstBlock("data_x\nloop_\n_a.id\n_a.v\n1 2\n3\n4\n5 6\n").categories[0]!.lines).toEqual([5, 6, 8]);
});

test("several data blocks and save frames are read", () => {
  expect(parseCif("data_a\n_x.y 1\ndata_b\n_x.y 2\nsave_f\n_z.w 3\nsave_\n", "x").blocks.length).toBe(2);
});

test.each([
  ["data_x\n_a.b 'open\n_a.c 1\n", /quoted value never ends/, "line 2"],
  ["data_x\n_a.b\n;open\nnever\n", /text field .* never ends/, "line 3"],
  ["data_x\nloop_\n_a.b\n_a.c\n1 2 3\n", /_a has 1 of 2 values/, undefined],
  ["data_x\n_a.b\n_a.c 1\n", /_a\.b has no value/, "line 3"],
  ["data_x\n_a.b", /_a\.b has no value/, "line 2"],
  ["data_x\nloop_\n1 2\n", /no item names/, "line 2"],
  ["data_x\n_a.b 1\nstray\n", /stray without an item name/, "line 3"],
  ["stray data_x\n", /before the first data_/, "line 1"],
])("%j is refused with its line", (text, message, place) => {
  let caught: unknown;
  try {
    parseCif(text, "x.cif");
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(InputError);
  const { code, place: found, file } = caught as InputError;
  expect((caught as InputError).message).toMatch(message);
  expect([code, file]).toEqual(["CIF_SYNTAX", "x.cif"]);
  expect(found).toMatch(place ?? /line \d+/);
});

test.each([
  "plain",
  "two words",
  "O5'",
  "it's",
  `both ' and " here`,
  "two\nlines",
  "_name",
  "#hash",
  "$frame",
  "[list]",
  "loop_",
  "data_x",
  "stop_",
  ";semicolon",
  "-1.5",
  "'",
  `"`,
  "' '",
  "?",
  ".",
  "a\u0001b",
  "'\u0001",
])("%j survives writing and reading", (value) => {
  const columns = { id: [1, 2], v: [value, "after"] };
  const document = { blocks: [{ name: "x", categories: [makeLoop("_l", columns), makePairs("_p", { v: value })] }] };
  const block = firstBlock(writeCif(document));
  expect(cifColumn(findCategory(block, "_l"), "v")).toEqual([value, "after"]);
  expect(cifColumn(findCategory(block, "_p"), "v")).toEqual([value]);
});

test("unknown values are written as question marks, those that do not apply as dots", () => {
  expect([cifValue(null), cifValue(""), cifValue(undefined), cifText("?")]).toEqual(["?", "?", ".", null]);
});

test("writing what was read returns every block, category, item and value as written", () => {
  const text = `data_one
_a.one 'q u'
_a.two
;multi
line
;
_a.three ;plain
loop_
_b.x
_b.y[1]
1 ;inside
? "d q"
;field
;
.
data_two
_c.only -
`;
  const document = parseCif(text, "x.cif");
  const again = parseCif(writeCif(document), "x.cif");
  const contents = (read: typeof document): unknown =>
    read.blocks.map(({ name, categories }) => [
      name,
      categories.map(({ tags, values, isLoop }) => [tags, values, isLoop]),
    ]);
  expect(contents(again)).toEqual(contents(document));
  expect(rowCount(again.blocks[0]!.categories[1]!)).toBe(3);
});

test("items behind a loop without rows stay apart from it when written", () => {
  const text = "data_x\nloop_\n_empty.a\nsave_f\n_pair.b 1\n_pair.c\n;two\n;\nsave_\n_other.d 3\n";
  const parts = (content: string): unknown =>
    firstBlock(content).categories.map(({ tags, values }) => [[...tags], [...values]]);
  expect(parts(writeCif(parseCif(text, "x.cif")))).toEqual(parts(text));
  expect(parts(text)).toEqual([
    [["_empty.a"], []],
    [
      ["_pair.b", "_pair.c"],
      ["1", ";two\n;"],
    ],
    [["_other.d"], ["3"]],
  ]);
});

test("a value of a no-break space at the end of a row survives", () => {
  const text = "data_x\nloop_\n_a.id\n_a.v\n1 \u00a0\n2 b\n";
  expect(column(writeCif(parseCif(text, "x.cif")), "v")).toEqual(["\u00a0", "b"]);
});

test("loops of many rows, first short and then long ones, are whole", () => {
  const rows = Array.from({ length: 30_000 }, (_, row) => (row < 9000 ? `${row} x` : `${row}${" ".repeat(20)}longer`));
  const [first, second] = firstBlock(
    `data_x\nloop_\n_a.id\n_a.v\n${rows.join("\n")}\nloop_\n_b.id\n_b.v\n${rows.toReversed().join("\n")}\n`,
  ).categories;
  expect([first!.rows, second!.rows]).toEqual([30_000, 30_000]);
  expect(first!.values.filter((_, at) => at % 2 === 0).every((id, row) => Number(id) === row)).toBe(true);
  expect(second!.values.filter((_, at) => at % 2 === 0).every((id, row) => Number(id) === 29_999 - row)).toBe(true);
});

test("values that begin as CIF's own words do are values", () => {
  const words = [
    "data",
    "DATA",
    "loop",
    "stop",
    "save",
    "global",
    "GLOBA_",
    "dat_a_",
    "loop_s",
    "d",
    "LEU",
    "stop_1",
    "SG__",
  ];
  expect(column(`data_x\nloop_\n_a.v\n${words.join("\n")}\n`, "v")).toEqual(words);
  expect(column("data_x\nloop_\n_a.v\n_b.w\nleu\nser\nLoOp_\n_c.d\n1\n", "v")).toEqual(["leu"]);
});
