// The few best conformers of a side chain while the side chains around it are away.
import type { Backrub } from "./backrub.ts";
import {
  type Conformer,
  createScorer,
  type MovedBackbone,
  movedGain,
  placesOf,
  type Scorer,
} from "./conformer-score.ts";
import type { DensityEvidence } from "./density-evidence.ts";
import { periodicDelta, rotamerCost } from "./rotamer-prior.ts";
import type { SearchedSideChain } from "./searched-side-chains.ts";
import type { Surroundings } from "./surroundings.ts";

export interface ConformerSearch {
  readonly evidence: DensityEvidence | null;
  readonly around: Surroundings;
  /** Coordinates of all atoms; changed and put back. */
  readonly work: Float64Array;
  /** Most conformers kept besides the present one. */
  readonly most: number;
}

/** Trial conformers that are looked at with all contacts, and those that are polished; fewer where the backbone is moved. */
const mostExamined = 40;
const mostPolished = 12;
const fewExamined = 8;
const fewPolished = 2;
const mostCrowded = 4;
/** Trials around the same peak that are polished. */
const mostOfPeak = 2;
/** Energies above the best one that no joint choice is expected to make up for. */
const energyWindow = 12;
/** Steps of polishing, degrees, and energies above the best one before each that it is not expected to make up for. */
const polishSteps: readonly number[] = [8, 4, 2];
const polishWindows: readonly number[] = [200, 25, 25];
const mostSteps = 4;
/** Conformers nearer than this to a better one are the same, Angstrom (root mean square). */
export const sameShape = 0.5;
/** Degrees that residues are turned about the line between their neighbours: nearly all backrubs seen in crystals are within 12. */
const backrubAngles: readonly number[] = [-10, -5, 5, 10];
/** Energies without contacts above the best one without a move that polishing is not expected to make up for. */
const backrubWindow = 30;
/** A moved backbone must be better than one that stays by this much: odds of 7 to 1. */
const backrubCost = 2;

/** The present conformer first, then the others by energy. */
export function findConformers(
  search: ConformerSearch,
  chain: SearchedSideChain,
  backrub: Backrub | null = null,
): Conformer[] {
  const { evidence, work } = search;
  const scorer = createScorer({ ...search, chain, xyz: work });
  const present = { ...scorer.judge(), isPresent: true };
  const tuned = polishAll(scorer, chain, [present])[0]!;
  const trials = tryAll(scorer, chain);
  const found = [
    tuned,
    ...bestOf(scorer, chain, trials.alone, { examined: mostExamined, polished: mostPolished, least: tuned.energy }),
  ];
  if (backrub !== null && evidence !== null) {
    const least = Math.min(...found.map(({ energy }) => energy));
    found.push(...findBackrubs(search, { chain, backrub, present, least }));
  }
  const best = distinct(found.toSorted(byEnergy), chain, search.most);
  const limit = best[0]!.energy + energyWindow;
  const alone = best.filter(({ energy }) => energy <= limit);
  const crowded = evidence === null ? [] : findCrowded(scorer, chain, trials.crowded);
  return [present, ...distinct([...alone, ...crowded], chain, alone.length + crowded.length)];
}

/**
 * The best conformers while the other side chains are where they are now: without them, density that is theirs may look better
 * than one's own. Their energies are without the others, as of all.
 */
function findCrowded(scorer: Scorer, chain: SearchedSideChain, trials: Trials): Conformer[] {
  scorer.crowd(true);
  const found = bestOf(scorer, chain, trials, { examined: fewExamined, polished: mostCrowded });
  scorer.crowd(false);
  return found.toSorted(byEnergy).map(({ chis }) => {
    scorer.setChis(chis);
    return scorer.judge();
  });
}

interface BackrubSearch {
  readonly chain: SearchedSideChain;
  readonly backrub: Backrub;
  readonly present: Conformer;
  /** The least energy without a move. */
  readonly least: number;
}

