// Deviations, Z scores and outliers counted by hand on a small peptide.
import { describe, expect, test } from "vitest";
import { atomLine, peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { createEngine } from "../../kernels/engine.ts";
import { type Model, withCoordinates } from "../../model/model.ts";
import { copyTerms, forEachDeviation, worstRestraints } from "./geometry-statistics.ts";
import { computeGeometry, type ModelGeometry, measureGeometry } from "./model-geometry.ts";

const lines = peptideLines(["ALA", "GLY", "ALA", "ALA"], { phi: -60, psi: -45 });
const plain = readLines(lines);

function measure(model: Model): ModelGeometry {
  return computeGeometry(
    createEngine(),
    { model, dictionary: loadDictionary() },
    { unknownLigands: "error" },
    createRunContext(),
  );
}

function moved(model: Model, atom: number, shift: readonly [number, number, number]): Model {
  const xyz = model.atoms.xyz.slice();
  shift.forEach((value, axis) => {
    xyz[3 * atom + axis]! += value;
  });
  return withCoordinates(model, xyz);
}

describe("statistics of a model's restraints", () => {
  test("are root mean squares over the list of deviations", () => {
    const { geometry, topology } = measure(plain);
    const bonds: [number, number][] = [];
    forEachDeviation(topology, plain.atoms.xyz, ({ kind, ideal, model, delta, sigma }) => {
      if (kind !== "bond") return;
      expect(delta).toBeCloseTo(ideal - model, 12);
      bonds.push([delta, sigma]);
    });
    const rootMeanSquare = (values: readonly number[]): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(geometry.bond.count).toBe(topology.bonds.count);
    expect(geometry.bond.rmsd).toBeCloseTo(rootMeanSquare(bonds.map(([delta]) => delta)), 12);
    expect(geometry.bond.rmsZ).toBeCloseTo(rootMeanSquare(bonds.map(([delta, sigma]) => delta / sigma)), 12);
    expect(geometry.planarity.count).toBe(topology.planes.count);
  });

  test("have the angle between planes that a user wants parallel, where there are any", () => {
    expect(measure(plain).geometry.parallelity).toEqual({ rmsd: null, rmsZ: null, count: 0, outliers: 0 });
    const { topology } = measure(plain);
    const { xyz } = plain.atoms;
    const two = { count: 1, firstOffset: Int32Array.of(0, 3), secondOffset: Int32Array.of(0, 3) };
    const groups = { first: Int32Array.of(0, 1, 2), second: Int32Array.of(1, 2, 5) };
    // The planes N, CA, C and CA, C, N share CA-C: their angle is psi, -45 degrees.
    const parallelities = { ...two, ...groups, ideal: Float64Array.of(0), sigma: Float64Array.of(0.027) };
    const found: number[] = [];
    forEachDeviation({ ...topology, parallelities }, xyz, ({ kind, model, delta, sigma }) => {
      if (kind === "parallelity") found.push(model, delta, sigma);
    });
    expect(found.map((value) => Number(value.toFixed(1)))).toEqual([45, -45, 1.5]);
  });

  test("are the same later and elsewhere, from terms that were copied, whatever their ideal values have become", () => {
    const { geometry, topology } = measure(plain);
    const { xyz } = plain.atoms;
    const hydrogenBondException = topology.isHydrogen.includes(1);
    const atHand = structuredClone({ terms: copyTerms(topology), xyz, hydrogenBondException });
    const kept = { terms: copyTerms(topology), xyz, hydrogenBondException };
    topology.bonds.ideal.fill(9);
    topology.angles.ideal.fill(9);
    topology.angles.sigma.fill(9);
    const { kernels } = createEngine();
    expect([measureGeometry(atHand, kernels), measureGeometry(kept, kernels)]).toEqual([geometry, geometry]);
  });

  test("a pulled atom shows as outlier and heads the list of the worst", () => {
    const beta = plain.atoms.name.indexOf("CB");
    const model = moved(plain, beta, [0, 0, 0.6]);
    const before = measure(plain).geometry;
    const { geometry, topology } = measure(model);
    expect(before.bond.outliers).toBe(0);
    expect(geometry.bond.outliers).toBe(1);
    const [worst] = worstRestraints(model, topology, model.atoms.xyz, "bond", 3);
    expect(worst!.atoms.toSorted()).toEqual(["A 1 ALA CA", "A 1 ALA CB"]);
    expect(Math.sign(worst!.z)).toBe(Math.sign(worst!.model - worst!.ideal));
    expect(worstRestraints(model, topology, model.atoms.xyz, "bond", 3)).toHaveLength(3);
  });

  test("two atoms put together are the nearest and a close pair", () => {
    const oxygen = plain.atoms.name.indexOf("O");
    const last = plain.atoms.count - 1;
    const model = moved(
      plain,
      last,
      [0, 1, 2].map(
        (axis) => plain.atoms.xyz[3 * oxygen + axis]! - plain.atoms.xyz[3 * last + axis]! + (axis === 0 ? 1.5 : 0),
      ) as [number, number, number],
    );
    const { nonbonded } = measure(model).geometry;
    expect(nonbonded.minDistance).toBeLessThanOrEqual(1.5);
    expect(nonbonded.closePairs).toBeGreaterThan(measure(plain).geometry.nonbonded.closePairs);
    expect(nonbonded.energy).toBeGreaterThan(300);
  });

  test("leave hydrogens to a second block, which models without them lack", () => {
    expect(measure(plain).geometry.withHydrogens).toBeNull();
    const alpha = plain.atoms.name.indexOf("CA");
    const at = [0, 1, 2].map((axis) => plain.atoms.xyz[3 * alpha + axis]! + (axis === 2 ? -0.97 : 0));
    const hydrogen = atomLine(90, "HA", "ALA", 1, at as unknown as [number, number, number]);
    const { geometry } = measure(readLines([...lines, hydrogen]));
    const { geometry: heavy } = measure(plain);
    expect([geometry.bond.count, geometry.angle.count]).toEqual([heavy.bond.count, heavy.angle.count]);
    expect(geometry.bond.rmsd).toBe(heavy.bond.rmsd);
    expect(geometry.withHydrogens!.bond.count).toBe(heavy.bond.count + 1);
  });

  test("have no rmsd where there are no terms", () => {
    const water = readLines([atomLine(1, "O", "HOH", 1, [0, 0, 0])]);
    const { geometry } = measure(water);
    expect(geometry.bond).toEqual({ rmsd: null, rmsZ: null, count: 0, outliers: 0 });
    expect(geometry.nonbonded).toMatchObject({ count: 0, minDistance: null, energy: 0 });
  });
});
