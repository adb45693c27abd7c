// FSC of model and map, and the numbers that come of the same sums: d99, d_model, overall B.
import type { RunContext } from "../../base/run-context.ts";
import { computeD99 } from "../../density/d99.ts";
import { blurSecond, type FourierSums, pairedLimits, rowOf, sumFourierTerms } from "../../density/fourier-sums.ts";
import { correlationOfShell, evenShells, type FscCurve, fscCurve } from "../../density/fsc-curve.ts";
import type { MapFrame } from "../../density/map.ts";
import { mapOfSpectrum, transformValues } from "../../density/map-transform.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { freeSpectrum, type Spectrum } from "../../kernels/spectrum.ts";
import type { AtomTable } from "../../model/model.ts";
import type { ScatteringTable } from "../../scattering/form-factors.ts";
import { computeModelTerms, type ModelTerms } from "../../scattering/model-terms.ts";
import { computeModelResolution, type ModelResolution } from "./d-model.ts";
import { type FscResolutions, resolutionsOf } from "./fsc-resolutions.ts";

/** Terms of a model as it is and with all B at 0. */
export interface TermsOfModel {
  readonly own: ModelTerms;
  readonly sharp: ModelTerms;
}

export function computeTermsOfModel(
  engine: ComputeEngine,
  atoms: AtomTable,
  frame: MapFrame,
  table: ScatteringTable,
  context: RunContext,
): TermsOfModel {
  const own = computeModelTerms(engine, atoms, frame, { table }, context);
  const still = { ...atoms, bFactor: new Float64Array(atoms.count), anisotropicU: null };
  return { own, sharp: computeModelTerms(engine, still, frame, { table }) };
}

export function freeTermsOfModel(engine: ComputeEngine, { own, sharp }: TermsOfModel): void {
  freeSpectrum(engine, own.spectrum);
  freeSpectrum(engine, sharp.spectrum);
}

/** What one map, masked or not, gives against a model; the model is not masked. */
export interface MapResolution extends ModelResolution {
  readonly d99: number | null;
  readonly curve: FscCurve | null;
  readonly fsc: FscResolutions;
}

/** Resolutions of a map, multiplied by a mask where there is one; those against a model are null without terms of it. */
export function computeMapResolution(
  engine: ComputeEngine,
  values: Float32Array,
  frame: MapFrame,
  terms: TermsOfModel | null,
  mask?: Float32Array,
): MapResolution {
  const spectrum = transformValues(engine, values, frame.size, mask);
  const limits = pairedLimits(frame.size);
  const own = terms === null ? null : sumWithModel(spectrum, terms.own, frame);
  const isWhole = own !== null && terms !== null && terms.own.resolution === null;
  const d99 = computeD99(isWhole ? own : sumFourierTerms(spectrum, spectrum, { frame, limits }));
  const curve = own === null ? null : fscCurve(own);
  const fsc = resolutionsOf(curve);
  const numbers: ModelResolution =
    terms === null
      ? { dModel: null, dModelB0: null, overallB: null }
      : computeModelResolution(sumWithModel(spectrum, terms.sharp, frame), fsc.d0);
  freeSpectrum(engine, spectrum);
  return { d99, curve, fsc, ...numbers };
}

function sumWithModel(spectrum: Spectrum, model: ModelTerms, frame: MapFrame): FourierSums {
  const range = model.resolution === null ? {} : { resolution: model.resolution };
  const sums = sumFourierTerms(spectrum, model.spectrum, { frame, limits: model.limits, ...range });
  return blurSecond(sums, -model.blur);
}

/** Mean of the FSC over the shells up to a resolution, each with the number of its terms as weight. */
export interface FscAverage {
  readonly value: number;
  readonly resolution: number;
  readonly terms: number;
}

/**
 * FSC average of model and map, both multiplied by the mask, in shells one voxel of the transform wide (as Servalcat's; Yamashita
 * et al. 2021, Acta Cryst. D77, 1282). Uses the terms up.
 */
export function computeFscAverage(
  engine: ComputeEngine,
  values: Float32Array,
  frame: MapFrame,
  { own, sharp }: TermsOfModel,
  { mask, resolution }: { readonly mask: Float32Array; readonly resolution: number },
): FscAverage | null {
  freeSpectrum(engine, sharp.spectrum);
  const model = mapOfTerms(engine, own, frame);
  const first = transformValues(engine, values, frame.size, mask);
  const second = transformValues(engine, model, frame.size, mask);
  const sums = sumFourierTerms(first, second, { frame, limits: pairedLimits(frame.size), resolution });
  freeSpectrum(engine, first);
  freeSpectrum(engine, second);
  const { a, b, c } = frame.boxCell;
  const shells = evenShells(sums, 1 / Math.max(a, b, c));
  let [sum, terms] = [0, 0];
  for (const shell of shells) {
    if (!(shell.first > 0) || !(shell.second > 0)) return null;
    sum += shell.count * correlationOfShell(shell);
    terms += shell.count;
  }
  return terms === 0 ? null : { value: sum / terms, resolution, terms };
}

/** The model map on the map's grid, of all terms, on no particular scale. */
function mapOfTerms(
  engine: ComputeEngine,
  { spectrum, blur, limits, resolution }: ModelTerms,
  frame: MapFrame,
): Float32Array {
  const f = frame.fractionalization;
  const { re, im } = spectrum;
  const last = resolution === null ? Number.POSITIVE_INFINITY : 1 / (resolution * resolution);
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      const row = rowOf(spectrum, k, l);
      const ky = k * f[4];
      const kz = k * f[5] + l * f[8];
      for (let h = 0; h <= limits.h; h++) {
        const squared = (h * f[0]) ** 2 + ((h * f[1] + ky) ** 2 + (h * f[2] + kz) ** 2);
        const factor = squared > last ? 0 : Math.exp((blur * squared) / 4);
        re[row + h]! *= factor;
        im[row + h]! *= factor;
      }
    }
  }
  return mapOfSpectrum(engine, spectrum);
}
