// Resolution of a map and of a model in it: FSC of half maps and model, d99, d_model, overall B, without and with a mask.
import { addDiagnostic } from "../../base/diagnostics.ts";
import { type RunContext, throwIfCancelled } from "../../base/run-context.ts";
import type { FscCurve } from "../../density/fsc-curve.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { ScatteringTable } from "../../scattering/form-factors.ts";
import { type ResolutionEstimate, resolutionOfHalfMaps, resolutionOfMap } from "./estimate-resolution.ts";
import { type FscResolutions, resolutionsOf } from "./fsc-resolutions.ts";
import { areHalfMapsUsable, computeHalfMapFsc, type HalfMapFsc, type HalfMaps, isConstant } from "./half-map-fsc.ts";
import {
  computeFscAverage,
  computeMapResolution,
  computeTermsOfModel,
  type FscAverage,
  freeTermsOfModel,
  type MapResolution,
  type TermsOfModel,
} from "./model-fsc.ts";
import { chooseResolutionMask, type MaskPolicy, type ResolutionMask } from "./resolution-mask.ts";

export interface ResolutionOptions {
  readonly table: ScatteringTable;
  /** On the grid of the map. */
  readonly halfMaps?: HalfMaps;
  /** Values from 0 to 1; it goes before the policy. */
  readonly mask?: DensityMap;
  /** For the mask and the FSC average, Angstrom; estimated where it is not given. */
  readonly resolution?: number;
  readonly maskPolicy?: MaskPolicy;
}

export interface HalfMapResolutions {
  readonly unmasked: FscResolutions;
  readonly masked: FscResolutions | null;
  /** Of the curve corrected by random phases: the one to quote. */
  readonly corrected: FscResolutions | null;
  /** Angstrom. */
  readonly randomisedBeyond: number | null;
}

export interface ResolutionAssessment {
  readonly fsc: {
    readonly halfMap: HalfMapResolutions | null;
    /** The masked one has the map multiplied by the mask, the model not. */
    readonly model: { readonly unmasked: FscResolutions; readonly masked: FscResolutions | null } | null;
    readonly curves: {
      readonly model: { readonly unmasked: FscCurve | null; readonly masked: FscCurve | null } | null;
      readonly halfMap: Omit<HalfMapFsc, "randomisedBeyond"> | null;
    };
    readonly mask: { readonly policy: MaskPolicy; readonly description: string } | null;
  };
  /** Given or estimated, and of what. */
  readonly resolution: ResolutionEstimate | null;
  readonly d99: number | null;
  readonly d99Masked: number | null;
  readonly dModel: number | null;
  readonly dModelMasked: number | null;
  readonly dModelB0: number | null;
  readonly dModelB0Masked: number | null;
  /** From -500 to 495 in steps of 5, square Angstrom. */
  readonly overallB: number | null;
  readonly overallBMasked: number | null;
  /** Inside the mask, to `resolution`. */
  readonly fscAverage: FscAverage | null;
  /** Angstrom, where the terms of the model had to end before the corner of the box. */
  readonly modelTermsTo: number | null;
}

/**
 * Everything about the resolution of a map, and of a model in it. Null stands where something is not defined or not given. Throws
 * InputError HALF_MAPS_DIFFER and MASK_EMPTY.
 */
export function assessResolution(
  engine: ComputeEngine,
  model: Model | null,
  map: DensityMap,
  options: ResolutionOptions,
  context: RunContext,
): ResolutionAssessment {
  const step = (phase: string): void => {
    throwIfCancelled(context);
    context.report({ phase });
  };
  const frame = mapFrame(map);
  step("resolution");
  const halfMaps = options.halfMaps && areHalfMapsUsable(map, options.halfMaps, context) ? options.halfMaps : null;
  const isFlat = isConstant(map.values);
  if (isFlat) addDiagnostic(context.diagnostics, "warning", "MAP_CONSTANT", "The map has one value everywhere");
  const terms =
    model === null || isFlat || model.atoms.count === 0
      ? null
      : computeTermsOfModel(engine, model.atoms, frame, options.table, context);
  const modelTermsTo = terms?.own.resolution ?? null;
  if (modelTermsTo !== null) {
    const message = `Model and map are compared to ${modelTermsTo.toFixed(2)} A only: terms beyond would not fit into memory`;
    addDiagnostic(context.diagnostics, "info", "FSC_LIMITED", message);
  }
  const plain = isFlat ? null : computeMapResolution(engine, map.values, frame, terms);
  step("resolution without a mask");
  const resolution = chooseResolution(engine, { model, map, halfMaps, plain }, options, context);
  const request = resolution === null ? null : { ...maskOptions(options), resolution: resolution.resolution };
  const mask = request === null ? null : chooseResolutionMask(engine, model, map, request, context);
  const masked =
    plain === null || mask === null ? null : computeMapResolution(engine, map.values, frame, terms, mask.values);
  step("resolution inside the mask");
  const half = halfMaps && computeHalfMapFsc(engine, halfMaps, mask?.values ?? null, context);
  let fscAverage: FscAverage | null = null;
  if (terms !== null && mask !== null && request !== null) {
    const range = { mask: mask.values, resolution: request.resolution };
    fscAverage = computeFscAverage(engine, map.values, frame, terms, range);
  } else if (terms !== null) {
    freeTermsOfModel(engine, terms);
  }
  const result = { ...gather(half, plain, masked, mask, terms), resolution, fscAverage, modelTermsTo };
  reportDoubts(result, context);
  return result;
}

