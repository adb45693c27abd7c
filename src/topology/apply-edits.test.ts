// A user's edits of bonds and angles, as they arrive in the topology.
import { describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import type { AngleEdit, BondEdit } from "../chemistry/restraint-edits.ts";
import { buildTopology } from "./build-topology.ts";
import type { Topology } from "./topology.ts";

const model = readLines(peptideLines(["ALA", "ALA"], { phi: -120, psi: 130 }));
const where = { file: "edits.eff", place: "line 3, column 5" };

function build(...edits: readonly (BondEdit | AngleEdit)[]): Topology {
  const dictionary = { ...loadDictionary(), ...(edits.length === 0 ? {} : { edits: { edits, longestBond: 10 } }) };
  return buildTopology(model, dictionary, { unknownLigands: "error" }, createRunContext());
}

const atom = (residue: number, name: string): string => `resseq ${residue} and name ${name}`;
const bond = (action: BondEdit["action"], atoms: readonly string[], rest: Partial<BondEdit> = {}): BondEdit => ({
  kind: "bond",
  action,
  selections: atoms,
  ...where,
  ...rest,
});
const angle = (action: AngleEdit["action"], atoms: readonly string[], rest: Partial<AngleEdit> = {}): AngleEdit => ({
  ...bond(action, atoms),
  ...rest,
  kind: "angle",
});

/** Rows 0 N, 1 CA, 2 C, 3 O, 4 CB, 5 N, ... */
function bondRow({ bonds }: Topology, i: number, j: number): number {
  return Array.from(bonds.i).findIndex((first, row) => {
    const second = bonds.j[row]!;
    return (first === i && second === j) || (first === j && second === i);
  });
}

describe("bonds", () => {
  test("are added, with slack and limit, and their atoms no longer repel", () => {
    const before = build();
    const edit = bond("add", [atom(1, "CB"), atom(2, "CB")], { ideal: 3.8, sigma: 0.1, slack: 0.2, limit: 1 });
    const after = build(edit);
    const row = bondRow(after, 4, 9);
    expect(bondRow(before, 4, 9)).toBe(-1);
    expect(after.bonds.count).toBe(before.bonds.count + 1);
    const { ideal, sigma, slack, limit } = after.bonds;
    expect([ideal[row], sigma[row], slack![row], limit![row]]).toEqual([3.8, 0.1, 0.2, 1]);
    expect([slack![0], limit![0]]).toEqual([0, -1]);
    const { exclude, excludeOffset } = after.nonbonded;
    expect([...exclude.subarray(excludeOffset[4]!, excludeOffset[5]!)]).toContain(9);
  });

  test("change what they name and keep the rest, whichever way round they are written", () => {
    const before = build();
    const after = build(bond("change", [atom(2, "N"), atom(1, "C")], { ideal: 1.4 }));
    const row = bondRow(after, 2, 5);
    expect(after.bonds.ideal[row]).toBe(1.4);
    expect(after.bonds.sigma[row]).toBe(before.bonds.sigma[row]);
    expect(after.bonds.count).toBe(before.bonds.count);
  });

  test("that are there already are not added twice", () => {
    const after = build(bond("add", [atom(1, "CA"), atom(1, "C")], { ideal: 1.6, sigma: 0.05 }));
    expect(after.bonds.count).toBe(build().bonds.count);
    expect(after.bonds.ideal[bondRow(after, 1, 2)]).toBe(1.6);
  });

  test("are deleted", () => {
    const after = build(bond("delete", [atom(1, "C"), atom(2, "N")]));
    expect(bondRow(after, 2, 5)).toBe(-1);
    expect(after.bonds.count).toBe(build().bonds.count - 1);
  });
});

test("angles are added, changed and deleted", () => {
  const before = build();
  const rows = (topology: Topology, i: number, j: number, k: number): number[] =>
    Array.from({ length: topology.angles.count }, (_, row) => row).filter(
      (row) =>
        topology.angles.j[row] === j &&
        [topology.angles.i[row]!, topology.angles.k[row]!].toSorted((a, b) => a - b).join() === [i, k].join(),
    );
  const added = build(angle("add", [atom(1, "CB"), atom(1, "CA"), atom(2, "N")], { ideal: 100, sigma: 5 }));
  expect(added.angles.ideal[rows(added, 4, 1, 5)[0]!]).toBe(100);
  const changed = build(angle("change", [atom(1, "C"), atom(1, "CA"), atom(1, "N")], { sigma: 9 }));
  expect(changed.angles.sigma[rows(changed, 0, 1, 2)[0]!]).toBe(9);
  const deleted = build(angle("delete", [atom(1, "N"), atom(1, "CA"), atom(1, "C")]));
  expect([rows(before, 0, 1, 2).length, rows(deleted, 0, 1, 2).length]).toEqual([1, 0]);
});

describe("mistakes name the place of the edit", () => {
  const far = readLines(
    peptideLines(
      Array.from({ length: 8 }, () => "ALA"),
      { phi: -120, psi: 130 },
    ),
  );
  test.each([
    ["several atoms", bond("delete", [atom(1, "C"), "name N"]), "EDIT_SELECTION"],
    ["no atom", bond("delete", [atom(1, "C"), atom(9, "N")]), "EDIT_SELECTION"],
    ["a broken selection", bond("delete", [atom(1, "C"), "resseq"]), "EDIT_SELECTION"],
    ["one atom twice", bond("delete", [atom(1, "C"), atom(1, "C")]), "EDIT_SELECTION"],
    ["a bond that is not there", bond("delete", [atom(1, "CB"), atom(2, "CB")]), "EDIT_ABSENT"],
    [
      "an angle that is not there",
      angle("change", [atom(1, "CB"), atom(2, "CB"), atom(1, "N")], { ideal: 9 }),
      "EDIT_ABSENT",
    ],
    ["a bond across the model", bond("add", [atom(1, "N"), atom(8, "C")], { ideal: 2, sigma: 0.1 }), "EDIT_BOND_LONG"],
  ])("%s", (_, edit, code) => {
    const dictionary = { ...loadDictionary(), edits: { edits: [edit], longestBond: 10 } };
    expect(() => buildTopology(far, dictionary, { unknownLigands: "error" }, createRunContext())).toThrowError(
      expect.objectContaining({ code, ...where }),
    );
  });
});
