// Compiles the AssemblyScript kernels and writes them as a base64 module, so that Node and the browser load them alike.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src/kernels/assembly");
const output = join(root, "src/kernels/generated/kernels-wasm.ts");
const wasm = join(root, "build/kernels.wasm");

const newest = Math.max(
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
  ...readdirSync(sources).map((name) => statSync(join(sources, name)).mtimeMs),
);
if (!existsSync(output) || statSync(output).mtimeMs < newest) {
  mkdirSync(dirname(output), { recursive: true });
  mkdirSync(dirname(wasm), { recursive: true });
  const flags = [
    "--runtime stub --optimizeLevel 3 --shrinkLevel 0 --converge --importMemory --sharedMemory --initialMemory 100",
    "--maximumMemory 65536 --enable threads,simd --noAssert --uncheckedBehavior always",
  ];
  execFileSync(
    process.execPath,
    [
      join(root, "node_modules/assemblyscript/bin/asc.js"),
      join(sources, "index.ts"),
      "-o",
      wasm,
      ...flags.join(" ").split(" "),
    ],
    { stdio: ["ignore", "inherit", "inherit"], cwd: root },
  );
  const base64 = readFileSync(wasm).toString("base64");
  writeFileSync(output, `// Compiled kernels, base64.\nexport const kernelsWasm: string =\n  "${base64}";\n`);
}
