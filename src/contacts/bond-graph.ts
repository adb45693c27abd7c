// Which atoms are bonded, for contacts: the topology's bonds, bonds by distance where it has none, and those of metal ions.
import { covalentRadius } from "../chemistry/covalent-radii.ts";
import { isHydrogenElement, isMetalElement } from "../chemistry/elements.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { Model } from "../model/model.ts";
import { atomsNear, createAtomGrid } from "../topology/atom-grid.ts";
import type { Topology } from "../topology/topology.ts";

/** Partners of atom a: partner[offset[a]] .. partner[offset[a + 1] - 1]. */
export interface BondGraph {
  readonly offset: Int32Array;
  readonly partner: Int32Array;
}

/** Bonds by distance are at most this much longer than the sum of covalent radii, Angstrom. */
const bondTolerance = 0.25;
const longestBond = 3;

/** Bonds of the topology, and by distance those that the dictionary does not describe. */
export function buildBondGraph(model: Model, topology: Topology): BondGraph {
  const { bonds } = topology;
  const [first, second]: [number[], number[]] = [[], []];
  for (let bond = 0; bond < bonds.count; bond++) {
    first.push(bonds.i[bond]!);
    second.push(bonds.j[bond]!);
  }
  const described = graphOf(model.atoms.count, first, second);
  addUnmeasuredBonds(model, topology, described, first, second);
  addBondsOfLoneAtoms(model, topology, described, first, second);
  return graphOf(model.atoms.count, first, second);
}

/** The same graph with more bonds. */
export function extendBondGraph(graph: BondGraph, pairs: readonly (readonly [number, number])[]): BondGraph {
  if (pairs.length === 0) return graph;
  const count = graph.offset.length - 1;
  const first = pairs.map(([a]) => a);
  const second = pairs.map(([, b]) => b);
  for (let atom = 0; atom < count; atom++) {
    for (let at = graph.offset[atom]!; at < graph.offset[atom + 1]!; at++) {
      if (graph.partner[at]! <= atom) continue;
      first.push(atom);
      second.push(graph.partner[at]!);
    }
  }
  return graphOf(count, first, second);
}

/** The bonded atom that carries a hydrogen, -1 when it has none. */
export function hydrogenParent({ offset, partner }: BondGraph, element: Uint8Array, hydrogen: number): number {
  for (let at = offset[hydrogen]!; at < offset[hydrogen + 1]!; at++) {
    if (!isHydrogenElement(element[partner[at]!]!)) return partner[at]!;
  }
  return -1;
}

export function areBonded({ offset, partner }: BondGraph, a: number, b: number): boolean {
  for (let at = offset[a]!; at < offset[a + 1]!; at++) if (partner[at] === b) return true;
  return false;
}

function graphOf(count: number, first: readonly number[], second: readonly number[]): BondGraph {
  const offset = new Int32Array(count + 1);
  for (const end of [first, second]) for (const atom of end) offset[atom + 1]!++;
  for (let atom = 0; atom < count; atom++) offset[atom + 1]! += offset[atom]!;
  const next = offset.slice(0, count);
  const partner = new Int32Array(2 * first.length);
  first.forEach((a, bond) => {
    const b = second[bond]!;
    partner[next[a]!++] = b;
    partner[next[b]!++] = a;
  });
  return { offset, partner };
}

/** Bonds of held residues and links without length are in the topology's exclusions only, among pairs over two bonds. */
function addUnmeasuredBonds(
  model: Model,
  { nonbonded }: Topology,
  described: BondGraph,
  first: number[],
  second: number[],
): void {
  const { excludeOffset, exclude } = nonbonded;
  for (let atom = 0; atom < model.atoms.count; atom++) {
    for (let at = excludeOffset[atom]!; at < excludeOffset[atom + 1]!; at++) {
      const other = exclude[at]!;
      if (!isNearEnough(model, atom, other) || isWithinTwoBonds(described, atom, other)) continue;
      first.push(atom);
      second.push(other);
    }
  }
}

function isWithinTwoBonds(graph: BondGraph, a: number, b: number): boolean {
  if (areBonded(graph, a, b)) return true;
  for (let at = graph.offset[a]!; at < graph.offset[a + 1]!; at++) {
    if (areBonded(graph, graph.partner[at]!, b)) return true;
  }
  return false;
}

function isNearEnough({ atoms }: Model, a: number, b: number): boolean {
  const { element, xyz } = atoms;
  if (isHydrogenElement(element[a]!) && isHydrogenElement(element[b]!)) return false;
  const limit = covalentRadius(element[a]!) + covalentRadius(element[b]!) + bondTolerance;
  return distanceBetween(xyz, a, b) <= limit;
}

/** Atoms the dictionary does not know, and doubled ones: bonded to what is near in their own residue. */
function addBondsOfLoneAtoms(
  model: Model,
  topology: Topology,
  described: BondGraph,
  first: number[],
  second: number[],
): void {
  const { residue, element, xyz, altloc } = model.atoms;
  const isHeld = new Set(topology.held);
  const lone = Array.from(topology.unrestrained).filter(
    (atom) =>
      !isHeld.has(atom) &&
      described.offset[atom] === described.offset[atom + 1] &&
      !isMetalElement(element[atom]!) &&
      (isHydrogenElement(element[atom]!) || !isWaterName(model.residues.name[residue[atom]!]!)),
  );
  if (lone.length === 0) return;
  const isLone = new Set(lone);
  const grid = createAtomGrid(xyz, longestBond);
  for (const atom of lone) {
    const near = atomsNear(grid, atom, longestBond).filter(
      ({ atom: other }) =>
        residue[other] === residue[atom] &&
        isCompatible(altloc[atom]!, altloc[other]!) &&
        (!isLone.has(other) || other > atom) &&
        isNearEnough(model, atom, other),
    );
    const kept = isHydrogenElement(element[atom]!)
      ? near.toSorted((a, b) => a.distance - b.distance).slice(0, 1)
      : near;
    for (const { atom: other } of kept) {
      first.push(atom);
      second.push(other);
    }
  }
}

function isCompatible(first: string, second: string): boolean {
  return first === "" || second === "" || first === second;
}
