// Applies a user's edits to the restraint terms of a model.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import type {
  AngleEdit,
  BondEdit,
  DihedralEdit,
  ParallelityEdit,
  PlanarityEdit,
  RestraintEdit,
  RestraintEdits,
} from "../chemistry/restraint-edits.ts";
import { dihedralAngle, distanceBetween } from "../math/internal-coordinates.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { selectAtoms } from "../model/selection.ts";
import { addRow, pushPlane, removePlane, removeRow, type TermLists, type TermTable } from "./term-lists.ts";
import type { ParallelityList } from "./topology.ts";

/** Angles between planes that edits add, before they are packed. */
interface PlanePair {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly ideal: number;
  readonly sigma: number;
}

/**
 * Adds, changes and deletes bonds, angles, dihedrals and planes; returns the angles between planes that are added. Throws InputError
 * EDIT_SELECTION where a selection does not name what the edit needs, EDIT_ABSENT where the term to change or delete is not there,
 * EDIT_CONFLICT where two edits concern one term, EDIT_BOND_LONG where a bond would reach too far; each names the place of the edit.
 */
export function applyEdits(
  lists: TermLists,
  model: Model,
  { edits, longestBond }: RestraintEdits,
  context: RunContext,
): ParallelityList | undefined {
  const pairs: PlanePair[] = [];
  const seen = new Map<string, RestraintEdit>();
  for (const edit of edits) {
    const groups = edit.selections.map((selection) => selectGroup(model, selection, edit));
    refuseConflict(seen, edit, groups);
    const atoms = groups.flat();
    const names = describeAtoms(model, groups);
    if (edit.kind === "bond") editBond(lists, model, atoms, edit, names, longestBond);
    else if (edit.kind === "angle") changeTerms(lists.angles, atoms, edit, names);
    else if (edit.kind === "dihedral") editDihedral(lists, model, atoms, edit, names);
    else if (edit.kind === "planarity") editPlane(lists, atoms, edit, names);
    else pairs.push(planePair(groups, edit, names));
    const done = `${edit.action} ${edit.kind} ${names}`;
    addDiagnostic(context.diagnostics, "info", "EDITED", "Restraints edited by the user", done);
  }
  return pairs.length === 0 ? undefined : packPairs(pairs);
}

function editError(code: string, message: string, { file, place }: RestraintEdit, hint?: string): InputError {
  return new InputError({ code, message, file, place, ...(hint === undefined ? {} : { hint }) });
}

function describeAtoms(model: Model, groups: readonly (readonly number[])[]): string {
  const shown = groups.map((atoms) => {
    const labels = atoms.slice(0, 4).map((atom) => atomLabel(model, atom));
    return atoms.length > 4 ? `${labels.join(", ")} and ${atoms.length - 4} more` : labels.join(", ");
  });
  return shown.join(" - ");
}

/** Fewest atoms of the selections of a kind: three lie in any plane, but have an angle to another one. */
const fewestAtoms = { bond: 1, angle: 1, dihedral: 1, planarity: 4, parallelity: 3 } as const;

function selectGroup(model: Model, selection: string, edit: RestraintEdit): number[] {
  let mask: Uint8Array;
  try {
    mask = selectAtoms(model, selection);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw editError("EDIT_SELECTION", error.message, edit, error.hint);
  }
  const atoms: number[] = [];
  mask.forEach((isSelected, atom) => {
    if (isSelected === 1) atoms.push(atom);
  });
  const fewest = fewestAtoms[edit.kind];
  if (fewest === 1 && atoms.length > 1) {
    const message = `"${selection}" names several atoms (${describeAtoms(model, [atoms])}); each selection must name one`;
    const hint = "Add chain, resseq and name, and altloc where the atom has alternates";
    throw editError("EDIT_SELECTION", message, edit, hint);
  }
  if (atoms.length >= fewest) return atoms;
  throw editError("EDIT_SELECTION", `"${selection}" names ${atoms.length} atoms, a plane needs ${fewest}`, edit);
}

/** Each term is edited once: of two edits the order of files would decide. */
function refuseConflict(
  seen: Map<string, RestraintEdit>,
  edit: RestraintEdit,
  groups: readonly (readonly number[])[],
): void {
  const atoms = groups.flat();
  if (new Set(atoms).size < atoms.length && edit.kind !== "parallelity") {
    throw editError("EDIT_SELECTION", "The same atom is named twice", edit);
  }
  const forward = groups.map((group) => group.join(" "));
  const key = [edit.kind, ...(forward.join() < forward.toReversed().join() ? forward : forward.toReversed())].join();
  const before = seen.get(key);
  seen.set(key, edit);
  if (before === undefined) return;
  const message = `This ${edit.kind} is edited already at ${before.place} of ${before.file}`;
  throw editError("EDIT_CONFLICT", message, edit, "Keep one of the two");
}

function absent(edit: RestraintEdit, names: string): InputError {
  const hint = "Use action = add for a new one; emend geometry --list shows what there is";
  return editError("EDIT_ABSENT", `There is no ${edit.kind} ${names} to ${edit.action}`, edit, hint);
}

/** Rows over these atoms, in either direction. */
function rowsOver({ count, columns }: TermTable, atoms: readonly number[]): number[] {
  const backward = atoms.toReversed();
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    if (atoms.every((atom, index) => columns[index]![row] === atom)) rows.push(row);
    else if (backward.every((atom, index) => columns[index]![row] === atom)) rows.push(row);
  }
  return rows;
}

