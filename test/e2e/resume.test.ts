// A refinement that was stopped goes on from its checkpoint and ends exactly where an undisturbed one ends.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, copyExample, runCli } from "./cli.ts";

const settings = ["model.pdb", "map.mrc.gz", "--resolution", "3", "--cycles", "4"];
let work: string;
let program: string;

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(program, ["refine", ...settings, ...args], work);
const checkpointOf = (folder: string): string => join(work, folder, "checkpoint.json");

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "emend-resume-"));
  program = await buildCli(join(work, "program"));
  copyExample(work, 50);
  expect(run("--out-dir", "whole").status).toBe(0);
  // The whole pipeline is there to be taken up: both stages, side chains changed and put back.
  const { cycles, sideChains } = JSON.parse(readFileSync(join(work, "whole/summary.json"), "utf8")).refinement;
  expect(cycles.map(({ stage }: { stage: string }) => stage).slice(1)).toEqual([
    "centres",
    ...Array(3).fill("modelMap"),
  ]);
  expect(sideChains.some(({ changes }: { changes: unknown[] }) => changes.length > 0)).toBe(true);
  expect(sideChains.some(({ reverted }: { reverted: unknown[] }) => reverted.length > 0)).toBe(true);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Starts a run and sends it the signal as soon as its checkpoint holds this many records. */
async function stopAfter(folder: string, signal: NodeJS.Signals, records: number, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [program, "refine", ...settings, "--out-dir", folder, ...args], {
    cwd: work,
    stdio: "ignore",
  });
  const closed = new Promise((resolve) => {
    child.on("close", resolve);
  });
  const isReached = (): boolean => {
    if (!existsSync(checkpointOf(folder))) return false;
    const { body } = JSON.parse(readFileSync(checkpointOf(folder), "utf8"));
    return JSON.parse(body).records.length >= records;
  };
  const timer = setInterval(() => {
    if (!isReached()) return;
    child.kill(signal);
    // A second interrupt would end it without results.
    clearInterval(timer);
  }, 5);
  await closed;
  clearInterval(timer);
}

interface Outcome {
  readonly after: unknown;
  readonly refinement: unknown;
}

function outcomeOf(folder: string): Outcome & { readonly model: string } {
  const { after, refinement } = JSON.parse(readFileSync(join(work, folder, "summary.json"), "utf8")) as Outcome;
  return { after, refinement, model: readFileSync(join(work, folder, "refined.cif"), "utf8") };
}

describe("a run killed after a cycle", () => {
  test.each([2, 3, 4])("with %i records resumes to the same bits", async (records) => {
    const folder = `killed${records}`;
    await stopAfter(folder, "SIGKILL", records);
    expect(existsSync(join(work, folder, "refined.cif"))).toBe(false);
    const resumed = run("--out-dir", folder, "--resume");
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(outcomeOf(folder)).toEqual(outcomeOf("whole"));
    expect(readdirSync(join(work, folder)).toSorted()).toEqual(readdirSync(join(work, "whole")).toSorted());
  });

  test("twice, the second time in the resumed run, still ends the same", async () => {
    await stopAfter("twice", "SIGKILL", 2);
    await stopAfter("twice", "SIGKILL", 3, "--resume");
    expect(run("--out-dir", "twice", "--resume").status).toBe(0);
    expect(outcomeOf("twice")).toEqual(outcomeOf("whole"));
  });
});

test("an interrupted run leaves results and a checkpoint, and resumes to the same bits", async () => {
  await stopAfter("interrupted", "SIGINT", 2);
  expect(JSON.parse(readFileSync(join(work, "interrupted/summary.json"), "utf8")).interrupted).toBe(true);
  expect(existsSync(checkpointOf("interrupted"))).toBe(true);
  expect(run("--out-dir", "interrupted", "--resume").status).toBe(0);
  expect(outcomeOf("interrupted")).toEqual(outcomeOf("whole"));
  expect(existsSync(checkpointOf("interrupted"))).toBe(false);
});

test("a damaged checkpoint is passed over for the one before, and refused where both are damaged", async () => {
  await stopAfter("damaged", "SIGKILL", 3);
  const text = readFileSync(checkpointOf("damaged"), "utf8");
  writeFileSync(checkpointOf("damaged"), `${text.slice(0, 5000)}~${text.slice(5001)}`);
  const resumed = run("--out-dir", "damaged", "--resume");
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain("A checkpoint is damaged");
  expect(outcomeOf("damaged")).toEqual(outcomeOf("whole"));
  writeFileSync(checkpointOf("damaged"), text.slice(0, 1000));
  const refused = run("--out-dir", "damaged", "--resume");
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("No checkpoint can be read");
});

test("a checkpoint of other inputs or settings is refused, and so is a folder without one", async () => {
  await stopAfter("foreign", "SIGKILL", 2);
  const other = run("--out-dir", "foreign", "--resume", "--target-angle-rmsd", "0.8");
  expect(other.status).toBe(2);
  expect(other.stderr).toContain("other inputs, with other settings or by another version");
  const none = run("--out-dir", "nothing", "--resume");
  expect(none.status).toBe(2);
  expect(none.stderr).toContain("no checkpoint to resume from");
  expect(existsSync(join(work, "nothing"))).toBe(false);
});
