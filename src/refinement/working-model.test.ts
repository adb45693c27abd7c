// The model that is refined has the hydrogens that were asked for, and leads back to the atoms of its input.
import { describe, expect, test } from "vitest";
import { peptideLines, readLines } from "../../test/support/peptide.ts";
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import { addHydrogens } from "../hydrogens/add-hydrogens.ts";
import { editAtoms } from "../model/edit-atoms.ts";
import { type Model, withCoordinates } from "../model/model.ts";
import {
  finishModel,
  type HydrogenChoice,
  inputWithCoordinates,
  marksOfWorkingModel,
  prepareWorkingModel,
  type WorkingModel,
} from "./working-model.ts";

const dictionary = loadDictionary();
const bare = readLines(peptideLines(["ALA", "GLY", "ALA"], { phi: -60, psi: -45 }));
const partial = withSomeHydrogens();

/** Hydrogens on the second residue alone. */
function withSomeHydrogens(): Model {
  const { model } = addHydrogens(bare, dictionary, {}, createRunContext());
  const { element, residue } = model.atoms;
  const remove = element.map((own, row) => (own === 1 && residue[row] !== 1 ? 1 : 0));
  return editAtoms(model, { remove }).model;
}

function prepare(model: Model, choice: HydrogenChoice): WorkingModel {
  return prepareWorkingModel(model, dictionary, choice, createRunContext());
}

/** Coordinates that are shifted by a number of their own. */
function shifted({ atoms }: Model): Float64Array {
  return atoms.xyz.map((value, at) => value + 0.01 * Math.floor(at / 3));
}

const countHydrogens = ({ atoms }: Model): number => atoms.element.filter((element) => element === 1).length;
const labelsOf = ({ atoms }: Model): string[] => atoms.name.map((name, row) => `${atoms.residue[row]!} ${name}`);

describe("the model that is refined", () => {
  test.each([
    ["auto", 15, 15],
    ["keep", 3, 3],
    ["drop", 15, 0],
    ["none", 0, 0],
  ] as const)("has with %s %i hydrogens, and %i are written", (choice, refined, written) => {
    const working = prepare(partial, choice);
    expect(countHydrogens(working.model)).toBe(refined);
    expect(working.added - working.removed).toBe(refined - 3);
    expect(countHydrogens(finishModel(working, working.model))).toBe(written);
  });

  test.each(["auto", "keep", "drop", "none"] as const)("has with %s every heavy atom where the maps say", (choice) => {
    const { model, rowOf, inputRow } = prepare(partial, choice);
    const [before, after] = [labelsOf(partial), labelsOf(model)];
    rowOf.forEach((row, own) => {
      if (row < 0) return expect(partial.atoms.element[own]).toBe(1);
      expect(after[row]).toBe(before[own]);
      return expect(inputRow[row]).toBe(own);
    });
    expect(inputRow.filter((row) => row >= 0).length).toBe(rowOf.filter((row) => row >= 0).length);
  });

  test("has hydrogens of the input where they were, and names the parents of those put in", () => {
    const { model, rowOf, parentOf, inputRow } = prepare(partial, "auto");
    rowOf.forEach((row, own) => {
      expect(model.atoms.xyz.slice(3 * row, 3 * row + 3)).toEqual(partial.atoms.xyz.slice(3 * own, 3 * own + 3));
    });
    const { name, residue } = model.atoms;
    const parents = Object.fromEntries(
      Array.from(parentOf, (parent, row) => [`${residue[row]!} ${name[row]!}`, parent < 0 ? "" : name[parent]!]),
    );
    expect(parents).toMatchObject({ "0 HA": "CA", "0 HB2": "CB", "0 H1": "N", "1 HA2": "", "2 H": "N", "2 HA": "CA" });
    expect([...inputRow].every((row, own) => row >= 0 !== parentOf[own]! >= 0)).toBe(true);
  });

  test("has hydrogens marked where their atoms are", () => {
    const working = prepare(bare, "auto");
    const marks = Uint8Array.from(bare.atoms.residue, (residue) => (residue === 2 ? 1 : 0));
    expect([...marksOfWorkingModel(working, marks)]).toEqual(
      Array.from(working.model.atoms.residue, (residue) => (residue === 2 ? 1 : 0)),
    );
  });
});

describe("the way back", () => {
  test("gives the input's atoms new coordinates, hydrogens that were taken out near their atoms", () => {
    for (const choice of ["auto", "keep", "drop", "none"] as const) {
      const working = prepare(partial, choice);
      const refined = shifted(working.model);
      const back = inputWithCoordinates(working, refined);
      expect(labelsOf(back)).toEqual(labelsOf(partial));
      expect(back.atoms.bFactor).toBe(partial.atoms.bFactor);
      working.rowOf.forEach((row, own) => {
        if (row >= 0) expect(back.atoms.xyz[3 * own]).toBe(refined[3 * row]);
        else expect(Math.abs(back.atoms.xyz[3 * own]! - partial.atoms.xyz[3 * own]!)).toBeLessThan(0.2);
      });
    }
  });

  test("gives hydrogens that were put in B and occupancy of their atoms, and none of the others", () => {
    const working = prepare(partial, "auto");
    const { atoms } = working.model;
    const bFactor = atoms.bFactor.map((_b, row) => 10 + row);
    const occupancy = atoms.occupancy.map((_one, row) => 1 / (1 + row));
    const written = finishModel(working, { ...working.model, atoms: { ...atoms, bFactor, occupancy } }).atoms;
    working.parentOf.forEach((parent, row) => {
      const from = parent < 0 ? row : parent;
      expect([written.bFactor[row], written.occupancy[row]]).toEqual([bFactor[from], occupancy[from]]);
    });
  });

  test("keeps the coordinates that were reached", () => {
    const working = prepare(bare, "drop");
    const refined = withCoordinates(working.model, shifted(working.model));
    const written = finishModel(working, refined);
    expect(labelsOf(written)).toEqual(labelsOf(bare));
    expect(written.atoms.xyz).toEqual(inputWithCoordinates(working, refined.atoms.xyz).atoms.xyz);
  });
});
