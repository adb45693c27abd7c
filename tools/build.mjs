// Builds everything `npx emend` needs: kernels, bundled command line and library, type declarations.
// usage: node tools/build.mjs [folder]; the folder is dist/ when not given, and is emptied first.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundles } from "./bundle.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = resolve(process.argv[2] ?? join(root, "dist"));

execFileSync(process.execPath, [join(root, "tools/build-kernels.mjs")], { stdio: "inherit" });
rmSync(folder, { recursive: true, force: true });
for (const options of bundles) await build({ ...options, outdir: folder });
chmodSync(join(folder, "cli.js"), 0o755);
const declarations = ["-p", join(root, "tsconfig.types.json"), "--outDir", join(folder, "types")];
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...declarations], { stdio: "inherit" });
