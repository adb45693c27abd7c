// How well groups of atoms fit among the others at places they might have: the score by which hydrogens are put and groups flipped.
import type { Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { collectNear, insertAtom, removeAtom } from "./contact-grid.ts";
import { type ContactScene, dotDensity, dotsOfRadius, isPresent, probeRadius } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";
import { createContactScene } from "./create-contact-scene.ts";
import {
  collectNeighbours,
  createDotAnalysis,
  type DotAnalysis,
  dotKind,
  examineDots,
  isAside,
} from "./examine-dots.ts";
import { placePhantom } from "./water-phantoms.ts";

/** What a dot of each kind is worth; overlaps count by half their depth in Angstrom. */
export interface DotScoreWeights {
  readonly contact: number;
  readonly bump: number;
  readonly hydrogenBond: number;
}

/** Of contact analysis (Word et al. 1999). */
export const analysisWeights: DotScoreWeights = { contact: 1, bump: 10, hydrogenBond: 4 };
/** For choosing positions of hydrogens. */
export const placementWeights: DotScoreWeights = { contact: 1, bump: 100, hydrogenBond: 40 };

/** Gap at which a contact is worth 1/e, Angstrom. */
const gapWidth = 0.25;

/** A model prepared for scoring. Its coordinates are its own: the model stays as it is. */
export interface DotScoreEnvironment {
  readonly scene: ContactScene;
  readonly weights: DotScoreWeights;
  readonly analysis: DotAnalysis;
  /** Hydrogens thought onto waters that follow an atom, by its row. */
  readonly followers: ReadonlyMap<number, readonly number[]>;
}

export interface DotScore {
  /** The higher the better. */
  readonly total: number;
  readonly contact: number;
  /** Zero or negative. */
  readonly bump: number;
  readonly hydrogenBond: number;
  /** Overlap of the deepest dot that is no hydrogen bond, Angstrom; 0 without any. */
  readonly worstOverlap: number;
}

export function createDotScoreEnvironment(
  model: Model,
  topology: Topology,
  weights: DotScoreWeights = placementWeights,
): DotScoreEnvironment {
  const scene = createContactScene(model, topology, findFlippingAcceptors(model));
  const followers = new Map<number, number[]>();
  for (let row = scene.atomCount; row < scene.count; row++) {
    const acceptor = scene.phantomAcceptor[row]!;
    const rows = followers.get(acceptor);
    if (rows) rows.push(row);
    else followers.set(acceptor, [row]);
  }
  return { scene, weights, analysis: createDotAnalysis(scene), followers };
}

const flipping: ReadonlySet<string> = new Set(["ASN OD1", "GLN OE1", "HIS ND1", "HIS NE2"]);

/** Acceptors that flips of amides and imidazoles move. */
function findFlippingAcceptors({ atoms, residues }: Model): Set<number> {
  const found = new Set<number>();
  atoms.name.forEach((name, atom) => {
    if (flipping.has(`${residues.name[atoms.residue[atom]!]!} ${name}`)) found.add(atom);
  });
  return found;
}

/**
 * Sum over the dots of some atoms at the positions given (x y z each, Angstrom; where they are, without), everything else where it is:
 * contacts exp(-(g/0.25)^2), bumps and hydrogen bonds by overlap / 2 times their weights, per dot density. Atoms
 * that are hidden or of no occupancy add nothing. The atoms' places in the environment stay.
 */
export function scoreAtoms(
  environment: DotScoreEnvironment,
  atoms: ArrayLike<number>,
  positions?: ArrayLike<number>,
): DotScore {
  const sum = { contact: 0, bump: 0, hydrogenBond: 0, worstOverlap: 0 };
  if (positions === undefined) {
    for (let at = 0; at < atoms.length; at++) addDots(environment, atoms[at]!, sum);
  } else {
    const before = positionsOf(environment, atoms);
    moveAtoms(environment, atoms, positions);
    for (let at = 0; at < atoms.length; at++) addDots(environment, atoms[at]!, sum);
    moveAtoms(environment, atoms, before);
  }
  return { total: sum.contact + sum.bump + sum.hydrogenBond, ...sum };
}

/** Coordinates of atoms in the environment, x y z each. */
export function positionsOf({ scene }: DotScoreEnvironment, atoms: ArrayLike<number>): Float64Array {
  const positions = new Float64Array(3 * atoms.length);
  for (let at = 0; at < atoms.length; at++) {
    for (let axis = 0; axis < 3; axis++) positions[3 * at + axis] = scene.xyz[3 * atoms[at]! + axis]!;
  }
  return positions;
}

/** Puts atoms elsewhere, for all scores from now on. */
export function moveAtoms(
  environment: DotScoreEnvironment,
  atoms: ArrayLike<number>,
  positions: ArrayLike<number>,
): void {
  const { scene } = environment;
  for (let at = 0; at < atoms.length; at++) {
    const atom = atoms[at]!;
    const wasPresent = isPresent(scene, atom);
    removeAtom(scene.grid, atom);
    for (let axis = 0; axis < 3; axis++) scene.xyz[3 * atom + axis] = positions[3 * at + axis]!;
    if (wasPresent) insertAtom(scene.grid, scene.xyz, atom);
    placeFollowers(environment, atom);
  }
}

function placeFollowers({ scene, followers }: DotScoreEnvironment, atom: number): void {
  for (const row of followers.get(atom) ?? []) placePhantom(scene, row);
}

/** Takes atoms away, such as a proton that a state lacks: they neither score nor touch. */
export function hideAtoms(environment: DotScoreEnvironment, atoms: ArrayLike<number>): void {
  for (let at = 0; at < atoms.length; at++) {
    removeAtom(environment.scene.grid, atoms[at]!);
    placeFollowers(environment, atoms[at]!);
  }
}

/** Brings hidden atoms back. */
export function showAtoms(environment: DotScoreEnvironment, atoms: ArrayLike<number>): void {
  const { scene } = environment;
  for (let at = 0; at < atoms.length; at++) {
    const atom = atoms[at]!;
    if (!isPresent(scene, atom)) insertAtom(scene.grid, scene.xyz, atom);
    placeFollowers(environment, atom);
  }
}

/** Acceptors of hydrogen bonds within `reach` (Angstrom) of an atom's place, waters among them, in the order of their rows. */
export function acceptorsNear({ scene }: DotScoreEnvironment, atom: number, reach: number): number[] {
  const { xyz, flags } = scene;
  const found: number[] = [];
  const point = [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!] as const;
  const count = collectNear(scene.grid, point, reach, found);
  return found
    .slice(0, count)
    .filter(
      (other) =>
        other !== atom &&
        (flags[other]! & contactFlag.acceptor) !== 0 &&
        Math.hypot(xyz[3 * other]! - point[0], xyz[3 * other + 1]! - point[1], xyz[3 * other + 2]! - point[2]) <= reach,
    )
    .toSorted((a, b) => a - b);
}

interface ScoreSum {
  contact: number;
  bump: number;
  hydrogenBond: number;
  worstOverlap: number;
}

const rules = { largestGap: 2 * probeRadius, betweenWaters: true };

function addDots({ scene, weights, analysis }: DotScoreEnvironment, source: number, sum: ScoreSum): void {
  if (!isPresent(scene, source)) return;
  collectNeighbours(scene, source, rules, analysis);
  if (analysis.neighbours.count === 0) return;
  const count = examineDots(scene, source, analysis);
  const dots = dotsOfRadius(scene, scene.radius[source]!);
  const { kind, gap, target } = analysis;
  // In variables: numbers that change in an object are allocated anew each time.
  let { contact, bump, hydrogenBond, worstOverlap } = sum;
  for (let dot = 0; dot < count; dot++) {
    const own = gap[dot]!;
    if (kind[dot] === dotKind.contact) {
      if (isAside(scene, source, target[dot]!, dots, dot)) continue;
      contact += (weights.contact / dotDensity) * Math.exp(-((own / gapWidth) ** 2));
    } else if (kind[dot] === dotKind.hydrogenBond) {
      hydrogenBond -= ((weights.hydrogenBond / dotDensity) * own) / 2;
    } else if (kind[dot] === dotKind.overlap) {
      bump += ((weights.bump / dotDensity) * own) / 2;
      if (-own > worstOverlap) worstOverlap = -own;
    }
  }
  Object.assign(sum, { contact, bump, hydrogenBond, worstOverlap });
}
