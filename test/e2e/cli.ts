// The command line as tests run it: bundled from the present sources into a folder of the test, started as its own process.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

/** Bundles the command line into the folder; returns the path of the program. */
export async function buildCli(folder: string): Promise<string> {
  const { bundles } = (await import(new URL("../../tools/bundle.mjs", import.meta.url).href)) as {
    bundles: BuildOptions[];
  };
  const options = bundles.find(({ entryPoints }) => entryPoints !== undefined && "cli" in entryPoints)!;
  await build({ ...options, outdir: folder });
  return join(folder, "cli.js");
}

const example = new URL("../../example/", import.meta.url).pathname;

/**
 * Puts model.pdb and map.mrc.gz of the example into the folder. With a number, the model has its first residues alone, in the
 * whole map: every step of a refinement is there and takes a fraction of the time.
 */
export function copyExample(folder: string, residues?: number): void {
  copyFileSync(join(example, "map.mrc.gz"), join(folder, "map.mrc.gz"));
  const lines = readFileSync(join(example, "model.pdb"), "utf8").split("\n");
  const isKept = (line: string): boolean =>
    residues === undefined ||
    (/^(ATOM|HETATM|TER|ANISOU)/.test(line) ? Number(line.slice(22, 26)) <= residues : !/^(SSBOND|CONECT)/.test(line));
  writeFileSync(join(folder, "model.pdb"), lines.filter(isKept).join("\n"));
}

export function runCli(program: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const env = { ...process.env, NO_COLOR: "1" };
  const result = spawnSync(process.execPath, [program, ...args], { cwd, env, encoding: "utf8", timeout: 60_000 });
  if (result.error) throw result.error;
  return result;
}
