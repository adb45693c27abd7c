// Applies a user's edits to the restraint terms of a model.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import type { AngleEdit, BondEdit, RestraintEdits } from "../chemistry/restraint-edits.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { selectAtoms } from "../model/selection.ts";
import { angleWidth, bondWidth, type TermLists } from "./term-lists.ts";

/**
 * Adds, changes and deletes bonds and angles. Throws InputError EDIT_SELECTION where a selection is not one atom, EDIT_ABSENT where the
 * term to change or delete is not there, EDIT_BOND_LONG where a bond would reach too far; each names the place of the edit.
 */
export function applyEdits(
  lists: TermLists,
  model: Model,
  { edits, longestBond }: RestraintEdits,
  context: RunContext,
): void {
  for (const edit of edits) {
    const atoms = edit.selections.map((selection) => oneAtom(model, selection, edit));
    if (new Set(atoms).size < atoms.length) throw editError("EDIT_SELECTION", "The same atom is named twice", edit);
    if (edit.kind === "bond") checkLength(model, atoms, edit, longestBond);
    const names = atoms.map((atom) => atomLabel(model, atom)).join(" - ");
    if (edit.kind === "bond") editBond(lists, atoms, edit, names);
    else editAngle(lists, atoms, edit, names);
    addDiagnostic(
      context.diagnostics,
      "info",
      "EDITED",
      "Restraints edited by the user",
      `${edit.action} ${edit.kind} ${names}`,
    );
  }
}

function editError(code: string, message: string, { file, place }: BondEdit | AngleEdit): InputError {
  return new InputError({ code, message, file, place });
}

function oneAtom(model: Model, selection: string, edit: BondEdit | AngleEdit): number {
  let mask: Uint8Array;
  try {
    mask = selectAtoms(model, selection);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw editError("EDIT_SELECTION", error.message, edit);
  }
  const first = mask.indexOf(1);
  const second = mask.indexOf(1, first + 1);
  if (second < 0) return first;
  const both = `${atomLabel(model, first)}, ${atomLabel(model, second)}`;
  throw editError("EDIT_SELECTION", `"${selection}" names several atoms (${both}); each selection must name one`, edit);
}

function checkLength(model: Model, atoms: readonly number[], edit: BondEdit, longestBond: number): void {
  if (edit.action === "delete") return;
  const distance = distanceBetween(model.atoms.xyz, atoms[0]!, atoms[1]!);
  if (distance <= longestBond) return;
  throw editError("EDIT_BOND_LONG", `The atoms are ${distance.toFixed(1)} Angstrom apart, over ${longestBond}`, edit);
}

/** First number of each row over these atoms, in either direction. */
function rowsOver(terms: readonly number[], width: number, atoms: readonly number[]): number[] {
  const backward = atoms.toReversed();
  const rows: number[] = [];
  for (let at = 0; at < terms.length; at += width) {
    if (atoms.every((atom, index) => terms[at + index] === atom)) rows.push(at);
    else if (backward.every((atom, index) => terms[at + index] === atom)) rows.push(at);
  }
  return rows;
}

function editBond(lists: TermLists, atoms: readonly number[], edit: BondEdit, names: string): void {
  changeTerms(lists.bonds, bondWidth, atoms, edit, names);
  const key = [...atoms].toSorted((a, b) => a - b).join(" ");
  if (edit.action !== "delete" && (edit.slack !== undefined || edit.limit !== undefined)) {
    lists.bondForms.set(key, { slack: edit.slack ?? 0, limit: edit.limit ?? -1 });
  }
}

function editAngle(lists: TermLists, atoms: readonly number[], edit: AngleEdit, names: string): void {
  changeTerms(lists.angles, angleWidth, atoms, edit, names);
}

/** An addition of a term that is there changes it: no pair is restrained twice. */
function changeTerms(
  terms: number[],
  width: number,
  atoms: readonly number[],
  edit: BondEdit | AngleEdit,
  names: string,
): void {
  const rows = rowsOver(terms, width, atoms);
  if (rows.length === 0 && edit.action !== "add") {
    throw editError("EDIT_ABSENT", `There is no ${edit.kind} ${names} to ${edit.action}`, edit);
  }
  if (rows.length === 0) terms.push(...atoms, edit.ideal!, edit.sigma!, -1);
  for (const row of rows.toReversed()) {
    if (edit.action === "delete") terms.splice(row, width);
    else {
      terms[row + atoms.length] = edit.ideal ?? terms[row + atoms.length]!;
      terms[row + atoms.length + 1] = edit.sigma ?? terms[row + atoms.length + 1]!;
    }
  }
}
