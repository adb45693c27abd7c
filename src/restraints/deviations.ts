// Root mean square deviations, with and without the few restraints that are broken.

/** A restraint this many sigma off is broken: a fault of the model that no weight of the map makes or mends. */
const brokenSigma = 8;
/** Where more than this share of the restraints is broken, it is the weight's doing after all. */
const largestBrokenShare = 0.01;

export interface DeviationRmsd {
  /** Over all restraints; 0 without any. */
  readonly all: number;
  /** Without the broken ones, unless they are too many. */
  readonly sound: number;
  readonly broken: number;
}

/** Summarises deviations from ideal values, `deltaAt(row)` for row 0 .. count - 1, with their sigma. */
export function summarizeDeviations(
  count: number,
  sigma: Float64Array,
  deltaAt: (row: number) => number,
): DeviationRmsd {
  let squares = 0;
  let brokenSquares = 0;
  let broken = 0;
  for (let row = 0; row < count; row++) {
    const delta = deltaAt(row);
    squares += delta * delta;
    if (Math.abs(delta) <= brokenSigma * sigma[row]!) continue;
    brokenSquares += delta * delta;
    broken++;
  }
  const all = Math.sqrt(squares / Math.max(1, count));
  const sound =
    broken <= largestBrokenShare * count ? Math.sqrt((squares - brokenSquares) / Math.max(1, count - broken)) : all;
  return { all, sound, broken };
}
