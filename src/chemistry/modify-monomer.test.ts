import { describe, expect, test } from "vitest";
import { loadDictionary } from "./dictionary.ts";
import { modifyMonomer } from "./modify-monomer.ts";
import type { Modification, Monomer } from "./monomer.ts";

const { monomers, modifications } = loadDictionary();
const alanine = monomers.get("ALA")!;

function modified(monomer: Monomer, ...ids: readonly string[]): Monomer {
  return modifyMonomer(
    monomer,
    ids.map((id) => modifications.get(id)!),
  );
}

const empty: Modification = {
  id: "TEST",
  compId: "",
  group: "",
  atoms: [],
  bonds: [],
  angles: [],
  torsions: [],
  chiralities: [],
  planes: [],
};

describe("modifications of a monomer", () => {
  test("take an atom with every term over it", () => {
    const result = modified(alanine, "DEL-OXT");
    expect(result.atoms.map((atom) => atom.id)).not.toContain("OXT");
    const terms = JSON.stringify([result.bonds, result.angles, result.torsions, result.planes]);
    expect(terms).not.toContain("OXT");
    expect(result.planes).toEqual([]);
  });

  test("change values and types and leave the rest alone", () => {
    const result = modified(alanine, "DEL-OXT", "DEL-HN1");
    const bond = result.bonds.find(({ atom1, atom2 }) => [atom1, atom2].toSorted().join() === "C,O")!;
    expect([bond.distance, bond.sigma]).toEqual([1.229, 0.012]);
    expect(result.atoms.find((atom) => atom.id === "N")!.energyType).toBe("NH1");
    const beta = (monomer: Monomer): unknown =>
      monomer.bonds.find(({ atom1, atom2 }) => atom1 === "CB" && atom2 === "HB1");
    expect(beta(result)).toEqual(beta(alanine));
  });

  test("find a term whichever way round its atoms are named", () => {
    const angle = alanine.angles[0]!;
    const change = { ...angle, atom1: angle.atom3, atom3: angle.atom1, angle: 99 };
    const result = modifyMonomer(alanine, [{ ...empty, angles: [{ action: "change", ...change }] }]);
    expect(result.angles).toHaveLength(alanine.angles.length);
    expect(result.angles.filter((term) => term.angle === 99)).toHaveLength(1);
  });

  test("keep the old value where the new one is left open", () => {
    const [bond] = alanine.bonds;
    const open = { ...bond!, distance: Number.NaN, sigma: 0.5 };
    const result = modifyMonomer(alanine, [{ ...empty, bonds: [{ action: "change", ...open }] }]);
    expect([result.bonds[0]!.distance, result.bonds[0]!.sigma]).toEqual([bond!.distance, 0.5]);
  });

  test("do not touch the monomer they are applied to", () => {
    const before = JSON.stringify(alanine);
    modified(alanine, "DEL-OXT", "DEL-HN1");
    expect(JSON.stringify(alanine)).toBe(before);
  });
});
