// Supplementary terms: energies, gradients against finite differences, compiled and plain alike, curvature that helps.
import { describe, expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { noTerms } from "../../test/support/no-terms.ts";
import { createRng } from "../base/rng.ts";
import { makeCurvatureTable } from "../kernels/curvature-table.ts";
import { createEngine } from "../kernels/engine.ts";
import { dihedralAngle } from "../math/internal-coordinates.ts";
import { emptySupplement, noSurfaces, type Supplement, supplementSubset } from "./supplement.ts";
import { makeTermTable, replaceSupplement } from "./term-table.ts";

const kinds = ["simd", "reference"] as const;
const engines = { simd: createEngine(), reference: createEngine({ kind: "reference" }) };
/** More than two blocks of atoms; terms reach from one into the next. */
const count = 1100;
const rng = createRng(11);
const xyz = new Float64Array(3 * count);
for (let at = 3; at < xyz.length; at++) xyz[at] = xyz[at - 3]! + 0.9 * rng.normal();
const starts = Int32Array.from({ length: count - 4 }, (_value, row) => row);
const shifted = (by: number): Int32Array => starts.map((row) => row + by);
const constant = (value: number): Float64Array => new Float64Array(starts.length).fill(value);

const bins = 24;
const values = Float32Array.from({ length: 2 * bins * bins }, () => 3 * rng.normal());
const surfaces = {
  count: starts.length,
  i: starts,
  j: shifted(1),
  k: shifted(2),
  l: shifted(3),
  m: shifted(4),
  surface: starts.map((row) => row % 2),
  factor: Float64Array.from(starts, (row) => 1 + (row % 3)),
  tables: { bins, values },
};
const torsions = {
  count: starts.length,
  i: starts,
  j: shifted(1),
  k: shifted(2),
  l: shifted(3),
  ideal: Float64Array.from(starts, () => 360 * rng.uniform() - 180),
  sigma: constant(8),
  period: Float64Array.from(starts, (row) => (row % 2 === 0 ? 360 : 180)),
  limit: Float64Array.from(starts, (row) => (row % 3 === 0 ? 0 : 40)),
};
const tethers = {
  count: starts.length,
  i: starts,
  j: shifted(4),
  ideal: constant(2.9),
  sigma: constant(0.2),
  slack: Float64Array.from(starts, (row) => (row % 2 === 0 ? 0 : 0.2)),
  limit: Float64Array.from(starts, (row) => (row % 3 === 0 ? 0 : 0.6)),
};
const parts: Readonly<Record<string, Partial<Supplement>>> = {
  surfaces: { surfaces },
  torsions: { torsions },
  tethers: { tethers },
};

function evaluate(
  kind: (typeof kinds)[number],
  part: Partial<Supplement>,
  at: Float64Array,
): { energy: number; gradient: Float64Array } {
  const input = { lists: noTerms, xyz: at, supplement: { ...emptySupplement, ...part } };
  const { energies, gradient } = evaluateTerms(engines[kind], input);
  return { energy: energies.supplement, gradient };
}

describe.each(Object.keys(parts))("%s", (name) => {
  const part = parts[name]!;

  test("have the gradient of finite differences", () => {
    const { gradient } = evaluate("simd", part, xyz);
    const direction = Float64Array.from(xyz, () => rng.normal());
    const at = (step: number): number =>
      evaluate(
        "simd",
        part,
        xyz.map((value, c) => value + step * direction[c]!),
      ).energy;
    const numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
    const analytic = gradient.reduce((sum, value, c) => sum + value * direction[c]!, 0);
    expect(Math.abs(numeric)).toBeGreaterThan(1);
    expect(Math.abs(numeric - analytic)).toBeLessThan(1e-4 * Math.hypot(...gradient));
  });

  test("are the same compiled and plain", () => {
    const [simd, reference] = kinds.map((kind) => evaluate(kind, part, xyz)) as [
      ReturnType<typeof evaluate>,
      ReturnType<typeof evaluate>,
    ];
    expect(simd.energy).toBeCloseTo(reference.energy, 6);
    const apart = simd.gradient.map((value, c) => value - reference.gradient[c]!);
    expect(Math.hypot(...apart)).toBeLessThan(1e-9 * Math.hypot(...reference.gradient));
  });

  test("exert no total force", () => {
    const { gradient } = evaluate("simd", part, xyz);
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let at = c; at < gradient.length; at += 3) sum += gradient[at]!;
      expect(Math.abs(sum)).toBeLessThan(1e-9 * Math.hypot(...gradient));
    }
  });
});

