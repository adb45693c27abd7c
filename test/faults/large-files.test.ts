// Files larger than memory is allowed to be: the part that is needed is read, the rest is never touched.
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runHere } from "./harness.ts";
import { withWords } from "./maps.ts";
import { pdb, peptideLines } from "./models.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-large-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A map of so many voxels along each edge, zero but for one; holes of the file take no disk. */
function writeSparse(name: string, edge: number, axes: readonly [number, number, number] = [1, 2, 3]): void {
  const header = withWords([
    [1, edge],
    [2, edge],
    [3, edge],
    [8, edge],
    [9, edge],
    [10, edge],
    [11, edge, "real"],
    [12, edge, "real"],
    [13, edge, "real"],
    [17, axes[0]],
    [18, axes[1]],
    [19, axes[2]],
  ]).subarray(0, 1024);
  const handle = openSync(join(folder, name), "w");
  writeSync(handle, header);
  ftruncateSync(handle, 1024 + 4 * edge ** 3);
  const at = axes.map((axis) => [9, 11, 12][axis - 1]!);
  writeSync(
    handle,
    new Uint8Array(new Float32Array([1]).buffer),
    0,
    4,
    1024 + 4 * (at[0]! + edge * (at[1]! + edge * at[2]!)),
  );
  closeSync(handle);
}

const fit = (map: string, ...words: readonly string[]): ReturnType<typeof runHere> =>
  runHere(["fit", "@model.pdb", `@${map}`, "--resolution", "4", "--json", ...words], folder);

writeFileSync(join(folder, "model.pdb"), pdb(...peptideLines()));

test.each([
  ["1024^3, 4 GiB", 1024, [1, 2, 3]],
  ["820^3, 2.1 GiB, axes turned", 820, [3, 1, 2]],
] as const)("of a map of %s the part around the model is read", async (_name, edge, axes) => {
  writeSparse("large.mrc", edge, axes);
  const { exit, stdout, stderr } = await fit("large.mrc");
  expect(exit, stderr).toBe(0);
  const document = JSON.parse(stdout);
  expect(document.diagnostics[0].code).toBe("MAP_PART_READ");
  expect(document.diagnostics[0].examples[0]).toContain(`of ${edge} x ${edge} x ${edge} voxels`);
  writeSparse("small.mrc", 56);
  const small = JSON.parse((await fit("small.mrc")).stdout);
  expect(document.fit.ccMask).toBeCloseTo(small.fit.ccMask, 3);
});

test("of a map that would not fit, a part is read; what does not fit even so is refused with the number", async () => {
  writeSparse("middle.mrc", 256);
  const part = await fit("middle.mrc", "--max-memory", "0.25");
  expect([part.exit, JSON.parse(part.stdout).diagnostics[0].code]).toEqual([0, "MAP_PART_READ"]);
  const refused = await fit("middle.mrc", "--max-memory", "0.08");
  const { error } = JSON.parse(refused.stdout);
  expect([refused.exit, error.code]).toEqual([2, "MEMORY_LIMIT"]);
  expect(error.message).toMatch(/9 atoms and \d+ x \d+ x \d+ voxels .* need \d+ MiB of memory, the limit is 82 MiB/);
});

test("a map that is only looked at must fit as a whole", async () => {
  writeSparse("middle.mrc", 256);
  const { exit, stdout } = await runHere(["info", "@middle.mrc", "--max-memory", "0.05", "--json"], folder);
  expect([exit, JSON.parse(stdout).error.code]).toEqual([2, "MEMORY_LIMIT"]);
});
