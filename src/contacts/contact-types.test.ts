import { describe, expect, test } from "vitest";
import { type AtomSketch, contactModel } from "../../test/support/contact-model.ts";
import { buildBondGraph } from "./bond-graph.ts";
import { assignContactTypes } from "./contact-types.ts";

type Point = readonly [number, number, number];

interface Found {
  readonly radius: number;
  readonly flags: string;
}

/** Radius and letters of each atom: h hydrogen, D donor, A acceptor, + -, w water, m metal, a aromatic. */
function typesOf(atoms: readonly AtomSketch[]): Record<string, Found> {
  const { model, topology } = contactModel(atoms);
  const { radius, flags } = assignContactTypes(model, topology);
  const letters = ["h", "D", "A", "+", "-", "w", "m", "a"];
  return Object.fromEntries(
    atoms.map(({ name, altloc }, row) => [
      name + (altloc ?? ""),
      { radius: radius[row]!, flags: letters.filter((_, bit) => (flags[row]! & (1 << bit)) !== 0).join("") },
    ]),
  );
}

const residue = (name: string, atoms: readonly (readonly [string, ...Point])[]): AtomSketch[] =>
  atoms.map(([atom, ...at]) => ({
    name: atom,
    element: atom.replace(/[^A-Z].*$/, "").slice(0, 1),
    residue: name,
    number: "1",
    at,
  }));

const hexagon = (radius: number, step: number): Point => [
  radius * Math.cos((step * Math.PI) / 3),
  radius * Math.sin((step * Math.PI) / 3),
  0,
];

test("phenylalanine: the ring accepts, its hydrogens are small, its carbonyl carbon too", () => {
  const types = typesOf(
    residue("PHE", [
      ["N", -4.5, 2.4, 0],
      ["CA", -4.5, 1, 0],
      ["C", -5.9, 0.4, 0],
      ["O", -6.9, 1.1, 0],
      ["CB", -2.9, 0, 0],
      ["CG", ...hexagon(1.39, 3)],
      ["CD1", ...hexagon(1.39, 2)],
      ["CE1", ...hexagon(1.39, 1)],
      ["CZ", ...hexagon(1.39, 0)],
      ["HZ", ...hexagon(2.32, 0)],
      ["HA", -4.5, 0.3, 0.9],
    ]),
  );
  expect(types["CZ"]).toEqual({ radius: 1.75, flags: "Aa" });
  expect(types["HZ"]).toEqual({ radius: 1.05, flags: "h" });
  expect(types["HA"]).toEqual({ radius: 1.22, flags: "h" });
  expect(types["CA"]).toEqual({ radius: 1.7, flags: "" });
  expect(types["C"]).toEqual({ radius: 1.65, flags: "" });
  expect(types["O"]).toEqual({ radius: 1.4, flags: "A" });
  expect(types["N"]).toEqual({ radius: 1.55, flags: "" });
});

test("histidine's nitrogens accept and its ring is charged; polar hydrogens have their nitrogen's charge", () => {
  const types = typesOf(
    residue("HIS", [
      ["CG", 0, 0, 0],
      ["ND1", 1.38, 0, 0],
      ["HD1", 2.1, -0.5, 0],
      ["NE2", 0.7, 2.1, 0],
    ]),
  );
  expect(types["ND1"]!.flags).toBe("A+");
  expect(types["NE2"]!.flags).toBe("A+");
  expect(types["HD1"]).toEqual({ radius: 1.05, flags: "hD+" });
});

describe("a residue that no dictionary describes", () => {
  test("has bonds by distance, charges of its carboxylate and donors", () => {
    const ligand = residue("QQQ", [
      ["C1", 0, 0, 0],
      ["O1", 0.62, 1.07, 0],
      ["O2", 0.62, -1.07, 0],
      ["C2", -1.52, 0, 0],
      ["N1", -2.2, 1.25, 0],
      ["H1", -1.8, 2, 0],
      ["H2", -2, -0.85, 0],
    ]);
    expect(typesOf(ligand)).toMatchObject({
      O1: { flags: "A-" },
      O2: { flags: "A-" },
      N1: { flags: "" },
      H1: { radius: 1.05, flags: "hD" },
      H2: { radius: 1.22, flags: "h" },
    });
  });

  test("accepts by nitrogen without hydrogen, and is a cation with three of them", () => {
    const amine = residue("QQQ", [
      ["C1", 0, 0, 0],
      ["N1", 1.47, 0, 0],
    ]);
    expect(typesOf(amine)["N1"]!.flags).toBe("A");
    const ammonium = [
      ...amine,
      ...residue("QQQ", [
        ["H1", 1.8, 0.85, 0],
        ["H2", 1.8, -0.42, 0.74],
        ["H3", 1.8, -0.42, -0.74],
      ]),
    ];
    expect(typesOf(ammonium)["N1"]!.flags).toBe("+");
    expect(typesOf(ammonium)["H3"]!.flags).toBe("hD+");
  });

  test("does not take alternates of one oxygen for a carboxylate", () => {
    const [carbon, oxygen] = residue("QQQ", [
      ["C1", 0, 0, 0],
      ["O1", 1.23, 0, 0],
    ]) as [AtomSketch, AtomSketch];
    const alternates = [carbon, { ...oxygen, altloc: "A" }, { ...oxygen, altloc: "B", at: [1.2, 0.3, 0] as Point }];
    expect(typesOf(alternates)["O1A"]!.flags).toBe("A");
  });
});

test("lone ions and waters are known by element and name", () => {
  const types = typesOf([
    { name: "ZN", element: "ZN", residue: "ZN", at: [0, 0, 0] },
    { name: "CL", element: "CL", residue: "CL", at: [9, 0, 0] },
    { name: "O", element: "O", residue: "HOH", at: [0, 9, 0] },
    { name: "D1", element: "D", residue: "HOH", number: "3", at: [0, 9.84, 0] },
  ]);
  expect(types["ZN"]).toEqual({ radius: 0.71, flags: "+m" });
  expect(types["CL"]).toEqual({ radius: 1.77, flags: "A-" });
  expect(types["O"]).toEqual({ radius: 1.4, flags: "Aw" });
  expect(types["D1"]).toEqual({ radius: 1.05, flags: "hDw" });
});

test("an atom the dictionary does not know of a residue that it knows is bonded to its nearest neighbour there", () => {
  const { model, topology } = contactModel(
    residue("ALA", [
      ["N", 0, 1.46, 0],
      ["CA", 0, 0, 0],
      ["CB", 1.52, 0, 0],
      ["HX9", 1.9, 0.9, 0],
    ]),
  );
  const { offset, partner } = buildBondGraph(model, topology);
  expect([...partner.subarray(offset[3]!, offset[4]!)]).toEqual([2]);
});
