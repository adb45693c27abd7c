// Fourier shell correlation from fine bins: shells, smoothing, and the resolution where a curve falls below a value.
import { solveLinear } from "../math/solve.ts";
import { type FourierSums, totalOf } from "./fourier-sums.ts";

/** Shells from low to high resolution. */
export interface FscCurve {
  /** Mean |s| of the shell's terms, per Angstrom. */
  readonly s: readonly number[];
  readonly fsc: readonly number[];
  /** After Savitzky and Golay; crossings are looked for here. */
  readonly smoothed: readonly number[];
  /** Terms, h and -h counted once. */
  readonly count: readonly number[];
}

/** Least terms of a shell by d, and least width in d (cctbx's mixed bins). */
const termsBeyond10 = 100;
const termsBeyond5 = 250;
const termsOfOthers = 500;
const leastWidth = 0.005;
/** Shells that a small box has at least, where that leaves 100 terms in each. */
const fewestOfSmallBox = 250;
/** Shells of d above this stay as they are. */
const smoothedBelow = 15;
const halfWindow = 10;
const fewestShells = 10;

/** FSC = sum Re(F1 F2*) / sqrt(sum |F1|^2 sum |F2|^2) per shell; null where one of the maps has no terms at all. */
export function fscCurve(sums: FourierSums): FscCurve | null {
  if (!(totalOf(sums.first) > 0) || !(totalOf(sums.second) > 0)) return null;
  return curveOfShells(mixedShells(sums));
}

export interface Shell {
  count: number;
  frequency: number;
  first: number;
  second: number;
  product: number;
}

/**
 * Shells of at least 100, 250 or 500 terms (d above 10, above 5, below) and 0.005 Angstrom; what is left joins the last one.
 * Boxes of few terms get smaller shells, not below 100.
 */
function mixedShells(sums: FourierSums): Shell[] {
  const most = Math.max(termsBeyond10, totalOf(sums.count) / fewestOfSmallBox);
  const isFull = ({ count, frequency }: Shell, begin: number, end: number): boolean => {
    const d = count / frequency;
    const wanted = Math.min(most, d > 10 ? termsBeyond10 : d > 5 ? termsBeyond5 : termsOfOthers);
    return count >= wanted && (begin === 0 || 1 / begin - 1 / end >= leastWidth);
  };
  return gatherShells(sums, isFull);
}

/** Shells of one width in |s| (per Angstrom). */
export function evenShells(sums: FourierSums, width: number): Shell[] {
  return gatherShells(sums, ({ count }, begin, end) => count > 0 && end - begin >= width * (1 - 1e-6));
}

function gatherShells(sums: FourierSums, isFull: (shell: Shell, begin: number, end: number) => boolean): Shell[] {
  const shells: Shell[] = [];
  let shell = emptyShell();
  let begin = 0;
  for (let bin = 0; bin < sums.count.length; bin++) {
    if (sums.count[bin] === 0) continue;
    shell.count += sums.count[bin]!;
    shell.frequency += sums.frequency[bin]!;
    shell.first += sums.first[bin]!;
    shell.second += sums.second[bin]!;
    shell.product += sums.product[bin]!;
    const end = (bin + 1) * sums.width;
    if (!isFull(shell, begin, end)) continue;
    shells.push(shell);
    shell = emptyShell();
    begin = end;
  }
  if (shell.count > 0) {
    const last = shells.at(-1);
    if (last === undefined) shells.push(shell);
    else for (const key of Object.keys(last) as (keyof Shell)[]) last[key] += shell[key];
  }
  return shells;
}

function emptyShell(): Shell {
  return { count: 0, frequency: 0, first: 0, second: 0, product: 0 };
}

export function curveOfShells(shells: readonly Shell[]): FscCurve {
  const s = shells.map(({ count, frequency }) => frequency / count);
  const fsc = shells.map(correlationOfShell);
  return { s, fsc, smoothed: smooth(s, fsc), count: shells.map(({ count }) => count) };
}

/** 0 for a shell in which one of the maps has no terms. */
export function correlationOfShell({ first, second, product }: Shell): number {
  const norm = Math.sqrt(first * second);
  return norm > 0 ? Math.max(-1, Math.min(1, product / norm)) : 0;
}

