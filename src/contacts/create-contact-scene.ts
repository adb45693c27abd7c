// Prepares a model for contact analysis.
import { isHydrogenElement } from "../chemistry/elements.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { type BondGraph, buildBondGraph, extendBondGraph, hydrogenParent } from "./bond-graph.ts";
import { createContactGrid, removeAtom } from "./contact-grid.ts";
import { polarHydrogenRadius } from "./contact-radii.ts";
import { type ContactScene, canMeet, collectNearAtom, isPresent } from "./contact-scene.ts";
import { assignContactTypes, contactFlag } from "./contact-types.ts";
import { findPhantoms, withPhantoms } from "./water-phantoms.ts";

/** Atoms below this occupancy are not there. */
const leastOccupancy = 0.02;

/** Hydrogens of waters below this occupancy or above this B (square Angstrom) are not believed. */
const leastWaterOccupancy = 0.25;
const mostWaterB = 80;
/** Ions are bonded to what is between these distances from touching, Angstrom. */
const ionBondRange = [-0.6, 0.2] as const;

/** `movableAcceptors` are atoms that will be moved, which waters must find wherever they go. */
export function createContactScene(
  model: Model,
  topology: Topology,
  movableAcceptors: ReadonlySet<number> = new Set(),
): ContactScene {
  const bonded = buildBondGraph(model, topology);
  const types = assignContactTypes(model, topology, bonded);
  const { count } = model.atoms;
  const { conformer, model: modelRow } = topology.nonbonded;
  const occupancy = effectiveOccupancy(model, bonded);
  const plain = {
    atomCount: count,
    count,
    xyz: model.atoms.xyz,
    ...types,
    largestRadius: types.radius.reduce((most, radius) => Math.max(most, radius), polarHydrogenRadius),
    conformer,
    model: modelRow,
    occupancy,
    phantomParent: new Int32Array(count).fill(-1),
    phantomAcceptor: new Int32Array(count).fill(-1),
    graph: bonded,
    grid: createContactGrid(model.atoms.xyz, count),
    spheres: new Map<number, Float64Array>(),
  };
  for (let atom = 0; atom < count; atom++) {
    if (Math.abs(occupancy[atom]!) < leastOccupancy || isDoubtfulWaterHydrogen(model, plain, atom)) {
      removeAtom(plain.grid, atom);
    }
  }
  const scene = { ...plain, graph: extendBondGraph(bonded, findIonBonds(plain)) };
  return withPhantoms(scene, findPhantoms(scene, movableAcceptors));
}

/** A hydrogen of occupancy 0 takes its parent's. */
function effectiveOccupancy({ atoms }: Model, graph: BondGraph): Float64Array {
  const occupancy = atoms.occupancy.slice(0, atoms.count);
  for (let atom = 0; atom < atoms.count; atom++) {
    if (occupancy[atom] !== 0 || !isHydrogenElement(atoms.element[atom]!)) continue;
    const parent = hydrogenParent(graph, atoms.element, atom);
    if (parent >= 0) occupancy[atom] = atoms.occupancy[parent]!;
  }
  return occupancy;
}

function isDoubtfulWaterHydrogen({ atoms, residues }: Model, { occupancy }: ContactScene, atom: number): boolean {
  return (
    isHydrogenElement(atoms.element[atom]!) &&
    isWaterName(residues.name[atoms.residue[atom]!]!) &&
    (occupancy[atom]! < leastWaterOccupancy || atoms.bFactor[atom]! >= mostWaterB)
  );
}

function findIonBonds(scene: ContactScene): [number, number][] {
  const { flags, radius, graph, xyz } = scene;
  const pairs: [number, number][] = [];
  const near: number[] = [];
  for (let ion = 0; ion < scene.atomCount; ion++) {
    if ((flags[ion]! & contactFlag.metal) === 0 || !isPresent(scene, ion)) continue;
    const count = collectNearAtom(scene, ion, radius[ion]! + scene.largestRadius + ionBondRange[1], near);
    const known = new Set(graph.partner.subarray(graph.offset[ion]!, graph.offset[ion + 1]!));
    for (const other of near.slice(0, count).toSorted((a, b) => a - b)) {
      const isSecondIon = (flags[other]! & contactFlag.metal) !== 0 && other < ion;
      if (other === ion || isSecondIon || known.has(other) || !canMeet(scene, ion, other)) continue;
      const gap = distanceBetween(xyz, ion, other) - radius[ion]! - radius[other]!;
      if (gap >= ionBondRange[0] && gap <= ionBondRange[1]) pairs.push([ion, other]);
    }
  }
  return pairs;
}
