// Covalent outliers made on purpose in small peptides, and what they are called.
import { describe, expect, test } from "vitest";
import { atomLine, type Point, peptideLines, place, readLines } from "../../../test/support/peptide.ts";
import { helical, strandLines } from "../../../test/support/rna-strand.ts";
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import { createEngine } from "../../kernels/engine.ts";
import { type Model, withCoordinates } from "../../model/model.ts";
import { analyzeCovalent, type CovalentAnalysis } from "./covalent.ts";
import type { GeometrySummary } from "./geometry-statistics.ts";
import { computeGeometry } from "./model-geometry.ts";
import { findNamingSwaps } from "./naming.ts";

const lines = peptideLines(["ALA", "GLY", "ALA", "ALA"], { phi: -60, psi: -45 });
const plain = readLines(lines);

function judge(model: Model): CovalentAnalysis & { readonly geometry: GeometrySummary } {
  const input = { model, dictionary: loadDictionary() };
  const { topology, geometry } = computeGeometry(
    createEngine(),
    input,
    { unknownLigands: "error" },
    createRunContext(),
  );
  return { ...analyzeCovalent(model, topology), geometry };
}

function rowOf({ atoms, residues }: Model, number: number, name: string): number {
  return atoms.name.findIndex((own, row) => own === name && residues.sequenceNumber[atoms.residue[row]!] === number);
}

const pointAt = ({ atoms: { xyz } }: Model, row: number): Point => [
  xyz[3 * row]!,
  xyz[3 * row + 1]!,
  xyz[3 * row + 2]!,
];

function movedTo(model: Model, row: number, point: Point): Model {
  const xyz = model.atoms.xyz.slice();
  xyz.set(point, 3 * row);
  return withCoordinates(model, xyz);
}

/** The CB of residue 3 anywhere around its CA, by its dihedral C, N, CA, CB. */
function withBeta(distance: number, angle: number, dihedral: number): Model {
  const [c, n, ca] = ["C", "N", "CA"].map((name) => pointAt(plain, rowOf(plain, 3, name)));
  return movedTo(plain, rowOf(plain, 3, "CB"), place(c!, n!, ca!, distance, angle, dihedral));
}

describe("outliers of a peptide", () => {
  test("are none in standard geometry, and the statistics are those of the restraint tables", () => {
    const { outliers, summary, geometry } = judge(plain);
    expect(outliers.filter(({ kind }) => kind !== "dihedral")).toEqual([]);
    expect(summary.bonds.count).toBe(geometry.bond.count);
    expect(summary.angles.rmsd).toBeCloseTo(geometry.angle.rmsd!, 12);
    expect(summary.planarity.rmsZ).toBeCloseTo(geometry.planarity.rmsZ!, 12);
    expect(summary.bonds.byClass.protein).toEqual({
      count: summary.bonds.count,
      outliers4: 0,
      outliers5: 0,
      rmsd: summary.bonds.rmsd,
      rmsZ: summary.bonds.rmsZ,
    });
  });

  test("a bond stretched by 0.3 Angstrom is too long, and the worst of its kind", () => {
    const { outliers, summary } = judge(withBeta(1.83, 110.5, -122.6));
    const bonds = outliers.filter(({ kind }) => kind === "bond");
    expect(bonds).toMatchObject([
      { label: "A 3 ALA", atoms: ["A 3 ALA CB", "A 3 ALA CA"].toSorted(), class: "protein", cause: "too long" },
    ]);
    expect(bonds[0]!.value).toBeCloseTo(1.83, 3);
    expect(bonds[0]!.z).toBeCloseTo((bonds[0]!.value - bonds[0]!.ideal) / bonds[0]!.sigma, 10);
    expect(summary.bonds).toMatchObject({ outliers4: 1, outliers5: 1 });
    expect(summary.bonds.worst[0]).toEqual(bonds[0]);
    expect(summary.bonds.worst).toHaveLength(5);
  });

  test("a bond and an angle can be too short and too small", () => {
    const { outliers } = judge(withBeta(1.3, 90, -122.6));
    expect(outliers.find(({ kind }) => kind === "bond")?.cause).toBe("too short");
    const vertex = outliers.find(({ kind, atoms }) => kind === "angle" && atoms.includes("A 3 ALA N"));
    expect(vertex).toMatchObject({ label: "A 3 ALA", cause: "too small" });
  });

  test("a CB on the other side is of the wrong hand, one pulled down is distorted", () => {
    const mirrored = judge(withBeta(1.53, 110.5, 122.6));
    expect(mirrored.summary.chirality).toMatchObject({ outliers4: 1, wrongHand: 1, distorted: 0 });
    expect(mirrored.outliers.find(({ kind }) => kind === "chirality")).toMatchObject({
      label: "A 3 ALA",
      cause: "wrong hand",
    });
    const flat = judge(withBeta(1.53, 110.5, -165));
    expect(flat.summary.chirality).toMatchObject({ outliers4: 1, wrongHand: 0, distorted: 1 });
  });

  test("a carbonyl oxygen out of its plane makes it not flat", () => {
    const [n, ca, c] = ["N", "CA", "C"].map((name) => pointAt(plain, rowOf(plain, 2, name)));
    const bent = movedTo(plain, rowOf(plain, 2, "O"), place(n!, ca!, c!, 1.229, 120.5, 180));
    const { outliers } = judge(bent);
    const planes = outliers.filter(({ kind }) => kind === "planarity");
    expect(planes.map(({ cause }) => cause)).toEqual(["not flat"]);
    expect(planes[0]!.atoms).toContain("A 2 GLY O");
  });

  test("a model squeezed into a plane has planes without deviation, not without value", () => {
    const xyz = plain.atoms.xyz.map((value, index) => (index % 3 === 2 ? 0 : value));
    expect(judge(withCoordinates(plain, xyz)).geometry.planarity.rmsZ).toBe(0);
  });
});

