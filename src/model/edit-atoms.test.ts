// Taking out and putting in atoms keeps every table consistent with the atoms that are there.
import { describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { editAtoms, type NewAtom } from "./edit-atoms.ts";
import { atomLabel, type Model } from "./model.ts";

const model = readLines([...peptideLines(["ALA", "GLY", "ALA"], { phi: -60, psi: -45 }), "TER"]);
const labels = (of: Model): string[] => Array.from({ length: of.atoms.count }, (_, atom) => atomLabel(of, atom));
const hydrogen = (after: number, name: string): NewAtom => ({
  after,
  name,
  element: 1,
  altloc: "",
  xyz: [1, 2, 3],
  occupancy: 0.5,
  bFactor: 12,
});

describe("editing atoms", () => {
  test("new atoms follow the atom they are for, in the order given, in its residue", () => {
    const {
      model: edited,
      added,
      rowOf,
    } = editAtoms(model, {
      add: [hydrogen(4, "HA"), hydrogen(0, "H"), hydrogen(4, "HB")],
    });
    const expected = labels(model).flatMap((label, row) => {
      if (row === 0) return [label, "A 1 ALA H"];
      return row === 4 ? [label, "A 1 ALA HA", "A 1 ALA HB"] : [label];
    });
    expect(labels(edited)).toEqual(expected);
    expect([...added].map((row) => edited.atoms.name[row])).toEqual(["HA", "H", "HB"]);
    expect(edited.atoms.name[rowOf[5]!]).toBe(model.atoms.name[5]);
    expect([...edited.atoms.xyz.subarray(3, 6), edited.atoms.occupancy[1], edited.atoms.bFactor[1]]).toEqual([
      1, 2, 3, 0.5, 12,
    ]);
    expect([...edited.atoms.serial]).toEqual(Array.from(expected, (_, row) => row + 1));
    expect([...edited.sourceRows!].filter((row) => row >= 0)).toEqual([...model.atoms.serial].map((_, row) => row));
  });

  test("atoms put in and taken out again leave the model as it was", () => {
    const { model: with1, added } = editAtoms(model, { add: [hydrogen(0, "H"), hydrogen(7, "H")] });
    const remove = new Uint8Array(with1.atoms.count);
    for (const row of added) remove[row] = 1;
    const back = editAtoms(with1, { remove }).model;
    expect(labels(back)).toEqual(labels(model));
    expect(back.residues).toEqual(model.residues);
    expect(back.chains).toEqual(model.chains);
    expect([...back.sourceRows!]).toEqual(labels(model).map((_, row) => row));
  });

  test("residues without atoms go, and the end of their segment moves to the one before", () => {
    const remove = Uint8Array.from(model.atoms.residue, (residue) => (residue === 2 ? 1 : 0));
    const { model: edited } = editAtoms(model, { remove });
    expect(edited.residues.name).toEqual(["ALA", "GLY"]);
    expect([...edited.residues.endsSegment]).toEqual([0, 1]);
    expect([...edited.chains.residueIndex]).toEqual([0, 1]);
  });

  test("chains without atoms go", () => {
    const { model: edited } = editAtoms(model, { remove: new Uint8Array(model.atoms.count).fill(1) });
    expect([edited.atoms.count, edited.residues.count, edited.chains.count]).toEqual([0, 0, 0]);
  });
});