/** Smoothed and straight crossings farther apart than this, Angstrom, are worth a look at the curve. */
const doubtfulDifference = 0.2;

/** Half maps whose FSC begins below this have no resolution. */
const leastHalfMaps = 0.143;

function reportDoubts({ fsc }: ResolutionAssessment, context: RunContext): void {
  const { model, halfMap, curves } = fsc;
  const doubt = (code: string, message: string): void => addDiagnostic(context.diagnostics, "warning", code, message);
  const compare = (name: string, smoothed: number | null | undefined, raw: number | null | undefined): void => {
    if (!smoothed || !raw || Math.abs(smoothed - raw) <= doubtfulDifference) return;
    doubt("FSC_UNEVEN", `The ${name} is uneven: smoothed ${smoothed.toFixed(2)} A, not smoothed ${raw.toFixed(2)} A`);
  };
  compare("FSC of model and map at 0.5", model?.unmasked.d05, model?.unmasked.raw.d05);
  compare("FSC of model and map at 0.5 inside the mask", model?.masked?.d05, model?.masked?.raw.d05);
  const half = halfMap?.corrected ?? halfMap?.unmasked;
  compare("FSC of the half maps at 0.143", half?.d0143, half?.raw.d0143);
  const beginning = curves.halfMap?.unmasked.smoothed[0];
  if (beginning !== undefined && beginning < leastHalfMaps) {
    doubt(
      "HALF_MAPS_UNRELATED",
      `The half maps do not correlate, not even at the lowest resolution (FSC ${beginning.toFixed(2)}): they have no resolution. One may be inverted, or stand elsewhere`,
    );
  }
  const start = curves.model?.unmasked?.smoothed[0];
  if (start === undefined || start >= 0.5) return;
  doubt(
    "FSC_LOW",
    `The FSC of model and map begins at ${start.toFixed(2)}: it falls below 0.5 nowhere, as it never was above`,
  );
}

function maskOptions({ mask, maskPolicy }: ResolutionOptions): { mask?: DensityMap; policy?: MaskPolicy } {
  return { ...(mask ? { mask } : {}), ...(maskPolicy ? { policy: maskPolicy } : {}) };
}

function chooseResolution(
  engine: ComputeEngine,
  { model, map, halfMaps, plain }: Inputs,
  options: ResolutionOptions,
  context: RunContext,
): ResolutionEstimate | null {
  if (options.resolution !== undefined) return { resolution: options.resolution, source: "given" };
  const byHalfMaps = halfMaps && resolutionOfHalfMaps(engine, model, map, halfMaps, maskOptions(options), context);
  if (byHalfMaps) return byHalfMaps;
  return plain && resolutionOfMap(plain);
}

interface Inputs {
  readonly model: Model | null;
  readonly map: DensityMap;
  readonly halfMaps: HalfMaps | null;
  readonly plain: MapResolution | null;
}

function gather(
  half: HalfMapFsc | null,
  plain: MapResolution | null,
  masked: MapResolution | null,
  mask: ResolutionMask | null,
  terms: TermsOfModel | null,
): Omit<ResolutionAssessment, "resolution" | "fscAverage" | "modelTermsTo"> {
  const hasModel = plain !== null && terms !== null;
  return {
    fsc: {
      halfMap: half && {
        unmasked: resolutionsOf(half.unmasked),
        masked: half.masked && resolutionsOf(half.masked),
        corrected: half.corrected && resolutionsOf(half.corrected),
        randomisedBeyond: half.randomisedBeyond,
      },
      model: hasModel ? { unmasked: plain.fsc, masked: masked?.fsc ?? null } : null,
      curves: {
        model: hasModel ? { unmasked: plain.curve, masked: masked?.curve ?? null } : null,
        halfMap: half && withoutLimit(half),
      },
      mask: mask && { policy: mask.policy, description: mask.description },
    },
    d99: plain?.d99 ?? null,
    d99Masked: masked?.d99 ?? null,
    dModel: plain?.dModel ?? null,
    dModelMasked: masked?.dModel ?? null,
    dModelB0: plain?.dModelB0 ?? null,
    dModelB0Masked: masked?.dModelB0 ?? null,
    overallB: plain?.overallB ?? null,
    overallBMasked: masked?.overallB ?? null,
  };
}

function withoutLimit({ unmasked, masked, randomised, corrected }: HalfMapFsc): Omit<HalfMapFsc, "randomisedBeyond"> {
  return { unmasked, masked, randomised, corrected };
}
