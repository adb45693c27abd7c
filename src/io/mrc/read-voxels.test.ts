// Maps of several pieces: every axis order, number type and part gives each voxel its place, damaged ones are named.
import { expect, test } from "vitest";
import { InputError } from "../../base/errors.ts";
import { createRunContext } from "../../base/run-context.ts";
import type { GridSize, MapBlock } from "../../density/map.ts";
import { type ByteSource, toSource } from "../byte-source.ts";
import { readMrc } from "./read-mrc.ts";

type Order = readonly [number, number, number];

/** Along x, y and z: sections of more and of less than a piece, and none of the lengths a round number. */
const size: GridSize = [67, 71, 83];
const part: MapBlock = { begin: [5, 0, 13], size: [37, 71, 61] };
const orders: Order[] = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
];
const width: Record<number, number> = { 0: 1, 1: 2, 2: 4, 6: 2, 12: 2 };

/** Differs between neighbours along every axis; exact in every number type. */
function valueAt(x: number, y: number, z: number): number {
  return (x + 3 * y + 7 * z) % 101;
}

function halfOf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | (1024 * (value / 2 ** exponent - 1));
}

interface Layout {
  readonly mode: number;
  readonly order: Order;
  readonly little: boolean;
}

function makeBytes({ mode, order, little }: Layout): Uint8Array {
  const fileSize = order.map((axis) => size[axis - 1]!);
  const bytes = new Uint8Array(1024 + width[mode]! * size[0] * size[1] * size[2]);
  const view = new DataView(bytes.buffer);
  [...fileSize, mode, 0, 0, 0, ...size].forEach((value, word) => view.setInt32(4 * word, value, little));
  [...size, 90, 90, 90].forEach((value, word) => view.setFloat32(40 + 4 * word, value, little));
  order.forEach((value, word) => view.setInt32(64 + 4 * word, value, little));
  bytes.set([0x4d, 0x41, 0x50, 0x20, ...(little ? [0x44, 0x44] : [0x11, 0x11])], 208);
  const place = [0, 0, 0];
  let at = 1024;
  for (place[2] = 0; place[2] < fileSize[2]!; place[2]++) {
    for (place[1] = 0; place[1] < fileSize[1]!; place[1]++) {
      for (place[0] = 0; place[0] < fileSize[0]!; place[0]++) {
        const [x, y, z] = [1, 2, 3].map((axis) => place[order.indexOf(axis)]!) as [number, number, number];
        const value = valueAt(x, y, z);
        if (mode === 0) view.setInt8(at, value);
        else if (mode === 2) view.setFloat32(at, value, little);
        else view.setUint16(at, mode === 12 ? halfOf(value) : value, little);
        at += width[mode]!;
      }
    }
  }
  return bytes;
}

/** Bytes as of a file that is not in memory. */
function distant(bytes: Uint8Array): ByteSource {
  return { ...toSource(bytes), inMemory: false };
}

function wrongVoxels(values: Float32Array, { begin, size: length }: MapBlock): number {
  let wrong = 0;
  let at = 0;
  for (let z = begin[2]; z < begin[2] + length[2]; z++) {
    for (let y = begin[1]; y < begin[1] + length[1]; y++) {
      for (let x = begin[0]; x < begin[0] + length[0]; x++) if (values[at++] !== valueAt(x, y, z)) wrong++;
    }
  }
  return wrong + Math.abs(values.length - at);
}

const layouts = orders.flatMap((order) => [2, 12].map((mode) => ({ mode, order, little: mode === 2 })));
const others = [0, 1, 6, 2].map((mode) => ({ mode, order: [1, 2, 3] as Order, little: false }));

test.each([...layouts, ...others])("mode $mode, axes $order, little end first: $little", (layout) => {
  const bytes = makeBytes(layout);
  for (const source of [toSource(bytes), distant(bytes)]) {
    const whole = readMrc(source, "m.mrc", createRunContext());
    expect(wrongVoxels(whole.map.values, { begin: [0, 0, 0], size })).toBe(0);
    const some = readMrc(source, "m.mrc", createRunContext(), () => part);
    expect(wrongVoxels(some.map.values, part)).toBe(0);
  }
});

function failureOf(source: ByteSource, block: MapBlock | null): InputError {
  try {
    readMrc(source, "m.mrc", createRunContext(), () => block);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("no error");
}

test.each(orders)(
  "voxels that are not finite are counted and the first in the file is named, axes %i,%i,%i",
  (...order) => {
    const bytes = makeBytes({ mode: 2, order, little: true });
    const fileSize = order.map((axis) => size[axis - 1]!) as [number, number, number];
    const view = new DataView(bytes.buffer);
    const places = [
      [40, 50, 60],
      [41, 30, 31],
      [40, 31, 31],
      [39, 50, 60],
    ] as const;
    for (const [column, row, section] of places) {
      view.setFloat32(1024 + 4 * (column + fileSize[0] * (row + fileSize[1] * section)), Number.NaN, true);
    }
    for (const source of [toSource(bytes), distant(bytes)]) {
      for (const block of [null, { begin: [1, 1, 1], size: [65, 69, 81] } as MapBlock]) {
        const { code, message, place } = failureOf(source, block);
        expect([code, place]).toEqual(["MRC_NOT_FINITE", "voxel column 41, row 30, section 31"]);
        expect(message).toContain("4 voxels");
      }
    }
  },
);

test("what is not finite outside the part that is read does not matter", () => {
  const bytes = makeBytes({ mode: 2, order: [1, 2, 3], little: true });
  new DataView(bytes.buffer).setFloat32(1024 + 4 * (4 + 67 * (3 + 71 * 20)), Number.POSITIVE_INFINITY, true);
  expect(wrongVoxels(readMrc(bytes, "m.mrc", createRunContext(), () => part).map.values, part)).toBe(0);
});
