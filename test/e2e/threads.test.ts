// A whole refinement gives the same results, to the last bit, whatever the number of threads.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, copyExample, runCli } from "./cli.ts";

const example = fileURLToPath(new URL("../../example", import.meta.url));
let work: string;
let program: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "emend-threads-"));
  program = await buildCli(join(work, "program"));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Everything a run writes about its result, without what it took. */
function outcomeOf(threads: number): { readonly model: string; readonly summary: unknown; readonly threads: unknown } {
  const folder = join(work, `with-${threads}`);
  const files = [join(example, "model.pdb"), join(example, "map.mrc.gz")];
  const flags = ["--resolution", "3", "--cycles", "2", "--out-dir", folder, "--threads", String(threads)];
  expect(runCli(program, ["refine", ...files, ...flags], work).status).toBe(0);
  const { before, after, restraints, refinement, timings } = JSON.parse(
    readFileSync(join(folder, "summary.json"), "utf8"),
  ) as Record<string, { threads?: number }>;
  return {
    model: readFileSync(join(folder, "refined.cif"), "utf8"),
    summary: { before, after, restraints, refinement },
    threads: timings!.threads,
  };
}

test("with 1, 2, 3 and 4 threads", () => {
  const [one, ...others] = [1, 2, 3, 4].map(outcomeOf);
  expect(one!.threads).toBe(1);
  others.forEach((outcome, at) => expect(outcome).toEqual({ ...one, threads: at + 2 }));
});

/** What a fast refinement of a part of the example tells, with this program. */
function tellOf(path: string, out: string): unknown {
  const inputs = join(work, "part");
  mkdirSync(inputs, { recursive: true });
  copyExample(inputs, 40);
  const flags = [
    "--resolution",
    "3",
    "--quality",
    "fast",
    "--cycles",
    "1",
    "--threads",
    "2",
    "--json",
    "--out-dir",
    out,
  ];
  const { status, stdout, stderr } = runCli(path, ["refine", "model.pdb", "map.mrc.gz", ...flags], inputs);
  expect(status, stderr).toBe(0);
  const { before, after, residues, diagnostics } = JSON.parse(stdout) as Record<string, unknown>;
  return { before, after, residues, diagnostics, stderr };
}

describe("the results are the same where the worker for tasks", () => {
  const port = 'import { parentPort } from "node:worker_threads";';
  let right: unknown;
  beforeAll(() => {
    right = tellOf(program, "right");
  });

  test.each([
    ["is missing", null],
    ["throws at once", 'throw new Error("early");'],
    ["ends when it gets its work", `${port} parentPort.on("message", () => process.exit(3));`],
    ["says that it failed", `${port} parentPort.on("message", ({ id }) => parentPort.postMessage({ id }));`],
  ])("%s", async (name, code) => {
    const own = await buildCli(join(work, name));
    const sabotaged = join(work, name, "task-worker.js");
    if (code === null) rmSync(sabotaged);
    else writeFileSync(sabotaged, code);
    expect(tellOf(own, name)).toEqual(right);
  });
});
