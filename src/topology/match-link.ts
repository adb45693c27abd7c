// The dictionary's link between two atoms, with the anomer that the sugar's own dictionary entry demands.
import { elementIndex, isHydrogenElement } from "../chemistry/elements.ts";
import type { Dictionary, Link, LinkAtom, Monomer } from "../chemistry/monomer.ts";
import { chiralVolume } from "../math/internal-coordinates.ts";
import type { Model } from "../model/model.ts";
import { type FoundLink, isNucleotideGroup, isPeptideGroup, isPyranoseGroup, type MonomerOf } from "./found-link.ts";
import { atomsOfResidue } from "./residue-atoms.ts";

/** The dictionary link whose bond joins these two atoms, in either order. */
export function matchLink(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  pair: readonly [number, number],
): FoundLink | undefined {
  for (const link of linksByAtoms(dictionary).get(nameKey(model.atoms.name[pair[0]]!, model.atoms.name[pair[1]]!)) ??
    []) {
    for (const [x, y] of [pair, [pair[1], pair[0]]] as const) {
      const [first, second] = sideAtoms(link);
      if (model.atoms.name[x] !== first.id || model.atoms.name[y] !== second.id) continue;
      const residues = [model.atoms.residue[x]!, model.atoms.residue[y]!] as const;
      if (!fitsSide(link, 0, monomerOf(residues[0])) || !fitsSide(link, 1, monomerOf(residues[1]))) continue;
      return settleAnomer(model, dictionary, monomerOf, { id: link.id, first: residues[0], second: residues[1] });
    }
  }
  return undefined;
}

const byAtoms = new WeakMap<Dictionary["links"], ReadonlyMap<string, readonly Link[]>>();

/** Links of one bond by the names of its two atoms; links between named monomers come first. */
function linksByAtoms({ links }: Dictionary): ReadonlyMap<string, readonly Link[]> {
  const known = byAtoms.get(links);
  if (known) return known;
  const index = new Map<string, Link[]>();
  const named = ({ sides }: Link): number => sides.filter(({ compId }) => compId !== "").length;
  for (const link of [...links.values()].toSorted((a, b) => named(b) - named(a))) {
    // The library holds its disulfide twice.
    if (link.bonds.length !== 1 || link.id === "disulf") continue;
    const [first, second] = sideAtoms(link);
    const key = nameKey(first.id, second.id);
    const list = index.get(key);
    if (list) list.push(link);
    else index.set(key, [link]);
  }
  byAtoms.set(links, index);
  return index;
}

function nameKey(first: string, second: string): string {
  return first < second ? `${first} ${second}` : `${second} ${first}`;
}

/** Atoms of a link's bond in the order of its sides. */
export function sideAtoms(link: Link): readonly [LinkAtom, LinkAtom] {
  const [one, two] = link.bonds[0]!.atoms;
  return one.component === 1 ? [one, two] : [two, one];
}

export function fitsSide(link: Link, side: 0 | 1, monomer: Monomer | undefined): boolean {
  const { compId, group } = link.sides[side];
  if (monomer === undefined) return false;
  if (compId !== "") return compId === monomer.id;
  if (group === "") return false;
  if (isPeptideGroup(group)) return isPeptideGroup(monomer.group);
  if (isNucleotideGroup(group)) return isNucleotideGroup(monomer.group);
  if (isPyranoseGroup(group)) return isPyranoseGroup(monomer.group);
  return monomer.group.toLowerCase() === group.toLowerCase();
}

/** Heavy atoms that leave a residue when it enters a link. */
export function leavingAtoms(dictionary: Dictionary, link: Link, side: 0 | 1): string[] {
  const { atoms = [] } = dictionary.modifications.get(link.sides[side].modification) ?? {};
  return atoms
    .filter(({ action, element }) => action === "delete" && !isHydrogenElement(elementIndex(element || "H")))
    .map(({ id }) => id);
}

/**
 * The link with the hand its anomeric carbon has in the sugar's dictionary entry (in the model where that leaves it open), and
 * with the name that goes with it: alpha and beta are the dictionary's for D sugars, the other way round for L sugars.
 */
