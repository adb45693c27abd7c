// Builds the restraint lists of a model from the dictionary.
import { addDiagnostic } from "../base/diagnostics.ts";
import { type RunContext, throwIfCancelled } from "../base/run-context.ts";
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { chiralVolume } from "../math/internal-coordinates.ts";
import { atomLabel, type Model, residueLabel } from "../model/model.ts";
import { addLinkTerms, addResidueTerms, listBackbone } from "./add-terms.ts";
import { applyEdits } from "./apply-edits.ts";
import type { FoundLink } from "./found-link.ts";
import { bondsOfHeldResidues, identifyResidues, type TopologyOptions } from "./identify-residues.ts";
import { createNonbondedAtoms, energyTypeOfElement } from "./nonbonded-atoms.ts";
import { atomsOfResidue, type MatchedAtoms } from "./residue-atoms.ts";
import { createLinkPlans } from "./residue-templates.ts";
import { findPuckers } from "./sugar-pucker.ts";
import {
  createTermLists,
  packAngles,
  packBonds,
  packChiralities,
  packDihedrals,
  packPlanes,
  type TermCounts,
} from "./term-lists.ts";
import type { ChiralityList, Topology } from "./topology.ts";
import { findUnrestrained } from "./unrestrained.ts";

export type { TopologyOptions } from "./identify-residues.ts";

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
  const { monomers, held, links, matched } = identifyResidues(model, dictionary, options, context);
  const { templates } = matched;
  const puckers = findPuckers(model, matched, links);
  const lists = createTermLists(expectTerms(matched, links.length));
  for (let residue = 0; residue < model.residues.count; residue++) {
    if (residue % 1000 === 0) throwIfCancelled(context);
    if (templates[residue]) addResidueTerms(lists, matched, residue, model.atoms.altloc, puckers[residue]);
  }
  const linkInput = {
    dictionary,
    matched,
    plans: createLinkPlans(),
    altloc: model.atoms.altloc,
    joined: new Int32Array(64),
  };
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

/** Terms of the templates as if all atoms were there, and room for those of the links; what a link of a polymer adds is less. */
function expectTerms({ templates, conformers }: MatchedAtoms, links: number): TermCounts {
  const expected: TermCounts = {
    bonds: 2 * links,
    angles: 6 * links,
    dihedrals: 4 * links,
    chiralities: 2 * links,
    planeEntries: 16 * links,
  };
  templates.forEach((template, residue) => {
    if (template === undefined) return;
    const { plan } = template;
    const times = conformers[residue]!.length;
    expected.bonds += times * plan.bonds.length;
    expected.angles += times * plan.angles.length;
    expected.dihedrals += times * plan.dihedrals.length;
    expected.chiralities += times * plan.chiralities.length;
    for (const { slots } of plan.planes) expected.planeEntries += times * slots.length;
  });
  return expected;
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
