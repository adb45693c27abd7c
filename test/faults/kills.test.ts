// Refinements killed at random times are taken up again and end with the same bits; EMEND_KILLS says how many.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRng } from "../../src/base/rng.ts";
import { buildCli, copyExample } from "../e2e/cli.ts";

const kills = Number(process.env.EMEND_KILLS ?? 5);
const seed = Number(process.env.EMEND_SEED ?? 1);
const work = mkdtempSync(join(tmpdir(), "emend-kills-"));
const settings = ["refine", "model.pdb", "map.mrc.gz", "--resolution", "3", "--cycles", "8", "--quiet"];
const results = ["refined.cif", "refined.pdb", "summary.json", "log.txt"];
let program = "";
/** Of the undisturbed run: until it ends, and until its first checkpoint is there. */
let wholeMs = 0;
let checkpointMs = 0;

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

interface Kill {
  /** From when on the time counts. */
  readonly from: "the start" | "the first checkpoint";
  readonly afterMs: number;
}

const hasCheckpoint = (folder: string): boolean =>
  ["checkpoint.json", "checkpoint.previous.json"].some((name) => existsSync(join(work, folder, name)));

/** Runs the program and, where that is asked for, kills it. */
function run(folder: string, kill: Kill | null, ...words: readonly string[]): Promise<End> {
  const child = spawn(process.execPath, [program, ...settings, "--out-dir", folder, ...words], { cwd: work });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  let since = kill?.from === "the start" ? Date.now() : Number.POSITIVE_INFINITY;
  const timer = setInterval(() => {
    if (kill === null) return;
    if (since === Number.POSITIVE_INFINITY && hasCheckpoint(folder)) since = Date.now();
    if (Date.now() - since >= kill.afterMs) child.kill("SIGKILL");
  }, 2);
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearInterval(timer);
      resolve({ code, signal, stderr });
    });
  });
}

const read = (folder: string, name: string): string => readFileSync(join(work, folder, name), "utf8");

/** Everything but times, memory and the setting that it was resumed. */
function outcomeOf(folder: string): unknown {
  const {
    timings: _timings,
    peakMemoryMiB: _memory,
    inputs: _inputs,
    ...summary
  } = JSON.parse(read(folder, "summary.json"));
  return { summary, cif: read(folder, "refined.cif"), pdb: read(folder, "refined.pdb") };
}

beforeAll(async () => {
  program = await buildCli(join(work, "program"));
  copyExample(work, 40);
  const began = Date.now();
  const timer = setInterval(() => {
    if (checkpointMs === 0 && hasCheckpoint("whole")) checkpointMs = Date.now() - began;
  }, 5);
  expect(await run("whole", null)).toMatchObject({ code: 0 });
  clearInterval(timer);
  wholeMs = Date.now() - began;
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Names of results that stand there although they are neither whole nor absent. */
function halfFiles(folder: string): string[] {
  if (!existsSync(join(work, folder))) return [];
  return readdirSync(join(work, folder))
    .filter((name) => results.includes(name))
    .filter((name) =>
      name.startsWith("refined") ? read(folder, name) !== read("whole", name) : !/[^\n]\n$/.test(read(folder, name)),
    );
}

const rng = createRng(seed);
/** Fractions of the whole run or, three times of four, of its part that has checkpoints. */
const times = Array.from(
  { length: kills },
  (_, index) => [index + 1, rng.uniform(), index % 4 === 0 ? "the start" : "the first checkpoint"] as const,
);

describe(`killed at ${kills} random times (seed ${seed})`, () => {
  test.each(times)(
    "kill %i, at %f of what follows %s: what is there is whole, and the resumed run ends with the same bits",
    async (index, time, from) => {
      const folder = `killed-${index}`;
      const afterMs = time * (from === "the start" ? wholeMs : wholeMs - checkpointMs);
      const { signal } = await run(folder, { from, afterMs });
      expect(halfFiles(folder)).toEqual([]);
      // Without a checkpoint it had either not come so far or ended before the signal.
      const resumed = await run(folder, null, hasCheckpoint(folder) ? "--resume" : "--overwrite");
      expect(resumed, `${signal}`).toMatchObject({ code: 0, stderr: "" });
      expect(outcomeOf(folder)).toEqual(outcomeOf("whole"));
      const left = readdirSync(join(work, folder)).filter(
        (name) => name.endsWith(".tmp") || name.startsWith("checkpoint"),
      );
      expect(left).toEqual([]);
      rmSync(join(work, folder), { recursive: true });
    },
  );
});
