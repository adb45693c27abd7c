// Maps of every number type, byte order and axis order read alike; frames follow the header; damage is named.
import { expect, test } from "vitest";
import { InputError } from "../../base/errors.ts";
import { createRunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { type MapFile, readMrc } from "./read-mrc.ts";
import { halfToNumber } from "./read-voxels.ts";
import { writeMrc } from "./write-mrc.ts";

interface FileOptions {
  readonly mode?: number;
  readonly bigEndian?: boolean;
  /** Columns, rows, sections. */
  readonly size?: readonly [number, number, number];
  readonly axes?: readonly [number, number, number];
  readonly start?: readonly [number, number, number];
  readonly sampling?: readonly [number, number, number];
  readonly edges?: readonly [number, number, number];
  readonly angles?: readonly [number, number, number];
  readonly origin?: readonly [number, number, number];
  readonly spaceGroup?: number;
  readonly extendedBytes?: number;
  /** Bits of mode 12, numbers otherwise; in file order. */
  readonly values?: readonly number[];
}

/** A file built word by word, independent of the writer. */
function makeFile(options: FileOptions = {}): Uint8Array {
  const { mode = 2, bigEndian = false, size = [2, 3, 4], axes = [1, 2, 3], start = [0, 0, 0] } = options;
  const { sampling = [10, 10, 10], edges = [20, 20, 20], angles = [90, 90, 90], origin = [0, 0, 0] } = options;
  const { spaceGroup = 1, extendedBytes = 0 } = options;
  const values = options.values ?? Array.from({ length: size[0] * size[1] * size[2] }, (_, index) => index);
  const width = { 0: 1, 1: 2, 2: 4, 6: 2, 12: 2 }[mode] ?? 4;
  const bytes = new Uint8Array(1024 + extendedBytes + width * values.length);
  const view = new DataView(bytes.buffer);
  const little = !bigEndian;
  [...size, mode, ...start, ...sampling].forEach((value, word) => view.setInt32(4 * word, value, little));
  [...edges, ...angles].forEach((value, word) => view.setFloat32(40 + 4 * word, value, little));
  axes.forEach((value, word) => view.setInt32(64 + 4 * word, value, little));
  view.setInt32(88, spaceGroup, little);
  view.setInt32(92, extendedBytes, little);
  origin.forEach((value, word) => view.setFloat32(196 + 4 * word, value, little));
  bytes.set([0x4d, 0x41, 0x50, 0x20, ...(bigEndian ? [0x11, 0x11] : [0x44, 0x44])], 208);
  const begin = 1024 + extendedBytes;
  bytes.fill(0x7f, 1024, begin);
  values.forEach((value, index) => {
    const at = begin + width * index;
    if (mode === 0) view.setInt8(at, value);
    else if (mode === 1) view.setInt16(at, value, little);
    else if (mode === 6 || mode === 12) view.setUint16(at, value, little);
    else view.setFloat32(at, value, little);
  });
  return bytes;
}

function read(bytes: Uint8Array): MapFile & { readonly codes: readonly string[] } {
  const context = createRunContext();
  const file = readMrc(bytes, "m.mrc", context);
  return { ...file, codes: context.diagnostics.entries.map(({ code }) => code) };
}

function failureOf(bytes: Uint8Array): InputError {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("no error");
}

/** The word (counted from 1) set to an integer. */
function withWord(word: number, value: number, bytes = makeFile()): Uint8Array {
  new DataView(bytes.buffer).setInt32(4 * (word - 1), value, true);
  return bytes;
}

function withReal(word: number, value: number, bytes = makeFile()): Uint8Array {
  new DataView(bytes.buffer).setFloat32(4 * (word - 1), value, true);
  return bytes;
}

const ramp = Array.from({ length: 24 }, (_, index) => index);
const signedRamp = ramp.map((value) => value - 100);
/** Half precision bits of 0 to 23. */
const halfRamp = ramp.map((value) => {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | Math.round(1024 * (value / 2 ** exponent - 1));
});

test.each([
  [0, signedRamp, signedRamp],
  [1, ramp.map((value) => 1000 * value - 12000), ramp.map((value) => 1000 * value - 12000)],
  [2, ramp.map((value) => value / 8 - 1), ramp.map((value) => value / 8 - 1)],
  [6, ramp.map((value) => 65535 - value), ramp.map((value) => 65535 - value)],
  [12, halfRamp, ramp],
])("mode %i reads alike in both byte orders", (mode, stored, expected) => {
  for (const bigEndian of [false, true]) {
    const { map, header, codes } = read(makeFile({ mode, bigEndian, values: stored }));
    expect([...map.values]).toEqual(expected);
    expect([header.littleEndian, codes]).toEqual([!bigEndian, []]);
  }
});

test("half precision covers subnormals, the largest number, zeros and infinities", () => {
  expect(halfToNumber(0x0001)).toBe(2 ** -24);
  expect(halfToNumber(0x03ff)).toBe(1023 * 2 ** -24);
  expect(halfToNumber(0x0400)).toBe(2 ** -14);
  expect(halfToNumber(0x7bff)).toBe(65504);
  expect(halfToNumber(0xfbff)).toBe(-65504);
  expect(halfToNumber(0x8000)).toBe(-0);
  expect(halfToNumber(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
  expect(halfToNumber(0x7e00)).toBeNaN();
});

test.each([
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
] as const)("axis order %i,%i,%i gives the same map", (...axes) => {
  const spatial = [2, 3, 4] as const;
  const size = axes.map((axis) => spatial[axis - 1]) as unknown as readonly [number, number, number];
  const start = axes.map((axis) => [5, 6, 7][axis - 1]) as unknown as readonly [number, number, number];
  const values: number[] = [];
  for (let section = 0; section < size[2]; section++) {
    for (let row = 0; row < size[1]; row++) {
      for (let column = 0; column < size[0]; column++) {
        const point = [0, 0, 0];
        [column, row, section].forEach((index, order) => {
          point[axes[order]! - 1] = index;
        });
        values.push(point[0]! + 10 * point[1]! + 100 * point[2]!);
      }
    }
  }
  const { map } = read(makeFile({ axes, size, start, values }));
  expect([map.size, map.start]).toEqual([
    [2, 3, 4],
    [5, 6, 7],
  ]);
  for (let z = 0; z < 4; z++) {
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 2; x++) expect(map.values[x + 2 * (y + 3 * z)]).toBe(x + 10 * y + 100 * z);
    }
  }
});

/** Where file voxel (column, row, section) lies, found by the value it holds. */
function positionOf(map: DensityMap, value: number): number[] {
  const index = map.values.indexOf(value);
  const [nx, ny] = map.size;
  const voxel = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
  const { corner, orthogonalization: o, size } = mapFrame(map);
  const f = voxel.map((at, axis) => at / size[axis]!) as [number, number, number];
  return [
    corner[0] + o[0] * f[0] + o[1] * f[1] + o[2] * f[2],
    corner[1] + o[4] * f[1] + o[5] * f[2],
    corner[2] + o[8] * f[2],
  ];
}

test("starts are in file order, sampling and cell in that of x, y, z", () => {
  const values = Array.from({ length: 60 }, (_, index) => index);
  const { map } = read(
    makeFile({
      size: [3, 4, 5],
      axes: [3, 1, 2],
      start: [10, 20, 30],
      sampling: [80, 100, 120],
      edges: [80, 100, 120],
      values,
    }),
  );
  const [column, row, section] = [1, 2, 3];
  const [x, y, z] = positionOf(map, column + 3 * (row + 4 * section));
  expect(x).toBeCloseTo(22, 9);
  expect(y).toBeCloseTo(33, 9);
  expect(z).toBeCloseTo(11, 9);
});

test("an origin that is not on the grid is kept as it is", () => {
  const { map, alternative, codes } = read(makeFile({ origin: [1.25, -3.5, 100.1] }));
  expect(mapFrame(map).corner.map((value) => Math.fround(value))).toEqual([1.25, -3.5, Math.fround(100.1)]);
  expect([map.start, codes]).toEqual([[0, 0, 0], []]);
  expect(mapFrame(alternative!).corner).toEqual([0, 0, 0]);
});

test("start and origin that say the same are used once, without a word", () => {
  const { map, alternative, codes } = read(makeFile({ start: [3, -2, 5], origin: [6, -4, 10.005] }));
  expect(mapFrame(map).corner).toEqual([6, -4, 10]);
  expect([alternative, codes]).toEqual([null, []]);
});

test("start and origin that disagree: the start is used, a warning says so, the other reading is offered", () => {
  const { map, alternative, codes } = read(makeFile({ start: [3, -2, 5], origin: [50, 60, 70] }));
  expect(mapFrame(map).corner).toEqual([6, -4, 10]);
  expect(mapFrame(alternative!).corner).toEqual([50, 60, 70]);
  expect(codes).toEqual(["MRC_ORIGIN_CONFLICT"]);
});

test("start and origin are compared in a cell that is not orthogonal", () => {
  const oblique = { angles: [90, 90, 120], start: [0, 4, 0] } as const;
  const { alternative, codes } = read(makeFile({ ...oblique, origin: [-4, 8 * Math.sin(Math.PI / 3), 0] }));
  expect([alternative, codes]).toEqual([null, []]);
});

test("an extended header is skipped, whatever its length", () => {
  for (const extendedBytes of [80, 160, 3]) {
    expect([...read(makeFile({ extendedBytes })).map.values]).toEqual(ramp);
    expect([...read(makeFile({ extendedBytes, bigEndian: true, mode: 1 })).map.values]).toEqual(ramp);
  }
});

test("a Buffer of Node, which may lie anywhere in its pool, reads as its bytes do", () => {
  const values = ramp.map((value) => value / 3);
  const buffer = Buffer.concat([Buffer.from("pool"), makeFile({ values })]).subarray(4);
  expect(read(buffer).map).toEqual(read(makeFile({ values })).map);
});

test("writing and reading returns values and frame bit for bit", () => {
  const values = Float32Array.from({ length: 24 }, (_, index) => Math.sin(index) * 1e-3);
  const cell = { a: 80.25, b: 100, c: 120.5, alpha: 90, beta: 94.5, gamma: 90 };
  const common = { values, size: [2, 3, 4], sampling: [8, 10, 12], cell } as const;
  const frames = [
    { start: [-3, 0, 7], offset: [0, 0, 0] },
    { start: [0, 0, 0], offset: [1.5, -2.25, 300.125] },
  ] as const;
  for (const frame of frames) {
    const { map, codes, header } = read(writeMrc({ ...common, ...frame }, ["emend test"]));
    expect(map).toEqual({ ...common, ...frame });
    expect([codes, header.labels]).toEqual([[], ["emend test"]]);
  }
});

test("a written header carries statistics of its voxels, mode 2, axes 1,2,3 and the machine stamp", () => {
  const bytes = writeMrc(read(makeFile({ axes: [3, 2, 1], bigEndian: true })).map);
  const view = new DataView(bytes.buffer);
  const reals = [20, 21, 22, 55].map((word) => view.getFloat32(4 * (word - 1), true));
  expect(reals).toEqual([0, 23, 11.5, Math.fround(Math.sqrt(575 / 12))]);
  const integers = [4, 17, 18, 19, 23, 28].map((word) => view.getInt32(4 * (word - 1), true));
  expect(integers).toEqual([2, 1, 2, 3, 1, 20140]);
  expect([...bytes.subarray(208, 216)]).toEqual([0x4d, 0x41, 0x50, 0x20, 0x44, 0x44, 0, 0]);
});

test.each([
  ["-1 columns", withWord(1, -1), "MRC_SIZE", "header words 1-3"],
  ["no rows", withWord(2, 0), "MRC_SIZE", "header words 1-3"],
  ["the largest integer of sections", withWord(3, 2 ** 31 - 1), "MRC_SIZE", "header words 1-3"],
  ["mode 3", withWord(4, 3), "MRC_TRANSFORM", "header word 4"],
  ["mode 4", withWord(4, 4), "MRC_TRANSFORM", "header word 4"],
  ["mode 7", withWord(4, 7), "MRC_MODE", "header word 4"],
  ["mode 101", withWord(4, 101), "MRC_MODE", "header word 4"],
  ["no intervals", withWord(8, 0), "MRC_SAMPLING", "header words 8-10"],
  ["an edge of NaN", withReal(11, Number.NaN), "MRC_CELL", "header words 11-13"],
  ["an edge of zero", withReal(12, 0), "MRC_CELL", "header words 11-13"],
  ["an angle of 200", withReal(14, 200), "MRC_CELL", "header words 14-16"],
  ["angles that close no cell", withReal(15, 20, withReal(16, 150)), "MRC_CELL", "header words 14-16"],
  ["an axis named twice", withWord(18, 1), "MRC_AXES", "header words 17-19"],
  ["a stack of volumes", withWord(10, 2, withWord(23, 401)), "MRC_STACK", "header word 23"],
  ["a negative extended header", withWord(24, -80), "MRC_EXTENDED_HEADER", "header word 24"],
  ["an extended header beyond the file", withWord(24, 3_000_000), "MRC_EXTENDED_HEADER", "header word 24"],
  ["one byte too few", makeFile().subarray(0, 1024 + 95), "MRC_TRUNCATED", "byte 1119"],
  ["no voxels", makeFile().subarray(0, 1024), "MRC_TRUNCATED", "byte 1024"],
  ["half a header", makeFile().subarray(0, 500), "MRC_TRUNCATED", "byte 500"],
  ["text", new TextEncoder().encode("data_x\n".repeat(400)), "MRC_NOT_A_MAP", "header words 1-4"],
  ["NaN", withReal(257 + 13, Number.NaN), "MRC_NOT_FINITE", "voxel column 1, row 0, section 2"],
  ["infinity", withReal(257, Number.POSITIVE_INFINITY), "MRC_NOT_FINITE", "voxel column 0, row 0, section 0"],
])("%s is refused with its place", (_name, bytes, code, place) => {
  const error = failureOf(bytes);
  expect([error.code, error.place, error.file]).toEqual([code, place, "m.mrc"]);
});

test("a size of billions of voxels is refused by the length of the file, before memory is taken", () => {
  const error = failureOf(withWord(1, 2_000_000, withWord(2, 2_000_000)));
  expect([error.code, error.message]).toEqual(["MRC_TRUNCATED", expect.stringContaining("need 64000000001024 bytes")]);
});

test("NaN in half precision is found", () => {
  const values = [...halfRamp];
  values[23] = 0x7e01;
  expect(failureOf(makeFile({ mode: 12, values })).message).toMatch(/1 voxel is NaN or infinite \(mode 12\)/);
});

test.each([
  ["an unknown machine stamp", () => withWord(54, 0), "MRC_MACHINE_STAMP"],
  ["the wrong machine stamp", () => withWord(54, 0x1111), "MRC_MACHINE_STAMP"],
  ["no MAP word", () => withWord(53, 0), "MRC_NO_MAP_WORD"],
  ["bytes after the last voxel", () => new Uint8Array([...makeFile(), 0]), "MRC_TRAILING_BYTES"],
  ["an origin of NaN", () => withReal(51, Number.NaN), "MRC_ORIGIN"],
  ["an origin beyond all sense", () => withReal(50, 1e30), "MRC_ORIGIN"],
])("%s is read with a warning", (_name, make, code) => {
  const { map, codes } = read(make());
  expect([...map.values]).toEqual(ramp);
  expect(mapFrame(map).corner).toEqual([0, 0, 0]);
  expect(codes).toEqual([code]);
});

test("a file of one volume marked as a stack, all-zero axes and all-zero angles are read as a plain map", () => {
  const stack = withWord(10, 4, withWord(23, 401));
  const plain = read(makeFile({ axes: [0, 0, 0], angles: [0, 0, 0] })).map;
  expect([...read(stack).map.values]).toEqual(ramp);
  expect([plain.cell.alpha, plain.cell.gamma, plain.size]).toEqual([90, 90, [2, 3, 4]]);
});

test.each([
  [[1, 2, 3], 2],
  [[3, 1, 2], 2],
  [[2, 3, 1], 1],
  [[3, 2, 1], 0],
] as const)("a part of a map with axes %j and mode %i is that part of the whole", (axes, mode) => {
  const bytes = makeFile({ axes, mode, size: [4, 5, 6] });
  const whole = readMrc(bytes, "m.mrc", createRunContext()).map;
  const begin = [1, 0, 2] as const;
  const size = [2, 3, 2] as const;
  const part = readMrc(bytes, "m.mrc", createRunContext(), () => ({ begin, size })).map;
  expect([part.size, part.start]).toEqual([size, begin]);
  const expected: number[] = [];
  for (let z = 0; z < 2; z++)
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 2; x++) expected.push(whole.values[x + 1 + whole.size[0] * (y + whole.size[1] * (z + 2))]!);
  expect([...part.values]).toEqual(expected);
});
