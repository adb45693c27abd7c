// Results appear all or none; what was there before is kept under numbers.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InputError, OutputError } from "../base/errors.ts";
import { checkOutputs, stemOf, writeOutputs } from "./outputs.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emend-outputs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

test.each([
  ["a/b/model.pdb", "model"],
  ["model.cif.gz", "model"],
  ["my.model.v2.pdb.gz", "my.model.v2"],
  ["model", "model"],
])("the stem of %s is %s", (path, stem) => {
  expect(stemOf(path)).toBe(stem);
});

test("folders are made, files written, and nothing else is left", () => {
  const target = join(folder, "deep/er");
  expect(writeOutputs(target, { "a.txt": "text", "b.bin": new Uint8Array([1, 2]) })).toEqual([
    join(target, "a.txt"),
    join(target, "b.bin"),
  ]);
  expect(readdirSync(target).toSorted()).toEqual(["a.txt", "b.bin"]);
  expect([...readFileSync(join(target, "b.bin"))]).toEqual([1, 2]);
});

test("earlier files move to .1, .2 and so on, retired ones too", () => {
  for (const run of ["first", "second", "third"]) writeOutputs(folder, { "a.txt": run, "b.txt": run });
  writeOutputs(folder, { "a.txt": "fourth" }, ["b.txt"]);
  expect(["a.txt", "a.txt.1", "a.txt.2", "a.txt.3"].map(read)).toEqual(["fourth", "third", "second", "first"]);
  expect(["b.txt.1", "b.txt.2", "b.txt.3"].map(read)).toEqual(["third", "second", "first"]);
  expect(existsSync(join(folder, "b.txt"))).toBe(false);
});

test("where one file cannot be written none is, and earlier ones stay in place", () => {
  writeOutputs(folder, { "a.txt": "before" });
  const tooLong = `${"n".repeat(300)}.txt`;
  expect(() => writeOutputs(folder, { "a.txt": "after", [tooLong]: "x" })).toThrow(OutputError);
  expect(readdirSync(folder)).toEqual(["a.txt"]);
  expect(read("a.txt")).toBe("before");
});

test("temporary files of killed runs are removed, those of running ones stay", () => {
  const dead = ".a.txt.emend-999999999.tmp";
  const alive = `.a.txt.emend-${process.ppid}.tmp`;
  for (const name of [dead, alive]) writeFileSync(join(folder, name), "half");
  writeOutputs(folder, { "b.txt": "whole" });
  expect(readdirSync(folder).toSorted()).toEqual([alive, "b.txt"]);
});

test("an output that is an input is refused, through a link as well, even to overwrite", () => {
  const input = join(folder, "model.pdb");
  writeFileSync(input, "atoms");
  symlinkSync(input, join(folder, "link.pdb"));
  for (const output of [input, join(folder, "link.pdb"), join(folder, "./x/../model.pdb")]) {
    mkdirSync(join(folder, "x"), { recursive: true });
    expect(() => checkOutputs([output], [input], true)).toThrow(expect.objectContaining({ code: "OUTPUT_IS_INPUT" }));
  }
});

test("existing results need leave to be replaced; new ones do not", () => {
  writeFileSync(join(folder, "a.txt"), "old");
  const outputs = [join(folder, "a.txt"), join(folder, "b.txt")];
  expect(() => checkOutputs(outputs, [], false)).toThrow(expect.objectContaining({ code: "OUTPUT_EXISTS" }));
  expect(() => checkOutputs(outputs, [], true)).not.toThrow();
  expect(() => checkOutputs([join(folder, "new/deep/b.txt")], [], false)).not.toThrow();
});

test("a file where the folder should be is found before the work, at any depth", () => {
  writeFileSync(join(folder, "file"), "x");
  for (const output of ["file/a.txt", "file/deep/a.txt"]) {
    expect(() => checkOutputs([join(folder, output)], [], true)).toThrow(InputError);
  }
});

test("before the work begins, what killed runs left half written is removed; of runs that go on it stays", () => {
  const stray = join(folder, ".refined.cif.emend-999999999.tmp");
  const running = join(folder, `.refined.cif.emend-${process.pid}.tmp`);
  const other = join(folder, ".refined.cif.tmp");
  for (const path of [stray, running, other]) writeFileSync(path, "half");
  checkOutputs([join(folder, "refined.cif")], [], false);
  expect([stray, running, other].map((path) => existsSync(path))).toEqual([false, true, true]);
});
