// Fourier terms of the target map inside a mask around the model, which searches of one refinement share.
import type { DensityMap, MapFrame } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { boxAround, type FourierTerms, listTerms, maskedTerms, targetMask } from "../target-terms.ts";
import type { SearchDensity } from "./density-evidence.ts";
import type { ComplexTerms } from "./image-stage.ts";

export interface ObservedTerms {
  readonly frame: MapFrame;
  readonly terms: FourierTerms;
  readonly observed: ComplexTerms;
  /** Share of the terms that is independent. */
  readonly independent: number;
}

interface ObservedInput {
  readonly engine: ComputeEngine;
  readonly model: Model;
  /** Present coordinates of the model. */
  readonly xyz: Float64Array;
  readonly density: SearchDensity;
  /** Angstrom. */
  readonly resolution: number;
}

/** Mask around the model, Angstrom. */
const maskDistance = 3;
const leastEdge = 3;
/** While no atom is farther than this from where the model began, the mask around that is as good; Angstrom. */
const largestShift = 2;

interface Known {
  readonly model: Model;
  readonly resolution: number;
  readonly terms: ObservedTerms | null;
}

const known = new WeakMap<Float32Array, Known>();

/**
 * Terms of the map inside the mask around these atoms (rows): where the model began, unless some have moved far from it, so that
 * coordinates alone say what comes out. Null where the map's axes are not at right angles.
 */
export function observedTerms(input: ObservedInput, rows: readonly number[]): ObservedTerms | null {
  const { model, xyz, density, resolution } = input;
  if (largestMove(model.atoms.xyz, xyz, rows) > largestShift) return measureTerms(input, xyz, rows);
  const found = known.get(density.values);
  if (found?.model === model && found.resolution === resolution) return found.terms;
  const terms = measureTerms(input, model.atoms.xyz, rows);
  known.set(density.values, { model, resolution, terms });
  return terms;
}

function measureTerms(
  { engine, model, density, resolution }: ObservedInput,
  xyz: Float64Array,
  rows: readonly number[],
): ObservedTerms | null {
  const map: DensityMap = { ...density.grid, values: density.values };
  const edge = Math.max(leastEdge, resolution);
  const box = boxAround(map, xyz, maskDistance + edge + 2 + resolution);
  if (box === null) return null;
  const places = new Float64Array(3 * rows.length);
  rows.forEach((row, at) => places.set(xyz.subarray(3 * row, 3 * row + 3), 3 * at));
  const element = Uint8Array.from(rows, (row) => model.atoms.element[row]!);
  const atoms = { count: rows.length, xyz: places, element };
  const { mask, independent } = targetMask(engine, box, atoms, { distance: maskDistance, edge });
  const terms = listTerms(box.frame, resolution, independent);
  return { frame: box.frame, terms, observed: maskedTerms(engine, box, mask, terms), independent };
}

/** Longest way of an atom, Angstrom. */
function largestMove(from: Float64Array, to: Float64Array, rows: readonly number[]): number {
  let most = 0;
  for (const row of rows) {
    const x = to[3 * row]! - from[3 * row]!;
    const y = to[3 * row + 1]! - from[3 * row + 1]!;
    const z = to[3 * row + 2]! - from[3 * row + 2]!;
    most = Math.max(most, x * x + y * y + z * z);
  }
  return Math.sqrt(most);
}
