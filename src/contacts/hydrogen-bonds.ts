// Hydrogen bonds by distances and angles of donor, hydrogen, acceptor and what the acceptor is bonded to.
import { type RunContext, throwIfCancelled } from "../base/run-context.ts";
import { elementIndex, isHydrogenElement } from "../chemistry/elements.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { atomLabel, type Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { hydrogenParent } from "./bond-graph.ts";
import { type BondedSearch, collectBonded, createBondedSearch } from "./bonded-atoms.ts";
import { collectNear } from "./contact-grid.ts";
import { type ContactScene, canMeet, isPresent } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";
import { createContactScene } from "./create-contact-scene.ts";

export interface HydrogenBondOptions {
  /** Smallest angle donor-hydrogen-acceptor, degrees: 120 for lists and restraints, 90 for statistics. */
  readonly leastAngle: number;
}

export const defaultHydrogenBondOptions: HydrogenBondOptions = { leastAngle: 120 };

export interface HydrogenBond {
  /** Atom rows. */
  readonly donor: number;
  readonly hydrogen: number;
  readonly acceptor: number;
  /** Labels of the hydrogen and the acceptor. */
  readonly first: string;
  readonly second: string;
  /** Hydrogen to acceptor and donor to acceptor, Angstrom. */
  readonly distance: number;
  readonly donorDistance: number;
  /** Donor-hydrogen-acceptor, degrees. */
  readonly angle: number;
  /** Hydrogen-acceptor-neighbour of the acceptor, degrees, the smallest; null for acceptors without heavy neighbours. */
  readonly acceptorAngle: number | null;
}

/** Angstrom. */
const hydrogenRange = [1.4, 2.8] as const;
const donorRange = [2.4, 4.1] as const;
/** Degrees. */
const leastAcceptorAngle = 90;

const acceptorElements = new Set(["N", "O", "S", "F", "Cl"].map(elementIndex));

/**
 * Hydrogen bonds D-H...A of donors N, O, S and acceptors N, O, S, F, Cl that take part in them: H...A 1.4 to 2.8, D...A 2.4 to
 * 4.1 Angstrom, D-H...A at least the angle asked for, H...A-Y at least 90 degrees for every heavy neighbour Y. Ordered by hydrogen
 * and acceptor; a hydrogen may have several. Models without hydrogens have none.
 */
export function findHydrogenBonds(
  model: Model,
  topology: Topology,
  options: HydrogenBondOptions,
  context: RunContext,
): HydrogenBond[] {
  const scene = createContactScene(model, topology);
  const search = createBondedSearch(scene);
  const bonds: HydrogenBond[] = [];
  for (let hydrogen = 0; hydrogen < scene.atomCount; hydrogen++) {
    if (hydrogen % 4096 === 0) throwIfCancelled(context);
    const isDonor = (scene.flags[hydrogen]! & contactFlag.donor) !== 0;
    if (!isDonor || !isPresent(scene, hydrogen)) continue;
    const donor = hydrogenParent(scene.graph, model.atoms.element, hydrogen);
    for (const acceptor of candidates(scene, hydrogen, model, search)) {
      const bond = describeBond(scene, model, [donor, hydrogen, acceptor]);
      if (bond.donorDistance < donorRange[0] || bond.donorDistance > donorRange[1]) continue;
      if (bond.angle < options.leastAngle) continue;
      if (bond.acceptorAngle !== null && bond.acceptorAngle < leastAcceptorAngle) continue;
      bonds.push(bond);
    }
  }
  return bonds;
}

function candidates(scene: ContactScene, hydrogen: number, model: Model, search: BondedSearch): number[] {
  const { xyz, flags } = scene;
  const point = [xyz[3 * hydrogen]!, xyz[3 * hydrogen + 1]!, xyz[3 * hydrogen + 2]!] as const;
  const near: number[] = [];
  const count = collectNear(scene.grid, point, hydrogenRange[1], near);
  collectBonded(scene, hydrogen, search);
  return near
    .slice(0, count)
    .filter((atom) => {
      if (atom >= scene.atomCount || (flags[atom]! & contactFlag.acceptor) === 0) return false;
      if (!acceptorElements.has(model.atoms.element[atom]!) || search.stamp[atom] === search.latest) return false;
      const distance = distanceBetween(xyz, hydrogen, atom);
      return distance >= hydrogenRange[0] && distance <= hydrogenRange[1] && canMeet(scene, hydrogen, atom);
    })
    .toSorted((a, b) => a - b);
}

function describeBond(
  scene: ContactScene,
  model: Model,
  [donor, hydrogen, acceptor]: readonly [number, number, number],
): HydrogenBond {
  const { xyz } = scene;
  return {
    donor,
    hydrogen,
    acceptor,
    first: atomLabel(model, hydrogen),
    second: atomLabel(model, acceptor),
    distance: distanceBetween(xyz, hydrogen, acceptor),
    donorDistance: distanceBetween(xyz, donor, acceptor),
    angle: angleAt(xyz, donor, hydrogen, acceptor),
    acceptorAngle: smallestAcceptorAngle(scene, model, hydrogen, acceptor),
  };
}

function smallestAcceptorAngle(scene: ContactScene, model: Model, hydrogen: number, acceptor: number): number | null {
  const { offset, partner } = scene.graph;
  let least: number | null = null;
  for (let at = offset[acceptor]!; at < offset[acceptor + 1]!; at++) {
    const neighbour = partner[at]!;
    const isMetal = (scene.flags[neighbour]! & contactFlag.metal) !== 0;
    if (isMetal || isHydrogenElement(model.atoms.element[neighbour]!) || !canMeet(scene, hydrogen, neighbour)) continue;
    least = Math.min(least ?? 180, angleAt(scene.xyz, hydrogen, acceptor, neighbour));
  }
  return least;
}

/** Degrees; 0 where two atoms coincide. */
function angleAt(xyz: Float64Array, a: number, centre: number, b: number): number {
  let [dot, first, second] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const u = xyz[3 * a + axis]! - xyz[3 * centre + axis]!;
    const v = xyz[3 * b + axis]! - xyz[3 * centre + axis]!;
    dot += u * v;
    first += u * u;
    second += v * v;
  }
  if (first === 0 || second === 0) return 0;
  return (Math.acos(Math.max(-1, Math.min(1, dot / Math.sqrt(first * second)))) * 180) / Math.PI;
}
