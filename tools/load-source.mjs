// Modules of src as the tools use them: bundled from the present sources, loaded, and nothing left behind.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** What the modules at these paths below src export, in one object. */
export async function loadSource(paths) {
  const folder = mkdtempSync(join(tmpdir(), "emend-tool-"));
  const program = join(folder, "program.mjs");
  try {
    const contents = paths.map((path) => `export * from "./src/${path}";`).join("\n");
    await build({
      stdin: { contents, resolveDir: root, loader: "ts" },
      bundle: true,
      format: "esm",
      platform: "node",
      outfile: program,
      logLevel: "warning",
    });
    return await import(pathToFileURL(program).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
