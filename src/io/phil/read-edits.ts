// Reads restraint edits in Phenix's vocabulary: geometry_restraints.edits { bond { ... } angle { ... } }.
import { InputError } from "../../base/errors.ts";
import type { AngleEdit, BondEdit, EditAction, RestraintEdits } from "../../chemistry/restraint-edits.ts";
import {
  type PhilDefinition,
  type PhilEntry,
  type PhilPlace,
  type PhilScope,
  parsePhil,
  placeOf,
} from "../../text/phil.ts";

/** Phenix's default, Angstrom. */
const longestBond = 10;

const bondNames =
  "action atom_selection_1 atom_selection_2 symmetry_operation distance_ideal sigma slack limit top_out";
const angleNames = "action atom_selection_1 atom_selection_2 atom_selection_3 angle_ideal sigma";
/** Kinds of edits that Phenix has and this program has not. */
const otherKinds = new Set(["dihedral", "planarity", "parallelity", "scale_restraints"]);

/**
 * Edits of bonds and angles in PHIL text; scopes outside `geometry_restraints.edits` are passed over, so that a whole .eff file will do.
 * Throws InputError PHIL_SYNTAX, EDIT_NAME, EDIT_VALUE, EDIT_UNSUPPORTED or EDITS_EMPTY naming line and column.
 */
export function readEdits(text: string, fileName: string): RestraintEdits {
  const scopes = findEditScopes(parsePhil(text, fileName));
  const found = { edits: [] as (BondEdit | AngleEdit)[], longestBond };
  for (const entry of scopes) readEntry(entry, fileName, found);
  if (found.edits.length > 0) return found;
  throw new InputError({
    code: "EDITS_EMPTY",
    message: "No edit of a bond or an angle is given here",
    file: fileName,
    hint: "Write geometry_restraints.edits { bond { action = add ... } }",
  });
}

/** Entries of every scope of edits, by whatever path Phenix's programs lead there. */
function findEditScopes(entries: readonly PhilEntry[], isTop = true): PhilEntry[] {
  return entries.flatMap((entry) => {
    const last = entry.name.split(".").at(-1)!;
    if (entry.kind === "scope" && last === "edits") return [...entry.entries];
    if (isTop && entry.kind === "scope" && (last === "bond" || last === "angle")) return [entry];
    return entry.kind === "scope" ? findEditScopes(entry.entries, false) : [];
  });
}

function readEntry(
  entry: PhilEntry,
  file: string,
  found: { readonly edits: (BondEdit | AngleEdit)[]; longestBond: number },
): void {
  if (entry.kind === "definition" && entry.name === "excessive_bond_distance_limit") {
    found.longestBond = numberOf(entry, file) ?? longestBond;
  } else if (entry.kind === "scope" && entry.name === "bond") {
    const edit = readBond(entry, file);
    if (edit) found.edits.push(edit);
  } else if (entry.kind === "scope" && entry.name === "angle") {
    const edit = readAngle(entry, file);
    if (edit) found.edits.push(edit);
  } else if (otherKinds.has(entry.name)) {
    // Files that Phenix wrote name every kind, filled in or not.
    if (
      entry.kind === "scope" &&
      entry.entries.some((inner) => inner.name.startsWith("atom_selection") && !isNone(inner))
    ) {
      throw editError(
        "EDIT_UNSUPPORTED",
        `Edits of the kind "${entry.name}" are not supported: bond and angle are`,
        entry,
        file,
      );
    }
  } else
    throw editError("EDIT_NAME", `"${entry.name}" is none of bond, angle, excessive_bond_distance_limit`, entry, file);
}

function editError(code: string, message: string, place: PhilPlace, file: string): InputError {
  return new InputError({ code, message, file, place: placeOf(place) });
}

function isNone(entry: PhilEntry): boolean {
  return entry.kind === "definition" && (entry.words.length === 0 || /^none|auto$/i.test(entry.words.join(" ")));
}

type Values = ReadonlyMap<string, PhilDefinition>;

