// Is the experiment itself right: voxel size, hand, sharpening, cuts of the map, and what the model's B column holds.
import { addDiagnostic, type Severity } from "../../base/diagnostics.ts";
import type { RunContext } from "../../base/run-context.ts";
import { describeMapEdges, type MapEdges } from "../../density/map-edges.ts";
import { describeMapValues, type MapValues } from "../../density/map-values.ts";
import { correlationOf, sumOverMask } from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import type { FitMaps } from "./fit-maps.ts";
import { type MapHand, measureHand } from "./hand.ts";
import { measurePixelScale, type PixelScale } from "./pixel-size.ts";
import { detectPlddt, type PlddtEvidence } from "./plddt.ts";
import { shareOutside } from "./share-outside.ts";
import { type MapSharpness, measureSharpness } from "./sharpness.ts";

/** Something about map or model that a person should know before believing any score. */
export interface ExperimentNotice {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  /** The numbers behind it. */
  readonly example: string;
}

export interface ExperimentChecks {
  readonly pixelScale: PixelScale;
  readonly hand: MapHand;
  readonly sharpness: MapSharpness;
  readonly edges: MapEdges;
  /** Null for a map without voxels. */
  readonly values: MapValues | null;
  readonly plddt: PlddtEvidence;
  readonly notices: readonly ExperimentNotice[];
}

export interface ExperimentOptions {
  /** Labels of the map's header. */
  readonly labels?: readonly string[];
  /** The model's file says that its B column is pLDDT. */
  readonly statesPlddt?: boolean;
}

/** Runs all checks on the maps of a fit; what they find is also recorded as diagnostics. */
export function checkExperiment(
  engine: ComputeEngine,
  model: Model,
  maps: FitMaps,
  options: ExperimentOptions,
  context: RunContext,
): ExperimentChecks {
  const checks = {
    pixelScale: measurePixelScale(engine, model, maps),
    hand: measureHand(model, maps.map, maps.resolution),
    sharpness: measureSharpness(engine, model.atoms, maps.map, maps),
    edges: describeMapEdges(maps.map, maps.mask),
    values: describeMapValues(maps.map, maps.mask),
    plddt: detectPlddt(model, options.statesPlddt),
  };
  const notices = [
    noticeInverted(maps),
    noticeOutside(shareOutside(model, maps.map), checks.edges),
    noticePixelScale(checks.pixelScale, maps),
    ...noticeHand(checks.hand),
    noticeSharpness(checks.sharpness),
    ...noticeEdges(checks.edges),
    noticePlddt(checks.plddt),
    noticeLabels(options.labels ?? []),
  ].filter((notice) => notice !== null);
  for (const { severity, code, message, example } of notices) {
    addDiagnostic(context.diagnostics, severity, code, message, example);
  }
  return { ...checks, notices };
}

/** Models beside the density, and noise, correlate between -0.1 and 0.1. */
const invertedBelow = -0.3;

function noticeInverted({ map, modelMap, mask }: FitMaps): ExperimentNotice | null {
  const cc = correlationOf(sumOverMask(map.values, modelMap, mask));
  if (cc === null || cc > invertedBelow) return null;
  return {
    severity: "warning",
    code: "MAP_INVERTED",
    message: "The map is low where the model is: its contrast is inverted, and its negative should be given",
    example: `correlation ${cc.toFixed(2)}`,
  };
}

/** Share of the atoms outside of a map from which on correlations suffer. */
const muchOutside = 0.01;

/** A box that is a period goes on at its faces, and nothing is outside. */
function noticeOutside(share: number, { isPeriodic }: MapEdges): ExperimentNotice | null {
  if (share <= muchOutside || isPeriodic) return null;
  return {
    severity: "warning",
    code: "MODEL_PARTLY_OUTSIDE",
    message:
      "Part of the model is outside of the map: the model map is periodic, so it reaches in at the opposite face, and correlations, FSC and masks suffer. Give the part of the model that is in the map",
    example: `${(100 * share).toFixed(0)} % of the atoms`,
  };
}

