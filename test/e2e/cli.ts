// The command line as tests run it: bundled from the present sources into a folder of the test, started as its own process.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
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

export function runCli(program: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const env = { ...process.env, NO_COLOR: "1" };
  const result = spawnSync(process.execPath, [program, ...args], { cwd, env, encoding: "utf8", timeout: 60_000 });
  if (result.error) throw result.error;
  return result;
}
