// Q-scores that are usual at a resolution, from fits over many entries by the authors of mapq.
import type { MoleculeKind } from "./residue-parts.ts";

/** Where the formulas are used, Angstrom; beyond it the straight lines leave the values that maps have. */
const finest = 1;
const coarsest = 5;

/** Slope and value at 0 A of the mean Q over resolution by width and kind (gregdp/mapq, MIT licence). */
const lines: readonly {
  readonly sigma: number;
  readonly byKind: Readonly<Record<string, readonly [number, number]>>;
}[] = [
  {
    sigma: 0.6,
    byKind: {
      protein: [-0.1775, 1.1192],
      nucleic: [-0.1377, 0.9973],
      ion: [-0.1103, 1.0795],
      water: [-0.0895, 1.0001],
    },
  },
  {
    sigma: 0.4,
    byKind: {
      protein: [-0.1866, 1.1242],
      nucleic: [-0.1465, 0.9436],
      ion: [-0.1103, 1.0795],
      water: [-0.0895, 1.0001],
    },
  },
];

/** How far below and above the expected value scores still are usual: 0.1 at 0.6 A; at 0.4 A, mapq's bounds of 95 % of entries. */
const bands: readonly { readonly sigma: number; readonly below: number; readonly above: number }[] = [
  { sigma: 0.6, below: 0.1, above: 0.1 },
  { sigma: 0.4, below: 0.15, above: 0.086 },
];

export interface ExpectedQ {
  readonly expected: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const unknown: ExpectedQ = { expected: null, low: null, high: null };

/**
 * Expected mean Q of so many atoms of each kind, weighted by their numbers; kinds without a formula count for nothing. Null outside
 * of 1 to 5 Angstrom, for other widths than 0.6 and 0.4, and where no kind has a formula.
 */
export function expectedQ(
  sigma: number,
  resolution: number,
  atoms: Readonly<Partial<Record<MoleculeKind, number>>>,
): ExpectedQ {
  const line = lines.find((entry) => entry.sigma === sigma);
  const band = bands.find((entry) => entry.sigma === sigma);
  if (line === undefined || band === undefined || !(resolution >= finest && resolution <= coarsest)) return unknown;
  let [sum, count] = [0, 0];
  for (const [kind, number] of Object.entries(atoms)) {
    const coefficients = line.byKind[kind];
    if (coefficients === undefined) continue;
    sum += number * (coefficients[0] * resolution + coefficients[1]);
    count += number;
  }
  if (count === 0) return unknown;
  const expected = sum / count;
  return { expected, low: expected - band.below, high: expected + band.above };
}
