// Files are read whole or in part, and written whole or piece by piece.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readFileBytes, stageFile, withFile } from "./files.node.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-files-"));
const path = join(folder, "a.bin");
writeFileSync(path, new Uint8Array([1, 2, 3, 4, 5]));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("any part of a file can be read, and no more than there is", () => {
  expect([...readFileBytes(path)]).toEqual([1, 2, 3, 4, 5]);
  const parts = withFile(path, (source) =>
    [source.read(1, 2), source.read(4, 10), source.read(9, 2)].map((part) => [...part]),
  );
  expect(parts).toEqual([[2, 3], [5], []]);
});

test("large files are read whole, and from any byte to the end", () => {
  const bytes = Uint8Array.from({ length: 700_001 }, (_, at) => (at * 7) % 251);
  const large = join(folder, "large.bin");
  writeFileSync(large, bytes);
  expect(Buffer.compare(readFileBytes(large), bytes)).toBe(0);
  const rest = withFile(large, (source) => source.read(1001, 1e9));
  expect(Buffer.compare(rest, bytes.subarray(1001))).toBe(0);
});

test("a file shorter than what is to be filled is refused", () => {
  expect(() => withFile(path, (source) => source.readInto(new Uint8Array(9), 0))).toThrow(/shorter/);
});

test("a file stays open until an asynchronous task has ended", async () => {
  const late = withFile(path, async (source) => {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    return [...source.read(0, 2)];
  });
  expect(await late).toEqual([1, 2]);
});

test("pieces are joined in order, and nothing is there before the file is whole", () => {
  const target = join(folder, "pieces.txt");
  const staged = stageFile(target, (write) => {
    for (const piece of ["one ", "", "two ", "Å"]) write(piece);
  });
  expect(() => readFileSync(target)).toThrow(/ENOENT/);
  staged.commit();
  expect(readFileSync(target, "utf8")).toBe("one two Å");
});

test("an error of what makes the pieces stays what it is, and leaves nothing behind", () => {
  const bug = new TypeError("a bug");
  const make = (write: (piece: string) => void): void => {
    write("half");
    throw bug;
  };
  expect(() => stageFile(join(folder, "bug.txt"), make)).toThrow(bug);
  expect(readdirSync(folder).filter((name) => name.includes("bug"))).toEqual([]);
});
