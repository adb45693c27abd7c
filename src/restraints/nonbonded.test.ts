// Contact distances and which pairs the repulsion runs over.
import { describe, expect, test } from "vitest";
import { contactModel } from "../../test/support/contact-model.ts";
import { assignContactTypes } from "../contacts/contact-types.ts";
import { createEngine } from "../kernels/engine.ts";
import { hydrogenBondClass, type NonbondedAtoms } from "../topology/topology.ts";
import { allAtomRepulsion, closeOverlap, contactDistance, countClosePairs, makePairRules } from "./nonbonded.ts";

const { neither, donor, acceptor, both, hydrogen } = hydrogenBondClass;

function atomsOf(
  radius: readonly number[],
  hydrogenBond: readonly number[],
  change: Partial<NonbondedAtoms> = {},
): NonbondedAtoms {
  const count = radius.length;
  return {
    radius: Float64Array.from(radius),
    hydrogenBond: Uint8Array.from(hydrogenBond),
    conformer: new Uint8Array(count),
    model: new Uint16Array(count),
    excludeOffset: new Int32Array(count + 1),
    exclude: new Int32Array(0),
    oneFourOffset: new Int32Array(count + 1),
    oneFour: new Int32Array(0),
    ...change,
  };
}

describe("contact distance", () => {
  const atoms = atomsOf(
    [1.6, 1.52, 1.2, 1.75, 0, 0.3, 0.3],
    [donor, acceptor, hydrogen, neither, neither, neither, both],
  );

  test("is the sum of the radii", () => {
    expect(contactDistance(atoms, 0, 1, false)).toBeCloseTo(3.12, 12);
    expect(contactDistance(atoms, 1, 2, false)).toBeCloseTo(2.72, 12);
  });

  test("is shorter for hydrogen bonds only when asked", () => {
    expect(contactDistance(atoms, 2, 1, true)).toBeCloseTo(2.12, 12);
    expect(contactDistance(atoms, 0, 1, true)).toBeCloseTo(2.92, 12);
    expect(contactDistance(atoms, 0, 0, true)).toBeCloseTo(3.2, 12);
    expect(contactDistance(atoms, 2, 3, true)).toBeCloseTo(2.95, 12);
  });

  test("is at least 1 A, and 1 A where a type is unknown", () => {
    expect(contactDistance(atoms, 3, 4, false)).toBe(1);
    expect(contactDistance(atoms, 5, 6, false)).toBe(1);
    expect(contactDistance(atoms, 2, 6, true)).toBe(1);
  });
});

describe("contacts of models with hydrogens", () => {
  const places = { N: [0, 0, 0], CA: [1.46, 0, 0], C: [2, 1.42, 0], O: [1.3, 2.4, 0], CB: [2, -0.8, 1.2] } as const;
  const hydrogens = { H: [-0.4, -0.7, 0.2], HA: [1.8, -0.5, -0.9], HB1: [3, -0.8, 1.2] } as const;
  const { model, topology } = contactModel(
    Object.entries({ ...places, ...hydrogens }).map(([name, at]) => ({
      name,
      element: name.slice(0, 1),
      at,
      residue: "ALA",
      number: "2",
    })),
  );
  const { rules, closeOverlap: overlap } = allAtomRepulsion(topology.nonbonded, assignContactTypes(model, topology));
  const rowOf = (name: string): number => model.atoms.name.indexOf(name);
  const contactOf = (one: string, other: string): number =>
    rules.contact[rules.kinds * rules.kind[rowOf(one)]! + rules.kind[rowOf(other)]!]!;

  test("begin 0.2 A inside touching, by the larger of two sets of radii", () => {
    expect(contactOf("HA", "HB1")).toBeCloseTo(2 * 1.22 - 0.2, 12);
    expect(contactOf("HA", "O")).toBeCloseTo(1.2 + 1.52 - 0.2, 12);
    expect(contactOf("CA", "CB")).toBeCloseTo(3.4 - 0.2, 12);
  });

  test("of hydrogen bonds begin where hydrogen bonds end, whatever type the hydrogen is of", () => {
    expect(contactOf("H", "O")).toBeCloseTo(1.05 + 1.4 - 0.6, 12);
    expect(contactOf("N", "O")).toBeCloseTo(1.55 + 1.4 - 0.2, 12);
    expect(contactOf("H", "HA")).toBeCloseTo(2.4 - 0.2, 12);
  });

  test("count as close where they clash", () => {
    const pairs = {
      count: 1,
      i: Int32Array.of(0),
      j: Int32Array.of(1),
      contact: Float64Array.of(contactOf("HA", "HB1")),
    };
    const at = (distance: number): number =>
      countClosePairs(pairs, Float64Array.of(0, 0, 0, distance, 0, 0), undefined, overlap);
    expect([at(2 * 1.22 - closeOverlap - 0.01), at(2 * 1.22 - closeOverlap + 0.01)]).toEqual([1, 0]);
  });
});

describe.each(["simd", "reference"] as const)("pairs that interact, %s", (kind) => {
  const xyz = Float64Array.of(0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 3);
  const { kernels } = createEngine({ kind });
  const select = (
    change: Partial<NonbondedAtoms>,
    options: { buffer?: number; moving?: Uint8Array } = {},
  ): string[] => {
    const atoms = atomsOf([1.7, 1.7, 1.7, 1.7], [neither, neither, neither, neither], change);
    const pairs = kernels.selectPairs(makePairRules(atoms, false), xyz, { cutoff: 10, buffer: 2, ...options });
    return Array.from(pairs.i, (i, at) => `${i}-${pairs.j[at]} ${pairs.contact[at]!.toFixed(2)}`).toSorted();
  };

  test("are those within contact plus buffer", () => {
    expect(select({})).toHaveLength(6);
    expect(select({}, { buffer: 0 })).toEqual(["0-1 3.40", "0-2 3.40", "0-3 3.40"]);
  });

  test("leave bonded ones out and bring one to four ones nearer", () => {
    const excluded = { excludeOffset: Int32Array.of(0, 1, 1, 1, 1), exclude: Int32Array.of(1) };
    const oneFour = { oneFourOffset: Int32Array.of(0, 1, 1, 1, 1), oneFour: Int32Array.of(2) };
    expect(select({ ...excluded, ...oneFour }, { buffer: 0.3 })).toEqual(["0-2 2.72", "0-3 3.40"]);
  });

  test("leave out other models and other conformers, but not the part all conformers share", () => {
    expect(select({ model: Uint16Array.of(0, 0, 1, 1) })).toEqual(["0-1 3.40", "2-3 3.40"]);
    expect(select({ conformer: Uint8Array.of(0, 1, 2, 2) }).map((pair) => pair.slice(0, 3))).toEqual([
      "0-1",
      "0-2",
      "0-3",
      "2-3",
    ]);
  });

  test("need an atom that moves", () => {
    expect(select({}, { moving: Uint8Array.of(0, 1, 0, 0) }).map((pair) => pair.slice(0, 3))).toEqual([
      "0-1",
      "1-2",
      "1-3",
    ]);
  });
});

test("close pairs are 0.4 A nearer than contact, counted without marked atoms when asked", () => {
  const pairs = { count: 2, i: Int32Array.of(0, 0), j: Int32Array.of(1, 2), contact: Float64Array.of(3.4, 3.4) };
  const xyz = Float64Array.of(0, 0, 0, 2.9, 0, 0, 0, 3.1, 0);
  expect(countClosePairs(pairs, xyz)).toBe(1);
  expect(countClosePairs(pairs, xyz, Uint8Array.of(0, 1, 0))).toBe(0);
});
