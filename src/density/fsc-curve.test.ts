// Shell correlations of signals and noises whose correlation is known, and resolutions of known curves and maps.
import { describe, expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import { createEngine } from "../kernels/engine.ts";
import { freeSpectrum } from "../kernels/spectrum.ts";
import { computeD99 } from "./d99.ts";
import { blurSecond, pairedLimits, sumFourierTerms, totalOf } from "./fourier-sums.ts";
import { crossingOf, curveOfShells, evenShells, type FscCurve, fscCurve } from "./fsc-curve.ts";
import { mapFrame } from "./map.ts";
import { filterValues, transformValues } from "./map-transform.ts";

const points = 40;
const frame = mapFrame({
  size: [points, points, points],
  start: [0, 0, 0],
  sampling: [points, points, points],
  cell: { a: 40, b: 40, c: 40, alpha: 90, beta: 90, gamma: 90 },
  offset: [0, 0, 0],
});
const engine = createEngine();
const rng = createRng(7);
const white = (): Float32Array => Float32Array.from({ length: points ** 3 }, () => rng.normal());
const mix = (one: Float32Array, other: Float32Array, weight: number): Float32Array =>
  one.map((value, at) => value + weight * other[at]!);

function sumsOf(first: Float32Array, second: Float32Array, use = frame) {
  const one = transformValues(engine, first, use.size);
  const other = transformValues(engine, second, use.size);
  const sums = sumFourierTerms(one, other, { frame: use, limits: pairedLimits(use.size) });
  freeSpectrum(engine, one);
  freeSpectrum(engine, other);
  return sums;
}

function meanFsc(first: Float32Array, second: Float32Array): number {
  const { fsc, count } = fscCurve(sumsOf(first, second))!;
  return fsc.reduce((sum, value, at) => sum + value * count[at]!, 0) / count.reduce((sum, value) => sum + value, 0);
}

describe("white signal in white noise", () => {
  test.each([
    [10, 0.909, 0.976],
    [1, 0.5, 0.816],
    [1 / 6, 0.143, 0.5],
  ])(
    "of ratio %f per half map: FSC %f of the half maps, %f of their mean and the truth",
    (ratio, ofHalves, ofTruth) => {
      const signal = white();
      const halves = [white(), white()].map((noise) => mix(signal, noise, 1 / Math.sqrt(ratio)));
      const [first, second] = halves as [Float32Array, Float32Array];
      expect(meanFsc(first, second)).toBeCloseTo(ofHalves, 1.9);
      expect(meanFsc(mix(first, second, 1), signal)).toBeCloseTo(ofTruth, 1.9);
    },
  );

  test("all shells of a map with itself are 1 and there is no resolution; with its negative they are -1", () => {
    const map = white();
    const same = fscCurve(sumsOf(map, map))!;
    expect(Math.min(...same.fsc)).toBeCloseTo(1, 6);
    expect(crossingOf(same, 0.143)).toEqual({ d: null, raw: null });
    const negative = fscCurve(
      sumsOf(
        map,
        map.map((value) => -value),
      ),
    )!;
    expect(Math.max(...negative.fsc)).toBeCloseTo(-1, 6);
    expect(crossingOf(negative, 0.143)).toEqual({ d: null, raw: null });
  });
});

test("every pair of terms but F(000) and those at Nyquist is counted once, in whatever box", () => {
  const size = [7, 6, 5] as const;
  const box = mapFrame({
    size,
    start: [0, 0, 0],
    sampling: size,
    cell: { a: 9, b: 8, c: 7, alpha: 80, beta: 95, gamma: 110 },
    offset: [0, 0, 0],
  });
  const values = Float32Array.from({ length: 210 }, () => rng.normal());
  const sums = sumsOf(values, values, box);
  expect(totalOf(sums.count)).toBe((7 * 5 * 5 - 1) / 2);
  expect(curveOfShells(evenShells(sums, 0.1)).count.reduce((sum, count) => sum + count)).toBe(87);
});

test("a wave in an oblique box is counted at the spacing of its planes, in sums and in filters", () => {
  const size = [24, 20, 18] as const;
  const cell = { a: 36, b: 30, c: 27, alpha: 80, beta: 97, gamma: 105 };
  const box = mapFrame({ size, start: [0, 0, 0], sampling: size, cell, offset: [0, 0, 0] });
  const [cosA, cosB, cosC] = [cell.alpha, cell.beta, cell.gamma].map((angle) => Math.cos((angle * Math.PI) / 180)) as [
    number,
    number,
    number,
  ];
  const volume = Math.sqrt(1 - cosA ** 2 - cosB ** 2 - cosC ** 2 + 2 * cosA * cosB * cosC);
  for (const [h, k, l] of [
    [3, 2, -4],
    [5, 0, 1],
    [0, -3, 2],
    [4, 5, 0],
  ] as const) {
    const [u, v, w] = [h / cell.a, k / cell.b, l / cell.c];
    // The formula of the triclinic lattice, International Tables for Crystallography.
    const squared =
      (u * u * (1 - cosA ** 2) +
        v * v * (1 - cosB ** 2) +
        w * w * (1 - cosC ** 2) +
        2 * u * v * (cosA * cosB - cosC) +
        2 * v * w * (cosB * cosC - cosA) +
        2 * u * w * (cosA * cosC - cosB)) /
      volume ** 2;
    const wave = Float32Array.from({ length: size[0] * size[1] * size[2] }, (_value, at) => {
      const [x, y, z] = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / (size[0] * size[1]))];
      return Math.cos(2 * Math.PI * ((h * x) / size[0] + (k * y) / size[1] + (l * z) / size[2]));
    });
    const sums = sumsOf(wave, wave, box);
    const at = sums.first.indexOf(Math.max(...sums.first));
    expect(Math.abs((at + 0.5) * sums.width - Math.sqrt(squared))).toBeLessThan(sums.width);
    const near = (s: number): number => Math.exp(-(((s - Math.sqrt(squared)) / 0.002) ** 2));
    expect(Math.max(...filterValues(engine, wave, box, near))).toBeGreaterThan(0.99);
  }
});

