import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { dihedralAngle } from "../math/internal-coordinates.ts";
import type { AngleList, BondList, ChiralityList, DihedralList, PlaneList } from "../topology/topology.ts";
import { addAngleEnergy } from "./angles.ts";
import { addBondEnergy, bondTerm } from "./bonds.ts";
import { addChiralityEnergy } from "./chirality.ts";
import { addDihedralEnergy } from "./dihedrals.ts";
import { addNonbondedEnergy } from "./nonbonded.ts";
import { addPlanarityEnergy } from "./planarity.ts";

const none = Int32Array.of(-1);
const row = (value: number): Int32Array => Int32Array.of(value);

const bonds: BondList = {
  count: 1,
  i: row(0),
  j: row(1),
  ideal: Float64Array.of(1.5),
  sigma: Float64Array.of(0.02),
  link: none,
};
const angles: AngleList = {
  count: 1,
  i: row(0),
  j: row(1),
  k: row(2),
  ideal: Float64Array.of(95),
  sigma: Float64Array.of(3),
  link: none,
};

function dihedrals(periodicity: number): DihedralList {
  return {
    count: 1,
    i: row(0),
    j: row(1),
    k: row(2),
    l: row(3),
    ideal: Float64Array.of(0),
    sigma: Float64Array.of(5),
    periodicity: Int8Array.of(periodicity),
    id: ["chi1"],
    link: none,
  };
}

function chirality(both: number): ChiralityList {
  return {
    count: 1,
    centre: row(0),
    i: row(1),
    j: row(2),
    k: row(3),
    idealVolume: Float64Array.of(2.5),
    sigma: Float64Array.of(0.2),
    both: Uint8Array.of(both),
  };
}

const plane: PlaneList = {
  count: 1,
  offset: Int32Array.of(0, 5),
  atom: Int32Array.of(0, 1, 2, 3, 4),
  sigma: new Float64Array(5).fill(0.02),
  id: ["plane"],
};

describe("reference values of refinement.md 14.1 (cctbx 2022.9)", () => {
  test("bond", () => {
    const gradient = new Float64Array(6);
    expect(addBondEnergy(bonds, Float64Array.of(0, 0, 0, 1.6, 0, 0), gradient)).toBeCloseTo(25, 6);
    expect(gradient[0]).toBeCloseTo(-500, 6);
  });

  test("bond with slack and top-out on the long side", () => {
    const term = bondTerm(1.6, 1.5, 2500, 0.02, 0.05);
    expect(term.energy).toBeCloseTo(5.766845, 6);
    expect(-term.derivative).toBeCloseTo(-30.921896, 6);
  });

  test("non-bonded", () => {
    const energyAt = (distance: number): [number, number] => {
      const gradient = new Float64Array(6);
      const pairs = { count: 1, i: row(0), j: row(1), contact: Float64Array.of(3.4) };
      return [addNonbondedEnergy(pairs, Float64Array.of(0, 0, 0, distance, 0, 0), gradient), gradient[0]!];
    };
    expect(energyAt(3)[0]).toBeCloseTo(2.56, 6);
    expect(energyAt(3)[1]).toBeCloseTo(25.6, 6);
    expect(energyAt(2.5)[0]).toBeCloseTo(65.61, 6);
    expect(energyAt(2)[0]).toBeCloseTo(384.16, 6);
  });

  test("angle", () => {
    const gradient = new Float64Array(9);
    expect(addAngleEnergy(angles, Float64Array.of(1, 0, 0, 0, 0, 0, 0, 1.2, 0.1), gradient)).toBeCloseTo(2.777778, 6);
    const expected = [0, 63.442073, 5.286839, -52.868394, -63.442073, -5.286839];
    for (let index = 0; index < 6; index++) expect(gradient[index]).toBeCloseTo(expected[index]!, 5);
  });

  test.each([
    [0, 134.535023, -265.827742],
    [1, 180.480407, -325.631349],
    [2, 138.067416, -172.58427],
    [3, 85.098342, -13.415524],
  ])("dihedral of periodicity %i", (periodicity, energy, gradientZ) => {
    const xyz = Float64Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 0.5, 1, 0.8);
    const gradient = new Float64Array(12);
    expect(dihedralAngle(xyz, 0, 1, 2, 3)).toBeCloseTo(-57.994617, 6);
    expect(addDihedralEnergy(dihedrals(periodicity), xyz, gradient)).toBeCloseTo(energy, 5);
    expect(gradient[2]).toBeCloseTo(gradientZ, 5);
  });

  test("chirality", () => {
    const gradient = new Float64Array(12);
    const xyz = Float64Array.of(0, 0, 0, 1.5, 0.1, 0, -0.5, 1.4, 0, -0.5, -0.7, 1.2);
    expect(addChiralityEnergy(chirality(0), xyz, gradient)).toBeCloseTo(0.16, 6);
    [-6.24, -9.6, -16.8].forEach((value, index) => expect(gradient[index]).toBeCloseTo(value, 6));
  });

  test("plane", () => {
    const xyz = Float64Array.of(0, 0, 0.1, 1, 0, -0.1, 1, 1, 0.05, 0, 1, -0.05, 0.5, 0.5, 0.02);
    expect(addPlanarityEnergy(plane, xyz, new Float64Array(15))).toBeCloseTo(56.904425, 5);
  });
});

describe("gradients are those of finite differences", () => {
  const terms: Record<string, (xyz: Float64Array, gradient: Float64Array) => number> = {
    bond: (xyz, gradient) => addBondEnergy(bonds, xyz, gradient),
    angle: (xyz, gradient) => addAngleEnergy(angles, xyz, gradient),
    "harmonic dihedral": (xyz, gradient) => addDihedralEnergy(dihedrals(0), xyz, gradient),
    "periodic dihedral": (xyz, gradient) => addDihedralEnergy(dihedrals(3), xyz, gradient),
    chirality: (xyz, gradient) => addChiralityEnergy(chirality(0), xyz, gradient),
    "chirality of either hand": (xyz, gradient) => addChiralityEnergy(chirality(1), xyz, gradient),
    planarity: (xyz, gradient) => addPlanarityEnergy(plane, xyz, gradient),
    "non-bonded": (xyz, gradient) =>
      addNonbondedEnergy(
        { count: 2, i: Int32Array.of(0, 1), j: Int32Array.of(3, 4), contact: Float64Array.of(3.4, 3.1) },
        xyz,
        gradient,
      ),
  };
  test.each(Object.entries(terms))("%s, 200 random geometries", (_name, term) => {
    const rng = createRng(7);
    const dummy = new Float64Array(15);
    for (let round = 0; round < 200; round++) {
      const xyz = Float64Array.from({ length: 15 }, () => 1.5 * rng.normal());
      const gradient = new Float64Array(15);
      term(xyz, gradient);
      const size = Math.hypot(...gradient);
      const force = [0, 0, 0];
      for (let index = 0; index < 15; index++) {
        force[index % 3]! += gradient[index]!;
        const step = 1e-5;
        const plus = xyz.slice();
        const minus = xyz.slice();
        plus[index]! += step;
        minus[index]! -= step;
        const numeric = (term(plus, dummy) - term(minus, dummy)) / (2 * step);
        expect(Math.abs(numeric - gradient[index]!)).toBeLessThan(1e-5 * size + 1e-4);
      }
      expect(Math.hypot(...force)).toBeLessThan(1e-8 * (1 + size));
    }
  });
});
