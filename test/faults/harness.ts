// One way to state every fault: the files that are made, the command that is run on them, and how it must end.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/run.ts";

export type FileMaker = string | Uint8Array | (() => string | Uint8Array);

export interface FaultCase {
  readonly name: string;
  /** Made for this case in an empty folder; with `shared` they are all there is. */
  readonly files?: Readonly<Record<string, FileMaker>>;
  /** Words of the command line; those that name a file begin with "@". */
  readonly run: readonly string[];
  /** 0 unless a code is expected. */
  readonly exit?: number;
  /** Of the error. */
  readonly code?: string;
  /** In the error's file and place, "name, place". */
  readonly place?: RegExp;
  /** In the message or the hint. */
  readonly says?: RegExp;
  /** Codes of all diagnostics, in any order, where the run succeeds. */
  readonly diagnostics?: readonly string[];
  /** Looks at the JSON document of a run that succeeds. */
  readonly check?: (document: never) => void;
}

interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly file?: string;
  readonly place?: string;
  readonly hint?: string;
}

export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process; every word that begins with "@" is a path in the folder. */
export async function runHere(words: readonly string[], folder: string): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const exit = await runCommandLine(
    words.map((word) => (word.startsWith("@") ? join(folder, word.slice(1)) : word)),
    {
      out: (text) => {
        stdout += text;
      },
      error: (text) => {
        stderr += text;
      },
      bar: null,
    },
  );
  return { exit, stdout, stderr };
}

function makeFiles(folder: string, files: Readonly<Record<string, FileMaker>>): void {
  for (const [name, maker] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof maker === "function" ? maker() : maker);
  }
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}

function checkFailure(fault: FaultCase, { stdout, stderr }: Outcome, folder: string): void {
  const { error } = JSON.parse(stdout) as { error: ErrorDocument };
  expect(error.code, stderr).toBe(fault.code);
  expect(stderr.match(/\n/g)).toHaveLength(1);
  const where = [error.file?.replace(`${folder}/`, ""), error.place].filter((part) => part !== undefined).join(", ");
  if (fault.place) expect(where).toMatch(fault.place);
  if (fault.says) expect(`${error.message}. ${error.hint ?? ""}`).toMatch(fault.says);
}

function checkSuccess(fault: FaultCase, { stdout }: Outcome): void {
  // NaN and infinity would have no place in JSON: they are written as null, never by name.
  expect(stdout).not.toMatch(/NaN|Infinity/);
  const document = JSON.parse(stdout) as { diagnostics: { code: string }[] };
  if (fault.diagnostics) {
    expect(document.diagnostics.map(({ code }) => code).toSorted()).toEqual(fault.diagnostics.toSorted());
  }
  fault.check?.(document as never);
}

/** One test per case; `shared` files are made once for all of them. Nothing may be left that was not there before. */
export function testFaults(
  title: string,
  cases: readonly FaultCase[],
  shared: Readonly<Record<string, FileMaker>> = {},
): void {
  describe(title, () => {
    const folder = mkdtempSync(join(tmpdir(), "emend-faults-"));
    beforeAll(() => makeFiles(folder, shared));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    test.each(cases.map((fault) => [fault.name, fault] as const))("%s", async (_name, fault) => {
      makeFiles(folder, fault.files ?? {});
      const before = listFiles(folder);
      const outcome = await runHere([...fault.run, "--json"], folder);
      const after = listFiles(folder);
      for (const name of Object.keys(fault.files ?? {})) rmSync(join(folder, name), { recursive: true, force: true });
      expect(outcome.exit, outcome.stderr).toBe(fault.exit ?? (fault.code === undefined ? 0 : 2));
      if (fault.code === undefined) checkSuccess(fault, outcome);
      else {
        checkFailure(fault, outcome, folder);
        expect(after).toEqual(before);
      }
    });
  });
}
