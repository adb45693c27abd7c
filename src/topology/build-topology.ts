// Builds the restraint lists of a model from the dictionary.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import { type RunContext, throwIfCancelled } from "../base/run-context.ts";
import { elementSymbol, isHydrogenElement, isMetalElement } from "../chemistry/elements.ts";
import type { Dictionary, Monomer } from "../chemistry/monomer.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { chiralVolume } from "../math/internal-coordinates.ts";
import { atomLabel, type Model, residueLabel } from "../model/model.ts";
import { addLinkTerms, addResidueTerms, listBackbone } from "./add-terms.ts";
import { applyEdits } from "./apply-edits.ts";
import { atomsNear, createAtomGrid } from "./atom-grid.ts";
import { findLinks } from "./find-links.ts";
import { type FoundLink, isNucleotideGroup, isPeptideGroup, withPolymerGroup } from "./found-link.ts";
import { createNonbondedAtoms, energyTypeOfElement } from "./nonbonded-atoms.ts";
import { atomsOfResidue, type MatchedAtoms, matchAtoms } from "./residue-atoms.ts";
import { createLinkPlans, createTemplateCache, type ResidueTemplate } from "./residue-templates.ts";
import { findPuckers } from "./sugar-pucker.ts";
import { createTermLists, packAngles, packBonds, packChiralities, packDihedrals, packPlanes } from "./term-lists.ts";
import type { ChiralityList, Topology } from "./topology.ts";
import { findUnrestrained } from "./unrestrained.ts";

export interface TopologyOptions {
  /** What to do with residues the dictionary does not know: stop, or keep them fixed with repulsion only. */
  readonly unknownLigands: "error" | "hold";
}

/** A covalent partner of a held atom is nearer than this, Angstrom. */
const longestUnknownBond = 2;

/**
 * Restraint lists, radii and links of a model; terms whose atoms are missing are left out.
 * Throws InputError UNKNOWN_RESIDUE when a residue of several atoms is not in the dictionary and is not to be held.
 */
