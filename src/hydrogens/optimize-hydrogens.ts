// Turns hydroxyls, ammonium and waters, chooses protons of histidines and flips amides and rings to where dots score best.
import { type RunContext, throwIfCancelled } from "../base/run-context.ts";
import {
  createDotScoreEnvironment,
  type DotScore,
  type DotScoreEnvironment,
  hideAtoms,
  moveAtoms,
  positionsOf,
  scoreAtoms,
  showAtoms,
} from "../contacts/dot-score.ts";
import type { Model } from "../model/model.ts";
import type { Topology } from "../topology/topology.ts";
import { type ChoicePair, chooseStates } from "./choose-states.ts";
import { findTouchingMovers, statesTouch } from "./mover-graph.ts";
import { ammoniumStep, hydroxylStep, type Mover, type MoverKind, type MoverState } from "./movers.ts";

/** What became of one group, scores as for placing hydrogens (higher is better). */
export interface MoverReport {
  readonly kind: MoverKind;
  /** "A 52 SER HG", "A 60 HIS" */
  readonly group: string;
  /** Score where its hydrogens were placed first, and where they are now. */
  readonly before: number;
  readonly after: number;
  readonly isFlipped: boolean;
  /** Best scores as the file has it and flipped, the rest being as it is now; null for groups that are not flipped. */
  readonly flip: { readonly unflipped: number; readonly flipped: number; readonly clashesInBoth: boolean } | null;
}

export interface OptimizedHydrogens {
  /** Coordinates of all atoms, 3 per atom. */
  readonly xyz: Float64Array;
  /** Rows of hydrogens that the chosen states lack. */
  readonly rejected: readonly number[];
  readonly movers: readonly MoverReport[];
}

/** Overlap of dots from which a flip clashes, Angstrom. */
const badOverlap = 0.4;
/** States of a rotor that meets others differ by this much, or point at an acceptor, degrees. */
const rotorSpread = 45;
const pointing = 10;
/** A single change must gain this much, and rounds of them end. */
const leastGain = 1e-6;
const mostRounds = 5;
const mostPairsPerMover = 20;
/** Waters and the rest take turns this often. */
const waterRounds = 2;
/** Best coarse places of a rotor that are looked at degree by degree. */
const finePeaks = 3;

/** Scores of a mover's states, and the state it is in. */
interface Item {
  readonly mover: Mover;
  readonly neighbours: Item[];
  states: readonly MoverState[];
  single: readonly number[];
  /** Scores of all of the mover's states while no other mover is there. */
  alone: readonly number[];
  state: MoverState;
}

/**
 * The best places of groups that `collect` lists for a model with all its hydrogens: each alone where nothing else moves near
 * it, jointly where several do, first over coarse states and then degree by degree. The model stays as it is.
 */
export function optimizeHydrogens(
  model: Model,
  topology: Topology,
  collect: (environment: DotScoreEnvironment) => readonly Mover[],
  context: RunContext,
): OptimizedHydrogens {
  const environment = createDotScoreEnvironment(
    { ...model, atoms: { ...model.atoms, xyz: model.atoms.xyz.slice() } },
    topology,
  );
  const items = collect(environment).map((mover): Item => {
    return { mover, neighbours: [], states: mover.states, single: [], alone: [], state: mover.states[0]! };
  });
  const before = items.map((item) => presentScore(environment, item));
  for (const { mover } of items) hideAtoms(environment, mover.atoms);
  const others = items.filter(({ mover }) => mover.kind !== "water");
  const waters = items.filter(({ mover }) => mover.kind === "water");
  settleTogether(environment, others, context);
  for (const item of waters) settle(environment, item, item.state);
  for (let round = 0; waters.length > 0 && round < waterRounds; round++) {
    turnWaters(environment, waters, context);
    for (const item of others) takeBest(environment, item, item.mover.states);
  }
  items.forEach((item, at) => {
    if (at % 256 === 0) throwIfCancelled(context);
    turnFinely(environment, item);
  });
  return {
    xyz: environment.scene.xyz.slice(0, 3 * model.atoms.count),
    rejected: items.flatMap(({ state }) => [...state.absent]),
    movers: items.map((item, at) => reportOf(environment, item, before[at]!)),
  };
}

