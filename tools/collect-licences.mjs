// Writes LICENSES/bundled-packages.txt: the licence of every npm package that the bundles contain.
// usage: node tools/collect-licences.mjs
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundles } from "./bundle.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const folders = new Set();
for (const options of bundles) {
  const { metafile } = await build({ ...options, metafile: true, write: false });
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder && bytesInOutput > 0) folders.add(folder);
    }
  }
}
const entries = [...folders].toSorted().map((folder) => {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  const text = readFileSync(join(path, file), "utf8").replaceAll("\r\n", "\n").trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(
  join(root, "LICENSES/bundled-packages.txt"),
  `npm packages contained in dist/cli.js, each with its licence.\n\n${entries.join(`\n${"-".repeat(72)}\n\n`)}`,
);
console.log(entries.map((entry) => entry.split("\n")[0]).join("\n"));
