// Signals at any time, readers that go away, a run that is suspended: results whole or absent, no strays, the exit code says why.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli } from "../e2e/cli.ts";

const root = new URL("../..", import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), "emend-signals-"));
const env = { ...process.env, NO_COLOR: "1" };
/** Of fast quality where the step it is in does not matter. */
const refine = ["refine", "model.pdb", "map.mrc.gz", "--resolution", "3", "--quality", "fast"];
const results = ["log.txt", "refined.cif", "refined.pdb", "summary.json"];
let program = "";

beforeAll(async () => {
  program = await buildCli(join(work, "program"));
  for (const name of ["model.pdb", "map.mrc.gz"]) cpSync(join(root, "example", name), join(work, name));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** Starts a refinement and acts once, when its progress shows a word. */
async function runUntil(
  folder: string,
  word: string,
  act: (child: ChildProcess) => void,
  ...words: readonly string[]
): Promise<End> {
  const child = spawn(process.execPath, [program, ...refine, "--out-dir", folder, ...words], { cwd: work, env });
  let stderr = "";
  let isDone = false;
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    if (isDone || !stderr.includes(word)) return;
    isDone = true;
    act(child);
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stderr }));
  });
}

const send =
  (...signals: readonly NodeJS.Signals[]) =>
  (child: ChildProcess): void => {
    for (const signal of signals) child.kill(signal);
  };

const namesIn = (folder: string): string[] => (existsSync(join(work, folder)) ? readdirSync(join(work, folder)) : []);
const resultsIn = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => results.includes(name))
    .toSorted();

describe.skipIf(process.platform === "win32")("signals", () => {
  test.each([
    ["SIGINT", 130, "standard"],
    ["SIGTERM", 143, "fast"],
    ["SIGHUP", 129, "fast"],
  ] as const)(
    "%s ends with exit code %i, whole results that say so, and a checkpoint",
    async (signal, code, quality) => {
      const end = await runUntil(signal, "cycle 1", send(signal), "--cycles", "100", "--quality", quality);
      expect(end).toMatchObject({ code, signal: null });
      expect(end.stderr).toMatch(/\nemend: Interrupted: [^\n]*--resume[^\n]*\n$/);
      expect(resultsIn(signal)).toEqual(results);
      expect(JSON.parse(readFileSync(join(work, signal, "summary.json"), "utf8")).interrupted).toBe(true);
      expect(namesIn(signal)).toContain("checkpoint.json");
    },
  );

  test.each([["reading"], ["weight"]])("SIGINT while there is nothing yet (%s) writes nothing", async (phase) => {
    const folder = `early-${phase}`;
    const child = spawn(process.execPath, [program, ...refine, "--out-dir", folder], { cwd: work, env });
    const wait = phase === "reading" ? 120 : 350;
    setTimeout(() => child.kill("SIGINT"), wait);
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      child.on("close", (...end) => resolve(end));
    });
    // Before the program listens, the system ends it.
    if (code === null) expect(signal).toBe("SIGINT");
    else expect([0, 130]).toContain(code);
    if (code === 130) expect([[], results]).toContainEqual(resultsIn(folder));
  });

  test("a second SIGINT does not wait: exit code 130 and no result under its final name", async () => {
    const end = await runUntil("twice", "cycle 1", send("SIGINT", "SIGINT"), "--cycles", "100");
    // Both may arrive as one where the process was busy.
    expect(end.code).toBe(130);
    expect([[], results]).toContainEqual(resultsIn("twice"));
  });

  test("SIGKILL leaves no result under its final name, and the next run cleans up", async () => {
    mkdirSync(join(work, "kill"));
    expect(await runUntil("kill", "cycle 1", send("SIGKILL"), "--cycles", "100")).toMatchObject({ signal: "SIGKILL" });
    expect(resultsIn("kill")).toEqual([]);
    writeFileSync(join(work, "kill/.map.mrc.emend-999999999.tmp"), "half");
    const simulate = [program, "simulate", "model.pdb", "--resolution", "8", "--out", "kill/map.mrc"];
    expect(spawnSync(process.execPath, simulate, { cwd: work, env }).status).toBe(0);
    expect(namesIn("kill").filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a run that was suspended for a while ends as if it had not been", async () => {
    const pause = (child: ChildProcess): void => {
      child.kill("SIGSTOP");
      setTimeout(() => child.kill("SIGCONT"), 300);
    };
    const ends = await Promise.all([
      runUntil("suspended", "cycle 1", pause, "--cycles", "2"),
      runUntil("steady", "cycle 1", () => {}, "--cycles", "2"),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const [one, other] = ["suspended", "steady"].map((name) => readFileSync(join(work, name, "refined.cif"), "utf8"));
    expect(one === other).toBe(true);
  });
});

/** Runs a line of the shell in which "$@" is the program with these words. */
function shell(line: string, ...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("sh", ["-c", line, "sh", process.execPath, program, ...words], { cwd: work, encoding: "utf8", env });
}

describe.skipIf(process.platform === "win32")("streams", () => {
  test("a reader that goes away is no error", () => {
    const { status, stdout, stderr } = shell('"$@" | head -n 1; exit $?', "info", "model.pdb");
    expect([status, stdout, stderr]).toEqual([0, "model.pdb\n", ""]);
  });

  test("a reader of the progress that goes away does not end the work", () => {
    const words = [...refine, "--cycles", "1", "--out-dir", "deaf"];
    shell('{ "$@"; echo $? > code; } 2>&1 | head -n 1', ...words);
    expect(readFileSync(join(work, "code"), "utf8")).toBe("0\n");
    expect(resultsIn("deaf")).toEqual(results);
  });

  test.skipIf(!existsSync("/dev/full"))("a standard output on a full disk ends with exit code 74", () => {
    const { status, stderr } = shell('"$@" > /dev/full', "info", "model.pdb");
    expect(status).toBe(74);
    expect(stderr).toMatch(/^emend: Cannot write to the standard output: [^\n]+\n$/);
  });
});
