// Probability densities behind tables of percentiles.
import { type GridTable, tableValue } from "../../chemistry/grid-table.ts";

/** Negative logarithm of the density relative to the highest, at percentiles exp(start + step * n). */
export type PercentileEnergies = Float64Array;

/** Percentiles are told apart down to this one. */
const leastPercentile = 1e-4;
const firstLog: number = Math.log(leastPercentile);
const logBins = 48;
const logStep: number = -firstLog / logBins;

const known = new WeakMap<GridTable, PercentileEnergies>();

/**
 * A percentile is the share of residues in less populated places, so cells in the order of their percentiles differ by the share
 * that each of them holds: its density follows from the table itself. Made when a table is first asked for.
 */
export function percentileEnergies(table: GridTable): PercentileEnergies {
  let energies = known.get(table);
  if (energies === undefined) {
    energies = densityEnergies(table);
    known.set(table, energies);
  }
  return energies;
}

/** Negative logarithm of the probability density at a place of a table relative to the most probable one. */
export function tableEnergy(table: GridTable, energies: PercentileEnergies, place: ArrayLike<number>): number {
  return percentileEnergy(energies, tableValue(table, place));
}

/** The same at a percentile of the table. */
export function percentileEnergy(energies: PercentileEnergies, percentile: number): number {
  const at = (Math.log(Math.max(percentile, leastPercentile)) - firstLog) / logStep;
  const below = Math.min(energies.length - 2, Math.floor(at));
  const part = Math.min(1, at - below);
  return energies[below]! + part * (energies[below + 1]! - energies[below]!);
}

function densityEnergies({ values }: GridTable): PercentileEnergies {
  const cells = new Float64Array(logBins + 1);
  for (const value of values) {
    if (value >= leastPercentile) cells[Math.min(logBins, Math.round((Math.log(value) - firstLog) / logStep))]!++;
  }
  const energies = new Float64Array(logBins + 1);
  let top: number | null = null;
  for (let bin = logBins; bin >= 0; bin--) {
    const low = bin === 0 ? 0 : Math.exp(firstLog + (bin - 0.5) * logStep);
    const high = bin === logBins ? 1 : Math.exp(firstLog + (bin + 0.5) * logStep);
    const count = cells[bin]!;
    // Few cells make the highest bins rough; a density never rises where the percentile falls.
    const above = energies[bin + 1] ?? 0;
    if (count > 0) top ??= Math.log((high - low) / count);
    energies[bin] = count > 0 && top !== null ? Math.max(above, top - Math.log((high - low) / count)) : above;
  }
  return energies;
}
