// d_model and overall B: the truncation and the blur that make a model of atoms at B = 0 most like a map.
import type { FourierSums } from "../../density/fourier-sums.ts";

/** All B of atoms are 0 in the second map of the sums. */
export interface ModelResolution {
  /** Truncation that, with the overall B, makes the model most like the map, Angstrom. */
  readonly dModel: number | null;
  /** The same at B = 0. */
  readonly dModelB0: number | null;
  /** From -500 to 495 in steps of 5, square Angstrom. */
  readonly overallB: number | null;
}

const lowestB = -500;
const highestB = 495;
const stepB = 5;

/**
 * Scans of phenix.mtriage (Afonine et al. 2018): d_model at B = 0 over all terms; overall B over terms up to `limit`, the
 * resolution where the FSC of model and map ends (null: all terms); with that B, d_model over the same terms.
 */
export function computeModelResolution(sums: FourierSums, limit: number | null): ModelResolution {
  const whole = highestResolution(sums, null);
  const limited = highestResolution(sums, limit);
  if (whole === null || limited === null) return { dModel: null, dModelB0: null, overallB: null };
  const dModelB0 = bestTruncation(sums, 0, whole);
  const overallB = bestB(sums, limited);
  const dModel = overallB === null ? null : bestTruncation(sums, overallB, limited);
  return { dModel, dModelB0, overallB };
}

/** The bins up to a resolution: the number of them and the d of the last that has terms. */
interface Range {
  readonly bins: number;
  readonly d: number;
}

function highestResolution({ count, frequency, width }: FourierSums, limit: number | null): Range | null {
  let bins = limit === null ? count.length : Math.min(count.length, Math.round(1 / (limit * width)));
  while (bins > 0 && count[bins - 1] === 0) bins--;
  return bins === 0 ? null : { bins, d: count[bins - 1]! / frequency[bins - 1]! };
}

function bestB(sums: FourierSums, { bins }: Range): number | null {
  let best: { readonly b: number; readonly cc: number } | null = null;
  for (let b = lowestB; b <= highestB; b += stepB) {
    let [product, second] = [0, 0];
    for (let bin = 0; bin < bins; bin++) {
      if (sums.count[bin] === 0) continue;
      const factor = blurAt(sums, bin, b);
      product += factor * sums.product[bin]!;
      second += factor * factor * sums.second[bin]!;
    }
    // The map's own sum is the same for every B.
    const cc = second > 0 ? product / Math.sqrt(second) : 0;
    if (best === null || cc > best.cc) best = { b, cc };
  }
  return best !== null && best.cc > 0 ? best.b : null;
}

function blurAt({ count, frequency }: FourierSums, bin: number, b: number): number {
  const s = frequency[bin]! / count[bin]!;
  return Math.exp((-b * s * s) / 4);
}

/** The trial resolution that maximises the correlation of all map terms in the range with the truncated model. */
function bestTruncation(sums: FourierSums, b: number, range: Range): number | null {
  const product = new Float64Array(range.bins + 1);
  const second = new Float64Array(range.bins + 1);
  for (let bin = 0; bin < range.bins; bin++) {
    const factor = sums.count[bin] === 0 ? 0 : blurAt(sums, bin, b);
    product[bin + 1] = product[bin]! + factor * sums.product[bin]!;
    second[bin + 1] = second[bin]! + factor * factor * sums.second[bin]!;
  }
  let best: { readonly d: number; readonly cc: number } | null = null;
  for (const d of trialResolutions(range.d)) {
    const bins = Math.min(range.bins, Math.round(1 / (d * sums.width)));
    const cc = second[bins]! > 0 ? product[bins]! / Math.sqrt(second[bins]!) : 0;
    if (best === null || cc > best.cc) best = { d, cc };
  }
  return best !== null && best.cc > 0 ? best.d : null;
}

/** Trial resolutions from the one of the data on: tenths up to 6 Angstrom and from 6.5 to 10.4, then whole ones. */
function trialResolutions(first: number): number[] {
  const last = first < 5 ? 10 : first < 10 ? 20 : first < 20 ? 40 : 100;
  const trials: number[] = [];
  for (let tenths = Math.floor(first * 10); tenths <= 104; tenths++) {
    if (tenths <= 60 || tenths >= 65) trials.push(tenths / 10);
  }
  for (let d = 11; d < 100; d++) trials.push(d);
  return trials.filter((d) => d >= first && d <= last);
}
