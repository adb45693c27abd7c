// Bad input ends with exit code 2, one line on stderr that names file and place, and nothing written.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DensityMap } from "../../src/density/map.ts";
import { writeMrc } from "../../src/io/mrc/write-mrc.ts";
import { type Outcome, runHere } from "../faults/harness.ts";
import { peptide } from "../faults/models.ts";
import { buildCli, runCli } from "./cli.ts";

const work = mkdtempSync(join(tmpdir(), "emend-bad-input-"));
const folder = join(work, "files");
let program = "";

/** The peptide as PDB text, shifted, with its alanine under another name. */
function pdbText(shift: readonly [number, number, number] = [0, 0, 0], alanine = "ALA"): string {
  const lines = peptide.map(([name, residue, number, x, y, z], index) => {
    const xyz = [x + shift[0], y + shift[1], z + shift[2]].map((value) => value.toFixed(3).padStart(8)).join("");
    const residueName = residue === "ALA" ? alanine : residue;
    return `ATOM  ${String(index + 1).padStart(5)}  ${name.padEnd(3)} ${residueName} A${String(number).padStart(4)}    ${xyz}  1.00 20.00           ${name[0]}  `;
  });
  return `${lines.join("\n")}\nEND\n`;
}

/** A box of 24 A that has a blob of density at each atom. */
function makeMap(): DensityMap {
  const values = new Float32Array(24 ** 3);
  for (const [, , , x, y, z] of peptide) values[Math.round(x) + 24 * (Math.round(y) + 24 * Math.round(z))] = 1;
  const cell = { a: 24, b: 24, c: 24, alpha: 90, beta: 90, gamma: 90 };
  return { values, size: [24, 24, 24], start: [0, 0, 0], sampling: [24, 24, 24], cell, offset: [0, 0, 0] };
}

