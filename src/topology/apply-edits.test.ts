// A user's edits of bonds and angles, as they arrive in the topology.
import { describe, expect, test } from "vitest";
import { evaluateTerms } from "../../test/support/evaluate-terms.ts";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import type {
  AngleEdit,
  BondEdit,
  DihedralEdit,
  ParallelityEdit,
  PlanarityEdit,
  RestraintEdit,
} from "../chemistry/restraint-edits.ts";
import { createEngine } from "../kernels/engine.ts";
import { covalentSubset } from "../restraints/covalent.ts";
import { buildTopology } from "./build-topology.ts";
import type { Topology } from "./topology.ts";

const model = readLines(peptideLines(["ALA", "ALA"], { phi: -120, psi: 130 }));
const engine = createEngine();
const where = { file: "edits.eff", place: "line 3, column 5" };

function build(...edits: readonly RestraintEdit[]): Topology {
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

const plane = (action: PlanarityEdit["action"], selection: string, sigma?: number): PlanarityEdit => ({
  kind: "planarity",
  action,
  selections: [selection],
  ...(sigma === undefined ? {} : { sigma }),
  ...where,
});
const parallel = (action: ParallelityEdit["action"], selections: readonly string[]): ParallelityEdit => ({
  kind: "parallelity",
  action,
  selections,
  ideal: 0,
  sigma: 0.027,
  ...where,
});
const dihedral = (
  action: DihedralEdit["action"],
  atoms: readonly string[],
  rest: Partial<DihedralEdit> = {},
): DihedralEdit => ({ kind: "dihedral", action, selections: atoms, ...where, ...rest });

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

describe("dihedrals", () => {
  const omega = [atom(1, "CA"), atom(1, "C"), atom(2, "N"), atom(2, "CA")];
  const psi = [atom(1, "N"), atom(1, "CA"), atom(1, "C"), atom(2, "N")];
  /** Ideal, sigma and periodicity of those over these atoms. */
  const over = ({ dihedrals }: Topology, rows: readonly number[]): unknown[] =>
    Array.from({ length: dihedrals.count }, (_, row) => row)
      .filter((row) => {
        const own = [dihedrals.i[row]!, dihedrals.j[row]!, dihedrals.k[row]!, dihedrals.l[row]!];
        return own.join() === rows.join() || own.toReversed().join() === rows.join();
      })
      .map((row) => [dihedrals.ideal[row], dihedrals.sigma[row], dihedrals.periodicity[row]]);

  test("are added with one minimum where nothing is said", () => {
    const before = build();
    expect(over(before, [0, 1, 2, 5])).toEqual([]);
    const after = build(dihedral("add", psi, { ideal: 140, sigma: 10 }));
    expect(over(after, [0, 1, 2, 5])).toEqual([[140, 10, 1]]);
    expect(after.dihedrals.id).toHaveLength(before.dihedrals.count + 1);
  });

  test("take the ideal nearest to the model", () => {
    // psi of the model is 130 degrees.
    const after = build(dihedral("add", psi, { ideal: -47, alternatives: [60, 150, 270], sigma: 10 }));
    expect(over(after, [0, 1, 2, 5])).toEqual([[150, 10, 1]]);
  });

  test("are changed in what is said, replaced and deleted, whichever way round they are written", () => {
    const [[ideal, , period]] = over(build(), [1, 2, 5, 6]) as [[number, number, number]];
    const changed = build(dihedral("change", omega.toReversed(), { sigma: 2 }));
    expect(over(changed, [1, 2, 5, 6])).toEqual([[ideal, 2, period]]);
    const replaced = build(dihedral("add", omega, { ideal: 170, sigma: 3, periodicity: 0 }));
    expect(over(replaced, [1, 2, 5, 6])).toEqual([[170, 3, 0]]);
    const { dihedrals } = build(dihedral("delete", omega));
    expect(dihedrals.count).toBe(build().dihedrals.count - 1);
    expect(dihedrals.id).not.toContain("omega");
  });
});

describe("planes", () => {
  const { planes: before } = build();
  const atomsOf = (list: Topology["planes"]): string[] =>
    list.id.map((_, row) =>
      list.atom
        .slice(list.offset[row]!, list.offset[row + 1]!)
        .toSorted()
        .join(),
    );
  const peptide = "(resseq 1 and (name CA or name C or name O)) or (resseq 2 and name N)";

  test("are added, changed and deleted by their atoms", () => {
    const added = build(plane("add", "resseq 1 and not name O", 0.05)).planes;
    expect(atomsOf(added)).toEqual([...atomsOf(before), "0,1,2,4"]);
    const row = atomsOf(before).indexOf("1,2,3,5");
    const changed = build(plane("change", peptide, 0.1)).planes;
    expect([...changed.sigma.subarray(changed.offset[row]!, changed.offset[row + 1]!)]).toEqual([0.1, 0.1, 0.1, 0.1]);
    expect(atomsOf(changed)).toEqual(atomsOf(before));
    const deleted = build(plane("delete", peptide)).planes;
    expect(atomsOf(deleted)).toEqual(atomsOf(before).toSpliced(row, 1));
    expect(deleted.sigma).toHaveLength(deleted.offset.at(-1)!);
  });

  test("are held parallel in pairs, with a pull on their atoms", () => {
    const topology = build(parallel("add", ["resseq 1 and (name N or name CA or name C)", "resseq 2 and not name O"]));
    const { parallelities } = topology;
    expect([parallelities!.count, ...parallelities!.first]).toEqual([1, 0, 1, 2]);
    const { xyz } = model.atoms;
    const { energies, gradient } = evaluateTerms(engine, { lists: topology, xyz });
    expect(energies.parallelity).toBeGreaterThan(1);
    const plain = evaluateTerms(engine, { lists: build(), xyz }).gradient;
    expect(Math.max(...gradient.map((value, at) => Math.abs(value - plain[at]!)))).toBeGreaterThan(1);
  });

  test("in pairs keep the atoms a part of the model has", () => {
    const topology = build(parallel("add", ["resseq 1", "resseq 2"]));
    const without = Uint8Array.from({ length: 10 }, (_, row) => (row === 4 ? 1 : 0));
    const { parallelities } = covalentSubset(topology, { without });
    expect([[...parallelities!.first], [...parallelities!.secondOffset]]).toEqual([
      [0, 1, 2, 3],
      [0, 5],
    ]);
    const touching = new Uint8Array(10);
    expect(covalentSubset(topology, { touching }).parallelities!.count).toBe(0);
  });
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
    [
      "a dihedral that is not there",
      dihedral(
        "delete",
        ["N", "CA", "C", "O"].map((name) => atom(1, name)),
      ),
      "EDIT_ABSENT",
    ],
    ["a plane that is not there", plane("delete", "resseq 1 and not name O"), "EDIT_ABSENT"],
    ["a plane of three atoms", plane("add", "resseq 1 and (name N or name CA or name C)", 0.1), "EDIT_SELECTION"],
    ["a pair of planes to delete", parallel("delete", ["resseq 1", "resseq 2"]), "EDIT_ABSENT"],
    ["a bond across the model", bond("add", [atom(1, "N"), atom(8, "C")], { ideal: 2, sigma: 0.1 }), "EDIT_BOND_LONG"],
  ])("%s", (_, edit, code) => {
    const dictionary = { ...loadDictionary(), edits: { edits: [edit], longestBond: 10 } };
    expect(() => buildTopology(far, dictionary, { unknownLigands: "error" }, createRunContext())).toThrowError(
      expect.objectContaining({ code, ...where }),
    );
  });

  test("two edits of one term", () => {
    const first = bond("change", [atom(1, "CA"), atom(1, "C")], { ideal: 1.5 });
    const second = { ...bond("delete", [atom(1, "C"), atom(1, "CA")]), place: "line 9, column 1" };
    expect(() => build(first, second)).toThrowError(
      expect.objectContaining({
        code: "EDIT_CONFLICT",
        place: "line 9, column 1",
        message: expect.stringContaining("line 3, column 5 of edits.eff"),
        hint: expect.any(String),
      }),
    );
  });
});
