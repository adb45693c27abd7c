// A disk that fills at any point, and signals at any time: inputs stay, results appear whole or not at all, no strays stay.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli } from "../e2e/cli.ts";
import { pdb, peptideLines } from "./models.ts";

const root = new URL("../..", import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), "emend-disk-"));
let program = "";

beforeAll(async () => {
  program = await buildCli(join(work, "program"));
  writeFileSync(join(work, "model.pdb"), pdb(...peptideLines()));
  for (const name of ["model.pdb", "map.mrc.gz"]) cpSync(join(root, "example", name), join(work, `example-${name}`));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const env = { ...process.env, NO_COLOR: "1" };
const simulate = ["simulate", "model.pdb", "--resolution", "4", "--overwrite", "--out"];

describe.skipIf(process.platform === "win32")("a disk that is full", () => {
  // Blocks of 512 bytes from none to nearly all of the map. EFBIG stands for ENOSPC.
  test.each([0, 1, 2, 3, 5, 8, 13, 21, 27, 34])(
    "after %i blocks: exit 74, the earlier result whole, nothing half written",
    (blocks) => {
      const folder = join(work, `full-${blocks}`);
      mkdirSync(folder);
      writeFileSync(join(folder, "map.mrc"), "earlier");
      const script = `ulimit -f ${blocks} && exec "$@"`;
      const words = ["-c", script, "sh", process.execPath, program, ...simulate, join(folder, "map.mrc")];
      const { status, stderr } = spawnSync("sh", words, { cwd: work, encoding: "utf8", env });
      expect(status, stderr).toBe(74);
      expect(stderr).toMatch(/^emend: [^\n]*map\.mrc: Cannot write: [^\n]+\n$/);
      expect(readdirSync(folder)).toEqual(["map.mrc"]);
      expect(readFileSync(join(folder, "map.mrc"), "utf8")).toBe("earlier");
    },
  );
});

/** Starts a refinement and sends signals when its progress shows a word; resolves to exit code and signal. */
async function interrupt(
  folder: string,
  word: string,
  ...signals: readonly NodeJS.Signals[]
): Promise<[number | null, string | null]> {
  const words = [
    "refine",
    "example-model.pdb",
    "example-map.mrc.gz",
    "--resolution",
    "3",
    "--cycles",
    "100",
    "--out-dir",
    folder,
  ];
  const child = spawn(process.execPath, [program, ...words], { cwd: work, env });
  let text = "";
  let isSent = false;
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (isSent || !text.includes(word)) return;
    isSent = true;
    for (const signal of signals) child.kill(signal);
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve([code, signal]));
  });
}

describe.skipIf(process.platform === "win32")("signals", () => {
  test("SIGTERM ends with exit code 143 and whole files that say so", async () => {
    expect(await interrupt("term", "cycle 1", "SIGTERM")).toEqual([143, null]);
    expect(JSON.parse(readFileSync(join(work, "term/summary.json"), "utf8")).interrupted).toBe(true);
  });

  test("SIGKILL leaves no result under its final name, and the next run cleans up", async () => {
    mkdirSync(join(work, "kill"));
    const [, signal] = await interrupt("kill", "cycle 1", "SIGKILL");
    expect(signal).toBe("SIGKILL");
    const results = ["refined.cif", "refined.pdb", "summary.json", "log.txt"];
    expect(readdirSync(join(work, "kill")).filter((name) => results.includes(name))).toEqual([]);
    writeFileSync(join(work, "kill/.map.mrc.emend-999999999.tmp"), "half");
    expect(spawnSync(process.execPath, [program, ...simulate, "kill/map.mrc"], { cwd: work, env }).status).toBe(0);
    expect(readdirSync(join(work, "kill")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a reader that goes away is no error", () => {
    const script = `"$@" | head -n 1; exit $?`;
    const words = ["-c", script, "sh", process.execPath, program, "info", "example-model.pdb"];
    const { status, stdout, stderr } = spawnSync("sh", words, { cwd: work, encoding: "utf8", env });
    expect([status, stdout, stderr]).toEqual([0, "example-model.pdb\n", ""]);
  });
});
