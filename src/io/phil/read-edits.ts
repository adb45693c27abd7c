// Reads restraint edits in Phenix's vocabulary: geometry_restraints.edits { bond { ... } angle { ... } }.
import { InputError } from "../../base/errors.ts";
import type {
  BondEdit,
  DihedralEdit,
  EditAction,
  RestraintEdit,
  RestraintEdits,
} from "../../chemistry/restraint-edits.ts";
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

/** What each kind of edit may say, and what its ideal value is called. */
const kinds = {
  bond: {
    names: "action atom_selection_1 atom_selection_2 symmetry_operation distance_ideal sigma slack limit top_out",
    ideal: "distance_ideal",
    selections: ["atom_selection_1", "atom_selection_2"],
  },
  angle: {
    names: "action atom_selection_1 atom_selection_2 atom_selection_3 angle_ideal sigma",
    ideal: "angle_ideal",
    selections: ["atom_selection_1", "atom_selection_2", "atom_selection_3"],
  },
  dihedral: {
    names:
      "action atom_selection_1 atom_selection_2 atom_selection_3 atom_selection_4 angle_ideal alt_angle_ideals sigma periodicity",
    ideal: "angle_ideal",
    selections: ["atom_selection_1", "atom_selection_2", "atom_selection_3", "atom_selection_4"],
  },
  planarity: { names: "action atom_selection sigma", ideal: undefined, selections: ["atom_selection"] },
  parallelity: {
    names: "action atom_selection_1 atom_selection_2 sigma target_angle_deg",
    ideal: "target_angle_deg",
    selections: ["atom_selection_1", "atom_selection_2"],
  },
} as const;

type Kind = keyof typeof kinds;

function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

/** Of a pair of planes where the edit leaves it out, as in Phenix: parallel, and the sigma of stacked bases. */
const parallelityDefaults = { target_angle_deg: 0, sigma: 0.027 } as const;

/**
 * Edits of restraints in PHIL text; scopes outside `geometry_restraints.edits` are passed over, so that a whole .eff file will do.
 * Throws InputError PHIL_SYNTAX, EDIT_NAME, EDIT_VALUE, EDIT_UNSUPPORTED or EDITS_EMPTY naming line and column.
 */
export function readEdits(text: string, fileName: string): RestraintEdits {
  const scopes = findEditScopes(parsePhil(text, fileName));
  const found = { edits: [] as RestraintEdit[], longestBond };
  for (const entry of scopes) readEntry(entry, fileName, found);
  if (found.edits.length > 0) return found;
  throw new InputError({
    code: "EDITS_EMPTY",
    message: `No edit of a restraint (${Object.keys(kinds).join(", ")}) is given here`,
    file: fileName,
    hint: "Write geometry_restraints.edits { bond { action = add ... } }",
  });
}

/** Entries of every scope of edits, by whatever path Phenix's programs lead there. */
function findEditScopes(entries: readonly PhilEntry[], isTop = true): PhilEntry[] {
  return entries.flatMap((entry) => {
    const last = entry.name.split(".").at(-1)!;
    if (entry.kind === "scope" && last === "edits") return [...entry.entries];
    if (isTop && entry.kind === "scope" && isKind(last)) return [entry];
    return entry.kind === "scope" ? findEditScopes(entry.entries, false) : [];
  });
}

