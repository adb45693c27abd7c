// One report of a simulated map: its parts agree with each other, nothing is NaN, and a row per residue comes of it.
import { beforeAll, describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { createEngine } from "../../kernels/engine.ts";
import { withCoordinates } from "../../model/model.ts";
import { simulateMap } from "../../scattering/simulate-map.ts";
import { type FitReportResult, reportFit } from "./fit-report.ts";
import { residueRows } from "./residue-rows.ts";
import { residueColumns, writeResidueTable } from "./residue-table.ts";

const names = ["ALA", "LEU", "SER", "PHE", "GLY", "LYS", "GLU", "VAL"];
const model = readLines(peptideLines(names, { phi: -60, psi: -45 }));
const engine = createEngine();
const map = simulateMap(
  engine,
  model.atoms,
  { resolution: 2.5, table: "electron", voxel: 0.6, margin: 8, noise: 0 },
  createRunContext(),
);
const options = { table: "electron", sigma: 0.6, qRule: "mapq" } as const;

describe("the report of an exact map", () => {
  let result: FitReportResult;
  beforeAll(async () => {
    result = await reportFit(engine, model, map, { ...options, resolution: 2.5 }, createRunContext());
  });

  test("says that model and map are one", () => {
    const { ccMask, qScore, fsc, inclusion, blobs } = result.report;
    expect(ccMask).toBeGreaterThan(0.999);
    expect(qScore.relativeToExact).toBeCloseTo(1, 2);
    expect(fsc.model!.unmasked.d05).toBeLessThan(2.6);
    expect(inclusion.contourEstimated).toBe(true);
    // Ripples of the resolution cut.
    const highest = map.values.reduce((one, other) => Math.max(one, other));
    for (const { peakValue } of blobs) expect(peakValue).toBeLessThan(0.1 * highest);
  });

  test("has no NaN and no infinity anywhere", () => {
    const wrong: string[] = [];
    JSON.stringify(result, (key, value: unknown) => {
      if (typeof value === "number" && !Number.isFinite(value)) wrong.push(key);
      return value;
    });
    expect(wrong).toEqual([]);
  });

  test("gives every residue a row with the numbers of its lists", () => {
    const rows = residueRows(model, result.report);
    expect(rows.map(({ name }) => name)).toEqual(names);
    expect(rows.map(({ q }) => q)).toEqual(result.report.qScore.perResidue.map(({ q }) => q));
    expect(rows[4]).toMatchObject({ name: "GLY", qSideChain: null, ringerAngle: null });
    // None has an atom beyond CB to turn.
    expect(result.report.emringer).toBe(null);
    const lines = writeResidueTable(rows).trimEnd().split("\n");
    expect(lines).toHaveLength(1 + names.length);
    expect(lines[1]!.split("\t")).toHaveLength(residueColumns.length);
  });
});

test("a model beside its density scores lower in every measure", async () => {
  const context = createRunContext();
  const moved = withCoordinates(
    model,
    model.atoms.xyz.map((value, at) => value + (at % 3 === 0 ? 1 : 0)),
  );
  const right = (await reportFit(engine, model, map, { ...options, resolution: 2.5 }, context)).report;
  const wrong = (await reportFit(engine, moved, map, { ...options, resolution: 2.5 }, context)).report;
  expect(wrong.ccMask).toBeLessThan(right.ccMask! - 0.1);
  expect(wrong.qScore.mean).toBeLessThan(right.qScore.mean! - 0.1);
  expect(wrong.inclusion.all).toBeLessThanOrEqual(right.inclusion.all!);
  expect(wrong.fsc.model!.unmasked.d05).toBeGreaterThan(right.fsc.model!.unmasked.d05! + 0.5);
});

test("a resolution that the grid does not hold is warned of, one that it holds is not", async () => {
  const codes = async (resolution: number): Promise<string[]> => {
    const context = createRunContext();
    await reportFit(engine, model, map, { ...options, resolution }, context);
    return context.diagnostics.entries.map(({ code }) => code);
  };
  expect(await codes(1.1)).toContain("RESOLUTION_BEYOND_NYQUIST");
  expect(await codes(1.3)).not.toContain("RESOLUTION_BEYOND_NYQUIST");
});

test("without a resolution it is found near the true one, and said", async () => {
  const context = createRunContext();
  const { report } = await reportFit(engine, model, map, options, context);
  expect(report.resolutionEstimated).toBe(true);
  expect(Math.abs(report.resolution - 2.5)).toBeLessThan(0.4);
  expect(context.diagnostics.entries.map(({ code }) => code)).toContain("RESOLUTION_ESTIMATED");
});
