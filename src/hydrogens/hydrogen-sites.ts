// Goes through a model's residues and finds every parent with the hydrogens it has and lacks, per conformer.
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { Dictionary, Monomer } from "../chemistry/monomer.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { dihedralAngle } from "../math/internal-coordinates.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { isNucleotideGroup, isPeptideGroup } from "../topology/found-link.ts";
import type { IdentifiedResidues } from "../topology/identify-residues.ts";
import { atomNamed, listPositions } from "../topology/residue-atoms.ts";
import type { Vector } from "./hydrogen-geometry.ts";
import { type PlannedHydrogen, type PlannedSite, planHydrogens } from "./hydrogen-plan.ts";
import {
  collectLinkNeighbours,
  hydrogensLeft,
  type LinkNeighbour,
  type LinkNeighbours,
  leavesHydrogen,
} from "./link-neighbours.ts";
import { type PlacedSite, placeSite, type SiteGeometry } from "./place-site.ts";

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

/** A parent in one conformer with its hydrogens. */
export interface HydrogenSite {
  readonly residue: number;
  /** Row of the parent, of its heavy neighbours, and of the atom torsions count from (-1 for none). */
  readonly parent: number;
  readonly neighbours: readonly number[];
  readonly third: number;
  /** Alternate of its hydrogens. */
  readonly altloc: string;
  readonly occupancy: number;
  readonly plan: PlannedSite;
  readonly geometry: SiteGeometry;
  readonly placed: PlacedSite;
  /** In the order of the positions; row -1 for hydrogens that are to be put in. */
  readonly hydrogens: readonly { readonly name: string; readonly row: number }[];
  /** Other places of the hydrogens follow from turning the bond to the only neighbour. */
  readonly turns: boolean;
  /** A start of a chain that is not its end: the torsion is not known. */
  readonly isBrokenStart: boolean;
}

export interface NotPlaced {
  /** "A 52B LYS HB2" */
  readonly hydrogen: string;
  readonly reason: string;
}

export interface HydrogenSites {
  readonly sites: readonly HydrogenSite[];
  readonly notPlaced: readonly NotPlaced[];
  /** Residues at which a chain begins or breaks off, with one hydrogen on N. */
  readonly brokenStarts: readonly string[];
}

/** Torsion N-H of a chain's first residue whose predecessor is missing, to C: as in a helix, degrees. */
const brokenStartTorsion = 120;

/**
 * Angles that contacts are judged with, degrees: of the hydrogen of a peptide's N to C of the residue before and to CA, to other
 * planar parents and to parents that are not, and between two hydrogens.
 */
const contactAngles = { amide: [123.5, 114], planar: 120, other: 109.5, between: 107 } as const;

interface Search {
  readonly model: Model;
  readonly identified: IdentifiedResidues;
  readonly options: SiteOptions;
  readonly linked: LinkNeighbours;
  /** Residues at the ends of nucleotide chains. */
  readonly chainEnds: ReadonlySet<string>;
  readonly sites: HydrogenSite[];
  readonly notPlaced: NotPlaced[];
  readonly brokenStarts: string[];
}

export function findHydrogenSites(
  model: Model,
  dictionary: Dictionary,
  identified: IdentifiedResidues,
  options: SiteOptions,
): HydrogenSites {
  const search: Search = {
    model,
    identified,
    options,
    linked: collectLinkNeighbours(model, dictionary, identified),
    chainEnds: findChainEnds(model, identified),
    sites: [],
    notPlaced: [],
    brokenStarts: [],
  };
  for (let residue = 0; residue < model.residues.count; residue++) addResidue(search, residue);
  return search;
}

/** "5 12" and "3 40": rows of residues that begin and end a nucleotide chain. */
function findChainEnds(model: Model, { monomers }: IdentifiedResidues): Set<string> {
  const ends = new Set<string>();
  const isNucleotide = (residue: number | undefined): boolean =>
    residue !== undefined && isNucleotideGroup(monomers[residue]?.group ?? "");
  for (let chain = 0; chain < model.chains.count; chain++) {
    const positions = listPositions(model, chain);
    positions.forEach(({ residues, endsSegment }, at) => {
      const before = positions[at - 1];
      const after = positions[at + 1];
      for (const residue of residues) {
        if (before === undefined || before.endsSegment || !isNucleotide(before.residues[0])) ends.add(`5 ${residue}`);
        if (after === undefined || endsSegment || !isNucleotide(after.residues[0])) ends.add(`3 ${residue}`);
      }
    });
  }
  return ends;
}

