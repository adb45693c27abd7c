// Faults of voxels and of the packing around them: refused with count and place, or read with numbers that are numbers.
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { type FaultCase, testFaults } from "./harness.ts";
import { fileBytes, mapBytes, withVoxel, withWords } from "./maps.ts";
import { pdb, peptideLines } from "./models.ts";

const run = ["info", "@m.mrc"];

interface InfoDocument {
  readonly files: readonly {
    readonly statistics: Readonly<Record<string, number>> | null;
    readonly size: readonly number[];
  }[];
}

function fails(
  name: string,
  map: Uint8Array | (() => Uint8Array),
  code: string,
  place?: RegExp,
  says?: RegExp,
): FaultCase {
  return { name, run, files: { "m.mrc": map }, code, ...(place ? { place } : {}), ...(says ? { says } : {}) };
}

function reads(
  name: string,
  map: Uint8Array,
  statistics: Record<string, number>,
  ...diagnostics: readonly string[]
): FaultCase {
  const check = ({ files }: InfoDocument): void => expect(files[0]!.statistics).toMatchObject(statistics);
  return { name, run, files: { "m.mrc": map }, diagnostics, check };
}

/** The map with all voxels of one value. */
function filled(value: number): Uint8Array {
  const bytes = mapBytes();
  new Float32Array(bytes.buffer, 1024).fill(value);
  return bytes;
}

/** A map of mode 12 whose voxels are these halves. */
function halves(...bits: readonly number[]): Uint8Array {
  const map = withWords([
    [1, bits.length],
    [2, 1],
    [3, 1],
    [4, 12],
  ]).slice(0, 1024 + 2 * bits.length);
  new Uint16Array(map.buffer, 1024).set(bits);
  return map;
}

const cut = (length: number): Uint8Array => mapBytes().subarray(0, length);

testFaults("length of the file", [
  ...[0, 1, 100, 1023].map((length) =>
    fails(
      `${length} bytes`,
      cut(length),
      "MRC_TRUNCATED",
      new RegExp(`m\\.mrc, byte ${length}$`),
      /1024 bytes of header/,
    ),
  ),
  ...[1024, 1025, fileBytes / 2, fileBytes - 4, fileBytes - 1].map((length) =>
    fails(`${length} bytes`, cut(length), "MRC_TRUNCATED", new RegExp(`byte ${length}$`), /56320 bytes/),
  ),
  reads("a byte too many", new Uint8Array([...mapBytes(), 0]), { maximum: 1 }, "MRC_TRAILING_BYTES"),
  fails(
    "text under the name of a map",
    new Uint8Array(Buffer.from("not a map ".repeat(200))),
    "MRC_NOT_A_MAP",
    /header words 1-4/,
  ),
  fails("zeros under the name of a map", new Uint8Array(4096), "MRC_NOT_A_MAP", /header words 1-4/),
  fails(
    "a model under the name of a map",
    new Uint8Array(Buffer.from(pdb("HEADER    X", ...peptideLines()))),
    "MAP_IS_MODEL",
  ),
]);

testFaults("voxels", [
  fails(
    "one NaN, the first voxel",
    withVoxel(0, Number.NaN),
    "MRC_NOT_FINITE",
    /column 0, row 0, section 0/,
    /^1 voxel is/,
  ),
  fails(
    "one NaN, the last voxel",
    withVoxel(24 ** 3 - 1, Number.NaN),
    "MRC_NOT_FINITE",
    /column 23, row 23, section 23/,
  ),
  fails("one infinity", withVoxel(25, Number.POSITIVE_INFINITY), "MRC_NOT_FINITE", /column 1, row 1, section 0/),
  fails("one minus infinity", withVoxel(576, Number.NEGATIVE_INFINITY), "MRC_NOT_FINITE", /column 0, row 0, section 1/),
  fails("all NaN", filled(Number.NaN), "MRC_NOT_FINITE", /column 0, row 0, section 0/, /13824 voxels are/),
  reads("all zero", filled(0), { mean: 0, sigma: 0, minimum: 0, maximum: 0 }),
  reads("one value", filled(7), { mean: 7, sigma: 0 }),
  reads("huge values", filled(1e30), { maximum: 1e30 }),
  reads("the least numbers there are", filled(1.4e-45), { minimum: 1.401298e-45 }),
  reads("halves: zero, the least, the largest, one", halves(0, 1, 0x7bff, 0x3c00), { minimum: 0, maximum: 65504 }),
  fails("a half that is NaN", halves(0, 0x7e00), "MRC_NOT_FINITE", /column 1, row 0, section 0/, /mode 12/),
  fails("a half that is infinite", halves(0x7c00), "MRC_NOT_FINITE", /column 0/),
  reads("one voxel", halves(0x3c00), { count: 1, sigma: 0 }),
]);

const packed = gzipSync(mapBytes());
const damaged = (at: number): Uint8Array => {
  const bytes = Uint8Array.from(packed);
  bytes[at < 0 ? bytes.length + at : at]! ^= 0xff;
  return bytes;
};
const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

testFaults("gzip", [
  reads("a packed map without .gz in its name", packed, { maximum: 1 }),
  { name: "a plain map named .gz", run: ["info", "@m.mrc.gz"], files: { "m.mrc.gz": mapBytes() }, diagnostics: [] },
  ...[1, 9, packed.length / 2, packed.length - 9, packed.length - 1].map((length) =>
    fails(
      `cut after ${Math.floor(length)} of its bytes`,
      packed.subarray(0, length),
      length < 2 ? "MRC_TRUNCATED" : "GZIP_DAMAGED",
    ),
  ),
  fails("a wrong check sum", damaged(-6), "GZIP_DAMAGED"),
  fails("a wrong length", damaged(-2), "GZIP_DAMAGED"),
  fails("a damaged byte inside", damaged(Math.floor(packed.length / 2)), "GZIP_DAMAGED"),
  fails("an unknown method", damaged(2), "GZIP_DAMAGED"),
  fails("junk after the end", join(packed, new Uint8Array([1, 2, 3, 4])), "GZIP_DAMAGED"),
  reads("two members", join(gzipSync(mapBytes().subarray(0, 5000)), gzipSync(mapBytes().subarray(5000))), {
    maximum: 1,
  }),
  fails("packed twice", new Uint8Array(gzipSync(packed)), "PACKED_TWICE"),
  fails("a bzip2 file in gzip", new Uint8Array(gzipSync(Buffer.from("BZh91AY"))), "PACKED_TWICE"),
  fails("an empty file, packed", new Uint8Array(gzipSync(Buffer.alloc(0))), "MRC_TRUNCATED", /byte 0/),
  {
    name: "200 MB of zeros in 200 kB, beyond the limit of memory",
    run: ["info", "@m.mrc", "--max-memory", "0.1"],
    files: { "m.mrc": () => new Uint8Array(gzipSync(Buffer.alloc(2e8))) },
    code: "MEMORY_LIMIT",
    says: /limit of memory, 103 MiB/,
  },
]);