test("restraints count by what their atoms belong to", () => {
  const strand = strandLines([helical, helical]).map((line) => `${line.slice(0, 20)} B${line.slice(22)}`);
  const { summary } = judge(readLines([...lines, "TER", ...strand]));
  const { protein, nucleicAcid, other } = summary.bonds.byClass;
  expect(protein.count).toBe(judge(plain).summary.bonds.count);
  expect(nucleicAcid.count).toBeGreaterThan(10);
  expect([other.count, other.rmsd]).toEqual([0, null]);
  expect(protein.count + nucleicAcid.count).toBe(summary.bonds.count);
});

test("without restraints nothing is known", () => {
  const { summary, outliers } = judge(readLines([atomLine(1, "O", "HOH", 1, [0, 0, 0])]));
  expect(outliers).toEqual([]);
  expect(summary.bonds).toMatchObject({ count: 0, rmsd: null, rmsZ: null, worst: [] });
});

describe("names of equal atoms", () => {
  const [n, ca, cb]: readonly Point[] = ["N", "CA", "CB"].map((name) => pointAt(plain, rowOf(plain, 3, name)));
  const valine = (first: string, second: string): Model => {
    const methyls = [
      [first, 175],
      [second, -63],
    ] as const;
    const others = lines.filter((line) => line.slice(22, 26) === "   3").map((line) => line.replace("ALA", "VAL"));
    const added = methyls.map(([name, chi], index) =>
      atomLine(90 + index, name, "VAL", 3, place(n!, ca!, cb!, 1.52, 110.5, chi)),
    );
    return readLines([...others, ...added]);
  };

  test("those of a trans valine are in order", () => {
    expect(findNamingSwaps(valine("CG1", "CG2"))).toEqual({ swaps: [], summary: { count: 1, swapped: 0 } });
  });

  test("exchanged ones are found, whatever restraints say", () => {
    const { swaps, summary } = findNamingSwaps(valine("CG2", "CG1"));
    expect(summary).toEqual({ count: 1, swapped: 1 });
    expect(swaps).toMatchObject([{ label: "A 3 VAL", centre: "CB", atoms: ["CG1", "CG2"] }]);
    expect(judge(valine("CG2", "CG1")).summary.naming.swapped).toBe(1);
  });
});
