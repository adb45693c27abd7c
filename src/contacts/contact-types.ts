// What each atom is to its neighbours: radius, hydrogen-bond donor or acceptor, charge.
import { elementIndex, isHydrogenElement, isMetalElement } from "../chemistry/elements.ts";
import { isWaterName, residueClass } from "../chemistry/residue-classes.ts";
import type { Model } from "../model/model.ts";
import { atomsOfResidue } from "../topology/residue-atoms.ts";
import type { Topology } from "../topology/topology.ts";
import { type BondGraph, buildBondGraph } from "./bond-graph.ts";
import {
  aromaticCarbonRadius,
  aromaticHydrogenRadius,
  carbonylRadius,
  contactRadius,
  hydrogenRadius,
  polarHydrogenRadius,
} from "./contact-radii.ts";

/** Bits of ContactTypes.flags. */
export const contactFlag = {
  hydrogen: 1,
  donor: 2,
  acceptor: 4,
  positive: 8,
  negative: 16,
  water: 32,
  metal: 64,
  /** Atom of an aromatic ring whose face accepts hydrogen bonds. */
  aromatic: 128,
  /** A hydrogen thought onto a water: makes hydrogen bonds and nothing else. */
  phantom: 256,
} as const;

export interface ContactTypes {
  /** Angstrom, per atom. */
  readonly radius: Float64Array;
  /** Bits of contactFlag per atom. */
  readonly flags: Uint16Array;
}

const [carbon, nitrogen, oxygen, sulphur, phosphorus] = ["C", "N", "O", "S", "P"].map(elementIndex) as [
  number,
  number,
  number,
  number,
  number,
];
const halides = new Set(["F", "Cl", "Br", "I"].map(elementIndex));

const carbonyls: Readonly<Record<string, string>> = {
  ASP: "CG",
  ASN: "CG",
  ASX: "CG",
  GLU: "CD",
  GLN: "CD",
  GLX: "CD",
};
const acids: ReadonlySet<string> = new Set(["ASP OD1", "ASP OD2", "GLU OE1", "GLU OE2"]);
/** Histidine counts as charged whatever its hydrogens, as in Probe. */
const bases: ReadonlySet<string> = new Set("LYS NZ,ARG NE,ARG NH1,ARG NH2".split(","));
const histidines: ReadonlySet<string> = new Set(["HIS", "HID", "HIE", "HIP"]);
const imidazole: ReadonlySet<string> = new Set(["CG", "ND1", "CD2", "CE1", "NE2"]);

interface Surroundings {
  readonly model: Model;
  readonly topology: Topology;
  readonly graph: BondGraph;
}

/**
 * Radii and classes by element, bonds, residue name and energy type (Word et al. 1999, J. Mol. Biol. 285, 1711; rules of Probe);
 * `graph` is made from the topology when it is not given. Hydrogens are taken at electron-cloud positions.
 */
export function assignContactTypes(
  model: Model,
  topology: Topology,
  graph: BondGraph = buildBondGraph(model, topology),
): ContactTypes {
  const { count, element } = model.atoms;
  const radius = new Float64Array(count);
  const flags = new Uint16Array(count);
  const surroundings = { model, topology, graph };
  for (let atom = 0; atom < count; atom++) {
    if (isHydrogenElement(element[atom]!)) continue;
    flags[atom] = heavyFlags(surroundings, atom);
    radius[atom] = heavyRadius(surroundings, atom);
  }
  for (let atom = 0; atom < count; atom++) {
    if (isHydrogenElement(element[atom]!)) setHydrogen(surroundings, atom, radius, flags);
  }
  return { radius, flags };
}

function setHydrogen(
  { model, topology, graph }: Surroundings,
  atom: number,
  radius: Float64Array,
  flags: Uint16Array,
): void {
  const { element } = model.atoms;
  const at = graph.offset[atom]!;
  const parent = at === graph.offset[atom + 1] ? -1 : graph.partner[at]!;
  const parentElement = parent < 0 ? carbon : element[parent]!;
  const isPolar = parentElement === nitrogen || parentElement === oxygen || parentElement === sulphur;
  flags[atom] = contactFlag.hydrogen | (isWater(model, atom) ? contactFlag.water : 0);
  radius[atom] = hydrogenRadius;
  if (isPolar) {
    flags[atom]! |= contactFlag.donor | (flags[parent]! & contactFlag.positive);
    radius[atom] = polarHydrogenRadius;
  } else if (parent >= 0 && /^CR(15|16|1H?)$/.test(topology.energyType[parent]!)) {
    radius[atom] = aromaticHydrogenRadius;
  }
}

function isWater(model: Model, atom: number): boolean {
  return isWaterName(model.residues.name[model.atoms.residue[atom]!]!);
}

function heavyRadius({ model, topology }: Surroundings, atom: number): number {
  const element = model.atoms.element[atom]!;
  if (element !== carbon) return contactRadius(element);
  if (isCarbonyl(model, atom)) return carbonylRadius;
  return /^CR(5|6|15|16|55|56|66|1|1H|2)$/.test(topology.energyType[atom]!)
    ? aromaticCarbonRadius
    : contactRadius(element);
}

