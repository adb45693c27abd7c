// ccMaskCoordinates: how well coordinates alone fit a map, whatever their B factors, occupancies and hydrogens.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { computeMolecularMask } from "../../density/mask.ts";
import { correlateSelection, selectVoxels } from "../../density/statistics.ts";
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
const parabolaSteps = 8;
/** Points nearer than this in log B say the same, and a bracket narrower than this is narrow enough. */
const closestInLog = 0.02;
const narrowInLog = 0.15;

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
  const selection = selectVoxels(map.values, computeMolecularMask(engine, frame, xyz, element, heavy.length));
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
      cc = correlateSelection(selection, modelMap);
      engine.memory.free(modelMap);
      known.set(b, cc);
    }
    return cc;
  };
  const result = maximize(evaluate, hint ?? null);
  freeStructureFactors(engine, factors);
  return result;
}

/** Best point of a coarse scan, then parabolas in its neighbourhood. */
function maximize(evaluate: (b: number) => number | null, hint: number | null): CoordinateFit {
  let bracket = hint === null ? null : bracketAround(evaluate, hint);
  if (bracket === null) {
    const values = trialB.map((b) => evaluate(b));
    if (values.some((value) => value === null)) return { cc: null, b: null };
    let best = 0;
    for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
    const low = trialB[Math.max(0, best - 1)]!;
    const high = trialB[Math.min(trialB.length - 1, best + 1)]!;
    const isInner = best > 0 && best < trialB.length - 1;
    bracket = [low, isInner ? trialB[best]! : Math.sqrt(low * high), high];
  }
  return climb(evaluate, bracket);
}

interface Point {
  readonly x: number;
  readonly cc: number;
}

type Bracket = readonly [low: number, middle: number, high: number];

/** Successive parabolas through the best three points, each new point kept off the known ones; all in log B. */
function climb(evaluate: (b: number) => number | null, bracket: Bracket): CoordinateFit {
  const points: Point[] = bracket.map((b) => ({ x: Math.log(b), cc: evaluate(b) ?? -1 }));
  for (let step = 0; step < parabolaSteps; step++) {
    points.sort((one, other) => one.x - other.x);
    let at = 0;
    for (let index = 1; index < points.length; index++) if (points[index]!.cc > points[at]!.cc) at = index;
    if (at === 0 || at === points.length - 1) break;
    const [left, best, right] = points.slice(at - 1, at + 2) as [Point, Point, Point];
    const a = (best.cc - left.cc) / (best.x - left.x);
    const b = (right.cc - best.cc) / (right.x - best.x);
    if (right.x - left.x < narrowInLog) break;
    let top = (left.x + best.x) / 2 + (a / (a - b)) * ((right.x - left.x) / 2);
    if (!Number.isFinite(top) || Math.abs(top - best.x) < closestInLog) {
      // The parabola has nothing new to say: narrow the wider side.
      const isLeftWider = best.x - left.x > right.x - best.x;
      top = best.x + 0.25 * ((isLeftWider ? left.x : right.x) - best.x);
    }
    points.push({ x: top, cc: evaluate(Math.exp(top)) ?? -1 });
  }
  const best = points.reduce((one, other) => (other.cc > one.cc ? other : one));
  return { cc: best.cc, b: Math.exp(best.x) };
}

/** The interval around a hint when the hint is better than both ends; null otherwise. */
function bracketAround(evaluate: (b: number) => number | null, hint: number): Bracket | null {
  const low = Math.max(smallestB, hint / 1.25 - 3);
  const high = Math.min(largestB, hint * 1.25 + 3);
  const middle = evaluate(hint);
  const ends = [evaluate(low), evaluate(high)];
  if (middle === null || ends.includes(null)) return null;
  return middle >= ends[0]! && middle >= ends[1]! ? [low, hint, high] : null;
}