/**
 * Conformers on a backbone that is moved, better than the best without a move. Within a rotamer it is for the minimiser to move the
 * backbone.
 */
function findBackrubs(
  { evidence, around, work }: ConformerSearch,
  { chain, backrub, present, least }: BackrubSearch,
): Conformer[] {
  const { rows, heavyCount } = backrub;
  const all = [...rows, ...chain.atoms];
  const saved = placesOf(work, all);
  const before = placesOf(work, rows);
  const { still } = around;
  for (const row of rows) still.away[row] = 1;
  const cost = (): number => {
    let energy = backrub.energy(work);
    for (const row of rows) energy += still.repulsionAt(row, work[3 * row]!, work[3 * row + 1]!, work[3 * row + 2]!);
    return energy;
  };
  const costBefore = cost();
  const found: Conformer[] = [];
  for (const angle of backrubAngles) {
    backrub.turn(work, angle);
    const after = placesOf(work, rows);
    const gain = evidence === null ? 0 : movedGain(evidence, rows, heavyCount, before, after);
    const energy = backrubCost + cost() - costBefore - gain;
    if (energy < energyWindow) {
      const moved: MovedBackbone = { angle, rows, heavyCount, before, after, energy };
      const scorer = createScorer({ chain, evidence, around, xyz: work, backbone: moved });
      const peaks = tryPeaks(scorer, chain, present, least + backrubWindow - energy);
      found.push(...bestOf(scorer, chain, peaks, { examined: fewExamined, polished: fewPolished, least }));
    }
    all.forEach((row, at) => work.set(saved.subarray(3 * at, 3 * at + 3), 3 * row));
  }
  for (const row of rows) still.away[row] = 0;
  return found.filter((other) => other.energy < least && sharedTorsions(chain, present, other.chis) < 1);
}

/** How many trials are judged with contacts, how many polished, and an energy that they compete with. */
interface Effort {
  readonly examined: number;
  readonly polished: number;
  readonly least?: number;
}

/** Torsions one after the other, and their energies without contacts. */
interface Trials {
  readonly chis: Float64Array;
  readonly energies: Float64Array;
}

/** Energies of all trials with the other side chains away, and where they are now. */
function tryAll(
  scorer: Scorer,
  { prior, turns }: SearchedSideChain,
): { readonly alone: Trials; readonly crowded: Trials } {
  const { count, chis, cost } = prior.trials;
  const alone = { chis, energies: new Float64Array(count) };
  const crowded = { chis, energies: new Float64Array(count) };
  for (let trial = 0; trial < count; trial++) {
    scorer.setChis(chis, turns.length * trial);
    alone.energies[trial] = cost[trial]! - scorer.gain();
    crowded.energies[trial] = cost[trial]! - scorer.crowdedGain();
  }
  return { alone, crowded };
}

/** Energies of the peaks alone; infinite where a side chain would stay in its rotamer or is not below the limit. */
function tryPeaks(scorer: Scorer, chain: SearchedSideChain, present: Conformer, limit: number): Trials {
  const { peaks } = chain.prior;
  const energies = Float64Array.from(peaks, ({ chis }) => {
    if (sharedTorsions(chain, present, chis) === 1) return Infinity;
    scorer.setChis(chis);
    const energy = rotamerCost(chain.prior, chis) - scorer.gain();
    return energy < limit ? energy : Infinity;
  });
  return { chis: Float64Array.from(peaks.flatMap(({ chis }) => chis)), energies };
}

