// Links of polymers: peptides and nucleotides by their order in the chain, and chains that close on themselves.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import { dihedralAngle, distanceBetween } from "../math/internal-coordinates.ts";
import { type Model, residueLabel } from "../model/model.ts";
import { type FoundLink, isLikeGroup, isNucleotideGroup, isPeptideGroup, type MonomerOf } from "./found-link.ts";
import { anglesAt } from "./generic-link.ts";
import { canMeet } from "./near-links.ts";
import { atomsOfResidue, listPositions, type ResiduePosition } from "./residue-atoms.ts";

/** Consecutive residues stay linked over a stretched bond up to here, Angstrom. */
const longestStretchedLink = 5;
/** Across a jump in the numbering only a real bond links. */
const longestLinkAcrossGap = 2;
const stretchedLink = 3;
/** A peptide within 45 degrees of cis is restrained to cis. */
const cisLimit = 45;
/** Bonds of a peptide and the most they may be wrong for its omega to be believed, Angstrom. */
const peptideBonds: readonly (readonly [number, number, number])[] = [
  [0, 1, 1.525],
  [1, 2, 1.334],
  [2, 3, 1.458],
];
const mostWrong = 0.15;
/** The same for peptides before proline, one in twenty of which is cis. */
const mostWrongProline = 0.3;
/** Peptides are planar within this of cis or trans, degrees. */
const planarLimit = 30;

function firstAtomNamed(model: Model, residue: number, name: string): number {
  for (const atom of atomsOfResidue(model, residue)) if (model.atoms.name[atom] === name) return atom;
  return -1;
}

/** Links of consecutive residues. */
export function findPolymerLinks(model: Model, monomerOf: MonomerOf, context: RunContext): FoundLink[] {
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

/** Where polymers are joined, and atoms of ends that are not free. */
const polymerEnds = [
  { isMember: isPeptideGroup, tail: ["C"], head: "N", tailLeaves: "OXT", headLeaves: "H2" },
  { isMember: isNucleotideGroup, tail: ["O3'", "O3*"], head: "P", tailLeaves: "HO3'", headLeaves: "OP3" },
] as const;

/** The end of a chain bonded to a residue before it in the same chain: cyclic peptides, circular nucleic acids. */
export function findClosingLinks(
  model: Model,
  monomerOf: MonomerOf,
  polymer: readonly FoundLink[],
  context: RunContext,
): FoundLink[] {
  const hasNext = new Set(polymer.map(({ first }) => first));
  const hasPrevious = new Set(polymer.map(({ second }) => second));
  const links: FoundLink[] = [];
  for (const { isMember, tail, head, tailLeaves, headLeaves } of polymerEnds) {
    /** Free heads of each chain so far: residue and atom. */
    const heads = new Map<number, (readonly [number, number])[]>();
    for (let residue = 0; residue < model.residues.count; residue++) {
      if (hasPrevious.has(residue) && hasNext.has(residue)) continue;
      if (!isMember(monomerOf(residue)?.group ?? "")) continue;
      const chain = model.residues.chain[residue]!;
      const end = hasNext.has(residue) ? -1 : firstNamed(model, residue, tail);
      if (end >= 0 && firstAtomNamed(model, residue, tailLeaves) < 0) {
        const near = heads.get(chain)?.find(([, atom]) => isBondedEnd(model, end, atom));
        if (near) links.push(closingLink(model, monomerOf, residue, near[0], context));
      }
      const start = hasPrevious.has(residue) ? -1 : firstAtomNamed(model, residue, head);
      if (start < 0 || firstAtomNamed(model, residue, headLeaves) >= 0) continue;
      heads.set(chain, [...(heads.get(chain) ?? []), [residue, start]]);
    }
  }
  return links;
}

function isBondedEnd(model: Model, end: number, atom: number): boolean {
  return canMeet(model, end, atom) && distanceBetween(model.atoms.xyz, end, atom) <= longestLinkAcrossGap;
}

function closingLink(
  model: Model,
  monomerOf: MonomerOf,
  first: number,
  second: number,
  context: RunContext,
): FoundLink {
  const { group } = monomerOf(second)!;
  if (isNucleotideGroup(group)) return { id: "p", first, second };
  return { id: peptideLinkId(model, first, second, group, context), first, second };
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
    if (!reaches(model, [first, second], [o3, p], mayStretch, context)) return undefined;
    const angles = anglesAt(model, monomerOf, p, o3, false).filter(
      ({ atoms: [neighbour] }) =>
        !/^O[P5]/.test(model.atoms.name[neighbour]!) && !/^O[12]P$/.test(model.atoms.name[neighbour]!),
    );
    return { id: "p", first, second, ...(angles.length > 0 ? { angles } : {}) };
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
  const isProline = /^p-/i.test(secondGroup);
  const { xyz } = model.atoms;
  const isBroken = peptideBonds.some(
    ([i, j, length]) =>
      Math.abs(distanceBetween(xyz, atoms[i]!, atoms[j]!) - length) > (isProline ? mostWrongProline : mostWrong),
  );
  // One in two thousand peptides before other residues is cis: an omega between torn bonds is the likelier error.
  const isomer = omega !== null && Math.abs(omega) < cisLimit && !isBroken ? "CIS" : "TRANS";
  if (omega !== null) reportOmega(model, [first, second], { omega, isProline, isBroken }, context);
  if (isProline) return `P${isomer}`;
  if (/^m-/i.test(secondGroup)) return `NM${isomer}`;
  return isomer;
}

/** Cis peptides before anything but proline are rare enough to be named, twisted ones are errors. */
function reportOmega(
  model: Model,
  [first, second]: readonly [number, number],
  { omega, isProline, isBroken }: { readonly omega: number; readonly isProline: boolean; readonly isBroken: boolean },
  context: RunContext,
): void {
  const fromCis = Math.abs(omega);
  const place = (): string =>
    `${residueLabel(model, first)} to ${residueLabel(model, second)}, omega ${omega.toFixed(0)}`;
  if (fromCis < cisLimit && isBroken) {
    const message = "Peptides look cis in the input where their bonds are broken: they are restrained to trans";
    addDiagnostic(context.diagnostics, "warning", "BROKEN_CIS_PEPTIDE", message, place);
  } else if (fromCis >= planarLimit && fromCis <= 180 - planarLimit) {
    const message = "Peptides in the input are twisted: they are restrained to trans, within 45 degrees of cis to cis";
    addDiagnostic(context.diagnostics, "warning", "TWISTED_PEPTIDE", message, place);
  } else if (fromCis < planarLimit && !isProline) {
    const message = "Peptides before other residues than proline are cis in the input and stay so";
    addDiagnostic(context.diagnostics, "warning", "CIS_PEPTIDE", message, place);
  }
}
