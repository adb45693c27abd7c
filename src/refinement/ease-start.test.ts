// Starts with broken bonds come to rest, every centre of the right hand.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { readModel } from "../io/read-model.ts";
import { createEngine } from "../kernels/engine.ts";
import { chiralVolume } from "../math/internal-coordinates.ts";
import { withCoordinates } from "../model/model.ts";
import { simulateMap } from "../scattering/simulate-map.ts";
import { easeStart, isBroken } from "./ease-start.ts";
import { assess, prepareProblem, type RefinementProblem } from "./problem.ts";
import { defaultRefineOptions } from "./refine-options.ts";

const path = new URL("../../example/true.pdb", import.meta.url).pathname;
const truth = await readModel(readFileSync(path), path, createRunContext());
const engine = createEngine();
const settings = { resolution: 3, table: "electron", voxel: 1, margin: 6, noise: 0.3 } as const;
const map = simulateMap(engine, truth.atoms, settings, createRunContext({ rng: createRng(2) }));
const options = { ...defaultRefineOptions, resolution: 3 };

function rmsd(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0) / (a.length / 3));
}

test("a start with 0.9 A of noise on every atom ends whole, nearer to the truth, its centres of the right hand", async () => {
  const rng = createRng(5);
  const noisy = withCoordinates(
    truth,
    truth.atoms.xyz.map((value) => value + 0.52 * rng.normal()),
  );
  const problem = prepareProblem(engine, noisy, map, loadDictionary(), options, createRunContext());
  const inverted = ({ topology, model }: RefinementProblem): number => {
    const { count, both, centre, i, j, k, idealVolume } = topology.chiralities;
    const { xyz } = model.atoms;
    let wrong = 0;
    for (let row = 0; row < count; row++) {
      if (both[row] === 1) continue;
      if (chiralVolume(xyz, centre[row]!, i[row]!, j[row]!, k[row]!) * idealVolume[row]! < 0) wrong++;
    }
    return wrong;
  };
  const before = assess(problem, problem.model.atoms.xyz, noisy, createRunContext());
  expect(isBroken(before.geometry.bond.rmsd)).toBe(true);
  expect(inverted(problem)).toBeGreaterThan(3);
  const eased = await easeStart(problem, createRunContext());
  expect(eased.atoms.name).toEqual(noisy.atoms.name);
  expect(noisy.atoms.xyz).not.toEqual(eased.atoms.xyz);
  expect(rmsd(eased.atoms.xyz, truth.atoms.xyz)).toBeLessThan(0.6 * rmsd(noisy.atoms.xyz, truth.atoms.xyz));
  const next = prepareProblem(engine, eased, map, loadDictionary(), options, createRunContext());
  const after = assess(next, next.model.atoms.xyz, eased, createRunContext());
  expect(isBroken(after.geometry.bond.rmsd)).toBe(false);
  expect(after.geometry.angle.rmsd).toBeLessThan(3);
  expect(inverted(next)).toBe(0);
});

test("a sound start and one without bonds are not broken", () => {
  expect(isBroken(0.02)).toBe(false);
  expect(isBroken(null)).toBe(false);
});
