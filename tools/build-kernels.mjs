// Compiles the AssemblyScript kernels and writes them as a base64 module, so that Node and the browser load them alike.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src/kernels/assembly");
const output = join(root, "src/kernels/generated/kernels-wasm.ts");
const wasm = join(root, "build/kernels.wasm");

// The output carries the hash of what it was made from: dates say nothing after a checkout.
const hash = createHash("sha256").update(readFileSync(fileURLToPath(import.meta.url)));
for (const name of readdirSync(sources).toSorted()) hash.update(name).update(readFileSync(join(sources, name)));
const mark = `// Compiled kernels, base64; made from ${hash.digest("hex")}.`;
if (!existsSync(output) || !readFileSync(output, "utf8").startsWith(mark)) {
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
  writeFileSync(output, `${mark}\nexport const kernelsWasm: string =\n  "${base64}";\n`);
}
