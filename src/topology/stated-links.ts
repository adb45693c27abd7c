// Links that the file states: SSBOND, LINK and _struct_conn, matched with the dictionary's.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { type AtomAddress, atomLabel, type Model } from "../model/model.ts";
import type { FoundLink, MonomerOf } from "./found-link.ts";
import { genericLink, metalDonorOf } from "./generic-link.ts";
import { matchLink } from "./match-link.ts";
import { atomsOfResidue } from "./residue-atoms.ts";

/** Stated links longer than this are mistakes, Angstrom. */
const longestStatedLink = 10;

export interface StatedLinks {
  readonly links: readonly FoundLink[];
  /** Pairs of a metal and another atom. */
  readonly metals: readonly (readonly [number, number])[];
}

/** The dictionary's link for each pair of stated atoms; where it has none, a bond and angles by elements. */
export function findStatedLinks(
  model: Model,
  dictionary: Dictionary,
  monomerOf: MonomerOf,
  context: RunContext,
): StatedLinks {
  const links: FoundLink[] = [];
  const metals: (readonly [number, number])[] = [];
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
    const pair = [a, b] as const;
    if (metalDonorOf(model, monomerOf, pair) !== undefined) metals.push(pair);
    else links.push(matchLink(model, dictionary, monomerOf, pair) ?? reportedLink(model, monomerOf, pair, context));
  }
  return { links, metals };
}

function reportedLink(
  model: Model,
  monomerOf: MonomerOf,
  pair: readonly [number, number],
  context: RunContext,
): FoundLink {
  const message = "Links of the file are not in the dictionary: their length and angles follow from the elements";
  const place = `${atomLabel(model, pair[0])} to ${atomLabel(model, pair[1])}`;
  addDiagnostic(context.diagnostics, "info", "LINK_GENERIC", message, place);
  return genericLink(model, monomerOf, pair);
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
