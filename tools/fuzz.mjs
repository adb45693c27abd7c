// Fuzzes the readers of the present sources for as long as is asked for; files that break them are kept.
// usage: node tools/fuzz.mjs [--format pdb|mmcif|mrc|gzip|dictionary|config] [--seconds N] [--seed S] [--keep FOLDER]
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: options } = parseArgs({
  options: {
    format: { type: "string" },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    keep: { type: "string", default: "fuzz-finds" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "emend-fuzz-bundle-"));
const outfile = join(folder, "fuzz.mjs");
await build({
  absWorkingDir: root,
  entryPoints: ["test/faults/fuzz.ts"],
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  outfile,
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "warning",
  define: { EMEND_VERSION: '"fuzz"' },
});
const { formats, fuzz } = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });

const names = options.format === undefined ? Object.keys(formats) : [options.format];
for (const name of names) {
  if (!(name in formats)) {
    console.error(`There is no format "${name}": ${Object.keys(formats).join(", ")}`);
    process.exit(2);
  }
  const { runs, accepted, finds } = await fuzz(name, Number(options.seconds), Number(options.seed));
  console.log(`${name}: seed ${options.seed}, ${runs} files, ${accepted} read, ${finds.length} finds`);
  for (const { problem, bytes } of finds) {
    mkdirSync(options.keep, { recursive: true });
    const file = join(options.keep, `${name}-${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`);
    writeFileSync(file, bytes);
    console.log(`  ${file}: ${problem.split("\n").slice(0, 3).join(" | ")}`);
    process.exitCode = 1;
  }
}
