// Turns templates and links into restraint terms over atom rows, conformer by conformer.
import type { Dictionary } from "../chemistry/monomer.ts";
import type { Model } from "../model/model.ts";
import type { FoundLink } from "./found-link.ts";
import { atomNamed, type MatchedAtoms } from "./residue-atoms.ts";
import type { LinkPlans } from "./residue-templates.ts";
import { puckerOfTorsion, type SugarPucker } from "./sugar-pucker.ts";
import { addRow, endPlane, reserveRow, type TermLists, type TermTable } from "./term-lists.ts";
import type { PlannedPlane, PlannedTerm, TermPlan } from "./term-plan.ts";
import type { BackboneUnit } from "./topology.ts";

type Altlocs = readonly string[];

/** The atoms of one conformer, by slot; -1 where one is missing. */
interface Conformer {
  readonly rows: Int32Array;
  /** Slot s is rows[begin + s]. */
  readonly begin: number;
  readonly letter: string;
  /** Makes the terms that all conformers share. */
  readonly isFirst: boolean;
  readonly altloc: Altlocs;
}

/** Terms with an atom of this alternate, and for the first one those without any alternate: others are another conformer's. */
function isOwn({ rows, begin, letter, isFirst, altloc }: Conformer, slots: readonly number[]): boolean {
  if (letter === "") return true;
  let isShared = isFirst;
  for (let at = 0; at < slots.length; at++) {
    const own = altloc[rows[begin + slots[at]!]!]!;
    if (own === letter) return true;
    if (own !== "") isShared = false;
  }
  return isShared;
}

/** Adds the term where its atoms are present; returns its row, -1 where it was not added. */
function addTerm(table: TermTable, { slots, rest }: PlannedTerm, conformer: Conformer): number {
  const { rows, begin } = conformer;
  for (let at = 0; at < slots.length; at++) if (rows[begin + slots[at]!]! < 0) return -1;
  if (!isOwn(conformer, slots)) return -1;
  const row = reserveRow(table);
  const { columns } = table;
  for (let at = 0; at < slots.length; at++) columns[at]![row] = rows[begin + slots[at]!]!;
  for (let at = 0; at < rest.length; at++) columns[slots.length + at]![row] = rest[at]!;
  return row;
}

function isPresent({ rows, begin }: Conformer, slot: number): boolean {
  return slot >= 0 && rows[begin + slot]! >= 0;
}

/** A plane of at least four present atoms. */
function addPlane(lists: TermLists, { id, slots, sigmas }: PlannedPlane, conformer: Conformer): void {
  const { rows, begin } = conformer;
  let present = 0;
  for (let at = 0; at < slots.length; at++) if (isPresent(conformer, slots[at]!)) present++;
  if (present < 4) return;
  const { letter } = conformer;
  if (
    letter !== "" &&
    !isOwn(
      conformer,
      slots.filter((slot) => isPresent(conformer, slot)),
    )
  )
    return;
  for (let at = 0; at < slots.length; at++) {
    if (!isPresent(conformer, slots[at]!)) continue;
    const entry = reserveRow(lists.planeEntries);
    const { columns } = lists.planeEntries;
    columns[0]![entry] = rows[begin + slots[at]!]!;
    columns[1]![entry] = sigmas[at]!;
  }
  endPlane(lists, id);
}

/** Adds every term of the residue's template whose atoms are present, for each conformer; nucleotides get the torsions of their pucker. */
export function addResidueTerms(
  lists: TermLists,
  matched: MatchedAtoms,
  residue: number,
  altloc: Altlocs,
  pucker: SugarPucker | undefined,
): void {
  const { plan, slots } = matched.templates[residue]!;
  const letters = matched.conformers[residue]!;
  for (let index = 0; index < letters.length; index++) {
    const begin = matched.offset[residue]! + index * slots.size;
    const conformer = { rows: matched.rows, begin, letter: letters[index]!, isFirst: index === 0, altloc };
    for (const bond of plan.bonds) addTerm(lists.bonds, bond, conformer);
    for (const angle of plan.angles) addTerm(lists.angles, angle, conformer);
    for (const torsion of plan.dihedrals) {
      const wanted = pucker === undefined ? undefined : puckerOfTorsion(torsion.id);
      if (wanted !== undefined && wanted !== pucker) continue;
      if (addTerm(lists.dihedrals, torsion, conformer) >= 0) lists.dihedralIds.push(torsion.id);
    }
    for (const term of plan.chiralities) addTerm(lists.chiralities, term, conformer);
    for (const plane of plan.planes) addPlane(lists, plane, conformer);
  }
}

export interface LinkTermInput {
  readonly dictionary: Dictionary;
  readonly matched: MatchedAtoms;
  readonly plans: LinkPlans;
  readonly altloc: Altlocs;
  /** Room for the atoms of the link at hand. */
  joined: Int32Array;
}

/** Adds the terms of a link, the one of this row; phi and psi are left free. */
export function addLinkTerms(lists: TermLists, input: LinkTermInput, found: FoundLink, row: number): void {
  const { dictionary, matched, plans, altloc } = input;
  for (const { atoms, ideal, sigma } of found.angles ?? []) addRow(lists.angles, [...atoms, ideal, sigma, row]);
  if (found.atoms !== undefined) {
    if (found.distance !== undefined) addRow(lists.bonds, [...found.atoms, found.distance, found.sigma!, row]);
    return;
  }
  const link = dictionary.links.get(found.id);
  const first = matched.templates[found.first];
  const second = matched.templates[found.second];
  if (!link || !first || !second) return;
  const plan = plans.get(link, first, second);
  joinedLetters(matched, found).forEach((letter, index) => {
    const rows = joinRows(input, found, letter);
    const conformer = { rows, begin: 0, letter, isFirst: index === 0, altloc };
    addPlannedLink(lists, plan, conformer, found, row);
  });
}