/** What is particular to one residue. */
interface ResidueInput {
  readonly residue: number;
  readonly monomer: Monomer;
  readonly sites: readonly PlannedSite[];
  readonly linked: ReadonlyMap<string, readonly LinkNeighbour[]>;
  /** Three hydrogens on N: H is called H1. */
  readonly isCharged: boolean;
  readonly isBrokenStart: boolean;
}

const noLinks: ReadonlyMap<string, readonly LinkNeighbour[]> = new Map();

function addResidue(search: Search, residue: number): void {
  const { model, identified, options } = search;
  const template = identified.matched.templates[residue];
  if (template === undefined || template.monomer.atoms.length < 2) return;
  if (isWaterName(model.residues.name[residue]!) && !options.waters) return;
  const linked = search.linked.get(residue) ?? noLinks;
  const start = peptideStart(search, residue, linked.has("N"));
  const monomer = start === "single" ? singleStart(identified, residue) : template.monomer;
  const input: ResidueInput = {
    residue,
    monomer,
    sites: planHydrogens(monomer),
    linked,
    isCharged: start === "charged",
    isBrokenStart: start === "single" || start === "kept-single",
  };
  if (start === "single") search.brokenStarts.push(residueLabel(model, residue));
  const dropped = droppedProtons(search, input);
  const rowOf = (site: PlannedSite): number => atomNamed(identified.matched, residue, 0, site.parent);
  for (const site of input.sites.toSorted((a, b) => rowOf(a) - rowOf(b))) {
    if (!dropped.has(site.parent)) addSite(search, input, site);
  }
}

type PeptideStart = "charged" | "single" | "kept-single" | null;

function peptideStart({ model, identified, options }: Search, residue: number, hasPrevious: boolean): PeptideStart {
  const group = identified.monomers[residue]!.group;
  if (!isPeptideGroup(group) || hasPrevious || atomNamed(identified.matched, residue, 0, "N") < 0) return null;
  if (identified.modifications[residue]!.some((id) => id.startsWith("DEL-HN"))) return "kept-single";
  const has = (name: string): boolean => atomNamed(identified.matched, residue, 0, name) >= 0;
  if (has("H2") || has("H3")) return "charged";
  const { residues, chains } = model;
  const chain = residues.chain[residue]!;
  const isFirst = chains.residueIndex[chains.residueOffset[chain]!] === residue;
  const isCharged =
    (options.chargedStart === "residue-1" && residues.sequenceNumber[residue] === 1) ||
    (options.chargedStart === "chain" && isFirst);
  return isCharged ? "charged" : "single";
}

function singleStart({ monomers, modifications, cache }: IdentifiedResidues, residue: number): Monomer {
  const monomer = monomers[residue]!;
  const id = /^p-/i.test(monomer.group) ? "DEL-HNP" : "DEL-HN1";
  return cache.get(monomer, [...modifications[residue]!, id].toSorted()).monomer;
}

/** Nitrogens of a histidine that stay without hydrogen: one of the two, unless both are wanted or the file has them. */
function droppedProtons({ model, identified, options }: Search, { residue, sites, linked }: ResidueInput): Set<string> {
  const dropped = new Set<string>();
  if (model.residues.name[residue] !== "HIS" || !isPeptideGroup(identified.monomers[residue]!.group)) return dropped;
  const has = (name: string): boolean => atomNamed(identified.matched, residue, 0, name) >= 0;
  const [hasDelta, hasEpsilon] = [has("HD1"), has("HE2")];
  if (hasDelta !== hasEpsilon) dropped.add(hasDelta ? "NE2" : "ND1");
  else if (!hasDelta && options.histidine === "epsilon") {
    const epsilon = sites.find(({ parent }) => parent === "NE2");
    const isFree = epsilon !== undefined && hydrogensLeft(model, epsilon, linked.get("NE2") ?? [], 0) > 0;
    dropped.add(isFree ? "ND1" : "NE2");
  }
  return dropped;
}

