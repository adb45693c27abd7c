// The sums of a map under atoms are the adjoint of putting their density on a grid, compiled and plain.
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { type ComputeEngine, createEngine } from "./engine.ts";
import type { KernelKind } from "./kernels.ts";
import { type DensityGrid, type GridAtoms, gaussiansPerAtom } from "./reference/density.ts";

const kinds: readonly KernelKind[] = ["simd", "reference"];
const count = 30;

interface Case {
  readonly engine: ComputeEngine;
  readonly grid: DensityGrid;
  readonly atoms: GridAtoms;
}

/** Atoms in and around a box of noise; some reach over its faces. */
function createCase(kind: KernelKind, terms: number, leastDecay: number, radius: number): Case {
  const engine = createEngine({ kind });
  const { memory } = engine;
  const rng = createRng(8);
  const [nx, ny, nz] = [21, 18, 25];
  const values = memory.float32(nx * ny * nz);
  for (let at = 0; at < values.length; at++) values[at] = rng.normal();
  const atoms = {
    count,
    position: memory.float64(3 * count),
    amplitude: memory.float64(gaussiansPerAtom * count),
    decay: memory.float64(gaussiansPerAtom * count),
    terms,
    radius: memory.float64(count).fill(radius),
  };
  for (let at = 0; at < 3 * count; at++) atoms.position[at] = 30 * rng.uniform() - 3;
  for (let at = 0; at < gaussiansPerAtom * count; at++) {
    atoms.amplitude[at] = rng.normal();
    atoms.decay[at] = leastDecay + 2 * rng.uniform();
  }
  return { engine, grid: { values, nx, ny, nz, stepX: 0.7, stepY: 0.8, stepZ: 0.6 }, atoms };
}

function gather({ engine, grid, atoms }: Case): { position: Float64Array; b: Float64Array; value: Float64Array } {
  const { memory } = engine;
  const sums = { position: memory.float64(3 * count), b: memory.float64(count), value: memory.float64(count) };
  engine.kernels.gatherDensity(grid, atoms, sums, 0, count);
  return sums;
}

/** Sum of the map times the density of one atom, by the density kernel. */
function overlapOf({ engine, grid, atoms }: Case, atom: number): number {
  const density = engine.memory.float32(grid.values.length);
  const five = [gaussiansPerAtom * atom, gaussiansPerAtom * (atom + 1)] as const;
  const place = (values: Float64Array): Float64Array => {
    const copy = engine.memory.float64(values.length);
    copy.set(values);
    return copy;
  };
  const one = {
    count: 1,
    position: place(atoms.position.slice(3 * atom, 3 * atom + 3)),
    amplitude: place(atoms.amplitude.slice(...five)),
    decay: place(atoms.decay.slice(...five)),
    terms: atoms.terms,
    radius: place(atoms.radius.slice(atom, atom + 1)),
  };
  engine.kernels.addDensity({ ...grid, values: density }, one, 0, grid.nz);
  let sum = 0;
  for (let at = 0; at < density.length; at++) sum += density[at]! * grid.values[at]!;
  engine.memory.free(density, one.position, one.amplitude, one.decay, one.radius);
  return sum;
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let at = 0; at < expected.length; at++) {
    expect(Math.abs(found[at]! - expected[at]!) / scale).toBeLessThan(tolerance);
  }
}

describe.each(kinds)("density gradient, %s", (kind) => {
  test.each([1, 2, 3, 4, 5])(
    "the value is the map's overlap with the density, on the same points, %i Gaussians",
    (terms) => {
      // Cut where the density is far from zero: a point more or less would show.
      const one = createCase(kind, terms, 0.05, 2.9);
      const overlaps = Array.from({ length: count }, (_value, atom) => overlapOf(one, atom));
      expectClose(gather(one).value, overlaps, 2e-6);
    },
  );

  test("the gradients are the differences of the overlap", () => {
    const one = createCase(kind, 5, 1.4, 3.6);
    const { position, b } = gather(one);
    const steps = [one.grid.stepX, one.grid.stepY, one.grid.stepZ];
    const h = 0.01;
    const byPosition = Array.from({ length: 3 * count }, (_value, at) => {
      const held = one.atoms.position[at]!;
      const [above, below] = [1, -1].map((sign) => {
        one.atoms.position[at] = held + (sign * h) / steps[at % 3]!;
        return overlapOf(one, Math.floor(at / 3));
      }) as [number, number];
      one.atoms.position[at] = held;
      return (above - below) / (2 * h);
    });
    expectClose(position, byPosition, 4e-4);
    const byB = Array.from({ length: count }, (_value, atom) => {
      const { decay, amplitude } = one.atoms;
      const held = [decay.slice(), amplitude.slice()] as const;
      const step = 0.05;
      const [above, below] = [1, -1].map((sign) => {
        for (let at = gaussiansPerAtom * atom; at < gaussiansPerAtom * (atom + 1); at++) {
          const beta = (4 * Math.PI ** 2) / held[0][at]!;
          decay[at] = (4 * Math.PI ** 2) / (beta + sign * step);
          amplitude[at] = held[1][at]! * (beta / (beta + sign * step)) ** 1.5;
        }
        return overlapOf(one, atom);
      }) as [number, number];
      decay.set(held[0]);
      amplitude.set(held[1]);
      return (above - below) / (2 * step);
    });
    expectClose(b, byB, 4e-4);
  });

  test("positions alone are those found with the others, and a range leaves the other atoms alone", () => {
    const one = createCase(kind, 3, 0.2, 3);
    const whole = gather(one);
    const position = one.engine.memory.float64(3 * count).fill(7);
    const none = one.engine.memory.float64(0);
    one.engine.kernels.gatherDensity(one.grid, one.atoms, { position, b: none, value: none }, 5, 20);
    expect(position.slice(15, 60)).toEqual(whole.position.slice(15, 60));
    expect([position[14], position[60]]).toEqual([7, 7]);
  });
});

test.each([1, 2, 3, 4, 5])("compiled and plain density gradients of %i Gaussians agree", (terms) => {
  const [compiled, plain] = kinds.map((kind) => gather(createCase(kind, terms, 0.1, 3.3)));
  expectClose(compiled!.position, plain!.position, 1e-6);
  expectClose(compiled!.b, plain!.b, 1e-6);
  expectClose(compiled!.value, plain!.value, 1e-6);
});
