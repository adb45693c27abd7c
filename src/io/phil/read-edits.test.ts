// Restraint edits in Phenix's vocabulary, and what is said about mistakes in them.
import { describe, expect, test } from "vitest";
import { readEdits } from "./read-edits.ts";

const bond = `bond {
  action = *add delete change
  atom_selection_1 = chain A and resseq 5 and name SG
  atom_selection_2 = "chain B and resname ZN"
  distance_ideal = 2.33
  sigma = 0.03
}`;

test("bonds and angles are read from an .eff file, whatever else it holds", () => {
  const text = `
# written by hand
refinement {
  main.number_of_macro_cycles = 5
  input { pdb { file_name = "model { with } braces.pdb" } }
  geometry_restraints.edits
    .short_caption = Edit restraints
  {
    excessive_bond_distance_limit = 20
    ${bond}
    !bond { action = add }
    angle {
      action = change
      atom_selection_1 = name A
      atom_selection_2 = name B \\
        and chain X
      atom_selection_3 = name C
      angle_ideal = 109.5 ; sigma = 2
    }
    dihedral {
      action = *add delete change
      atom_selection_1 = None
    }
  }
}`;
  const { edits, longestBond } = readEdits(text, "edits.eff");
  expect(longestBond).toBe(20);
  expect(edits).toEqual([
    {
      kind: "bond",
      action: "add",
      selections: ["chain A and resseq 5 and name SG", "chain B and resname ZN"],
      ideal: 2.33,
      sigma: 0.03,
      file: "edits.eff",
      place: "line 10, column 5",
    },
    {
      kind: "angle",
      action: "change",
      selections: ["name A", "name B and chain X", "name C"],
      ideal: 109.5,
      sigma: 2,
      file: "edits.eff",
      place: "line 18, column 5",
    },
  ]);
});

const dihedral = `dihedral {
  atom_selection_1 = resseq 1 and name N
  atom_selection_2 = resseq 1 and name CA
  atom_selection_3 = resseq 1 and name CB
  atom_selection_4 = resseq 1 and name CG
  angle_ideal = 180
  sigma = 15
  periodicity = 3
  alt_angle_ideals = 60, -60
}`;
const parallelity = (more: string): string => `parallelity {
  atom_selection_1 = resseq 1
  ${more}
  atom_selection_2 = resseq 2
}`;

test("dihedrals and planes are read with what they leave to Phenix's defaults", () => {
  const text = `geometry_restraints.edits { ${dihedral}
    planarity { action = delete
      atom_selection = resseq 5 and (name CB or name CG or name OD1 or name OD2)
    }
    ${parallelity("action = *add")} }`;
  const { edits } = readEdits(text, "e");
  expect(edits.map(({ kind, selections, ideal, sigma }) => [kind, selections.length, ideal, sigma])).toEqual([
    ["dihedral", 4, 180, 15],
    ["planarity", 1, undefined, undefined],
    ["parallelity", 2, 0, 0.027],
  ]);
  expect(edits[0]).toMatchObject({ periodicity: 3, alternatives: [60, -60] });
  expect(readEdits(dihedral.replace("= 180", "= -60"), "e").edits[0]).toMatchObject({ ideal: -60 });
});

test("a bare bond will do; slack and top-out come along", () => {
  const text = bond.replace("sigma = 0.03", "sigma = 0.03\n slack = 0.1\n limit = 0.5\n top_out = True");
  expect(readEdits(text, "e").edits[0]).toMatchObject({ slack: 0.1, limit: 0.5 });
  expect(readEdits(text.replace("True", "False"), "e").edits[0]).not.toHaveProperty("limit");
});

test("the empty form that Phenix writes is no edit", () => {
  const empty = "bond { action = *add delete change\n atom_selection_1 = None\n distance_ideal = None }";
  expect(readEdits(`${empty}\n${bond}`, "e").edits).toHaveLength(1);
});

describe("mistakes are named with line and column", () => {
  test.each([
    ["an open scope", "edits {\n bond {", "PHIL_SYNTAX", "line 2, column 2"],
    ["a brace too many", "edits { }\n }", "PHIL_SYNTAX", "line 2, column 2"],
    ["an open quotation", 'edits { x = "abc\n}', "PHIL_SYNTAX", "line 1, column 13"],
    ["an inclusion", "include file other.eff", "PHIL_SYNTAX", "line 1, column 1"],
    ["a name alone", "edits {\n  bond\n}", "PHIL_SYNTAX", "line 2, column 3"],
    ["an unknown setting", bond.replace("sigma", "sgima"), "EDIT_NAME", "line 6, column 3"],
    ["an unknown kind", "edits { bonds { } }", "EDIT_NAME", "line 1, column 9"],
    ["a word for a number", bond.replace("2.33", "short"), "EDIT_VALUE", "line 5, column 3"],
    ["a sigma of nothing", bond.replace("0.03", "0"), "EDIT_VALUE", "line 6, column 3"],
    ["no ideal", bond.replace("distance_ideal = 2.33", ""), "EDIT_VALUE", "line 1, column 1"],
    ["one atom", bond.replace(/atom_selection_2.*/, ""), "EDIT_VALUE", "line 1, column 1"],
    ["an unknown action", bond.replace("*add", "*remove"), "EDIT_VALUE", "line 2, column 3"],
    [
      "a symmetry copy",
      bond.replace("sigma", "symmetry_operation = x,y,z\n sigma"),
      "EDIT_UNSUPPORTED",
      "line 6, column 3",
    ],
    ["half a torsion", "edits {\n dihedral { atom_selection_1 = name CA }\n}", "EDIT_VALUE", "line 2, column 2"],
    ["half a minimum", dihedral.replace("periodicity = 3", "periodicity = 2.5"), "EDIT_VALUE", "line 8, column 3"],
    ["words for angles", dihedral.replace("-60", "low"), "EDIT_VALUE", "line 9, column 3"],
    ["a plane without sigma", "planarity { atom_selection = resseq 4 }", "EDIT_VALUE", "line 1, column 1"],
    ["planes more than crossed", parallelity("target_angle_deg = 91"), "EDIT_VALUE", "line 3, column 3"],
    [
      "scaled restraints",
      "edits { scale_restraints { atom_selection = all } }",
      "EDIT_UNSUPPORTED",
      "line 1, column 9",
    ],
  ])("%s", (_, text, code, place) => {
    expect(() => readEdits(text, "bad.eff")).toThrowError(expect.objectContaining({ code, place, file: "bad.eff" }));
  });

  test("nothing to edit", () => {
    expect(() => readEdits("refinement { x = 1 }", "e")).toThrowError(expect.objectContaining({ code: "EDITS_EMPTY" }));
  });
});