/** Rows of a site's atoms in one conformer. */
interface SiteRows {
  readonly letter: string;
  readonly parent: number;
  /** -1 where missing. */
  readonly own: readonly number[];
  readonly extra: readonly { readonly row: number; readonly link: LinkNeighbour }[];
  readonly third: number;
  readonly torsion: number;
}

function addSite(search: Search, input: ResidueInput, site: PlannedSite): void {
  const { model, identified } = search;
  const links = input.linked.get(site.parent) ?? [];
  const letters = new Set(
    [input.residue, ...links.map((link) => link.residue)].flatMap((residue) => identified.matched.conformers[residue]!),
  );
  if (letters.size > 1) letters.delete("");
  const different = new Map<string, SiteRows>();
  for (const letter of [...letters].toSorted()) {
    const rows = siteRows(search, input, site, letter);
    const own = model.atoms.altloc[rows.parent];
    if (own === undefined || (own !== "" && letter !== "" && own !== letter)) continue;
    const key = [rows.parent, ...rows.own, ...rows.extra.map(({ row }) => row), rows.third].join(" ");
    if (!different.has(key)) different.set(key, rows);
  }
  for (const rows of different.values()) addConformer(search, input, site, rows, different.size > 1);
}

/** Row of an atom by name in a conformer, or in the only or first one of its residue. */
function rowNamed({ identified }: Search, residue: number, letter: string, name: string): number {
  const { matched } = identified;
  return atomNamed(matched, residue, Math.max(0, matched.conformers[residue]!.indexOf(letter)), name);
}

