// Decides which residues are linked and by which dictionary link.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import type { Dictionary, Link, Monomer } from "../chemistry/monomer.ts";
import type { AtomAddress, Model } from "../model/model.ts";
import { atomLabel, residueLabel } from "../model/model.ts";
import { dihedralDegrees, distanceBetween } from "./geometry.ts";
import { atomsOfResidue, listPositions } from "./residue-atoms.ts";

/** A link between two residues before its terms are made. */
export interface FoundLink {
  /** Dictionary id, "generic" for a stated bond the dictionary has no link for. */
  readonly id: string;
  readonly first: number;
  readonly second: number;
  /** For generic links: the two atoms and the bond length to keep. */
  readonly atoms?: readonly [number, number];
  readonly distance?: number;
}

/** Consecutive residues stay linked over a stretched bond up to here, Angstrom. */
const longestStretchedLink = 5;
/** Across a jump in the numbering only a real bond links. */
const longestLinkAcrossGap = 2;
const stretchedLink = 3;
const longestDisulfide = 3;
/** A peptide within 45 degrees of cis is restrained to cis. */
const cisLimit = 45;

type MonomerOf = (residue: number) => Monomer | undefined;

export function isPeptideGroup(group: string): boolean {
  return /^(l-|d-|p-|m-)?pept/i.test(group);
}

export function isNucleotideGroup(group: string): boolean {
  return group === "DNA" || group === "RNA" || group === "DNA/RNA";
}

/** All links of a model: polymer, disulfide, and those the file states; each pair of residues once per kind. */
export function findLinks(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  context: RunContext,
): FoundLink[] {
  const links = findPolymerLinks(model, monomerOf, context);
  const linked = new Set(links.map((link) => `${link.first}|${link.second}`));
  const add = (link: FoundLink): void => {
    const key = `${link.first}|${link.second}`;
    if (linked.has(key) || linked.has(`${link.second}|${link.first}`)) return;
    linked.add(key);
    links.push(link);
  };
  for (const link of findDisulfides(model, monomerOf)) add(link);
  for (const link of findStatedLinks(model, dictionary, monomerOf, context)) add(link);
  return links;
}

function firstAtomNamed(model: Model, residue: number, name: string): number {
  for (const atom of atomsOfResidue(model, residue)) if (model.atoms.name[atom] === name) return atom;
  return -1;
}

function findPolymerLinks(model: Model, monomerOf: MonomerOf, context: RunContext): FoundLink[] {
  const links: FoundLink[] = [];
  for (let chain = 0; chain < model.chains.count; chain++) {
    const positions = listPositions(model, chain);
    for (let index = 0; index + 1 < positions.length; index++) {
      if (positions[index]!.endsSegment) continue;
      for (const first of positions[index]!.residues) {
        for (const second of positions[index + 1]!.residues) {
          const link = polymerLink(model, first, second, monomerOf, context);
          if (link) links.push(link);
        }
      }
    }
  }
  return links;
}

function polymerLink(
  model: Model,
  first: number,
  second: number,
  monomerOf: MonomerOf,
  context: RunContext,
): FoundLink | undefined {
  const groups = [monomerOf(first)?.group ?? "", monomerOf(second)?.group ?? ""] as const;
  if (isPeptideGroup(groups[0]) && isPeptideGroup(groups[1])) {
    const c = firstAtomNamed(model, first, "C");
    const n = firstAtomNamed(model, second, "N");
    if (!reaches(model, first, second, c, n, context)) return undefined;
    return { id: peptideLinkId(model, first, second, groups[1]), first, second };
  }
  if (isNucleotideGroup(groups[0]) && isNucleotideGroup(groups[1])) {
    const o3 = firstNamed(model, first, ["O3'", "O3*"]);
    const p = firstAtomNamed(model, second, "P");
    return reaches(model, first, second, o3, p, context) ? { id: "p", first, second } : undefined;
  }
  return undefined;
}

