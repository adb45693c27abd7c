// Names the suite of an RNA backbone: which cluster of seven torsions it belongs to, and how well.
import { type SuiteAngle, type SuiteCluster, type SuiteTable, suiteAngles } from "../../chemistry/suite-tables.ts";

/** What a suite is called when it belongs to no cluster, and when torsions are missing. */
export const suiteOutlier = "!!";
export const suiteIncomplete = "__";

/** Why a suite is an outlier: a torsion beyond what backbones do, no cluster near, or a bin without clusters. */
export type SuiteIssue = SuiteAngle | "distance" | "vacant";

export interface SuiteAssignment {
  /** Name of the cluster, "!!" or "__". */
  readonly suite: string;
  /** Puckers and range of gamma, e.g. "33 p"; null without. */
  readonly bin: string | null;
  /** 0.01 to 1 in a cluster, 0 for outliers, null for incomplete suites. */
  readonly suiteness: number | null;
  /** In half-widths from the centre of the cluster chosen or the nearest one; null without. */
  readonly distance: number | null;
  /** Name of that cluster. */
  readonly nearest: string | null;
  readonly issue: SuiteIssue | null;
}

type Range = readonly [from: number, to: number];

const deltaRanges: readonly (readonly [Range, string])[] = [
  [[60, 105], "3"],
  [[125, 165], "2"],
];
const gammaRanges: readonly (readonly [Range, string])[] = [
  [[20, 95], "p"],
  [[140, 215], "t"],
  [[260, 335], "m"],
];
const limits: Readonly<Record<"epsilon-1" | "alpha" | "beta" | "zeta-1", Range>> = {
  "epsilon-1": [155, 310],
  alpha: [25, 335],
  beta: [50, 290],
  "zeta-1": [25, 335],
};
/** Membership is decided in zeta and epsilon of the residue before, alpha and beta: the others have chosen the bin. */
const firstOfFour = 1;
const endOfFour = 5;
const least = 0.01;

/**
 * Assigns a suite from its seven torsions (degrees, 0 to 360; null where one is missing) as suitename does (Richardson et al.
 * 2008, RNA 14, 465).
 */
export function assignSuite(angles: readonly (number | null)[], table: SuiteTable): SuiteAssignment {
  const none = { bin: null, distance: null, nearest: null };
  const known = angles.filter((angle) => angle !== null);
  if (known.length < suiteAngles.length) return { suite: suiteIncomplete, suiteness: null, issue: null, ...none };
  const chosen = chooseBin(known);
  if ("issue" in chosen) return { suite: suiteOutlier, suiteness: 0, issue: chosen.issue, ...none };
  const { bin } = chosen;
  const clusters = table.bins.get(bin) ?? [];
  const near = clusters.map((cluster) => ({ cluster, distance: distanceInFour(known, cluster, table.widths) }));
  const nearest = closest(near);
  if (nearest === undefined) return { suite: suiteOutlier, suiteness: 0, issue: "vacant", ...none, bin };
  const candidates = near.filter(({ distance }) => distance < 1);
  const { cluster } = candidates.length > 1 ? chooseCluster(known, candidates, table.widths) : nearest;
  const distance = hyperellipsoid(known, cluster.angles, table.widths, [0, suiteAngles.length]);
  const isMember = distance <= 1;
  return {
    suite: isMember ? cluster.name : suiteOutlier,
    bin,
    suiteness: isMember ? Math.max(least, (1 + Math.cos(Math.PI * distance)) / 2) : 0,
    distance,
    nearest: cluster.name,
    issue: isMember ? null : "distance",
  };
}

/** The bin of a suite, or the first torsion that no suite has; the order is that of suitename. */
function chooseBin(angles: readonly number[]): { readonly bin: string } | { readonly issue: SuiteIssue } {
  const at = (name: SuiteAngle): number => angles[suiteAngles.indexOf(name)]!;
  const isWithin = (name: keyof typeof limits): boolean => inRange(at(name), limits[name]);
  const classOf = (name: SuiteAngle, ranges: typeof deltaRanges): string | undefined =>
    ranges.find(([range]) => inRange(at(name), range))?.[1];
  if (!isWithin("epsilon-1")) return { issue: "epsilon-1" };
  const before = classOf("delta-1", deltaRanges);
  if (before === undefined) return { issue: "delta-1" };
  const own = classOf("delta", deltaRanges);
  if (own === undefined) return { issue: "delta" };
  const gamma = classOf("gamma", gammaRanges);
  if (gamma === undefined) return { issue: "gamma" };
  for (const name of ["alpha", "beta", "zeta-1"] as const) if (!isWithin(name)) return { issue: name };
  return { bin: `${before}${own} ${gamma}` };
}

function inRange(angle: number, [from, to]: Range): boolean {
  return angle >= from && angle <= to;
}

interface Candidate {
  readonly cluster: SuiteCluster;
  readonly distance: number;
}

function closest(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) if (best === undefined || candidate.distance < best.distance) best = candidate;
  return best;
}

/** The nearest cluster, except that between a dominant cluster and its satellite both are measured by widths of their own. */
function chooseCluster(
  angles: readonly number[],
  candidates: readonly Candidate[],
  widths: readonly number[],
): Candidate {
  const dominant = candidates.find(({ cluster }) => cluster.role === "dominant");
  const other = closest(candidates.filter(({ cluster }) => cluster.role !== "dominant"))!;
  if (dominant === undefined) return other;
  const [large, small] = [dominant.cluster, other.cluster];
  if (small.role === "satellite" && liesBetween(angles, large.angles, small.angles)) {
    const toLarge = distanceInFour(angles, large, small.dominantWidths ?? widths);
    const toSmall = distanceInFour(angles, small, small.satelliteWidths ?? widths);
    return toLarge < toSmall ? dominant : other;
  }
  return dominant.distance < other.distance ? dominant : other;
}

/** Whether a point's foot on the line through two centres is between them. */
function liesBetween(point: readonly number[], a: readonly number[], b: readonly number[]): boolean {
  let fromA = 0;
  let fromB = 0;
  for (let k = firstOfFour; k < endOfFour; k++) {
    const along = b[k]! - a[k]!;
    fromA += (point[k]! - a[k]!) * along;
    fromB += (b[k]! - point[k]!) * along;
  }
  return fromA > 0 && fromB > 0;
}

function distanceInFour(angles: readonly number[], cluster: SuiteCluster, widths: readonly number[]): number {
  return hyperellipsoid(angles, cluster.angles, widths, [firstOfFour, endOfFour]);
}

function hyperellipsoid(
  angles: readonly number[],
  centre: readonly number[],
  widths: readonly number[],
  [from, to]: Range,
): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += Math.abs((angles[k]! - centre[k]!) / widths[k]!) ** 3;
  return Math.cbrt(sum);
}
