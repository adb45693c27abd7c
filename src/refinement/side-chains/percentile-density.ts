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

/** Bins by the leading bits of percentiles as single-precision numbers: sign, exponent and nine bits of the mantissa. */
const leadingBits = 14;
let binOfLeading: Uint8Array | null = null;

function binTable(): Uint8Array {
  if (binOfLeading !== null) return binOfLeading;
  const number = new Float32Array(1);
  const bits = new Int32Array(number.buffer);
  const leadingOf = (value: number): number => {
    number[0] = value;
    return bits[0]! >> leadingBits;
  };
  const table = new Uint8Array(leadingOf(2)).fill(logBins);
  for (let leading = leadingOf(leastPercentile); leading < leadingOf(1); leading++) {
    bits[0] = (leading << leadingBits) | (1 << (leadingBits - 1));
    table[leading] = Math.min(logBins, Math.max(0, Math.round((Math.log(number[0]!) - firstLog) / logStep)));
  }
  binOfLeading = table;
  return table;
}

function densityEnergies({ values }: GridTable): PercentileEnergies {
  const cells = new Float64Array(logBins + 1);
  // Tables of four torsions have more than a million cells.
  const table = binTable();
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let cell = 0; cell < values.length; cell++) {
    if (values[cell]! >= leastPercentile) cells[table[bits[cell]! >> leadingBits]!]!++;
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
