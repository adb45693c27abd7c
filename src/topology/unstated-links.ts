// Covalent bonds that neither the file nor the dictionary states: made where an atom has left for them, else only named.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { singleBondLength } from "../chemistry/covalent-radii.ts";
import { elementIndex, elementSymbol, isHydrogenElement, isMetalElement } from "../chemistry/elements.ts";
import type { Monomer } from "../chemistry/monomer.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { selectAtoms } from "../model/selection.ts";
import { atomsNear } from "./atom-grid.ts";
import { type FoundLink, isNucleotideGroup, isPeptideGroup } from "./found-link.ts";
import { genericLink } from "./generic-link.ts";
import { canMeet, type NearLinkInput, nearLinkReach } from "./near-links.ts";
import { atomsOfResidue } from "./residue-atoms.ts";

/** How far a distance may be from the length by elements, Angstrom. */
const bondTolerance = 0.3;
/** More atoms than these that are missing are not built, rather than gone with a bond. */
const mostLeaving = 2;

/**
 * Bonds of ligands, and of amino acids that lack the end of their side chain, to what is in bonding distance. A bond is made where
 * one of the two atoms has lost an end (an oxygen, nitrogen, sulphur or halogen bonded to nothing else) that its dictionary entry
 * has; others could be clashes and are named (LINK_POSSIBLE). Pairs of residues in `known` are left alone.
 */
export function findUnstatedLinks(input: NearLinkInput, known: readonly FoundLink[], context: RunContext): FoundLink[] {
  const { model, monomerOf } = input;
  const linked = new Set(known.flatMap(({ first, second }) => [pairKey(first, second), pairKey(second, first)]));
  const links: FoundLink[] = [];
  for (let residue = 0; residue < model.residues.count; residue++) {
    const monomer = monomerOf(residue);
    if (monomer === undefined) continue;
    const own = endsOf(monomer);
    if (own.heavy.length < 2) continue;
    const lost = lostEnds(model, residue, own);
    if (own.isPolymer && lost.size === 0) continue;
    for (const atom of atomsOfResidue(model, residue)) {
      if (!canBond(model, atom) || (own.isPolymer && !lost.has(model.atoms.name[atom]!))) continue;
      for (const { atom: other, distance } of atomsNear(input.grid(), atom, nearLinkReach)) {
        const partner = model.atoms.residue[other]!;
        if (!isPartner(input, atom, other, distance) || linked.has(pairKey(residue, partner))) continue;
        linked.add(pairKey(residue, partner)).add(pairKey(partner, residue));
        if (hasLost(input, atom) || hasLost(input, other)) links.push(genericLink(model, monomerOf, [atom, other]));
        else if (!isEdited(input, atom, other)) reportPossible(model, atom, other, distance, context);
      }
    }
  }
  return links;
}

function pairKey(first: number, second: number): string {
  return `${first} ${second}`;
}

function reportPossible(model: Model, atom: number, other: number, distance: number, context: RunContext): void {
  const message =
    "Ligands within a bond's length of another residue: no bond is made; state it in the file or by --edits";
  const place = `${atomLabel(model, atom)} to ${atomLabel(model, other)}, ${distance.toFixed(2)} Angstrom`;
  addDiagnostic(context.diagnostics, "warning", "LINK_POSSIBLE", message, place);
}

/** Whether the user adds this bond. */
function isEdited({ model, dictionary }: NearLinkInput, atom: number, other: number): boolean {
  const bonds = (dictionary.edits?.edits ?? []).filter(({ kind, action }) => kind === "bond" && action === "add");
  const names = (selection: string, row: number): boolean => {
    try {
      return selectAtoms(model, selection)[row] === 1;
    } catch (error) {
      // Selections without sense are refused, with their place, where edits are applied.
      if (error instanceof InputError) return false;
      throw error;
    }
  };
  return bonds.some(
    ({ selections: [one = "", two = ""] }) =>
      (names(one, atom) && names(two, other)) || (names(one, other) && names(two, atom)),
  );
}

/** What a monomer may lose: heavy atoms bonded to one other only, by the name of that other. */
interface Ends {
  readonly isPolymer: boolean;
  readonly heavy: readonly string[];
  /** Heavy atoms that do not depend on the chain. */
  readonly core: ReadonlySet<string>;
  readonly ofAtom: ReadonlyMap<string, readonly string[]>;
}

