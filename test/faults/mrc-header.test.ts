// One word of a map's header changed at a time: the fault is named by its word, or the word does not matter.
import { expect } from "vitest";
import { type FaultCase, testFaults } from "./harness.ts";
import { fileBytes, mapBytes, withWord, withWords } from "./maps.ts";

const run = ["info", "@m.mrc"];
const largest = 2 ** 31 - 1;
/** Bits of a quiet NaN, which as an integer is 2143289344. */
const nanBits = 0x7fc00000;

interface InfoDocument {
  readonly files: readonly {
    readonly size: readonly number[];
    readonly corner: readonly number[];
    readonly axes: string;
    readonly statistics: { readonly mean: number; readonly maximum: number };
  }[];
}

const sameVoxels = ({ files }: InfoDocument): void => {
  expect(files[0]).toMatchObject({ size: [24, 24, 24], statistics: { maximum: 1 } });
};

function fails(name: string, map: Uint8Array, code: string, place: RegExp = /m\.mrc/, says?: RegExp): FaultCase {
  return { name, run, files: { "m.mrc": map }, code, place, ...(says ? { says } : {}) };
}

function reads(name: string, map: Uint8Array, ...diagnostics: readonly string[]): FaultCase {
  return { name, run, files: { "m.mrc": map }, diagnostics, check: sameVoxels };
}

/** What each of four values does to a word: an error's code, diagnostics, or null where the word does not matter. */
type Effect = string | readonly string[] | null;
type Effects = readonly [zero: Effect, minusOne: Effect, largest: Effect, nan: Effect];

const size: Effects = ["MRC_SIZE", "MRC_SIZE", "MRC_SIZE", "MRC_SIZE"];
const start: Effects = [null, null, "MRC_START", "MRC_START"];
const sampling: Effects = ["MRC_SAMPLING", "MRC_SAMPLING", "MRC_SAMPLING", "MRC_SAMPLING"];
const edge: Effects = ["MRC_CELL", "MRC_CELL", "MRC_CELL", "MRC_CELL"];
const axis: Effects = ["MRC_AXES", "MRC_AXES", "MRC_AXES", "MRC_AXES"];
const free: Effects = [null, null, null, null];
// As real numbers, -1 and the largest integer are NaN too.
const origin: Effects = [null, ["MRC_ORIGIN"], ["MRC_ORIGIN"], ["MRC_ORIGIN"]];

/** First and last word and their effects; values are written as integers. Names are those of MRC2014. */
const words: readonly (readonly [string, number, number, Effects])[] = [
  ["NX, NY, NZ", 1, 3, size],
  ["MODE", 4, 4, ["MRC_TRAILING_BYTES", "MRC_MODE", "MRC_MODE", "MRC_MODE"]],
  ["NXSTART, NYSTART, NZSTART", 5, 7, start],
  ["MX, MY, MZ", 8, 10, sampling],
  ["CELLA", 11, 13, edge],
  ["CELLB", 14, 16, edge],
  ["MAPC, MAPR, MAPS", 17, 19, axis],
  ["DMIN, DMAX, DMEAN", 20, 22, free],
  ["ISPG", 23, 23, free],
  ["NSYMBT", 24, 24, [null, "MRC_EXTENDED_HEADER", "MRC_EXTENDED_HEADER", "MRC_EXTENDED_HEADER"]],
  ["EXTRA", 25, 49, free],
  ["ORIGIN", 50, 52, origin],
  ["MAP", 53, 53, [["MRC_NO_MAP_WORD"], ["MRC_NO_MAP_WORD"], ["MRC_NO_MAP_WORD"], ["MRC_NO_MAP_WORD"]]],
  ["MACHST", 54, 54, [["MRC_MACHINE_STAMP"], ["MRC_MACHINE_STAMP"], ["MRC_MACHINE_STAMP"], ["MRC_MACHINE_STAMP"]]],
  ["RMS", 55, 55, free],
  ["NLABL", 56, 56, free],
];

const values = [
  ["0", 0],
  ["-1", -1],
  ["2147483647", largest],
  ["NaN", nanBits],
] as const;

