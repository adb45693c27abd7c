// Clashes by dots and the clashscore made of them.
import { addDiagnostic } from "../base/diagnostics.ts";
import { type RunContext, throwIfCancelled } from "../base/run-context.ts";
import { distanceBetween } from "../math/internal-coordinates.ts";
import { atomLabel, type Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { extendBondGraph } from "./bond-graph.ts";
import { type ContactScene, isPresent } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";
import { createContactScene } from "./create-contact-scene.ts";
import { collectNeighbours, createDotAnalysis, type DotAnalysis, dotKind, examineDots } from "./examine-dots.ts";
import { findFusedPairs } from "./fused-atoms.ts";

export interface ClashOptions {
  /** Overlap of a dot from which it is bad, Angstrom. */
  readonly badOverlap: number;
}

export const defaultClashOptions: ClashOptions = { badOverlap: 0.4 };

export interface Clash {
  /** Atom rows, the lower first. */
  readonly atoms: readonly [number, number];
  /** Labels of the atoms. */
  readonly first: string;
  readonly second: string;
  /** Deepest overlap of a dot, Angstrom, positive. */
  readonly overlap: number;
  /** Midway between the atoms, Angstrom. */
  readonly position: readonly [number, number, number];
}

export interface ClashReport {
  /** Clashes per thousand atoms; null without atoms. */
  readonly clashscore: number | null;
  /** The deepest first. */
  readonly clashes: readonly Clash[];
  /** Atoms that count: not of water, of some occupancy; with hydrogens. */
  readonly atoms: number;
  /** Hydrogens among them. */
  readonly hydrogens: number;
  /** Pairs of atoms with a hydrogen-bond dot between them. */
  readonly hydrogenBondPairs: number;
  /** Pairs with a bad dot, whether or not a hydrogen bond excuses them. */
  readonly pairsWithBadDots: number;
  /** Unbonded atoms at bonding distance, which count as bonded: worse than clashes, but neither they nor what is around them count. */
  readonly fused: readonly Clash[];
}

/** Atoms below this occupancy do not count. */
const leastCountedOccupancy = 0.01;
/** Dots lie beyond the centre of an atom that is nearer than this, Angstrom, so that the distance itself is taken. */
const onTopDistance = 0.5;

/** What the dots between two atoms show. */
export interface TouchingPair {
  readonly first: number;
  readonly second: number;
  /** Deepest overlap among bad dots, Angstrom; 0 without any. */
  overlap: number;
  hasHydrogenBond: boolean;
}

/**
 * All-atom clashes between non-water atoms and everything (Word et al. 1999, J. Mol. Biol. 285, 1711; Chen et al. 2010, Acta
 * Cryst. D66, 12): pairs with a bad dot and no hydrogen-bond dot, per thousand atoms. Hydrogens are those of the model; a
 * model without any is reported.
 */
export function computeClashes(
  model: Model,
  topology: Topology,
  options: ClashOptions,
  context: RunContext,
): ClashReport {
  const plain = createContactScene(model, topology);
  const fused = findFusedPairs(plain, model.atoms.element);
  const scene = { ...plain, graph: extendBondGraph(plain.graph, fused) };
  const isSource = (atom: number): boolean => (scene.flags[atom]! & contactFlag.water) === 0;
  const rules = { ...options, betweenWaters: false };
  const pairs = findTouchingPairs(scene, isSource, rules, context);
  const counted = countAtoms(scene, isSource);
  if (counted.atoms > 0 && counted.hydrogens === 0) {
    const message = "The model has no hydrogens: most of its clashes do not show";
    addDiagnostic(context.diagnostics, "warning", "CLASHES_WITHOUT_HYDROGENS", message);
  }
  const clashes = pairs
    .filter((pair) => pair.overlap > 0 && !pair.hasHydrogenBond)
    .map((pair) => describe(model, pair));
  return {
    clashscore: counted.atoms === 0 ? null : (1000 * clashes.length) / counted.atoms,
    clashes: clashes.toSorted((a, b) => b.overlap - a.overlap),
    ...counted,
    hydrogenBondPairs: pairs.filter((pair) => pair.hasHydrogenBond).length,
    pairsWithBadDots: pairs.filter((pair) => pair.overlap > 0).length,
    fused: fused.map(([first, second]) => {
      const overlap = scene.radius[first]! + scene.radius[second]! - distanceBetween(scene.xyz, first, second);
      return describe(model, { first, second, overlap });
    }),
  };
}

function countAtoms(scene: ContactScene, isSource: (atom: number) => boolean): { atoms: number; hydrogens: number } {
  let atoms = 0;
  let hydrogens = 0;
  for (let atom = 0; atom < scene.atomCount; atom++) {
    if (!isSource(atom) || Math.abs(scene.occupancy[atom]!) <= leastCountedOccupancy) continue;
    atoms++;
    if ((scene.flags[atom]! & contactFlag.hydrogen) !== 0) hydrogens++;
  }
  return { atoms, hydrogens };
}

function describe(model: Model, { first, second, overlap }: Pick<TouchingPair, "first" | "second" | "overlap">): Clash {
  const { xyz } = model.atoms;
  const middle = (axis: 0 | 1 | 2): number => (xyz[3 * first + axis]! + xyz[3 * second + axis]!) / 2;
  return {
    atoms: [first, second],
    first: atomLabel(model, first),
    second: atomLabel(model, second),
    overlap,
    position: [middle(0), middle(1), middle(2)],
  };
}

interface PairRules extends ClashOptions {
  readonly betweenWaters: boolean;
}

/** Pairs of a source with any atom that have bad or hydrogen-bond dots, ordered by their rows. */
export function findTouchingPairs(
  scene: ContactScene,
  isSource: (atom: number) => boolean,
  rules: PairRules,
  context: RunContext,
): TouchingPair[] {
  const analysis = createDotAnalysis(scene);
  const pairs = new Map<number, TouchingPair>();
  // Only overlapping atoms have the dots looked for, and none that do not can take a dot from them.
  const neighbourRules = { largestGap: 0, betweenWaters: rules.betweenWaters };
  for (let source = 0; source < scene.atomCount; source++) {
    if (source % 4096 === 0) throwIfCancelled(context);
    if (!isSource(source) || !isPresent(scene, source)) continue;
    collectNeighbours(scene, source, neighbourRules, analysis);
    if (analysis.neighbours.count === 0) continue;
    addPairsOnTop(scene, source, analysis, pairs);
    addPairsOfDots(scene, source, rules.badOverlap, analysis, pairs);
  }
  return [...pairs.values()].toSorted((a, b) => a.first - b.first || a.second - b.second);
}

function pairOf(scene: ContactScene, a: number, b: number, pairs: Map<number, TouchingPair>): TouchingPair {
  const first = Math.min(a, b);
  const second = Math.max(a, b);
  const key = first * scene.count + second;
  let pair = pairs.get(key);
  if (pair === undefined) {
    pair = { first, second, overlap: 0, hasHydrogenBond: false };
    pairs.set(key, pair);
  }
  return pair;
}

/** Atoms without alternate location whose occupancies leave room for each other need not be there at once. */
function mayTakeTurns({ conformer, occupancy }: ContactScene, a: number, b: number): boolean {
  return (conformer[a] === 0 || conformer[b] === 0) && occupancy[a]! + occupancy[b]! <= 1;
}

function addPairsOfDots(
  scene: ContactScene,
  source: number,
  badOverlap: number,
  analysis: DotAnalysis,
  pairs: Map<number, TouchingPair>,
): void {
  const { kind, gap, target } = analysis;
  const count = examineDots(scene, source, analysis);
  for (let dot = 0; dot < count; dot++) {
    if (kind[dot] === dotKind.hydrogenBond) pairOf(scene, source, target[dot]!, pairs).hasHydrogenBond = true;
    else if (kind[dot] === dotKind.overlap && gap[dot]! <= -badOverlap && !mayTakeTurns(scene, source, target[dot]!)) {
      const pair = pairOf(scene, source, target[dot]!, pairs);
      pair.overlap = Math.max(pair.overlap, -gap[dot]!);
    }
  }
}

function addPairsOnTop(
  scene: ContactScene,
  source: number,
  { neighbours }: DotAnalysis,
  pairs: Map<number, TouchingPair>,
): void {
  const { xyz, radius, flags } = scene;
  for (let at = 0; at < neighbours.count; at++) {
    const other = neighbours.atom[at]!;
    if ((flags[other]! & contactFlag.phantom) !== 0) continue;
    const distance = distanceBetween(xyz, source, other);
    if (distance >= onTopDistance || mayTakeTurns(scene, source, other)) continue;
    const pair = pairOf(scene, source, other, pairs);
    pair.overlap = Math.max(pair.overlap, radius[source]! + radius[other]! - distance);
  }
}
