// Folders import only folders of a lower layer, only Node-side files import Node's modules, and no packages are committed.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const layers: Record<string, number> = {
  base: 0,
  math: 1,
  text: 1,
  kernels: 2,
  chemistry: 3,
  crystal: 3,
  model: 4,
  density: 4,
  io: 5,
  scattering: 5,
  topology: 5,
  symmetry: 5,
  contacts: 6,
  difference: 6,
  sharpening: 6,
  restraints: 7,
  hydrogens: 8,
  validation: 9,
  refinement: 10,
  solvent: 11,
  ensembles: 11,
  runners: 12,
  report: 12,
  archive: 13,
  cli: 14,
  server: 14,
  web: 14,
};
const readersOfFiles = new Set(["io", "cli", "server", "web", "report"]);
const root = new URL("../src", import.meta.url).pathname;

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.includes("assembly/") && !name.includes("generated/"),
);

function importsOf(name: string): string[] {
  const text = readFileSync(join(root, name), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
}

test("every source folder has a layer", () => {
  const folders = new Set(files.filter((name) => name.includes("/")).map((name) => name.split("/")[0]!));
  expect([...folders].filter((folder) => layers[folder] === undefined)).toEqual([]);
});

test("imports point downwards only", () => {
  const wrong: string[] = [];
  for (const name of files) {
    const folder = name.includes("/") ? name.split("/")[0]! : undefined;
    if (folder === undefined || name.endsWith(".test.ts")) continue;
    for (const target of importsOf(name).filter((path) => path.startsWith("."))) {
      const resolved = new URL(target, `file:///src/${name}`).pathname.slice("/src/".length);
      const targetFolder = resolved.split("/")[0]!;
      if (resolved.startsWith("../") || targetFolder === folder || layers[targetFolder] === undefined) continue;
      if (layers[targetFolder] >= layers[folder]!) wrong.push(`${name} -> ${resolved}`);
      if (targetFolder === "io" && !readersOfFiles.has(folder)) wrong.push(`${name} -> ${resolved} (files)`);
    }
  }
  expect(wrong).toEqual([]);
});

test("only *.node.ts, cli and server import Node's modules", () => {
  const wrong = files.filter(
    (name) =>
      !name.endsWith(".node.ts") &&
      !name.endsWith(".test.ts") &&
      !/^(cli|server)\//.test(name) &&
      importsOf(name).some((path) => path.startsWith("node:")),
  );
  expect(wrong).toEqual([]);
});

test("installed packages, as a folder or a link to one, are not in the repository", () => {
  const listing = spawnSync("git", ["ls-files", "node_modules"], { cwd: join(root, ".."), encoding: "utf8" });
  // Without git, as in an unpacked archive, there is no repository to look at.
  expect(listing.status === 0 ? listing.stdout : "").toBe("");
});