function firstNamed(model: Model, residue: number, names: readonly string[]): number {
  for (const name of names) {
    const atom = firstAtomNamed(model, residue, name);
    if (atom >= 0) return atom;
  }
  return -1;
}

/** Order in the chain decides; distance only tells a gap from a stretched bond. */
function reaches(
  model: Model,
  first: number,
  second: number,
  atom1: number,
  atom2: number,
  context: RunContext,
): boolean {
  if (atom1 < 0 || atom2 < 0) return false;
  const distance = distanceBetween(model.atoms.xyz, atom1, atom2);
  const { sequenceNumber } = model.residues;
  const consecutive = sequenceNumber[second]! - sequenceNumber[first]! <= 1;
  const limit = consecutive ? longestStretchedLink : longestLinkAcrossGap;
  const place = `${residueLabel(model, first)} to ${residueLabel(model, second)}, ${distance.toFixed(2)} Angstrom`;
  if (distance > limit) {
    if (consecutive) {
      addDiagnostic(
        context.diagnostics,
        "warning",
        "CHAIN_BREAK",
        "Consecutive residues are too far apart to be linked",
        place,
      );
    }
    return false;
  }
  if (distance > stretchedLink) {
    addDiagnostic(
      context.diagnostics,
      "warning",
      "STRETCHED_LINK",
      "Consecutive residues are linked over a stretched bond",
      place,
    );
  }
  return true;
}

function peptideLinkId(model: Model, first: number, second: number, secondGroup: string): string {
  const omega = dihedralDegrees(
    model.atoms.xyz,
    firstAtomNamed(model, first, "CA"),
    firstAtomNamed(model, first, "C"),
    firstAtomNamed(model, second, "N"),
    firstAtomNamed(model, second, "CA"),
  );
  const isomer = omega !== null && Math.abs(omega) < cisLimit ? "CIS" : "TRANS";
  if (/^p-/i.test(secondGroup)) return `P${isomer}`;
  if (/^m-/i.test(secondGroup)) return `NM${isomer}`;
  return isomer;
}

/** Cysteine pairs with sulphurs in bonding distance, nearest first, each sulphur once. */
function findDisulfides(model: Model, monomerOf: MonomerOf): FoundLink[] {
  const sulphurs: number[] = [];
  for (let residue = 0; residue < model.residues.count; residue++) {
    const monomer = monomerOf(residue);
    if (monomer === undefined || !isPeptideGroup(monomer.group) || monomer.id !== "CYS") continue;
    for (const atom of atomsOfResidue(model, residue)) if (model.atoms.name[atom] === "SG") sulphurs.push(atom);
  }
  const candidates: [number, number, number][] = [];
  const { xyz, residue, altloc } = model.atoms;
  const sorted = sulphurs.toSorted((a, b) => xyz[3 * a]! - xyz[3 * b]!);
  for (let p = 0; p < sorted.length; p++) {
    for (let q = p + 1; q < sorted.length && xyz[3 * sorted[q]!]! - xyz[3 * sorted[p]!]! <= longestDisulfide; q++) {
      const a = Math.min(sorted[p]!, sorted[q]!);
      const b = Math.max(sorted[p]!, sorted[q]!);
      if (residue[a] === residue[b] || (altloc[a] !== altloc[b] && altloc[a] !== "" && altloc[b] !== "")) continue;
      if (
        model.chains.model[model.residues.chain[residue[a]!]!] !==
        model.chains.model[model.residues.chain[residue[b]!]!]
      )
        continue;
      const distance = distanceBetween(xyz, a, b);
      if (distance <= longestDisulfide) candidates.push([distance, a, b]);
    }
  }
  const used = new Set<number>();
  const links: FoundLink[] = [];
  for (const [, a, b] of candidates.toSorted((p, q) => p[0] - q[0])) {
    if (used.has(a) || used.has(b)) continue;
    used.add(a);
    used.add(b);
    links.push({ id: "SS", first: residue[a]!, second: residue[b]! });
  }
  return links;
}