/** Quadratic Savitzky-Golay filter over 21 shells, mirrored at the ends; shells beyond 15 Angstrom are left alone. */
export function smooth(s: readonly number[], values: readonly number[]): number[] {
  const begin = Math.max(
    0,
    s.findIndex((frequency) => frequency >= 1 / smoothedBelow),
  );
  const part = values.slice(begin);
  if (part.length <= fewestShells) return [...values];
  const m = Math.min(halfWindow, (part.length - 1) >> 1);
  const norm = (2 * m - 1) * (2 * m + 1) * (2 * m + 3);
  const weights = Array.from(
    { length: 2 * m + 1 },
    (_w, at) => (3 * (3 * m * m + 3 * m - 1 - 5 * (at - m) ** 2)) / norm,
  );
  const last = part.length - 1;
  const mirrored = (at: number): number => part[at < 0 ? -at : at > last ? 2 * last - at : at]!;
  const filtered = part.map((_value, at) =>
    weights.reduce((sum, weight, row) => sum + weight * mirrored(at + row - m), 0),
  );
  return [...values.slice(0, begin), ...filtered];
}

/** Resolution in Angstrom where a curve falls below a value. */
export interface Crossing {
  /** By a parabola through the smoothed shells around; null where the curve begins below the value or never falls below it. */
  readonly d: number | null;
  /** Straight between the two shells of the curve as it is. */
  readonly raw: number | null;
}

export function crossingOf(curve: FscCurve, value: number): Crossing {
  return { d: smoothedCrossing(curve, value), raw: rawCrossing(curve, value) };
}

function rawCrossing({ s, fsc }: FscCurve, value: number): number | null {
  const at = fsc.findIndex((correlation) => correlation < value);
  if (at <= 0) return null;
  const [above, below] = [fsc[at - 1]!, fsc[at]!];
  return 1 / (s[at - 1]! + ((above - value) / (above - below)) * (s[at]! - s[at - 1]!));
}

const neighbours = 5;
/** A root of the parabola farther than this from the shell, Angstrom, is not the crossing. */
const farthestRoot = 0.25;

function smoothedCrossing({ s, smoothed }: FscCurve, value: number): number | null {
  const at = smoothed.findIndex((correlation) => correlation < value);
  if (at <= 0) return null;
  const begin = Math.max(0, at - neighbours);
  const end = Math.min(s.length, at + neighbours + 1);
  const middle = s[at]!;
  const d = 1 / middle;
  const roots = rootsOf(
    s.slice(begin, end).map((frequency) => frequency - middle),
    smoothed.slice(begin, end).map((correlation) => correlation - value),
  );
  const candidates = roots.filter((root) => root + middle > 0).map((root) => 1 / (root + middle));
  candidates.sort((one, other) => Math.abs(one - d) - Math.abs(other - d));
  const [nearest] = candidates;
  return nearest !== undefined && Math.abs(nearest - d) <= farthestRoot ? nearest : d;
}

/** Zeros of the parabola of least squares through the points. */
function rootsOf(x: readonly number[], y: readonly number[]): number[] {
  if (x.length < 3) return [];
  const scale = Math.max(...x.map(Math.abs)) || 1;
  const moment = (power: number): number => x.reduce((sum, value) => sum + (value / scale) ** power, 0);
  const m = [0, 1, 2, 3, 4].map(moment);
  const v = [0, 1, 2].map((power) => x.reduce((sum, value, at) => sum + (value / scale) ** power * y[at]!, 0));
  const solution = solveLinear(
    [0, 1, 2].flatMap((row) => m.slice(row, row + 3)),
    v,
  );
  if (solution === null) return [];
  const [c, b, a] = solution as [number, number, number];
  if (Math.abs(a) < 1e-12) return Math.abs(b) < 1e-12 ? [] : [(-c / b) * scale];
  const discriminant = b * b - 4 * a * c;
  if (!(discriminant >= 0)) return [];
  return [-1, 1].map((sign) => ((-b + sign * Math.sqrt(discriminant)) / (2 * a)) * scale);
}
