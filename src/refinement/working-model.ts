// The model that is refined in place of the one given: hydrogens added or taken out by choice, with the way back.
import type { RunContext } from "../base/run-context.ts";
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { type AddHydrogensOptions, addHydrogens, withoutHydrogens } from "../hydrogens/add-hydrogens.ts";
import type { MoverReport } from "../hydrogens/optimize-hydrogens.ts";
import { editAtoms } from "../model/edit-atoms.ts";
import { type Model, withCoordinates } from "../model/model.ts";

/**
 * Hydrogens of a refinement: `auto` keeps the input's and adds the missing ones, all are written; `keep` has the input's alone;
 * `drop` refines as auto and writes none; `none` takes the input's out.
 */
export type HydrogenChoice = "auto" | "keep" | "drop" | "none";

export interface WorkingModel {
  readonly choice: HydrogenChoice;
  readonly input: Model;
  /** What is refined. */
  readonly model: Model;
  /** Row in the refined model of each row of the input, -1 for hydrogens taken out. */
  readonly rowOf: Int32Array;
  /** Row of the input of each row of the refined model, -1 for hydrogens put in. */
  readonly inputRow: Int32Array;
  /** Row of the atom that a hydrogen was put on, -1 for atoms of the input; rows of the refined model. */
  readonly parentOf: Int32Array;
  readonly added: number;
  readonly removed: number;
  /** Groups that were turned or flipped while hydrogens were placed. */
  readonly movers: readonly MoverReport[];
}

/**
 * The model to refine. Hydrogens that are put in stand as restraints hold them, turned to where contacts are best; waters and
 * residues without dictionary entry get none. With `choice: "flip"` amides and histidines are turned to where their hydrogens fit.
 */
export function prepareWorkingModel(
  input: Model,
  dictionary: Dictionary,
  choice: HydrogenChoice,
  context: RunContext,
  placing: Pick<AddHydrogensOptions, "choice"> = {},
): WorkingModel {
  const common = { choice, input };
  if (choice === "keep" || choice === "none") {
    const { model, rowOf } =
      choice === "none" ? withoutHydrogens(input, "remove") : { model: input, rowOf: rowsUpTo(input.atoms.count) };
    return {
      ...common,
      model,
      rowOf,
      inputRow: invertRows(rowOf, model.atoms.count),
      parentOf: new Int32Array(model.atoms.count).fill(-1),
      added: 0,
      removed: input.atoms.count - model.atoms.count,
      movers: [],
    };
  }
  const { model, rowOf, parents, added, report } = addHydrogens(
    input,
    dictionary,
    { ideals: "dictionary", ...placing },
    context,
  );
  return {
    ...common,
    model,
    rowOf,
    inputRow: invertRows(rowOf, model.atoms.count),
    parentOf: parents,
    added,
    removed: 0,
    movers: report.movers,
  };
}

function rowsUpTo(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

function invertRows(rowOf: Int32Array, count: number): Int32Array {
  const inverse = new Int32Array(count).fill(-1);
  rowOf.forEach((row, source) => {
    if (row >= 0) inverse[row] = source;
  });
  return inverse;
}

/** Marks of the input's atoms as marks of the refined model's: a hydrogen that was put in is marked where its parent is. */
export function marksOfWorkingModel({ inputRow, parentOf }: WorkingModel, marks: Uint8Array): Uint8Array {
  return Uint8Array.from(inputRow, (row, own) => marks[row >= 0 ? row : inputRow[parentOf[own]!]!]!);
}

/**
 * The model to write from the refined one with its new coordinates, B factors and occupancies. Hydrogens that were put in have B
 * and occupancy of the atoms they are on.
 */
export function finishModel({ choice, parentOf }: WorkingModel, refined: Model): Model {
  const { atoms } = refined;
  if (choice === "drop") {
    const remove = Uint8Array.from(atoms.element, (element) => (isHydrogenElement(element) ? 1 : 0));
    return remove.includes(1) ? editAtoms(refined, { remove }).model : refined;
  }
  const bFactor = atoms.bFactor.slice();
  const occupancy = atoms.occupancy.slice();
  parentOf.forEach((parent, row) => {
    if (parent < 0) return;
    bFactor[row] = atoms.bFactor[parent]!;
    // A hydrogen of one alternate on an atom that is in all has a share of its own.
    if (atoms.altloc[row] === atoms.altloc[parent]) occupancy[row] = atoms.occupancy[parent]!;
  });
  return { ...refined, atoms: { ...atoms, bFactor, occupancy } };
}

/**
 * The input with the coordinates of the refined model (3 per atom) and its own B factors, occupancies and atoms: what can be
 * compared with the input atom by atom. Hydrogens that were taken out go with the nearest atom of their residue.
 */
export function inputWithCoordinates({ input, rowOf }: WorkingModel, refined: Float64Array): Model {
  const xyz = input.atoms.xyz.slice();
  rowOf.forEach((row, own) => {
    if (row >= 0) {
      xyz.set(refined.subarray(3 * row, 3 * row + 3), 3 * own);
      return;
    }
    const near = nearestKept(input, rowOf, own);
    if (near < 0) return;
    for (let c = 0; c < 3; c++) xyz[3 * own + c]! += refined[3 * rowOf[near]! + c]! - input.atoms.xyz[3 * near + c]!;
  });
  return withCoordinates(input, xyz);
}

/** Row of the atom of the same residue that is nearest, among those that were refined; -1 where there is none. */
function nearestKept({ atoms, residues }: Model, rowOf: Int32Array, own: number): number {
  const residue = atoms.residue[own]!;
  const { xyz } = atoms;
  let nearest = -1;
  let least = Infinity;
  for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
    const other = residues.atomIndex[entry]!;
    if (rowOf[other]! < 0) continue;
    const distance = Math.hypot(...[0, 1, 2].map((c) => xyz[3 * own + c]! - xyz[3 * other + c]!));
    if (distance >= least) continue;
    least = distance;
    nearest = other;
  }
  return nearest;
}