function settleAnomer(model: Model, dictionary: Dictionary, monomerOf: MonomerOf, found: FoundLink): FoundLink {
  const link = dictionary.links.get(found.id)!;
  const chirality = link.chiralities[0];
  if (chirality === undefined) return found;
  const [centre, ...neighbours] = chirality.atoms;
  const residue = centre.component === 1 ? found.first : found.second;
  const sugar = monomerOf(residue);
  if (sugar === undefined || !isPyranoseGroup(sugar.group)) return found;
  // The oxygen the sugar loses stands where the other residue's atom comes.
  const exocyclic = `O${centre.id.slice(1)}`;
  const own = neighbours.map((atom) => (atom.component === centre.component ? atom.id : exocyclic));
  const hand = handOf(sugar, centre.id, own) ?? handInModel(model, found, chirality.atoms);
  if (hand === undefined) return found;
  const anomer = /^(ALPHA|BETA)(\d-\d)$/.exec(found.id);
  if (!anomer) return { ...found, hand };
  const other = dictionary.links.get(`${anomer[1] === "ALPHA" ? "BETA" : "ALPHA"}${anomer[2]}`);
  const isSame = chirality.sign === "both" || (chirality.sign === hand) !== isLevorotatory(sugar);
  if (isSame || other === undefined) return { ...found, hand };
  // The hand is told in the order of the chosen link's atoms.
  const chosen = settleOrder(chirality.atoms, other.chiralities[0]?.atoms);
  return { ...found, id: other.id, hand: chosen === -1 ? opposite(hand) : hand };
}

type Hand = "positive" | "negative";

function opposite(hand: Hand): Hand {
  return hand === "positive" ? "negative" : "positive";
}

/** Parity of the order of three neighbours in two links over the same atoms; 1 when there is nothing to compare. */
function settleOrder(first: readonly LinkAtom[], second: readonly LinkAtom[] | undefined): 1 | -1 {
  const names = (atoms: readonly LinkAtom[]): string[] =>
    atoms.slice(1).map(({ component, id }) => `${component}${id}`);
  return second === undefined || parity(names(first), names(second)) !== -1 ? 1 : -1;
}

/** 1 for an even, -1 for an odd permutation, undefined when the names differ. */
function parity(first: readonly string[], second: readonly string[]): 1 | -1 | undefined {
  const at = first.map((name) => second.indexOf(name));
  if (at.includes(-1)) return undefined;
  let swaps = 0;
  for (let i = 0; i < at.length; i++) for (let j = i + 1; j < at.length; j++) if (at[i]! > at[j]!) swaps++;
  return swaps % 2 === 0 ? 1 : -1;
}

/** Hand of a monomer's centre for three of its neighbours in this order; undefined where the monomer leaves it open. */
function handOf(monomer: Monomer, centre: string, neighbours: readonly string[]): Hand | undefined {
  const known = monomer.chiralities.find((entry) => entry.centre === centre);
  if (known === undefined || known.sign === "both") return undefined;
  const own = [known.atom1, known.atom2, known.atom3];
  const strangers = neighbours.filter((name) => !own.includes(name));
  if (strangers.length > 1) return undefined;
  let sign = known.sign === "positive" ? 1 : -1;
  if (strangers.length === 1) {
    // The fourth neighbour in the place of one of the three turns the hand round.
    const replaced = own.findIndex((name) => !neighbours.includes(name));
    own[replaced] = strangers[0]!;
    sign = -sign;
  }
  return sign * (parity(neighbours, own) ?? 0) > 0 ? "positive" : "negative";
}

function handInModel(model: Model, { first, second }: FoundLink, atoms: readonly LinkAtom[]): Hand | undefined {
  const rows = atoms.map(({ component, id }) =>
    atomsOfResidue(model, component === 1 ? first : second).find((atom) => model.atoms.name[atom] === id),
  );
  if (rows.includes(undefined)) return undefined;
  const [c, i, j, k] = rows as [number, number, number, number];
  return chiralVolume(model.atoms.xyz, c, i, j, k) > 0 ? "positive" : "negative";
}

/** An L sugar, by the carbon that closes the ring of an aldohexose; others count as D. */
function isLevorotatory(sugar: Monomer): boolean {
  return handOf(sugar, "C5", ["C4", "C6", "O5"]) === "positive";
}
