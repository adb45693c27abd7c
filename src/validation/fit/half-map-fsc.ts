// FSC of half maps: without and with a mask, and corrected for what the mask itself correlates.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { InputError } from "../../base/errors.ts";
import type { Rng } from "../../base/rng.ts";
import type { RunContext } from "../../base/run-context.ts";
import { isSameGrid } from "../../density/density-mask.ts";
import { type FourierSums, pairedLimits, rowOf, sumFourierTerms } from "../../density/fourier-sums.ts";
import { type FscCurve, fscCurve, smooth } from "../../density/fsc-curve.ts";
import { type DensityMap, type MapFrame, mapFrame } from "../../density/map.ts";
import { mapOfSpectrum, transformValues } from "../../density/map-transform.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { freeSpectrum, type Spectrum } from "../../kernels/spectrum.ts";

export interface HalfMaps {
  readonly first: DensityMap;
  readonly second: DensityMap;
}

export interface HalfMapFsc {
  readonly unmasked: FscCurve;
  /** Null without a mask. */
  readonly masked: FscCurve | null;
  /** The masked curve of half maps with random phases beyond `randomisedBeyond`. */
  readonly randomised: FscCurve | null;
  /** (masked - randomised) / (1 - randomised) from two voxels of the transform beyond on; else the masked one. */
  readonly corrected: FscCurve | null;
  /** Angstrom; null where nothing was randomised. */
  readonly randomisedBeyond: number | null;
}

/** Phases are made random from where the unmasked curve first falls below this. */
const randomisedBelow = 0.8;

/** Half maps that cannot be compared throw InputError HALF_MAPS_DIFFER; ones that say nothing give null and a diagnostic. */
export function areHalfMapsUsable(map: DensityMap | null, { first, second }: HalfMaps, context: RunContext): boolean {
  for (const other of map === null ? [second] : [second, map]) {
    if (isSameGrid(first, other)) continue;
    throw new InputError({
      code: "HALF_MAPS_DIFFER",
      message: `The half maps and the map must have one grid: ${first.size.join(" x ")} and ${other.size.join(" x ")} voxels, or other places`,
      hint: "Give half maps of the same reconstruction, neither cut nor binned",
    });
  }
  const report = (code: string, message: string): false => {
    addDiagnostic(context.diagnostics, "warning", code, message);
    return false;
  };
  if (isConstant(first.values) || isConstant(second.values)) {
    return report("HALF_MAP_CONSTANT", "A half map has one value everywhere: there is no FSC of half maps");
  }
  if (first.values.every((value, at) => value === second.values[at])) {
    report("HALF_MAPS_IDENTICAL", "The half maps are one map twice: their FSC is 1 and says nothing");
  }
  return true;
}

export function isConstant(values: Float32Array): boolean {
  const [value] = values;
  return values.every((other) => other === value);
}

/**
 * Curves of a pair on one grid (Chen et al. 2013, Ultramicroscopy 135, 24); random phases come from the context. A mask of one
 * value everywhere masks nothing and needs no correction. Null where a half map has no terms.
 */
export function computeHalfMapFsc(
  engine: ComputeEngine,
  halfMaps: HalfMaps,
  mask: Float32Array | null,
  context: RunContext,
): HalfMapFsc | null {
  const frame = mapFrame(halfMaps.first);
  const first = transformValues(engine, halfMaps.first.values, frame.size);
  const second = transformValues(engine, halfMaps.second.values, frame.size);
  const unmasked = fscCurve(sumOf(frame, first, second));
  if (unmasked === null || mask === null || isConstant(mask)) {
    freeSpectrum(engine, first);
    freeSpectrum(engine, second);
    const masked = mask === null ? null : unmasked;
    return unmasked && { unmasked, masked, randomised: null, corrected: masked, randomisedBeyond: null };
  }
  const at = unmasked.smoothed.findIndex((value) => value < randomisedBelow);
  const limit = at < 0 ? null : unmasked.s[at]!;
  // One at a time: maps may be large.
  const randomHalf = (spectrum: Spectrum): Spectrum | null => {
    if (limit === null) {
      freeSpectrum(engine, spectrum);
      return null;
    }
    randomisePhases(spectrum, frame, limit, context.rng);
    return transformValues(engine, mapOfSpectrum(engine, spectrum), frame.size, mask);
  };
  const [randomFirst, randomSecond] = [randomHalf(first), randomHalf(second)];
  const randomised = randomFirst && randomSecond && curveOf(engine, frame, randomFirst, randomSecond);
  const maskedHalf = ({ values }: DensityMap): Spectrum => transformValues(engine, values, frame.size, mask);
  const masked = curveOf(engine, frame, maskedHalf(halfMaps.first), maskedHalf(halfMaps.second));
  const corrected =
    masked === null || randomised === null || limit === null ? masked : correct(masked, randomised, limit, frame);
  return { unmasked, masked, randomised, corrected, randomisedBeyond: limit === null ? null : 1 / limit };
}

