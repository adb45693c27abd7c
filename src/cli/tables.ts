// Results as text for a person.
import type { FreeFsc } from "../refinement/cross-validation/cross-validation.ts";
import type { RefineResult } from "../refinement/refine-options.ts";
import type { SupplementCounts } from "../restraints/supplement.ts";
import type { GeometryCounts, GeometrySummary } from "../validation/geometry/geometry-statistics.ts";
import type { JudgedAssessment } from "./judge.ts";

export function show(value: number | null, decimals: number): string {
  return value === null ? "-" : value.toFixed(decimals);
}

/** Columns separated by two spaces; the first is left-aligned. */
export function alignRows(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Rotamers of MolProbity's own score are judged by Top8000; the tables that are built in are others. */
export function hasOtherRotamers({ rotamers }: { readonly rotamers: readonly string[] }): boolean {
  return rotamers.some((name) => !name.startsWith("Top8000"));
}

export type MeasureRow = readonly [name: string, value: string, meaning: string];

/** Names and values in columns, what they mean behind them. */
export function alignMeanings(rows: readonly MeasureRow[]): string {
  const columns = alignRows(rows.map(([name, value]) => [name, value])).split("\n");
  const width = Math.max(...columns.map((line) => line.length));
  return rows.map(([, , meaning], at) => `${columns[at]!.padEnd(width)}  ${meaning}`.trimEnd()).join("\n");
}

/** What of the result is no evidence, since it was restrained. */
export interface RestrainedMeasures {
  readonly supplement: SupplementCounts | null;
  /** Hydrogens took part in the contacts that were kept apart. */
  readonly contacts: boolean;
  /** Side chains were put into rotamers. */
  readonly rotamers: boolean;
  /** Mean Q-score of the residues that both models have; null where it is not known. */
  readonly q: { readonly before: number | null; readonly after: number | null };
}

export function describeAssessments(
  before: JudgedAssessment,
  after: JudgedAssessment,
  restrained: RestrainedMeasures,
): string {
  const { supplement } = restrained;
  const mark = (label: string, isRestrained: boolean): string => (isRestrained ? `${label} *` : label);
  const hasRamachandran = (supplement?.ramachandran ?? 0) > 0;
  const hasRotamers = restrained.rotamers || (supplement?.rotamers ?? 0) > 0;
  const rows: string[][] = [["", "before", "after"]];
  const add = (label: string, read: (assessment: JudgedAssessment) => string): void => {
    rows.push([label, read(before), read(after)]);
  };
  add("CC of coordinates (best overall B)", ({ fit }) => show(fit.ccMaskCoordinates, 4));
  add("CC mask, model as it is", ({ fit }) => show(fit.ccMask, 4));
  add("CC volume", ({ fit }) => show(fit.ccVolume, 4));
  add("CC peaks", ({ fit }) => show(fit.ccPeaks, 4));
  add("CC box", ({ fit }) => show(fit.ccBox, 4));
  add("bonds, rmsd (A)", ({ geometry }) => show(geometry.bond.rmsd, 4));
  add("angles, rmsd (deg)", ({ geometry }) => show(geometry.angle.rmsd, 2));
  add("chirality, rmsd (A^3)", ({ geometry }) => show(geometry.chirality.rmsd, 3));
  add("planes, rmsd (A)", ({ geometry }) => show(geometry.planarity.rmsd, 4));
  add("close contacts, no hydrogens", ({ geometry }) => String(geometry.nonbonded.closePairs));
  if (before.geometry.withHydrogens) {
    add("close contacts, all atoms", ({ geometry }) => String(geometry.withHydrogens?.nonbonded.closePairs ?? "-"));
  }
  const { ramachandran, rotamers } = before.geometry;
  if (before.geometry.clashscore !== undefined)
    add(mark("clashscore", restrained.contacts), ({ geometry }) => show(geometry.clashscore ?? null, 2));
  if (ramachandran && ramachandran.count > 0) {
    add(mark("Ramachandran favoured (%)", hasRamachandran), ({ geometry }) =>
      show(geometry.ramachandran?.favored ?? null, 2),
    );
    add(mark("Ramachandran outliers (%)", hasRamachandran), ({ geometry }) =>
      show(geometry.ramachandran?.outliers ?? null, 2),
    );
  }
  if (rotamers && rotamers.count > 0) {
    add(mark("rotamer outliers (%)", hasRotamers), ({ geometry }) => show(geometry.rotamers?.outliers ?? null, 2));
    const isOther = before.geometry.tables !== undefined && hasOtherRotamers(before.geometry.tables);
    const score = isOther ? "MolProbity score, Top500 rotamers" : "MolProbity score";
    add(mark(score, restrained.contacts || hasRamachandran || hasRotamers), ({ geometry }) =>
      show(geometry.molprobityScore ?? null, 2),
    );
  }
  if (before.geometry.ramaZ?.whole || after.geometry.ramaZ?.whole) {
    add("Rama-Z", ({ geometry }) => show(geometry.ramaZ?.whole?.value ?? null, 2));
  }
  if (restrained.q.before !== null) rows.push(["Q-score", show(restrained.q.before, 3), show(restrained.q.after, 3)]);
  const lines = [alignRows(rows)];
  if (rows.some(([label]) => label!.endsWith(" *"))) lines.push("* was restrained or searched for: no evidence");
  if (hasRamachandran && !after.geometry.ramaZ?.whole) {
    lines.push("Without tables of Rama-Z nothing here says whether the Ramachandran plot is that of a good model");
  }
  return lines.join("\n");
}

export function describeWeight({ refinement }: RefineResult): string {
  const { weight, mapScale, cycles, bestCycle, shift } = refinement;
  const isModelMap = cycles[bestCycle]?.stage === "modelMap";
  const origin = weight.source === "given" ? "given" : `found automatically, limited by ${weight.limitedBy}`;
  const region = mapScale.region === "mask" ? "around the molecule" : "in the box";
  const unit = isModelMap
    ? "about 1 by what the model leaves unexplained"
    : `map scaled by its sigma ${region}, ${mapScale.sigma.toPrecision(4)}`;
  return (
    `Weight of the ${isModelMap ? "model map" : "map"} ${weight.value.toPrecision(4)} (${origin}; ${unit}). ` +
    `Cycle ${bestCycle} of ${cycles.length - 1} is the best; atoms moved by ${shift.rmsd.toFixed(3)} A rmsd, ${shift.max.toFixed(2)} A at most.`
  );
}

/** The numbers are those of the run on the first half map. */
/** Occupancies that were refined, the first few by name. */
export function describeOccupancies({
  isApplied,
  groups,
}: NonNullable<RefineResult["refinement"]["occupancies"]>): string {
  if (groups.length === 0) return "No occupancies to refine: there are no alternates and no ligands that may move";
  if (!isApplied) return `Occupancies of ${groups.length} groups stay: the map does not like others better`;
  const shown = groups.slice(0, 5).map(({ label, altlocs, before, after }) => {
    const states = altlocs.map((altloc, at) =>
      `${altloc} ${before[at]!.toFixed(2)} to ${after[at]!.toFixed(2)}`.trim(),
    );
    return `${label}: ${states.join(", ")}`;
  });
  return `Occupancies of ${groups.length} groups were refined: ${shown.join("; ")}${groups.length > 5 ? "; ..." : ""}`;
}

export function describeFreeFsc({
  work,
  free,
  gap,
  weight,
  bFactors,
  full,
}: FreeFsc & { readonly full: number | null }): string {
  return (
    `Refined against half map 1 alone: FSC ${work.toFixed(4)} with it, ${free.toFixed(4)} with half map 2 (free), gap ${gap.toFixed(4)}, ` +
    `to which weight ${weight.toPrecision(3)} of the model map and B factors "${bFactors}" were chosen.` +
    (full === null ? "" : ` The refined model's with the full map: ${full.toFixed(4)}.`)
  );
}

export function describeCycles({ refinement }: RefineResult): string {
  return alignRows([
    ["cycle", "by", "weight", "steps", "CC", "B", "bonds", "angles", "close", "shift", "score"],
    ...refinement.cycles.map((record) => [
      String(record.cycle),
      record.stage === null ? "start" : record.stage === "centres" ? "centres" : "map",
      record.cycle === 0 ? "-" : record.weight.toPrecision(3),
      String(record.iterations),
      show(record.ccMaskCoordinates, 4),
      show(record.bestOverallB, 0),
      show(record.bondRmsd, 4),
      show(record.angleRmsd, 2),
      String(record.closePairs),
      show(record.shiftRmsd, 3),
      show(record.score, 4),
    ]),
  ]);
}

export function describeGeometry(geometry: GeometrySummary): string {
  const parts = [table("Without hydrogens", geometry)];
  if (geometry.withHydrogens) parts.push(table("With hydrogens", geometry.withHydrogens));
  return parts.join("\n\n");
}

function table(title: string, counts: GeometryCounts): string {
  const { nonbonded } = counts;
  const units = {
    bond: "A",
    coordination: "A",
    angle: "deg",
    dihedral: "deg",
    chirality: "A^3",
    planarity: "A",
    parallelity: "deg",
  } as const;
  const optional: readonly string[] = ["coordination", "parallelity"];
  const rows = Object.entries(units)
    .filter(([kind]) => !optional.includes(kind) || counts[kind as keyof typeof units].count > 0)
    .map(([kind, unit]) => {
      const term = counts[kind as keyof typeof units];
      const digits = unit === "deg" ? 2 : 4;
      return [
        `${kind} (${unit})`,
        show(term.rmsd, digits),
        show(term.rmsZ, 2),
        String(term.count),
        String(term.outliers),
      ];
    });
  return [
    alignRows([[title, "rmsd", "rmsZ", "count", "beyond 4 sigma"], ...rows]),
    `non-bonded: ${nonbonded.count} pairs, ${nonbonded.closePairs} closer than their contact distance less 0.4 A, ` +
      `nearest ${show(nonbonded.minDistance, 2)} A, energy ${nonbonded.energy.toFixed(1)}`,
  ].join("\n");
}
