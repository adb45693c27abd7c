import { describe, expect, test } from "vitest";
import { type AtomSketch, contactModel } from "../../test/support/contact-model.ts";
import {
  acceptorsNear,
  analysisWeights,
  createDotScoreEnvironment,
  type DotScoreEnvironment,
  hideAtoms,
  moveAtoms,
  placementWeights,
  positionsOf,
  scoreAtoms,
  showAtoms,
} from "./dot-score.ts";

/** A hydroxyl on a carbon, an acceptor above it and a carbon below it. */
const atoms: AtomSketch[] = [
  { name: "C1", element: "C", residue: "UNL", number: "1", at: [-1.42, 0, 0] },
  { name: "O1", element: "O", residue: "UNL", number: "1", at: [0, 0, 0] },
  { name: "H1", element: "H", residue: "UNL", number: "1", at: [0.28, 0, 0.79] },
  { name: "O1", element: "O", residue: "XX", number: "2", at: [0.9, 0, 2.6] },
  { name: "C1", element: "C", residue: "YY", number: "3", at: [0.9, 0, -2.7] },
];
const hydrogen = [2];
const up = [0.28, 0, 0.79];
const down = [0.28, 0, -0.79];

function environmentOf(weights = placementWeights): DotScoreEnvironment {
  const { model, topology } = contactModel(atoms);
  return createDotScoreEnvironment(model, topology, weights);
}

describe("a hydroxyl between an acceptor and a carbon", () => {
  test("scores best towards the acceptor", () => {
    const environment = environmentOf();
    const towards = scoreAtoms(environment, hydrogen, up);
    const away = scoreAtoms(environment, hydrogen, down);
    expect(towards.hydrogenBond).toBeGreaterThan(1);
    expect(towards.bump).toBe(0);
    expect(away.hydrogenBond).toBe(0);
    expect(away.bump).toBeLessThan(-1);
    expect(away.worstOverlap).toBeGreaterThan(0.2);
    expect(away.total).toBe(away.contact + away.bump + away.hydrogenBond);
  });

  test("weighs bumps and hydrogen bonds as told", () => {
    const placing = scoreAtoms(environmentOf(), hydrogen, up);
    const analysing = scoreAtoms(environmentOf(analysisWeights), hydrogen, up);
    expect(placing.hydrogenBond).toBeCloseTo(10 * analysing.hydrogenBond, 10);
    expect(placing.contact).toBe(analysing.contact);
  });

  test("stays where it was after trials", () => {
    const environment = environmentOf();
    const before = scoreAtoms(environment, hydrogen);
    scoreAtoms(environment, hydrogen, down);
    expect(positionsOf(environment, hydrogen)).toEqual(Float64Array.from(up));
    expect(scoreAtoms(environment, hydrogen)).toEqual(before);
    expect(before).toEqual(scoreAtoms(environment, hydrogen, up));
  });
});

test("dots inside a bonded atom touch nothing, however often the place is tried", () => {
  // Seen from the hydrogen, the carbon lies behind the oxygen's sphere.
  const { model, topology } = contactModel([
    ...atoms.slice(0, 3),
    { name: "C1", element: "C", residue: "XX", number: "2", at: [0, 2.2, -0.4] },
  ]);
  const environment = createDotScoreEnvironment(model, topology);
  const first = scoreAtoms(environment, hydrogen);
  expect(scoreAtoms(environment, hydrogen, up)).toEqual(first);
  expect(scoreAtoms(environment, hydrogen)).toEqual(first);
});

test("atoms that were moved are seen where they are now", () => {
  const environment = environmentOf();
  moveAtoms(environment, [4], [0.9, 0, -6]);
  expect(scoreAtoms(environment, hydrogen, down).bump).toBe(0);
  moveAtoms(environment, hydrogen, down);
  expect(scoreAtoms(environment, [4], [0.9, 0, -2.7]).bump).toBeLessThan(-1);
});

test("hidden atoms neither score nor touch until they are shown", () => {
  const environment = environmentOf();
  hideAtoms(environment, [4]);
  expect(scoreAtoms(environment, hydrogen, down).bump).toBe(0);
  hideAtoms(environment, hydrogen);
  expect(scoreAtoms(environment, hydrogen, up).total).toBe(0);
  showAtoms(environment, [2, 4]);
  expect(scoreAtoms(environment, hydrogen, down).bump).toBeLessThan(-1);
});

test("acceptors near an atom are found", () => {
  expect(acceptorsNear(environmentOf(), 1, 3)).toEqual([3]);
  expect(acceptorsNear(environmentOf(), 1, 2)).toEqual([]);
});

test("hydrogens of waters follow an amide's oxygen when it is flipped", () => {
  const amide = (name: string, element: string, at: readonly [number, number, number]): AtomSketch => ({
    name,
    element,
    residue: "ASN",
    number: "1",
    at,
  });
  const { model, topology } = contactModel([
    amide("CB", "C", [-1.5, 0, 0]),
    amide("CG", "C", [0, 0, 0]),
    amide("OD1", "O", [0.62, 1.07, 0]),
    amide("ND2", "N", [0.66, -1.15, 0]),
    { name: "O", element: "O", residue: "HOH", number: "2", at: [2.1, -3.6, 0] },
  ]);
  const environment = createDotScoreEnvironment(model, topology);
  expect(scoreAtoms(environment, [2]).hydrogenBond).toBe(0);
  const flipped = [0.62, -1.07, 0, 0.66, 1.15, 0];
  expect(scoreAtoms(environment, [2, 3], flipped).hydrogenBond).toBeGreaterThan(1);
  expect(scoreAtoms(environment, [2]).hydrogenBond).toBe(0);
  moveAtoms(environment, [2, 3], flipped);
  expect(scoreAtoms(environment, [2]).hydrogenBond).toBeGreaterThan(1);
  hideAtoms(environment, [2]);
  showAtoms(environment, [2]);
  expect(scoreAtoms(environment, [2]).hydrogenBond).toBeGreaterThan(1);
});
