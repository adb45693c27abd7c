// Counts the cases of each group of faults, and how many of them differ in more than a number.
// usage: node tools/count-faults.mjs
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Group, and the files of its tests with the beginning of their names. */
const groups = [
  ["PDB text", [["test/faults/pdb-text.test.ts", ""]]],
  ["numbering", [["test/faults/numbering.test.ts", ""]]],
  ["mmCIF", [["test/faults/mmcif.test.ts", ""]]],
  ["round trip", [["test/faults/round-trip.test.ts", ""]]],
  ["MRC header", [["test/faults/mrc-header.test.ts", ""]]],
  [
    "MRC data",
    [
      ["test/faults/mrc-data.test.ts", "length"],
      ["test/faults/mrc-data.test.ts", "voxels"],
    ],
  ],
  ["gzip", [["test/faults/mrc-data.test.ts", "gzip"]]],
  ["settings", [["test/faults/commands.test.ts", "settings"]]],
  ["model and map", [["test/faults/commands.test.ts", "model and map"]]],
  ["chemistry", [["test/faults/commands.test.ts", "chemistry"]]],
  [
    "numerics",
    [
      ["src/restraints/restraints.test.ts", "gradients are those"],
      ["src/refinement/target.test.ts", "gradient of the full target"],
      ["src/kernels/threads.test.ts", "1, 2, 3 and 4 threads"],
      ["src/kernels/kernels.test.ts", ""],
    ],
  ],
  ["big files", [["test/faults/large-files.test.ts", ""]]],
  [
    "disk",
    [
      ["test/faults/disk.test.ts", ""],
      ["test/faults/file-errors.test.ts", ""],
    ],
  ],
  [
    "signals",
    [
      ["test/faults/signals.test.ts", ""],
      ["test/faults/kills.test.ts", ""],
    ],
  ],
  ["checkpoints", [["test/faults/checkpoints.test.ts", ""]]],
  ["workers", [["test/faults/workers.test.ts", ""]]],
  ["fuzzing", [["test/faults/fuzz.test.ts", ""]]],
  ["installation", [["test/e2e/package.test.ts", ""]]],
];

const folder = mkdtempSync(join(tmpdir(), "emend-count-"));
const listFile = join(folder, "list.json");
const files = [...new Set(groups.flatMap(([, parts]) => parts.map(([file]) => file)))];
execFileSync("npx", ["vitest", "list", `--json=${listFile}`, ...files], { cwd: root, stdio: "inherit" });
const tests = JSON.parse(readFileSync(listFile, "utf8"));
rmSync(folder, { recursive: true });

let total = 0;
const kinds = new Set();
for (const [name, parts] of groups) {
  const found = tests.filter((test) =>
    parts.some(([file, begin]) => relative(root, test.file) === file && test.name.startsWith(begin)),
  );
  const different = new Set(found.map((test) => test.name.replaceAll(/-?\d+(\.\d+)?/g, "N")));
  console.log(`${name.padEnd(16)}${String(found.length).padStart(5)}${String(different.size).padStart(5)}`);
  total += found.length;
  for (const kind of different) kinds.add(`${name} ${kind}`);
  if (found.length === 0) process.exitCode = 1;
}
console.log(`${"all".padEnd(16)}${String(total).padStart(5)}${String(kinds.size).padStart(5)}`);
