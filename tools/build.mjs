// Builds everything `npx emend` needs into dist/: kernels, bundled command line and library, type declarations.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundles } from "./bundle.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

execFileSync(process.execPath, [join(root, "tools/build-kernels.mjs")], { stdio: "inherit" });
rmSync(join(root, "dist"), { recursive: true, force: true });
for (const options of bundles) await build(options);
chmodSync(join(root, "dist/cli.js"), 0o755);
execFileSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.types.json")],
  {
    stdio: "inherit",
  },
);
