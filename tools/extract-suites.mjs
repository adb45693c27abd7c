// Extracts the backbone suites of RNA from Debian python3-cctbx into data/apache-2.0/suites.json.
// usage: node tools/extract-suites.mjs [suiteninit.py]; without it the package is downloaded with apt-get.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function fetchTable() {
  const folder = mkdtempSync(join(tmpdir(), "emend-suites-"));
  execFileSync("apt-get", ["download", "python3-cctbx"], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
  execFileSync("dpkg", ["-x", archive, "."], { cwd: folder });
  return join(folder, "usr/lib/python3/dist-packages/mmtbx/suitename/suiteninit.py");
}

const text = readFileSync(process.argv[2] ?? fetchTable(), "utf8")
  .split("\n")
  .filter((line) => !line.trim().startsWith("#"))
  .join("\n");

/** Nine numbers stand for chi of both residues and, between them, the seven angles that count. */
const seven = (list) => list.split(",").slice(1, 8).map(Number);
const width = (name) => Number(new RegExp(`^${name} = (\\d+)`, "m").exec(text)[1]);
const widths = ["deltamw", "epsilonw", "zetaw", "alphaw", "betaw", "gammaw", "deltaw"].map(width);

const pairWidths = new Map();
for (const [, name, satellite, dominant] of text.matchAll(/\("(..)", \(([\d, ]+)\), \(([\d, ]+)\)\)/g)) {
  const own = (list) => seven(list).map((value, index) => (value > 0 ? value : widths[index]));
  pairWidths.set(name, { satelliteWidths: own(satellite), dominantWidths: own(dominant) });
}

const roles = { dom: "dominant", sat: "satellite", ord: "ordinary" };
const clusters = [];
for (const [, bin, body] of text.matchAll(/^bin\d+data = \(\d+, "(\d\d [ptm])",([^]*?)^\)/gm)) {
  const rows = body.matchAll(/\( *\d+ *, "(..)", "(certain|wannabe)", "[^"]*", "(dom|sat|ord)",\s*\(([\d., ]+)\)\)/g);
  for (const [, name, status, role, angles] of rows) {
    const pair = pairWidths.get(name) ?? {};
    clusters.push({
      name,
      bin,
      isProvisional: status === "wannabe",
      role: roles[role],
      angles: seven(angles),
      ...pair,
    });
  }
}
const provisional = clusters.filter(({ isProvisional }) => isProvisional).length;
const isComplete = clusters.every(({ angles }) => angles.length === 7 && angles.every((angle) => angle > 0));
if (!isComplete || pairWidths.size !== 9) throw new Error("The table of suites is not as expected");
const provenance =
  "Backbone suites of RNA (Richardson et al. 2008, RNA 14, 465), Copyright 2021 Richardson Lab at Duke University, from " +
  "mmtbx/suitename/suiteninit.py of Debian python3-cctbx (Apache-2.0), extracted by tools/extract-suites.mjs";
const path = join(root, "data/apache-2.0/suites.json");
const lines = clusters.map((cluster) => JSON.stringify(cluster));
writeFileSync(
  path,
  `{"provenance":${JSON.stringify(provenance)},"widths":${JSON.stringify(widths)},"clusters":[\n${lines.join(",\n")}\n]}\n`,
);
console.log(clusters.length, "suites,", provisional, "of them provisional");