const endsByMonomer = new WeakMap<Monomer, Ends>();
/** Ends of polymers, which are there or not by the chain. */
const chainEnds = new Set(["OXT", "OP3", "OP1", "OP2", "P"]);

function endsOf(monomer: Monomer): Ends {
  const known = endsByMonomer.get(monomer);
  if (known) return known;
  const elementOf = new Map(monomer.atoms.map(({ id, element }) => [id, element.toUpperCase()] as const));
  const heavy = monomer.atoms.filter(({ element }) => !isHydrogenElement(elementIndex(element))).map(({ id }) => id);
  const around = new Map<string, string[]>(heavy.map((id) => [id, []]));
  for (const { atom1, atom2 } of monomer.bonds) {
    if (!around.has(atom1) || !around.has(atom2)) continue;
    around.get(atom1)!.push(atom2);
    around.get(atom2)!.push(atom1);
  }
  const ofAtom = new Map<string, string[]>();
  for (const [id, neighbours] of around) {
    if (neighbours.length !== 1 || !/^(O|N|S|F|CL|BR|I)$/.test(elementOf.get(id)!)) continue;
    ofAtom.set(neighbours[0]!, [...(ofAtom.get(neighbours[0]!) ?? []), id]);
  }
  const isPolymer = isPeptideGroup(monomer.group) || isNucleotideGroup(monomer.group);
  const ends = { isPolymer, heavy, core: new Set(heavy.filter((name) => !chainEnds.has(name))), ofAtom };
  endsByMonomer.set(monomer, ends);
  return ends;
}

const none: ReadonlySet<string> = new Set();

/** Names of atoms whose end the residue lacks, where it lacks nothing else. */
function lostEnds(model: Model, residue: number, { core, ofAtom, isPolymer }: Ends): ReadonlySet<string> {
  const { name } = model.atoms;
  const rows = atomsOfResidue(model, residue);
  let known = 0;
  for (const atom of rows) if (core.has(name[atom]!)) known++;
  // Alternates may hide a missing atom: those of one position are bound by what the file states.
  if (known >= core.size) return none;
  const names = new Set(Array.from(rows, (atom) => name[atom]!));
  const missing = [...core].filter((wanted) => !names.has(wanted));
  if (missing.length > mostLeaving) return none;
  const lost = new Set<string>();
  let ends = 0;
  for (const [atom, own] of ofAtom) {
    const gone = own.filter((end) => missing.includes(end)).length;
    // Side chains are often cut short: of theirs only acids and amides that keep their other oxygen have lost an end.
    const isAcyl = own.some((end) => end.startsWith("O") && !missing.includes(end));
    if (gone > 0 && (isAcyl || !isPolymer)) lost.add(atom);
    ends += gone;
  }
  return ends === missing.length ? lost : none;
}

function hasLost({ model, monomerOf, hasNext }: NearLinkInput, atom: number): boolean {
  const residue = model.atoms.residue[atom]!;
  const monomer = monomerOf(residue);
  if (monomer === undefined) return false;
  const name = model.atoms.name[atom]!;
  const isFreeCarbonyl =
    isPeptideGroup(monomer.group) &&
    name === "C" &&
    !hasNext.has(residue) &&
    !atomsOfResidue(model, residue).some((other) => model.atoms.name[other] === "OXT");
  return isFreeCarbonyl || lostEnds(model, residue, endsOf(monomer)).has(name);
}

function canBond({ atoms, residues }: Model, atom: number): boolean {
  const element = atoms.element[atom]!;
  return !isHydrogenElement(element) && !isMetalElement(element) && !isWaterName(residues.name[atoms.residue[atom]!]!);
}

/** A heavy atom of another residue at a bond's length, which is not inside a chain. */
function isPartner(input: NearLinkInput, atom: number, other: number, distance: number): boolean {
  const { model, monomerOf, hasNext, hasPrevious } = input;
  if (!canBond(model, other) || !canMeet(model, atom, other)) return false;
  const { element, residue, name } = model.atoms;
  const length = singleBondLength(elementSymbol(element[atom]!), elementSymbol(element[other]!));
  if (Math.abs(distance - length) > bondTolerance) return false;
  const partner = residue[other]!;
  if (!isPeptideGroup(monomerOf(partner)?.group ?? "")) return true;
  if (name[other] === "N") return !hasPrevious.has(partner);
  return name[other] === "C" ? !hasNext.has(partner) : !/^(CA|O)$/.test(name[other]!);
}
