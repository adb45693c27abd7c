// Resolutions of maps that were made with known ones, and what is said where there is none.
import { describe, expect, test } from "vitest";
import { gasPeptide } from "../../../test/support/gas-peptide.ts";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { createEngine } from "../../kernels/engine.ts";
import { computeStructureFactors, freeStructureFactors, mapFromStructureFactors } from "../../scattering/model-map.ts";
import { assessResolution } from "./resolution.ts";

const engine = createEngine();
const points = 48;
const box: Omit<DensityMap, "values"> = {
  size: [points, points, points],
  start: [0, 0, 0],
  sampling: [points, points, points],
  cell: { a: 24, b: 24, c: 24, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
};
const model = gasPeptide();

function peptideMap(resolution: number, extraB = 0): DensityMap {
  const factors = computeStructureFactors(engine, model.atoms, mapFrame(box), { resolution, table: "electron" });
  const values = mapFromStructureFactors(engine, factors, extraB);
  freeStructureFactors(engine, factors);
  const copy = values.slice();
  engine.memory.free(values);
  return { ...box, values: copy };
}

const options = { table: "electron" } as const;

describe("the peptide's own map", () => {
  test.each([
    [2, 2.17],
    [3, 3.13],
    [4, 4.06],
  ])("at %d A has d99 %f", (resolution, d99) => {
    const result = assessResolution(engine, null, peptideMap(resolution), options, createRunContext());
    expect(Math.abs(result.d99! - d99)).toBeLessThan(0.02);
    expect(result.dModel).toBeNull();
    expect(result.fsc.model).toBeNull();
    expect(result.fsc.mask?.policy).toBe("density");
  });

  test("at 3 A gives back 3 A, by the model and by its FSC", () => {
    const result = assessResolution(engine, model, peptideMap(3), options, createRunContext());
    expect(result.dModel).toBe(3);
    expect(result.resolution!.source).toBe("model");
    expect(Math.abs(result.resolution!.resolution - 3)).toBeLessThan(0.1);
    expect(Math.abs(result.fsc.model!.unmasked.raw.d05! - 3)).toBeLessThan(0.1);
    expect(result.fscAverage!.value).toBeGreaterThan(0.99);
    expect(result.fsc.mask).toMatchObject({ policy: "edge" });
  });

  test.each([0, 30])("not truncated and blurred by %d more gives back the B of its atoms and that blur", (extraB) => {
    const result = assessResolution(engine, model, peptideMap(1, extraB), options, createRunContext());
    expect(result.overallB).toBe(20 + extraB);
    expect(Math.abs(result.fsc.model!.unmasked.raw.d05! - 1)).toBeLessThan(0.05);
  });

  test("a Gaussian mask is used when asked for, the user's own before it", () => {
    const map = peptideMap(3);
    const mtriage = assessResolution(engine, model, map, { ...options, maskPolicy: "mtriage" }, createRunContext());
    expect(mtriage.fsc.mask?.policy).toBe("mtriage");
    const mask = { ...map, values: new Float32Array(map.values.length).fill(1) };
    const own = assessResolution(engine, model, map, { ...options, mask, maskPolicy: "mtriage" }, createRunContext());
    expect(own.fsc.mask?.policy).toBe("file");
    expect(own.d99Masked).toBeCloseTo(own.d99!, 5);
  });

  test("the engine gets all its memory back", () => {
    const own = createEngine();
    const map = peptideMap(3);
    assessResolution(own, model, map, options, createRunContext());
    const { used } = own.memory;
    assessResolution(own, model, map, options, createRunContext());
    expect(own.memory.used).toBe(used);
  });
});

describe("half maps", () => {
  const rng = createRng(11);
  const signal = peptideMap(1.5, 40);
  const noisy = (): DensityMap => ({
    ...signal,
    values: signal.values.map((value) => value + 0.03 * rng.normal()),
  });
  const halfMaps = { first: noisy(), second: noisy() };
  const full = {
    ...signal,
    values: halfMaps.first.values.map((value, at) => 0.5 * (value + halfMaps.second.values[at]!)),
  };
  const assess = (seed: number) =>
    assessResolution(
      engine,
      model,
      full,
      { ...options, halfMaps, resolution: 3 },
      createRunContext({ rng: createRng(seed) }),
    );

  test("a mask takes noise away, and random phases do not bring the signal down", () => {
    const { halfMap } = assess(1).fsc;
    expect(halfMap!.masked!.d0143!).toBeLessThan(halfMap!.unmasked.d0143!);
    expect(Math.abs(halfMap!.corrected!.d0143! - halfMap!.masked!.d0143!)).toBeLessThan(0.1);
    expect(halfMap!.randomisedBeyond!).toBeGreaterThan(halfMap!.unmasked.d05!);
  });

  test("the same seed gives the same correction, another one another", () => {
    const curve = (seed: number) => assess(seed).fsc.curves.halfMap!.randomised!.fsc;
    const first = curve(1);
    expect(curve(1)).toEqual(first);
    expect(curve(2)).not.toEqual(first);
  });

  test("the estimate comes from them and lies near the crossing inside the mask", () => {
    const { resolution: estimate } = assessResolution(
      engine,
      model,
      full,
      { ...options, halfMaps },
      createRunContext(),
    );
    expect(estimate!.source).toBe("halfMaps");
    expect(Math.abs(estimate!.resolution - assess(1).fsc.halfMap!.corrected!.d0143!)).toBeLessThan(0.25);
  });

  test("with a constant added, in the map and in each of them another, say the same inside the mask", () => {
    const plus = (map: DensityMap, constant: number): DensityMap => ({
      ...map,
      values: map.values.map((value) => value + constant),
    });
    const raised = { first: plus(halfMaps.first, 300), second: plus(halfMaps.second, -50) };
    const { fsc } = assessResolution(
      engine,
      model,
      plus(full, 100),
      { ...options, halfMaps: raised, resolution: 3 },
      createRunContext({ rng: createRng(1) }),
    );
    const expected = assess(1).fsc;
    expect(fsc.halfMap!.masked!.d0143!).toBeCloseTo(expected.halfMap!.masked!.d0143!, 2);
    expect(fsc.halfMap!.corrected!.d0143!).toBeCloseTo(expected.halfMap!.corrected!.d0143!, 2);
    expect(fsc.model!.masked!.d05!).toBeCloseTo(expected.model!.masked!.d05!, 2);
  });

  test("of different size are refused", () => {
    const small = { ...full, size: [24, 48, 48] as const, values: full.values.slice(0, full.values.length / 2) };
    const halves = { first: halfMaps.first, second: small };
    expect(() => assessResolution(engine, model, full, { ...options, halfMaps: halves }, createRunContext())).toThrow(
      expect.objectContaining({ code: "HALF_MAPS_DIFFER" }),
    );
  });

  test.each([
    ["empty", { ...full, values: new Float32Array(full.values.length) }, "HALF_MAP_CONSTANT", true],
    ["twice the same", halfMaps.first, "HALF_MAPS_IDENTICAL", false],
  ] as const)("that are %s have no resolution, which is said", (_name, second, code, isNothing) => {
    const context = createRunContext();
    const halves = { first: halfMaps.first, second };
    const { fsc } = assessResolution(engine, model, full, { ...options, halfMaps: halves, resolution: 3 }, context);
    expect(context.diagnostics.entries.map((entry) => entry.code)).toEqual([code]);
    if (isNothing) expect(fsc.halfMap).toBeNull();
    else expect(fsc.halfMap!.unmasked).toMatchObject({ d0: null, d0143: null, d05: null });
  });
});

test("half maps of which one is inverted have no resolution, which is said", () => {
  const context = createRunContext();
  const first = peptideMap(3);
  const second = { ...first, values: first.values.map((value) => -value) };
  const use = { ...options, halfMaps: { first, second }, resolution: 3 };
  const { fsc } = assessResolution(engine, model, first, use, context);
  expect(fsc.halfMap!.unmasked.d0143).toBeNull();
  expect(context.diagnostics.entries.map(({ code }) => code)).toEqual(["HALF_MAPS_UNRELATED"]);
});

describe("where there is nothing to measure", () => {
  const map = peptideMap(3);

  test("a constant map has no resolution and no number is NaN", () => {
    const context = createRunContext();
    const flat = { ...map, values: new Float32Array(map.values.length).fill(2) };
    const result = assessResolution(engine, model, flat, options, context);
    expect(result).toMatchObject({ d99: null, dModel: null, overallB: null, resolution: null, fscAverage: null });
    expect(result.fsc).toMatchObject({ model: null, halfMap: null, mask: null });
    expect(context.diagnostics.entries.map(({ code }) => code)).toEqual(["MAP_CONSTANT"]);
  });

  test("an atom alone has numbers, a model that scatters nothing has none", () => {
    const [x, y, z] = model.atoms.xyz;
    const atoms = {
      ...model.atoms,
      count: 1,
      xyz: Float64Array.of(x!, y!, z!),
      element: model.atoms.element.slice(0, 1),
      occupancy: model.atoms.occupancy.slice(0, 1),
      bFactor: model.atoms.bFactor.slice(0, 1),
    };
    const alone = assessResolution(engine, { ...model, atoms }, map, options, createRunContext());
    expect(alone.dModel).toBeGreaterThan(0);
    const empty = { ...model, atoms: { ...model.atoms, occupancy: new Float64Array(model.atoms.count) } };
    const nothing = assessResolution(engine, empty, map, options, createRunContext());
    expect(nothing).toMatchObject({ dModel: null, dModelB0: null, overallB: null, fscAverage: null });
    expect(nothing.fsc.model!.unmasked).toMatchObject({ d0: null, d0143: null, d05: null });
    expect(nothing.resolution?.source).toBe("map");
    for (const result of [alone, nothing]) expect(JSON.stringify(result)).not.toContain("NaN");
  });

  test("a mask that lies elsewhere is refused, one on another grid is interpolated", () => {
    const elsewhere = { ...map, start: [100, 0, 0] as const, values: map.values.map(() => 1) };
    expect(() => assessResolution(engine, model, map, { ...options, mask: elsewhere }, createRunContext())).toThrow(
      expect.objectContaining({ code: "MASK_EMPTY" }),
    );
    const coarse: DensityMap = {
      ...box,
      size: [25, 25, 25],
      sampling: [24, 24, 24],
      values: new Float32Array(25 ** 3).fill(1),
    };
    const context = createRunContext();
    const result = assessResolution(engine, model, map, { ...options, mask: coarse }, context);
    expect(result.d99Masked).toBeCloseTo(result.d99!, 5);
    expect(context.diagnostics.entries.map(({ code }) => code)).toEqual(["MASK_RESAMPLED"]);
  });
});
