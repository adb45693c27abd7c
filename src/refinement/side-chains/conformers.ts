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
import { fenceAround, fenceEnergy, type Surroundings } from "./surroundings.ts";

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
/** Energies above the best one that no joint choice is expected to make up for. */
const energyWindow = 12;
const polishSteps: readonly number[] = [8, 4, 2];
const mostSteps = 4;
/** Conformers nearer than this to a better one are the same, Angstrom (root mean square). */
export const sameShape = 0.5;
/** Degrees that residues are turned about the line between their neighbours: nearly all backrubs seen in crystals are within 12. */
const backrubAngles: readonly number[] = [-10, -5, 5, 10];
/** Atoms of a moved backbone are within this of CA, Angstrom. */
const backboneReach = 4;
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
  const found = [tuned, ...bestOf(scorer, chain, trials.alone, { examined: mostExamined, polished: mostPolished })];
  if (backrub !== null && evidence !== null) {
    const least = Math.min(...found.map(({ energy }) => energy));
    // Within a rotamer it is for the minimiser to move the backbone.
    const others = findBackrubs(search, chain, backrub, least);
    found.push(...others.filter((conformer) => sharedTorsions(chain, present, conformer) < 1));
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

/** Conformers on a backbone that is moved; none where moving it costs more than what the best without a move is worth. */
function findBackrubs(
  { evidence, around, work }: ConformerSearch,
  chain: SearchedSideChain,
  backrub: Backrub,
  least: number,
): Conformer[] {
  const { rows, heavyCount } = backrub;
  const all = [...rows, ...chain.atoms];
  const saved = placesOf(work, all);
  const before = placesOf(work, rows);
  const touching = new Uint8Array(rows.length).fill(1);
  const backboneFence = fenceAround(around, rows, chain.turns[0]!.four[1], backboneReach, touching);
  const cost = (): number => backrub.energy(work) + fenceEnergy(backboneFence, placesOf(work, rows), rows.length, 1e9);
  const costBefore = cost();
  const found: Conformer[] = [];
  for (const row of rows) around.still.away[row] = 1;
  for (const angle of backrubAngles) {
    backrub.turn(work, angle);
    const after = placesOf(work, rows);
    const gain = evidence === null ? 0 : movedGain(evidence, rows, heavyCount, before, after);
    const energy = backrubCost + cost() - costBefore - gain;
    if (energy < energyWindow) {
      const moved: MovedBackbone = { angle, rows, heavyCount, before, after, energy };
      const scorer = createScorer({ chain, evidence, around, xyz: work, backbone: moved });
      const peaks = tryPeaks(scorer, chain);
      found.push(...bestOf(scorer, chain, peaks, { examined: fewExamined, polished: fewPolished }));
    }
    all.forEach((row, at) => work.set(saved.subarray(3 * at, 3 * at + 3), 3 * row));
  }
  for (const row of rows) around.still.away[row] = 0;
  return found.filter((conformer) => conformer.energy < least);
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

/** Energies of the peaks alone. */
function tryPeaks(scorer: Scorer, { prior }: SearchedSideChain): Trials {
  const energies = Float64Array.from(prior.peaks, ({ chis }) => {
    scorer.setChis(chis);
    return rotamerCost(prior, chis) - scorer.gain();
  });
  return { chis: Float64Array.from(prior.peaks.flatMap(({ chis }) => chis)), energies };
}

/** The best trials by density and rotamer are judged with contacts, and the best different ones of them polished. */
function bestOf(
  scorer: Scorer,
  chain: SearchedSideChain,
  { chis, energies }: Trials,
  { examined, polished }: { readonly examined: number; readonly polished: number },
): Conformer[] {
  const order = Array.from(energies.keys()).toSorted((a, b) => energies[a]! - energies[b]!);
  const judged = order.slice(0, examined).map((trial) => {
    scorer.setChis(chis, chain.turns.length * trial);
    return scorer.judge();
  });
  return polishAll(scorer, chain, distinct(judged.toSorted(byEnergy), chain, polished));
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

/** Polishes them in ever smaller steps; after each, those that have come to be like a better one are left out. */
function polishAll(scorer: Scorer, chain: SearchedSideChain, conformers: readonly Conformer[]): Conformer[] {
  let left = conformers;
  for (const step of polishSteps) {
    const polished = left.map(({ chis }) => {
      scorer.setChis(chis);
      return polish(scorer, chain, step);
    });
    left = distinct(polished.toSorted(byEnergy), chain, polished.length);
  }
  return [...left];
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
export function sharedTorsions({ turns }: SearchedSideChain, present: Conformer, conformer: Conformer): number {
  let alike = 0;
  while (alike < turns.length) {
    const { period } = turns[alike]!;
    if (Math.abs(periodicDelta(conformer.chis[alike]!, present.chis[alike]!, period)) > sameWell) break;
    alike++;
  }
  return alike / turns.length;
}
