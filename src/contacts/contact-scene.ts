// Everything dots need of a model: positions, radii, classes and bonds of its atoms and of the hydrogens thought onto waters.
import { isHydrogenElement } from "../chemistry/elements.ts";
import { isWaterName } from "../chemistry/residue-classes.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { type BondGraph, buildBondGraph, extendBondGraph, hydrogenParent } from "./bond-graph.ts";
import { type ContactGrid, collectNear, createContactGrid, insertAtom, removeAtom } from "./contact-grid.ts";
import { polarHydrogenRadius } from "./contact-radii.ts";
import { assignContactTypes, contactFlag } from "./contact-types.ts";
import { createDotSphere } from "./dot-sphere.ts";

/** Radius of the ball that must fit between two atoms for them to be in contact, Angstrom. */
export const probeRadius = 0.25;
/** Dots per square Angstrom. */
export const dotDensity = 16;
/** Atoms below this occupancy are not there. */
export const leastOccupancy = 0.02;

/** Length of O-H in water, Angstrom, and the overlap with an acceptor from which a hydrogen points at it, and the best one. */
const waterBond = 0.84;
const leastPhantomOverlap = 0.1;
const bestPhantomOverlap = 0.6;
const phantomReach = 4;
/** Hydrogens of waters below this occupancy or above this B (square Angstrom) are not believed. */
const leastWaterOccupancy = 0.25;
const mostWaterB = 80;
/** Ions are bonded to what is between these distances from touching, Angstrom. */
const ionBondRange = [-0.6, 0.2] as const;

export interface ContactScene {
  /** Atoms of the model; phantom hydrogens follow them. */
  readonly atomCount: number;
  readonly count: number;
  readonly xyz: Float64Array;
  readonly radius: Float64Array;
  readonly largestRadius: number;
  readonly flags: Uint16Array;
  /** 0 no alternate location, else one number per letter. */
  readonly conformer: Uint8Array;
  readonly model: Uint16Array;
  /** Hydrogens of occupancy 0 have their parent's, phantoms their water's. */
  readonly occupancy: Float64Array;
  /** The water that a phantom hydrogen is on, -1 for atoms. */
  readonly phantomParent: Int32Array;
  /** Atoms of the model only. */
  readonly graph: BondGraph;
  /** Atoms that are there: neither of low occupancy nor disbelieved. */
  readonly grid: ContactGrid;
  /** Dots by radius. */
  readonly spheres: Map<number, Float64Array>;
}

export function createContactScene(model: Model, topology: Topology): ContactScene {
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
  return withPhantoms(scene, findPhantoms(scene));
}

/** Dots of an atom's sphere around the origin. */
export function dotsOfRadius({ spheres }: ContactScene, radius: number): Float64Array {
  let dots = spheres.get(radius);
  if (dots === undefined) {
    dots = createDotSphere(radius, dotDensity);
    spheres.set(radius, dots);
  }
  return dots;
}

export function isPresent({ grid }: ContactScene, atom: number): boolean {
  return grid.cellOf[atom]! >= 0;
}

