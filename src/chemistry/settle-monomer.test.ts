// What is odd in a monomer is found and named, and put right where there is a safe way.
import { describe, expect, test } from "vitest";
import { loadDictionary } from "./dictionary.ts";
import type { Monomer } from "./monomer.ts";
import { settleMonomer } from "./settle-monomer.ts";

const { energyTypes, monomers } = loadDictionary();

/** Acetamide. */
const amide: Monomer = {
  id: "ACM",
  name: "acetamide",
  group: "NON-POLYMER",
  atoms: [
    { id: "C", element: "C", energyType: "C", charge: 0 },
    { id: "O", element: "O", energyType: "O", charge: 0 },
    { id: "N", element: "N", energyType: "NH2", charge: 0 },
    { id: "CH3", element: "C", energyType: "CH3", charge: 0 },
  ],
  bonds: [bond("C", "O", "double", 1.236), bond("C", "N", "single", 1.325), bond("C", "CH3", "single", 1.505)],
  angles: [angle("O", "C", "N", 122.4), angle("O", "C", "CH3", 121.4), angle("N", "C", "CH3", 116.2)],
  torsions: [],
  chiralities: [],
  planes: [{ id: "plan-1", atoms: ["C", "O", "N", "CH3"], sigmas: [0.02, 0.02, 0.02, 0.02] }],
};

function bond(atom1: string, atom2: string, order: string, distance: number, sigma = 0.015): Monomer["bonds"][0] {
  return { atom1, atom2, order, distance, sigma, distanceNucleus: null, sigmaNucleus: null };
}

function angle(atom1: string, atom2: string, atom3: string, value: number, sigma = 2): Monomer["angles"][0] {
  return { atom1, atom2, atom3, angle: value, sigma };
}

const withAtom = (at: number, change: Partial<Monomer["atoms"][0]>): Monomer => ({
  ...amide,
  atoms: amide.atoms.with(at, { ...amide.atoms[at]!, ...change }),
});
const withBonds = (...bonds: Monomer["bonds"]): Monomer => ({ ...amide, bonds });
const found = (monomer: Monomer): string[] =>
  settleMonomer(monomer, energyTypes).problems.map(({ code, place }) => `${code} ${place}`);

test("a sound monomer is left as it is", () => {
  expect(settleMonomer(amide, energyTypes)).toEqual({ monomer: amide, problems: [] });
});

test("the built-in monomers have no problem", () => {
  expect([...monomers.values()].flatMap((monomer) => found(monomer).map((what) => `${monomer.id} ${what}`))).toEqual(
    [],
  );
});

describe("sigmas", () => {
  test.each([
    ["none", Number.NaN],
    ["zero", 0],
  ])("that are %s are filled in, with a word", (_, sigma) => {
    const { monomer, problems } = settleMonomer(
      {
        ...amide,
        bonds: amide.bonds.with(0, { ...amide.bonds[0]!, sigma }),
        angles: amide.angles.with(2, { ...amide.angles[2]!, sigma }),
      },
      energyTypes,
    );
    expect([monomer.bonds[0]!.sigma, monomer.angles[2]!.sigma]).toEqual([0.02, 3]);
    expect(problems).toEqual([
      { code: "DICTIONARY_SIGMA", place: "C - O" },
      { code: "DICTIONARY_SIGMA", place: "N - C - CH3" },
    ]);
  });
});

describe("entries", () => {
  test("that come twice, in either direction, count once, the first", () => {
    const { monomer, problems } = settleMonomer(
      {
        ...amide,
        atoms: [...amide.atoms, { ...amide.atoms[0]!, energyType: "CH1" }],
        bonds: [...amide.bonds, bond("O", "C", "single", 1.4)],
        angles: [...amide.angles, angle("N", "C", "O", 100)],
      },
      energyTypes,
    );
    expect(monomer).toEqual(amide);
    expect(problems.map(({ code, place }) => `${code} ${place}`)).toEqual([
      "DICTIONARY_DUPLICATE C",
      "DICTIONARY_DUPLICATE C - O",
      "DICTIONARY_DUPLICATE N - C - O",
    ]);
  });

  test("over atoms that are not listed are left out", () => {
    const { monomer, problems } = settleMonomer(
      withBonds(...amide.bonds, bond("CH3", "H1", "single", 0.97)),
      energyTypes,
    );
    expect(monomer.bonds).toEqual(amide.bonds);
    expect(problems).toEqual([{ code: "DICTIONARY_ATOM", place: "CH3 - H1" }]);
  });
});

describe("bond lengths", () => {
  test.each([
    ["in nanometres", 0.1505],
    ["of no bond", 2.1],
    ["far too short", 1.0],
  ])("%s are named", (_, distance) => {
    const monomer = withBonds(...amide.bonds.slice(0, 2), bond("C", "CH3", "single", distance));
    expect(found(monomer)).toEqual([`DICTIONARY_BOND_LENGTH C - CH3, ${distance} Angstrom where radii give 1.52`]);
  });

  test.each([
    ["a triple bond", "C", "N", 1.137],
    ["molecular nitrogen", "N", "N", 1.098],
    ["a hydroxyl's hydrogen", "O", "H", 0.84],
    ["a phosphate", "P", "O", 1.5],
    ["iodine on carbon", "C", "I", 2.09],
    ["a disulfide", "S", "S", 2.03],
    ["iron and histidine", "FE", "N", 2.16],
    ["potassium and water", "K", "O", 2.8],
    ["a cluster's iron and sulphur", "FE", "S", 2.3],
  ])("of %s are taken as they are", (_, one, two, distance) => {
    const elements = [one, two];
    const atoms = elements.map((element, at) => ({ id: `${element}${at}`, element, energyType: "C", charge: 0 }));
    const order = "metal";
    const monomer = {
      ...amide,
      atoms,
      bonds: [bond(atoms[0]!.id, atoms[1]!.id, order, distance)],
      angles: [],
      planes: [],
    };
    expect(found(monomer)).toEqual([]);
  });
});

test("unknown and open energy types are named", () => {
  expect(found(withAtom(3, { energyType: "CZZ" }))).toEqual(["DICTIONARY_ENERGY_TYPE CH3, CZZ"]);
  expect(found(withAtom(3, { energyType: "" }))).toEqual(["DICTIONARY_ENERGY_TYPE CH3, none"]);
});

describe("charges", () => {
  test("that are no whole numbers, or huge, mean none", () => {
    for (const charge of [-0.5, Number.NaN, 40]) {
      const { monomer, problems } = settleMonomer(withAtom(1, { charge }), energyTypes);
      expect(monomer.atoms[1]!.charge).toBe(0);
      expect(problems).toEqual([{ code: "DICTIONARY_CHARGE", place: `O, charge ${charge}` }]);
    }
  });

  test("that the bonds contradict are named: nitrogen with four bonds has one, oxygen with three too", () => {
    const more = ["C2", "C3", "C4"].map((id) => ({ id, element: "C", energyType: "CH3", charge: 0 }));
    const quaternary = (charge: number): Monomer => ({
      ...withBonds(...amide.bonds, ...more.map(({ id }) => bond("N", id, "single", 1.47))),
      atoms: [...amide.atoms.with(2, { ...amide.atoms[2]!, charge }), ...more],
    });
    expect(found(quaternary(1))).toEqual([]);
    expect(found(quaternary(0))).toEqual(["DICTIONARY_CHARGE N, charge 0 with bonds of order 4 in all"]);
    expect(found(withAtom(1, { charge: -1 }))).toEqual(["DICTIONARY_CHARGE O, charge -1 with bonds of order 2 in all"]);
  });
});