function addPlannedLink(
  lists: TermLists,
  plan: TermPlan,
  conformer: Conformer,
  { distance, sigma, hand }: FoundLink,
  row: number,
): void {
  for (const bond of plan.bonds) {
    const at = addTerm(lists.bonds, bond, conformer);
    if (at < 0) continue;
    const { columns } = lists.bonds;
    if (distance !== undefined) columns[2]![at] = distance;
    if (sigma !== undefined) columns[3]![at] = sigma;
    columns[4]![at] = row;
  }
  for (const angle of plan.angles) {
    const at = addTerm(lists.angles, angle, conformer);
    if (at >= 0) lists.angles.columns[5]![at] = row;
  }
  for (const torsion of plan.dihedrals) {
    const at = addTerm(lists.dihedrals, torsion, conformer);
    if (at < 0) continue;
    lists.dihedrals.columns[7]![at] = row;
    lists.dihedralIds.push(torsion.id);
  }
  for (const term of plan.chiralities) {
    const at = addTerm(lists.chiralities, term, conformer);
    if (at < 0 || hand === undefined) continue;
    const { columns } = lists.chiralities;
    columns[4]![at] = Math.abs(columns[4]![at]!) * (hand === "negative" ? -1 : 1);
    columns[6]![at] = 0;
  }
  for (const plane of plan.planes) addPlane(lists, plane, conformer);
}

const noLetters: readonly string[] = [""];

/** Every conformer either residue has, or those that are asked for. */
function joinedLetters(
  { conformers }: MatchedAtoms,
  { first, second, conformers: wanted }: FoundLink,
): readonly string[] {
  const [one, other] = [conformers[first]!, conformers[second]!];
  if (wanted === undefined && one.length === 1 && other.length === 1 && one[0] === "" && other[0] === "")
    return noLetters;
  const letters = [...new Set(wanted ?? [...one, ...other])].filter((letter) => letter !== "").toSorted();
  return letters.length === 0 ? noLetters : letters;
}

/** Atoms of both residues, the slots of the second after those of the first. */
function joinRows(input: LinkTermInput, { first, second }: FoundLink, letter: string): Int32Array {
  const { conformers, offset, rows, templates } = input.matched;
  const sizes = [templates[first]!.slots.size, templates[second]!.slots.size] as const;
  if (input.joined.length < sizes[0] + sizes[1]) input.joined = new Int32Array(2 * (sizes[0] + sizes[1]));
  const { joined } = input;
  const copy = (residue: number, size: number, to: number): void => {
    // A residue without this conformer takes part with its only or first one.
    const conformer = Math.max(0, conformers[residue]!.indexOf(letter));
    const begin = offset[residue]! + conformer * size;
    for (let slot = 0; slot < size; slot++) joined[to + slot] = rows[begin + slot]!;
  };
  copy(first, sizes[0], 0);
  copy(second, sizes[1], sizes[0]);
  return joined;
}

/** Backbone atoms of peptide residues linked on both sides, for each conformer. */
export function listBackbone(model: Model, links: readonly FoundLink[], matched: MatchedAtoms): BackboneUnit[] {
  const peptideLinks = links.filter((link) => /^(P|NM)?(TRANS|CIS)$/.test(link.id));
  // Where residues share a position, several follow one.
  const nextOf = new Map<number, FoundLink[]>();
  for (const link of peptideLinks) {
    const known = nextOf.get(link.first);
    if (known) known.push(link);
    else nextOf.set(link.first, [link]);
  }
  const units: BackboneUnit[] = [];
  for (const before of peptideLinks) {
    for (const after of nextOf.get(before.second) ?? []) addUnits(units, model, before, after, matched);
  }
  return units.toSorted((a, b) => a.residue - b.residue);
}

/** The residue between two links, once for each conformer of its own that both join. */
function addUnits(
  units: BackboneUnit[],
  model: Model,
  before: FoundLink,
  after: FoundLink,
  matched: MatchedAtoms,
): void {
  const { first, second } = before;
  const third = after.second;
  const letters = lettersOf(matched, first, second, third).filter((letter) =>
    [before, after].every(({ conformers }) => conformers === undefined || conformers.includes(letter)),
  );
  const seen = new Set<string>();
  for (const letter of letters) {
    const pick = (residue: number, name: string): number =>
      atomNamed(matched, residue, Math.max(0, matched.conformers[residue]!.indexOf(letter)), name);
    const unit: BackboneUnit = {
      residue: second,
      cPrevious: pick(first, "C"),
      n: pick(second, "N"),
      ca: pick(second, "CA"),
      cb: pick(second, "CB"),
      c: pick(second, "C"),
      o: pick(second, "O"),
      nNext: pick(third, "N"),
      cd: pick(second, "CD"),
      caPrevious: pick(first, "CA"),
      residueName: model.residues.name[second]!,
      nextResidueName: model.residues.name[third]!,
    };
    if (letters.length === 1) {
      units.push(unit);
      continue;
    }
    const key = [unit.cPrevious, unit.n, unit.ca, unit.cb, unit.c, unit.o, unit.nNext].join();
    if (seen.has(key)) continue;
    seen.add(key);
    units.push(unit);
  }
}

function lettersOf({ conformers }: MatchedAtoms, ...residues: readonly number[]): readonly string[] {
  if (residues.every((residue) => conformers[residue]!.length === 1 && conformers[residue]![0] === ""))
    return noLetters;
  const letters = new Set(residues.flatMap((residue) => conformers[residue]!));
  if (letters.size > 1) letters.delete("");
  return [...letters];
}
