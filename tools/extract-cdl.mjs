// Extracts the conformation-dependent library (CDL 1.2) from Debian's python3-cctbx into data/bsd-3-clause/cdl.json.
// usage: node tools/extract-cdl.mjs [cdl_database.py]; without a path it downloads the package with apt-get.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const member = "usr/lib/python3/dist-packages/mmtbx/conformation_dependent_library/cdl_database.py";

function fetchSource() {
  const folder = mkdtempSync(join(tmpdir(), "emend-cdl-"));
  execFileSync("apt-get", ["download", "python3-cctbx"], { cwd: folder, stdio: "inherit" });
  const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
  execFileSync("dpkg", ["-x", archive, "."], { cwd: folder });
  return join(folder, member);
}

const text = readFileSync(process.argv[2] ?? fetchSource(), "utf8");
const classes = {};
let current;
for (const line of text.split("\n")) {
  const heading = line.match(/^\s+"(\w+)"\s*:\s*\{/);
  if (heading) current = classes[heading[1]] = { average: undefined, cells: [] };
  const cell = line.match(/^\s+\((-?\d+),\s*(-?\d+)\)\s*:\s*\['([BI])',\s*\d+,\s*([^\]]+)\]/);
  if (!cell || !current) continue;
  const values = cell[4].split(",").map(Number);
  if (values.length !== 24 || values.some(Number.isNaN)) throw new Error(`Unreadable row: ${line}`);
  // Cells of type I repeat the average of the class.
  if (cell[3] === "I") current.average = values;
  else current.cells.push([Number(cell[1]), Number(cell[2]), ...values]);
}
const names = Object.keys(classes);
if (names.length !== 8 || names.some((name) => !classes[name].average)) throw new Error(`Incomplete table: ${names}`);
const rows = names.map(
  (name) =>
    `${JSON.stringify(name)}:{"average":${JSON.stringify(classes[name].average)},"cells":[\n${classes[name].cells
      .map((cell) => JSON.stringify(cell))
      .join(",\n")}]}`,
);
const provenance =
  "CDL 1.2 (Tronrud & Karplus 2011, Acta Cryst. D67, 699; Moriarty et al. 2016) from Debian python3-cctbx cdl_database.py, BSD-3-Clause. " +
  "Rows: phi, psi, then mean and sigma of angles C-1 N CA, N CA CB, N CA C, CB CA C, CA C O, CA C N+1, O C N+1 (degrees) and bonds C-1 N, N CA, CA CB, CA C, C O (Angstrom); -1 undefined.";
writeFileSync(
  join(root, "data/bsd-3-clause/cdl.json"),
  `{"provenance":${JSON.stringify(provenance)},"classes":{\n${rows.join(",\n")}}}\n`,
);
for (const name of names) console.log(name, classes[name].cells.length);