describe.each(kinds)("single terms, %s", (kind) => {
  const one = Int32Array.of(0);
  const quartet = Float64Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 0.5, 1, 0.8);
  const chi = dihedralAngle(quartet, 0, 1, 2, 3);
  const torsionOff = (delta: number, limit: number, period = 360): number => {
    const torsion = {
      count: 1,
      i: one,
      j: Int32Array.of(1),
      k: Int32Array.of(2),
      l: Int32Array.of(3),
      ideal: Float64Array.of(chi + delta),
      sigma: Float64Array.of(1),
      period: Float64Array.of(period),
      limit: Float64Array.of(limit),
    };
    return evaluate(kind, { torsions: torsion }, quartet).energy;
  };

  test("a torsion of sigma 1 and limit 15 has the energies of refinement.md 14.1", () => {
    expect(torsionOff(5, 15)).toBeCloseTo(23.66115, 5);
    expect(torsionOff(-15, 15)).toBeCloseTo(142.22713, 5);
    expect(torsionOff(30, 15)).toBeCloseTo(220.87898, 5);
  });

  test("a torsion of period 180 is at rest half a turn away", () => {
    expect(torsionOff(180, 0, 180)).toBeCloseTo(0, 9);
    expect(torsionOff(180, 0)).toBeCloseTo(32400, 6);
  });

  test("a tether lets go of what is far too long and far too short alike", () => {
    const energyAt = (distance: number): number =>
      evaluate(
        kind,
        {
          tethers: {
            count: 1,
            i: one,
            j: Int32Array.of(1),
            ideal: Float64Array.of(3),
            sigma: Float64Array.of(0.1),
            slack: Float64Array.of(0.1),
            limit: Float64Array.of(0.5),
          },
        },
        Float64Array.of(0, 0, 0, distance, 0, 0),
      ).energy;
    expect(energyAt(3.1)).toBeCloseTo(0, 12);
    expect(energyAt(2.7)).toBeCloseTo(energyAt(3.3), 9);
    expect(energyAt(6)).toBeCloseTo(25, 6);
    expect(energyAt(6)).toBeCloseTo(energyAt(0.4), 3);
  });
});

test("a surface of one value has that energy everywhere and no slope", () => {
  const flat = { ...surfaces, factor: constant(2), tables: { bins, values: values.map(() => 1.5) } };
  const { energy, gradient } = evaluate("simd", { surfaces: flat }, xyz);
  expect(energy).toBeCloseTo(3 * starts.length, 8);
  expect(Math.hypot(...gradient)).toBeLessThan(1e-9);
});

test("the curvature of each kind is the same compiled and plain, and positive", () => {
  const right = Float64Array.from(xyz, () => rng.normal());
  const rows = Int32Array.from({ length: count }, (_value, row) => row);
  const [compiled, plain] = kinds.map((kind) => {
    const { memory, kernels } = engines[kind];
    const supplement = { ...emptySupplement, surfaces, torsions, tethers };
    const terms = makeTermTable(memory, { lists: noTerms, xyz: memory.copyOf(xyz), supplement });
    const matrix = makeCurvatureTable(memory, terms, rows, rows);
    kernels.factorizeCurvature(terms, matrix, { repulsion: 100, diagonal: 4 });
    const vector = memory.copyOf(right);
    kernels.solveCurvature(matrix, vector);
    return vector.slice();
  }) as [Float64Array, Float64Array];
  expect(Math.hypot(...compiled.map((value, at) => value - plain[at]!))).toBeLessThan(1e-3 * Math.hypot(...plain));
  expect(plain.reduce((sum, value, at) => sum + value * right[at]!, 0)).toBeGreaterThan(0);
});

test("a subset keeps the terms with a moving atom, and a table can change its terms", () => {
  const moving = new Uint8Array(count);
  moving[600] = 1;
  const whole = { ...emptySupplement, surfaces, torsions, tethers };
  const part = supplementSubset(whole, moving);
  expect([part.surfaces.count, part.torsions.count, part.tethers.count]).toEqual([5, 4, 2]);
  expect(part.surfaces.tables).toBe(surfaces.tables);
  const { memory, kernels } = createEngine();
  const terms = makeTermTable(memory, { lists: noTerms, xyz: memory.copyOf(xyz), supplement: whole });
  expect(replaceSupplement(memory, terms, { ...whole })).toBe(true);
  expect(replaceSupplement(memory, terms, { ...whole, surfaces: noSurfaces })).toBe(false);
  expect(terms.surfaces.atoms).toHaveLength(0);
  kernels.addTerms(terms, 100);
  expect(terms.gradient.some((value) => value !== 0)).toBe(true);
  expect(replaceSupplement(memory, terms, undefined)).toBe(false);
  kernels.addTerms(terms, 100);
  expect(terms.gradient.some((value) => value !== 0)).toBe(false);
});
