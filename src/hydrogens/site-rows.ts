// The atoms of a parent's surroundings in one conformer, and what they make ideal for its hydrogens.
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { Monomer } from "../chemistry/monomer.ts";
import { dihedralAngle } from "../math/internal-coordinates.ts";
import { type Vector3, vectorAt } from "../math/vector3.ts";
import type { Model } from "../model/model.ts";
import type { IdentifiedResidues } from "../topology/identify-residues.ts";
import { atomNamed } from "../topology/residue-atoms.ts";
import type { PlannedHydrogen, PlannedSite } from "./hydrogen-plan.ts";
import { type LinkNeighbour, leavesHydrogen } from "./link-neighbours.ts";
import type { SiteGeometry } from "./place-site.ts";

export interface SiteOptions {
  /** Bond lengths: to the centre of the electron cloud, or to the nucleus. */
  readonly lengths: "electron-cloud" | "nuclear";
  /** Ideal lengths and angles: those that contacts are judged with, or the dictionary's, which restraints hold. */
  readonly ideals: "contacts" | "dictionary";
  /** Which starts of peptides are charged (NH3+): residues numbered 1, the first of every chain, or none. */
  readonly chargedStart: "residue-1" | "chain" | "none";
  /** Neutral histidines with their hydrogen on NE2, or doubly protonated ones from which a search takes away. */
  readonly histidine: "epsilon" | "both";
  /** Whether waters get hydrogens. */
  readonly waters: boolean;
}

/** What rows are looked up in. */
export interface SiteSearch {
  readonly model: Model;
  readonly identified: IdentifiedResidues;
  readonly options: SiteOptions;
}

/** What is particular to one residue. */
export interface ResidueInput {
  readonly residue: number;
  readonly monomer: Monomer;
  readonly sites: readonly PlannedSite[];
  readonly linked: ReadonlyMap<string, readonly LinkNeighbour[]>;
  /** Three hydrogens on N: H is called H1. */
  readonly isCharged: boolean;
  readonly isBrokenStart: boolean;
}

/** Rows of a site's atoms in one conformer. */
export interface SiteRows {
  readonly letter: string;
  readonly parent: number;
  /** -1 where missing. */
  readonly own: readonly number[];
  readonly extra: readonly { readonly row: number; readonly link: LinkNeighbour }[];
  readonly third: number;
  readonly torsion: number;
}

/**
 * Angles that contacts are judged with, degrees: of the hydrogen of a peptide's N to C of the residue before and to CA, to other
 * planar parents and to parents that are not, and between two hydrogens.
 */
const contactAngles = { amide: [123.5, 114], planar: 120, other: 109.5, between: 107 } as const;

/** Torsion N-H of a chain's first residue whose predecessor is missing, to C: as in a helix, degrees. */
const brokenStartTorsion = 120;

/** Row of an atom by name in a conformer, or in the only or first one of its residue. */
function rowNamed(
  { identified }: Pick<SiteSearch, "identified">,
  residue: number,
  letter: string,
  name: string,
): number {
  const { matched } = identified;
  return atomNamed(matched, residue, Math.max(0, matched.conformers[residue]!.indexOf(letter)), name);
}

export function siteRows(search: SiteSearch, input: ResidueInput, site: PlannedSite, letter: string): SiteRows {
  const { residue } = input;
  const links = (input.linked.get(site.parent) ?? []).filter(
    ({ conformers }) => conformers === undefined || conformers.includes(letter),
  );
  const own = site.neighbours.map((name) => rowNamed(search, residue, letter, name));
  const extra = links
    .map((link) => ({ link, row: link.name === null ? link.row : rowNamed(search, link.residue, letter, link.name) }))
    .filter(({ row, link }) => row >= 0 && !(link.kind === "metal" && leavesHydrogen(search.model, site, row)));
  return {
    letter,
    parent: rowNamed(search, residue, letter, site.parent),
    own,
    extra,
    ...torsionOrigin(search, input, site, letter, own.length === 0 ? extra[0]?.link : undefined),
  };
}

/** The first atom of the plan that is there, from which torsions count, and the torsion of the first hydrogen. */
function torsionOrigin(
  search: SiteSearch,
  { residue, isBrokenStart, isCharged }: ResidueInput,
  site: PlannedSite,
  letter: string,
  only: LinkNeighbour | undefined,
): { readonly third: number; readonly torsion: number } {
  if (only?.name != null) {
    for (const name of neighbourNames(search, only)) {
      const third = rowNamed(search, only.residue, letter, name);
      if (third >= 0) return { third, torsion: 180 };
    }
  }
  if (isBrokenStart && site.parent === "N") {
    return { third: rowNamed(search, residue, letter, "C"), torsion: brokenStartTorsion };
  }
  const step = site.isPlanar && site.hydrogens.length === 2 ? 180 : 120;
  // Staggered from what the dictionary says of free amino acids.
  const torsions = isCharged && site.parent === "N" ? [{ third: "C", torsion: 180, hydrogen: 0 }] : site.torsions;
  for (const { third: name, torsion, hydrogen } of torsions) {
    const third = rowNamed(search, residue, letter, name);
    if (third >= 0) return { third, torsion: torsion - step * hydrogen };
  }
  return { third: -1, torsion: 0 };
}

