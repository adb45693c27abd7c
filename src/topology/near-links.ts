// Links that nothing but distance tells: glycosidic bonds and the dictionary's links between particular residues.

import { elementSymbol } from "../chemistry/elements.ts";
import type { Dictionary, Link, Monomer } from "../chemistry/monomer.ts";
import { isWaterName, residueClass } from "../chemistry/residue-classes.ts";
import type { Model } from "../model/model.ts";
import { type AtomGrid, atomsNear } from "./atom-grid.ts";
import { type FoundLink, isNucleotideGroup, isPeptideGroup, type MonomerOf } from "./found-link.ts";
import { genericLink, metalDonorOf } from "./generic-link.ts";
import { fitsSide, leavingAtoms, matchLink, sideAtoms } from "./match-link.ts";
import { atomsOfResidue } from "./residue-atoms.ts";

/** Farthest that a glycosidic bond is seen, Angstrom. */
const longestGlycosidicBond = 1.99;
/** A link of the dictionary is seen up to this much over its length, Angstrom. */
const longestExcess = 0.4;
/** Reach of the grid these searches need, Angstrom. */
export const nearLinkReach = 3;

/** What the searches look at. */
export interface NearLinkInput {
  readonly model: Model;
  readonly dictionary: Dictionary;
  readonly monomerOf: MonomerOf;
  /** Made on first use: models of plain protein need none. */
  readonly grid: () => AtomGrid;
  /** Residues whose C or N is in a peptide link already. */
  readonly hasNext: ReadonlySet<number>;
  readonly hasPrevious: ReadonlySet<number>;
}

/** Whether two atoms of different residues can be bonded: same model, conformers that meet. */
export function canMeet(model: Model, a: number, b: number): boolean {
  const { residue, altloc } = model.atoms;
  const [first, second] = [residue[a]!, residue[b]!];
  if (first === second) return false;
  if (altloc[a] !== altloc[b] && altloc[a] !== "" && altloc[b] !== "") return false;
  const { chains, residues } = model;
  return chains.model[residues.chain[first]!] === chains.model[residues.chain[second]!];
}

/** Bonds from the anomeric carbon of sugars that lack its oxygen, to the nearest oxygen, nitrogen or sulphur of a residue other than water. */
export function findGlycosidicBonds(input: NearLinkInput): FoundLink[] {
  const { model, dictionary, monomerOf, grid } = input;
  const links: FoundLink[] = [];
  for (let residue = 0; residue < model.residues.count; residue++) {
    const monomer = monomerOf(residue);
    if (monomer === undefined || isPeptideGroup(monomer.group) || isNucleotideGroup(monomer.group)) continue;
    for (const carbon of anomericCarbons(input, residue)) {
      const partner = atomsNear(grid(), carbon, longestGlycosidicBond)
        .filter(({ atom }) => canMeet(model, carbon, atom) && isGlycosidicPartner(input, atom))
        .toSorted((a, b) => a.distance - b.distance)[0]?.atom;
      if (partner === undefined) continue;
      const pair = [partner, carbon] as const;
      links.push(matchLink(model, dictionary, monomerOf, pair) ?? genericLink(model, monomerOf, pair));
    }
  }
  return links;
}

/** Carbons of a residue whose own oxygen there has left. */
function anomericCarbons({ model, monomerOf }: NearLinkInput, residue: number): number[] {
  const centres = anomericCentres(monomerOf(residue)!);
  if (centres.size === 0) return [];
  const rows = [...atomsOfResidue(model, residue)];
  const { name } = model.atoms;
  return rows.filter((carbon) => {
    const oxygen = centres.get(name[carbon]!);
    return oxygen !== undefined && !rows.some((atom) => name[atom] === oxygen);
  });
}

const anomericByMonomer = new WeakMap<Monomer, ReadonlyMap<string, string>>();
/** Atoms of the largest sugar ring. */
const largestRing = 7;

/**
 * Anomeric carbons of a monomer with the oxygen each loses: carbons with two oxygens by single bonds, one that ends there and one
 * that closes a ring. C1 of aldoses, C2 of ketoses, whatever their names and the dictionary's group.
 */
function anomericCentres(monomer: Monomer): ReadonlyMap<string, string> {
  const known = anomericByMonomer.get(monomer);
  if (known) return known;
  const centres = new Map<string, string>();
  const elementOf = new Map(monomer.atoms.map(({ id, element }) => [id, element.toUpperCase()] as const));
  const neighbours = new Map<string, string[]>();
  for (const { atom1, atom2, order } of monomer.bonds) {
    if (elementOf.get(atom1) === "H" || elementOf.get(atom2) === "H") continue;
    const isSingle = /^(sing|coval|\.?$)/i.test(order);
    for (const [one, other] of [
      [atom1, atom2],
      [atom2, atom1],
    ] as const) {
      // Double bonds count as two neighbours, so that carbonyl oxygens do not end there.
      neighbours.set(one, [...(neighbours.get(one) ?? []), other, ...(isSingle ? [] : [other])]);
    }
  }
  for (const [carbon, around] of neighbours) {
    if (elementOf.get(carbon) !== "C") continue;
    const oxygens = around.filter((name) => elementOf.get(name) === "O");
    const ending = oxygens.filter((name) => neighbours.get(name)!.length === 1);
    const closing = oxygens.filter((name) => isInRing(neighbours, carbon, name));
    if (ending.length === 1 && closing.length === 1) centres.set(carbon, ending[0]!);
  }
  anomericByMonomer.set(monomer, centres);
  return centres;
}

