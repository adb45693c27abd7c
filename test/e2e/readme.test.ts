// The README's promises: its two commands, its command lines, its links and its library example.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { commands } from "../../src/cli/command.ts";
import { describeFlags } from "../../src/cli/flags.ts";
import { defaultCycles, defaultRefineOptions } from "../../src/refinement/refine-options.ts";

const root = new URL("../..", import.meta.url).pathname;
const readme = readFileSync(join(root, "README.md"), "utf8");
const work = mkdtempSync(join(tmpdir(), "emend-readme-"));

/** Every page of the documentation, as paths from the root. */
const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "example/README.md",
  ...readdirSync(join(root, "docs/methods")).map((name) => `docs/methods/${name}`),
];

afterAll(() => rmSync(work, { recursive: true, force: true }));

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]!);
}

test("the README opens with the command of the example and the command of the tests", () => {
  const [first, second] = blocks(readme, "sh");
  expect([first, second]).toEqual(["npm ci && npm run demo\n", "npm ci && npm test\n"]);
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["demo", "test"]));
});

test("continuous integration runs the README's command of the tests and stops at the first failure", () => {
  const lines = readFileSync(join(root, ".ci/run"), "utf8").split("\n");
  expect(lines).toContain("set -euo pipefail");
  expect(lines.filter((line) => line.startsWith("npm "))).toEqual(["npm ci", "npm test"]);
});

test("every emend command line in the documents has a known command and known flags", () => {
  const lines = documents.flatMap((page) =>
    readFileSync(join(root, page), "utf8").match(/(?<=[`\s])(?:npx )?emend [a-z]+ [^`\n]*/g),
  );
  const wrong: string[] = [];
  let checked = 0;
  for (const line of lines) {
    if (line === null || !line.includes("--")) continue;
    const spec = commands.find(({ name }) => name === line.replace("npx ", "").split(" ")[1]);
    const flags = line.match(/(?<= )--[a-z-]+/g) ?? [];
    const known = spec ? describeFlags(spec.schema).map((flag) => flag.flags.split(" ")[0]!) : [];
    if (flags.some((flag) => ![...known, "--config", "--help"].includes(flag))) wrong.push(line);
    checked++;
  }
  expect(checked).toBeGreaterThan(4);
  expect(wrong).toEqual([]);
});

test("every relative link of the documents leads to a file", () => {
  const missing = documents.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
      .map((match) => match[1]!)
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(documents.length).toBeGreaterThan(12);
  expect(missing).toEqual([]);
});

test("every source path that the documents name exists", () => {
  const folders = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const pattern = new RegExp(`\`(?:src/)?((?:${folders.join("|")})/[\\w./-]+)\``, "g");
  const named = documents.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(pattern)].map((match) => match[1]!),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(root, "src", path)) && !path.includes("generated"))).toEqual([]);
});

test("the documents state the defaults that the program has", () => {
  const { iterations, targetBondRmsd, targetAngleRmsd } = defaultRefineOptions;
  const { fast, standard, thorough } = defaultCycles;
  const weight = readFileSync(join(root, "docs/methods/weight.md"), "utf8");
  expect(weight).toContain(`up to ${iterations} steps`);
  expect(weight).toContain(
    `Planned are ${standard} cycles (\`--cycles\`; ${fast} with \`--quality fast\`, ${thorough} with`,
  );
  expect(weight).toContain(`Bond rmsd ≤ ${targetBondRmsd} Å and angle rmsd ≤ ${targetAngleRmsd.toFixed(1)}°`);
  expect(readFileSync(join(root, "docs/methods/minimiser.md"), "utf8")).toContain(`After ${iterations} steps`);
});

test("the README's library example type-checks and refines the bundled example", async () => {
  const [source] = blocks(readme, "ts");
  writeFileSync(join(work, "use.mts"), source!);
  writeFileSync(
    join(work, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        paths: { emend: [join(root, "src/index.ts")] },
        typeRoots: [join(root, "node_modules/@types")],
      },
      include: [],
      files: ["use.mts", join(root, "src/json.d.ts")],
    }),
  );
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const checked = spawnSync(process.execPath, [compiler, "-p", work], { encoding: "utf8" });
  expect(checked.stdout).toBe("");
  await build({
    entryPoints: [join(work, "use.mts")],
    outfile: join(work, "use.mjs"),
    alias: { emend: join(root, "src/index.ts") },
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  symlinkSync(join(root, "example"), join(work, "example"));
  const run = spawnSync(process.execPath, [join(work, "use.mjs")], { cwd: work, encoding: "utf8" });
  expect(run.status, run.stderr).toBe(0);
  const [before, after] = run.stdout.split("\n")[0]!.split(" ").map(Number);
  expect(after).toBeGreaterThan(before! + 0.03);
  expect(readFileSync(join(work, "refined.cif"), "utf8")).toMatch(/^data_/);
});
