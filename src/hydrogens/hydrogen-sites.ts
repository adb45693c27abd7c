// Goes through a model's residues and finds every parent with the hydrogens it has and lacks, per conformer.
import type { Dictionary, Monomer } from "../chemistry/monomer.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { isNucleotideGroup, isPeptideGroup } from "../topology/found-link.ts";
import type { IdentifiedResidues } from "../topology/identify-residues.ts";
import { atomNamed, listPositions } from "../topology/residue-atoms.ts";
import { type PlannedSite, planHydrogens } from "./hydrogen-plan.ts";
import { collectLinkNeighbours, hydrogensLeft, type LinkNeighbour, type LinkNeighbours } from "./link-neighbours.ts";
import { type PlacedSite, placeSite, type SiteGeometry } from "./place-site.ts";
import {
  existingRow,
  type ResidueInput,
  type SiteOptions,
  type SiteRows,
  type SiteSearch,
  siteGeometry,
  siteOccupancy,
  siteRows,
} from "./site-rows.ts";

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

interface Search extends SiteSearch {
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

function addConformer(search: Search, input: ResidueInput, site: PlannedSite, rows: SiteRows, isSplit: boolean): void {
  const { model } = search;
  const { atoms } = model;
  const missing = site.neighbours.filter((_name, index) => rows.own[index]! < 0);
  const links = rows.extra.map(({ link }) => link);
  const kept = site.hydrogens.slice(0, hydrogensLeft(model, site, links, missing.length));
  if (kept.length === 0) return;
  const altloc = isSplit ? rows.letter : atoms.altloc[rows.parent]!;
  const place = { residue: input.residue, letter: rows.letter, altloc, isSplit };
  const hydrogens = kept.map(({ name }) => ({
    name: input.isCharged && site.parent === "N" ? chargedName(name, site) : name,
    row: existingRow(search, name, place),
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
  const geometry = siteGeometry(search, site, rows, { kept, existing: hydrogens.map(({ row }) => row) });
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
  });
}

/** H1, H2 and H3; H2 and H3 of proline. */
function chargedName(name: string, { hydrogens }: PlannedSite): string {
  const number = hydrogens.findIndex((hydrogen) => hydrogen.name === name);
  return `H${number + (hydrogens.length === 2 ? 2 : 1)}`;
}

/** The oxygen of a nucleotide whose neighbour in the chain is missing: it is no end. */
function isBrokenNucleotide({ identified, chainEnds }: Search, residue: number, { parent }: PlannedSite): boolean {
  if (!isNucleotideGroup(identified.monomers[residue]!.group)) return false;
  if (parent === "O3'") return !chainEnds.has(`3 ${residue}`);
  return parent === "O5'" && !chainEnds.has(`5 ${residue}`);
}