/** Chooses the states of movers, all of which are hidden, jointly where they touch. */
function settleTogether(environment: DotScoreEnvironment, items: readonly Item[], context: RunContext): void {
  const touching = findTouchingMovers(
    items.map(({ mover }) => mover),
    environment.scene.radius,
  );
  // Atoms heaped on top of each other have no arrangement worth looking for.
  const meeting = touching.length > mostPairsPerMover * items.length ? [] : touching;
  for (const [a, b] of meeting) {
    items[a]!.neighbours.push(items[b]!);
    items[b]!.neighbours.push(items[a]!);
  }
  items.forEach((item, at) => {
    if (at % 256 === 0) throwIfCancelled(context);
    scoreAlone(environment, item);
  });
  const pairs = meeting.map(([a, b], at) => {
    if (at % 64 === 0) throwIfCancelled(context);
    return scorePair(environment, items, a, b);
  });
  const chosen = chooseStates({ single: items.map(({ single }) => single), pairs });
  items.forEach((item, at) => settle(environment, item, item.states[chosen[at]!]!));
  improveTogether(environment, items);
}

/** Turns waters one after the other. */
function turnWaters(environment: DotScoreEnvironment, items: readonly Item[], context: RunContext): void {
  items.forEach((item, at) => {
    if (at % 256 === 0) throwIfCancelled(context);
    takeBest(environment, item, item.states);
    if (presentScore(environment, item) < 0) takeBest(environment, item, item.mover.spare);
  });
}

/** Puts a mover into a state. */
function settle(environment: DotScoreEnvironment, item: Item, state: MoverState): void {
  showAtoms(environment, item.mover.atoms);
  moveAtoms(environment, item.mover.atoms, state.positions);
  hideAtoms(environment, state.absent);
  item.state = state;
}

interface StateScore {
  readonly total: number;
  readonly worstOverlap: number;
}

/** Protons of histidines are chosen by hydrogen bonds and bumps: more atoms have more contacts, whatever they are. */
function totalScore({ kind }: Mover, { preference }: MoverState, score: DotScore): number {
  return preference + (kind === "histidine" ? score.bump + score.hydrogenBond : score.total);
}

/** Scores a mover, all of whose atoms are shown, in a state, and shows all of its atoms again. */
function scoreIn(environment: DotScoreEnvironment, { mover }: Item, state: MoverState): StateScore {
  hideAtoms(environment, state.absent);
  const score = scoreAtoms(environment, mover.atoms, state.positions);
  showAtoms(environment, state.absent);
  return { total: totalScore(mover, state, score), worstOverlap: score.worstOverlap };
}

/** Score of a mover as it is. */
function presentScore(environment: DotScoreEnvironment, { mover, state }: Item): number {
  return totalScore(mover, state, scoreAtoms(environment, mover.atoms));
}

/** Scores of all states while no other mover is there; of rotors that meet others some states are kept. */
function scoreAlone(environment: DotScoreEnvironment, item: Item): void {
  const { mover } = item;
  showAtoms(environment, mover.atoms);
  item.single = item.states.map((state) => scoreIn(environment, item, state).total);
  item.alone = item.single;
  hideAtoms(environment, mover.atoms);
  if (mover.kind !== "hydroxyl" || item.neighbours.length === 0) return;
  const kept = spreadStates(item);
  item.states = kept.map((at) => mover.states[at]!);
  item.single = kept.map((at) => item.single[at]!);
}

/** Numbers of the best states that point at acceptors or are far enough from each other. */
function spreadStates({ mover, single }: Item): number[] {
  const apart = (a: number, b: number): number => Math.abs(((((a - b) % 360) + 540) % 360) - 180);
  const torsions = mover.states.map(({ torsion }) => torsion);
  const byScore = torsions.map((_torsion, at) => at).toSorted((a, b) => single[b]! - single[a]! || a - b);
  const kept: number[] = [];
  for (const at of byScore) {
    const isFar = kept.every((other) => apart(torsions[at]!, torsions[other]!) >= rotorSpread);
    const isPointing = mover.favoured.some((torsion) => apart(torsion, torsions[at]!) <= pointing / 2);
    if (isFar || isPointing) kept.push(at);
  }
  return kept.toSorted((a, b) => a - b);
}

/** What two movers in each of their states change in each other's scores. */
function scorePair(
  environment: DotScoreEnvironment,
  items: readonly Item[],
  first: number,
  second: number,
): ChoicePair {
  const [a, b] = [items[first]!, items[second]!];
  const values = new Float64Array(a.states.length * b.states.length);
  const width = b.states.length;
  addEffects(environment, a, b, (own, other) => own * width + other, values);
  addEffects(environment, b, a, (own, other) => other * width + own, values);
  return { first, second, values };
}

