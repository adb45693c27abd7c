// Decides which residues are linked and by which dictionary link.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { dihedralAngle, distanceBetween } from "../math/internal-coordinates.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { type AtomGrid, createAtomGrid } from "./atom-grid.ts";
import { findDisulfides } from "./disulfides.ts";
import { type FoundLink, isLikeGroup, isNucleotideGroup, isPeptideGroup, type MonomerOf } from "./found-link.ts";
import { findMetalLinks, metalReach } from "./metal-links.ts";
import { findGlycosidicBonds, findNamedLinks, type NearLinkInput, nearLinkReach } from "./near-links.ts";
import { atomsOfResidue, listPositions, type ResiduePosition } from "./residue-atoms.ts";
import { findStatedLinks } from "./stated-links.ts";

/** Consecutive residues stay linked over a stretched bond up to here, Angstrom. */
const longestStretchedLink = 5;
/** Across a jump in the numbering only a real bond links. */
const longestLinkAcrossGap = 2;
const stretchedLink = 3;
/** A peptide within 45 degrees of cis is restrained to cis. */
const cisLimit = 45;
/** Peptides are planar within this of cis or trans, degrees. */
const planarLimit = 30;

/** All links of a model: polymer, disulfide, and those the file states; each pair of residues once per kind. */
export function findLinks(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  context: RunContext,
): FoundLink[] {
  const links: FoundLink[] = [];
  const linked = new Set<string>();
  const add = (link: FoundLink): void => {
    const { first, second } = link;
    const key = `${Math.min(first, second)}|${Math.max(first, second)}|${kindOfLink(link)}`;
    if (linked.has(key)) return;
    linked.add(key);
    links.push(link);
  };
  const polymer = findPolymerLinks(model, monomerOf, context);
  for (const link of polymer) add(link);
  for (const link of findDisulfides(model, monomerOf)) add(link);
  const stated = findStatedLinks(model, dictionary, monomerOf, context);
  for (const link of stated.links) add(link);
  const before = links.length;
  const input = nearLinkInput(model, dictionary, monomerOf, links);
  for (const link of findGlycosidicBonds(input)) add(link);
  for (const link of findNamedLinks(input)) add(link);
  for (const link of findMetalLinks(input, stated.metals, context)) add(link);
  reportFound(model, links.slice(before), context);
  return links;
}

function nearLinkInput(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  links: readonly FoundLink[],
): NearLinkInput {
  const peptides = links.filter((link) => kindOfLink(link) === "peptide");
  let grid: AtomGrid | undefined;
  return {
    model,
    dictionary,
    monomerOf,
    grid: () => {
      grid ??= createAtomGrid(model.atoms.xyz, Math.max(nearLinkReach, metalReach));
      return grid;
    },
    hasNext: new Set(peptides.map(({ first }) => first)),
    hasPrevious: new Set(peptides.map(({ second }) => second)),
  };
}

function reportFound(model: Model, found: readonly FoundLink[], context: RunContext): void {
  for (const { id, first, second } of found) {
    const message = "Links that the file does not state, or bonds of metals, made by distance";
    const place = `${id}: ${residueLabel(model, first)} to ${residueLabel(model, second)}`;
    addDiagnostic(context.diagnostics, "info", "LINK_FOUND", message, place);
  }
}

/** Neighbours in a chain may share a disulfide besides their peptide; one peptide is stated once. */
function kindOfLink({ id, atoms }: FoundLink): string {
  if (/^(P|NM)?(TRANS|CIS)$/.test(id)) return "peptide";
  return atoms === undefined ? id : atoms.toSorted((p, q) => p - q).join(" ");
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
          const conformers = sharedConformers(model, positions[index]!, positions[index + 1]!, [first, second]);
          if (conformers?.length === 0) continue;
          const link = polymerLink(model, first, second, monomerOf, context);
          if (link) links.push(conformers === undefined ? link : { ...link, conformers });
        }
      }
    }
  }
  return links;
}

