// Densities of single atoms and their truncated images against published reference values.
import { describe, expect, test } from "vitest";
import { elementIndex } from "../chemistry/elements.ts";
import { mapFrame } from "../density/map.ts";
import { createEngine } from "../kernels/engine.ts";
import { gaussiansPerAtom } from "../kernels/reference/density.ts";
import { gaussianTerm, type ScatteringAtoms } from "./atom-density.ts";
import { formFactor } from "./form-factors.ts";
import { computeStructureFactors, freeStructureFactors, mapFromStructureFactors } from "./model-map.ts";

/** Density of an isotropic atom of B = `b` at distance r, not truncated. */
function densityOf(symbol: string, b: number, r: number): number {
  const factor = formFactor("electron", elementIndex(symbol))!;
  let sum = 0;
  for (let k = 0; k < gaussiansPerAtom; k++) {
    const { amplitude, decay } = gaussianTerm(factor, k, b, 1);
    sum += amplitude * Math.exp(-decay * r * r);
  }
  return sum;
}

/** One carbon at the first voxel of a cubic box; reads map values at voxels, F(000) put back. */
function carbonMap(atom: Partial<ScatteringAtoms>, edge: number, points: number, resolution: number, extraB = 0) {
  const engine = createEngine();
  const frame = mapFrame({
    size: [points, points, points],
    start: [0, 0, 0],
    sampling: [points, points, points],
    cell: { a: edge, b: edge, c: edge, alpha: 90, beta: 90, gamma: 90 },
    offset: [0, 0, 0],
  });
  const atoms: ScatteringAtoms = {
    count: 1,
    xyz: new Float64Array(3),
    element: Uint8Array.of(6),
    occupancy: Float64Array.of(1),
    bFactor: Float64Array.of(20),
    anisotropicU: null,
    ...atom,
  };
  const factors = computeStructureFactors(engine, atoms, frame, { resolution, table: "electron" });
  const values = mapFromStructureFactors(engine, factors, extraB);
  freeStructureFactors(engine, factors);
  const mean = formFactor("electron", 6)!.a.reduce((sum, a) => sum + a, 0) / edge ** 3;
  const wrap = (index: number): number => (index + points) % points;
  return {
    values,
    at: (x: number, y: number, z: number): number => {
      const [i, j, k] = [x, y, z].map((value) => wrap(Math.round((value * points) / edge))) as [number, number, number];
      return values[i + points * (j + points * k)]! + mean;
    },
  };
}

describe("reference densities of isotropic atoms (International Tables C 4.3.2.2)", () => {
  test.each([
    ["C", 20, [0.626762, 0.44374, 0.165715, 0.03818, 0.006842]],
    ["N", 20, [0.629914, 0.43689, 0.152059, 0.030465, 0.004436]],
    ["O", 20, [0.620556, 0.423348, 0.139298, 0.024939, 0.003031]],
    ["S", 20, [1.261061, 0.894182, 0.337402, 0.080027, 0.014892]],
    ["P", 20, [1.215126, 0.87091, 0.342658, 0.089347, 0.019325]],
    ["H", 20, [0.133471, 0.094395, 0.035137, 0.008043, 0.001411]],
  ])("%s at B = %d, every half Angstrom", (symbol, b, expected) => {
    expected.forEach((value, step) => expect(densityOf(symbol, b, step / 2)).toBeCloseTo(value, 6));
  });

  test("carbon without thermal motion and blurred", () => {
    expect(densityOf("C", 0, 0)).toBeCloseTo(40.3149, 4);
    expect(densityOf("C", 0, 1)).toBeCloseTo(0.094525, 6);
    expect(densityOf("C", 20, 3)).toBeCloseTo(0.000192, 6);
    expect(densityOf("C", 80, 0)).toBeCloseTo(0.12139371, 7);
  });

  test("slopes along r and B", () => {
    const slope = (f: (x: number) => number, x: number): number => (f(x + 1e-4) - f(x - 1e-4)) / 2e-4;
    const alongR = (r: number): number => slope((at) => densityOf("C", 20, at), r);
    const alongB = (r: number): number => slope((b) => densityOf("C", b, r), 20);
    expect([-alongR(0.5), -alongR(1)].map((value) => value.toFixed(6))).toEqual(["0.605554", "0.418006"]);
    expect(alongB(0.5)).toBeCloseTo(-0.0173976, 7);
    expect(alongB(1)).toBeCloseTo(-0.000676249, 8);
  });

  test("f(0) of the table's neutral atoms", () => {
    const total = (symbol: string): number =>
      formFactor("electron", elementIndex(symbol))!.a.reduce((sum, a) => sum + a, 0);
    const expected = { H: 0.5288, C: 2.5088, N: 2.2135, O: 1.9834, P: 5.4876, S: 5.1604 };
    for (const [symbol, value] of Object.entries(expected)) expect(total(symbol)).toBeCloseTo(value, 4);
  });
});