function wordCases(): FaultCase[] {
  return words.flatMap(([name, first, last, effects]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((word) =>
      values.flatMap(([shown, value], column): FaultCase[] => {
        const effect = effects[column]!;
        // Mode 0 is read as bytes: other voxels, tested below.
        if (word === 4 && value === 0) return [];
        const title = `${name}: word ${word} is ${shown}`;
        const map = withWord(word, value);
        if (typeof effect !== "string") return [reads(title, map, ...(effect ?? []))];
        return [fails(title, map, effect, new RegExp(`m\\.mrc, header words? ${wordsOf(word)}$`))];
      }),
    ),
  );
}

/** How messages name the group that a word belongs to. */
function wordsOf(word: number): string {
  const groups = ["1-3", "4", "5-7", "8-10", "11-13", "14-16", "17-19", "24"];
  return groups.find((group) => {
    const [first, last = first] = group.split("-").map(Number);
    return word >= first! && word <= last!;
  })!;
}

testFaults("header words", wordCases());

const permutations = ["1,2,3", "1,3,2", "2,1,3", "2,3,1", "3,1,2", "3,2,1"];
const wrongAxes = ["1,1,2", "1,1,1", "2,2,2", "3,3,3", "1,2,2", "0,1,2", "1,2,4", "3,2,3", "2,3,3"];
const axesWords = (order: string): [number, number][] =>
  order.split(",").map((value, index) => [17 + index, Number(value)]);

testFaults("axes", [
  ...permutations.map(
    (order): FaultCase => ({
      name: `order ${order}`,
      run,
      files: { "m.mrc": withWords(axesWords(order)) },
      diagnostics: [],
      check: ({ files }: InfoDocument) =>
        expect(files[0]).toMatchObject({
          axes: order.replace(/\d/g, (digit) => "xyz"[Number(digit) - 1]!).replaceAll(",", ""),
        }),
    }),
  ),
  ...wrongAxes.map((order) =>
    fails(`order ${order}`, withWords(axesWords(order)), "MRC_AXES", /header words 17-19/, new RegExp(order)),
  ),
  reads("order 0,0,0 of old files", withWords(axesWords("0,0,0"))),
]);

function withStamp(stamp: number): Uint8Array {
  const bytes = mapBytes();
  bytes.set([stamp >> 8, stamp & 255], 212);
  return bytes;
}

testFaults("machine stamp on data of small end first", [
  reads("0x4444", withStamp(0x4444)),
  reads("0x4441", withStamp(0x4441)),
  reads("0x1111", withStamp(0x1111), "MRC_MACHINE_STAMP"),
  reads("0x4144", withStamp(0x4144), "MRC_MACHINE_STAMP"),
  reads("0xFFFF", withStamp(0xffff), "MRC_MACHINE_STAMP"),
]);

testFaults("modes", [
  ...[3, 4].map((mode) => fails(`mode ${mode}`, withWord(4, mode), "MRC_TRANSFORM", /header word 4/)),
  ...[5, 7, 8, 11, 13, 16, 101, 102].map((mode) =>
    fails(`mode ${mode}`, withWord(4, mode), "MRC_MODE", /header word 4/),
  ),
  ...[0, 1, 6].map(
    (mode): FaultCase => ({
      name: `mode ${mode} of longer data`,
      run,
      files: { "m.mrc": withWord(4, mode) },
      diagnostics: ["MRC_TRAILING_BYTES"],
    }),
  ),
]);

testFaults("start, origin, cell and sampling", [
  reads("a large start", withWord(5, 100_000)),
  reads("a negative start", withWord(6, -300)),
  reads("an origin alone", withWord(50, 12.5, "real")),
  reads(
    "start and origin that agree",
    withWords([
      [5, 3],
      [50, 3, "real"],
    ]),
  ),
  reads(
    "start and origin that disagree",
    withWords([
      [5, 3],
      [50, 7, "real"],
    ]),
    "MRC_ORIGIN_CONFLICT",
  ),
  reads("an origin of 1e30", withWord(51, 1e30, "real"), "MRC_ORIGIN"),
  reads(
    "angles all zero",
    withWords([
      [14, 0, "real"],
      [15, 0, "real"],
      [16, 0, "real"],
    ]),
  ),
  fails(
    "angles that close no cell",
    withWords([
      [14, 20, "real"],
      [15, 20, "real"],
      [16, 160, "real"],
    ]),
    "MRC_CELL",
    /words 14-16/,
  ),
  fails("an angle of 180 degrees", withWord(15, 180, "real"), "MRC_CELL", /words 14-16/),
  fails("a negative edge", withWord(11, -24, "real"), "MRC_CELL", /words 11-13/),
  fails("an edge of 1e9", withWord(12, 1e9, "real"), "MRC_CELL", /words 11-13/),
  fails("an edge of infinity", withWord(13, Number.POSITIVE_INFINITY, "real"), "MRC_CELL", /words 11-13/),
  reads(
    "sampling of twice the box",
    withWords([
      [8, 48],
      [9, 48],
      [10, 48],
    ]),
  ),
  reads("a volume stack's mark on one volume", withWord(23, 401)),
  fails(
    "a stack of volumes",
    withWords([
      [23, 401],
      [10, 12],
    ]),
    "MRC_STACK",
    /word 23/,
  ),
]);

testFaults("sizes against the file", [
  fails("twice the columns", withWord(1, 48), "MRC_TRUNCATED", new RegExp(`byte ${fileBytes}$`), /need 111616 bytes/),
  fails(
    "a product beyond 2^53",
    withWords([
      [1, 16_000_000],
      [2, 16_000_000],
      [3, 16_000_000],
    ]),
    "MRC_TRUNCATED",
  ),
  fails(
    "a product beyond 2^32",
    withWords([
      [1, 65_536],
      [2, 65_536],
    ]),
    "MRC_TRUNCATED",
  ),
  {
    name: "fewer sections than the file has",
    run,
    files: { "m.mrc": withWord(3, 12) },
    diagnostics: ["MRC_TRAILING_BYTES"],
  },
  fails("an extended header beyond the file", withWord(24, 4_000_000), "MRC_EXTENDED_HEADER", /word 24/),
  fails("an extended header over the voxels", withWord(24, 160), "MRC_TRUNCATED"),
  fails("an extended header of an odd length over the voxels", withWord(24, 3), "MRC_TRUNCATED"),
]);