/** Heavy atoms bonded to an atom in its residue. */
function neighbourNames({ identified }: SiteSearch, { residue, name }: LinkNeighbour): string[] {
  const monomer = identified.matched.templates[residue]?.monomer;
  return (monomer?.bonds ?? []).flatMap(({ atom1, atom2 }) =>
    atom1 === name ? [atom2] : atom2 === name ? [atom1] : [],
  );
}

/** Row of a hydrogen that is there already, -1 for none; `altloc` is that of the site's hydrogens. */
export function existingRow(
  search: SiteSearch,
  name: string,
  { residue, letter, altloc, isSplit }: { residue: number; letter: string; altloc: string; isSplit: boolean },
): number {
  const { atoms } = search.model;
  const row = rowNamed(search, residue, letter, name);
  if (row < 0 || !isHydrogenElement(atoms.element[row]!)) return -1;
  return !isSplit || atoms.altloc[row] === "" || atoms.altloc[row] === altloc ? row : -1;
}

/** Where a site's hydrogens could stand; `existing` holds the rows of those that are there, else -1. */
export function siteGeometry(
  { model, options }: SiteSearch,
  site: PlannedSite,
  rows: SiteRows,
  { kept, existing }: { readonly kept: readonly PlannedHydrogen[]; readonly existing: readonly number[] },
): SiteGeometry {
  const { parent, own, extra, third } = rows;
  const { xyz } = model.atoms;
  const at = (row: number): Vector3 => vectorAt(xyz, row);
  const isPlanar = site.isPlanar || extra.some(({ link }) => link.isFlat);
  const neighbours = [...own.filter((row) => row >= 0), ...extra.map(({ row }) => row)];
  const isContact = options.ideals === "contacts";
  return {
    parent: at(parent),
    neighbours: neighbours.map(at),
    distances: kept.map(({ dictionary, contact }) => {
      const lengths = isContact ? contact : dictionary;
      return options.lengths === "nuclear" ? lengths.nuclear : lengths.electronCloud;
    }),
    angles: isContact ? kept.map(() => contactAnglesOf(site, rows, isPlanar)) : dictionaryAngles(kept, rows, isPlanar),
    between: isContact && site.neighbours.length > 0 ? contactAngles.between : site.between,
    isPlanar,
    isEven: isContact,
    third: third < 0 ? null : at(third),
    torsion: startTorsion(model, rows, existing, isPlanar && kept.length === 2 ? 180 : 120),
  };
}

function contactAnglesOf(site: PlannedSite, { own, extra }: SiteRows, isPlanar: boolean): number[] {
  const present = own.filter((row) => row >= 0);
  const isAmide = site.parent === "N" && present.length === 1 && extra.length === 1 && extra[0]!.link.name === "C";
  if (isAmide) return contactAngles.amide.toReversed();
  return [...present, ...extra].map(() => (isPlanar ? contactAngles.planar : contactAngles.other));
}

function dictionaryAngles(kept: readonly PlannedHydrogen[], { own, extra }: SiteRows, isPlanar: boolean): number[][] {
  const fallback = isPlanar ? contactAngles.planar : contactAngles.other;
  return kept.map(({ name, angles }) => [
    ...angles.filter((_angle, index) => own[index]! >= 0),
    ...extra.map(({ link }) => link.angles.get(name) ?? fallback),
  ]);
}

/** Torsion of the first hydrogen; hydrogens that are there already say how the others stand. */
function startTorsion({ atoms: { xyz } }: Model, rows: SiteRows, existing: readonly number[], step: number): number {
  const { own, extra, third, parent, torsion } = rows;
  const anchor = existing.findIndex((row) => row >= 0);
  const neighbour = own.find((row) => row >= 0) ?? extra[0]?.row ?? -1;
  if (anchor < 0 || third < 0 || neighbour < 0) return torsion;
  return dihedralAngle(xyz, third, neighbour, parent, existing[anchor]!) - step * anchor;
}

/** A hydrogen of one alternate on an atom that is in all shares the occupancy of the neighbour that differs. */
export function siteOccupancy(
  { atoms }: Model,
  rows: SiteRows,
  neighbours: readonly number[],
  isSplit: boolean,
): number {
  const own = atoms.occupancy[rows.parent]!;
  if (!isSplit || atoms.altloc[rows.parent] !== "") return own;
  const different = [...neighbours, rows.third].filter((row) => row >= 0 && atoms.altloc[row] === rows.letter);
  return Math.min(own, ...different.map((row) => atoms.occupancy[row]!));
}
