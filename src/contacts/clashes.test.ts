import { describe, expect, test } from "vitest";
import { type AtomSketch, contactModel } from "../../test/support/contact-model.ts";
import { createRunContext } from "../base/run-context.ts";
import { type ClashReport, computeClashes, defaultClashOptions } from "./clashes.ts";

function clashesOf(atoms: readonly AtomSketch[], context = createRunContext()): ClashReport {
  const { model, topology } = contactModel(atoms);
  return computeClashes(model, topology, defaultClashOptions, context);
}

const carbon = (x: number, more: Partial<AtomSketch> = {}): AtomSketch => ({
  name: "C1",
  element: "C",
  at: [x, 0, 0],
  ...more,
});

describe("two lone atoms", () => {
  test("clash when a dot overlaps by 0.4 Angstrom: carbons at 2.95, not at 3.00", () => {
    expect(clashesOf([carbon(0), carbon(3)]).clashes).toEqual([]);
    const report = clashesOf([carbon(0), carbon(2.95)]);
    expect(report.clashscore).toBe(500);
    const [clash] = report.clashes;
    expect(clash!.first).toBe("A 1 X0 C1");
    expect(clash!.second).toBe("A 2 X1 C1");
    expect(clash!.overlap).toBeCloseTo(0.439, 2);
    expect(clash!.position).toEqual([1.475, 0, 0]);
  });

  test("do not clash across models or conformers, nor where their occupancies let them take turns", () => {
    expect(clashesOf([carbon(0), carbon(2, { model: 2 })]).clashes).toEqual([]);
    expect(clashesOf([carbon(0, { altloc: "A" }), carbon(2, { altloc: "B" })]).clashes).toEqual([]);
    expect(clashesOf([carbon(0, { altloc: "A" }), carbon(2, { altloc: "A" })]).clashes).toHaveLength(1);
    expect(clashesOf([carbon(0, { occupancy: 0.5 }), carbon(2, { occupancy: 0.5 })]).clashes).toEqual([]);
    expect(clashesOf([carbon(0, { occupancy: 0.5 }), carbon(2, { occupancy: 0.6 })]).clashes).toHaveLength(1);
  });

  test("do not count where one is not there", () => {
    const report = clashesOf([carbon(0), carbon(2, { occupancy: 0 })]);
    expect(report).toMatchObject({ atoms: 1, clashes: [], clashscore: 0 });
  });

  test("at the distance of a bond are fused: listed, not counted", () => {
    const report = clashesOf([carbon(0), carbon(1.6)]);
    expect(report.clashes).toEqual([]);
    expect(report.fused).toMatchObject([{ atoms: [0, 1], first: "A 1 X0 C1" }]);
    expect(report.fused[0]!.overlap).toBeCloseTo(1.8, 6);
  });

  test("on top of each other clash by their distance, which dots do not see", () => {
    const report = clashesOf([carbon(0), carbon(0)]);
    expect(report.clashes).toHaveLength(1);
    expect(report.clashes[0]!.overlap).toBeCloseTo(3.4, 6);
  });

  test("with other insertion codes of one number are two residues", () => {
    const report = clashesOf([carbon(0, { number: "1", residue: "X" }), carbon(2.5, { number: "1A", residue: "X" })]);
    expect(report.clashes[0]).toMatchObject({ first: "A 1 X C1", second: "A 1A X C1" });
  });
});

test("waters clash with others, not with each other, and do not count as atoms", () => {
  const water = (x: number): AtomSketch => ({ name: "O", element: "O", residue: "HOH", at: [x, 0, 0] });
  expect(clashesOf([water(0), water(1.8)])).toMatchObject({ clashscore: null, clashes: [], atoms: 0 });
  expect(clashesOf([carbon(0), water(2.4)])).toMatchObject({ clashscore: 1000, atoms: 1 });
});

test("a water's hydrogen bond to an acceptor is one with a hydrogen that is not in the model", () => {
  const water: AtomSketch = { name: "O", element: "O", residue: "HOH", at: [0, 0, 0] };
  const near = clashesOf([water, { name: "O1", element: "O", at: [2.6, 0, 0] }]);
  expect(near).toMatchObject({ clashes: [], hydrogenBondPairs: 1 });
  expect(clashesOf([water, carbon(2.95)]).hydrogenBondPairs).toBe(0);
});

describe("hydrogens", () => {
  /** A methane-like residue of carbon and one hydrogen, its hydrogen 2.3 Angstrom from another carbon. */
  const contact = (more: Partial<AtomSketch> = {}, element = "H"): AtomSketch[] => [
    { name: "C1", element: "C", residue: "UNL", number: "1", at: [0, 0, 0] },
    { name: `${element}1`, element, residue: "UNL", number: "1", at: [0.97, 0, 0], ...more },
    { name: "C1", element: "C", residue: "XX", number: "2", at: [3.35, 0, 0] },
  ];

  test("of occupancy 0 take their parent's", () => {
    const full = clashesOf(contact());
    expect(full).toMatchObject({ atoms: 3, hydrogens: 1 });
    expect(full.clashes.map(({ first }) => first)).toEqual(["A 1 UNL H1"]);
    expect(clashesOf(contact({ occupancy: 0 }))).toEqual(full);
  });

  test("may be deuterium", () => {
    expect(clashesOf(contact({}, "D"))).toMatchObject({ hydrogens: 1, clashes: [{ first: "A 1 UNL D1" }] });
  });

  test("bridge atoms that would clash by a hydrogen bond", () => {
    // O-H ... O: hydrogen 1.7 Angstrom from the acceptor overlaps by 0.75, 0.6 of which is allowed.
    const bridge = (second: string): AtomSketch[] => [
      { name: "O1", element: "O", residue: "UNL", number: "1", at: [0, 0, 0] },
      { name: "H1", element: "H", residue: "UNL", number: "1", at: [0.84, 0, 0] },
      { name: `${second}1`, element: second, residue: "XX", number: "2", at: [2.64, 0, 0] },
    ];
    expect(clashesOf(bridge("O"))).toMatchObject({ clashes: [], hydrogenBondPairs: 1 });
    expect(clashesOf(bridge("C")).clashes.map(({ first }) => first)).toContain("A 1 UNL H1");
  });

  test("are missed when there are none", () => {
    const context = createRunContext();
    clashesOf([carbon(0), carbon(9)], context);
    expect(context.diagnostics.entries.map(({ code }) => code)).toEqual(["CLASHES_WITHOUT_HYDROGENS"]);
  });
});

test("a metal and the atoms that coordinate it do not clash, nor do these with each other", () => {
  const zinc: AtomSketch = { name: "ZN", element: "ZN", residue: "ZN", at: [0, 0, 0] };
  const sulphur = (x: number, y: number): AtomSketch => ({ name: "S1", element: "S", at: [x, y, 0] });
  expect(clashesOf([zinc, sulphur(2.3, 0), sulphur(0, 2.3)]).clashes).toEqual([]);
  expect(clashesOf([sulphur(2.3, 0), sulphur(0, 2.2)]).clashes).toHaveLength(1);
});
