// Fourier terms of a model at every frequency of a map's own grid, for comparing the two term by term.
import type { RunContext } from "../base/run-context.ts";
import { pairedLimits, rowOf } from "../density/fourier-sums.ts";
import type { MapFrame } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { createSpectrum, type FrequencyLimits, type Spectrum } from "../kernels/spectrum.ts";
import type { ScatteringAtoms } from "./atom-density.ts";
import type { ScatteringTable } from "./form-factors.ts";
import { computeStructureFactors, freeStructureFactors } from "./model-map.ts";

/** Terms on a spectrum of the map's grid, to be multiplied by exp(blur s^2 / 4); F(000) included. */
export interface ModelTerms {
  readonly spectrum: Spectrum;
  readonly blur: number;
  /** Terms within these are there, and with d not below `resolution` (Angstrom) where that is not null. */
  readonly limits: FrequencyLimits;
  readonly resolution: number | null;
}

export interface ModelTermsOptions {
  readonly table: ScatteringTable;
  /** Points of the finest sampling grid; 2^28 where it is not given. */
  readonly mostPoints?: number;
}

/** With its transform such a grid takes half of the 4 GiB. */
const pointsInMemory = 2 ** 28;
/** Sampling points per voxel's Nyquist length on grids that large (see model-map.ts). */
const coarsePoints = 2.5;

/**
 * Fourier transform of the atoms out to the corner of the map's grid. Aliasing is kept low along each axis on its own, so that a
 * sampling grid for the Nyquist limit serves the corners too. Where even that would not fit into memory, a sphere within is taken.
 */
export function computeModelTerms(
  engine: ComputeEngine,
  atoms: ScatteringAtoms,
  frame: MapFrame,
  { table, mostPoints = pointsInMemory }: ModelTermsOptions,
  context?: RunContext,
): ModelTerms {
  const { boxCell, size } = frame;
  const nyquist = Math.min((2 * boxCell.a) / size[0], (2 * boxCell.b) / size[1], (2 * boxCell.c) / size[2]);
  const affordable = coarsePoints * Math.cbrt((boxCell.a * boxCell.b * boxCell.c) / mostPoints);
  const isLimited = affordable > nyquist;
  const resolution = isLimited ? affordable : nyquist;
  const factors = computeStructureFactors(engine, atoms, frame, { resolution, table }, context);
  const limits = smallerLimits(pairedLimits(size), factors.limits);
  const spectrum = createSpectrum(engine, ...size);
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      const from = rowOf(factors.spectrum, k, l);
      const to = rowOf(spectrum, k, l);
      spectrum.re.set(factors.spectrum.re.subarray(from, from + limits.h + 1), to);
      spectrum.im.set(factors.spectrum.im.subarray(from, from + limits.h + 1), to);
    }
  }
  freeStructureFactors(engine, factors);
  return { spectrum, blur: factors.blur, limits, resolution: isLimited ? resolution : null };
}

function smallerLimits(one: FrequencyLimits, other: FrequencyLimits): FrequencyLimits {
  return { h: Math.min(one.h, other.h), k: Math.min(one.k, other.k), l: Math.min(one.l, other.l) };
}