/** Whether two atoms can be there at once. */
export function canMeet({ conformer, model }: ContactScene, a: number, b: number): boolean {
  return model[a] === model[b] && (conformer[a] === conformer[b] || conformer[a] === 0 || conformer[b] === 0);
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

function nearOf(scene: ContactScene, atom: number, reach: number, found: number[]): number {
  const { xyz } = scene;
  return collectNear(scene.grid, [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!], reach, found);
}

function findIonBonds(scene: ContactScene): [number, number][] {
  const { flags, radius, graph, xyz } = scene;
  const pairs: [number, number][] = [];
  const near: number[] = [];
  for (let ion = 0; ion < scene.atomCount; ion++) {
    if ((flags[ion]! & contactFlag.metal) === 0 || !isPresent(scene, ion)) continue;
    const count = nearOf(scene, ion, radius[ion]! + scene.largestRadius + ionBondRange[1], near);
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

interface Phantom {
  readonly water: number;
  readonly position: readonly [number, number, number];
}

/** Waters without hydrogens of their own get one towards each acceptor within reach, one per aromatic ring. */
function findPhantoms(scene: ContactScene): Phantom[] {
  const { flags } = scene;
  const phantoms: Phantom[] = [];
  for (let water = 0; water < scene.atomCount; water++) {
    const isOxygen = (flags[water]! & contactFlag.water) !== 0 && (flags[water]! & contactFlag.hydrogen) === 0;
    if (!isOxygen || !isPresent(scene, water) || hasHydrogens(scene, water)) continue;
    for (const { atom, overlap } of phantomAcceptors(scene, water)) {
      const length = waterBond - Math.max(0, Math.min(waterBond, overlap - bestPhantomOverlap));
      phantoms.push({ water, position: pointTowards(scene.xyz, water, atom, length) });
    }
  }
  return phantoms;
}

function hasHydrogens(scene: ContactScene, water: number): boolean {
  const { offset, partner } = scene.graph;
  for (let at = offset[water]!; at < offset[water + 1]!; at++) {
    const other = partner[at]!;
    if ((scene.flags[other]! & contactFlag.hydrogen) !== 0 && isPresent(scene, other)) return true;
  }
  return false;
}

function phantomAcceptors(scene: ContactScene, water: number): { atom: number; overlap: number }[] {
  const { flags, radius, xyz } = scene;
  const near: number[] = [];
  const count = nearOf(scene, water, phantomReach, near);
  const chosen: { atom: number; overlap: number }[] = [];
  const rings: { atom: number; overlap: number }[] = [];
  for (const atom of near.slice(0, count).toSorted((a, b) => a - b)) {
    if (atom === water || (flags[atom]! & contactFlag.acceptor) === 0 || !canMeet(scene, water, atom)) continue;
    const distance = distanceBetween(xyz, water, atom);
    const overlap = polarHydrogenRadius + waterBond + radius[atom]! - distance;
    if (overlap < leastPhantomOverlap || distance < 1e-3 || distance > phantomReach) continue;
    ((flags[atom]! & contactFlag.aromatic) === 0 ? chosen : rings).push({ atom, overlap });
  }
  const nearest = new Map<number, { atom: number; overlap: number }>();
  for (const candidate of rings) {
    const ring = ringKey(scene, candidate.atom);
    const known = nearest.get(ring);
    if (known === undefined || candidate.overlap > known.overlap) nearest.set(ring, candidate);
  }
  return [...chosen, ...nearest.values()];
}

/** Lowest row among the ring atoms bonded on from one. */
function ringKey({ graph, flags }: ContactScene, start: number): number {
  const ring = [start];
  for (let at = 0; at < ring.length; at++) {
    const atom = ring[at]!;
    for (let entry = graph.offset[atom]!; entry < graph.offset[atom + 1]!; entry++) {
      const other = graph.partner[entry]!;
      if ((flags[other]! & contactFlag.aromatic) !== 0 && !ring.includes(other)) ring.push(other);
    }
  }
  return Math.min(...ring);
}

function pointTowards(xyz: Float64Array, from: number, to: number, length: number): [number, number, number] {
  const fraction = length / distanceBetween(xyz, from, to);
  const along = (axis: 0 | 1 | 2): number =>
    xyz[3 * from + axis]! + fraction * (xyz[3 * to + axis]! - xyz[3 * from + axis]!);
  return [along(0), along(1), along(2)];
}

/** The scene with its own coordinates, phantoms behind the atoms. */
function withPhantoms(scene: ContactScene, phantoms: readonly Phantom[]): ContactScene {
  const count = scene.atomCount + phantoms.length;
  const xyz = new Float64Array(3 * count);
  xyz.set(scene.xyz.subarray(0, 3 * scene.atomCount));
  const radius = new Float64Array(count).fill(polarHydrogenRadius);
  radius.set(scene.radius);
  const flags = new Uint16Array(count).fill(
    contactFlag.phantom | contactFlag.hydrogen | contactFlag.donor | contactFlag.water,
  );
  flags.set(scene.flags);
  const conformer = new Uint8Array(count);
  conformer.set(scene.conformer);
  const model = new Uint16Array(count);
  model.set(scene.model);
  const occupancy = new Float64Array(count);
  occupancy.set(scene.occupancy);
  const phantomParent = new Int32Array(count).fill(-1);
  phantoms.forEach(({ water, position }, index) => {
    const row = scene.atomCount + index;
    xyz.set(position, 3 * row);
    conformer[row] = scene.conformer[water]!;
    model[row] = scene.model[water]!;
    occupancy[row] = scene.occupancy[water]!;
    phantomParent[row] = water;
  });
  const grid = growGrid(scene.grid, count);
  for (let row = scene.atomCount; row < count; row++) insertAtom(grid, xyz, row);
  return { ...scene, count, xyz, radius, flags, conformer, model, occupancy, phantomParent, grid };
}

function growGrid(grid: ContactGrid, count: number): ContactGrid {
  const next = new Int32Array(count).fill(-1);
  next.set(grid.next);
  const cellOf = new Int32Array(count).fill(-1);
  cellOf.set(grid.cellOf);
  return { ...grid, next, cellOf };
}
