// Extracts the Top8000 Ramachandran tables from Debian libcctbx-dev into data/bsd-3-clause/ramachandran.json.
// usage: node tools/extract-ramachandran.mjs [rama8000_tables.h]; without it the package is downloaded with apt-get.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packGrid } from "./pack-grid.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function fetchHeader() {
  const folder = mkdtempSync(join(tmpdir(), "emend-ramachandran-"));
  execFileSync("apt-get", ["download", "libcctbx-dev"], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
  execFileSync("dpkg", ["-x", archive, "."], { cwd: folder });
  return join(folder, "usr/include/mmtbx/validation/ramachandran/rama8000_tables.h");
}

/** Names in the header and here. */
const names = {
  general: "general",
  glycine: "glycine",
  cis_pro: "cisProline",
  trans_pro: "transProline",
  pre_pro: "preProline",
  ile_val: "isoleucineOrValine",
};
const bins = 180;
/** Values have six digits and are at most 1: at this many units each is kept to half a millionth. */
const scale = 1_000_000;

const text = readFileSync(process.argv[2] ?? fetchHeader(), "utf8");
const tables = Object.entries(names).map(([key, name]) => {
  const body = new RegExp(`linear_table_${key}\\[\\] = \\{([^}]*)\\}`).exec(text)?.[1];
  const values = (body ?? "")
    .split(",")
    .filter((field) => field.trim() !== "")
    .map(Number);
  if (values.length !== bins * bins || values.some((value) => !(value >= 0 && value <= 1))) {
    throw new Error(`Table ${key} is not one of ${bins} x ${bins} fractions`);
  }
  const axis = [-180, 180, bins, true];
  return packGrid({ name, axes: [axis, axis], scale, codes: values.map((value) => Math.round(value * scale)) });
});
const provenance =
  "Ramachandran percentile tables of the Top8000 data set (Richardson laboratory, Duke University, CC BY 4.0), from " +
  "mmtbx/validation/ramachandran/rama8000_tables.h of Debian libcctbx-dev (BSD-3-Clause), packed by tools/extract-ramachandran.mjs";
const path = join(root, "data/bsd-3-clause/ramachandran.json");
writeFileSync(path, `{"provenance":${JSON.stringify(provenance)},"tables":[\n${tables.join(",\n")}\n]}\n`);
console.log(tables.length, "tables,", readFileSync(path).length, "bytes");
