// The report of emend fit on one screen: values, what is good at this resolution, and what was used.
import type { FitReport } from "../validation/fit/fit-report.ts";
import { alignMeanings, alignRows, type MeasureRow as Row, show } from "./tables.ts";

/** Bounds of the words for a correlation. */
const poorBelow = 0.3;
const goodAbove = 0.6;
const worstResidues = 6;
const shownChains = 8;
const shownBlobs = 3;
const fewNames = 4;
/** A model whose own map shows its atoms so much less clearly than the map does is blurred by its B factors. */
const blurredAbove = 1.1;

const contourWords = { volume: " (encloses the model's volume)", sigma: " (one sigma, estimated)" } as const;

export function describeFitReport(report: FitReport, files: { readonly model: string; readonly map: string }): string {
  const estimated = report.resolutionEstimated ? "estimated" : "given";
  const title = `${files.model} in ${files.map} at ${report.resolution.toFixed(2)} A (${estimated})`;
  const rows = [...correlationRows(report), ...atomRows(report), ...resolutionRows(report)];
  const parts = [
    title,
    alignMeanings(rows),
    describeChains(report),
    describeWorst(report),
    describeBlobs(report),
    describePlacement(report),
    describeBasis(report),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function word(cc: number | null): string {
  if (cc === null) return "not defined";
  return cc < poorBelow ? "poor" : cc <= goodAbove ? "so-so" : "good";
}

function correlationRows(report: FitReport): Row[] {
  const { ccMask, ccMaskCoordinates, bestOverallB, ccVolume, ccPeaks, ccBox, ccMainChain, ccSideChain } = report;
  const converted = report.withConvertedB;
  const note = converted ? `; ${show(converted.ccMask, 3)} with the B factors that its pLDDT stand for` : "";
  return [
    ["CC mask", show(ccMask, 3), word(ccMask) + note],
    ["CC of coordinates", show(ccMaskCoordinates, 3), `compares models; with one B of ${show(bestOverallB, 0)} A^2`],
    ["CC volume", show(ccVolume, 3), `peaks ${show(ccPeaks, 3)}, box ${show(ccBox, 3)}`],
    ["CC main chain", show(ccMainChain, 3), `side chains ${show(ccSideChain, 3)}`],
  ];
}

function atomRows({ qScore, inclusion, emringer, resolution, percentiles }: FitReport): Row[] {
  const { mean, expected, expectedLow, expectedHigh, relativeToExact, sigma } = qScore;
  const at = `${resolution.toFixed(1)} A`;
  const usual =
    expected === null
      ? `sigma ${sigma} A`
      : `usual at ${at}: ${show(expected, 2)} (${show(expectedLow, 2)} to ${show(expectedHigh, 2)})`;
  const tooHigh = relativeToExact !== null && relativeToExact > blurredAbove ? " (its B factors are too high)" : "";
  const relative =
    relativeToExact === null ? "" : `; ${(100 * relativeToExact).toFixed(0)} % of what its own map gives${tooHigh}`;
  const among =
    percentiles.q === null
      ? ""
      : `; better than ${percentiles.q.toFixed(0)} % of the entries of like resolution (about)`;
  const contour =
    inclusion.contour === null
      ? "no contour"
      : `above ${inclusion.contour.toPrecision(3)}${inclusion.contourRule ? contourWords[inclusion.contourRule] : ""}; backbone ${show(inclusion.backbone, 3)}`;
  const ringer: Row =
    emringer === null
      ? ["EMRinger", "-", "no side chain to scan"]
      : [
          "EMRinger",
          show(emringer.score, 2),
          emringer.isSignificant
            ? `+- ${show(emringer.bootstrapSd, 2)}, p ${emringer.pValue.toPrecision(1)}; above 1 acceptable, above 2 very good at 3-4 A`
            : `p ${emringer.pValue.toPrecision(1)}: no more than chance`,
        ];
  return [
    ["Q-score", show(mean, 3), usual + relative + among],
    ["Atoms in density", show(inclusion.all, 3), contour],
    ringer,
  ];
}

function crossingRow(name: string, d: number | null, note: string): Row {
  return [name, show(d, 2), d === null ? `nowhere, ${note}` : `A, ${note}`];
}

function resolutionRows(report: FitReport): Row[] {
  const { fsc, d99, dModel, overallB } = report;
  const rows: Row[] = [];
  if (fsc.halfMap) {
    const { unmasked, masked, corrected } = fsc.halfMap;
    const best = corrected ?? masked ?? unmasked;
    const note = corrected ? "masked and corrected" : masked ? "masked" : "unmasked";
    rows.push(crossingRow("Half maps, FSC 0.143", best.d0143, `${note}; unmasked ${show(unmasked.d0143, 2)}`));
  }
  if (fsc.model) {
    const { unmasked, masked } = fsc.model;
    const note = `${masked ? "masked" : "no mask"}; unmasked ${show(unmasked.d05, 2)}`;
    rows.push(crossingRow("Model and map, FSC 0.5", (masked ?? unmasked).d05, note));
  }
  const { best, error, isOff } = report.experiment.pixelScale;
  if (best !== null && error !== null) {
    const verdict = isOff === null ? "cannot be judged" : isOff ? "voxels are off" : "voxels are right";
    rows.push(["Model scale", show(best, 4), `+- ${show(error, 4)}; ${verdict}`]);
  }
  rows.push(["d99", show(d99, 2), `A; d model ${show(dModel, 2)} A, overall B ${show(overallB, 0)} A^2`]);
  return rows;
}

function describeChains({ perChain, qScore, inclusion }: FitReport): string {
  if (perChain.length < 2) return "";
  const rows = perChain
    .slice(0, shownChains)
    .map(({ chain, cc, atoms }) => [
      chain === "" ? "(blank)" : chain,
      show(cc, 3),
      show(qScore.perChain.find((entry) => entry.chain === chain)?.mean ?? null, 3),
      show(inclusion.perChain.find((entry) => entry.chain === chain)?.all ?? null, 3),
      String(atoms),
    ]);
  const more = perChain.length > shownChains ? `\n... and ${perChain.length - shownChains} more chains` : "";
  return alignRows([["Chain", "CC", "Q", "in density", "atoms"], ...rows]) + more;
}

function describeWorst({ perResidue }: FitReport): string {
  const worst = perResidue
    .filter(({ cc }) => cc !== null)
    .toSorted((one, other) => one.cc! - other.cc!)
    .slice(0, worstResidues)
    .map(({ chain, name, number, insertionCode, cc }) => `${chain} ${number}${insertionCode} ${name} ${show(cc, 2)}`);
  return worst.length === 0 ? "" : `Residues that fit worst: ${worst.join(", ")}`;
}

function describeBlobs({ blobs, missingDensity }: FitReport): string {
  if (missingDensity === null || blobs.length === 0) return "";
  const shown = blobs
    .slice(0, shownBlobs)
    .map(
      ({ peak, volume, peakSigma, nearestAtom, nearestDistance }) =>
        `  (${peak.map((value) => value.toFixed(1)).join(", ")})  ${volume.toFixed(0)} A^3, ${peakSigma.toFixed(1)} sigma` +
        (nearestAtom === null ? "" : `, ${nearestDistance!.toFixed(1)} A from ${nearestAtom}`),
    );
  return [`Density without a model: ${missingDensity.count} blobs, the largest at`, ...shown].join("\n");
}

function describePlacement({ placement }: FitReport): string {
  const { outside, noDensity, elements } = placement;
  const lines: string[] = [];
  if (outside.count > 0) lines.push(`Atoms outside of the map: ${outside.count}, ${listFew(outside.atoms)}`);
  if (noDensity.count > 0) {
    const names = noDensity.atoms.map(({ atom }) => atom);
    lines.push(`Waters and ions on no density: ${noDensity.count} of ${noDensity.tested}, ${listFew(names)}`);
  }
  if (elements.suspects.length > 0) {
    const names = elements.suspects.map(({ atom, hint }) => `${atom} (${hint})`);
    lines.push(`Density of another element: ${listFew(names)}`);
  }
  return lines.join("\n");
}

function listFew(names: readonly string[]): string {
  return names.slice(0, fewNames).join(", ") + (names.length > fewNames ? ", ..." : "");
}

function describeBasis({ used, missingDensity }: FitReport): string {
  const { table, hydrogens, sigma, qRule, mask } = used;
  return (
    `Used: ${table} scattering factors, B and occupancies of the file, ${hydrogens === 0 ? "no" : hydrogens} hydrogens, ` +
    `Q with sigma ${sigma} A by ${qRule}'s rule` +
    (mask === null ? "" : `, FSC mask: ${mask}`) +
    (missingDensity === null ? "" : `, blobs farther than ${missingDensity.distance} A from atoms`)
  );
}
