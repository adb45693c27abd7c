// d99: how far a map can be truncated before it stops being itself.
import type { FourierSums } from "./fourier-sums.ts";

/** Correlation with the whole map that the truncated one keeps. */
const kept = 0.99;

/**
 * Resolution (Angstrom) at which a map truncated there correlates 0.99 with itself: beyond lies 1 - 0.99^2 of the power
 * (Afonine et al. 2018, Acta Cryst. D74, 814). As in phenix.mtriage, terms of l = 0 count half: of a box of few voxels they are
 * many. Null without terms.
 */
export function computeD99({ width, count, first, firstFlat }: FourierSums): number | null {
  const powerOf = (bin: number): number => first[bin]! - 0.5 * firstFlat[bin]!;
  let total = 0;
  for (let bin = 0; bin < first.length; bin++) total += powerOf(bin);
  if (!(total > 0)) return null;
  const wanted = kept * kept * total;
  let sum = 0;
  for (let bin = 0; bin < first.length; bin++) {
    if (count[bin] === 0) continue;
    const next = sum + powerOf(bin);
    // Within a bin the power is taken as even.
    if (next >= wanted) return 1 / (width * (bin + (wanted - sum) / powerOf(bin)));
    sum = next;
  }
  return null;
}
