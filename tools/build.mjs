// Builds everything `npx emend` needs into dist/: kernels, bundled command line and library, type declarations.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

execFileSync(process.execPath, [join(root, "tools/build-kernels.mjs")], { stdio: "inherit" });
rmSync(join(root, "dist"), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { cli: "src/cli/main.ts", index: "src/index.ts", bench: "src/cli/bench.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  define: { EMEND_VERSION: JSON.stringify(version) },
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: '#!/usr/bin/env node\nimport { createRequire as createNodeRequire } from "node:module";\nconst require = createNodeRequire(import.meta.url);',
  },
  logLevel: "warning",
});
chmodSync(join(root, "dist/cli.js"), 0o755);
execFileSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.types.json")],
  {
    stdio: "inherit",
  },
);
