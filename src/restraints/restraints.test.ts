import { describe, expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { createRng } from "../base/rng.ts";
import { createEngine } from "../kernels/engine.ts";
import { dihedralAngle } from "../math/internal-coordinates.ts";
import type { AngleList, BondList, ChiralityList, DihedralList, PlaneList } from "../topology/topology.ts";
import type { CovalentLists } from "./covalent.ts";
import type { NonbondedPairs } from "./nonbonded.ts";
import { covalentEnergy } from "./term-table.ts";

const engines = { simd: createEngine(), reference: createEngine({ kind: "reference" }) };
type Kind = keyof typeof engines;
const kinds: readonly Kind[] = ["simd", "reference"];

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

const nothing: CovalentLists = {
  bonds: { ...bonds, count: 0 },
  angles: { ...angles, count: 0 },
  dihedrals: { ...dihedrals(0), count: 0 },
  chiralities: { ...chirality(0), count: 0 },
  planes: { ...plane, count: 0 },
};

/** Energy and gradient of some lists of terms and pairs. */
function evaluate(
  kind: Kind,
  { pairs, ...lists }: Partial<CovalentLists> & { readonly pairs?: NonbondedPairs },
  xyz: Float64Array,
): { energy: number; gradient: Float64Array } {
  const input = { lists: { ...nothing, ...lists }, xyz, ...(pairs ? { pairs } : {}) };
  const { energies, gradient } = evaluateTerms(engines[kind], input);
  return { energy: covalentEnergy(energies) + energies.nonbonded, gradient };
}

describe.each(kinds)("reference values of refinement.md 14.1 (cctbx 2022.9), %s", (kind) => {
  test("bond", () => {
    const { energy, gradient } = evaluate(kind, { bonds }, Float64Array.of(0, 0, 0, 1.6, 0, 0));
    expect(energy).toBeCloseTo(25, 6);
    expect(gradient[0]).toBeCloseTo(-500, 6);
  });

  test("bond with slack and top-out on the long side", () => {
    const special = { ...bonds, slack: Float64Array.of(0.02), limit: Float64Array.of(0.05) };
    const { energy, gradient } = evaluate(kind, { bonds: special }, Float64Array.of(1.6, 0, 0, 0, 0, 0));
    expect(energy).toBeCloseTo(5.766845, 6);
    // Pulled back along the bond by as much as the reference's derivative.
    expect(gradient[0]).toBeCloseTo(30.921896, 6);
  });

  test("non-bonded", () => {
    const energyAt = (distance: number): [number, number] => {
      const pairs = { count: 1, i: row(0), j: row(1), contact: Float64Array.of(3.4) };
      const { energy, gradient } = evaluate(kind, { pairs }, Float64Array.of(0, 0, 0, distance, 0, 0));
      return [energy, gradient[0]!];
    };
    expect(energyAt(3)[0]).toBeCloseTo(2.56, 6);
    expect(energyAt(3)[1]).toBeCloseTo(25.6, 6);
    expect(energyAt(2.5)[0]).toBeCloseTo(65.61, 6);
    expect(energyAt(2)[0]).toBeCloseTo(384.16, 6);
  });

  test("angle", () => {
    const { energy, gradient } = evaluate(kind, { angles }, Float64Array.of(1, 0, 0, 0, 0, 0, 0, 1.2, 0.1));
    expect(energy).toBeCloseTo(2.777778, 6);
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
    const found = evaluate(kind, { dihedrals: dihedrals(periodicity) }, xyz);
    expect(dihedralAngle(xyz, 0, 1, 2, 3)).toBeCloseTo(-57.994617, 6);
    expect(found.energy).toBeCloseTo(energy, 5);
    expect(found.gradient[2]).toBeCloseTo(gradientZ, 5);
  });

  test("chirality", () => {
    const xyz = Float64Array.of(0, 0, 0, 1.5, 0.1, 0, -0.5, 1.4, 0, -0.5, -0.7, 1.2);
    const { energy, gradient } = evaluate(kind, { chiralities: chirality(0) }, xyz);
    expect(energy).toBeCloseTo(0.16, 6);
    [-6.24, -9.6, -16.8].forEach((value, index) => expect(gradient[index]).toBeCloseTo(value, 6));
  });

  test("plane", () => {
    const xyz = Float64Array.of(0, 0, 0.1, 1, 0, -0.1, 1, 1, 0.05, 0, 1, -0.05, 0.5, 0.5, 0.02);
    expect(evaluate(kind, { planes: plane }, xyz).energy).toBeCloseTo(56.904425, 5);
  });
});

const collinear = Float64Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0);

describe("gradients are those of finite differences", () => {
  const special = { ...bonds, slack: Float64Array.of(0.1), limit: Float64Array.of(0.3) };
  const terms: Record<string, Parameters<typeof evaluate>[1]> = {
    bond: { bonds },
    "bond with slack and top-out": { bonds: special },
    angle: { angles },
    "harmonic dihedral": { dihedrals: dihedrals(0) },
    "periodic dihedral": { dihedrals: dihedrals(3) },
    chirality: { chiralities: chirality(0) },
    "chirality of either hand": { chiralities: chirality(1) },
    planarity: { planes: plane },
    "non-bonded": {
      pairs: { count: 2, i: Int32Array.of(0, 1), j: Int32Array.of(3, 4), contact: Float64Array.of(3.4, 3.1) },
    },
  };

  test.each(kinds.flatMap((kind) => Object.entries(terms).map(([name, term]) => [name, kind, term] as const)))(
    "%s, %s, 200 random geometries",
    (_name, kind, term) => {
      const rng = createRng(7);
      for (let round = 0; round < 200; round++) {
        const xyz = Float64Array.from({ length: 15 }, () => 1.5 * rng.normal());
        const { gradient } = evaluate(kind, term, xyz);
        const size = Math.hypot(...gradient);
        const force = [0, 0, 0];
        for (let index = 0; index < 15; index++) {
          force[index % 3]! += gradient[index]!;
          const step = 1e-5;
          const plus = xyz.slice();
          const minus = xyz.slice();
          plus[index]! += step;
          minus[index]! -= step;
          const numeric = (evaluate(kind, term, plus).energy - evaluate(kind, term, minus).energy) / (2 * step);
          expect(Math.abs(numeric - gradient[index]!)).toBeLessThan(1e-5 * size + 1e-4);
        }
        expect(Math.hypot(...force)).toBeLessThan(1e-8 * (1 + size));
      }
    },
  );

  test.each(Object.entries(terms))("%s: compiled and plain agree, also on a line and in one point", (_name, term) => {
    const rng = createRng(8);
    const places = Array.from({ length: 50 }, () => Float64Array.from({ length: 15 }, () => rng.normal()));
    for (const xyz of [...places, collinear, new Float64Array(15)]) {
      const [compiled, plain] = kinds.map((kind) => evaluate(kind, term, xyz));
      expect(Math.abs(compiled!.energy - plain!.energy)).toBeLessThan(1e-10 * (1 + plain!.energy));
      const size = Math.hypot(...plain!.gradient);
      compiled!.gradient.forEach((value, at) => {
        expect(Math.abs(value - plain!.gradient[at]!)).toBeLessThan(1e-9 * (1 + size));
      });
    }
  });
});
