// The whole target: its gradient, what leaves it unchanged, where it leads without a map, and its pair list.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { createEngine } from "../kernels/engine.ts";
import { dihedralAngle } from "../math/internal-coordinates.ts";
import { minimizeLbfgs } from "../math/lbfgs.ts";
import type { Model } from "../model/model.ts";
import { simulateMap } from "../scattering/simulate-map.ts";
import type { Topology } from "../topology/topology.ts";
import { minimizeTarget } from "./minimize.ts";
import { createTarget, prepareProblem, type RefinementProblem } from "./problem.ts";
import { defaultRefineOptions, type RefineOptions } from "./refine-options.ts";
import { planSupplement, type SupplementPlan } from "./supplement/build-supplement.ts";

const helix = { phi: -60, psi: -45 };
const twenty = Array.from({ length: 20 }, (_, index) => (index % 4 === 3 ? "GLY" : "ALA"));

/** A problem in the model's own noisy map; the model may differ from the one that made the map. */
function prepare(
  model: Model,
  options: Partial<RefineOptions> = {},
  plan: SupplementPlan | null = null,
): RefinementProblem {
  const engine = createEngine();
  const context = createRunContext({ rng: createRng(5) });
  const settings = { resolution: 3, table: "electron", voxel: 1, margin: 6, noise: 0.3 } as const;
  const map = simulateMap(engine, model.atoms, settings, context);
  return prepareProblem(
    engine,
    model,
    map,
    loadDictionary(),
    { ...defaultRefineOptions, quality: "fast", resolution: 3, ...options },
    context,
    { supplementPlan: plan, rotamers: null, ramachandran: null },
  );
}

function shaken(xyz: Float64Array, sigma: number, seed: number): Float64Array {
  const rng = createRng(seed);
  return xyz.map((value) => value + sigma * rng.normal());
}

/** A helix whose first residue has its amide hydrogen, and a water molecule with both of its hydrogens near it. */
function modelWithHydrogens(): Model {
  const lines = peptideLines(twenty.slice(0, 8), helix);
  const add = (name: string, residue: string, number: number, point: readonly [number, number, number]): void => {
    lines.push(atomLine(lines.length + 1, name, residue, number, point));
  };
  add("HA", "ALA", 1, [1.8, -0.5, -0.9]);
  add("H", "ALA", 2, [2, -1.6, 1.7]);
  add("HB1", "ALA", 2, [3.5, -3, 3]);
  add("HB2", "ALA", 2, [4, -2, 4]);
  add("HB3", "ALA", 2, [3, -2, 4]);
  add("O", "HOH", 101, [-2, -2, -1]);
  add("H1", "HOH", 101, [-2.7, -2, -1.5]);
  add("H2", "HOH", 101, [-2, -2.8, -0.6]);
  return readLines(lines);
}

describe("gradient of the full target", () => {
  test.each([
    ["without hydrogens", readLines(peptideLines(twenty, helix))],
    ["with riding hydrogens", modelWithHydrogens()],
  ])("is that of finite differences, %s", (_name, model) => {
    const problem = prepare(model);
    const target = createTarget(problem, shaken(model.atoms.xyz, 0.05, 3));
    target.weight = 20;
    target.repulsionFactor = 2;
    const x = shaken(target.packFree(), 0.05, 4);
    const gradient = new Float64Array(x.length);
    const unused = new Float64Array(x.length);
    target.objective(x, gradient);
    expect(target.parts.map).not.toBe(0);
    expect(target.parts.nonbonded).toBeGreaterThan(0);
    expect(target.parts.elastic).toBeGreaterThan(0);
    const step = 1e-4;
    let squares = 0;
    let scale = 0;
    for (let at = 0; at < x.length; at++) {
      const [plus, minus] = [x.slice(), x.slice()];
      plus[at]! += step;
      minus[at]! -= step;
      const numeric = (target.objective(plus, unused) - target.objective(minus, unused)) / (2 * step);
      squares += (numeric - gradient[at]!) ** 2;
      scale += numeric ** 2;
    }
    expect(Math.sqrt(squares / scale)).toBeLessThan(1e-5);
  });

  test("is that of finite differences with supplementary restraints, which move neither bonds nor contacts as measured", async () => {
    const wanted = { ramachandran: true, rotamers: true, cBeta: true, secondaryStructure: true };
    const names = twenty.map((name, at) => (at % 5 === 2 ? "SER" : name));
    const model = readLines(peptideLines(names, { phi: -70, psi: -35 }));
    const target = createTarget(prepare(model, {}, await planSupplement(wanted, 3)), shaken(model.atoms.xyz, 0.05, 3));
    const plain = createTarget(prepare(model), shaken(model.atoms.xyz, 0.05, 3));
    expect(target.measure()).toEqual(plain.measure());
    const x = shaken(target.packFree(), 0.05, 4);
    const gradient = new Float64Array(x.length);
    target.objective(x, gradient);
    expect(target.parts.supplement).toBeGreaterThan(1);
    const direction = shaken(new Float64Array(x.length), 1, 5);
    const at = (step: number): number =>
      target.objective(
        x.map((value, c) => value + step * direction[c]!),
        new Float64Array(x.length),
      );
    const numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
    const analytic = gradient.reduce((sum, value, c) => sum + value * direction[c]!, 0);
    expect(Math.abs(numeric - analytic)).toBeLessThan(1e-6 * Math.hypot(...gradient) * Math.hypot(...direction));
  });

  test("firmness multiplies the supplementary restraints and nothing else", async () => {
    const wanted = { ramachandran: true, rotamers: true, cBeta: true, secondaryStructure: true };
    const model = readLines(peptideLines(twenty, { phi: -70, psi: -35 }));
    const problem = prepare(model, {}, await planSupplement(wanted, 4.2));
    const start = shaken(model.atoms.xyz, 0.1, 7);
    const partsAt = (firmness: number) => {
      const target = createTarget(problem, start, { firmness });
      const x = target.packFree();
      target.objective(x, new Float64Array(x.length));
      return { ...target.parts };
    };
    const plain = partsAt(1);
    const firm = partsAt(2.5);
    expect(firm.supplement / plain.supplement).toBeCloseTo(2.5, 6);
    expect({ ...firm, supplement: 0 }).toEqual({ ...plain, supplement: 0 });
  });

  test("restraints exert no total force and no torque", () => {
    const model = modelWithHydrogens();
    const target = createTarget(prepare(model), shaken(model.atoms.xyz, 0.1, 6));
    target.weight = 0;
    const x = target.packFree();
    const gradient = new Float64Array(x.length);
    target.objective(x, gradient);
    const size = Math.hypot(...gradient);
    const force = [0, 0, 0];
    const torque = [0, 0, 0];
    for (let at = 0; at < x.length; at += 3) {
      for (let c = 0; c < 3; c++) {
        const [d, e] = [(c + 1) % 3, (c + 2) % 3];
        force[c]! += gradient[at + c]!;
        torque[c]! += x[at + d]! * gradient[at + e]! - x[at + e]! * gradient[at + d]!;
      }
    }
    expect(size).toBeGreaterThan(100);
    expect(Math.hypot(...force)).toBeLessThan(1e-8);
    expect(Math.hypot(...torque)).toBeLessThan(1e-8);
  });
});

