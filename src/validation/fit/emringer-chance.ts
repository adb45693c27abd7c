// What chance does to an EMRinger score: the scores of side chains turned at random, and of residues drawn anew.
import type { RunContext } from "../../base/run-context.ts";
import { samplesPerTurn } from "./chi1-scan.ts";
import { type Binning, type EmringerLevels, levelsPerScan, scoreOfCounts } from "./emringer-score.ts";

/** Scores of side chains without information, by which an EMRinger score is judged. */
export interface EmringerChance {
  /** Share of random turns with a score at least as high, the observed one counted among them. */
  readonly pValue: number;
  readonly mean: number;
  /** 95 % of the scores of random turns lie below. */
  readonly upper95: number;
}

export interface ChanceResult {
  readonly published: EmringerChance;
  readonly exact: EmringerChance;
  readonly permutations: number;
}

/** Turns of side chains in all: fewer permutations for models beyond 50,000 residues, never fewer than 200. */
const turnsInAll = 5e7;
const mostPermutations = 1000;
const fewestPermutations = 200;

/** Permutations for a number of residues. */
function permutationsFor(residues: number): number {
  return Math.max(fewestPermutations, Math.min(mostPermutations, Math.floor(turnsInAll / Math.max(1, residues))));
}

/**
 * Scores after turning the profile of each residue by a random angle. Peak heights, and with them the thresholds, stay; the
 * maximum over thresholds is taken anew each time. Copies (`group`) turn together, so that they do not count as independent.
 */
export function permuteScores(
  levels: EmringerLevels,
  binnings: { readonly published: Binning; readonly exact: Binning },
  observed: { readonly published: number; readonly exact: number },
  context: RunContext,
): ChanceResult {
  const permutations = permutationsFor(levels.count);
  const published = new Float64Array(permutations);
  const exact = new Float64Array(permutations);
  const turns = new Int32Array(levels.groups);
  const publishedCounts = new Float64Array(levelsPerScan);
  const exactCounts = new Float64Array(levelsPerScan);
  for (let permutation = 0; permutation < permutations; permutation++) {
    for (let group = 0; group < turns.length; group++) {
      turns[group] = Math.floor(samplesPerTurn * context.rng.uniform());
    }
    publishedCounts.fill(0);
    exactCounts.fill(0);
    for (let row = 0; row < levels.count; row++) {
      const level = levels.passed[row]! - 1;
      if (level < 0) continue;
      const turned = levels.peak[row]! + turns[levels.group[row]!]!;
      const sample = turned >= samplesPerTurn ? turned - samplesPerTurn : turned;
      publishedCounts[level]! += binnings.published[sample]!;
      exactCounts[level]! += binnings.exact[sample]!;
    }
    published[permutation] = scoreOfCounts(levels.reached, publishedCounts, levels.count).score;
    exact[permutation] = scoreOfCounts(levels.reached, exactCounts, levels.count).score;
  }
  return {
    published: judge(published, observed.published),
    exact: judge(exact, observed.exact),
    permutations,
  };
}

function judge(scores: Float64Array, observed: number): EmringerChance {
  let atLeast = 0;
  let sum = 0;
  for (const score of scores) {
    sum += score;
    if (score >= observed - 1e-12) atLeast++;
  }
  const sorted = scores.toSorted();
  return {
    pValue: (1 + atLeast) / (1 + scores.length),
    mean: sum / scores.length,
    upper95: sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))]!,
  };
}

/** Most scores that the spread over residues is taken from. */
const mostDraws = 400;

/** Standard deviation of the score over draws of residues with replacement, at fixed thresholds; null for a single group. */
export function bootstrapSpread(
  levels: EmringerLevels,
  binnings: { readonly published: Binning; readonly exact: Binning },
  context: RunContext,
): { readonly published: number | null; readonly exact: number | null } {
  if (levels.groups < 2) return { published: null, exact: null };
  const draws = Math.min(mostDraws, permutationsFor(levels.count));
  const scores = { published: new Float64Array(draws), exact: new Float64Array(draws) };
  const weight = new Int32Array(levels.groups);
  const totals = new Float64Array(levelsPerScan);
  const publishedCounts = new Float64Array(levelsPerScan);
  const exactCounts = new Float64Array(levelsPerScan);
  for (let draw = 0; draw < draws; draw++) {
    for (const array of [weight, totals, publishedCounts, exactCounts]) array.fill(0);
    for (let group = 0; group < weight.length; group++) weight[Math.floor(weight.length * context.rng.uniform())]! += 1;
    let residues = 0;
    for (let row = 0; row < levels.count; row++) {
      const times = weight[levels.group[row]!]!;
      residues += times;
      const level = levels.passed[row]! - 1;
      if (level < 0) continue;
      totals[level]! += times;
      publishedCounts[level]! += times * binnings.published[levels.peak[row]!]!;
      exactCounts[level]! += times * binnings.exact[levels.peak[row]!]!;
    }
    scores.published[draw] = scoreOfCounts(totals, publishedCounts, residues).score;
    scores.exact[draw] = scoreOfCounts(totals, exactCounts, residues).score;
  }
  return { published: deviationOf(scores.published), exact: deviationOf(scores.exact) };
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
