// Directional resolution of half maps whose signal falls off differently along an axis.
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/rng.ts";
import { createRunContext } from "../../base/run-context.ts";
import { pairedLimits, rowOf } from "../../density/fourier-sums.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { mapOfSpectrum, transformValues } from "../../density/map-transform.ts";
import { createEngine } from "../../kernels/engine.ts";
import { computeDirectionalFsc } from "./directional-fsc.ts";

const engine = createEngine();
const points = 64;
const box: Omit<DensityMap, "values"> = {
  size: [points, points, points],
  start: [0, 0, 0],
  sampling: [points, points, points],
  cell: { a: 64, b: 64, c: 64, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
};
const strength = 30;

/** White noise damped by exp(-B s^2 / 4) across and by another B along the axis, with the noise of two halves added. */
function halfMaps(across: number, along: number, axis: readonly [number, number, number]) {
  const rng = createRng(5);
  const white = () => Float32Array.from({ length: points ** 3 }, () => rng.normal());
  const frame = mapFrame(box);
  const spectrum = transformValues(engine, white(), frame.size);
  const limits = pairedLimits(frame.size);
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      for (let h = 0; h <= limits.h; h++) {
        const part = (h * axis[0] + k * axis[1] + l * axis[2]) / points;
        const squared = (h * h + k * k + l * l) / points ** 2;
        const factor = Math.exp(-(across * (squared - part * part) + along * part * part) / 4);
        spectrum.re[rowOf(spectrum, k, l) + h]! *= factor;
        spectrum.im[rowOf(spectrum, k, l) + h]! *= factor;
      }
    }
  }
  const signal = mapOfSpectrum(engine, spectrum);
  const half = (): DensityMap => {
    const noise = white();
    return { ...box, values: signal.map((value, at) => strength * value + noise[at]!) };
  };
  return { first: half(), second: half() };
}

/** FSC = S / (1 + S) with S = strength^2 exp(-B s^2 / 2) is 0.143 where S = 1 / 6. */
const expected = (b: number): number => Math.sqrt(b / (2 * Math.log(6 * strength * strength)));

describe("a signal with B of 200 across and 400 along a slanted axis", () => {
  const axis = [0.6, 0, 0.8] as const;
  const context = createRunContext();
  const result = computeDirectionalFsc(engine, halfMaps(200, 400, axis), {}, context)!;

  test("has the resolutions of its B along the principal axes", () => {
    const [fine, , coarse] = result.principal;
    expect(Math.abs(fine!.resolution / expected(200) - 1)).toBeLessThan(0.05);
    expect(Math.abs(coarse!.resolution / expected(400) - 1)).toBeLessThan(0.07);
    const cosine = Math.abs(coarse!.axis[0] * axis[0] + coarse!.axis[1] * axis[1] + coarse!.axis[2] * axis[2]);
    expect(cosine).toBeGreaterThan(0.995);
    expect(result.explained).toBeGreaterThan(0.9);
  });

  test("is worst along the axis and best across it", () => {
    const cosine = ({ direction }: { direction: readonly number[] }) =>
      Math.abs(direction[0]! * axis[0] + direction[2]! * axis[2]);
    const worst = result.perDirection.find(({ d0143 }) => d0143 === result.worst)!;
    const best = result.perDirection.find(({ d0143 }) => d0143 === result.best)!;
    expect(cosine(worst)).toBeGreaterThan(0.9);
    expect(cosine(best)).toBeLessThan(0.4);
    expect(result.perDirection).toHaveLength(100);
  });

  test("is said to have a preferred orientation", () => {
    expect(result.hasPreferredOrientation).toBe(true);
    expect(context.diagnostics.entries.map(({ code }) => code)).toEqual(["PREFERRED_ORIENTATION"]);
  });
});

test("a signal that is alike in all directions has none", () => {
  const context = createRunContext();
  const result = computeDirectionalFsc(engine, halfMaps(250, 250, [0, 0, 1]), {}, context)!;
  expect(Math.abs(result.mean / expected(250) - 1)).toBeLessThan(0.03);
  expect(result.anisotropy).toBeLessThan(1.05);
  expect(result.sd).toBeLessThan(0.05 * result.mean);
  expect(result.hasPreferredOrientation).toBe(false);
  expect(context.diagnostics.entries).toEqual([]);
});

test("identical half maps reach Nyquist everywhere, noise has no resolution", () => {
  const { first } = halfMaps(250, 250, [0, 0, 1]);
  const same = computeDirectionalFsc(engine, { first, second: first }, {}, createRunContext())!;
  expect(same.perDirection.every(({ atNyquist, d0143 }) => atNyquist && Math.abs(d0143! - 2) < 1e-9)).toBe(true);
  const rng = createRng(1);
  const noise = () => ({ ...box, values: first.values.map(() => rng.normal()) });
  expect(computeDirectionalFsc(engine, { first: noise(), second: noise() }, {}, createRunContext())).toBeNull();
});