function siteRows(search: Search, input: ResidueInput, site: PlannedSite, letter: string): SiteRows {
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
  search: Search,
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
function neighbourNames({ identified }: Search, { residue, name }: LinkNeighbour): string[] {
  const monomer = identified.matched.templates[residue]?.monomer;
  return (monomer?.bonds ?? []).flatMap(({ atom1, atom2 }) =>
    atom1 === name ? [atom2] : atom2 === name ? [atom1] : [],
  );
}

function addConformer(search: Search, input: ResidueInput, site: PlannedSite, rows: SiteRows, isSplit: boolean): void {
  const { model } = search;
  const { atoms } = model;
  const missing = site.neighbours.filter((_name, index) => rows.own[index]! < 0);
  const links = rows.extra.map(({ link }) => link);
  const kept = site.hydrogens.slice(0, hydrogensLeft(model, site, links, missing.length));
  if (kept.length === 0) return;
  const altloc = isSplit ? rows.letter : atoms.altloc[rows.parent]!;
  const hydrogens = kept.map(({ name }) => ({
    name: input.isCharged && site.parent === "N" ? chargedName(name, site) : name,
    row: existingRow(search, input.residue, rows.letter, name, altloc, isSplit),
  }));
  if (hydrogens.every(({ row }) => row >= 0)) return;
  const report = (reason: string): void => {
    for (const { name, row } of hydrogens) {
      if (row < 0) search.notPlaced.push({ hydrogen: `${residueLabel(model, input.residue)} ${name}`, reason });
    }
  };
  if (isBrokenNucleotide(search, input.residue, site)) return report("the chain breaks off here");
  const replaced = links.filter(({ kind }) => kind === "covalent").length;
  if (missing.length > replaced) return report(`${missing.join(" and ")} missing`);
  const geometry = siteGeometry(search, site, rows, kept, hydrogens);
  const placed = placeSite(geometry);
  if (typeof placed === "string") return report(placed);
  const neighbours = [...rows.own.filter((row) => row >= 0), ...rows.extra.map(({ row }) => row)];
  search.sites.push({
    residue: input.residue,
    parent: rows.parent,
    neighbours,
    third: rows.third,
    altloc,
    occupancy: siteOccupancy(model, rows, neighbours, isSplit),
    plan: site,
    geometry,
    placed,
    hydrogens,
    turns: site.turns && neighbours.length === 1,
    isBrokenStart: input.isBrokenStart && site.parent === "N",
  });
}

/** H1, H2 and H3; H2 and H3 of proline. */
function chargedName(name: string, { hydrogens }: PlannedSite): string {
  const number = hydrogens.findIndex((hydrogen) => hydrogen.name === name);
  return `H${number + (hydrogens.length === 2 ? 2 : 1)}`;
}

function existingRow(
  search: Search,
  residue: number,
  letter: string,
  name: string,
  altloc: string,
  isSplit: boolean,
): number {
  const { atoms } = search.model;
  const row = rowNamed(search, residue, letter, name);
  if (row < 0 || !isHydrogenElement(atoms.element[row]!)) return -1;
  return !isSplit || atoms.altloc[row] === "" || atoms.altloc[row] === altloc ? row : -1;
}

/** The oxygen of a nucleotide whose neighbour in the chain is missing: it is no end. */
function isBrokenNucleotide({ identified, chainEnds }: Search, residue: number, { parent }: PlannedSite): boolean {
  if (!isNucleotideGroup(identified.monomers[residue]!.group)) return false;
  if (parent === "O3'") return !chainEnds.has(`3 ${residue}`);
  return parent === "O5'" && !chainEnds.has(`5 ${residue}`);
}

function siteGeometry(
  { model, options }: Search,
  site: PlannedSite,
  { parent, own, extra, third, torsion }: SiteRows,
  kept: readonly PlannedHydrogen[],
  hydrogens: HydrogenSite["hydrogens"],
): SiteGeometry {
  const { xyz } = model.atoms;
  const at = (row: number): Vector => [xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!];
  const isPlanar = site.isPlanar || extra.some(({ link }) => link.isFlat);
  const fallback = isPlanar ? 120 : 109.5;
  const ownRows = own.filter((row) => row >= 0);
  const isAmide = site.parent === "N" && ownRows.length === 1 && extra.length === 1 && extra[0]!.link.name === "C";
  // Hydrogens that are there already say how the others stand.
  const anchor = hydrogens.findIndex(({ row }) => row >= 0);
  const neighbour = ownRows[0] ?? extra[0]?.row ?? -1;
  const step = isPlanar && kept.length === 2 ? 180 : 120;
  const measured =
    anchor >= 0 && third >= 0 && neighbour >= 0
      ? dihedralAngle(xyz, third, neighbour, parent, hydrogens[anchor]!.row) - step * anchor
      : torsion;
  return {
    parent: at(parent),
    neighbours: [...ownRows, ...extra.map(({ row }) => row)].map(at),
    distances: kept.map(({ dictionary, contact }) => {
      const lengths = options.ideals === "contacts" ? contact : dictionary;
      return options.lengths === "nuclear" ? lengths.nuclear : lengths.electronCloud;
    }),
    angles: kept.map(({ name, angles }) => {
      const toOwn = angles.filter((_angle, index) => own[index]! >= 0);
      if (options.ideals === "contacts") {
        if (isAmide) return contactAngles.amide.toReversed();
        return [...toOwn, ...extra].map(() => (isPlanar ? contactAngles.planar : contactAngles.other));
      }
      return [...toOwn, ...extra.map(({ link }) => link.angles.get(name) ?? fallback)];
    }),
    between: options.ideals === "contacts" && site.neighbours.length > 0 ? contactAngles.between : site.between,
    isPlanar,
    isEven: options.ideals === "contacts",
    third: third < 0 ? null : at(third),
    torsion: measured,
  };
}

/** A hydrogen of one alternate on an atom that is in all shares the occupancy of the neighbour that differs. */
function siteOccupancy({ atoms }: Model, rows: SiteRows, neighbours: readonly number[], isSplit: boolean): number {
  const own = atoms.occupancy[rows.parent]!;
  if (!isSplit || atoms.altloc[rows.parent] !== "") return own;
  const different = [...neighbours, rows.third].filter((row) => row >= 0 && atoms.altloc[row] === rows.letter);
  return Math.min(own, ...different.map((row) => atoms.occupancy[row]!));
}
