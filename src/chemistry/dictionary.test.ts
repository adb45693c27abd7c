import { describe, expect, test } from "vitest";
import { loadDictionary, mergeDictionaries } from "./dictionary.ts";
import { elementIndex, elementSymbol, isHydrogenElement, isMetalElement } from "./elements.ts";

const dictionary = loadDictionary();

describe("the built-in dictionary", () => {
  test("knows every standard residue and water", () => {
    const names =
      "ALA ARG ASN ASP CYS GLN GLU GLY HIS ILE LEU LYS MET MSE PHE PRO SER THR TRP TYR VAL A C G U DA DC DG DT HOH";
    expect(names.split(" ").filter((name) => !dictionary.monomers.has(name))).toEqual([]);
  });

  test("has the library's values of the peptide link", () => {
    const { bonds, angles } = dictionary.links.get("TRANS")!;
    expect([bonds[0]!.distance, bonds[0]!.sigma]).toEqual([1.337, 0.011]);
    expect(angles.slice(0, 3).map(({ angle, sigma }) => [angle, sigma])).toEqual([
      [115.917, 1.5],
      [123.469, 1.5],
      [122.095, 1.76],
    ]);
  });

  test("has X-H lengths of electron clouds, those of nuclei beside them", () => {
    const bond = dictionary.monomers.get("ALA")!.bonds.find(({ atom2 }) => atom2 === "HA")!;
    expect(bond.distance).toBeLessThan(1);
    expect(bond.distanceNucleus).toBeGreaterThan(1.08);
  });

  test("gives every atom of its monomers a type with a radius", () => {
    const without = [...dictionary.monomers.values()].flatMap(({ id, atoms }) =>
      atoms
        .filter(({ energyType }) => !((dictionary.energyTypes.get(energyType)?.radius ?? 0) > 0))
        .map((atom) => `${id} ${atom.id}`),
    );
    expect(without).toEqual([]);
  });

  test("names only atoms it has in the terms of its monomers", () => {
    const stray: string[] = [];
    for (const { id, atoms, bonds, angles, torsions, planes } of dictionary.monomers.values()) {
      const names = new Set(atoms.map((atom) => atom.id));
      const used = [
        ...bonds.flatMap(({ atom1, atom2 }) => [atom1, atom2]),
        ...angles.flatMap(({ atom1, atom2, atom3 }) => [atom1, atom2, atom3]),
        ...torsions.flatMap(({ atom1, atom2, atom3, atom4 }) => [atom1, atom2, atom3, atom4]),
        ...planes.flatMap((plane) => plane.atoms),
      ];
      for (const name of used) if (!names.has(name)) stray.push(`${id} ${name}`);
    }
    expect(stray).toEqual([]);
  });
});

test("a user's entry takes the place of the built-in one of the same name, others stay", () => {
  const alanine = { ...dictionary.monomers.get("ALA")!, name: "mine" };
  const merged = mergeDictionaries(dictionary, { monomers: new Map([["ALA", alanine]]) });
  expect(merged.monomers.get("ALA")!.name).toBe("mine");
  expect(merged.monomers.get("GLY")).toBe(dictionary.monomers.get("GLY"));
  expect(dictionary.monomers.get("ALA")!.name).not.toBe("mine");
});

test("elements are known in any case, and what is a metal", () => {
  expect(["zn", "ZN", "Zn", "C", "d", "Qq"].map(elementIndex)).toEqual([30, 30, 30, 6, 119, 0]);
  expect([0, 1, 30, 119, 200].map(elementSymbol)).toEqual(["X", "H", "Zn", "D", "X"]);
  expect(["H", "D", "HE"].map((symbol) => isHydrogenElement(elementIndex(symbol)))).toEqual([true, true, false]);
  expect("Zn Na Mg Fe C S Se P X".split(" ").filter((symbol) => isMetalElement(elementIndex(symbol)))).toEqual([
    "Zn",
    "Na",
    "Mg",
    "Fe",
  ]);
});
