// Terms of a model out to the corner of the box against their definition, summed atom by atom.
import { expect, test } from "vitest";
import { gasPeptide } from "../../test/support/gas-peptide.ts";
import { cornerFrequency, pairedLimits, rowOf } from "../density/fourier-sums.ts";
import { type MapFrame, mapFrame } from "../density/map.ts";
import { createEngine } from "../kernels/engine.ts";
import { formFactor } from "./form-factors.ts";
import { computeModelTerms, type ModelTerms } from "./model-terms.ts";

const engine = createEngine();
const { atoms } = gasPeptide();

/** sum f q exp(-B s^2 / 4) exp(2 pi i s r), conjugate as the engine's transform has it. */
function exactTerm(frame: MapFrame, b: number, [h, k, l]: readonly [number, number, number]): [number, number] {
  const f = frame.fractionalization;
  const s = [h * f[0] + k * f[3] + l * f[6], h * f[1] + k * f[4] + l * f[7], h * f[2] + k * f[5] + l * f[8]];
  const squared = s[0]! ** 2 + s[1]! ** 2 + s[2]! ** 2;
  let [re, im] = [0, 0];
  for (let atom = 0; atom < atoms.count; atom++) {
    const factor = formFactor("electron", atoms.element[atom]!)!;
    const amplitude = factor.a.reduce((sum, a, row) => sum + a * Math.exp((-(factor.b[row]! + b) * squared) / 4), 0);
    const phase = [0, 1, 2].reduce(
      (sum, axis) => sum + s[axis]! * (atoms.xyz[3 * atom + axis]! - frame.corner[axis]!),
      0,
    );
    re += amplitude * Math.cos(2 * Math.PI * phase);
    im -= amplitude * Math.sin(2 * Math.PI * phase);
  }
  return [re, im];
}

/** Root mean square error relative to the terms themselves, over terms beyond the Nyquist limit of the axes. */
function errorInCorners(frame: MapFrame, terms: ModelTerms, b: number): number {
  const { h: highest, k: second, l: third } = pairedLimits(frame.size);
  let [errors, squares] = [0, 0];
  for (let l = third - 3; l <= third; l++) {
    for (let k = -second; k <= second; k += 3) {
      for (let h = highest - 2; h <= highest; h++) {
        const [re, im] = exactTerm(frame, b, [h, k, l]);
        const f = frame.fractionalization;
        const s = Math.hypot(h * f[0] + k * f[3] + l * f[6], k * f[4] + l * f[7], l * f[8]);
        const at = rowOf(terms.spectrum, k, l) + h;
        const scale = Math.exp((terms.blur * s * s) / 4);
        errors += (scale * terms.spectrum.re[at]! - re) ** 2 + (scale * terms.spectrum.im[at]! - im) ** 2;
        squares += re * re + im * im;
      }
    }
  }
  return Math.sqrt(errors / squares);
}

const boxes = {
  cube: mapFrame({
    size: [24, 24, 24],
    start: [-2, 0, 1],
    sampling: [24, 24, 24],
    cell: { a: 24, b: 24, c: 24, alpha: 90, beta: 90, gamma: 90 },
    offset: [0, 0, 0.3],
  }),
  "triclinic box of uneven voxels": mapFrame({
    size: [30, 25, 20],
    start: [0, 0, 0],
    sampling: [30, 25, 20],
    cell: { a: 27, b: 25, c: 26, alpha: 80, beta: 85, gamma: 95 },
    offset: [0, 0, 0],
  }),
};

test.each([
  ["cube", 20],
  ["cube", 0],
  ["triclinic box of uneven voxels", 20],
] as const)("in the corners of the %s, with B = %d, they are right to 5 %%", (name, b) => {
  const frame = boxes[name];
  const model = { ...atoms, bFactor: new Float64Array(atoms.count).fill(b) };
  const terms = computeModelTerms(engine, model, frame, { table: "electron" });
  expect(terms.resolution).toBeNull();
  expect(terms.limits).toEqual(pairedLimits(frame.size));
  expect(errorInCorners(frame, terms, b)).toBeLessThan(0.05);
});

test("where the grid would be too large they end at a resolution that is told", () => {
  const frame = boxes.cube;
  const terms = computeModelTerms(engine, atoms, frame, { table: "electron", mostPoints: 20 ** 3 });
  expect(terms.resolution).toBeCloseTo((2.5 * 24) / 20, 9);
  expect(terms.limits).toEqual({ h: 8, k: 8, l: 8 });
  expect(cornerFrequency(frame, terms.limits)).toBeGreaterThan(1 / terms.resolution!);
});
