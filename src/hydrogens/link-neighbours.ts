// What the atoms of a residue are bonded to in other residues, and which hydrogens such bonds cost.
import { singleBondLength } from "../chemistry/covalent-radii.ts";
import { elementSymbol, isHydrogenElement, isMetalElement } from "../chemistry/elements.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { Model } from "../model/model.ts";
import type { FoundLink } from "../topology/found-link.ts";
import { bondsOfHeldResidues, type IdentifiedResidues } from "../topology/identify-residues.ts";
import { atomNamed } from "../topology/residue-atoms.ts";
import type { PlannedSite } from "./hydrogen-plan.ts";

/** One bond of an atom to another residue. */
export interface LinkNeighbour {
  readonly residue: number;
  /** Name in the dictionary; null where `row` is the only partner. */
  readonly name: string | null;
  readonly row: number;
  /** "known" bonds have modified the residue; others have not. */
  readonly kind: "known" | "covalent" | "metal";
  /** Ideal angles to hydrogens by their names, degrees. */
  readonly angles: ReadonlyMap<string, number>;
  /** Whether the bond makes the parent planar. */
  readonly isFlat: boolean;
  /** The alternates it is for; absent for all. */
  readonly conformers?: readonly string[];
}

/** Bonds to other residues by residue, then by the name of the atom. */
export type LinkNeighbours = ReadonlyMap<number, ReadonlyMap<string, readonly LinkNeighbour[]>>;

type Collected = Map<number, Map<string, LinkNeighbour[]>>;

const noAngles: ReadonlyMap<string, number> = new Map();
/** How far the distance to an atom of an unknown residue may be from a bond's length, Angstrom. */
const bondTolerance = 0.3;

function put(into: Collected, residue: number, atom: string, neighbour: LinkNeighbour): void {
  const own = into.get(residue) ?? new Map<string, LinkNeighbour[]>();
  into.set(residue, own);
  own.set(atom, [...(own.get(atom) ?? []), neighbour]);
}

export function collectLinkNeighbours(
  model: Model,
  dictionary: Dictionary,
  { links, held, matched }: IdentifiedResidues,
): LinkNeighbours {
  const result: Collected = new Map();
  const isNamed = (residue: number, name: string): boolean => atomNamed(matched, residue, 0, name) >= 0;
  for (const link of links) {
    if (link.atoms !== undefined) addPair(result, model, link.atoms, (atom) => isFlat(link, atom));
    else addKnown(result, dictionary, link, isNamed);
  }
  const isHeld = new Set(held);
  for (const pair of bondsOfHeldResidues(model, held)) {
    const [a, b] = pair;
    const isInside = isHeld.has(model.atoms.residue[a]!) && isHeld.has(model.atoms.residue[b]!);
    if (!isInside && isBond(model, pair)) addPair(result, model, pair, () => false);
  }
  return result;
}

/** Bonds without dictionary link that come with angles of 120 degrees leave the atom planar. */
function isFlat({ angles = [] }: FoundLink, atom: number): boolean {
  return angles.some(({ atoms, ideal }) => atoms[1] === atom && ideal === 120);
}

function isBond({ atoms, residues }: Model, [a, b]: readonly [number, number]): boolean {
  const { element, xyz, residue } = atoms;
  for (const atom of [a, b]) {
    if (isHydrogenElement(element[atom]!) || isWaterName(residues.name[residue[atom]!]!)) return false;
  }
  if (isMetalElement(element[a]!) || isMetalElement(element[b]!)) return true;
  const length = singleBondLength(elementSymbol(element[a]!), elementSymbol(element[b]!));
  return Math.abs(distanceBetween(xyz, a, b) - length) <= bondTolerance;
}

/** Both ends of a bond without dictionary link. */
function addPair(
  into: Collected,
  { atoms }: Model,
  [a, b]: readonly [number, number],
  flat: (atom: number) => boolean,
): void {
  const isMetal = isMetalElement(atoms.element[a]!) || isMetalElement(atoms.element[b]!);
  for (const [own, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const partner = { residue: atoms.residue[other]!, name: null, row: other, angles: noAngles, isFlat: flat(own) };
    put(into, atoms.residue[own]!, atoms.name[own]!, { ...partner, kind: isMetal ? "metal" : "covalent" });
  }
}

/** Both ends of the bonds of a dictionary link, with its angles to hydrogens. */
function addKnown(
  into: Collected,
  dictionary: Dictionary,
  { id, first, second, conformers }: FoundLink,
  isNamed: (residue: number, name: string) => boolean,
): void {
  const link = dictionary.links.get(id);
  if (link === undefined) return;
  const residueOf = { 1: first, 2: second } as const;
  for (const { atoms } of link.bonds) {
    for (const [own, other] of [atoms, [atoms[1], atoms[0]] as const]) {
      if (!isNamed(residueOf[other.component], other.id)) continue;
      const angles = new Map<string, number>();
      for (const { atoms: three, angle } of link.angles) {
        if (three[1].id !== own.id || three[1].component !== own.component) continue;
        for (const [from, to] of [
          [three[0], three[2]],
          [three[2], three[0]],
        ] as const) {
          if (from.id === other.id && from.component === other.component && to.component === own.component)
            angles.set(to.id, angle);
        }
      }
      put(into, residueOf[own.component], own.id, {
        residue: residueOf[other.component],
        name: other.id,
        row: -1,
        kind: "known",
        angles,
        isFlat: false,
        ...(conformers === undefined ? {} : { conformers }),
      });
    }
  }
}

const valences: Readonly<Record<string, number>> = { C: 4, N: 3, O: 2, S: 2, SE: 2, SI: 4, B: 3 };
/** Alkali and earth alkali ions leave a hydroxyl its hydrogen. */
const softMetal = /^(Li|Na|K|Rb|Cs|Mg|Ca|Sr|Ba)$/;

/**
 * How many of its hydrogens a parent keeps next to these bonds to other residues; `missing` of its own neighbours are not there,
 * and may have gone with the bonds.
 */
export function hydrogensLeft(
  model: Model,
  site: PlannedSite,
  extra: readonly LinkNeighbour[],
  missing: number,
): number {
  let left = site.hydrogens.length;
  const covalent = extra.filter(({ kind }) => kind === "covalent");
  const valence = valences[site.element];
  if (covalent.length > 0 && valence !== undefined) {
    const isAmide = covalent.some((bond) => bond.isFlat);
    const allowed = valence + (site.element === "N" && site.charge > 0 && !isAmide ? 1 : 0);
    const order = site.order - Math.min(missing, covalent.length);
    left = Math.min(left, Math.max(0, Math.floor(allowed - order + 1e-6) - covalent.length));
  }
  for (const { kind, row } of extra) {
    if (kind === "metal" && !leavesHydrogen(model, site, row)) left = Math.max(0, left - 1);
  }
  return left;
}

/** Whether a metal takes the lone pair of a hydroxyl and leaves it its hydrogen. */
export function leavesHydrogen(model: Model, site: PlannedSite, metal: number): boolean {
  return site.element === "O" && softMetal.test(elementSymbol(model.atoms.element[metal]!));
}