function readEntry(
  entry: PhilEntry,
  file: string,
  found: { readonly edits: RestraintEdit[]; longestBond: number },
): void {
  if (entry.kind === "definition" && entry.name === "excessive_bond_distance_limit") {
    found.longestBond = numberOf(entry, file) ?? longestBond;
  } else if (entry.kind === "scope" && isKind(entry.name)) {
    const edit = readEdit(entry, entry.name, file);
    if (edit) found.edits.push(edit);
  } else if (entry.name === "scale_restraints") {
    // Files that Phenix wrote name it, filled in or not.
    if (entry.kind === "scope" && entry.entries.some((inner) => inner.name === "atom_selection" && !isNone(inner))) {
      const message = 'Edits of the kind "scale_restraints" are not supported: give the sigmas themselves';
      throw editError("EDIT_UNSUPPORTED", message, entry, file);
    }
  } else {
    const known = [...Object.keys(kinds), "excessive_bond_distance_limit"].join(", ");
    throw editError("EDIT_NAME", `"${entry.name}" is none of ${known}`, entry, file);
  }
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

/** What all kinds have in common; undefined for the empty form that Phenix writes where nothing is edited. */
function readCommon(scope: PhilScope, kind: Kind, values: Values, file: string): Common | undefined {
  const selections = kinds[kind].selections.map((name) => values.get(name));
  if (selections.every((entry) => entry === undefined)) return undefined;
  const missing = selections.indexOf(undefined);
  if (missing >= 0) throw editError("EDIT_VALUE", `${kind} lacks ${kinds[kind].selections[missing]}`, scope, file);
  const action = actionOf(values, file);
  const ideal = checkedNumber(scope, kind, action, values, kinds[kind].ideal, file);
  const sigma = checkedNumber(scope, kind, action, values, "sigma", file);
  return {
    action,
    selections: selections.map((entry) => entry!.words.join(" ")),
    ...(ideal === undefined ? {} : { ideal }),
    ...(sigma === undefined ? {} : { sigma }),
    file,
    place: placeOf(scope),
  };
}

/** An ideal value or sigma inside its range; what is added needs both. */
function checkedNumber(
  scope: PhilScope,
  kind: Kind,
  action: EditAction,
  values: Values,
  name: string | undefined,
  file: string,
): number | undefined {
  if (name === undefined) return undefined;
  const given = numberOf(values.get(name), file);
  if (given === undefined) {
    if (action !== "add") return undefined;
    if (kind === "parallelity") return parallelityDefaults[name as keyof typeof parallelityDefaults];
    throw editError("EDIT_VALUE", `${kind} lacks ${name}`, scope, file);
  }
  const [least, most] = rangeOf(kind, name);
  const isZeroAllowed = kind === "parallelity" && name !== "sigma";
  if (given >= least && given <= most && (given !== 0 || least < 0 || isZeroAllowed)) return given;
  const range = least < 0 || most < Infinity ? `from ${least} to ${most}` : "greater than 0";
  throw editError("EDIT_VALUE", `${name} must be ${range}`, values.get(name)!, file);
}

function rangeOf(kind: Kind, name: string): readonly [number, number] {
  if (name === "sigma" || name === "distance_ideal") return [0, Infinity];
  if (kind === "dihedral") return [-360, 360];
  return kind === "parallelity" ? [0, 90] : [0, 180];
}

function readEdit(scope: PhilScope, kind: Kind, file: string): RestraintEdit | undefined {
  const values = valuesOf(scope, kinds[kind].names, file);
  const common = readCommon(scope, kind, values, file);
  const symmetry = values.get("symmetry_operation");
  if (symmetry) throw editError("EDIT_UNSUPPORTED", "Bonds to symmetry copies are not supported", symmetry, file);
  if (common === undefined) return undefined;
  if (kind === "bond") return bondEdit(common, values, file);
  return kind === "dihedral" ? dihedralEdit(common, values, file) : { kind, ...common };
}

function bondEdit(common: Common, values: Values, file: string): BondEdit {
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

/** A dihedral turns into itself at most this often. */
const largestPeriodicity = 12;

function dihedralEdit(common: Common, values: Values, file: string): DihedralEdit {
  const periodicity = numberOf(values.get("periodicity"), file);
  if (periodicity !== undefined && !(Number.isInteger(periodicity) && Math.abs(periodicity) <= largestPeriodicity)) {
    const message = `periodicity must be a whole number from -${largestPeriodicity} to ${largestPeriodicity}`;
    throw editError("EDIT_VALUE", message, values.get("periodicity")!, file);
  }
  const others = values.get("alt_angle_ideals");
  const alternatives = others?.words.flatMap((word) => word.split(",")).filter((word) => word !== "");
  if (alternatives?.some((word) => !Number.isFinite(Number(word)))) {
    throw editError("EDIT_VALUE", "alt_angle_ideals are not all numbers", others!, file);
  }
  return {
    kind: "dihedral",
    ...common,
    ...(periodicity === undefined ? {} : { periodicity }),
    ...(alternatives === undefined ? {} : { alternatives: alternatives.map(Number) }),
  };
}
