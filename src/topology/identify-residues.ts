// What every residue of a model is: its monomer, the links it is in, its template with their modifications, and its atoms by name.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { elementSymbol, isMetalElement } from "../chemistry/elements.ts";
import type { Dictionary, Monomer } from "../chemistry/monomer.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { atomLabel, type Model, residueLabel } from "../model/model.ts";
import { atomsNear, createAtomGrid } from "./atom-grid.ts";
import { findLinks } from "./find-links.ts";
import { type FoundLink, isNucleotideGroup, isPeptideGroup, isPolymerLink, withPolymerGroup } from "./found-link.ts";
import { atomsOfResidue, type MatchedAtoms, matchAtoms } from "./residue-atoms.ts";
import { createTemplateCache, type ResidueTemplate, type TemplateCache } from "./residue-templates.ts";

export interface TopologyOptions {
  /** What to do with residues the dictionary does not know: stop, or keep them fixed with repulsion only. */
  readonly unknownLigands: "error" | "hold";
}

/** A covalent partner of a held atom is nearer than this, Angstrom. */
const longestUnknownBond = 2;

export interface IdentifiedResidues {
  /** Undefined where the dictionary has none. */
  readonly monomers: readonly (Monomer | undefined)[];
  /** Rows of residues without monomer that have several atoms. */
  readonly held: readonly number[];
  readonly links: readonly FoundLink[];
  /** Ids of the modifications of each residue's template, sorted. */
  readonly modifications: readonly (readonly string[])[];
  readonly cache: TemplateCache;
  readonly matched: MatchedAtoms;
}

/**
 * Looks every residue up, finds the links, and matches atoms to templates.
 * Throws InputError UNKNOWN_RESIDUE when a residue of several atoms is not in the dictionary and is not to be held.
 */
export function identifyResidues(
  model: Model,
  dictionary: Dictionary,
  options: TopologyOptions,
  context: RunContext,
): IdentifiedResidues {
  const monomers = findMonomers(model, dictionary);
  const held = heldResidues(model, monomers, options);
  const links = findLinks(model, dictionary, (residue) => monomers[residue], context);
  const modifications = chooseModifications(model, dictionary, monomers, links);
  const cache = createTemplateCache(dictionary);
  const templates = monomers.map((monomer, residue) => monomer && cache.get(monomer, modifications[residue]!));
  return { monomers, held, links, modifications, cache, matched: matchResidues(model, templates, context) };
}

/** Monomer of each residue: UNK is built like alanine, all names of water like HOH, a metal on its own is one atom. */
function findMonomers(model: Model, dictionary: Dictionary): (Monomer | undefined)[] {
  const found = new Map<string, Monomer | undefined>();
  return model.residues.name.map((name, residue) => {
    const [atom, ...others] = atomsOfResidue(model, residue);
    if (atom !== undefined && others.length === 0 && isMetalElement(model.atoms.element[atom]!)) {
      const key = `${name} ${model.atoms.name[atom]!}`;
      if (!found.has(key)) found.set(key, loneAtom(model, atom, name));
      return found.get(key);
    }
    if (!found.has(name)) found.set(name, monomerByName(dictionary, name));
    return found.get(name);
  });
}

function monomerByName({ monomers }: Dictionary, name: string): Monomer | undefined {
  const known = monomers.get(name);
  if (known) return withPolymerGroup(known);
  if (isWaterName(name)) return monomers.get("HOH");
  return name === "UNK" ? monomers.get("ALA") : undefined;
}

function loneAtom({ atoms }: Model, atom: number, id: string): Monomer {
  const element = elementSymbol(atoms.element[atom]!).toUpperCase();
  const own = { id: atoms.name[atom]!, element, energyType: element, charge: 0 };
  const none = { bonds: [], angles: [], torsions: [], chiralities: [], planes: [] };
  return { id, name: id, group: "NON-POLYMER", atoms: [own], ...none };
}

/** Residues without monomer and with more than one atom (ions and lone atoms need none). */
function heldResidues(model: Model, monomers: readonly (Monomer | undefined)[], options: TopologyOptions): number[] {
  const unknown: number[] = [];
  monomers.forEach((monomer, residue) => {
    if (
      monomer === undefined &&
      new Set([...atomsOfResidue(model, residue)].map((a) => model.atoms.name[a])).size > 1
    ) {
      unknown.push(residue);
    }
  });
  if (unknown.length === 0 || options.unknownLigands === "hold") return unknown;
  const names = new Map<string, number[]>();
  for (const residue of unknown) {
    const name = model.residues.name[residue]!;
    names.set(name, [...(names.get(name) ?? []), residue]);
  }
  const list = [...names].map(([name, residues]) => `${name} (${residues.length})`).join(", ");
  throw new InputError({
    code: "UNKNOWN_RESIDUE",
    message: `No restraints for ${list}`,
    file: model.source.fileName,
    place: `residue ${residueLabel(model, unknown[0]!)}`,
    hint: "Give its dictionary with --restraints FILE.cif or --monomer-library DIR, or keep it fixed with --unknown-ligands hold",
  });
}

