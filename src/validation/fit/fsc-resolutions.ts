// The resolutions read off an FSC curve.
import { type Crossing, crossingOf, type FscCurve } from "../../density/fsc-curve.ts";

/** Resolutions in Angstrom where a curve falls below 0, 0.143 and 0.5; null where it begins below or never falls below. */
export interface FscResolutions {
  readonly d0: number | null;
  readonly d0143: number | null;
  readonly d05: number | null;
  /** Straight between shells of the unsmoothed curve. */
  readonly raw: { readonly d0: number | null; readonly d0143: number | null; readonly d05: number | null };
}

export function resolutionsOf(curve: FscCurve | null): FscResolutions {
  const none: Crossing = { d: null, raw: null };
  const [zero, low, half] = [0, 0.143, 0.5].map((value) => (curve === null ? none : crossingOf(curve, value))) as [
    Crossing,
    Crossing,
    Crossing,
  ];
  return { d0: zero.d, d0143: low.d, d05: half.d, raw: { d0: zero.raw, d0143: low.raw, d05: half.raw } };
}