/** Whether a ring of five to seven atoms closes over the bond of two atoms. */
function isInRing(neighbours: ReadonlyMap<string, readonly string[]>, first: string, second: string): boolean {
  let shell = new Set([second]);
  const seen = new Set([second]);
  for (let size = 2; size <= largestRing; size++) {
    const next = new Set<string>();
    for (const from of shell) {
      for (const to of neighbours.get(from) ?? []) {
        if (to === first && from !== second) return size >= 5;
        if (!seen.has(to) && to !== first) next.add(to);
      }
    }
    for (const name of next) seen.add(name);
    shell = next;
  }
  return false;
}

function isGlycosidicPartner({ model }: NearLinkInput, atom: number): boolean {
  const symbol = elementSymbol(model.atoms.element[atom]!);
  if (symbol !== "O" && symbol !== "N" && symbol !== "S") return false;
  return !isWaterName(model.residues.name[model.atoms.residue[atom]!]!);
}

/** Links of the dictionary that name at least one monomer of the model, where the two atoms are in bonding distance. */
export function findNamedLinks(input: NearLinkInput): FoundLink[] {
  const { model, dictionary } = input;
  const present = residuesByName(model);
  const links: FoundLink[] = [];
  for (const link of dictionary.links.values()) {
    if (link.bonds.length !== 1 || !(link.bonds[0]!.distance > 0)) continue;
    const side = rarerSide(link, present);
    if (side === undefined) continue;
    for (const residue of present.get(link.sides[side].compId)!)
      links.push(...linkOfResidue(input, link, side, residue));
  }
  return links;
}

function residuesByName(model: Model): Map<string, number[]> {
  const present = new Map<string, number[]>();
  model.residues.name.forEach((name, residue) => {
    const list = present.get(name);
    if (list) list.push(residue);
    else present.set(name, [residue]);
  });
  return present;
}

/** The named side to search from; undefined where a named monomer is absent. Metals are searched for on their own. */
function rarerSide(link: Link, present: ReadonlyMap<string, readonly number[]>): 0 | 1 | undefined {
  const named = ([0, 1] as const).filter((side) => link.sides[side].compId !== "");
  const counts = named.map((side) => present.get(link.sides[side].compId)?.length ?? 0);
  if (named.length === 0 || counts.includes(0)) return undefined;
  if (link.id === "disulf") return undefined;
  return counts.length === 2 && counts[1]! < counts[0]! ? named[1] : named[0];
}

function linkOfResidue(input: NearLinkInput, link: Link, side: 0 | 1, residue: number): FoundLink[] {
  const { model, dictionary, monomerOf, grid } = input;
  const { name, residue: residueOf } = model.atoms;
  const atoms = sideAtoms(link);
  const other = side === 0 ? 1 : 0;
  if (!hasRoom(input, link, side, residue)) return [];
  const links: FoundLink[] = [];
  for (const atom of atomsOfResidue(model, residue)) {
    if (name[atom] !== atoms[side].id) continue;
    const reach = Math.min(nearLinkReach, link.bonds[0]!.distance + longestExcess);
    for (const near of atomsNear(grid(), atom, reach)) {
      if (name[near.atom] !== atoms[other].id || !canMeet(model, atom, near.atom)) continue;
      const partner = residueOf[near.atom]!;
      if (!fitsSide(link, other, monomerOf(partner)) || !hasRoom(input, link, other, partner)) continue;
      if (isAmbiguous(input, link) || metalDonorOf(model, monomerOf, [atom, near.atom]) !== undefined) continue;
      const found = matchLink(model, dictionary, monomerOf, [atom, near.atom]);
      if (found?.id === link.id) links.push(found);
    }
  }
  return links;
}

/** Whether the atoms that leave the residue are gone, and its backbone atom is free. */
function hasRoom(input: NearLinkInput, link: Link, side: 0 | 1, residue: number): boolean {
  const { model, dictionary, monomerOf, hasNext, hasPrevious } = input;
  const atom = sideAtoms(link)[side].id;
  if (isPeptideGroup(monomerOf(residue)?.group ?? "")) {
    if (atom === "C" && hasNext.has(residue)) return false;
    if (atom === "N" && hasPrevious.has(residue)) return false;
  }
  const leaving = leavingAtoms(dictionary, link, side);
  return !atomsOfResidue(model, residue).some((row) => leaving.includes(model.atoms.name[row]!));
}

/** Standard amino acids that lose no atom by the link may as well clash: such bonds must be stated. */
function isAmbiguous({ dictionary }: NearLinkInput, link: Link): boolean {
  const isProtein = link.sides.every(({ compId, group }) =>
    compId === "" ? isPeptideGroup(group) : residueClass(compId) === "protein" && isPeptideGroup(group),
  );
  return isProtein && ([0, 1] as const).every((side) => leavingAtoms(dictionary, link, side).length === 0);
}
