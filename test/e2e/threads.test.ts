// A whole refinement gives the same results, to the last bit, whatever the number of threads.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCli, runCli } from "./cli.ts";

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