/** Modifications by the links a residue is in and by what is left of its ends. */
function chooseModifications(
  model: Model,
  dictionary: Dictionary,
  monomers: readonly (Monomer | undefined)[],
  links: readonly FoundLink[],
): (readonly string[])[] {
  const modifications = new Map<number, string[]>();
  const modify = (residue: number, id: string): void => {
    if (id === "" || !dictionary.modifications.has(id)) return;
    const list = modifications.get(residue) ?? [];
    if (!list.includes(id)) list.push(id);
    modifications.set(residue, list);
  };
  const hasPrevious = new Set<number>();
  const hasNext = new Set<number>();
  for (const { id, first, second } of links) {
    const link = dictionary.links.get(id);
    if (!link) continue;
    modify(first, link.sides[0].modification);
    modify(second, link.sides[1].modification);
    // A disulfide or a glycan leaves both ends of its residues free.
    if (!isPolymerLink(id)) continue;
    hasNext.add(first);
    hasPrevious.add(second);
  }
  return monomers.map((monomer, residue) => {
    if (monomer === undefined) return [];
    for (const id of endModifications(model, residue, monomer, hasPrevious.has(residue), hasNext.has(residue))) {
      modify(residue, id);
    }
    return (modifications.get(residue) ?? []).toSorted();
  });
}

/** What chain ends look like when atoms of the free monomer are not there: a chain that breaks off is not a terminus. */
function endModifications(
  model: Model,
  residue: number,
  monomer: Monomer,
  hasPrevious: boolean,
  hasNext: boolean,
): string[] {
  const ids: string[] = [];
  if (hasPrevious && hasNext) return ids;
  const names = new Set([...atomsOfResidue(model, residue)].map((atom) => model.atoms.name[atom]!));
  if (isPeptideGroup(monomer.group)) {
    if (!hasNext && names.has("C") && !names.has("OXT")) ids.push("DEL-OXT");
    const isProline = /^p-/i.test(monomer.group);
    if (!hasPrevious && names.has("H") && !names.has("H2") && !names.has("H1"))
      ids.push(isProline ? "DEL-HNP" : "DEL-HN1");
  }
  if (isNucleotideGroup(monomer.group)) {
    if (!hasPrevious && !names.has("P")) ids.push("5*END");
    else if (!hasPrevious && !names.has("OP3")) ids.push("DEL_OP3");
  }
  return ids;
}

function matchResidues(
  model: Model,
  templates: readonly (ResidueTemplate | undefined)[],
  context: RunContext,
): MatchedAtoms {
  const report = (code: string, message: string, atom: number): void =>
    addDiagnostic(context.diagnostics, "warning", code, message, () => atomLabel(model, atom));
  const unknown = "The dictionary does not know this atom of the residue: it is not restrained";
  const doubled = "Atoms occur twice in their residue: only the first of each is restrained";
  return matchAtoms(
    model,
    templates,
    (atom) => report("UNKNOWN_ATOM", unknown, atom),
    (atom) => report("DOUBLED_ATOM", doubled, atom),
  );
}

/** Bonds by distance inside and out of held residues, so that they do not repel what they are bonded to. */
export function bondsOfHeldResidues(model: Model, held: readonly number[]): [number, number][] {
  if (held.length === 0) return [];
  const pairs: [number, number][] = [];
  const isHeld = new Uint8Array(model.residues.count);
  for (const residue of held) isHeld[residue] = 1;
  const { xyz, residue: residueOf } = model.atoms;
  const grid = createAtomGrid(xyz, longestUnknownBond);
  for (const residue of held) {
    for (const a of atomsOfResidue(model, residue)) {
      for (const { atom: b, distance } of atomsNear(grid, a, longestUnknownBond)) {
        if (isHeld[residueOf[b]!] === 1 && b < a) continue;
        if (distance < longestUnknownBond) pairs.push([a, b]);
      }
    }
  }
  return pairs;
}
