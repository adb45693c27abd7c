// Fourier terms of the target map around the model: what the model map is compared with.

import { rowOf } from "../density/fourier-sums.ts";
import type { DensityMap, GridSize, MapFrame } from "../density/map.ts";
import { mapFrame } from "../density/map.ts";
import { transformValues } from "../density/map-transform.ts";
import { softEdgeMask } from "../density/soft-mask.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { smoothLength } from "../kernels/fft-plan.ts";
import { type FrequencyLimits, freeSpectrum, type Spectrum } from "../kernels/spectrum.ts";
import { isOrthogonal } from "../scattering/atom-density.ts";

/** Terms of a box within the resolution, F(000) left out: of h = 0 both of a pair are there, of h > 0 one stands for both. */
export interface FourierTerms {
  readonly count: number;
  readonly h: Int16Array;
  readonly k: Int16Array;
  readonly l: Int16Array;
  /** 1 where the partner is a term of its own, 2 where it is not. */
  readonly multiplicity: Uint8Array;
  /** Length of s squared, per square Angstrom. */
  readonly squared: Float64Array;
  readonly shell: Uint8Array;
  readonly shells: number;
  readonly limits: FrequencyLimits;
}

/** The box around the model that refinement works in; its voxels are those of the map. */
export interface TargetBox {
  readonly frame: MapFrame;
  /** The map's voxels in the box, zero where the map has none; its own values. */
  readonly values: Float32Array;
  /** 1 where the map has a voxel. */
  readonly inside: Uint8Array;
}

/** Shells of equal width in |s|^2, in which a difference of B is a straight line: at least this many, or as many as give `termsPerShell` independent terms on average. */
const fewestShells = 6;
const mostShells = 24;
const termsPerShell = 150;

/**
 * Box around the points with a margin (Angstrom), in voxels of the map, at sizes that transform fast. It may reach beyond the
 * map. Null where the map's axes are not at right angles.
 */
export function boxAround(map: DensityMap, xyz: Float64Array, margin: number): TargetBox | null {
  const whole = mapFrame(map);
  if (!isOrthogonal(whole)) return null;
  const steps = [whole.boxCell.a / map.size[0], whole.boxCell.b / map.size[1], whole.boxCell.c / map.size[2]] as const;
  const begin: [number, number, number] = [0, 0, 0];
  const size: [number, number, number] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = axis; at < xyz.length; at += 3) {
      const place = (xyz[at]! - whole.corner[axis]!) / steps[axis]!;
      if (place < low) low = place;
      if (place > high) high = place;
    }
    const first = Math.floor(low - margin / steps[axis]!);
    const least = Math.ceil(high + margin / steps[axis]!) - first + 1;
    size[axis] = smoothLength(least);
    begin[axis] = first - ((size[axis]! - least) >> 1);
  }
  return cutBox(map, begin, size);
}

/** Copies the voxels of a block that may reach beyond the map. */
export function cutBox(map: DensityMap, begin: GridSize, size: GridSize): TargetBox {
  const values = new Float32Array(size[0] * size[1] * size[2]);
  const inside = new Uint8Array(values.length);
  const first = Math.max(0, -begin[0]);
  const last = Math.min(size[0], map.size[0] - begin[0]);
  for (let z = Math.max(0, -begin[2]); z < Math.min(size[2], map.size[2] - begin[2]); z++) {
    for (let y = Math.max(0, -begin[1]); y < Math.min(size[1], map.size[1] - begin[1]); y++) {
      if (last <= first) continue;
      const from = begin[0] + map.size[0] * (y + begin[1] + map.size[1] * (z + begin[2]));
      const to = size[0] * (y + size[1] * z);
      values.set(map.values.subarray(from + first, from + last), to + first);
      inside.fill(1, to + first, to + last);
    }
  }
  const start: GridSize = [map.start[0] + begin[0], map.start[1] + begin[1], map.start[2] + begin[2]];
  return { frame: mapFrame({ ...map, size, start }), values, inside };
}