describe("minimised without a map, a shaken peptide of twenty residues", () => {
  const model = readLines(peptideLines(twenty, helix));
  const problem = prepare(model, { elasticNetwork: false });

  test("comes back to ideal bonds with every peptide trans", async () => {
    const target = createTarget(problem, shaken(model.atoms.xyz, 0.3, 8));
    target.weight = 0;
    for (let cycle = 0; cycle < 3; cycle++) await minimizeTarget(problem.engine, target, 200, createRunContext());
    expect(target.measure().bonds.all).toBeLessThan(0.003);
    for (const { caPrevious, cPrevious, n, ca } of problem.topology.backbone) {
      expect(Math.abs(dihedralAngle(target.xyz, caPrevious, cPrevious, n, ca))).toBeGreaterThan(150);
    }
  });

  test("reaches with the preconditioner what it reaches without", () => {
    const run = (preconditioned: boolean): number => {
      const target = createTarget(problem, shaken(model.atoms.xyz, 0.05, 9));
      target.weight = 0;
      const preconditioner = preconditioned ? { preconditioner: target.makePreconditioner() } : {};
      return minimizeLbfgs(target.objective, target.packFree(), { maximumIterations: 3000, ...preconditioner }).value;
    };
    expect(run(true) / run(false)).toBeCloseTo(1, 1);
  });
});

/** Number of bonds between atoms, up to 4, by breadth-first search. */
function bondDistances({ bonds, atomCount }: Topology): Uint8Array {
  const partners: number[][] = Array.from({ length: atomCount }, () => []);
  for (let bond = 0; bond < bonds.count; bond++) {
    partners[bonds.i[bond]!]!.push(bonds.j[bond]!);
    partners[bonds.j[bond]!]!.push(bonds.i[bond]!);
  }
  const distances = new Uint8Array(atomCount * atomCount).fill(4);
  for (let start = 0; start < atomCount; start++) {
    distances[start * atomCount + start] = 0;
    let shell = [start];
    for (let depth = 1; depth <= 3; depth++) {
      shell = shell.flatMap((atom) => partners[atom]!);
      for (const atom of shell) {
        const at = start * atomCount + atom;
        distances[at] = Math.min(distances[at]!, depth);
      }
    }
  }
  return distances;
}

/** Repulsion of all pairs, each looked at. */
function repulsionByDefinition({ atomCount, nonbonded }: Topology, distances: Uint8Array, xyz: Float64Array): number {
  let energy = 0;
  for (let i = 0; i < atomCount; i++) {
    for (let j = i + 1; j < atomCount; j++) {
      const apart = distances[i * atomCount + j]!;
      if (apart < 3) continue;
      const reach = (nonbonded.radius[i]! + nonbonded.radius[j]!) * (apart === 3 ? 0.8 : 1);
      const distance = Math.hypot(...[0, 1, 2].map((c) => xyz[3 * i + c]! - xyz[3 * j + c]!));
      energy += 100 * Math.max(0, reach - distance) ** 4;
    }
  }
  return energy;
}

test("the pair list gives through 200 random moves what a search of all pairs gives", () => {
  const model = readLines(peptideLines(twenty, helix));
  const { topology, ...problem } = prepare(model, { elasticNetwork: false });
  const target = createTarget({ ...problem, topology }, model.atoms.xyz);
  target.weight = 0;
  const distances = bondDistances(topology);
  const gradient = new Float64Array(3 * target.free.length);
  let x = target.packFree();
  for (let move = 0; move < 200; move++) {
    x = shaken(x, 0.04, 100 + move);
    target.objective(x, gradient);
    const expected = repulsionByDefinition(topology, distances, target.xyz);
    expect(Math.abs(target.parts.nonbonded - expected)).toBeLessThan(1e-9 * (1 + expected));
  }
});
