// emend fit on the bundled example: its JSON, its table and its mmCIF file tell the same numbers.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { readModel } from "../../src/io/read-model.ts";
import { type Outcome, runHere } from "../faults/harness.ts";

const example = new URL("../../example", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "emend-fit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly resolution: number;
  readonly resolutionEstimated: boolean;
  readonly ccMask: number;
  readonly qScore: { readonly mean: number; readonly expected: number; readonly perResidue: { readonly q: number }[] };
  readonly inclusion: { readonly all: number };
  readonly emringer: { readonly score: number; readonly pValue: number; readonly bootstrapSd: number };
  readonly fsc: {
    readonly halfMap: null;
    readonly model: Record<"masked" | "unmasked", Record<"d0" | "d0143" | "d05", number | null>>;
  };
  readonly d99: number;
  readonly d99Masked: number;
  readonly dModel: number;
  readonly overallB: number;
  readonly pixelScale: number;
  readonly blobs: object[];
  readonly perResidue: { readonly number: number; readonly cc: number }[];
  readonly perAtom: { readonly atom: string; readonly q: number | null; readonly cc: number | null }[];
}

const words = ["fit", join(example, "model.pdb"), join(example, "map.mrc.gz"), "--resolution", "3", "--json"];
let outcome: Outcome;
let report: Report;

beforeAll(async () => {
  outcome = await runHere([...words, "--per-atom", "--table", "@t.tsv", "--cif", "@q.cif", "--b-column", "q"], folder);
  report = (JSON.parse(outcome.stdout) as { fit: Report }).fit;
});

test("the report has every number", () => {
  expect(outcome.exit, outcome.stderr).toBe(0);
  expect(report).toMatchObject({ resolution: 3, resolutionEstimated: false });
  const { ccMask, qScore, inclusion, emringer, fsc, d99, d99Masked, dModel, overallB, pixelScale, blobs } = report;
  for (const value of [ccMask, qScore.mean, qScore.expected, inclusion.all]) expect(value).toBeGreaterThan(0.3);
  expect([emringer.score, emringer.pValue, emringer.bootstrapSd].every(Number.isFinite)).toBe(true);
  for (const value of [d99, d99Masked, dModel, fsc.model.masked.d05]) expect(Math.abs(value! - 3)).toBeLessThan(1.5);
  expect(overallB).toBeGreaterThan(0);
  expect(Math.abs(pixelScale - 1)).toBeLessThan(0.04);
  expect(Array.isArray(blobs)).toBe(true);
});

test("the table has a row per residue with the report's numbers", () => {
  const [header, ...rows] = readFileSync(join(folder, "t.tsv"), "utf8").replace(/\n$/, "").split("\n");
  expect(rows).toHaveLength(report.perResidue.length);
  const columns = header!.split("\t");
  const [cc, number, q] = ["cc", "number", "q"].map((name) => columns.indexOf(name)) as [number, number, number];
  rows.forEach((row, at) => {
    const cells = row.split("\t");
    expect(cells).toHaveLength(columns.length);
    expect(Number(cells[number])).toBe(report.perResidue[at]!.number);
    expect(Number(cells[cc])).toBeCloseTo(report.perResidue[at]!.cc, 3);
    expect(Number(cells[q])).toBeCloseTo(report.qScore.perResidue[at]!.q, 3);
  });
});

test("the mmCIF file is the model, with Q in its B column", async () => {
  const read = (path: string) => readModel(readFileSync(path), path, createRunContext());
  const [scored, given] = await Promise.all([read(join(folder, "q.cif")), read(join(example, "model.pdb"))]);
  expect(scored.atoms.count).toBe(given.atoms.count);
  report.perAtom.forEach(({ q }, atom) => expect(scored.atoms.bFactor[atom]).toBeCloseTo(100 * (q ?? 0), 1));
  expect(readFileSync(join(folder, "q.cif"), "utf8")).toContain("_atom_site.emend_cc");
});

test("files that are there are not replaced unasked", async () => {
  const again = await runHere([...words, "--table", "@t.tsv"], folder);
  expect([again.exit, JSON.parse(again.stdout).error.code]).toEqual([2, "OUTPUT_EXISTS"]);
});
