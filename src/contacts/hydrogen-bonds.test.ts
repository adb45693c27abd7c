import { expect, test } from "vitest";
import { type AtomSketch, contactModel } from "../../test/support/contact-model.ts";
import { createRunContext } from "../base/run-context.ts";
import { defaultHydrogenBondOptions, findHydrogenBonds, type HydrogenBond } from "./hydrogen-bonds.ts";

function bondsOf(atoms: readonly AtomSketch[], leastAngle = defaultHydrogenBondOptions.leastAngle): HydrogenBond[] {
  const { model, topology } = contactModel(atoms);
  return findHydrogenBonds(model, topology, { leastAngle }, createRunContext());
}

/** O-H along x; the acceptor's carbon at `carbon`. */
function pair(acceptor: readonly [number, number, number], carbon: readonly [number, number, number]): AtomSketch[] {
  return [
    { name: "C1", element: "C", residue: "UNL", number: "1", at: [-0.47, 1.34, 0] },
    { name: "O1", element: "O", residue: "UNL", number: "1", at: [0, 0, 0] },
    { name: "H1", element: "H", residue: "UNL", number: "1", at: [0.84, 0, 0] },
    { name: "C2", element: "C", residue: "UNL", number: "2", at: carbon },
    { name: "O2", element: "O", residue: "UNL", number: "2", at: acceptor },
  ];
}

test("a straight bond to a carbonyl oxygen is found with its distances and angles", () => {
  const [bond, ...others] = bondsOf(pair([2.74, 0, 0], [3.35, 1.06, 0]));
  expect(others).toEqual([]);
  expect(bond).toMatchObject({ donor: 1, hydrogen: 2, acceptor: 4, first: "A 1 UNL H1", second: "A 2 UNL O2" });
  expect(bond!.distance).toBeCloseTo(1.9, 6);
  expect(bond!.donorDistance).toBeCloseTo(2.74, 6);
  expect(bond!.angle).toBeCloseTo(180, 4);
  expect(bond!.acceptorAngle).toBeCloseTo(119.9, 1);
});

test("bent bonds are for statistics, bonds from behind the acceptor are none", () => {
  const bent = pair([1.6, 2.2, 0], [1.6, 3.4, 0]);
  expect(bondsOf(bent)).toEqual([]);
  expect(bondsOf(bent, 90)).toHaveLength(1);
  expect(bondsOf(pair([2.74, 0, 0], [1.9, 0.9, 0]))).toEqual([]);
});

test("too far, without hydrogens, or across conformers there is none", () => {
  expect(bondsOf(pair([3.7, 0, 0], [4.3, 1.06, 0]))).toEqual([]);
  const atoms = pair([2.74, 0, 0], [3.35, 1.06, 0]);
  expect(bondsOf(atoms.filter(({ element }) => element !== "H"))).toEqual([]);
  expect(bondsOf(atoms.map((atom) => ({ ...atom, altloc: atom.number === "1" ? "A" : "B" })))).toEqual([]);
});

test("carbon and amide nitrogen do not accept, a water does", () => {
  const other = (more: Partial<AtomSketch>): AtomSketch[] => [
    ...pair([2.74, 0, 0], [9, 9, 9]).slice(0, 3),
    { name: "X", element: "C", number: "5", at: [2.74, 0, 0], ...more },
  ];
  expect(bondsOf(other({}))).toEqual([]);
  expect(bondsOf(other({ name: "N", element: "N", residue: "ALA" }))).toEqual([]);
  expect(bondsOf(other({ name: "O", element: "O", residue: "HOH" }))).toMatchObject([{ acceptorAngle: null }]);
});
