// Extracts the Top500 rotamer tables from npm moorhen into data/bsd-3-clause/rotamers.json.
// usage: node tools/extract-rotamers.mjs [folder with rota500-*.data]; without it the package is downloaded with npm.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packGrid } from "./pack-grid.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packageName = "moorhen@0.22.7";

function fetchTables() {
  const folder = mkdtempSync(join(tmpdir(), "emend-rotamers-"));
  execFileSync("npm", ["pack", packageName], { cwd: folder, stdio: "inherit" });
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  const members = ["data.tar.gz", "rota500-arg.data", "rota500-lys.data"].map(
    (name) => `package/public/baby-gru/${name}`,
  );
  execFileSync("tar", ["xzf", archive, "--strip-components=3", ...members], { cwd: folder });
  execFileSync("tar", ["xzf", "data.tar.gz", "--strip-components=3", "data/coot/rama-data"], { cwd: folder });
  return folder;
}

/** Bounds and bins from the head, values at the centres of bins; what is not listed is 0. */
function readTable(path) {
  const axes = [];
  let values;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const head = /^#\s+x\d+: (\S+) (\S+) (\d+) (\w+)/.exec(line);
    if (head) axes.push([Number(head[1]), Number(head[2]), Number(head[3]), head[4] === "true"]);
    if (line.startsWith("#") || line.trim() === "") continue;
    values ??= new Float64Array(axes.reduce((size, axis) => size * axis[2], 1));
    const numbers = line.trim().split(/\s+/).map(Number);
    const cell = axes.reduce(
      (at, [from, to, bins], axis) => at * bins + Math.floor(((numbers[axis] - from) / (to - from)) * bins),
      0,
    );
    values[cell] = numbers[axes.length];
  }
  return { axes, values };
}

/** Values are ranks among the table's residues: kept exactly up to here, which is beyond the cut-offs of 1 and 2 percent. */
const exactRanks = 200;
const coarseStep = 1.02;

/** Ranks that are kept, rising. */
function makeLevels(most) {
  const levels = Array.from({ length: exactRanks }, (_, rank) => rank);
  for (let rank = exactRanks; rank < most; rank = Math.max(rank + 1, rank * coarseStep)) levels.push(Math.round(rank));
  return [...levels.filter((rank) => rank < most), most];
}

function nearestLevel(levels, rank) {
  if (rank < exactRanks) return rank;
  let low = 0;
  let high = levels.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (levels[middle] <= rank) low = middle;
    else high = middle;
  }
  return rank - levels[low] < levels[high] - rank ? low : high;
}

function packTable(path, name) {
  const { axes, values } = readTable(path);
  const least = values.reduce((smallest, value) => (value > 0 && value < smallest ? value : smallest), 1);
  const scale = Math.round(1 / least);
  const levels = makeLevels(scale);
  const codes = Array.from(values, (value) => nearestLevel(levels, Math.round(value * scale)));
  const worst = values.reduce((most, value, at) => Math.max(most, Math.abs(levels[codes[at]] / scale - value)), 0);
  console.log(name, axes.map((axis) => axis[2]).join(" x "), "largest change", worst.toFixed(5));
  return packGrid({ name, axes, scale, codes, levels });
}

const folder = process.argv[2] ?? fetchTables();
const files = readdirSync(folder).filter((name) => /^rota500-\w+\.data$/.test(name));
if (files.length !== 17) throw new Error(`${files.length} rotamer tables where 17 were expected`);
const tables = files.toSorted().map((file) => packTable(join(folder, file), /-(\w+)\./.exec(file)[1]));
const provenance =
  "Rotamer percentile tables of the Top500 data set (Richardson laboratory, Duke University; Lovell et al. 2000), from npm " +
  `${packageName} (BSD-3-Clause), ranks up to ${exactRanks} exact, others within 1 percent, packed by tools/extract-rotamers.mjs`;
const path = join(root, "data/bsd-3-clause/rotamers.json");
writeFileSync(path, `{"provenance":${JSON.stringify(provenance)},"tables":[\n${tables.join(",\n")}\n]}\n`);
console.log(tables.length, "tables,", readFileSync(path).length, "bytes");
