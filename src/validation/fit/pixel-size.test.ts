// The voxel size is judged right where it is right, and wrong ones are found with their factor.
import { describe, expect, test } from "vitest";
import { bundleMap, enlargeVoxels, helixBundle } from "../../../test/support/helix-bundle.ts";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import { createEngine } from "../../kernels/engine.ts";
import { type Model, withCoordinates } from "../../model/model.ts";
import { freeFitMaps, prepareFit } from "./fit-maps.ts";
import { measureRuler } from "./model-ruler.ts";
import { measurePixelScale, type PixelScale } from "./pixel-size.ts";

const engine = createEngine();
const bundle = helixBundle();

function measure({ model, map }: { readonly model: Model; readonly map: DensityMap }): PixelScale {
  const maps = prepareFit(engine, model, map, { resolution: 3.5, table: "electron" }, createRunContext());
  const result = measurePixelScale(engine, model, maps);
  freeFitMaps(engine, maps);
  return result;
}

const noisy = bundleMap(engine, bundle, 0.5);

describe("the voxel size", () => {
  test("is right in a map of the model, whatever its noise and its B factors", () => {
    for (const [noise, b] of [
      [0, 20],
      [0.5, 20],
      [0.5, 100],
    ] as const) {
      const { best, isOff, ccAtOne } = measure({ model: bundle, map: bundleMap(engine, bundle, noise, b) });
      expect(Math.abs(best! - 1)).toBeLessThan(0.003);
      expect(isOff).toBe(false);
      expect(ccAtOne).toBeGreaterThan(0.5);
    }
  });

  test.each([0.98, 0.99, 1.01, 1.02])("is found wrong by a factor of %f", (factor) => {
    const result = measure(enlargeVoxels(bundle, noisy, factor));
    expect(Math.abs(result.best! - factor)).toBeLessThan(0.003);
    expect(result.error).toBeLessThan(0.0025);
    expect(result.gain).toBeGreaterThan(0);
    expect(result.isOff).toBe(true);
  });

  test("is found wrong although the model stands half an Angstrom aside", () => {
    const { model, map } = enlargeVoxels(bundle, noisy, 1.02);
    const moved = withCoordinates(
      model,
      model.atoms.xyz.map((value, at) => value + [0.3, -0.3, 0.3][at % 3]!),
    );
    const { best, isOff } = measure({ model: moved, map });
    expect(Math.abs(best! - 1.02)).toBeLessThan(0.005);
    expect(isOff).toBe(true);
  });

  test("is not blamed where the model's own chain is too long", () => {
    const stretched = withCoordinates(
      bundle,
      bundle.atoms.xyz.map((value) => 1.02 * value),
    );
    const shift = [0, 1, 2].map((axis) => {
      let sum = 0;
      bundle.atoms.xyz.forEach((value, at) => {
        if (at % 3 === axis) sum += 0.02 * value;
      });
      return sum / bundle.atoms.count;
    });
    const placed = withCoordinates(
      stretched,
      stretched.atoms.xyz.map((value, at) => value - shift[at % 3]!),
    );
    const { best, ruler, isOff } = measure({ model: placed, map: noisy });
    expect(Math.abs(best! - 0.98)).toBeLessThan(0.004);
    expect(ruler.scale).toBeCloseTo(1.02, 2);
    expect(isOff).toBe(false);
  });

  test("is not judged by a model that does not fit, a shaken one or a constant map", () => {
    const beside = withCoordinates(
      bundle,
      bundle.atoms.xyz.map((value, at) => value + (at % 3 === 1 ? 5 : 0)),
    );
    expect(measure({ model: beside, map: noisy })).toMatchObject({ best: null, gain: null, isOff: null });
    const rng = createRng(8);
    const shaken = withCoordinates(
      bundle,
      bundle.atoms.xyz.map((value) => value + 0.15 * rng.normal()),
    );
    expect(measure({ model: shaken, map: noisy }).isOff).toBeNull();
    const constant = measure({ model: bundle, map: { ...noisy, values: new Float32Array(noisy.values.length) } });
    expect(constant).toMatchObject({ best: null, error: null, ccAtOne: null, isOff: null });
  });
});

test("the ruler is 3.80 Angstrom per residue and leaves out gaps", () => {
  const { pairs, scale, spread } = measureRuler(bundle);
  expect(pairs).toBe(12 * 13);
  expect(scale).toBeCloseTo(1, 2);
  expect(spread).toBeLessThan(0.01);
});
