// Cuts of a map: masks, faces through density and periods, in boxes made for each.
import { expect, test } from "vitest";
import { createRng } from "../base/rng.ts";
import type { DensityMap } from "./map.ts";
import { describeMapEdges } from "./map-edges.ts";

const size = 20;
const cell = { a: size, b: size, c: size, alpha: 90, beta: 90, gamma: 90 };

function box(valueAt: (x: number, y: number, z: number) => number): DensityMap {
  const values = Float32Array.from({ length: size ** 3 }, (_value, at) =>
    valueAt(at % size, Math.floor(at / size) % size, Math.floor(at / size ** 2)),
  );
  const whole = [size, size, size] as const;
  return { values, size: whole, start: [0, 0, 0], sampling: whole, cell, offset: [0, 0, 0] };
}

/** A grating of density in a sphere around a point. */
const ball =
  (cx: number, radius: number) =>
  (x: number, y: number, z: number): number =>
    (x - cx) ** 2 + (y - 10) ** 2 + (z - 10) ** 2 < radius ** 2 ? 3 + ((x + y + z) % 3) : 0;

const maskOf = (cx: number, radius: number): Uint8Array =>
  Uint8Array.from(box(ball(cx, radius)).values, (v) => (v > 0 ? 1 : 0));

test("a molecule in zeros is masked, and nothing is cut", () => {
  const edges = describeMapEdges(box(ball(10, 6)), maskOf(10, 6));
  expect(edges).toMatchObject({ isMasked: true, zeroShareInMask: 0, isCutThrough: false, isPeriodic: false });
  expect(edges.zeroShare).toBeGreaterThan(0.85);
  expect(edges.faces.every(({ dense }) => dense === 0)).toBe(true);
  expect(edges.oppositeFaces).toEqual([null, null, null]);
});

test("a molecule that goes on beyond the first x face is cut there alone", () => {
  const edges = describeMapEdges(box(ball(0, 9)), maskOf(0, 9));
  expect(edges.isCutThrough).toBe(true);
  const dense = edges.faces.filter((face) => face.dense! > 0.1).map(({ axis, side }) => `${side} ${axis}`);
  expect(dense).toEqual(["first x"]);
});

test("noise as strong as the molecule is no density at the faces", () => {
  const rng = createRng(6);
  const noisy = box((x, y, z) => ball(10, 6)(x, y, z) + 3 * rng.normal());
  const edges = describeMapEdges(noisy, maskOf(10, 6));
  expect(edges.isCutThrough).toBe(false);
  expect(edges.isMasked).toBe(false);
  expect(edges.isPeriodic).toBe(false);
});

test("a map mask that leaves out half of the model is seen", () => {
  const half = box((x, y, z) => (x < 10 ? ball(10, 6)(x, y, z) : 0));
  expect(describeMapEdges(half, maskOf(10, 6)).zeroShareInMask).toBeCloseTo(0.5, 0);
});

test("one period of a wave is periodic", () => {
  const wave = (at: number): number => Math.sin((2 * Math.PI * at) / size);
  const periodic = box((x, y, z) => wave(x + 2 * y) + wave(y + 2 * z + 3) + wave(z + 2 * x + 5));
  const edges = describeMapEdges(periodic, maskOf(10, 6));
  expect(edges.isPeriodic).toBe(true);
  expect(edges.oppositeFaces.every((cc) => cc! > 0.8)).toBe(true);
});

test("without a mask, or with a single layer, there is nothing to compare with", () => {
  expect(describeMapEdges(box(ball(10, 6)), new Uint8Array(size ** 3))).toMatchObject({
    zeroShareInMask: null,
    isCutThrough: false,
  });
  const flat: DensityMap = { ...box(() => 1), size: [size, size, 1], values: new Float32Array(size * size).fill(1) };
  expect(describeMapEdges(flat, new Uint8Array(size * size)).oppositeFaces).toEqual([null, null, null]);
});