function noticePixelScale({ best, error, isOff }: PixelScale, { map }: FitMaps): ExperimentNotice | null {
  if (isOff !== true || best === null) return null;
  const percent = (100 * Math.abs(best - 1)).toFixed(1);
  const voxel = map.cell.a / map.sampling[0];
  return {
    severity: "warning",
    code: "PIXEL_SIZE_OFF",
    message: `The model fits best made ${percent} % ${best > 1 ? "larger" : "smaller"}: the map's voxel size, or that of the map it was built in, is wrong`,
    example: `scale ${best.toFixed(4)} +- ${error!.toFixed(4)}: voxels of ${(voxel / best).toFixed(4)} instead of ${voxel.toFixed(4)} A`,
  };
}

function noticeHand({ isMirrored, mirroredCentres, ccAsGiven, ccMirrored, z, windows }: MapHand): ExperimentNotice[] {
  const notices: ExperimentNotice[] = [];
  if (isMirrored === true) {
    notices.push({
      severity: "warning",
      code: "MAP_MIRRORED",
      message: "Helices in the map turn left: it is a mirror image",
      example: `${windows} stretches of helix: correlation ${ccAsGiven!.toFixed(2)} as given, ${ccMirrored!.toFixed(2)} mirrored, z ${z!.toFixed(1)}`,
    });
  }
  if (mirroredCentres !== null && mirroredCentres > 0.5) {
    notices.push({
      severity: "warning",
      code: "MODEL_MIRRORED",
      message: "Most amino acids have the hand of D amino acids: the model is a mirror image",
      example: `${(100 * mirroredCentres).toFixed(0)} % of CA centres`,
    });
  }
  return notices;
}

function noticeSharpness({ b, error, isOverSharpened }: MapSharpness): ExperimentNotice | null {
  if (!isOverSharpened) return null;
  return {
    severity: "warning",
    code: "MAP_OVER_SHARPENED",
    message: "The map is sharper than atoms without motion: noise is amplified towards the resolution limit",
    example: `overall B ${b!.toFixed(0)} +- ${error!.toFixed(0)}`,
  };
}

/** Share of the model's mask that may be 0: rims of masks that follow the model closely. */
const zerosInMask = 0.05;

function noticeEdges({ isMasked, zeroShare, zeroShareInMask, isCutThrough, faces }: MapEdges): ExperimentNotice[] {
  const notices: ExperimentNotice[] = [];
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  if (isMasked) {
    notices.push({
      severity: "info",
      code: "MAP_MASKED",
      message:
        "Most of the map is exactly 0: it has been masked, and correlations over the whole box and FSC show the mask",
      example: `${percent(zeroShare)} of the voxels`,
    });
  }
  if (zeroShareInMask !== null && zeroShareInMask > zerosInMask) {
    notices.push({
      severity: "warning",
      code: "MAP_ZERO_IN_MODEL",
      message: "The map is exactly 0 where the model is: its mask cuts the model",
      example: `${percent(zeroShareInMask)} of the molecular mask`,
    });
  }
  if (isCutThrough) {
    const cut = faces.filter(({ dense }) => dense !== null && dense > 0.1).map(({ axis, side }) => `${side} ${axis}`);
    notices.push({
      severity: "info",
      code: "MAP_CUT_THROUGH",
      message: "Density like the molecule's reaches faces of the box: the map is a cut-out, and not periodic",
      example: cut.join(", "),
    });
  }
  return notices;
}

function noticePlddt({ isPlddt, isStated, median }: PlddtEvidence): ExperimentNotice | null {
  if (!isPlddt) return null;
  return {
    severity: "warning",
    code: "B_COLUMN_PLDDT",
    message: "The B column holds pLDDT, the confidence of a predicted model: it is no B factor",
    example: `median ${median!.toFixed(1)}, ${isStated ? "stated by the file" : "by its values"}`,
  };
}

const processingWords =
  /deepemhancer|emready|emgan|cryofem|locscale|local[ _-]?sharp|resolve_cryo_em|density[ _-]?modif|auto[ _-]?sharpen|model[ _-]?scaled/i;

/** Labels of programs that change a map by a model, by other maps or locally. */
export function noticeLabels(labels: readonly string[]): ExperimentNotice | null {
  const label = labels.find((text) => processingWords.test(text));
  if (label === undefined) return null;
  return {
    severity: "warning",
    code: "MAP_PROCESSED",
    message: "The map's header names a program that enhances maps: scores against it do not measure the experiment",
    example: label.trim(),
  };
}