export function buildTopology(
  model: Model,
  dictionary: Dictionary,
  options: TopologyOptions,
  context: RunContext,
): Topology {
  const monomers = findMonomers(model, dictionary);
  const held = heldResidues(model, monomers, options);
  const links = findLinks(model, dictionary, (residue) => monomers[residue], context);
  const templates = chooseTemplates(model, dictionary, monomers, links);
  const matched = matchResidues(model, templates, context);
  const puckers = findPuckers(model, matched, links);
  const lists = createTermLists();
  for (let residue = 0; residue < model.residues.count; residue++) {
    if (residue % 1000 === 0) throwIfCancelled(context);
    if (templates[residue]) addResidueTerms(lists, matched, residue, model.atoms.altloc, puckers[residue]);
  }
  const linkInput = { dictionary, matched, plans: createLinkPlans(), altloc: model.atoms.altloc };
  links.forEach((link, row) => addLinkTerms(lists, linkInput, link, row));
  const parallelities = dictionary.edits && applyEdits(lists, model, dictionary.edits, context);
  const bonds = packBonds(lists);
  const isHydrogen = Uint8Array.from(model.atoms.element, (element) => (isHydrogenElement(element) ? 1 : 0));
  const energyType = assignEnergyTypes(model, dictionary, matched);
  const chiralities = packChiralities(lists);
  reportInvertedCentres(model, chiralities, context);
  const unrestrained = findUnrestrained(model, bonds, held, (residue) => monomers[residue], context);
  reportHeld(model, held, context);
  return {
    atomCount: model.atoms.count,
    bonds,
    angles: packAngles(lists),
    dihedrals: packDihedrals(lists),
    chiralities,
    planes: packPlanes(lists),
    ...(parallelities === undefined ? {} : { parallelities }),
    nonbonded: createNonbondedAtoms(
      model,
      energyType,
      dictionary.energyTypes,
      bonds,
      [...bondsOfHeldResidues(model, held), ...bondsWithoutLength(links)],
      isHydrogen.includes(1),
    ),
    links: links.map(({ id, first, second }) => ({ id, firstResidue: first, secondResidue: second })),
    backbone: listBackbone(model, links, matched),
    isHydrogen,
    hydrogenParent: findParents(model.atoms.count, bonds, isHydrogen),
    held: Int32Array.from(held.flatMap((residue) => [...atomsOfResidue(model, residue)])),
    ...unrestrained,
    energyType,
  };
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

/** Modifications by the links a residue is in and by what is left of its ends, then the template with them. */
function chooseTemplates(
  model: Model,
  dictionary: Dictionary,
  monomers: readonly (Monomer | undefined)[],
  links: readonly FoundLink[],
): (ResidueTemplate | undefined)[] {
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
    hasNext.add(first);
    hasPrevious.add(second);
  }
  const cache = createTemplateCache(dictionary);
  return monomers.map((monomer, residue) => {
    if (monomer === undefined) return undefined;
    for (const id of endModifications(model, residue, monomer, hasPrevious.has(residue), hasNext.has(residue))) {
      modify(residue, id);
    }
    return cache.get(monomer, (modifications.get(residue) ?? []).toSorted());
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

function assignEnergyTypes(
  { atoms, residues }: Model,
  { energyTypes: known }: Dictionary,
  { templates, offset, rows }: MatchedAtoms,
): string[] {
  const ofElement = Array.from({ length: 256 }, (_, element) => energyTypeOfElement(element, known));
  const types = Array.from(atoms.element, (element) => ofElement[element]!);
  for (let residue = 0; residue < residues.count; residue++) {
    const own = templates[residue]?.energyTypes;
    if (own === undefined) continue;
    for (let at = offset[residue]!; at < offset[residue + 1]!; at++) {
      const atom = rows[at]!;
      const type = own[(at - offset[residue]!) % own.length]!;
      if (atom >= 0 && type !== "" && known.has(type)) types[atom] = type;
    }
  }
  return types;
}

/** Bonds by distance inside and out of held residues, so that they do not repel what they are bonded to. */
function bondsOfHeldResidues(model: Model, held: readonly number[]): [number, number][] {
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

function bondsWithoutLength(links: readonly FoundLink[]): (readonly [number, number])[] {
  return links.flatMap(({ atoms, distance }) => (atoms !== undefined && distance === undefined ? [atoms] : []));
}

function findParents(count: number, bonds: Topology["bonds"], isHydrogen: Uint8Array): Int32Array {
  const parent = new Int32Array(count).fill(-1);
  for (let bond = 0; bond < bonds.count; bond++) {
    const i = bonds.i[bond]!;
    const j = bonds.j[bond]!;
    if (isHydrogen[i] === 1 && isHydrogen[j] === 0 && parent[i]! < 0) parent[i] = j;
    if (isHydrogen[j] === 1 && isHydrogen[i] === 0 && parent[j]! < 0) parent[j] = i;
  }
  return parent;
}

function reportHeld(model: Model, held: readonly number[], context: RunContext): void {
  for (const residue of held) {
    const message = "Unknown residues are held fixed";
    addDiagnostic(context.diagnostics, "warning", "RESIDUE_HELD", message, residueLabel(model, residue));
  }
}

/** A centre of the wrong hand keeps its right ideal and is reported. */
function reportInvertedCentres(model: Model, list: ChiralityList, context: RunContext): void {
  for (let row = 0; row < list.count; row++) {
    if (list.both[row] === 1) continue;
    const volume = chiralVolume(model.atoms.xyz, list.centre[row]!, list.i[row]!, list.j[row]!, list.k[row]!);
    if (volume * list.idealVolume[row]! >= 0) continue;
    addDiagnostic(
      context.diagnostics,
      "warning",
      "CHIRALITY_INVERTED",
      "Chiral centres of the wrong hand in the input",
      () => atomLabel(model, list.centre[row]!),
    );
  }
}
