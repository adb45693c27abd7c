// What esbuild makes of the sources: one bundle for Node's command line, one for the library, which also runs in browsers.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Tables as text that is parsed when the program starts: as object literals they take several times as long. */
const tablesAsText = {
  name: "tables-as-text",
  setup(build) {
    build.onLoad({ filter: /[\\/]data[\\/].*\.json$/ }, ({ path }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(path, "utf8")));
      const literal = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
      return { contents: `export default JSON.parse('${literal}');`, loader: "js" };
    });
  },
};

const common = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  format: "esm",
  target: "es2022",
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [tablesAsText],
  define: { EMEND_VERSION: JSON.stringify(version) },
  logLevel: "warning",
};

/** Options of esbuild's build, one entry per bundle. */
export const bundles = [
  {
    ...common,
    entryPoints: {
      cli: "src/cli/main.ts",
      "task-worker": "src/cli/task-worker.ts",
      bench: "src/cli/bench/main.ts",
    },
    splitting: true,
    platform: "node",
    target: "node20",
    // Bundled CommonJS packages call require for Node's own modules.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire as createNodeRequire } from "node:module";\nconst require = createNodeRequire(import.meta.url);',
    },
  },
  { ...common, entryPoints: { index: "src/index.ts" }, platform: "neutral" },
];