/** Where residues share a position, each links in its own alternates only; undefined where none does. */
function sharedConformers(
  model: Model,
  before: ResiduePosition,
  after: ResiduePosition,
  [first, second]: readonly [number, number],
): string[] | undefined {
  const own = (residue: number): string[] => {
    const letters = Array.from(atomsOfResidue(model, residue), (atom) => model.atoms.altloc[atom]!);
    return [...new Set(letters)].filter((letter) => letter !== "");
  };
  const isFirstShared = before.residues.length > 1;
  const isSecondShared = after.residues.length > 1;
  if (!isFirstShared && !isSecondShared) return undefined;
  if (!isSecondShared) return own(first);
  return isFirstShared ? own(first).filter((letter) => own(second).includes(letter)) : own(second);
}

function polymerLink(
  model: Model,
  first: number,
  second: number,
  monomerOf: MonomerOf,
  context: RunContext,
): FoundLink | undefined {
  const groups = [monomerOf(first)?.group ?? "", monomerOf(second)?.group ?? ""] as const;
  // What only looks like part of a chain may be a ligand beside it.
  const mayStretch = !groups.some(isLikeGroup);
  if (isPeptideGroup(groups[0]) && isPeptideGroup(groups[1])) {
    const c = firstAtomNamed(model, first, "C");
    const n = firstAtomNamed(model, second, "N");
    if (!reaches(model, [first, second], [c, n], mayStretch, context)) return undefined;
    return { id: peptideLinkId(model, first, second, groups[1], context), first, second };
  }
  if (isNucleotideGroup(groups[0]) && isNucleotideGroup(groups[1])) {
    const o3 = firstNamed(model, first, ["O3'", "O3*"]);
    const p = firstAtomNamed(model, second, "P");
    return reaches(model, [first, second], [o3, p], mayStretch, context) ? { id: "p", first, second } : undefined;
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
  [first, second]: readonly [number, number],
  [atom1, atom2]: readonly [number, number],
  mayStretch: boolean,
  context: RunContext,
): boolean {
  const { sequenceNumber } = model.residues;
  const consecutive = mayStretch && sequenceNumber[second]! - sequenceNumber[first]! <= 1;
  if (atom1 < 0 || atom2 < 0) {
    if (consecutive) {
      addDiagnostic(
        context.diagnostics,
        "warning",
        "LINK_ATOM_ABSENT",
        "Consecutive residues are not linked: an atom of their bond is not in the model",
        `${residueLabel(model, first)} to ${residueLabel(model, second)}`,
      );
    }
    return false;
  }
  const distance = distanceBetween(model.atoms.xyz, atom1, atom2);
  const limit = consecutive ? longestStretchedLink : longestLinkAcrossGap;
  const place = (): string =>
    `${residueLabel(model, first)} to ${residueLabel(model, second)}, ${distance.toFixed(2)} Angstrom`;
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

function peptideLinkId(model: Model, first: number, second: number, secondGroup: string, context: RunContext): string {
  const atoms = [
    firstAtomNamed(model, first, "CA"),
    firstAtomNamed(model, first, "C"),
    firstAtomNamed(model, second, "N"),
    firstAtomNamed(model, second, "CA"),
  ] as const;
  const omega = atoms.includes(-1) ? null : dihedralAngle(model.atoms.xyz, ...atoms);
  const isomer = omega !== null && Math.abs(omega) < cisLimit ? "CIS" : "TRANS";
  const isProline = /^p-/i.test(secondGroup);
  if (omega !== null) reportOmega(model, first, second, omega, isProline, context);
  if (isProline) return `P${isomer}`;
  if (/^m-/i.test(secondGroup)) return `NM${isomer}`;
  return isomer;
}

/** Cis peptides before anything but proline are rare enough to be named, twisted ones are errors. */
function reportOmega(
  model: Model,
  first: number,
  second: number,
  omega: number,
  isProline: boolean,
  context: RunContext,
): void {
  const fromCis = Math.abs(omega);
  const place = (): string =>
    `${residueLabel(model, first)} to ${residueLabel(model, second)}, omega ${omega.toFixed(0)}`;
  if (fromCis >= planarLimit && fromCis <= 180 - planarLimit) {
    const message = "Peptides in the input are twisted: they are restrained to trans, within 45 degrees of cis to cis";
    addDiagnostic(context.diagnostics, "warning", "TWISTED_PEPTIDE", message, place);
  } else if (fromCis < planarLimit && !isProline) {
    const message = "Peptides before other residues than proline are cis in the input and stay so";
    addDiagnostic(context.diagnostics, "warning", "CIS_PEPTIDE", message, place);
  }
}