/** The terms of a box to the resolution (Angstrom); `independent`: the share of them that is independent. */
export function listTerms(frame: MapFrame, resolution: number, independent: number): FourierTerms {
  const { boxCell, size } = frame;
  const limits: FrequencyLimits = {
    h: Math.min((size[0] - 1) >> 1, Math.floor(boxCell.a / resolution)),
    k: Math.min((size[1] - 1) >> 1, Math.floor(boxCell.b / resolution)),
    l: Math.min((size[2] - 1) >> 1, Math.floor(boxCell.c / resolution)),
  };
  const largest = 1 / (resolution * resolution);
  const found: number[] = [];
  for (let l = -limits.l; l <= limits.l; l++) {
    const ofL = (l / boxCell.c) ** 2;
    for (let k = -limits.k; k <= limits.k; k++) {
      const rest = ofL + (k / boxCell.b) ** 2;
      if (rest > largest) continue;
      for (let h = 0; h <= limits.h; h++) {
        const squared = rest + (h / boxCell.a) ** 2;
        if (squared > largest) break;
        if (squared > 0) found.push(h, k, l);
      }
    }
  }
  const count = found.length / 3;
  const shells = Math.max(fewestShells, Math.min(mostShells, Math.floor((count * independent) / termsPerShell)));
  const terms: FourierTerms = {
    count,
    h: new Int16Array(count),
    k: new Int16Array(count),
    l: new Int16Array(count),
    multiplicity: new Uint8Array(count),
    squared: new Float64Array(count),
    shell: new Uint8Array(count),
    shells,
    limits,
  };
  for (let term = 0; term < count; term++) {
    const h = found[3 * term]!;
    const k = found[3 * term + 1]!;
    const l = found[3 * term + 2]!;
    const squared = (h / boxCell.a) ** 2 + (k / boxCell.b) ** 2 + (l / boxCell.c) ** 2;
    terms.h[term] = h;
    terms.k[term] = k;
    terms.l[term] = l;
    terms.multiplicity[term] = h === 0 ? 1 : 2;
    terms.squared[term] = squared;
    terms.shell[term] = Math.min(shells - 1, Math.floor(shells * resolution * resolution * squared));
  }
  return terms;
}

/** Where each term stands in a spectrum of this shape. */
export function offsetsIn(spectrum: Spectrum, { count, h, k, l }: FourierTerms): Int32Array {
  const offsets = new Int32Array(count);
  for (let term = 0; term < count; term++) offsets[term] = rowOf(spectrum, k[term]!, l[term]!) + h[term]!;
  return offsets;
}

/** The terms at these offsets of a spectrum. */
export function termsAt(
  { re, im }: Spectrum,
  offsets: Int32Array,
): { readonly re: Float32Array; readonly im: Float32Array } {
  const terms = { re: new Float32Array(offsets.length), im: new Float32Array(offsets.length) };
  for (let term = 0; term < offsets.length; term++) {
    terms.re[term] = re[offsets[term]!]!;
    terms.im[term] = im[offsets[term]!]!;
  }
  return terms;
}

/** Soft mask around the model in the box, 0 where the map has no voxel, and the share of the box's terms that it leaves independent. */
export function targetMask(
  engine: ComputeEngine,
  { frame, inside }: TargetBox,
  atoms: { readonly count: number; readonly xyz: Float64Array; readonly element: Uint8Array },
  extent: { readonly distance: number; readonly edge: number },
): { readonly mask: Float32Array; readonly independent: number } {
  const mask = softEdgeMask(engine, frame, atoms, extent);
  let squares = 0;
  let fourths = 0;
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (inside[voxel] === 0) mask[voxel] = 0;
    const square = mask[voxel]! * mask[voxel]!;
    squares += square;
    fourths += square * square;
  }
  return { mask, independent: fourths > 0 ? (squares * squares) / (fourths * mask.length) : 0 };
}

/**
 * Terms (real, imaginary) of the box's values times the mask. The level of the mask's edge, where there is solvent, is taken off
 * first: a constant would put the shape of the mask into the terms.
 */
export function maskedTerms(
  engine: ComputeEngine,
  box: TargetBox,
  mask: Float32Array,
  terms: FourierTerms,
): { readonly re: Float32Array; readonly im: Float32Array } {
  let sum = 0;
  let weights = 0;
  for (let voxel = 0; voxel < mask.length; voxel++) {
    const weight = mask[voxel]! * (1 - mask[voxel]!);
    sum += weight * box.values[voxel]!;
    weights += weight;
  }
  const level = weights > 0 ? sum / weights : 0;
  const masked = new Float32Array(mask.length);
  for (let voxel = 0; voxel < mask.length; voxel++) masked[voxel] = mask[voxel]! * (box.values[voxel]! - level);
  const spectrum = transformValues(engine, masked, box.frame.size);
  const found = termsAt(spectrum, offsetsIn(spectrum, terms));
  freeSpectrum(engine, spectrum);
  return found;
}
