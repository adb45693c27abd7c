// Links that the file states: SSBOND, LINK and _struct_conn, matched with the dictionary's.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import type { Dictionary, Link, Monomer } from "../chemistry/monomer.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { type AtomAddress, atomLabel, type Model, type StatedLink } from "../model/model.ts";
import { type FoundLink, isNucleotideGroup, isPeptideGroup, type MonomerOf } from "./found-link.ts";
import { atomsOfResidue } from "./residue-atoms.ts";

/** Stated links longer than this are mistakes, Angstrom. */
const longestStatedLink = 10;

/** The dictionary's link for each pair of stated atoms; where it has none, the bond alone. */
export function findStatedLinks(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  context: RunContext,
): FoundLink[] {
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
    if (first === second || distance > longestStatedLink) continue;
    const known = matchLink(model, dictionary, monomerOf, a, b);
    if (known) links.push(known);
    else links.push(linkWithoutTemplate(model, [a, b], stated, context));
  }
  return links;
}

/** A bond of the stated length, or for metals the mere fact that the two are bonded and do not repel. */
function linkWithoutTemplate(
  model: Model,
  atoms: readonly [number, number],
  stated: StatedLink,
  context: RunContext,
): FoundLink {
  const [a, b] = atoms;
  const isMetal = stated.kind === "metal";
  addDiagnostic(
    context.diagnostics,
    "info",
    isMetal ? "LINK_METAL" : "LINK_GENERIC",
    isMetal
      ? "Bonds of metals stated by the file are not restrained, they only do not repel"
      : "A link of the file is not in the dictionary: only its bond length is restrained",
    `${atomLabel(model, a)} to ${atomLabel(model, b)}`,
  );
  const first = model.atoms.residue[a]!;
  const second = model.atoms.residue[b]!;
  if (isMetal) return { id: "metal", first, second, atoms };
  const distance = stated.distance ?? distanceBetween(model.atoms.xyz, a, b);
  return { id: "generic", first, second, atoms, distance };
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
