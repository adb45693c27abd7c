// How probable side-chain torsions are before a map is looked at: densities and peaks behind the tables of percentiles.
import { type GridTable, tableValue } from "../../chemistry/grid-table.ts";
import type { RotamerTable } from "../../chemistry/rotamer-tables.ts";
import { type PercentileEnergies, percentileEnergies, percentileEnergy, tableEnergy } from "./percentile-density.ts";

/** A peak of the distribution. */
export interface RotamerPeak {
  /** Degrees, one per torsion. */
  readonly chis: readonly number[];
  /** Distance at which the density has fallen by a factor of sqrt(e), degrees, one per torsion. */
  readonly spread: readonly number[];
}

export interface RotamerPrior {
  readonly rotamers: RotamerTable;
  /** In the order of their height. */
  readonly peaks: readonly RotamerPeak[];
  readonly energies: PercentileEnergies;
  readonly trials: RotamerTrials;
}

/** Torsions to try: peaks, and places one spread away from them along the first two torsions. */
export interface RotamerTrials {
  readonly count: number;
  /** Degrees, as many as there are torsions for each trial. */
  readonly chis: Float64Array;
  /** What they cost (see `rotamerCost`). */
  readonly cost: Float64Array;
}

/** Peaks below this percentile are no rotamers, and peaks this near to a higher one are parts of it, degrees. */
const leastPeak = 0.02;
const nearPeak = 20;
const leastSpread = 4;
const largestSpread = 25;
/** What validation calls an outlier must be paid by the density on top of how rare it is. */
const outlierCost = 4;

const priors = new WeakMap<RotamerTable, RotamerPrior>();

/** The prior of a table, made when it is first asked for. */
export function rotamerPrior(rotamers: RotamerTable): RotamerPrior {
  let prior = priors.get(rotamers);
  if (prior === undefined) {
    const energies = percentileEnergies(rotamers.table);
    const bare = { rotamers, energies, peaks: findPeaks(rotamers.table, energies) };
    prior = { ...bare, trials: listTrials(bare) };
    priors.set(rotamers, prior);
  }
  return prior;
}

/** Negative logarithm of the probability density at some torsions (degrees) relative to the most probable ones. */
export function rotamerEnergy({ rotamers, energies }: RotamerPrior, chis: ArrayLike<number>): number {
  return tableEnergy(rotamers.table, energies, chis);
}

/** The same, and a cost on top of it for outliers. */
export function rotamerCost(
  { rotamers, energies }: Pick<RotamerPrior, "rotamers" | "energies">,
  chis: ArrayLike<number>,
): number {
  const percentile = tableValue(rotamers.table, chis);
  return percentileEnergy(energies, percentile) + (percentile < rotamers.outlierBelow ? outlierCost : 0);
}

export function isRotamerOutlier({ rotamers }: RotamerPrior, chis: ArrayLike<number>): boolean {
  return tableValue(rotamers.table, chis) < rotamers.outlierBelow;
}

function listTrials(prior: Omit<RotamerPrior, "trials">): RotamerTrials {
  const places = prior.peaks.flatMap(({ chis, spread }) => {
    const steps = (axis: number): number[] => (axis < spread.length ? [0, -spread[axis]!, spread[axis]!] : [0]);
    return steps(0).flatMap((first) =>
      steps(1).map((second) => chis.map((chi, axis) => chi + (axis === 0 ? first : axis === 1 ? second : 0))),
    );
  });
  const cost = Float64Array.from(places, (chis) => rotamerCost(prior, chis));
  return { count: places.length, chis: Float64Array.from(places.flat()), cost };
}

function findPeaks(table: GridTable, energies: PercentileEnergies): RotamerPeak[] {
  const peaks: { chis: number[]; value: number }[] = [];
  const { axes, values } = table;
  const strides = axes.map((_axis, at) => axes.slice(at + 1).reduce((product, { bins }) => product * bins, 1));
  const offsets = neighbourOffsets(axes.length);
  const place = new Int32Array(axes.length);
  const inRow = axes.at(-1)!.bins;
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell]!;
    if (value < leastPeak) continue;
    // Most cells have a higher one beside them in their row.
    const at = cell % inRow;
    if ((at + 1 < inRow && values[cell + 1]! > value) || (at > 0 && values[cell - 1]! >= value)) continue;
    for (let axis = 0; axis < axes.length; axis++) place[axis] = Math.floor(cell / strides[axis]!) % axes[axis]!.bins;
    if (!isPeak(table, strides, offsets, place, cell)) continue;
    peaks.push({
      chis: axes.map(({ from, to, bins }, axis) => from + ((place[axis]! + 0.5) * (to - from)) / bins),
      value,
    });
  }
  const kept: { chis: number[]; value: number }[] = [];
  for (const peak of peaks.toSorted((a, b) => b.value - a.value)) {
    if (!kept.some((other) => isNear(table, peak.chis, other.chis))) kept.push(peak);
  }
  return kept.map(({ chis }) => ({ chis, spread: axes.map((_axis, at) => spreadAlong(table, energies, chis, at)) }));
}

function neighbourOffsets(dimensions: number): number[][] {
  let offsets: number[][] = [[]];
  for (let axis = 0; axis < dimensions; axis++) offsets = offsets.flatMap((own) => [-1, 0, 1].map((d) => [...own, d]));
  return offsets.filter((own) => own.some((d) => d !== 0));
}

/** Whether no cell around is higher; of equal ones the first is the peak. */
function isPeak(
  { axes, values }: GridTable,
  strides: readonly number[],
  offsets: readonly (readonly number[])[],
  place: Int32Array,
  cell: number,
): boolean {
  for (const offset of offsets) {
    let other = 0;
    for (let axis = 0; axis < axes.length; axis++) {
      const { bins, wraps } = axes[axis]!;
      const at = place[axis]! + offset[axis]!;
      if (!wraps && (at < 0 || at >= bins)) other = -Infinity;
      else other += strides[axis]! * ((at + bins) % bins);
    }
    if (other < 0) continue;
    const value = values[other]!;
    if (value > values[cell]! || (value === values[cell]! && other < cell)) return false;
  }
  return true;
}

function isNear({ axes }: GridTable, first: readonly number[], second: readonly number[]): boolean {
  return axes.every(({ from, to }, axis) => Math.abs(periodicDelta(first[axis]!, second[axis]!, to - from)) < nearPeak);
}

/** The shortest way from one angle to another under a period, degrees. */
export function periodicDelta(to: number, from: number, period: number): number {
  const delta = to - from;
  return delta - period * Math.round(delta / period);
}

function spreadAlong(table: GridTable, energies: PercentileEnergies, chis: readonly number[], axis: number): number {
  const level = tableEnergy(table, energies, chis) + 0.5;
  let sum = 0;
  for (const sign of [-1, 1]) {
    const point = [...chis];
    let reach = 0;
    while (reach < largestSpread) {
      reach += 1;
      point[axis] = chis[axis]! + sign * reach;
      if (tableEnergy(table, energies, point) > level) break;
    }
    sum += reach;
  }
  return Math.max(leastSpread, sum / 2);
}