test("a map without terms has no curve", () => {
  const map = white();
  expect(fscCurve(sumsOf(map, new Float32Array(map.length)))).toBeNull();
});

test("a crossing of a straight curve is found to a thousandth, smoothed or not", () => {
  const s = Array.from({ length: 60 }, (_value, at) => 0.01 * (at + 1));
  const fsc = s.map((frequency) => 1.2 - 2.5 * frequency);
  const curve: FscCurve = { s, fsc, smoothed: fsc, count: s.map(() => 500) };
  for (const value of [0.5, 0.143]) {
    const exact = 2.5 / (1.2 - value);
    const { d, raw } = crossingOf(curve, value);
    expect(d).toBeCloseTo(exact, 3);
    expect(raw).toBeCloseTo(exact, 3);
  }
});

describe("a Gaussian of B in a box of 24 A", () => {
  const fine = mapFrame({
    size: [48, 48, 48],
    start: [0, 0, 0],
    sampling: [48, 48, 48],
    cell: { a: 24, b: 24, c: 24, alpha: 90, beta: 90, gamma: 90 },
    offset: [0, 0, 0],
  });
  const blob = (b: number): Float32Array =>
    Float32Array.from({ length: 48 ** 3 }, (_value, at) => {
      const [x, y, z] = [at % 48, Math.floor(at / 48) % 48, Math.floor(at / 48 ** 2)];
      const squared = 0.25 * ((x - 24) ** 2 + (y - 24) ** 2 + (z - 24) ** 2);
      return Math.exp((-4 * Math.PI * Math.PI * squared) / b);
    });

  test.each([
    [20, 1.425],
    [50, 2.253],
    [100, 3.187],
  ])("of %d has d99 %f", (b, expected) => {
    const d99 = computeD99(sumsOf(blob(b), blob(b), fine))!;
    expect(Math.abs(d99 - expected)).toBeLessThan(0.02 * expected);
  });

  test("is made of a sharper one by a blur of the sums", () => {
    const [sharp, wide] = [blob(40), blob(100)];
    const blurred = blurSecond(sumsOf(wide, sharp, fine), 60);
    const { fsc, s } = fscCurve(blurred)!;
    for (let shell = 0; s[shell]! < 0.4; shell++) expect(fsc[shell]).toBeGreaterThan(0.999);
    const scale = totalOf(blurred.second) / totalOf(blurred.first);
    expect(scale).toBeCloseTo((40 / 100) ** 3, 3);
  });
});
