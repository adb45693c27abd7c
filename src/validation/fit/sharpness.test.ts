// The fall-off of a map's spectrum against its model is the B factor that it was made with.
import { expect, test } from "vitest";
import { bundleMap, helixBundle } from "../../../test/support/helix-bundle.ts";
import { createEngine } from "../../kernels/engine.ts";
import { measureSharpness } from "./sharpness.ts";

const bundle = helixBundle();
const options = { resolution: 3.5, table: "electron" } as const;

test.each([
  [120, false],
  [60, false],
  [0, false],
  [-60, true],
  [-150, true],
])("a map made with B = %i has that B; over-sharpened: %s", (b, isOverSharpened) => {
  const engine = createEngine();
  const result = measureSharpness(engine, bundle.atoms, bundleMap(engine, bundle, 0, b), options);
  expect(Math.abs(result.b! - b)).toBeLessThan(6);
  expect(result.error).toBeLessThan(5);
  expect(result.shells.length).toBeGreaterThan(10);
  expect(result.isOverSharpened).toBe(isOverSharpened);
});

test("the B factors of the model play no part", () => {
  const engine = createEngine();
  const map = bundleMap(engine, bundle, 0, 60);
  const other = { ...bundle.atoms, bFactor: bundle.atoms.bFactor.map((_value, at) => 10 + at) };
  expect(measureSharpness(engine, other, map, options)).toEqual(measureSharpness(engine, bundle.atoms, map, options));
});

test("is not defined for a constant map and at 8 Angstrom", () => {
  const engine = createEngine();
  const map = bundleMap(engine, bundle);
  const none = { b: null, error: null, shells: [], isOverSharpened: false };
  const constant = { ...map, values: new Float32Array(map.values.length).fill(2) };
  expect(measureSharpness(engine, bundle.atoms, constant, options)).toEqual(none);
  expect(measureSharpness(engine, bundle.atoms, map, { ...options, resolution: 8 })).toEqual(none);
});
