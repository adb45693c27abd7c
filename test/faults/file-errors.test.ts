// Every call to the file system fails once: inputs stay, results appear whole or not at all, and the exit code says why.
import type * as FileSystem from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runHere } from "./harness.ts";
import { mapBytes } from "./maps.ts";
import { cif, pdb, peptideLines } from "./models.ts";

/** The call that fails, counted from 1; 0 for none. */
const fault = vi.hoisted(() => ({ isArmed: false, at: 0, count: 0, name: "" }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof FileSystem>();
  const wrapped: Record<string, unknown> = { ...real };
  for (const [name, value] of Object.entries(real)) {
    if (!name.endsWith("Sync") || typeof value !== "function") continue;
    wrapped[name] = (...args: unknown[]): unknown => {
      if (!fault.isArmed || ++fault.count !== fault.at) return (value as (...given: unknown[]) => unknown)(...args);
      fault.name = name;
      // It has no way to say that it failed.
      if (name === "existsSync") return false;
      // The handle is gone even so.
      if (name === "closeSync") real.closeSync(args[0] as number);
      throw Object.assign(new Error(`EIO: i/o error, ${name}`), { code: "EIO" });
    };
  }
  return { ...wrapped, default: wrapped };
});

const { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = await import("node:fs");

const work = mkdtempSync(join(tmpdir(), "emend-eio-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const inputs: Readonly<Record<string, string | Uint8Array>> = {
  "model.pdb": pdb(...peptideLines(), "END"),
  "model.cif": cif(),
  "map.mrc": mapBytes(),
  "settings.json": '{"cycles": 1, "quality": "fast"}',
  "edits.eff":
    "geometry_restraints.edits { bond { action = change\natom_selection_1 = resseq 1 and name N\natom_selection_2 = resseq 1 and name CA\ndistance_ideal = 1.46 } }\n",
};
const earlier = ["refined.cif", "refined.pdb", "log.txt", "summary.json"];

beforeAll(() => {
  for (const [name, content] of Object.entries(inputs)) writeFileSync(join(work, name), content);
});

function makeFolder(name: string, files: readonly string[]): string {
  rmSync(join(work, name), { recursive: true, force: true });
  mkdirSync(join(work, name));
  for (const file of files) writeFileSync(join(work, name, file), `earlier ${file}`);
  writeFileSync(join(work, name, ".log.txt.emend-999999999.tmp"), "half");
  return name;
}

async function runWithFault(at: number, words: readonly string[]): ReturnType<typeof runHere> {
  Object.assign(fault, { isArmed: true, at, count: 0, name: "" });
  const outcome = await runHere([...words, "--json"], work);
  fault.isArmed = false;
  return outcome;
}

/** What is in a folder under names that are no temporary ones. */
function contentOf(name: string): Record<string, string> {
  const names = readdirSync(join(work, name)).filter(
    (file) => !file.endsWith(".tmp") && !file.startsWith("checkpoint"),
  );
  return Object.fromEntries(names.toSorted().map((file) => [file, readFileSync(join(work, name, file), "latin1")]));
}

/** Times and memory differ from run to run. */
function steady(content: Readonly<Record<string, string>>): Record<string, string> {
  const clean = (text: string): string =>
    text.replace(/("(seconds|wallSeconds|cpuSeconds|peakMemoryMiB)": )[\d.]+/g, "$1_");
  return Object.fromEntries(Object.entries(content).map(([file, text]) => [file, clean(text)]));
}

interface Command {
  readonly words: readonly string[];
  readonly folder: string;
  readonly earlier: readonly string[];
}

const commands: Readonly<Record<string, Command>> = {
  "refine over earlier results": {
    words: [
      "refine",
      "@model.pdb",
      "@map.mrc",
      "--resolution",
      "4",
      "--config",
      "@settings.json",
      "--edits",
      "@edits.eff",
      "--overwrite",
      "--out-dir",
      "@out",
    ],
    folder: "out",
    earlier,
  },
  "simulate over an earlier map": {
    words: ["simulate", "@model.cif", "--resolution", "4", "--overwrite", "--out", "@sim/map.mrc.gz"],
    folder: "sim",
    earlier: ["map.mrc.gz"],
  },
};

describe.each(Object.entries(commands))("a device error in %s", (_name, { words, folder, earlier: files }) => {
  test("at any call ends with 74 and everything as it was, or with 0 and the right results", async () => {
    makeFolder(folder, files);
    const undisturbed = await runWithFault(0, words);
    expect(undisturbed.exit, undisturbed.stderr).toBe(0);
    const calls = fault.count;
    const right = steady(contentOf(folder));
    expect(calls).toBeGreaterThan(20);
    const wrong: string[] = [];
    for (let at = 1; at <= calls; at++) {
      makeFolder(folder, files);
      const before = contentOf(folder);
      const { exit, stderr, stdout } = await runWithFault(at, words);
      const after = contentOf(folder);
      const expected = exit === 0 ? right : before;
      const isRight = JSON.stringify(exit === 0 ? steady(after) : after) === JSON.stringify(expected);
      const isSaid =
        exit === 0 || (exit === 74 && /(^|\n)emend: [^\n]+\n$/.test(stderr) && JSON.parse(stdout).error.code === "EIO");
      if (!isRight || !isSaid)
        wrong.push(`${at} ${fault.name}: exit ${exit}, ${isRight ? "right" : Object.keys(after)}, ${stderr}`);
      for (const [name, content] of Object.entries(inputs)) {
        if (!readFileSync(join(work, name)).equals(Buffer.from(content)))
          wrong.push(`${at} ${fault.name}: ${name} changed`);
      }
    }
    expect(wrong).toEqual([]);
    makeFolder(folder, files);
    expect((await runWithFault(0, words)).exit).toBe(0);
    expect(readdirSync(join(work, folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