describe("reference densities of anisotropic carbon", () => {
  // Resolution and box make truncation and neighbours negligible.
  const finest = 0.45;
  const mapOf = (u: readonly number[]) => carbonMap({ anisotropicU: Float64Array.from(u) }, 8, 64, finest);

  test("axes along the box", () => {
    const { at } = mapOf([0.1, 0.2, 0.3, 0, 0, 0]);
    const values = [at(0, 0, 0), at(1, 0, 0), at(0, 1, 0), at(0, 0, 1), at(0.5, 0.5, 0.5)];
    [0.858563, 0.0940608, 0.174591, 0.254561, 0.228046].forEach((expected, index) =>
      expect(Math.abs(values[index]! / expected - 1)).toBeLessThan(1e-3),
    );
  });

  test("axes across the box", () => {
    const { at } = mapOf([0.2, 0.25, 0.3, 0.05, 0, -0.03]);
    const values = [at(0, 0, 0), at(0.5, 0.5, 0.5), at(1, -1, 0.5)];
    [0.653087, 0.242855, 0.0265338].forEach((expected, index) =>
      expect(Math.abs(values[index]! / expected - 1)).toBeLessThan(1e-3),
    );
  });

  test("an isotropic U gives the isotropic map", () => {
    const u = 20 / (8 * Math.PI * Math.PI);
    const anisotropic = mapOf([u, u, u, 0, 0, 0]).values;
    const isotropic = carbonMap({}, 8, 64, finest).values;
    let largest = 0;
    anisotropic.forEach((value, voxel) => {
      largest = Math.max(largest, Math.abs(value - isotropic[voxel]!));
    });
    expect(largest).toBeLessThan(1e-4);
  });
});

describe("images of carbon (B = 20) truncated at a resolution", () => {
  test.each([
    [1.5, [0.5603, 0.42649, 0.17721, 0.03337, 0.00661, 0.00345, -0.00161, 0.00082]],
    [2, [0.4336, 0.35801, 0.19143, 0.05049, -0.00459, -0.00181, 0.00581, -0.00324]],
    [3, [0.2238, 0.20279, 0.14847, 0.0822, 0.02679, -0.00436, -0.01158, 0.00267]],
    [4, [0.11854, 0.11184, 0.09339, 0.06762, 0.0403, 0.01686, 0.00084, -0.00752]],
  ])("at %d A", (resolution, expected) => {
    const { at } = carbonMap({}, 56.5, 113, resolution);
    // Terms of a box are a lattice: its sum comes within this of the integral.
    [0, 0.5, 1, 1.5, 2, 2.5, 3, 4].forEach((r, index) =>
      expect(Math.abs(at(r, 0, 0) - expected[index]!)).toBeLessThan(0.0005),
    );
  });

  test("a B added afterwards equals one in the atom", () => {
    const added = carbonMap({}, 24, 48, 3, 30).values;
    const inside = carbonMap({ bFactor: Float64Array.of(50) }, 24, 48, 3).values;
    let largest = 0;
    added.forEach((value, voxel) => {
      largest = Math.max(largest, Math.abs(value - inside[voxel]!));
    });
    expect(largest).toBeLessThan(1e-4);
  });
});
