// Springs between near atoms: which there are, at rest where they were made, with the right gradient.
import { describe, expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { createEngine } from "../kernels/engine.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { buildTopology } from "../topology/build-topology.ts";
import { covalentSubset } from "./covalent.ts";
import { buildElasticNetwork, elasticReach } from "./elastic.ts";
import { contactDistance } from "./nonbonded.ts";

const model = readLines(
  peptideLines(
    Array.from({ length: 8 }, () => "ALA"),
    { phi: -60, psi: -45 },
  ),
);
const topology = buildTopology(model, loadDictionary(), { unknownLigands: "error" }, createRunContext());
const { xyz, count } = model.atoms;
const engine = createEngine();
const neighbours = engine.kernels.findNeighbours(xyz, count, elasticReach);
const everything = new Uint8Array(count).fill(1);
const network = buildElasticNetwork(topology, xyz, neighbours, {
  moving: everything,
  backbone: Uint8Array.from(model.atoms.name, (name) => (name === "CB" ? 0 : 1)),
  hydrogenBondException: false,
});

describe("elastic network", () => {
  test("spans pairs within reach that are neither bonded to each other nor to one atom, nor in contact", () => {
    expect(network.count).toBeGreaterThan(20);
    for (let spring = 0; spring < network.count; spring++) {
      const [i, j] = [network.i[spring]!, network.j[spring]!];
      const { excludeOffset, exclude } = topology.nonbonded;
      expect(exclude.subarray(excludeOffset[i], excludeOffset[i + 1])).not.toContain(j);
      expect(network.length[spring]).toBeCloseTo(distanceBetween(xyz, i, j), 12);
      expect(network.length[spring]).toBeLessThanOrEqual(elasticReach);
      expect(network.length[spring]).toBeGreaterThan(0.8 * contactDistance(topology.nonbonded, i, j, false));
    }
  });

  test("is softer where an atom beyond the backbone takes part", () => {
    const stiffness = (wanted: boolean): number[] => [
      ...new Set(
        [...network.stiffness].filter(
          (_, spring) =>
            [network.i[spring]!, network.j[spring]!].some((atom) => model.atoms.name[atom] === "CB") === wanted,
        ),
      ),
    ];
    expect(stiffness(true)).toHaveLength(1);
    expect(stiffness(false)).toHaveLength(1);
    expect(stiffness(true)[0]).toBeLessThan(stiffness(false)[0]!);
  });

  test("has no springs where nothing moves", () => {
    const still = { moving: new Uint8Array(count), backbone: everything, hydrogenBondException: false };
    expect(buildElasticNetwork(topology, xyz, neighbours, still).count).toBe(0);
  });

  test("is at rest where it was made and pulls back with its gradient elsewhere", () => {
    const none = { touching: new Uint8Array(count) };
    const evaluate = (at: Float64Array): { energy: number; gradient: Float64Array } => {
      const input = { lists: covalentSubset(topology, none), elastic: network, xyz: at };
      const { energies, gradient } = evaluateTerms(engine, input);
      return { energy: energies.elastic, gradient };
    };
    expect(evaluate(xyz).energy).toBe(0);
    expect(Math.hypot(...evaluate(xyz).gradient)).toBe(0);
    const rng = createRng(2);
    const moved = xyz.map((value) => value + 0.2 * rng.normal());
    const { energy, gradient } = evaluate(moved);
    expect(energy).toBeGreaterThan(0);
    for (let at = 0; at < 3 * count; at += 7) {
      const [plus, minus] = [moved.slice(), moved.slice()];
      plus[at]! += 1e-5;
      minus[at]! -= 1e-5;
      const numeric = (evaluate(plus).energy - evaluate(minus).energy) / 2e-5;
      expect(numeric).toBeCloseTo(gradient[at]!, 4);
    }
  });
});