function editBond(
  lists: TermLists,
  model: Model,
  atoms: readonly number[],
  edit: BondEdit,
  names: string,
  longestBond: number,
): void {
  const distance = distanceBetween(model.atoms.xyz, atoms[0]!, atoms[1]!);
  if (edit.action !== "delete" && distance > longestBond) {
    const message = `The atoms are ${distance.toFixed(1)} Angstrom apart, over ${longestBond}`;
    throw editError("EDIT_BOND_LONG", message, edit, "Check the selections, or raise excessive_bond_distance_limit");
  }
  changeTerms(lists.bonds, atoms, edit, names);
  const key = [...atoms].toSorted((a, b) => a - b).join(" ");
  if (edit.action !== "delete" && (edit.slack !== undefined || edit.limit !== undefined)) {
    lists.bondForms.set(key, { slack: edit.slack ?? 0, limit: edit.limit ?? -1 });
  }
}

/** An addition of a term that is there changes it: no pair is restrained twice. */
function changeTerms(terms: TermTable, atoms: readonly number[], edit: BondEdit | AngleEdit, names: string): void {
  const rows = rowsOver(terms, atoms);
  if (rows.length === 0 && edit.action !== "add") throw absent(edit, names);
  if (rows.length === 0) addRow(terms, [...atoms, edit.ideal!, edit.sigma!, -1]);
  const ideal = terms.columns[atoms.length]!;
  const sigma = terms.columns[atoms.length + 1]!;
  for (const row of rows.toReversed()) {
    if (edit.action === "delete") removeRow(terms, row);
    else {
      ideal[row] = edit.ideal ?? ideal[row]!;
      sigma[row] = edit.sigma ?? sigma[row]!;
    }
  }
}

/** Dihedrals over the same four atoms, of which the dictionary may have several, all give way to an added one. */
function editDihedral(
  lists: TermLists,
  model: Model,
  atoms: readonly number[],
  edit: DihedralEdit,
  names: string,
): void {
  const { dihedrals, dihedralIds } = lists;
  const rows = rowsOver(dihedrals, atoms);
  if (rows.length === 0 && edit.action !== "add") throw absent(edit, names);
  const ideal = edit.ideal === undefined ? undefined : nearestIdeal(model, atoms, edit.ideal, edit.alternatives);
  if (edit.action === "change") {
    const [ideals, sigmas, periodicities] = dihedrals.columns.slice(4);
    for (const row of rows) {
      ideals![row] = ideal ?? ideals![row]!;
      sigmas![row] = edit.sigma ?? sigmas![row]!;
      periodicities![row] = edit.periodicity ?? periodicities![row]!;
    }
    return;
  }
  for (const row of rows.toReversed()) {
    removeRow(dihedrals, row);
    dihedralIds.splice(row, 1);
  }
  if (edit.action === "delete") return;
  addRow(dihedrals, [...atoms, ideal!, edit.sigma!, edit.periodicity ?? 1, -1]);
  dihedralIds.push("edit");
}

function nearestIdeal(
  model: Model,
  atoms: readonly number[],
  ideal: number,
  alternatives: readonly number[] = [],
): number {
  const angle = dihedralAngle(model.atoms.xyz, atoms[0]!, atoms[1]!, atoms[2]!, atoms[3]!);
  const away = (value: number): number => Math.abs(value - angle - 360 * Math.round((value - angle) / 360));
  return alternatives.reduce((best, value) => (away(value) < away(best) ? value : best), ideal);
}

/** Planes of the dictionary are changed and deleted by exactly their atoms. */
function editPlane(lists: TermLists, atoms: readonly number[], edit: PlanarityEdit, names: string): void {
  const { planeEntries, planeOffsets } = lists;
  const [members, deviations] = planeEntries.columns;
  const rows: number[] = [];
  const wanted = [...atoms].toSorted((a, b) => a - b).join(" ");
  for (let row = 0; row + 1 < planeOffsets.length; row++) {
    if (planeOffsets[row + 1]! - planeOffsets[row]! !== atoms.length) continue;
    const own = atoms.map((_, index) => members![planeOffsets[row]! + index]!);
    if (own.toSorted((a, b) => a - b).join(" ") === wanted) rows.push(row);
  }
  if (rows.length === 0 && edit.action !== "add") throw absent(edit, names);
  for (const row of rows.toReversed()) {
    if (edit.action === "delete") removePlane(lists, row);
    else if (edit.sigma !== undefined) {
      for (let entry = planeOffsets[row]!; entry < planeOffsets[row + 1]!; entry++) {
        deviations![entry] = edit.sigma;
      }
    }
  }
  if (rows.length > 0) return;
  const sigmas = atoms.map(() => edit.sigma!);
  pushPlane(lists, "edit", atoms, sigmas);
}

/** Nothing but edits makes angles between planes, and each is edited once: there are none to change or delete. */
function planePair(groups: readonly (readonly number[])[], edit: ParallelityEdit, names: string): PlanePair {
  if (edit.action !== "add") throw absent(edit, names);
  return { first: groups[0]!, second: groups[1]!, ideal: edit.ideal!, sigma: edit.sigma! };
}

function packPairs(pairs: readonly PlanePair[]): ParallelityList {
  const offsets = (sizes: readonly number[]): Int32Array => {
    const result = new Int32Array(sizes.length + 1);
    sizes.forEach((size, index) => {
      result[index + 1] = result[index]! + size;
    });
    return result;
  };
  return {
    count: pairs.length,
    firstOffset: offsets(pairs.map(({ first }) => first.length)),
    first: Int32Array.from(pairs.flatMap(({ first }) => first)),
    secondOffset: offsets(pairs.map(({ second }) => second.length)),
    second: Int32Array.from(pairs.flatMap(({ second }) => second)),
    ideal: Float64Array.from(pairs, ({ ideal }) => ideal),
    sigma: Float64Array.from(pairs, ({ sigma }) => sigma),
  };
}
