// Extracts scattering factors (Debian gemmi-dev, MPL-2.0) and mask radii (Debian python3-cctbx, BSD-3-Clause) into data/.
// usage: node tools/extract-scattering.mjs [folder with usr/...]; without it both packages are downloaded with apt-get.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function fetchPackages() {
  const folder = mkdtempSync(join(tmpdir(), "emend-scattering-"));
  for (const name of ["gemmi-dev", "python3-cctbx"]) execFileSync("apt-get", ["download", name], { cwd: folder });
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".deb"))) {
    execFileSync("dpkg", ["-x", name, "."], { cwd: folder });
  }
  return folder;
}

const folder = process.argv[2] ?? fetchPackages();
const header = (name) => readFileSync(join(folder, "usr/include/gemmi", name), "utf8");

/** Rows { numbers } // Symbol after the data array begins; the first row belongs to the unknown element. */
function coefficientRows(text) {
  const body = text.slice(text.indexOf("::data["));
  return [...body.matchAll(/^\s*\{([^}]+)\},?\s*\/\/\s*(\S+)/gm)]
    .filter((match) => !match[2].startsWith("X="))
    .map((match) => [match[2].replace(/[^A-Za-z].*$/, ""), match[1].split(",").map(Number)]);
}

const tables = {
  electron: coefficientRows(header("c4322.hpp")),
  xray: coefficientRows(header("it92.hpp")),
  neutron: [...header("neutron92.hpp").matchAll(/\/\*([A-Z][a-z]?)\*\/\s*(-?[\d.]+)/g)]
    .map((match) => [match[1], [Number(match[2])]])
    .filter(([symbol, [length]]) => symbol !== "X" && length !== 0),
};
for (const [name, rows] of Object.entries(tables)) console.log(name, rows.length);
if (tables.electron.length !== 98 || tables.xray.length < 98) throw new Error("Incomplete scattering tables");
const provenance =
  "electron: five Gaussians a1-a5 (A), b1-b5 (A^2), International Tables C 4.3.2.2 (Peng et al. 1996); xray: a1-a4, b1-b4, c, International " +
  "Tables C 1992; neutron: bound coherent scattering length (fm), Neutron News 1992. Numbers from Debian gemmi-dev (MPL-2.0).";
const lines = Object.entries(tables).map(
  ([name, rows]) =>
    `${JSON.stringify(name)}:{\n${rows.map(([symbol, numbers]) => `${JSON.stringify(symbol)}:${JSON.stringify(numbers)}`).join(",\n")}}`,
);
writeFileSync(
  join(root, "data/mpl-2.0/scattering.json"),
  `{"provenance":${JSON.stringify(provenance)},\n${lines.join(",\n")}}\n`,
);

const radii = readFileSync(join(folder, "usr/lib/python3/dist-packages/cctbx/eltbx/van_der_waals_radii.py"), "utf8");
const entries = [...radii.matchAll(/^\s*"([A-Z][a-z]?)"\s*:\s*([\d.]+)/gm)].map((match) => [
  match[1],
  Number(match[2]),
]);
console.log("radii", entries.length);
writeFileSync(
  join(root, "data/bsd-3-clause/mask-radii.json"),
  `{"provenance":"van der Waals radii (A) of the solvent mask, Debian python3-cctbx van_der_waals_radii.py, BSD-3-Clause","radii":{\n${entries
    .map(([symbol, radius]) => `${JSON.stringify(symbol)}:${radius}`)
    .join(",\n")}}}\n`,
);
