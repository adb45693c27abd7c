// Scattering factors of two Gaussians, as good as the table's five out to a resolution: density is made in half the time.
import { minimizeLbfgs } from "../math/lbfgs.ts";
import { type FormFactor, formFactor, type ScatteringTable } from "./form-factors.ts";

export interface ReducedFactor extends FormFactor {
  /** Largest deviation from the table's factor up to the resolution, relative to its value at 0. */
  readonly error: number;
}

export interface ElementFactors {
  /** Gaussians of every factor. */
  readonly terms: number;
  /** By element index; null for elements the table does not hold. */
  readonly factors: ReadonlyMap<number, FormFactor | null>;
}

const samples = 40;
const fitIterations = 60;
/** Of log b. */
const fitTolerance = 1e-4;
/** Deviation that no map shows. */
const largestError = 5e-3;

/** Factors of these elements: of two Gaussians where they are good to 0.5 % up to the resolution (Angstrom), else the table's. */
export function elementFactors(table: ScatteringTable, elements: Iterable<number>, resolution: number): ElementFactors {
  const known = new Map<number, FormFactor | null>();
  const reduced = new Map<number, FormFactor | null>();
  let isGood = true;
  for (const element of new Set(elements)) {
    const factor = formFactor(table, element);
    const fit = factor && reduceFormFactor(factor, resolution);
    known.set(element, factor);
    reduced.set(element, fit);
    if (fit !== null && !(fit.error <= largestError)) isGood = false;
  }
  const longest = Math.max(1, ...[...known.values()].map((factor) => factor?.a.length ?? 0));
  return isGood ? { terms: 2, factors: reduced } : { terms: longest, factors: known };
}

/**
 * Least-squares fit by two Gaussians, each sample weighted by the number of terms of a map at its s. What B and blur multiply is the
 * same on both sides, so that one fit serves every B.
 */
export function reduceFormFactor(factor: FormFactor, resolution: number): ReducedFactor {
  const used = factor.a.flatMap((a, k) => (a === 0 ? [] : [{ a, b: factor.b[k]! }]));
  if (used.length <= 2) {
    const two = [0, 1].map((k) => used[k] ?? { a: 0, b: 0 });
    return { a: two.map(({ a }) => a), b: two.map(({ b }) => b), error: 0 };
  }
  const squared = Float64Array.from({ length: samples + 1 }, (_value, at) => (at / samples / resolution) ** 2);
  const values = squared.map((s2) => valueOf(factor, s2));
  const mean = used.reduce((sum, { a, b }) => sum + a * b, 0) / values[0]!;
  const x = Float64Array.of(Math.log(2 * Math.max(1, mean)), Math.log(Math.max(1, mean) / 2));
  const scale = 1e4 / (squared.at(-1)! * values[0]! ** 2);
  minimizeLbfgs(
    (trial, gradient) => {
      const { a, b, residuals } = fitAmplitudes(trial, squared, values);
      gradient.fill(0);
      let sum = 0;
      squared.forEach((s2, at) => {
        const residual = residuals[at]!;
        sum += s2 * residual * residual;
        for (let k = 0; k < 2; k++) {
          // At the best amplitudes their own change does not count.
          gradient[k]! += (scale * s2 * residual * a[k]! * Math.exp((-b[k]! * s2) / 4) * (b[k]! * s2)) / 2;
        }
      });
      return sum * scale;
    },
    x,
    { maximumIterations: fitIterations, maximumStep: 0.3, stepTolerance: fitTolerance },
  );
  const { a, b, residuals } = fitAmplitudes(x, squared, values);
  const error = Math.max(...residuals.map(Math.abs)) / Math.abs(values[0]!);
  return { a, b, error };
}

function valueOf({ a, b }: FormFactor, squared: number): number {
  return a.reduce((sum, amplitude, k) => sum + amplitude * Math.exp((-b[k]! * squared) / 4), 0);
}

/** Best amplitudes for these logarithms of b, by the normal equations. */
function fitAmplitudes(
  logB: Float64Array,
  squared: Float64Array,
  values: Float64Array,
): { a: number[]; b: number[]; residuals: Float64Array } {
  const b = Array.from(logB, Math.exp);
  const [first, second] = b.map((width) => squared.map((s2) => Math.exp((-width * s2) / 4)));
  let [uu, uv, vv, uf, vf] = [0, 0, 0, 0, 0];
  squared.forEach((s2, at) => {
    const u = first![at]!;
    const v = second![at]!;
    uu += s2 * u * u;
    uv += s2 * u * v;
    vv += s2 * v * v;
    uf += s2 * u * values[at]!;
    vf += s2 * v * values[at]!;
  });
  const determinant = uu * vv - uv * uv;
  const a = [(uf * vv - vf * uv) / determinant, (vf * uu - uf * uv) / determinant];
  const residuals = values.map((value, at) => value - a[0]! * first![at]! - a[1]! * second![at]!);
  return { a, b, residuals };
}
