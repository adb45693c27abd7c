// What is wrong with an experiment comes out as notices and diagnostics, and a sound one has none.
import { describe, expect, test } from "vitest";
import { bundleMap, enlargeVoxels, helixBundle, mirrorAlongX } from "../../../test/support/helix-bundle.ts";
import { createRunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import { createEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { checkExperiment, type ExperimentChecks, type ExperimentOptions, noticeLabels } from "./experiment-checks.ts";
import { freeFitMaps, prepareFit } from "./fit-maps.ts";

const engine = createEngine();
const bundle = helixBundle();
const sound = bundleMap(engine, bundle, 0.5);

function check(model: Model, map: DensityMap, options: ExperimentOptions = {}): ExperimentChecks & { codes: string[] } {
  const context = createRunContext();
  const maps = prepareFit(engine, model, map, { resolution: 3.5, table: "electron" }, context);
  const checks = checkExperiment(engine, model, maps, options, context);
  freeFitMaps(engine, maps);
  const codes = checks.notices.map(({ code }) => code);
  expect(context.diagnostics.entries.map(({ code }) => code)).toEqual(codes);
  return { ...checks, codes };
}

describe("notices", () => {
  test("a sound pair has none, and every check has run", () => {
    const checks = check(bundle, sound);
    expect(checks.codes).toEqual([]);
    expect(checks.pixelScale.isOff).toBe(false);
    expect(checks.hand.isMirrored).toBe(false);
    expect(checks.values!.kurtosis).toBeGreaterThan(3);
  });

  test("larger voxels, with the size that fits", () => {
    const { model, map } = enlargeVoxels(bundle, sound, 1.02);
    const { codes, notices } = check(model, map);
    expect(codes).toEqual(["PIXEL_SIZE_OFF"]);
    const size = Number(/voxels of ([\d.]+)/.exec(notices[0]!.example)![1]);
    expect(Math.abs(size - 1.1)).toBeLessThan(0.004);
  });

  test("a mirror image of both, and a model whose file says pLDDT", () => {
    const { model, map } = mirrorAlongX(bundle, sound);
    expect(check(model, map).codes).toEqual(["MAP_MIRRORED", "MODEL_MIRRORED"]);
    const bFactor = bundle.atoms.bFactor.map((_b, atom) => 60 + (bundle.atoms.residue[atom]! % 30));
    const predicted = { ...bundle, atoms: { ...bundle.atoms, bFactor } };
    expect(check(predicted, sound, { statesPlddt: true }).codes).toEqual(["B_COLUMN_PLDDT"]);
  });

  test("a map that is too sharp, one that is cut to zero through the model, and one that was enhanced", () => {
    expect(check(bundle, bundleMap(engine, bundle, 0, -80)).codes).toContain("MAP_OVER_SHARPENED");
    const [nx, ny] = sound.size;
    const values = sound.values.map((value, at) => (Math.floor(at / (nx * ny)) < 0.6 * sound.size[2] ? 0 : value));
    expect(check(bundle, { ...sound, values }).codes).toEqual(
      expect.arrayContaining(["MAP_MASKED", "MAP_ZERO_IN_MODEL"]),
    );
    expect(check(bundle, sound, { labels: ["", "Created by DeepEMhancer 0.13"] }).codes).toEqual(["MAP_PROCESSED"]);
  });

  test("a map of inverted contrast, and a model that is partly outside of the map", () => {
    expect(check(bundle, { ...sound, values: sound.values.map((value) => -value) }).codes).toContain("MAP_INVERTED");
    const [nx, ny, nz] = sound.size;
    const size = [nx, ny, nz >> 1] as const;
    const { codes, pixelScale } = check(bundle, { ...sound, size, values: sound.values.slice(0, nx * ny * size[2]) });
    expect(codes).toContain("MODEL_PARTLY_OUTSIDE");
    expect(pixelScale.isOff).toBeNull();
  });

  test("ordinary labels are not suspected", () => {
    expect(
      noticeLabels(["Chimera 1.15", "map_box on emd_4413.map", "RELION 4.0", "::::EMDATABANK.org::::"]),
    ).toBeNull();
  });

  test("a constant map leaves everything undefined and nothing blamed", () => {
    const checks = check(bundle, { ...sound, values: new Float32Array(sound.values.length).fill(1) });
    expect(checks.codes).toEqual([]);
    expect(checks.pixelScale).toMatchObject({ best: null, isOff: null });
    expect(checks.hand.isMirrored).toBeNull();
    expect(checks.sharpness.b).toBeNull();
    expect(JSON.stringify(checks)).not.toMatch(/NaN|Infinity/);
  });
});
