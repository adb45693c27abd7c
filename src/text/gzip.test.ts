// Gzip by content: whole, joined, truncated and damaged data.
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { gunzip, gzip, isGzip } from "./gzip.ts";

const plain = new TextEncoder().encode("atoms and density ".repeat(500));
const packed = new Uint8Array(gzipSync(plain));

test("packing and unpacking return the same bytes", async () => {
  const made = await gzip(plain);
  expect([isGzip(made), isGzip(plain), isGzip(new Uint8Array([0x1f]))]).toEqual([true, false, false]);
  expect(await gunzip(made, "x.gz")).toEqual(plain);
});

test("joined members are read one after the other", async () => {
  expect(await gunzip(new Uint8Array([...packed, ...packed]), "x.gz")).toEqual(new Uint8Array([...plain, ...plain]));
});

function flipped(at: number): Uint8Array {
  const bytes = packed.slice();
  bytes[at]! ^= 0x40;
  return bytes;
}

test.each([
  ["a missing end", packed.subarray(0, packed.length - 1)],
  ["half of the data", packed.subarray(0, packed.length >> 1)],
  ["a header alone", packed.subarray(0, 10)],
  ["a wrong checksum", flipped(packed.length - 6)],
  ["a wrong length", flipped(packed.length - 2)],
  ["damaged data", flipped(20)],
])("%s is refused and the file named", async (_name, bytes) => {
  await expect(gunzip(bytes, "x.gz")).rejects.toMatchObject({
    name: "InputError",
    code: "GZIP_DAMAGED",
    file: "x.gz",
    message: expect.stringMatching(/truncated or damaged \(.+\)/),
  });
});

test("a Buffer that lies inside a pool is unpacked as its bytes", async () => {
  const buffer = Buffer.concat([Buffer.from("pool"), packed]).subarray(4);
  expect(await gunzip(buffer, "x.gz")).toEqual(plain);
});
