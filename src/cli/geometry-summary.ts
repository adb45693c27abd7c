// A model's geometry on one page: values, whether they are good, what is usual, and the worst places.
import type { GeometryReport } from "../validation/geometry/geometry-report.ts";
import type { ProblemPlace } from "../validation/geometry/problem-places.ts";
import { alignMeanings, hasOtherRotamers, type MeasureRow, show } from "./tables.ts";

type Word = "good" | "fair" | "poor" | "";

/** [good up to, fair up to]: above it is poor. */
type Limits = readonly [good: number, fair: number];

function upTo(value: number | null, [good, fair]: Limits): Word {
  if (value === null) return "";
  return value <= good ? "good" : value <= fair ? "fair" : "poor";
}

function fromOn(value: number | null, [good, fair]: Limits): Word {
  if (value === null) return "";
  return value >= good ? "good" : value >= fair ? "fair" : "poor";
}

/** Goals of MolProbity (Williams et al. 2018, Protein Sci. 27, 293); clashscore as cryo-EM models have it. */
const limits = {
  clashscore: [5, 15],
  favored: [98, 95],
  ramachandranOutliers: [0.2, 0.5],
  rotamerOutliers: [0.3, 1.5],
  cBeta: [0, 1],
  ramaZ: [2, 3],
  none: [0, 0],
  covalent: [0.01, 0.1],
} as const satisfies Record<string, Limits>;

const shownProblems = 4;

export function describeGeometryReport(report: GeometryReport, places: readonly ProblemPlace[], shown: number): string {
  const parts = [alignMeanings(measureRows(report)), describeBasis(report), describePlaces(places, shown)];
  return parts.filter((part) => part !== "").join("\n\n");
}

function measureRows(report: GeometryReport): MeasureRow[] {
  const { ramachandran, rotamers, cBeta, omega, ramaZ, covalent, rna } = report;
  const rows: MeasureRow[] = [];
  const add = (name: string, value: string, word: Word, note: string): void => {
    rows.push([name, value, word === "" ? `      ${note}` : note === "" ? word : `${word.padEnd(4)}  ${note}`]);
  };
  const { clashscore, fused, molprobityScore, waters } = report;
  const scored = clashscore === null ? "needs atoms with hydrogens, of some occupancy" : "clashes per 1000 atoms";
  add("Clashscore", show(clashscore, 2), upTo(clashscore, limits.clashscore), scored);
  if (fused.length > 0) add("Atoms on atoms", String(fused.length), "poor", "unbonded, at bonding distance");
  if (ramachandran.count > 0) {
    const { favored, outliers, count } = ramachandran;
    add("Ramachandran favoured", `${show(favored, 2)} %`, fromOn(favored, limits.favored), `of ${count}; goal 98 %`);
    add("Ramachandran outliers", `${show(outliers, 2)} %`, upTo(outliers, limits.ramachandranOutliers), "goal 0.2 %");
  }
  if (ramaZ.whole) {
    const { value, sd } = ramaZ.whole;
    // A single residue has no spread, and nothing follows from it.
    if (sd === null) add("Rama-Z", show(value, 2), "", "of a single residue");
    else add("Rama-Z", show(value, 2), upTo(Math.abs(value), limits.ramaZ), `+- ${show(sd, 2)}; goal within 2`);
  }
  if (rotamers.count > 0) {
    const { outliers, count } = rotamers;
    add(
      "Rotamer outliers",
      `${show(outliers, 2)} %`,
      upTo(outliers, limits.rotamerOutliers),
      `of ${count}; goal 0.3 %`,
    );
  }
  if (cBeta.count > 0) {
    const { outliers, outlierCount, count } = cBeta;
    add("CB deviations", String(outlierCount), upTo(outliers, limits.cBeta), `of ${count} beyond 0.25 A`);
  }
  if (omega.general + omega.prolines > 0) {
    add(
      "Cis peptides",
      String(omega.cisGeneral),
      upTo(omega.cisGeneral, limits.none),
      `and ${omega.cisProline} before proline`,
    );
    add("Twisted peptides", String(omega.twisted), upTo(omega.twisted, limits.none), "");
  }
  if (molprobityScore !== null)
    add(
      "MolProbity score",
      show(molprobityScore, 2),
      "",
      hasOtherRotamers(report.tables)
        ? "by Top500 rotamers, not MolProbity's Top8000 (--reference-data)"
        : "like a resolution: lower is better",
    );
  for (const [name, kind] of [
    ["Bonds", covalent.bonds],
    ["Angles", covalent.angles],
  ] as const) {
    const share = kind.count === 0 ? null : (100 * kind.outliers4) / kind.count;
    const note = `of ${kind.count} beyond 4 sigma, ${kind.outliers5} beyond 5; rmsZ ${show(kind.rmsZ, 2)}`;
    add(name, String(kind.outliers4), upTo(share, limits.covalent), note);
  }
  const { wrongHand } = covalent.chirality;
  add("Chiral centres", String(wrongHand), upTo(wrongHand, limits.none), "of the wrong hand");
  if (rna) {
    const { outlierCount, count } = rna.suites;
    add("RNA suites", String(outlierCount), "", `outliers of ${count}`);
    add("RNA sugar puckers", String(rna.puckers.outlierCount), "", `outliers of ${rna.puckers.count}`);
  }
  if (waters.waters > 0) add("Waters that clash", String(waters.clashing), "", `of ${waters.waters}`);
  return rows;
}

function describeBasis(report: GeometryReport): string {
  const { hydrogenPolicy, hydrogens, tables } = report;
  const placed = hydrogenPolicy === "replace" ? "placed anew" : "of the file";
  const used = [tables.ramachandran, ...tables.rotamers, tables.ramaZ, tables.cablam].filter((name) => name !== null);
  return `Contacts with ${hydrogens} hydrogens ${placed}. Tables: ${[...new Set(used)].join("; ")}`;
}

function describePlaces(places: readonly ProblemPlace[], shown: number): string {
  if (places.length === 0 || shown === 0) return "";
  const isOneModel = places.every(({ model }) => model === places[0]!.model);
  const lines = places.slice(0, shown).map(({ model, residue, position, problems }) => {
    const texts = problems.slice(0, shownProblems).map(({ text }) => text);
    if (problems.length > shownProblems) texts.push(`${problems.length - shownProblems} more`);
    return `  ${isOneModel ? "" : `model ${model}: `}${residue} (${position.map((value) => value.toFixed(1)).join(", ")}): ${texts.join("; ")}`;
  });
  return [`Worst of ${places.length} places`, ...lines].join("\n");
}
