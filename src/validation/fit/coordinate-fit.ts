// ccMaskCoordinates: how well coordinates alone fit a map, whatever their B factors, occupancies and hydrogens.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { computeMolecularMask } from "../../density/mask.ts";
import { correlationOf, sumOverMask } from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { AtomTable } from "../../model/model.ts";
import {
  computeStructureFactors,
  freeStructureFactors,
  type ModelMapOptions,
  mapFromStructureFactors,
} from "../../scattering/model-map.ts";

export interface CoordinateFit {
  /** Null where the map or the model is constant inside the mask. */
  readonly cc: number | null;
  readonly b: number | null;
}

const smallestB = 2;
const largestB = 300;
/** Where the overall B is looked for first, square Angstrom. */
const trialB = [2, 10, 25, 50, 80, 120, 170, 230, 300];
const goldenSteps = 7;

/**
 * Correlation inside the molecular mask of the non-hydrogen atoms, all with occupancy 1 and the one B between 2 and 300 that
 * maximises it. `hint` is a B near the best one, which saves most of the search.
 */
export function fitCoordinates(
  engine: ComputeEngine,
  atoms: AtomTable,
  map: DensityMap,
  options: ModelMapOptions,
  hint?: number | null,
): CoordinateFit {
  const frame = mapFrame(map);
  const heavy: number[] = [];
  for (let atom = 0; atom < atoms.count; atom++) if (!isHydrogenElement(atoms.element[atom]!)) heavy.push(atom);
  if (heavy.length === 0) return { cc: null, b: null };
  const xyz = new Float64Array(3 * heavy.length);
  heavy.forEach((atom, row) => xyz.set(atoms.xyz.subarray(3 * atom, 3 * atom + 3), 3 * row));
  const element = Uint8Array.from(heavy, (atom) => atoms.element[atom]!);
  const mask = computeMolecularMask(frame, xyz, element, heavy.length);
  const factors = computeStructureFactors(
    engine,
    {
      count: heavy.length,
      xyz,
      element,
      occupancy: new Float64Array(heavy.length).fill(1),
      bFactor: new Float64Array(heavy.length),
      anisotropicU: null,
    },
    frame,
    options,
  );
  const known = new Map<number, number | null>();
  const evaluate = (b: number): number | null => {
    let cc = known.get(b);
    if (cc === undefined) {
      const modelMap = mapFromStructureFactors(engine, factors, b);
      cc = correlationOf(sumOverMask(map.values, modelMap, mask));
      engine.memory.free(modelMap);
      known.set(b, cc);
    }
    return cc;
  };
  const result = maximize(evaluate, hint ?? null);
  freeStructureFactors(engine, factors);
  return result;
}

/** Best point of a coarse scan, then golden sections of its neighbourhood. */
function maximize(evaluate: (b: number) => number | null, hint: number | null): CoordinateFit {
  let bracket = hint === null ? null : bracketAround(evaluate, hint);
  if (bracket === null) {
    const values = trialB.map((b) => evaluate(b));
    if (values.some((value) => value === null)) return { cc: null, b: null };
    let best = 0;
    for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
    bracket = [trialB[Math.max(0, best - 1)]!, trialB[Math.min(trialB.length - 1, best + 1)]!];
  }
  let [low, high] = bracket;
  const ratio = (Math.sqrt(5) - 1) / 2;
  let a = high - ratio * (high - low);
  let b = low + ratio * (high - low);
  for (let step = 0; step < goldenSteps; step++) {
    if ((evaluate(a) ?? -1) >= (evaluate(b) ?? -1)) {
      high = b;
      b = a;
      a = high - ratio * (high - low);
    } else {
      low = a;
      a = b;
      b = low + ratio * (high - low);
    }
  }
  const candidates = [low, a, b, high].map((at) => [at, evaluate(at)] as const);
  const [bestB, cc] = candidates.reduce((one, other) => ((other[1] ?? -2) > (one[1] ?? -2) ? other : one));
  return { cc, b: cc === null ? null : bestB };
}

/** The interval around a hint when the hint is better than both ends; null otherwise. */
function bracketAround(evaluate: (b: number) => number | null, hint: number): [number, number] | null {
  const low = Math.max(smallestB, hint / 1.25 - 3);
  const high = Math.min(largestB, hint * 1.25 + 3);
  const middle = evaluate(hint);
  const ends = [evaluate(low), evaluate(high)];
  if (middle === null || ends.includes(null)) return null;
  return middle >= ends[0]! && middle >= ends[1]! ? [low, high] : null;
}
