// Disks that fill at any point of a run, run out of names, may not be written to, or lose the folder of the results.
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, runCli } from "../e2e/cli.ts";
import { mapBytes } from "./maps.ts";
import { pdb, peptideLines } from "./models.ts";

const root = new URL("../..", import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), "emend-disk-"));
const env = { ...process.env, NO_COLOR: "1" };
const results = ["log.txt", "refined.cif", "refined.pdb", "summary.json"];
const inputs = { "model.pdb": Buffer.from(pdb(...peptideLines())), "map.mrc": Buffer.from(mapBytes()) };
let program = "";

beforeAll(async () => {
  program = await buildCli(join(work, "program"));
  for (const [name, content] of Object.entries(inputs)) writeFileSync(join(work, name), content);
  for (const name of ["model.pdb", "map.mrc.gz"]) cpSync(join(root, "example", name), join(work, `example-${name}`));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const simulate = ["simulate", "model.pdb", "--resolution", "4", "--overwrite", "--out"];
const fast = ["--quality", "fast", "--quiet", "--out-dir"];
const refine = ["refine", "model.pdb", "map.mrc", "--resolution", "4", "--cycles", "2", ...fast];

function run(...words: readonly string[]): { status: number | null; stderr: string } {
  const { status, stderr } = runCli(program, words, work);
  for (const [name, content] of Object.entries(inputs))
    expect(readFileSync(join(work, name)).equals(content)).toBe(true);
  return { status, stderr };
}

describe.skipIf(process.platform === "win32")("a file that may not grow", () => {
  // Blocks of 512 bytes from none to nearly all of the map. EFBIG stands for ENOSPC.
  test.each([0, 1, 2, 3, 5, 8, 13, 21, 27, 34])(
    "beyond %i blocks: exit 74, the earlier result whole, nothing half written",
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

/** Mounts a small disk in memory for the time of a task. */
function withDisk(options: string, task: (folder: string) => void): boolean {
  const folder = mkdtempSync(join(work, "mount-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status !== 0) return false;
  try {
    task(folder);
  } finally {
    spawnSync("umount", [folder]);
  }
  return true;
}

const canMount = process.platform === "linux" && withDisk("size=64k", () => {});

/** Final names must hold what was there before, or all results. */
function expectWholeOrNothing(folder: string, status: number | null, earlier: boolean): void {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith("checkpoint")) : [];
  if (status === 0) {
    expect(names.filter((name) => results.includes(name)).toSorted()).toEqual(results);
    return;
  }
  expect(names.toSorted()).toEqual(earlier ? ["summary.json"] : []);
  if (earlier) expect(readFileSync(join(folder, "summary.json"), "utf8")).toBe("earlier");
}

const pageBytes = 4096;

describe.skipIf(!canMount)("a small disk (needs the right to mount one)", () => {
  const example = ["refine", "example-model.pdb", "example-map.mrc.gz", "--resolution", "3", "--cycles", "1", ...fast];

  // The first six are points of a small model's run, the others of a larger one's.
  test.each([
    ...[1, 2, 3, 4, 5, 6].map((pages) => [pages, refine] as const),
    ...[12, 30, 48, 64, 80].map((pages) => [pages, example] as const),
  ])(
    "that is full after %i pages of a refinement: exit 74, earlier results whole, nothing half written",
    (pages, words) => {
      const isMounted = withDisk(`size=${pages * pageBytes}`, (folder) => {
        writeFileSync(join(folder, "summary.json"), "earlier");
        const { status, stderr } = run(...words, folder, "--overwrite");
        expect(status, stderr).toBe(74);
        expect(stderr).toMatch(/^emend: [^\n]+: Cannot write: the disk is full\n$/);
        expectWholeOrNothing(folder, status, true);
      });
      expect(isMounted).toBe(true);
    },
  );

  test.each([1, 4, 16])("of %i MiB that is nearly full: a simulated map is refused as a whole", (mebibytes) => {
    withDisk(`size=${mebibytes}m`, (folder) => {
      writeFileSync(join(folder, "ballast"), new Uint8Array((mebibytes << 20) - 5 * pageBytes));
      const { status, stderr } = run(...simulate, join(folder, "map.mrc"), "--margin", "12");
      expect(status, stderr).toBe(74);
      expect(readdirSync(folder)).toEqual(["ballast"]);
    });
  });

  test.each([1, 2, 3, 4, 5])("that can hold %i names: exit 74 and nothing half written", (names) => {
    withDisk(`nr_inodes=${names}`, (folder) => {
      const { status, stderr } = run(...refine, join(folder, "out"));
      expect(status, stderr).toBe(74);
      expect(stderr).toMatch(/: the disk is full\n$/);
      expectWholeOrNothing(join(folder, "out"), status, false);
    });
  });

  test("that is read-only is refused before the work", () => {
    withDisk("ro", (folder) => {
      const { status, stderr } = run(...refine, join(folder, "out"));
      expect([status, stderr]).toEqual([74, `emend: ${folder}: This folder may not be written to\n`]);
    });
  });
});

describe("the folder of the results", () => {
  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)("that may not be written to is refused", () => {
    mkdirSync(join(work, "closed"), { mode: 0o555 });
    expect(run(...refine, "closed").status).toBe(74);
  });

  /** Runs the example and acts when its first cycle has ended. */
  async function disturb(folder: string, act: () => void): Promise<number | null> {
    const words = [
      "refine",
      "example-model.pdb",
      "example-map.mrc.gz",
      "--resolution",
      "3",
      "--quality",
      "fast",
      "--out-dir",
      folder,
    ];
    const child = spawn(process.execPath, [program, ...words], { cwd: work, env });
    let text = "";
    let isDone = false;
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (isDone || !text.includes("cycle 1")) return;
      isDone = true;
      act();
    });
    return new Promise((resolve) => {
      child.on("close", resolve);
    });
  }

  test("that is removed while the run goes on is made again, or the run ends with 74", async () => {
    const folder = join(work, "removed");
    const status = await disturb("removed", () => rmSync(folder, { recursive: true, force: true }));
    expect([0, 74]).toContain(status);
    expectWholeOrNothing(folder, status, false);
  });

  test("that becomes a file while the run goes on ends it with 74", async () => {
    const folder = join(work, "replaced");
    const status = await disturb("replaced", () => replaceFolder(folder, "mine"));
    expect([status, readFileSync(folder, "utf8")]).toEqual([74, "mine"]);
  });
});

/** Puts a file where a folder is; the run may make the folder again in between. */
function replaceFolder(folder: string, content: string): void {
  for (let attempt = 0; attempt < 100; attempt++) {
    rmSync(folder, { recursive: true, force: true });
    try {
      writeFileSync(folder, content);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
    }
  }
}

describe("an output that is an input", () => {
  const model = pdb(...peptideLines());

  test.each([
    ["by its own name", (folder: string) => join(folder, "refined.pdb")],
    ["by a way around", (folder: string) => join(folder, "../same/./refined.pdb")],
  ])("%s is refused, and stays", (_name, pathOf) => {
    const folder = join(work, "same");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "refined.pdb"), model);
    const { status, stderr } = run(
      "refine",
      pathOf(folder),
      "map.mrc",
      "--resolution",
      "4",
      "--overwrite",
      "--out-dir",
      folder,
    );
    expect([status, stderr]).toEqual([2, expect.stringMatching(/refined\.pdb: This output is an input/)]);
    expect(readFileSync(join(folder, "refined.pdb"), "utf8")).toBe(model);
  });

  test.skipIf(process.platform === "win32")("by a link is refused; by a second name it stays", () => {
    const folder = join(work, "links");
    mkdirSync(folder);
    writeFileSync(join(work, "linked.pdb"), model);
    symlinkSync(join(work, "linked.pdb"), join(folder, "refined.pdb"));
    const words = [
      "refine",
      "linked.pdb",
      "map.mrc",
      "--resolution",
      "4",
      "--quality",
      "fast",
      "--overwrite",
      "--out-dir",
      "links",
    ];
    expect(run(...words).status).toBe(2);
    rmSync(join(folder, "refined.pdb"));
    linkSync(join(work, "linked.pdb"), join(folder, "refined.pdb"));
    expect(run(...words).status).toBe(0);
    expect(readFileSync(join(work, "linked.pdb"), "utf8")).toBe(model);
    expect(readFileSync(join(folder, "refined.pdb.1"), "utf8")).toBe(model);
  });
});