function findStatedLinks(model: Model, dictionary: Dictionary, monomerOf: MonomerOf, context: RunContext): FoundLink[] {
  const links: FoundLink[] = [];
  const index = indexResidues(model);
  for (const stated of model.statedLinks) {
    if (stated.kind === "hydrogen-bond") continue;
    const a = locateAtom(model, index, stated.first);
    const b = locateAtom(model, index, stated.second);
    if (a < 0 || b < 0) {
      const missing = a < 0 ? stated.first : stated.second;
      addDiagnostic(
        context.diagnostics,
        "warning",
        "LINK_ATOM_MISSING",
        "A link of the file names an atom that the model does not have",
        `${missing.chain} ${missing.sequenceNumber}${missing.insertionCode} ${missing.residueName} ${missing.atomName}`,
      );
      continue;
    }
    const first = model.atoms.residue[a]!;
    const second = model.atoms.residue[b]!;
    const distance = distanceBetween(model.atoms.xyz, a, b);
    if (first === second || distance > 10) continue;
    const known = matchLink(model, dictionary, monomerOf, a, b);
    if (known) links.push(known);
    else if (stated.kind !== "metal") {
      links.push({ id: "generic", first, second, atoms: [a, b], distance: stated.distance ?? distance });
      addDiagnostic(
        context.diagnostics,
        "info",
        "LINK_GENERIC",
        "A link of the file is not in the dictionary: only its bond length is restrained",
        `${atomLabel(model, a)} to ${atomLabel(model, b)}`,
      );
    }
  }
  return links;
}

/** The dictionary link whose bond joins these two atoms, in either order. */
function matchLink(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  a: number,
  b: number,
): FoundLink | undefined {
  for (const link of dictionary.links.values()) {
    const bond = link.bonds[0];
    if (link.bonds.length !== 1 || bond === undefined) continue;
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const [one, two] = bond.atoms;
      const first = one.component === 1 ? one : two;
      const second = one.component === 1 ? two : one;
      if (model.atoms.name[x] !== first.id || model.atoms.name[y] !== second.id) continue;
      const residues = [model.atoms.residue[x]!, model.atoms.residue[y]!] as const;
      if (fitsSide(link, 0, monomerOf(residues[0])) && fitsSide(link, 1, monomerOf(residues[1]))) {
        return { id: link.id, first: residues[0], second: residues[1] };
      }
    }
  }
  return undefined;
}

function fitsSide(link: Link, side: 0 | 1, monomer: Monomer | undefined): boolean {
  const { compId, group } = link.sides[side];
  if (monomer === undefined) return false;
  if (compId !== "") return compId === monomer.id;
  if (group === "") return false;
  if (isPeptideGroup(group)) return isPeptideGroup(monomer.group);
  if (isNucleotideGroup(group)) return isNucleotideGroup(monomer.group);
  return monomer.group.toLowerCase() === group.toLowerCase();
}

function residueKey(chain: string, number: number, insertionCode: string): string {
  return `${chain}|${number}|${insertionCode}`;
}

function indexResidues(model: Model): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (let residue = 0; residue < model.residues.count; residue++) {
    const { sequenceNumber, insertionCode, chain } = model.residues;
    const key = residueKey(model.chains.id[chain[residue]!]!, sequenceNumber[residue]!, insertionCode[residue]!);
    const known = index.get(key);
    if (known) known.push(residue);
    else index.set(key, [residue]);
  }
  return index;
}

function locateAtom(model: Model, index: ReadonlyMap<string, number[]>, address: AtomAddress): number {
  const residues = index.get(residueKey(address.chain, address.sequenceNumber, address.insertionCode)) ?? [];
  let fallback = -1;
  for (const residue of residues) {
    if (address.residueName !== "" && model.residues.name[residue] !== address.residueName) continue;
    for (const atom of atomsOfResidue(model, residue)) {
      if (model.atoms.name[atom] !== address.atomName) continue;
      if (model.atoms.altloc[atom] === address.altloc) return atom;
      if (fallback < 0) fallback = atom;
    }
  }
  return fallback;
}
