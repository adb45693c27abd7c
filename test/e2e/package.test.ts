// The package as a user gets it: packed, installed into an empty folder without network or scripts, and run there.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), "emend-package-"));
const home = join(work, "home é");
const tarballFolder = join(work, "tarball");

function run(command: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const env = { ...process.env, npm_config_offline: "true", npm_config_cache: join(work, "cache"), NO_COLOR: "1" };
  const result = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (result.error) throw result.error;
  return result;
}

beforeAll(() => {
  const stage = join(work, "stage");
  for (const folder of [stage, home, tarballFolder]) mkdirSync(folder);
  for (const name of ["package.json", "README.md", "LICENSE", "NOTICE", "LICENSES", "example"]) {
    cpSync(join(root, name), join(stage, name), { recursive: true });
  }
  const built = run(process.execPath, [join(root, "tools/build.mjs"), join(stage, "dist")], root);
  expect(built.status, built.stderr).toBe(0);
  const packed = run("npm", ["pack", "--ignore-scripts", "--pack-destination", tarballFolder], stage);
  expect(packed.status, packed.stderr).toBe(0);
  writeFileSync(join(home, "package.json"), '{"type":"module"}\n');
  const tarball = join(tarballFolder, readdirSync(tarballFolder)[0]!);
  const installed = run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", tarball], home);
  expect(installed.status, installed.stderr).toBe(0);
}, 120_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

test("the package brings no other package with it", () => {
  expect(readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["emend"]);
});

test("the package holds its licences, its notice and the example", () => {
  const inside = join(home, "node_modules/emend");
  const expected = ["README.md", "LICENSE", "NOTICE", "LICENSES/LGPL-3.0.txt", "example/map.mrc.gz", "dist/index.js"];
  expect(expected.filter((name) => !existsSync(join(inside, name)))).toEqual([]);
});

test("npx emend --version prints the version of the package alone", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const { status, stdout, stderr } = run("npx", ["--no-install", "emend", "--version"], home);
  expect([status, stdout, stderr]).toEqual([0, `${version}\n`, ""]);
});

test("npx emend refine improves the example and writes its four files", () => {
  cpSync(join(home, "node_modules/emend/example"), join(home, "example"), { recursive: true });
  const args = ["--no-install", "emend", "refine", "example/model.pdb", "example/map.mrc.gz", "--resolution", "3"];
  const { status, stderr } = run("npx", args, home);
  expect(status, stderr).toBe(0);
  const out = join(home, "model_emend");
  expect(readdirSync(out).toSorted()).toEqual(["log.txt", "refined.cif", "refined.pdb", "summary.json"]);
  const { before, after } = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
  expect(after.fit.ccMaskCoordinates).toBeGreaterThan(before.fit.ccMaskCoordinates + 0.1);
  expect(after.geometry.bond.rmsd).toBeLessThanOrEqual(0.01);
});

test("the installed library loads by its name and has type declarations", () => {
  const program = 'import { createEngine } from "emend"; console.log(typeof createEngine().kernels.findNeighbours);';
  const { status, stdout, stderr } = run(process.execPath, ["--input-type=module", "--eval", program], home);
  expect(status, stderr).toBe(0);
  expect(stdout).toBe("function\n");
  writeFileSync(join(home, "use.mts"), 'import { refineModel } from "emend";\nexport const x: number = refineModel;\n');
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const checked = run(process.execPath, [compiler, "--noEmit", "--strict", "--module", "nodenext", "use.mts"], home);
  // One error, the wrong type: the name and its declaration were found.
  expect(checked.stdout.match(/error TS\d+/g)).toEqual(["error TS2322"]);
});
