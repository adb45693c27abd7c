// Where Q-scores look: shells, points spread over them, and the Gaussian they are compared with.
import type { DirectionSets, ShellRules } from "../../kernels/reference/q-score.ts";

/** Whose way of choosing points: that of mapq (Pintilie et al. 2020), or the shorter one of cctbx. */
export type QScoreRule = "mapq" | "cctbx";

const shellStep = 0.1;
const shellCount = 20;
/** Radius of the outermost shell, Angstrom. */
export const outermostShell = 2;

/** mapq: points wanted per shell, and how many larger and larger sets of points are tried. */
const wantedPoints = 8;
const tries = 50;
const mapqRejection = 0.9;
/** cctbx: one set of points, and a point belongs to the nearest atom. */
const fixedPoints = 32;

/** `count` directions along a spiral from pole to pole (Saff & Kuijlaars 1997, Math. Intelligencer 19, 5); three numbers each. */
export function spiralDirections(count: number): Float64Array {
  const xyz = new Float64Array(3 * count);
  let theta = 0;
  for (let k = 0; k < count; k++) {
    const h = -1 + (2 * k) / (count - 1);
    const isPole = k === 0 || k === count - 1;
    theta = isPole ? 0 : (theta + 3.6 / Math.sqrt(count * (1 - h * h))) % (2 * Math.PI);
    const sine = isPole ? 0 : Math.sqrt(1 - h * h);
    xyz.set([sine * Math.cos(theta), sine * Math.sin(theta), h], 3 * k);
  }
  return xyz;
}

function directionSets(counts: readonly number[]): DirectionSets {
  const start = new Int32Array(counts.length + 1);
  counts.forEach((count, set) => {
    start[set + 1] = start[set]! + count;
  });
  const xyz = new Float64Array(3 * start[counts.length]!);
  counts.forEach((count, set) => xyz.set(spiralDirections(count), 3 * start[set]!));
  return { start, xyz };
}

/** Shells, points and Gaussians of these widths (Angstrom) by a rule. */
export function qScoreRules(rule: QScoreRule, sigmas: readonly number[]): ShellRules {
  const isMapq = rule === "mapq";
  const shells = Float64Array.from({ length: shellCount }, (_value, shell) => shellStep * (shell + 1));
  const profile = (sigma: number): number[] => [0, ...shells].map((radius) => Math.exp(-0.5 * (radius / sigma) ** 2));
  return {
    shells,
    profiles: Float64Array.from(sigmas.flatMap(profile)),
    directions: directionSets(
      isMapq ? Array.from({ length: tries }, (_value, attempt) => wantedPoints + 2 * attempt) : [fixedPoints],
    ),
    rejection: isMapq ? mapqRejection : 1,
    leastPoints: isMapq ? wantedPoints : 1,
    centreWeight: isMapq ? wantedPoints : 0,
  };
}