/** The best trials by density and rotamer are judged with contacts, and the best different ones of them polished. */
function bestOf(
  scorer: Scorer,
  chain: SearchedSideChain,
  { chis, energies }: Trials,
  { examined, polished, least }: Effort,
): Conformer[] {
  const order = Array.from(energies.keys())
    .filter((trial) => energies[trial]! < Infinity)
    .toSorted((a, b) => energies[a]! - energies[b]!);
  const trialsOfPeak = energies.length / chain.prior.peaks.length;
  const judged = order.slice(0, examined).map((trial) => {
    scorer.setChis(chis, chain.turns.length * trial);
    return { peak: Math.floor(trial / trialsOfPeak), conformer: scorer.judge() };
  });
  const taken = new Uint8Array(chain.prior.peaks.length);
  const best = judged
    .toSorted((a, b) => a.conformer.energy - b.conformer.energy)
    .filter(({ peak }) => taken[peak]!++ < mostOfPeak);
  const different = distinct(
    best.map(({ conformer }) => conformer),
    chain,
    polished,
  );
  return polishAll(scorer, chain, different, least);
}

function byEnergy(a: Conformer, b: Conformer): number {
  return a.energy - b.energy;
}

/** The first of those that are alike. */
function distinct(conformers: readonly Conformer[], chain: SearchedSideChain, most: number): Conformer[] {
  const kept: Conformer[] = [];
  for (const conformer of conformers) {
    if (kept.length === most) break;
    if (!kept.some((other) => shapeDistance(conformer, other, chain.heavyCount) < sameShape)) kept.push(conformer);
  }
  return kept;
}

/** Root mean square distance of the atoms other than hydrogens, Angstrom. */
export function shapeDistance(a: Conformer, b: Conformer, heavyCount: number): number {
  let sum = 0;
  for (let at = 0; at < 3 * heavyCount; at++) sum += (a.positions[at]! - b.positions[at]!) ** 2;
  return Math.sqrt(sum / heavyCount);
}

/**
 * Polishes them in ever smaller steps. Before and after each, those are left out that are like a better one, or so far above the
 * best one, or `least`, that what is left of polishing is not expected to make up for it.
 */
function polishAll(
  scorer: Scorer,
  chain: SearchedSideChain,
  conformers: readonly Conformer[],
  least = Infinity,
): Conformer[] {
  const worthIt = (sorted: readonly Conformer[], window: number): Conformer[] => {
    const limit = Math.min(least, sorted[0]?.energy ?? 0) + window;
    return sorted.filter(({ energy }) => energy <= limit);
  };
  let left = conformers;
  polishSteps.forEach((step, at) => {
    const polished = worthIt(left, polishWindows[at]!).map(({ chis }) => {
      scorer.setChis(chis);
      return polish(scorer, chain, step);
    });
    left = distinct(polished.toSorted(byEnergy), chain, polished.length);
  });
  return worthIt(left, energyWindow);
}

/** Turns one torsion after the other downhill. */
function polish(scorer: Scorer, chain: SearchedSideChain, step: number): Conformer {
  let best = scorer.energyBelow(Infinity);
  scorer.keep();
  for (let axis = 0; axis < chain.turns.length; axis++) {
    for (let sign = 1; sign >= -1; sign -= 2) {
      let moved = 0;
      while (moved < mostSteps) {
        scorer.turn(axis, sign * step);
        const next = scorer.energyBelow(best);
        if (!(next < best)) break;
        best = next;
        scorer.keep();
        moved++;
      }
      if (moved < mostSteps) scorer.goBack();
      if (moved > 0) break;
    }
  }
  return scorer.judge();
}

/** Torsions that differ by less are in one well, degrees: wells are 120 apart, and those of flat groups wide. */
const sameWell = 40;

/** Share of the torsions, counted from the first to the first that differs, in which a conformer is in the wells of the present one. */
export function sharedTorsions({ turns }: SearchedSideChain, present: Conformer, chis: ArrayLike<number>): number {
  let alike = 0;
  while (alike < turns.length) {
    const { period } = turns[alike]!;
    if (Math.abs(periodicDelta(chis[alike]!, present.chis[alike]!, period)) > sameWell) break;
    alike++;
  }
  return alike / turns.length;
}
