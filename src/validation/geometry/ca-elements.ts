// Helices and strands along a trace of CA atoms, by lengths and directions of vectors between residues a few places apart.
import { dot, lengthOf, minus, plus, type Vector3 } from "../../math/vector3.ts";

function toDirection(a: Vector3): Vector3 {
  const size = Math.max(1e-10, lengthOf(a));
  return [a[0] / size, a[1] / size, a[2] / size];
}

/** What the vectors of one kind of element must be like; lengths in Angstrom. */
export interface ElementRule {
  readonly kind: "helix" | "strand";
  /** The vector of a residue runs to the mean of the CA this many places on. */
  readonly partners: readonly number[];
  /** Places beyond the last vector's residue that belong to the element. */
  readonly reach: number;
  readonly fewest: number;
  readonly size: number;
  readonly sizeTolerance: number;
  /** Cosine between successive vectors, and between each and their mean direction. */
  readonly cosine: number;
  /** Mean cosine between steps from CA to CA and the direction of the element. */
  readonly stepCosine: number;
  /** Distance of CA three places apart, and its tolerance. */
  readonly third?: readonly [number, number];
  /** Elements that run back after fewer places than this lose their ends there. */
  readonly fewestBetween: number;
}

/** Rises per residue of 1.54, 2.0, 0.95 and 3.3 Angstrom: alpha, 3-10 and pi helix, strand; in order of precedence. */
const elementRules: readonly ElementRule[] = [
  {
    kind: "helix",
    partners: [3, 4],
    reach: 4,
    fewest: 6,
    size: 3.5 * 1.54,
    sizeTolerance: 3.5 * 0.13,
    cosine: 0.94,
    stepCosine: 0.3,
    fewestBetween: 0,
  },
  {
    kind: "helix",
    partners: [3],
    reach: 3,
    fewest: 6,
    size: 3 * 2,
    sizeTolerance: 3 * 0.5,
    cosine: 0.9,
    stepCosine: 0.5,
    fewestBetween: 0,
  },
  {
    kind: "helix",
    partners: [4],
    reach: 4,
    fewest: 6,
    size: 4 * 0.95,
    sizeTolerance: 4 * 0.5,
    cosine: 0.9,
    stepCosine: 0.1,
    fewestBetween: 0,
  },
  {
    kind: "strand",
    partners: [2],
    reach: 2,
    fewest: 4,
    size: 2 * 3.3,
    sizeTolerance: 2 * 0.3,
    cosine: 0.75,
    stepCosine: 0.5,
    third: [10, 1.5],
    fewestBetween: 3,
  },
];

/** First and last place of an element in its trace. */
export interface Element {
  readonly kind: "helix" | "strand";
  readonly first: number;
  readonly last: number;
}

/** Vectors of all places of a trace under one rule. */
interface Trace {
  readonly sites: readonly Vector3[];
  readonly rule: ElementRule;
  readonly directions: readonly Vector3[];
  readonly sizes: readonly number[];
}

/** First and last place that has a vector. */
interface Run {
  first: number;
  last: number;
}

/** Elements of an unbroken trace; no residue belongs to two. */
export function findElements(sites: readonly Vector3[]): Element[] {
  const taken = new Uint8Array(sites.length);
  const elements: Element[] = [];
  for (const rule of elementRules) {
    for (const run of findRuns(sites, rule)) {
      const free = firstFreeStretch(taken, run.first, run.last + rule.reach);
      if (free === null) continue;
      const isWhole = free.first === run.first && free.last === run.last + rule.reach;
      if (!isWhole && !isElement(makeTrace(sites.slice(free.first, free.last + 1), rule))) continue;
      taken.fill(1, free.first, free.last + 1);
      elements.push({ kind: rule.kind, ...free });
    }
  }
  return elements;
}

function firstFreeStretch(taken: Uint8Array, first: number, last: number): Run | null {
  let begin = first;
  while (begin <= last && taken[begin] === 1) begin++;
  if (begin > last) return null;
  let end = begin;
  while (end < last && taken[end + 1] === 0) end++;
  return { first: begin, last: end };
}

function makeTrace(sites: readonly Vector3[], rule: ElementRule): Trace {
  const furthest = rule.kind === "helix" ? 4 : 2;
  const vectors = sites.slice(0, Math.max(0, sites.length - furthest)).map((site, at) => {
    const sum = rule.partners.reduce((total: Vector3, partner) => plus(total, sites[at + partner]!), [0, 0, 0]);
    const count = rule.partners.length;
    return minus([sum[0] / count, sum[1] / count, sum[2] / count], site);
  });
  return { sites, rule, directions: vectors.map(toDirection), sizes: vectors.map(lengthOf) };
}

function findRuns(sites: readonly Vector3[], rule: ElementRule): Run[] {
  const trace = makeTrace(sites, rule);
  let runs = alongDirection(trace, likeRuns(trace));
  runs = joinRuns(sites, rule, runs);
  runs = shortenHairpins(sites, rule, runs);
  runs = joinRuns(sites, rule, runs);
  return runs.filter((run) => isElement(makeTrace(partOf(sites, rule, run), rule)));
}

