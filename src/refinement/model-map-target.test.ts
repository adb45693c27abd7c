// Stage two's data target: its gradients, what it says about noise and what it holds for best.
import { describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { createEngine } from "../kernels/engine.ts";
import { createReferenceKernels } from "../kernels/kernels.ts";
import { simulateMap } from "../scattering/simulate-map.ts";
import { ModelMapTarget } from "./model-map-target.ts";
import type { ModelMapParameters } from "./scattering-atoms.ts";

const helix = { phi: -60, psi: -45 };
const names = Array.from({ length: 16 }, (_, index) => ["ALA", "GLY", "ALA", "ALA"][index % 4]!);

function prepare(noise: number, kind: "simd" | "reference" = "simd") {
  const compiled = createEngine();
  const engine = kind === "simd" ? compiled : { ...compiled, kernels: createReferenceKernels() };
  const model = readLines(peptideLines(names, helix));
  const { atoms } = model;
  const start: ModelMapParameters = {
    xyz: atoms.xyz.slice(),
    bFactor: Float64Array.from({ length: atoms.count }, (_, atom) => 30 + (atom % 7) * 8),
    occupancy: new Float64Array(atoms.count).fill(1),
  };
  const settings = { resolution: 3, table: "electron", voxel: 1, margin: 8, noise } as const;
  const context = createRunContext({ rng: createRng(3) });
  const map = simulateMap(compiled, { ...atoms, bFactor: start.bFactor }, settings, context);
  const target = ModelMapTarget.create(engine, map, atoms.element, start, { resolution: 3, table: "electron" })!;
  return { target, start, atoms, map, engine };
}

describe.each(["simd", "reference"] as const)("gradients (%s)", (kind) => {
  test("are those of finite differences for coordinates, B factors and occupancies", () => {
    const { target, start, atoms } = prepare(0.3, kind);
    const rng = createRng(8);
    const xyz = start.xyz.map((value) => value + 0.2 * rng.normal());
    const at = { ...start, xyz, occupancy: start.occupancy.map(() => 0.7 + 0.3 * rng.uniform()) };
    const gradients = {
      xyz: new Float64Array(3 * atoms.count),
      bFactor: new Float64Array(atoms.count),
      occupancy: new Float64Array(atoms.count),
    };
    target.evaluate(at, gradients);
    // A move of all atoms at once: single numbers would test the rounding of single precision.
    for (const [name, step] of [
      ["xyz", 2e-3],
      ["bFactor", 0.2],
      ["occupancy", 5e-3],
    ] as const) {
      const direction = gradients[name].map((value) => Math.sign(value) * (0.5 + rng.uniform()));
      const moved = (by: number): number =>
        target.evaluate({ ...at, [name]: at[name].map((value, index) => value + by * direction[index]!) });
      const slope = (moved(step) - moved(-step)) / (2 * step);
      const expected = gradients[name].reduce((sum, value, index) => sum + value * direction[index]!, 0);
      expect(Math.abs(slope / expected - 1)).toBeLessThan(name === "xyz" ? 4e-3 : 8e-3);
    }
  });
});

describe.each(["simd", "reference"] as const)("differences (%s)", (kind) => {
  test("are those of two values, for atoms moved far from each other in one go or one at a time", () => {
    const { target, start, atoms } = prepare(0.3, kind);
    const ofResidue = (residue: number): number[] =>
      Array.from({ length: atoms.count }, (_, atom) => atom).filter((atom) => atoms.residue[atom] === residue);
    const sets = [ofResidue(1), ofResidue(14)];
    const moved = (chosen: number[][]): Float64Array => {
      const xyz = start.xyz.slice();
      for (const atom of chosen.flat()) xyz[3 * atom]! += 1.5;
      return xyz;
    };
    const base = target.evaluate(start);
    const expected = sets.map((set) => target.evaluate({ ...start, xyz: moved([set]) }) - base);
    const [together, alone] = target.differences(start, [
      { to: moved(sets), sets },
      { to: moved([sets[0]!]), sets: [sets[0]!] },
    ]);
    expect(Math.min(...expected)).toBeGreaterThan(10);
    expect(alone![0]! / expected[0]!).toBeCloseTo(1, 3);
    together!.forEach((value, at) => {
      expect(value / expected[at]!).toBeCloseTo(1, 2);
    });
  });
});

describe("the target", () => {
  test("is a sum of squares of unit variance over the independent terms where its shells were estimated", () => {
    const { target, start } = prepare(0.3);
    const terms = target.terms.multiplicity.reduce((sum, value) => sum + value, 0);
    expect(target.evaluate(start) / (target.independent * terms)).toBeCloseTo(1, 3);
  });

  test("is lower at the truth than at any of ten distorted models", () => {
    const { target, start } = prepare(0.3);
    const best = target.evaluate(start);
    for (let seed = 1; seed <= 10; seed++) {
      const rng = createRng(seed);
      const xyz = start.xyz.map((value) => value + 0.1 * rng.normal());
      expect(target.evaluate({ ...start, xyz })).toBeGreaterThan(best);
    }
  });

  test("has shells whose correlation falls with noise and whose scale stays", () => {
    const clean = prepare(0.05);
    const noisy = prepare(0.5);
    const strong = clean.target.updateShells(clean.start);
    const weak = noisy.target.updateShells(noisy.start);
    expect(strong.at(-1)!.correlation).toBeGreaterThan(weak.at(-1)!.correlation + 0.05);
    expect(Math.abs(weak[1]!.scale / strong[1]!.scale - 1)).toBeLessThan(0.1);
  });

  test("does not depend on the level of the map's solvent", () => {
    const { target, start, atoms, map, engine } = prepare(0.3);
    const raised = { ...map, values: map.values.map((value) => value + 5) };
    const options = { resolution: 3, table: "electron" } as const;
    const other = ModelMapTarget.create(engine, raised, atoms.element, start, options)!;
    expect(other.evaluate(start) / target.evaluate(start)).toBeCloseTo(1, 3);
    const shells = other.updateShells(start);
    target.updateShells(start).forEach((shell, at) => {
      expect(shells[at]!.correlation).toBeCloseTo(shell.correlation, 3);
    });
  });

  test("is not made where the map's axes are oblique", () => {
    const { start, atoms, map, engine } = prepare(0.3);
    const oblique = { ...map, cell: { ...map.cell, beta: 100 } };
    const options = { resolution: 3, table: "electron" } as const;
    expect(ModelMapTarget.create(engine, oblique, atoms.element, start, options)).toBeNull();
  });
});
