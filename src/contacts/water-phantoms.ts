// Hydrogens thought onto waters that have none, one towards each acceptor within reach.
import { distanceBetween } from "../math/internal-coordinates.ts";
import { type ContactGrid, insertAtom, removeAtom } from "./contact-grid.ts";
import { polarHydrogenRadius } from "./contact-radii.ts";
import { type ContactScene, canMeet, collectNearAtom, isPresent } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";

/** Length of O-H in water, Angstrom, and the overlap with an acceptor from which a hydrogen points at it, and the best one. */
const waterBond = 0.84;
const leastOverlap = 0.1;
const bestOverlap = 0.6;
const farthestAcceptor = 4;
/** Acceptors that move do so over at most this distance, Angstrom. */
const farthestMove = 3;

export interface Phantom {
  readonly water: number;
  readonly acceptor: number;
}

/** Waters without hydrogens and the acceptors around them, one per aromatic ring; movable ones also where they are still too far. */
export function findPhantoms(scene: ContactScene, movableAcceptors: ReadonlySet<number>): Phantom[] {
  const { flags } = scene;
  const phantoms: Phantom[] = [];
  for (let water = 0; water < scene.atomCount; water++) {
    const isOxygen = (flags[water]! & contactFlag.water) !== 0 && (flags[water]! & contactFlag.hydrogen) === 0;
    if (!isOxygen || !isPresent(scene, water) || hasHydrogens(scene, water)) continue;
    for (const acceptor of acceptorsAround(scene, water, movableAcceptors)) phantoms.push({ water, acceptor });
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

function acceptorsAround(scene: ContactScene, water: number, movableAcceptors: ReadonlySet<number>): number[] {
  const { flags, xyz } = scene;
  const near: number[] = [];
  const reach = farthestAcceptor + (movableAcceptors.size === 0 ? 0 : farthestMove);
  const count = collectNearAtom(scene, water, reach, near);
  const chosen: number[] = [];
  const nearestOfRing = new Map<number, { atom: number; overlap: number }>();
  for (const atom of near.slice(0, count).toSorted((a, b) => a - b)) {
    if (atom === water || (flags[atom]! & contactFlag.acceptor) === 0 || !canMeet(scene, water, atom)) continue;
    if (movableAcceptors.has(atom)) {
      if (distanceBetween(xyz, water, atom) <= reach) chosen.push(atom);
      continue;
    }
    const overlap = overlapWith(scene, water, atom);
    if (overlap === null) continue;
    if ((flags[atom]! & contactFlag.aromatic) === 0) {
      chosen.push(atom);
      continue;
    }
    const ring = ringKey(scene, atom);
    const known = nearestOfRing.get(ring);
    if (known === undefined || overlap > known.overlap) nearestOfRing.set(ring, { atom, overlap });
  }
  return [...chosen, ...[...nearestOfRing.values()].map(({ atom }) => atom)];
}

/** By how much a hydrogen at full length would overlap the acceptor, Angstrom; null where it would not, or not enough. */
function overlapWith({ xyz, radius }: ContactScene, water: number, acceptor: number): number | null {
  const distance = distanceBetween(xyz, water, acceptor);
  const overlap = polarHydrogenRadius + waterBond + radius[acceptor]! - distance;
  return overlap < leastOverlap || distance < 1e-3 || distance > farthestAcceptor ? null : overlap;
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

/** The scene with its own coordinates and the phantoms behind its atoms. */
export function withPhantoms(scene: ContactScene, phantoms: readonly Phantom[]): ContactScene {
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
  const phantomAcceptor = new Int32Array(count).fill(-1);
  phantoms.forEach(({ water, acceptor }, index) => {
    const row = scene.atomCount + index;
    conformer[row] = scene.conformer[water]!;
    model[row] = scene.model[water]!;
    occupancy[row] = scene.occupancy[water]!;
    phantomParent[row] = water;
    phantomAcceptor[row] = acceptor;
  });
  const rows = { phantomParent, phantomAcceptor };
  const grown = {
    ...scene,
    count,
    xyz,
    radius,
    flags,
    conformer,
    model,
    occupancy,
    ...rows,
    grid: growGrid(scene.grid, count),
  };
  for (let row = scene.atomCount; row < count; row++) placePhantom(grown, row);
  return grown;
}

function growGrid(grid: ContactGrid, count: number): ContactGrid {
  const next = new Int32Array(count).fill(-1);
  next.set(grid.next);
  const cellOf = new Int32Array(count).fill(-1);
  cellOf.set(grid.cellOf);
  return { ...grid, next, cellOf };
}

/** Points a phantom at its acceptor's place, its bond shortened where it would overlap too much; out of reach it is not there. */
export function placePhantom(scene: ContactScene, row: number): void {
  const { xyz, grid } = scene;
  const water = scene.phantomParent[row]!;
  const acceptor = scene.phantomAcceptor[row]!;
  removeAtom(grid, row);
  if (!isPresent(scene, water) || !isPresent(scene, acceptor)) return;
  const overlap = overlapWith(scene, water, acceptor);
  if (overlap === null) return;
  const length = waterBond - Math.max(0, Math.min(waterBond, overlap - bestOverlap));
  const fraction = length / distanceBetween(xyz, water, acceptor);
  for (let axis = 0; axis < 3; axis++) {
    const from = xyz[3 * water + axis]!;
    xyz[3 * row + axis] = from + fraction * (xyz[3 * acceptor + axis]! - from);
  }
  insertAtom(grid, xyz, row);
}