function partOf(sites: readonly Vector3[], { reach }: ElementRule, { first, last }: Run): Vector3[] {
  return sites.slice(first, last + reach + 1);
}

function isLongEnough({ first, last }: Run, { reach, fewest }: ElementRule): boolean {
  return last + reach + 1 - first >= fewest;
}

/** Longest stretches of vectors of the right length, each nearly parallel to the one before. */
function likeRuns({ sites, rule, directions, sizes }: Trace): Run[] {
  const isLike = (at: number): boolean => Math.abs(sizes[at]! - rule.size) <= rule.sizeTolerance;
  const isThirdLike = (at: number): boolean => {
    if (rule.third === undefined || at + 3 >= sites.length) return true;
    return Math.abs(lengthOf(minus(sites[at + 3]!, sites[at]!)) - rule.third[0]) <= rule.third[1];
  };
  const runs: Run[] = [];
  for (let at = 0; at < sizes.length; at++) {
    if (!isLike(at)) continue;
    const run = { first: at, last: at };
    while (
      run.last + 1 < sizes.length &&
      isLike(run.last + 1) &&
      isThirdLike(run.last + 1) &&
      dot(directions[run.last + 1]!, directions[run.last]!) >= rule.cosine
    ) {
      run.last++;
    }
    at = run.last;
    runs.push(run);
  }
  return runs.filter((run) => isLongEnough(run, rule));
}

/** The last vector is left out, as in cctbx: borderline elements follow from it. */
function meanDirection(directions: readonly Vector3[]): Vector3 {
  const first = directions.slice(0, Math.max(1, directions.length - 1));
  return toDirection(first.reduce((sum: Vector3, direction) => plus(sum, direction), [0, 0, 0]));
}

/** Takes out, twice, what points away from the mean direction of its run. */
function alongDirection({ rule, directions }: Trace, found: readonly Run[]): Run[] {
  let runs = [...found];
  for (let round = 0; round < 2; round++) {
    runs = runs.flatMap((run) => {
      const mean = meanDirection(directions.slice(run.first, run.last + 1));
      const parts: Run[] = [];
      for (let at = run.first; at <= run.last; at++) {
        if (dot(directions[at]!, mean) < rule.cosine) continue;
        const part = parts[parts.length - 1];
        if (part && part.last === at - 1) part.last = at;
        else parts.push({ first: at, last: at });
      }
      return parts.filter((part) => isLongEnough(part, rule));
    });
  }
  return runs;
}

/** Neighbours that overlap or touch become one where the whole is an element. */
function joinRuns(sites: readonly Vector3[], rule: ElementRule, found: readonly Run[]): Run[] {
  const runs: Run[] = [];
  for (const run of found) {
    const before = runs[runs.length - 1];
    const whole = before && { first: before.first, last: run.last };
    if (
      before &&
      whole &&
      run.first <= before.last + rule.reach + 1 &&
      isElement(makeTrace(partOf(sites, rule, whole), rule))
    ) {
      before.last = run.last;
    } else runs.push({ ...run });
  }
  return runs;
}

/** Takes the residues of a tight turn from the ends of two elements that run in opposite directions. */
function shortenHairpins(sites: readonly Vector3[], rule: ElementRule, found: readonly Run[]): Run[] {
  let runs = found.map((run) => ({ ...run }));
  for (let at = 0; at + 1 < runs.length; at++) {
    const [before, after] = [runs[at]!, runs[at + 1]!];
    const between = after.first - before.last - rule.reach;
    const cut = Math.floor((between + 1) / 2);
    if (between >= rule.fewestBetween || cut <= 0) continue;
    const directionOf = (run: Run): Vector3 => meanDirection(makeTrace(partOf(sites, rule, run), rule).directions);
    if (dot(directionOf(before), directionOf(after)) > 0) continue;
    before.last -= cut;
    after.first += cut;
  }
  runs = runs.filter(({ first, last }) => last >= first);
  return runs.filter((run) => isElement(makeTrace(partOf(sites, rule, run), rule)));
}

/** Whether all of a trace is one element: length, mean rise, straightness, direction of its steps. */
function isElement({ sites, rule, directions, sizes }: Trace): boolean {
  if (sites.length < rule.fewest || directions.length === 0) return false;
  const mean = meanDirection(directions);
  const meanOf = (numbers: readonly number[]): number =>
    numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const steps = sites.slice(1).map((site, at) => toDirection(minus(site, sites[at]!)));
  if (meanOf(directions.map((direction) => dot(direction, mean))) < rule.cosine) return false;
  if (Math.abs(meanOf(sizes) - rule.size) > rule.sizeTolerance) return false;
  if (meanOf(steps.map((step) => dot(step, mean))) < rule.stepCosine) return false;
  if (rule.third === undefined) return true;
  const thirds = sites.slice(3).map((site, at) => lengthOf(minus(site, sites[at]!)));
  return Math.min(...thirds) >= rule.third[0] - rule.third[1];
}
