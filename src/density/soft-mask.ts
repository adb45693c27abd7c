// Masks with soft edges around a model.
import type { ComputeEngine } from "../kernels/engine.ts";
import type { MapFrame } from "./map.ts";
import { filterValues } from "./map-transform.ts";
import { computeDilatedMask, computeMolecularMask } from "./mask.ts";

/** Atoms as masks need them. */
export interface MaskAtoms {
  readonly count: number;
  /** Angstrom, 3 per atom. */
  readonly xyz: Float64Array;
  readonly element: Uint8Array;
}

/** Transform of a ball of radius R and volume 1 at |s|: 3 (sin x - x cos x) / x^3, x = 2 pi R |s|. */
export function ballTransform(radius: number): (s: number) => number {
  return (s) => {
    const x = 2 * Math.PI * radius * s;
    return x < 1e-2 ? 1 - (x * x) / 10 : (3 * (Math.sin(x) - x * Math.cos(x))) / (x * x * x);
  };
}

/** Cuts values to 0..maximum in place. */
export function clampValues(values: Float32Array, maximum = 1): Float32Array {
  for (let at = 0; at < values.length; at++) values[at] = Math.max(0, Math.min(maximum, values[at]!));
  return values;
}

/**
 * The soft mask of phenix.mtriage: the molecular mask with all radii larger by sigma, convolved with a Gaussian of that sigma
 * (Angstrom); negative values are 0. Its edge is about four sigma wide and small molecules do not reach 1.
 */
export function gaussianMask(engine: ComputeEngine, frame: MapFrame, atoms: MaskAtoms, sigma: number): Float32Array {
  const hard = computeMolecularMask(engine, frame, atoms.xyz, atoms.element, atoms.count, sigma);
  const b = 8 * Math.PI * Math.PI * sigma * sigma;
  return clampValues(
    filterValues(engine, hard, frame, (s) => Math.exp((-b * s * s) / 4)),
    Number.POSITIVE_INFINITY,
  );
}

/**
 * 1 within `distance` of the van der Waals spheres, falling to 0 over the next `edge` (Angstrom). The edge is that of a hard mask
 * averaged over a ball half as wide: level at both ends, within 0.02 of a raised cosine.
 */
export function softEdgeMask(
  engine: ComputeEngine,
  frame: MapFrame,
  atoms: MaskAtoms,
  { distance, edge }: { readonly distance: number; readonly edge: number },
): Float32Array {
  const hard = computeDilatedMask(engine, frame, atoms.xyz, atoms.element, atoms.count, distance + edge / 2);
  return clampValues(filterValues(engine, hard, frame, ballTransform(edge / 2)));
}
