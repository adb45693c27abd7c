// Verdicts on the example: a true model, its map, and changes made to it on purpose.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRunContext } from "../../base/run-context.ts";
import { chiAngles } from "../../chemistry/chi-angles.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import type { DensityMap } from "../../density/map.ts";
import { readMap } from "../../io/read-map.ts";
import { readModel } from "../../io/read-model.ts";
import { createEngine } from "../../kernels/engine.ts";
import { combine, cross, dot, minus, plus, unit, type Vector3, vectorAt } from "../../math/vector3.ts";
import { findResidue, type Model, withCoordinates } from "../../model/model.ts";
import { atomsOfResidue } from "../../topology/residue-atoms.ts";
import { measureUnrestrained } from "../../validation/geometry/geometry-report.ts";
import { type GeometryTables, loadGeometryTables } from "../../validation/geometry/geometry-tables.ts";
import { type JudgedModel, measureResidues } from "./measure-residues.ts";
import type { ResidueVerdicts } from "./residue-verdicts.ts";
import { describeVerdict, verdictColumns } from "./verdict-table.ts";

const engine = createEngine({ threads: 1 });
const dictionary = loadDictionary();
let truth: Model;
let map: DensityMap;
let tables: GeometryTables;
let trueState: JudgedModel;

beforeAll(async () => {
  const context = createRunContext();
  truth = await readModel(readFileSync("example/true.pdb"), "true.pdb", context);
  map = (await readMap(readFileSync("example/map.mrc.gz"), "map.mrc.gz", context)).map;
  tables = await loadGeometryTables(null);
  trueState = await judged(truth);
});
afterAll(() => engine.close());

async function judged(model: Model): Promise<JudgedModel> {
  return { model, ...(await measureUnrestrained({ model, dictionary }, tables, createRunContext())) };
}

function compare(before: JudgedModel, after: JudgedModel): ResidueVerdicts {
  const options = { tables, overallB: 30, resolution: 3, table: "electron" } as const;
  return measureResidues(engine, { before, after, map }, options, createRunContext());
}

function rowOf(model: Model, number: number, name: string): number {
  const residue = findResidue(model, "A", number, "");
  return [...atomsOfResidue(model, residue)].find((atom) => model.atoms.name[atom] === name)!;
}

function turn(xyz: Float64Array, from: number, to: number, moving: readonly number[], degrees: number): void {
  const origin = vectorAt(xyz, to);
  const axis = unit(minus(origin, vectorAt(xyz, from))) as Vector3;
  const angle = (degrees * Math.PI) / 180;
  for (const atom of moving) {
    const arm = minus(vectorAt(xyz, atom), origin);
    const along = dot(axis, arm) * (1 - Math.cos(angle));
    xyz.set(
      plus(origin, combine([Math.cos(angle), arm], [Math.sin(angle), cross(axis, arm)], [along, axis])),
      3 * atom,
    );
  }
}

/** The truth with a side chain turned about its first torsion. */
function withTurnedSideChain(number: number, degrees: number): Model {
  const xyz = truth.atoms.xyz.slice();
  const residue = findResidue(truth, "A", number, "");
  const backbone = new Set(["N", "CA", "C", "O", "CB"]);
  const moving = [...atomsOfResidue(truth, residue)].filter((atom) => !backbone.has(truth.atoms.name[atom]!));
  turn(xyz, rowOf(truth, number, "CA"), rowOf(truth, number, "CB"), moving, degrees);
  return withCoordinates(truth, xyz);
}

describe("verdicts on residues", () => {
  test("nothing is said to have changed where nothing has", () => {
    const { residues, summary } = compare(trueState, trueState);
    expect(residues).toHaveLength(129);
    expect(residues.every(({ moved, cc }) => moved.rmsd === 0 && cc.z === 0)).toBe(true);
    expect(summary).toMatchObject({ moved: 0, sideChainsChanged: 0, peptidesFlipped: 0, fitsBetter: 0, fitsWorse: 0 });
    expect(summary.outliers.clash.before).toBe(summary.outliers.clash.after);
    expect(summary.outliers.clash.new).toBe(0);
  });

  test("a side chain put back is named, with its rotamers, its better fit and the clashes it had", async () => {
    const turned = await judged(withTurnedSideChain(105, 120));
    const { residues, summary } = compare(turned, trueState);
    const own = residues.find(({ number }) => number === 105)!;
    expect(own.sideChain).toMatchObject({ kind: "changed", to: own.rotamer.after });
    expect(own.moved.most).toBeGreaterThan(2);
    expect(own.fit).toBe("better");
    expect(own.q.after!).toBeGreaterThan(own.q.before! + 0.1);
    expect(own.cleared).toContain("clash");
    expect(describeVerdict(own)).toMatch(/^side chain changed: .* -> .*; fits better; /);
    expect(summary).toMatchObject({ sideChainsChanged: 1 });
    expect(summary.outliers.clash.before).toBeGreaterThan(summary.outliers.clash.after);
    // One in forty falls below two standard deviations by chance.
    expect(summary.fitsWorse).toBeLessThan(4);
    // Its neighbours gain from it; residues far away do not.
    expect(summary.fitsBetter).toBeLessThan(20);
  });

  test("an eclipsed side chain is an outlier that nothing speaks for: its true rotamer has more density", async () => {
    for (const number of [56, 62]) {
      const eclipsed = await judged(withTurnedSideChain(number, 60));
      const own = compare(trueState, eclipsed).residues.find((residue) => residue.number === number)!;
      const outlier = own.outliers.find(({ kind }) => kind === "rotamer")!;
      expect(outlier).toMatchObject({ isNew: true });
      expect(["open", "no density"]).toContain(outlier.reason);
      if (outlier.reason === "open") expect(outlier.because).toContain(own.rotamer.before!);
    }
  });

  test("a carbonyl that points the other way is a flipped peptide, of its own residue alone", async () => {
    const xyz = truth.atoms.xyz.slice();
    const moving = [rowOf(truth, 10, "C"), rowOf(truth, 10, "O"), rowOf(truth, 11, "N")];
    turn(xyz, rowOf(truth, 10, "CA"), rowOf(truth, 11, "CA"), moving, 180);
    const { residues } = compare(await judged(withCoordinates(truth, xyz)), trueState);
    expect(residues.filter(({ peptideFlipped }) => peptideFlipped).map(({ number }) => number)).toEqual([10]);
    expect(residues.find(({ number }) => number === 10)!.fit).toBe("better");
  });

  test("exchanged names of equal atoms are no movement", async () => {
    const xyz = truth.atoms.xyz.slice();
    const [first, second] = [rowOf(truth, 52, "OD1"), rowOf(truth, 52, "OD2")];
    xyz.set(vectorAt(truth.atoms.xyz, second), 3 * first);
    xyz.set(vectorAt(truth.atoms.xyz, first), 3 * second);
    const own = compare(trueState, await judged(withCoordinates(truth, xyz))).residues[51]!;
    expect(own).toMatchObject({ number: 52, name: "ASP", moved: { rmsd: 0 }, sideChain: null });
    expect(chiAngles("ASP")).toHaveLength(2);
  });

  test("rows of the table have a value or an empty cell in every column", () => {
    const { residues } = compare(trueState, trueState);
    for (const { value } of verdictColumns) {
      for (const residue of residues)
        expect(["string", "number", "object", "undefined"]).toContain(typeof value(residue));
    }
    expect(verdictColumns.map(({ name }) => name)).toContain("verdict");
  });
});
