// EMRinger: does the density around each CB have its maximum where side chains stand, and is that more than chance.
import type { RunContext } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import type { Model } from "../../model/model.ts";
import { type Chi1Scan, scanChi1 } from "./chi1-scan.ts";
import { bootstrapSpread, type EmringerChance, permuteScores } from "./emringer-chance.ts";
import {
  countRotameric,
  type EmringerLevels,
  emringerLevels,
  exactBinning,
  levelsPerScan,
  publishedBinning,
  rotamericZ,
  scoreOfCounts,
} from "./emringer-score.ts";
import { type EmringerRegion, type EmringerWindow, flaggedRegions, rollingWindows } from "./emringer-windows.ts";

/** Scores at one threshold; null above the last rotameric peak. */
export interface EmringerPoint {
  /** In units of the map. */
  readonly threshold: number;
  readonly score: number | null;
  readonly exactScore: number | null;
  /** Peaks above the threshold, and those of them within 30 degrees of a rotamer. */
  readonly total: number;
  readonly rotameric: number;
}

export interface EmringerPeak {
  readonly chain: string;
  readonly number: number;
  readonly insertionCode: string;
  readonly name: string;
  /** Chi1 of the highest density, 0 to 355 degrees. */
  readonly angle: number;
  /** Map value there. */
  readonly value: number;
  /** Within 30 degrees of 60, 180 or 300. */
  readonly isRotameric: boolean;
}

export interface Emringer {
  /** As the published program counts. */
  readonly score: number;
  /** With true angles and all 39 samples that are rotameric. */
  readonly exactScore: number;
  /** Where the scores are reached, in units of the map. */
  readonly threshold: number;
  readonly exactThreshold: number;
  /** Scanned residues. */
  readonly residues: number;
  /** Share of models with randomly turned side chains that score as high: of `score`, and of `exactScore`. */
  readonly pValue: number;
  readonly exactPValue: number;
  /** Scores of randomly turned side chains, for `score`. */
  readonly chance: Pick<EmringerChance, "mean" | "upper95">;
  readonly permutations: number;
  /** Standard deviation over residues drawn anew; null where there are too few. */
  readonly bootstrapSd: number | null;
  readonly exactBootstrapSd: number | null;
  /** `pValue` is at most 0.05; without it no comparison of scores means anything. */
  readonly isSignificant: boolean;
  readonly curve: readonly EmringerPoint[];
  readonly peaks: readonly EmringerPeak[];
  readonly windows: readonly EmringerWindow[];
  /** Strong density, yet side chains not rotameric: where the main chain may be wrong. */
  readonly flagged: readonly EmringerRegion[];
}

const significance = 0.05;

/**
 * EMRinger score of the model's first model with the map as supplied (Barad et al. 2015, Nat. Methods 12, 943), its p-value and
 * its spread. Null where no residue can be scanned or the map is constant around the side chains.
 */
export function computeEmringer(model: Model, map: DensityMap, context: RunContext): Emringer | null {
  return scoreScan(model, scanChi1(model, map), context);
}

/** The same from a scan. */
export function scoreScan(model: Model, scan: Chi1Scan, context: RunContext): Emringer | null {
  const { group, groups } = groupCopies(model, scan);
  const levels = emringerLevels(scan, group, groups);
  if (levels === null) return null;
  const publishedCounts = countRotameric(levels, publishedBinning);
  const exactCounts = countRotameric(levels, exactBinning);
  const published = scoreOfCounts(levels.reached, publishedCounts, levels.count);
  const exact = scoreOfCounts(levels.reached, exactCounts, levels.count);
  const binnings = { published: publishedBinning, exact: exactBinning };
  const chance = permuteScores(levels, binnings, { published: published.score, exact: exact.score }, context);
  const spread = bootstrapSpread(levels, binnings, context);
  const windows = rollingWindows(model, scan, levels.thresholds[0]!);
  return {
    score: published.score,
    exactScore: exact.score,
    threshold: levels.thresholds[published.level]!,
    exactThreshold: levels.thresholds[exact.level]!,
    residues: levels.count,
    pValue: chance.published.pValue,
    exactPValue: chance.exact.pValue,
    chance: { mean: chance.published.mean, upper95: chance.published.upper95 },
    permutations: chance.permutations,
    bootstrapSd: spread.published,
    exactBootstrapSd: spread.exact,
    isSignificant: chance.published.pValue <= significance,
    curve: curveOf(levels, publishedCounts, exactCounts),
    peaks: peaksOf(model, scan),
    windows,
    flagged: flaggedRegions(windows),
  };
}

/** Residues with one number and name in several chains are taken for copies. */
function groupCopies({ residues }: Model, scan: Chi1Scan): { readonly group: Int32Array; readonly groups: number } {
  const known = new Map<string, number>();
  const group = scan.residue.map((residue) => {
    const label = `${residues.sequenceNumber[residue]!}${residues.insertionCode[residue]!} ${residues.name[residue]!}`;
    const same = known.get(label);
    if (same !== undefined) return same;
    known.set(label, known.size);
    return known.size - 1;
  });
  return { group, groups: known.size };
}

function curveOf(levels: EmringerLevels, publishedCounts: Float64Array, exactCounts: Float64Array): EmringerPoint[] {
  const points: EmringerPoint[] = [];
  let [total, published, exact] = [0, 0, 0];
  const scale = 10 / Math.sqrt(levels.count);
  const scoreOf = (rotameric: number, level: number): number | null =>
    rotameric === 0 && level > 0 ? null : scale * rotamericZ(rotameric, total);
  for (let level = levelsPerScan - 1; level >= 0; level--) {
    total += levels.reached[level]!;
    published += publishedCounts[level]!;
    exact += exactCounts[level]!;
    points.push({
      threshold: levels.thresholds[level]!,
      score: scoreOf(published, level),
      exactScore: scoreOf(exact, level),
      total,
      rotameric: exact,
    });
  }
  return points.toReversed();
}

function peaksOf({ residues, chains }: Model, scan: Chi1Scan): EmringerPeak[] {
  return Array.from(scan.residue, (residue, row) => ({
    chain: chains.id[residues.chain[residue]!]!,
    number: residues.sequenceNumber[residue]!,
    insertionCode: residues.insertionCode[residue]!,
    name: residues.name[residue]!,
    angle: 5 * scan.peak[row]!,
    value: scan.peakValue[row]!,
    isRotameric: exactBinning[scan.peak[row]!] === 1,
  }));
}
