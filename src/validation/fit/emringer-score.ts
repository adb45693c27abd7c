// The statistic of EMRinger: how far peaks of chi1 scans are rotameric, at the best of twenty thresholds.
import { type Chi1Scan, samplesPerTurn } from "./chi1-scan.ts";

/** Thresholds between the mean of the scanned density and its maximum. */
export const levelsPerScan = 20;

/** 1 for the samples of chi1 that count as rotameric. */
export type Binning = Uint8Array;

/** Samples within 30 degrees of 60, 180 or 300: 39 of 72. */
export const exactBinning: Binning = Uint8Array.from({ length: samplesPerTurn }, (_value, sample) =>
  Math.abs(((5 * sample) % 120) - 60) <= 30 ? 1 : 0,
);

/**
 * The samples that the published program counts: its scan begins one step late and its bins hold 12 samples, which makes them
 * 35 to 90, 155 to 210 and 275 to 330 degrees, 36 of 72.
 */
export const publishedBinning: Binning = Uint8Array.from({ length: samplesPerTurn }, (_value, sample) => {
  const place = (5 * sample) % 120;
  return place >= 35 && place <= 90 ? 1 : 0;
});

/** Peaks of a scan by the thresholds that they pass. */
export interface EmringerLevels {
  readonly count: number;
  readonly thresholds: Float64Array;
  /** Number of thresholds, from the lowest on, that the peak of each residue exceeds. */
  readonly passed: Uint8Array;
  /** Sample of the peak of each residue. */
  readonly peak: Uint8Array;
  /** Residues with this many thresholds passed, less one: reached[j] of them end at threshold j. */
  readonly reached: Float64Array;
  /** Residues of one group are copies of each other. */
  readonly group: Int32Array;
  readonly groups: number;
}

/** Null where nothing was scanned or the scanned density is constant. */
export function emringerLevels(scan: Chi1Scan, group: Int32Array, groups: number): EmringerLevels | null {
  const { count } = scan;
  let mean = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < count; row++) {
    mean += scan.mean[row]! / count;
    highest = Math.max(highest, scan.peakValue[row]!);
  }
  if (!(highest - mean > 1e-9 * Math.max(Math.abs(highest), Math.abs(mean)))) return null;
  const thresholds = Float64Array.from(
    { length: levelsPerScan },
    (_value, level) => mean + (level * (highest - mean)) / levelsPerScan,
  );
  const passed = new Uint8Array(count);
  const reached = new Float64Array(levelsPerScan);
  for (let row = 0; row < count; row++) {
    let level = 0;
    while (level < levelsPerScan && scan.peakValue[row]! > thresholds[level]!) level++;
    passed[row] = level;
    if (level > 0) reached[level - 1]! += 1;
  }
  return { count, thresholds, passed, peak: scan.peak, reached, group, groups };
}

export interface BestScore {
  readonly score: number;
  /** Threshold at which it was reached. */
  readonly level: number;
}

const rotamericShare = 39 / samplesPerTurn;

/** Normal approximation of the binomial: deviations of the rotameric count from its expectation of 39 in 72. */
export function rotamericZ(rotameric: number, total: number): number {
  return (rotameric - total * rotamericShare) / Math.sqrt(total * rotamericShare * (1 - rotamericShare));
}

/**
 * Ten times the highest Z over the thresholds by the root of the number of residues. Both counts are by the last threshold that
 * a peak passes. Thresholds above the last rotameric peak do not count; the first always does.
 */
export function scoreOfCounts(totals: Float64Array, rotamericCounts: Float64Array, residues: number): BestScore {
  let total = 0;
  let rotameric = 0;
  let best = Number.NEGATIVE_INFINITY;
  let bestLevel = 0;
  for (let level = levelsPerScan - 1; level >= 0; level--) {
    total += totals[level]!;
    rotameric += rotamericCounts[level]!;
    if (total === 0 || (rotameric === 0 && level > 0)) continue;
    const z = rotamericZ(rotameric, total);
    // The lowest of equally good thresholds.
    if (z >= best) {
      best = z;
      bestLevel = level;
    }
  }
  return {
    score: residues > 0 && best > Number.NEGATIVE_INFINITY ? (10 * best) / Math.sqrt(residues) : 0,
    level: bestLevel,
  };
}

/** Rotameric peaks of a binning by the last threshold that they pass. */
export function countRotameric({ count, passed, peak }: EmringerLevels, binning: Binning): Float64Array {
  const counts = new Float64Array(levelsPerScan);
  for (let row = 0; row < count; row++) {
    const level = passed[row]! - 1;
    if (level >= 0) counts[level]! += binning[peak[row]!]!;
  }
  return counts;
}