/** The map with random phases of all terms finer than d (Angstrom): what a half map is worth that shares no detail with the other. */
export function withRandomPhases(engine: ComputeEngine, map: DensityMap, d: number, rng: Rng): DensityMap {
  const frame = mapFrame(map);
  const spectrum = transformValues(engine, map.values, frame.size);
  randomisePhases(spectrum, frame, 1 / d, rng);
  return { ...map, values: mapOfSpectrum(engine, spectrum).slice() };
}

function sumOf(frame: MapFrame, first: Spectrum, second: Spectrum): FourierSums {
  return sumFourierTerms(first, second, { frame, limits: pairedLimits(frame.size) });
}

/** The curve of two spectra, which are freed. */
function curveOf(engine: ComputeEngine, frame: MapFrame, first: Spectrum, second: Spectrum): FscCurve | null {
  const curve = fscCurve(sumOf(frame, first, second));
  freeSpectrum(engine, first);
  freeSpectrum(engine, second);
  return curve;
}

/** Replaces the phases of all terms with |s| of `limit` or more; h and -h stay conjugate. */
function randomisePhases(spectrum: Spectrum, frame: MapFrame, limit: number, rng: Rng): void {
  const f = frame.fractionalization;
  const { re, im, nx, ny, nz } = spectrum;
  const limits = pairedLimits(frame.size);
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      const row = rowOf(spectrum, k, l);
      const ky = k * f[4];
      const kz = k * f[5] + l * f[8];
      const partner = rowOf(spectrum, -k, -l);
      const begin = l > 0 || (l === 0 && k > 0) ? 0 : 1;
      for (let h = begin; h <= limits.h; h++) {
        if ((h * f[0]) ** 2 + ((h * f[1] + ky) ** 2 + (h * f[2] + kz) ** 2) < limit * limit) continue;
        const amplitude = Math.hypot(re[row + h]!, im[row + h]!);
        const phase = 2 * Math.PI * rng.uniform();
        re[row + h] = amplitude * Math.cos(phase);
        im[row + h] = amplitude * Math.sin(phase);
        if (h > 0) continue;
        re[partner] = re[row]!;
        im[partner] = -im[row]!;
      }
    }
  }
  clearUnpaired(spectrum, [nx, ny, nz]);
}

/** Terms at the very Nyquist frequency of an even axis have no partner and are left out. */
function clearUnpaired(spectrum: Spectrum, [nx, ny, nz]: readonly [number, number, number]): void {
  const { re, im, stride, planeStride } = spectrum;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = stride * y + planeStride * z;
      const begin = 2 * z === nz || 2 * y === ny ? 0 : nx % 2 === 0 ? nx >> 1 : stride;
      re.fill(0, row + begin, row + stride);
      im.fill(0, row + begin, row + stride);
    }
  }
}

function correct(masked: FscCurve, randomised: FscCurve, limit: number, frame: MapFrame): FscCurve {
  const { a, b, c } = frame.boxCell;
  const begin = limit + 2 / Math.max(a, b, c);
  const fsc = masked.fsc.map((value, at) => {
    if (masked.s[at]! < begin) return value;
    // A shell where the mask alone correlates fully has nothing to say.
    const chance = Math.min(0.999, randomised.fsc[at]!);
    return (value - chance) / (1 - chance);
  });
  return { ...masked, fsc, smoothed: smooth(masked.s, fsc) };
}
