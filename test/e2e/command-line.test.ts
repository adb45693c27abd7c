// What the command line promises besides results: help, configuration, interruption, full disks, earlier results kept.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCli, runCli } from "./cli.ts";

const root = new URL("../..", import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), "emend-command-line-"));
const pair = ["model.pdb", "map.mrc.gz"];
let program = "";

beforeAll(async () => {
  program = await buildCli(join(work, "program"));
  for (const name of pair) cpSync(join(root, "example", name), join(work, name));
  writeFileSync(join(work, "tiny.pdb"), atomLine);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

const atomLine = "ATOM      1  CA  GLY A   1       1.000   2.000   3.000  1.00 20.00           C  \n";

function run(...args: string[]): ReturnType<typeof runCli> {
  return runCli(program, args, work);
}

test("--version prints the version alone", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const { status, stdout, stderr } = run("--version");
  expect([status, stdout, stderr]).toEqual([0, `${version}\n`, ""]);
});

test.each(["refine", "fit", "geometry", "simulate", "info"])("emend %s --help lists its flags and examples", (name) => {
  const { status, stdout, stderr } = run(name, "--help");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`Usage: emend ${name}`));
  expect(stdout).toMatch(new RegExp(`Examples:\n  emend ${name} `));
  expect(stdout).toMatch(/--json .*--quiet .*--config /s);
});

test("a configuration file takes the same keys as the flags, and flags win over it", () => {
  writeFileSync(join(work, "settings.json"), '{"resolution": 4, "voxel": 2, "margin": 3, "json": true}');
  const simulate = ["simulate", "tiny.pdb", "--config", "settings.json", "--out", "tiny.mrc", "--overwrite"];
  expect(JSON.parse(run(...simulate).stdout)).toMatchObject({ resolution: 4, voxel: 2 });
  expect(JSON.parse(run(...simulate, "--resolution", "5").stdout)).toMatchObject({ resolution: 5, voxel: 2 });
});

test("info says what a model and a map are and that they match", () => {
  const { status, stdout, stderr } = run("info", ...pair);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^model\.pdb\n {2}kind +model\n/);
  expect(stdout).toMatch(/\n {2}byte order +little\n/);
  expect(stdout).toMatch(/\nmodel\.pdb in map\.mrc\.gz: 100\.0 % of the atoms inside, .*: they match\n$/);
  const { files, pairs } = JSON.parse(run("info", ...pair, "--json").stdout);
  expect([files[0].atoms, files[1].size, pairs[0].inside]).toEqual([1001, [50, 45, 54], 1]);
});

test("a file that is replaced is kept under a number, the newest as .1", () => {
  mkdirSync(join(work, "rotation"));
  const simulate = ["simulate", "tiny.pdb", "--resolution", "4", "--out", "rotation/tiny.mrc"];
  const sizes: number[] = [];
  for (const margin of ["3", "5", "7"]) {
    expect(run(...simulate, "--margin", margin, "--overwrite").status).toBe(0);
    sizes.push(readFileSync(join(work, "rotation/tiny.mrc")).length);
  }
  const kept = ["tiny.mrc.2", "tiny.mrc.1", "tiny.mrc"].map(
    (name) => readFileSync(join(work, "rotation", name)).length,
  );
  expect(kept).toEqual(sizes);
  expect(new Set(sizes).size).toBe(3);
});

test("an interrupted refinement ends with exit code 130 and complete files that say so", async () => {
  const words = ["--resolution", "3", "--quality", "fast", "--cycles", "100", "--out-dir", "interrupted"];
  const args = [program, "refine", ...pair, ...words];
  const child = spawn(process.execPath, args, { cwd: work, env: { ...process.env, NO_COLOR: "1" } });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    const had = stderr.includes("cycle 1");
    stderr += chunk.toString();
    if (!had && stderr.includes("cycle 1")) child.kill("SIGINT");
  });
  const code = await new Promise((resolve) => {
    child.on("close", resolve);
  });
  expect(code, stderr).toBe(130);
  const folder = join(work, "interrupted");
  expect(
    readdirSync(folder)
      .filter((name) => !name.startsWith("checkpoint"))
      .toSorted(),
  ).toEqual(["log.txt", "refined.cif", "refined.pdb", "residues.tsv", "summary.json"]);
  const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
  expect(summary.interrupted).toBe(true);
  expect(summary.refinement.cycles.length).toBeLessThan(50);
  const geometry = run("geometry", "interrupted/refined.cif", "--json");
  expect(JSON.parse(geometry.stdout).geometry.bond.rmsd).toBeCloseTo(summary.after.geometry.bond.rmsd, 3);
});

/** Writing beyond the limit fails with EFBIG as a full disk fails with ENOSPC; the limit is in blocks of 512 bytes. */
function runWithFileLimit(blocks: number, ...args: string[]): ReturnType<typeof runCli> {
  const script = `ulimit -f ${blocks} && exec "$@"`;
  return spawnSync("sh", ["-c", script, "sh", process.execPath, program, ...args], {
    cwd: work,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
}

test.skipIf(process.platform === "win32")(
  "where the disk refuses the last bytes, the exit code is 74, earlier results stay and no half file is left",
  () => {
    mkdirSync(join(work, "full"));
    writeFileSync(join(work, "full/tiny.mrc"), "earlier");
    const simulate = ["simulate", "tiny.pdb", "--resolution", "4", "--out", "full/tiny.mrc", "--overwrite"];
    const { status, stdout, stderr } = runWithFileLimit(8, ...simulate);
    expect([status, stdout], stderr).toEqual([74, ""]);
    expect(stderr).toMatch(/^emend: full\/tiny\.mrc: Cannot write: [^\n]+\n$/);
    expect(readdirSync(join(work, "full"))).toEqual(["tiny.mrc"]);
    expect(readFileSync(join(work, "full/tiny.mrc"), "utf8")).toBe("earlier");
  },
);

test.skipIf(!existsSync("/proc/self"))("a folder that cannot be made ends with exit code 74", () => {
  const { status, stderr } = run("simulate", "tiny.pdb", "--resolution", "4", "--out", "/proc/emend/tiny.mrc");
  expect(status).toBe(74);
  expect(stderr).toMatch(/^emend: \/proc\/emend: Cannot make the folder: [^\n]+\n$/);
});
