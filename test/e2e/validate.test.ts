// emend validate, hydrogens and geometry on the bundled example: one set of numbers, whatever command prints them.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Outcome, runHere } from "../faults/harness.ts";
import { copyExample } from "./cli.ts";

const example = new URL("../../example", import.meta.url).pathname;
const model = join(example, "model.pdb");
const map = join(example, "map.mrc.gz");
const folder = mkdtempSync(join(tmpdir(), "emend-validate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Geometry {
  readonly clashscore: number | null;
  readonly hydrogenPolicy: string;
  readonly hydrogens: number;
  readonly ramachandran: Record<"favored" | "allowed" | "outliers" | "count", number>;
  readonly rotamers: Record<"favored" | "outliers" | "count", number>;
  readonly cBeta: Record<"outliers" | "outlierCount" | "count", number>;
  readonly omega: Record<"cisProline" | "cisGeneral" | "twisted", number>;
  readonly ramaZ: Record<"whole" | "helix" | "sheet" | "loop", null>;
  readonly molprobityScore: number | null;
}

function geometryOf({ exit, stdout, stderr }: Outcome): Geometry {
  expect(exit, stderr).toBe(0);
  expect(stdout).not.toMatch(/NaN|Infinity/);
  return (JSON.parse(stdout) as { geometry: Geometry }).geometry;
}

describe("emend validate", () => {
  let whole: Outcome;
  beforeAll(async () => {
    whole = await runHere(["validate", model, map, "--resolution", "3", "--out-dir", "@report", "--json"], folder);
  });

  test("judges geometry with hydrogens placed anew, and the fit", () => {
    const geometry = geometryOf(whole);
    expect(geometry.hydrogenPolicy).toBe("replace");
    expect(geometry.hydrogens).toBeGreaterThan(900);
    expect(geometry.clashscore).toBeGreaterThan(0);
    const { favored, allowed, outliers, count } = geometry.ramachandran;
    expect(favored + allowed + outliers).toBeCloseTo(100, 4);
    expect([count, geometry.rotamers.count > 90, geometry.cBeta.count > 100]).toEqual([127, true, true]);
    expect(geometry.molprobityScore).toBeGreaterThan(0.5);
    expect(geometry.ramaZ).toEqual({ whole: null, helix: null, sheet: null, loop: null });
    expect(JSON.parse(whole.stdout).fit.ccMask).toBeGreaterThan(0.3);
  });

  test("writes its report, a row per residue and one per problem", () => {
    expect(readdirSync(join(folder, "report")).toSorted()).toEqual([
      "geometry.tsv",
      "problems.tsv",
      "residues.tsv",
      "validation.json",
    ]);
    // Lysozyme has 129 residues.
    expect(readFileSync(join(folder, "report/geometry.tsv"), "utf8").trimEnd().split("\n")).toHaveLength(130);
    expect(JSON.parse(readFileSync(join(folder, "report/validation.json"), "utf8"))).toEqual(JSON.parse(whole.stdout));
    const { problems } = JSON.parse(whole.stdout) as { problems: { residue: string; problems: object[] }[] };
    const rows = readFileSync(join(folder, "report/problems.tsv"), "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(1 + problems.reduce((sum, place) => sum + place.problems.length, 0));
  });

  test("without a map has no fit, and the same geometry", async () => {
    const alone = await runHere(["validate", model, "--json"], folder);
    expect(geometryOf(alone)).toEqual(geometryOf(whole));
    expect(JSON.parse(alone.stdout).fit).toBe(undefined);
  });

  test("keeps the file's hydrogens when asked; without any there is no clashscore", async () => {
    const { clashscore, hydrogens, molprobityScore, hydrogenPolicy } = geometryOf(
      await runHere(["validate", model, "--hydrogens", "keep", "--json"], folder),
    );
    expect([clashscore, hydrogens, molprobityScore, hydrogenPolicy]).toEqual([null, 0, null, "keep"]);
  });

  test("fits one page", async () => {
    const { stdout } = await runHere(["validate", model], folder);
    expect(stdout.split("\n").length).toBeLessThan(45);
    expect(stdout).toMatch(/Clashscore +\d+\.\d\d {2}(good|fair|poor)/);
    expect(stdout).toMatch(/MolProbity score .*Top500 rotamers, not MolProbity's Top8000/);
    expect(stdout).toMatch(/Worst of \d+ places\n {2}A \d+ [A-Z]{3} \(-?\d/);
  });

  test("names a folder without tables", async () => {
    const { exit, stdout } = await runHere(["validate", model, "--reference-data", "@", "--json"], folder);
    expect([exit, JSON.parse(stdout).error.code]).toEqual([2, "REFERENCE_DATA"]);
  });
});

test("refine tells before and after what validate says of its input and its result", async () => {
  copyExample(folder, 60);
  const words = [
    "refine",
    "@model.pdb",
    "@map.mrc.gz",
    "--resolution",
    "3",
    "--cycles",
    "1",
    "--weight",
    "20",
    "--out-dir",
    "@run",
    "--json",
  ];
  const { exit, stdout, stderr } = await runHere(words, folder);
  expect([0, 3], stderr).toContain(exit);
  const summary = JSON.parse(stdout) as Record<"before" | "after", { geometry: Geometry }>;
  const keys = ["clashscore", "ramachandran", "rotamers", "cBeta", "omega", "molprobityScore", "hydrogens"] as const;
  for (const [part, path] of [
    ["before", join(folder, "model.pdb")],
    ["after", join(folder, "run/refined.cif")],
  ] as const) {
    const judged = geometryOf(await runHere(["validate", path, "--json"], folder));
    for (const key of keys) expect(summary[part].geometry[key]).toEqual(judged[key]);
  }
});

describe("emend hydrogens", () => {
  test("places all, judged as validate judges them, and takes them out again", async () => {
    const placed = await runHere(["hydrogens", model, "--out", "@h.cif", "--json"], folder);
    expect(placed.exit, placed.stderr).toBe(0);
    const { added, kept } = JSON.parse(placed.stdout) as { added: number; kept: number };
    const given = geometryOf(await runHere(["geometry", model, "--json"], folder));
    const kept2 = geometryOf(
      await runHere(["geometry", join(folder, "h.cif"), "--hydrogens", "keep", "--json"], folder),
    );
    expect([added, kept]).toEqual([given.hydrogens, 0]);
    expect(kept2.clashscore).toBeCloseTo(given.clashscore!, 6);
    const bare = await runHere(
      ["hydrogens", join(folder, "h.cif"), "--remove", "--out", "@bare.pdb", "--json"],
      folder,
    );
    expect(JSON.parse(bare.stdout)).toMatchObject({ removed: added });
    const atoms = (path: string): string[] =>
      readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("ATOM"))
        .map((line) => line.slice(12, 66));
    expect(atoms(join(folder, "bare.pdb"))).toEqual(atoms(model));
  });

  test("tells the scores of both ways of every flip, on the page of those that are flipped or clash both ways", async () => {
    const { stdout } = await runHere(["hydrogens", model, "--flip", "--out", "@f.pdb"], folder);
    expect(stdout).toMatch(/group +as it is +flipped/);
    expect(existsSync(join(folder, "f.pdb"))).toBe(true);
    const listed = await runHere(["hydrogens", model, "--flip", "--out", "@f.cif", "--json"], folder);
    const { movers } = JSON.parse(listed.stdout) as {
      movers: { isFlipped: boolean; flip: { clashesInBoth: boolean } | null }[];
    };
    const flips = movers.filter(({ flip }) => flip !== null);
    const notable = flips.filter(({ isFlipped, flip }) => isFlipped || flip!.clashesInBoth).length;
    expect(stdout.match(/ (flipped|clashes both ways)$/gm)).toHaveLength(notable + 1);
    expect(stdout).toContain(`${flips.length - notable} of ${flips.length} groups`);
  });

  test("turns methyls that clash when asked for, and leaves the others staggered", async () => {
    const judged = async (...words: string[]): Promise<number> => {
      await runHere(["hydrogens", model, "--out", "@m.cif", "--overwrite", "--quiet", ...words], folder);
      return geometryOf(await runHere(["validate", join(folder, "m.cif"), "--hydrogens", "keep", "--json"], folder))
        .clashscore!;
    };
    expect(await judged("--methyls")).toBeLessThan((await judged()) - 2);
    const { stdout } = await runHere(["hydrogens", model, "--methyls", "--out", "@n.cif", "--json"], folder);
    const { movers } = JSON.parse(stdout) as { movers: { kind: string; before: number; after: number }[] };
    const methyls = movers.filter(({ kind }) => kind === "methyl");
    expect(methyls.length).toBeGreaterThan(0);
    for (const { before, after } of methyls) expect(after).toBeGreaterThanOrEqual(before - 1e-6);
  });
});
