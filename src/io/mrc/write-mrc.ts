// Writes maps as MRC2014: mode 2, axes 1,2,3, little endian, statistics recomputed, frame as in the map.
import type { DensityMap } from "../../density/map.ts";
import { headerBytes } from "./mrc-header.ts";

/** Bytes of the file; `labels` (80 characters each, at most ten) say where the map came from. */
export function writeMrc(map: DensityMap, labels: readonly string[] = []): Uint8Array {
  const { values, size, start, sampling, cell, offset } = map;
  const bytes = new Uint8Array(headerBytes + 4 * values.length);
  const view = new DataView(bytes.buffer);
  const integers = (word: number, list: readonly number[]): void =>
    list.forEach((value, index) => view.setInt32(4 * (word - 1 + index), value, true));
  const reals = (word: number, list: readonly number[]): void =>
    list.forEach((value, index) => view.setFloat32(4 * (word - 1 + index), value, true));
  const { minimum, maximum, mean, sigma } = statisticsOf(values);
  integers(1, [...size, 2]);
  integers(5, start);
  integers(8, sampling);
  reals(11, [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma]);
  integers(17, [1, 2, 3]);
  reals(20, [minimum, maximum, mean]);
  integers(23, [1, 0]);
  integers(28, [20140]);
  reals(50, offset);
  bytes.set([0x4d, 0x41, 0x50, 0x20, 0x44, 0x44, 0, 0], 208);
  reals(55, [sigma]);
  const kept = labels.slice(0, 10);
  integers(56, [kept.length]);
  kept.forEach((label, index) => {
    for (let at = 0; at < 80; at++) bytes[224 + 80 * index + at] = label.charCodeAt(at) & 0x7f || 32;
  });
  new Float32Array(bytes.buffer, headerBytes).set(values);
  return bytes;
}

function statisticsOf(values: Float32Array): { minimum: number; maximum: number; mean: number; sigma: number } {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    sum += value;
  }
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { minimum, maximum, mean, sigma: Math.sqrt(squares / values.length) };
}
