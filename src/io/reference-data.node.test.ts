// Folders of reference tables: found at any depth of the published archive, refused when empty.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readReferenceFolder } from "./reference-data.node.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-reference-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("tables are found in folders of the folder", async () => {
  const inner = join(folder, "Top8000/Top8000_rotamer_pct_contour_grids");
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(inner, "rota8000-ser.data"), "#   x1: 0.0 360.0 4 true\n45.0 0.25\n");
  writeFileSync(join(inner, "rota8000-val.pickle"), "cos\nsystem\n");
  const { rotamers, ramachandran } = await readReferenceFolder(folder);
  expect([...rotamers.keys()]).toEqual(["SER"]);
  expect(ramachandran).toBeNull();
});

test("a folder without tables, and none at all, are refused", async () => {
  mkdirSync(join(folder, "empty"));
  await expect(readReferenceFolder(join(folder, "empty"))).rejects.toMatchObject({ code: "REFERENCE_DATA" });
  await expect(readReferenceFolder(join(folder, "absent"))).rejects.toMatchObject({ code: "REFERENCE_DATA" });
});
