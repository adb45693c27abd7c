// The package as a user gets it: packed, installed into an empty folder without network or scripts, and run there.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyExample } from "./cli.ts";

const root = new URL("../..", import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), "emend-package-"));
const home = join(work, "home é");
const tarballFolder = join(work, "tarball");

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  more: NodeJS.ProcessEnv = {},
): SpawnSyncReturns<string> {
  const offline = { npm_config_offline: "true", npm_config_cache: join(work, "cache") };
  const env = { ...process.env, ...offline, NO_COLOR: "1", ...more };
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

test("npx emend refine improves the example and writes its five files", () => {
  cpSync(join(home, "node_modules/emend/example"), join(home, "example"), { recursive: true });
  const args = ["--no-install", "emend", "refine", "example/model.pdb", "example/map.mrc.gz", "--resolution", "3"];
  const { status, stderr } = run("npx", args, home);
  expect(status, stderr).toBe(0);
  const out = join(home, "model_emend");
  expect(readdirSync(out).toSorted()).toEqual([
    "log.txt",
    "refined.cif",
    "refined.pdb",
    "residues.tsv",
    "summary.json",
  ]);
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

const installed = join(home, "node_modules/emend/dist/cli.js");

/** A part of the example under names that are hard on programs, in a folder of its own. */
function makeOdd(folder: string): readonly string[] {
  const path = join(home, folder);
  mkdirSync(path);
  copyExample(path, 40);
  renameSync(join(path, "model.pdb"), join(path, "modèle 1 é.pdb"));
  renameSync(join(path, "map.mrc.gz"), join(path, "carte ñ 日本.mrc.gz"));
  return ["refine", "modèle 1 é.pdb", "carte ñ 日本.mrc.gz", "--resolution", "3", "--quality", "fast", "--cycles", "1"];
}

const results = ["log.txt", "refined.cif", "refined.pdb", "residues.tsv", "summary.json"];

test.each(["résultat 1", "re\u0301sultat", "a & b; c", "100% $HOME", "-dash", "😀", "quote'quote"])(
  "inputs with blanks and letters of any language are refined into %j",
  (out) => {
    const folder = `odd ${out}`;
    const words = [...makeOdd(folder), `--out-dir=${out}`, "--json"];
    const { status, stdout, stderr } = run(process.execPath, [installed, ...words], join(home, folder));
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout).inputs.model.file).toBe("modèle 1 é.pdb");
    expect(readdirSync(join(home, folder, out)).toSorted()).toEqual(results);
  },
);

test.skipIf(!existsSync("/proc/self"))(
  "a home, a cache and a folder for temporary files that nobody may write to are not missed",
  () => {
    const nowhere = Object.fromEntries(
      ["HOME", "TMPDIR", "TMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"].map((name) => [name, "/proc/emend-home"]),
    );
    const { status, stderr } = run(
      process.execPath,
      [installed, ...makeOdd("homeless"), "--out-dir", "out"],
      join(home, "homeless"),
      nowhere,
    );
    expect(status, stderr).toBe(0);
    expect(readdirSync(join(home, "homeless/out")).toSorted()).toEqual(results);
  },
);

test("with an empty environment it runs too", () => {
  const words = [installed, ...makeOdd("bare"), "--out-dir", "out"];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: join(home, "bare"), env: {}, encoding: "utf8" });
  expect(status, stderr).toBe(0);
});

test("nothing is asked of the network", () => {
  writeFileSync(
    join(home, "no-network.cjs"),
    'for (const [name, keys] of Object.entries({ net: ["connect", "createConnection"], dns: ["lookup", "resolve"], http: ["request", "get"], https: ["request", "get"], dgram: ["createSocket"] }))\n' +
      "  for (const key of keys) require(name)[key] = () => process.exit(99);\n" +
      'require("net").Socket.prototype.connect = () => process.exit(99);\nglobalThis.fetch = () => process.exit(99);\n',
  );
  const guarded = ["--require", join(home, "no-network.cjs"), installed];
  const probe = run(
    process.execPath,
    ["--require", join(home, "no-network.cjs"), "--eval", 'require("net").connect(1)'],
    home,
  );
  expect(probe.status).toBe(99);
  const refine = [...makeOdd("alone"), "--out-dir", "out"];
  for (const words of [["--version"], ["--help"], refine]) {
    const { status, stderr } = run(process.execPath, [...guarded, ...words], join(home, "alone"));
    expect(status, stderr).toBe(0);
  }
});

test("the installed program reads nothing but itself and its inputs: it can be moved as one folder", () => {
  const moved = join(work, "moved é");
  cpSync(join(home, "node_modules/emend"), moved, { recursive: true });
  const { status, stderr } = run(
    process.execPath,
    [join(moved, "dist/cli.js"), ...makeOdd("elsewhere"), "--out-dir", "out"],
    join(home, "elsewhere"),
  );
  expect(status, stderr).toBe(0);
});