/** Adds how the scores of one mover change when the other is there. */
function addEffects(
  environment: DotScoreEnvironment,
  item: Item,
  other: Item,
  at: (own: number, other: number) => number,
  values: Float64Array,
): void {
  const { radius } = environment.scene;
  const atoms = [item.mover.atoms, other.mover.atoms];
  const original = positionsOf(environment, other.mover.atoms);
  for (const rows of atoms) showAtoms(environment, rows);
  other.states.forEach((theirs, otherAt) => {
    moveAtoms(environment, other.mover.atoms, theirs.positions);
    hideAtoms(environment, theirs.absent);
    item.states.forEach((own, ownAt) => {
      if (!statesTouch([item.mover, own], [other.mover, theirs], radius)) return;
      values[at(ownAt, otherAt)]! += scoreIn(environment, item, own).total - item.single[ownAt]!;
    });
    showAtoms(environment, theirs.absent);
  });
  moveAtoms(environment, other.mover.atoms, original);
  for (const rows of atoms) hideAtoms(environment, rows);
}

/** Score of a mover as it is, with those of the movers around it. */
function localScore(environment: DotScoreEnvironment, item: Item): number {
  let sum = presentScore(environment, item);
  for (const other of item.neighbours) sum += presentScore(environment, other);
  return sum;
}

/** Takes the best of these states of one mover, the others standing still; whether that is another one. */
function takeBest(environment: DotScoreEnvironment, item: Item, states: readonly MoverState[]): boolean {
  const start = item.state;
  let best = start;
  let bestScore = localScore(environment, item) + leastGain;
  for (const state of states) {
    if (state === start) continue;
    settle(environment, item, state);
    const score = localScore(environment, item);
    if (score <= bestScore) continue;
    best = state;
    bestScore = score;
  }
  settle(environment, item, best);
  return best !== start;
}

/** Pairs do not say all of three that meet: movers with neighbours are gone through until none changes. */
function improveTogether(environment: DotScoreEnvironment, items: readonly Item[]): void {
  const meeting = items.filter(({ neighbours }) => neighbours.length > 0);
  let changed = true;
  for (let round = 0; changed && round < mostRounds; round++) {
    changed = false;
    for (const item of meeting) if (takeBest(environment, item, item.states)) changed = true;
  }
}

/** Turns a rotor by degrees around its state and the other good ones, then by parts of a degree around the best. */
function turnFinely(environment: DotScoreEnvironment, item: Item): void {
  const { turn, kind } = item.mover;
  if (turn === null) return;
  const step = kind === "hydroxyl" ? hydroxylStep : ammoniumStep;
  const around = (torsion: number, reach: number, by: number): MoverState[] => {
    const states: MoverState[] = [];
    for (let at = by; at <= reach; at += by) states.push(turn(torsion - at), turn(torsion + at));
    return states;
  };
  const peaks = new Set([item.state.torsion, ...peakTorsions(item)]);
  takeBest(
    environment,
    item,
    [...peaks].flatMap((torsion) => around(torsion, Math.floor(step / 2), 1)),
  );
  takeBest(environment, item, around(item.state.torsion, 0.75, 0.25));
}

/** Torsions of the few best states without a better one beside them, by the scores they have alone. */
function peakTorsions({ mover, alone }: Item): number[] {
  const count = alone.length;
  return alone
    .map((score, at) => ({ score, at }))
    .filter(({ score, at }) => score >= alone[(at + 1) % count]! && score > alone[(at + count - 1) % count]!)
    .toSorted((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, finePeaks)
    .map(({ at }) => mover.states[at]!.torsion);
}

function reportOf(environment: DotScoreEnvironment, item: Item, before: number): MoverReport {
  const { mover, state } = item;
  const after = presentScore(environment, item);
  const common = { kind: mover.kind, group: mover.label, before, after, isFlipped: state.isFlipped };
  if (!mover.states.some(({ isFlipped }) => isFlipped)) return { ...common, flip: null };
  showAtoms(environment, mover.atoms);
  const bestOf = (isFlipped: boolean): StateScore =>
    mover.states
      .filter((other) => other.isFlipped === isFlipped)
      .map((other) => scoreIn(environment, item, other))
      .reduce((best, score) => (score.total > best.total ? score : best));
  const [unflipped, flipped] = [bestOf(false), bestOf(true)];
  settle(environment, item, state);
  const clashesInBoth = unflipped.worstOverlap >= badOverlap && flipped.worstOverlap >= badOverlap;
  return { ...common, flip: { unflipped: unflipped.total, flipped: flipped.total, clashesInBoth } };
}