function isCarbonyl({ atoms, residues }: Model, atom: number): boolean {
  if (atoms.element[atom] !== carbon) return false;
  const residue = residues.name[atoms.residue[atom]!]!;
  return atoms.name[atom] === "C" ? residueClass(residue) === "protein" : carbonyls[residue] === atoms.name[atom];
}

function heavyFlags(surroundings: Surroundings, atom: number): number {
  const { model } = surroundings;
  const element = model.atoms.element[atom]!;
  if (isWater(model, atom)) return contactFlag.water | contactFlag.acceptor;
  if (isMetalElement(element)) return contactFlag.metal | contactFlag.positive;
  if (halides.has(element) && atomsOfResidue(model, model.atoms.residue[atom]!).length === 1) {
    return contactFlag.negative | contactFlag.acceptor;
  }
  const ring = isAcceptingRing(surroundings, atom) ? contactFlag.aromatic | contactFlag.acceptor : 0;
  return ring | (isAcceptor(surroundings, atom) ? contactFlag.acceptor : 0) | chargeFlag(surroundings, atom);
}

/** The face of phenyl, phenol, indole's six-ring and bases accepts. */
function isAcceptingRing({ model, topology }: Surroundings, atom: number): boolean {
  const residue = model.residues.name[model.atoms.residue[atom]!]!;
  const type = topology.energyType[atom]!;
  const kind = residueClass(residue);
  if (kind === "nucleotide") return /^[CN]RD?(5|6|15|16|55|56|66)$/.test(type);
  return kind === "protein" && !histidines.has(residue) && /^CR(6|16|56|66)$/.test(type);
}

function isAcceptor(surroundings: Surroundings, atom: number): boolean {
  const { model, topology } = surroundings;
  const element = model.atoms.element[atom]!;
  const name = model.atoms.name[atom]!;
  if (element === oxygen || element === sulphur) return true;
  const residue = model.residues.name[model.atoms.residue[atom]!]!;
  const type = topology.energyType[atom]!;
  if (element === nitrogen) {
    if (histidines.has(residue)) return name === "ND1" || name === "NE2";
    if (residueClass(residue) === "protein" && name === "N") return false;
    return (
      (type === "N" || type === "" || /^N(S|SP|3.|P.|RD?5|R55|R56|RD?6)$/.test(type)) &&
      countHydrogens(surroundings, atom) === 0
    );
  }
  return halides.has(element) && (type === "F" || type === "CL");
}

function countHydrogens(surroundings: Surroundings, atom: number): number {
  return countPartners(surroundings, atom, (other) => isHydrogenElement(surroundings.model.atoms.element[other]!));
}

/** Alternates of one atom count once. */
function countPartners({ model, graph }: Surroundings, atom: number, test: (other: number) => boolean): number {
  const names = new Set<string>();
  for (let at = graph.offset[atom]!; at < graph.offset[atom + 1]!; at++) {
    const other = graph.partner[at]!;
    if (test(other)) names.add(model.atoms.name[other]!);
  }
  return names.size;
}

function chargeFlag(surroundings: Surroundings, atom: number): number {
  const { model } = surroundings;
  const { element, charge, name, residue } = model.atoms;
  if (charge[atom] !== 0) return charge[atom]! > 0 ? contactFlag.positive : contactFlag.negative;
  const residueName = model.residues.name[residue[atom]!]!;
  const label = `${residueName} ${name[atom]!}`;
  if (acids.has(label)) return contactFlag.negative;
  if (bases.has(label) || (histidines.has(residueName) && imidazole.has(name[atom]!))) return contactFlag.positive;
  if (element[atom] === nitrogen) {
    const isAmmonium = countHydrogens(surroundings, atom) === 3 || countPartners(surroundings, atom, () => true) >= 4;
    return isAmmonium ? contactFlag.positive : 0;
  }
  return isAnionic(surroundings, atom) ? contactFlag.negative : 0;
}

/** End oxygens of phosphate and of groups with two of them, such as carboxylates; phosphorus of nucleotides. */
function isAnionic(surroundings: Surroundings, atom: number): boolean {
  const { model, graph } = surroundings;
  const { element, residue } = model.atoms;
  if (element[atom] === phosphorus) return residueClass(model.residues.name[residue[atom]!]!) === "nucleotide";
  if (!isEndOxygen(surroundings, atom)) return false;
  const centre = graph.partner[graph.offset[atom]!]!;
  if (element[centre] === phosphorus) return true;
  return (
    element[centre] === carbon && countPartners(surroundings, centre, (other) => isEndOxygen(surroundings, other)) > 1
  );
}

function isEndOxygen(surroundings: Surroundings, atom: number): boolean {
  return surroundings.model.atoms.element[atom] === oxygen && countPartners(surroundings, atom, () => true) === 1;
}