function save(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

beforeAll(async () => {
  program = await buildCli(join(work, "program"));
  mkdirSync(folder);
  const map = writeMrc(makeMap());
  const packed = gzipSync(map);
  const withNan = map.slice();
  new DataView(withNan.buffer).setFloat32(1024 + 4 * (5 + 24 * (6 + 24 * 7)), Number.NaN, true);
  save("model.pdb", pdbText());
  save("far.pdb", pdbText([140, -75.5, 31]));
  save("ligand.pdb", pdbText([0, 0, 0], "QZX"));
  save("stars.pdb", pdbText().replace("  11.082", "********"));
  save("empty.pdb", "");
  save("headers.pdb", "HEADER    NOTHING\nEND\n");
  save("broken.cif", "data_x\nloop_\n_atom_site.id\n_atom_site.Cartn_x\n1 2 3\n");
  save("picture.gif", new Uint8Array([...Buffer.from("GIF89a"), 1, 0, 1, 0, 0x80, 0, 0, 0xff, 0xff, 0xff]));
  save("map.mrc", map);
  save("map.mrc.gz", packed);
  save("nan.mrc", withNan);
  save("truncated.mrc", map.subarray(0, 9000));
  save("header.mrc", map.subarray(0, 700));
  save("truncated.mrc.gz", packed.subarray(0, packed.length - 20));
  save("key.json", '{"resolutoin": 3}');
  save("type.json", '{"resolution": "three"}');
  save("notjson.json", "resolution = 3");
  mkdirSync(join(folder, "done"));
  save("done/summary.json", "{}");
  mkdirSync(join(folder, "again"));
  save("again/refined.pdb", pdbText());
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

function listFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}

const refine = (model: string, map: string, ...flags: string[]): string[] => ["refine", model, map, ...flags];
const good = ["--resolution", "3"];

const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no resolution", refine("model.pdb", "map.mrc"), /resolution .* is not given.*--resolution 3\.2/],
  ["a missing model", refine("modle.pdb", "map.mrc", ...good), /modle\.pdb: No such file/],
  ["a missing map", refine("model.pdb", "map.ccp4", ...good), /map\.ccp4: No such file.*Did you mean .*map\.mrc/],
  ["a map that is a picture", refine("model.pdb", "picture.gif", ...good), /picture\.gif.*(not an MRC|header)/],
  ["a model that is a picture", refine("picture.gif", "map.mrc", ...good), /picture\.gif, line 1.*neither a PDB nor/],
  ["a truncated map", refine("model.pdb", "truncated.mrc", ...good), /truncated\.mrc, byte 9000.*56320 bytes/],
  ["half a header", refine("model.pdb", "header.mrc", ...good), /header\.mrc, byte 700.*1024 bytes/],
  [
    "a map with NaN",
    refine("model.pdb", "nan.mrc", ...good),
    /nan\.mrc, voxel column 5, row 6, section 7: 1 voxel is NaN/,
  ],
  ["a truncated gzip file", refine("model.pdb", "truncated.mrc.gz", ...good), /truncated\.mrc\.gz: .*truncated/],
  ["an empty model file", refine("empty.pdb", "map.mrc", ...good), /empty\.pdb: The file is empty/],
  ["a model without atoms", refine("headers.pdb", "map.mrc", ...good), /headers\.pdb: The model has no atoms/],
  ["coordinates of asterisks", refine("stars.pdb", "map.mrc", ...good), /stars\.pdb, line 6, column 31.*\*{8}/],
  ["a broken loop", refine("broken.cif", "map.mrc", ...good), /broken\.cif, line \d+.*_atom_site has 1 of 2 values/],
  ["a model outside the map", refine("far.pdb", "map.mrc", ...good), /far\.pdb, .*0 % of the atoms.*Shifting/],
  [
    "an unknown ligand",
    refine("ligand.pdb", "map.mrc", ...good),
    /ligand\.pdb, residue A 2 QZX.*QZX \(1\).*--restraints.*--unknown-ligands hold/,
  ],
  ["an unknown flag", refine("model.pdb", "map.mrc", "--resolutoin", "3"), /--resolutoin.*Did you mean --resolution/],
  ["a flag like no other", refine("model.pdb", "map.mrc", "--zzzzzzzz"), /--zzzzzzzz.*--help/],
  ["an unknown command", ["refnie", "model.pdb"], /refnie.*Did you mean refine/],
  ["a missing argument", ["refine", "model.pdb"], /missing required argument 'map'/],
  [
    "an unknown key of the configuration",
    refine("model.pdb", "map.mrc", "--config", "key.json"),
    /key\.json: "resolutoin".*Did you mean "resolution"/,
  ],
  [
    "a value of the wrong type in the configuration",
    refine("model.pdb", "map.mrc", "--config", "type.json"),
    /type\.json: --resolution.*expected number/,
  ],
  [
    "a configuration that is no JSON",
    refine("model.pdb", "map.mrc", "--config", "notjson.json"),
    /notjson\.json: .*JSON/,
  ],
  ["earlier results", refine("model.pdb", "map.mrc", ...good, "--out-dir", "done"), /done\/summary\.json.*--overwrite/],
  [
    "an output that is the input",
    refine("again/refined.pdb", "map.mrc", ...good, "--out-dir", "again", "--overwrite"),
    /again\/refined\.pdb.*input of the same run/,
  ],
  [
    "a simulated map over the model",
    ["simulate", "model.pdb", ...good, "--out", "model.pdb", "--overwrite"],
    /model\.pdb.*input of the same run/,
  ],
  [
    "an output folder that is a file",
    refine("model.pdb", "map.mrc", ...good, "--out-dir", "map.mrc"),
    /map\.mrc.*a file/,
  ],
  [
    "an output folder below a file",
    refine("model.pdb", "map.mrc", ...good, "--out-dir", "map.mrc/x"),
    /map\.mrc.*is a file/,
  ],
  ["an output file that is a folder", ["simulate", "model.pdb", ...good, "--out", "done"], /done: .*is a folder/],
  ["a folder for a model", refine("done", "map.mrc", ...good), /done: .*folder/],
  ["a folder for a map", refine("model.pdb", "done", ...good), /done: .*folder/],
  ["model and map exchanged", refine("map.mrc", "model.pdb", ...good), /map\.mrc: This is a map.*model first/],
  ["two models", refine("model.pdb", "far.pdb", ...good), /far\.pdb: This is a model/],
  ["resolution 0", refine("model.pdb", "map.mrc", "--resolution", "0"), /--resolution.*0\.5/],
  ["resolution -3", refine("model.pdb", "map.mrc", "--resolution", "-3"), /--resolution.*0\.5/],
  ["resolution abc", refine("model.pdb", "map.mrc", "--resolution", "abc"), /--resolution: "abc" is not a number/],
  ["resolution 100", refine("model.pdb", "map.mrc", "--resolution", "100"), /--resolution.*50/],
  ["resolution 3,2", refine("model.pdb", "map.mrc", "--resolution", "3,2"), /"3,2" is not a number\. Write 3\.2/],
  [
    "a selection that cannot be read",
    refine("model.pdb", "map.mrc", ...good, "--select", "chian A"),
    /character 1: "chian" is not a keyword/,
  ],
  [
    "a selection of nothing",
    refine("model.pdb", "map.mrc", ...good, "--select", "chain B"),
    /No atom is selected by "chain B"/,
  ],
];

/** Runs the command line in this process, in the folder of the files. */
async function runInFolder(args: readonly string[]): Promise<Outcome> {
  const cwd = process.cwd();
  process.chdir(folder);
  try {
    return await runHere(args, folder);
  } finally {
    process.chdir(cwd);
  }
}

function runAsProgram(args: readonly string[]): Outcome {
  const { status, stdout, stderr } = runCli(program, args, folder);
  return { exit: status!, stdout, stderr };
}

function expectRefusal({ exit, stdout, stderr }: Outcome, expected: RegExp): void {
  expect([exit, stdout], stderr).toEqual([2, ""]);
  expect(stderr).toMatch(/^emend: [^\n]+\n$/);
  expect(stderr).toMatch(expected);
}

describe("exit code 2, one line on stderr and nothing written for", () => {
  test.each(cases)("%s", async (_name, args, expected) => {
    const before = listFiles();
    expectRefusal(await runInFolder(args), expected);
    expect(listFiles()).toEqual(before);
  });

  // What the process adds is the same for all.
  test.each(cases.filter((_case, at) => at % 6 === 0))("%s, in a process of its own", (_name, args, expected) => {
    const before = listFiles();
    expectRefusal(runAsProgram(args), expected);
    expect(listFiles()).toEqual(before);
  });
});

test("the shift that the error proposes does put the model into the map", () => {
  const { stderr } = runCli(program, ["fit", "far.pdb", "map.mrc", ...good], folder);
  const [dx, dy, dz] = /by \(([^)]+)\)/.exec(stderr)![1]!.split(",").map(Number) as [number, number, number];
  save("shifted.pdb", pdbText([140 + dx, -75.5 + dy, 31 + dz]));
  const { status, stdout } = runCli(program, ["fit", "shifted.pdb", "map.mrc", ...good, "--json"], folder);
  rmSync(join(folder, "shifted.pdb"));
  expect(status).toBe(0);
  expect(JSON.parse(stdout).fit.ccMask).toBeGreaterThan(-1);
});

test.each([
  ["of the input", ["fit", "model.pdb", "nan.mrc", ...good, "--json"], "MRC_NOT_FINITE"],
  ["of the flags", ["fit", "model.pdb", "map.mrc", "--resolutoin", "3", "--json"], "USAGE"],
  ["of a setting", ["fit", "model.pdb", "map.mrc", "--resolution", "abc", "--json"], "SETTING_NUMBER"],
] as const)("with --json an error %s is one JSON document with its code on stdout", (_name, args, code) => {
  const { status, stdout, stderr } = runCli(program, args, folder);
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
  expect([status, error.code]).toEqual([2, code]);
  expect(stderr).toContain(error.message);
});

test("a failed run leaves the inputs byte for byte as they were", () => {
  const before = readFileSync(join(folder, "map.mrc"));
  runCli(program, refine("ligand.pdb", "map.mrc", ...good), folder);
  expect(readFileSync(join(folder, "map.mrc")).equals(before)).toBe(true);
});
