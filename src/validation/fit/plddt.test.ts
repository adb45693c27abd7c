// A B column of pLDDT is told from B factors by its values, and becomes B factors.
import { expect, test } from "vitest";
import { helixBundle } from "../../../test/support/helix-bundle.ts";
import { peptideLines, readLines } from "../../../test/support/peptide.ts";
import { createRunContext } from "../../base/run-context.ts";
import { readMmcif } from "../../io/mmcif/read-mmcif.ts";
import { statesPlddt } from "../../io/predicted-model.ts";
import type { Model } from "../../model/model.ts";
import { bFactorFromPlddt, detectPlddt, replacePlddt } from "./plddt.ts";

const bundle = helixBundle();

function withB(valueAt: (residue: number, atom: number) => number, model: Model = bundle): Model {
  const bFactor = model.atoms.bFactor.map((_value, atom) => valueAt(model.atoms.residue[atom]!, atom));
  return { ...model, atoms: { ...model.atoms, bFactor } };
}

/** 0 in the middle of the bundle to 1 at its far end. */
function depth(residue: number): number {
  const ca = 3 * bundle.residues.atomIndex[bundle.residues.atomOffset[residue]! + 1]!;
  const middle = [10, 5, 13];
  const distance = Math.hypot(...middle.map((value, axis) => bundle.atoms.xyz[ca + axis]! - value));
  return Math.min(1, distance / 40);
}

test("confidence that is high in the core is recognised", () => {
  const evidence = detectPlddt(withB((residue) => Math.round(100 * (97 - 60 * depth(residue) ** 3)) / 100));
  expect(evidence).toMatchObject({ isPlddt: true, scale: 100, isStated: false, residues: 168, constantShare: 1 });
  expect(evidence.withNeighbours).toBeGreaterThan(0);
});

test.each([
  ["B factors of residues, lowest in the core", (residue: number): number => 20 + 70 * depth(residue) + (residue % 7)],
  ["B factors of atoms", (residue: number, atom: number): number => 97 - 60 * depth(residue) ** 3 - (atom % 5)],
  ["one B for all", (): number => 80],
  ["two B for domains", (residue: number): number => (residue < 20 ? 60 : 90)],
  ["values beyond 100", (residue: number): number => 140 - 60 * depth(residue) ** 3],
  ["Q-scores", (residue: number): number => 0.8 - 0.5 * depth(residue) ** 3],
])("%s are no pLDDT", (_name, valueAt) => {
  expect(detectPlddt(withB(valueAt))).toMatchObject({ isPlddt: false, scale: null });
});

test("where the file states it, few residues and fractions are enough, but not B factors of atoms", () => {
  const short = readLines(peptideLines(["ALA", "GLY", "ALA"], { phi: -60, psi: -45 }));
  expect(detectPlddt(withB((residue) => 40 + residue, short))).toMatchObject({ isPlddt: false });
  expect(
    detectPlddt(
      withB((residue) => 40 + residue, short),
      true,
    ),
  ).toMatchObject({ isPlddt: true, scale: 100 });
  expect(
    detectPlddt(
      withB((residue) => 0.4 + 0.1 * residue, short),
      true,
    ),
  ).toMatchObject({ isPlddt: true, scale: 1 });
  expect(
    detectPlddt(
      withB((_residue, atom) => 40 + atom, short),
      true,
    ),
  ).toMatchObject({ isPlddt: false });
  expect(
    detectPlddt(
      withB(() => 20, short),
      true,
    ),
  ).toMatchObject({ isPlddt: false });
});

test("a model without protein has no evidence", () => {
  const line = "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00 90.00           O  ";
  expect(detectPlddt(readLines([line]))).toMatchObject({ isPlddt: false, residues: 0, median: null });
});

test("pLDDT of 70 stands for an error of 1.5 Angstrom", () => {
  expect(bFactorFromPlddt(70)).toBeCloseTo((8 * Math.PI ** 2 * 1.5 ** 2) / 3, 10);
  expect(bFactorFromPlddt(95)).toBeCloseTo((8 * Math.PI ** 2 * (1.5 * Math.exp(-1)) ** 2) / 3, 10);
  const model = withB((residue) => 0.5 + 0.001 * residue);
  const evidence = { ...detectPlddt(model, true) };
  expect(replacePlddt(model, evidence).atoms.bFactor[0]).toBeCloseTo(bFactorFromPlddt(50), 8);
  expect(replacePlddt(bundle, detectPlddt(bundle))).toBe(bundle);
});

test("files state it by ModelCIF's table or by their title", () => {
  const title = "TITLE     ALPHAFOLD MONOMER V2.0 PREDICTION FOR ALANINE";
  const lines = peptideLines(["ALA"], { phi: -60, psi: -45 });
  expect(statesPlddt(readLines([title, ...lines]))).toBe(true);
  expect(statesPlddt(readLines(lines))).toBe(false);
  const cif = (metric: string): Model =>
    readMmcif(
      `data_x
loop_
_ma_qa_metric.id
_ma_qa_metric.mode
_ma_qa_metric.name
_ma_qa_metric.type
1 global ${metric} ${metric}
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.B_iso_or_equiv
ATOM 1 C CA ALA A 1 1.0 2.0 3.0 90.5
`,
      "x.cif",
      createRunContext(),
    );
  expect(statesPlddt(cif("pLDDT"))).toBe(true);
  expect(statesPlddt(cif("zscore"))).toBe(false);
});
