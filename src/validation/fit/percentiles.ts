// About which part of the entries of EMDB score lower at the same resolution: fitted curves, so approximate.
import fittedTable from "../../../data/mit/fit-percentiles.json" with { type: "json" };

/**
 * What has percentiles: the mean Q-score at sigma 0.4 (`q`), and the correlations of `computeEntryCorrelation`, not those of
 * `computeFit`, whose regions are others.
 */
export type PercentileKind = "q" | "cc" | "ccMean";

interface QuantileCurves {
  readonly median: readonly number[];
  /** Logarithms of the gaps between neighbouring quantiles. */
  readonly logGaps: readonly (readonly number[])[];
}

interface PercentileTable extends Readonly<Record<PercentileKind, QuantileCurves>> {
  readonly entries: number;
  readonly finest: number;
  readonly coarsest: number;
  readonly levels: readonly number[];
}

const table = fittedTable as PercentileTable;

/** Entries behind the curves, and the resolutions they cover, Angstrom. Below 2 Angstrom there are only 38. */
export const percentileBasis: { readonly entries: number; readonly finest: number; readonly coarsest: number } = {
  entries: table.entries,
  finest: table.finest,
  coarsest: table.coarsest,
};

const levels: readonly number[] = table.levels;
const middle = levels.indexOf(50);

/** Clenshaw's sum of Chebyshev polynomials. */
function chebyshev(coefficients: readonly number[], x: number): number {
  let [here, before] = [0, 0];
  for (let term = coefficients.length - 1; term > 0; term--) {
    [here, before] = [coefficients[term]! + 2 * x * here - before, here];
  }
  return coefficients[0]! + x * here - before;
}

/** Values that 2.5, 5, 10, 25, 50, 75, 90, 95 and 97.5 % of entries stay below at a resolution; null beyond 1.5 to 8 Angstrom. */
export function quantilesAt(kind: PercentileKind, resolution: number): readonly number[] | null {
  const { finest, coarsest } = percentileBasis;
  if (!(resolution >= finest && resolution <= coarsest)) return null;
  const x = (2 * Math.log(resolution / finest)) / Math.log(coarsest / finest) - 1;
  const { median, logGaps }: QuantileCurves = table[kind];
  const quantiles = levels.map(() => chebyshev(median, x));
  for (let level = middle + 1; level < levels.length; level++) {
    quantiles[level] = quantiles[level - 1]! + Math.exp(chebyshev(logGaps[level - 1]!, x));
  }
  for (let level = middle - 1; level >= 0; level--) {
    quantiles[level] = quantiles[level + 1]! - Math.exp(chebyshev(logGaps[level]!, x));
  }
  return quantiles;
}

/**
 * Approximate percentile of a value among entries of the resolution, 0 to 100: 50 is typical. Straight lines between the curves;
 * beyond the outermost the rest is halved with every further step as wide as the last gap. Null beyond 1.5 to 8 Angstrom.
 */
export function percentileOf(kind: PercentileKind, value: number | null, resolution: number): number | null {
  const quantiles = quantilesAt(kind, resolution);
  if (quantiles === null || value === null || !Number.isFinite(value)) return null;
  const last = levels.length - 1;
  if (value <= quantiles[0]!) return levels[0]! * 2 ** -((quantiles[0]! - value) / (quantiles[1]! - quantiles[0]!));
  if (value >= quantiles[last]!) {
    const steps = (value - quantiles[last]!) / (quantiles[last]! - quantiles[last - 1]!);
    return 100 - (100 - levels[last]!) * 2 ** -steps;
  }
  const above = quantiles.findIndex((quantile) => quantile > value);
  const [low, high] = [quantiles[above - 1]!, quantiles[above]!];
  return levels[above - 1]! + ((value - low) / (high - low)) * (levels[above]! - levels[above - 1]!);
}