function valuesOf(scope: PhilScope, names: string, file: string): Values {
  const known = names.split(" ");
  const values = new Map<string, PhilDefinition>();
  for (const entry of scope.entries) {
    if (entry.kind === "scope" || !known.includes(entry.name)) {
      throw editError(
        "EDIT_NAME",
        `"${entry.name}" is not a setting of ${scope.name}: ${known.join(", ")}`,
        entry,
        file,
      );
    }
    if (!isNone(entry)) values.set(entry.name, entry);
  }
  return values;
}

function numberOf(entry: PhilDefinition | undefined, file: string): number | undefined {
  if (entry === undefined || isNone(entry)) return undefined;
  const value = Number(entry.words.join(" "));
  if (Number.isFinite(value)) return value;
  throw editError("EDIT_VALUE", `${entry.name} is not a number: ${entry.words.join(" ")}`, entry, file);
}

/** A choice is one word, or a list with a star at the chosen one. */
function actionOf(values: Values, file: string): EditAction {
  const entry = values.get("action");
  if (entry === undefined) return "add";
  const starred = entry.words.filter((word) => word.startsWith("*")).map((word) => word.slice(1));
  const [action] = starred.length > 0 ? starred : entry.words;
  const isOne = (starred.length > 0 ? starred : entry.words).length === 1;
  if (isOne && (action === "add" || action === "change" || action === "delete")) return action;
  throw editError("EDIT_VALUE", "action is one of add, change, delete", entry, file);
}

interface Common {
  readonly action: EditAction;
  readonly selections: readonly string[];
  readonly ideal?: number;
  readonly sigma?: number;
  readonly file: string;
  readonly place: string;
}

/** What bonds and angles have in common; undefined for the empty form that Phenix writes where nothing is edited. */
function readCommon(scope: PhilScope, values: Values, idealName: string, file: string): Common | undefined {
  const count = scope.name === "bond" ? 2 : 3;
  const selections = Array.from({ length: count }, (_, at) => values.get(`atom_selection_${at + 1}`));
  if (selections.every((entry) => entry === undefined)) return undefined;
  const missing = selections.indexOf(undefined);
  if (missing >= 0) throw editError("EDIT_VALUE", `${scope.name} lacks atom_selection_${missing + 1}`, scope, file);
  const action = actionOf(values, file);
  const ideal = numberOf(values.get(idealName), file);
  const sigma = numberOf(values.get("sigma"), file);
  for (const [name, value] of [
    [idealName, ideal],
    ["sigma", sigma],
  ] as const) {
    if (action === "add" && value === undefined)
      throw editError("EDIT_VALUE", `${scope.name} lacks ${name}`, scope, file);
    if (value !== undefined && !(value > 0)) {
      throw editError("EDIT_VALUE", `${name} must be greater than 0`, values.get(name)!, file);
    }
  }
  return {
    action,
    selections: selections.map((entry) => entry!.words.join(" ")),
    ...(ideal === undefined ? {} : { ideal }),
    ...(sigma === undefined ? {} : { sigma }),
    file,
    place: placeOf(scope),
  };
}

function readBond(scope: PhilScope, file: string): BondEdit | undefined {
  const values = valuesOf(scope, bondNames, file);
  const common = readCommon(scope, values, "distance_ideal", file);
  const symmetry = values.get("symmetry_operation");
  if (symmetry) throw editError("EDIT_UNSUPPORTED", "Bonds to symmetry copies are not supported", symmetry, file);
  if (common === undefined) return undefined;
  const slack = numberOf(values.get("slack"), file);
  const isTopOut = /^true|yes|1$/i.test(values.get("top_out")?.words.join(" ") ?? "");
  const limit = isTopOut ? numberOf(values.get("limit"), file) : undefined;
  return {
    kind: "bond",
    ...common,
    ...(slack === undefined ? {} : { slack }),
    ...(limit === undefined || limit <= 0 ? {} : { limit }),
  };
}

function readAngle(scope: PhilScope, file: string): AngleEdit | undefined {
  const common = readCommon(scope, valuesOf(scope, angleNames, file), "angle_ideal", file);
  return common === undefined ? undefined : { kind: "angle", ...common };
}
