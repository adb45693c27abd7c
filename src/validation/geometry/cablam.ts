// CaBLAM: virtual torsions of CA and O, and the secondary structure they suggest (Prisant et al. 2020, Protein Sci. 29, 315).
import { type CablamClass, type CablamMotif, type CablamTables, cablamMotifs } from "../../chemistry/cablam-tables.ts";
import { tableValue } from "../../chemistry/grid-table.ts";
import { angleWithGradient, dihedralAngle } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import {
  altlocOf,
  countOnce,
  identifyResidue,
  listProteinChains,
  type PeptideRun,
  type ProteinPosition,
  peptideRuns,
  percentOf,
  type ResidueConformer,
  type ResidueIdentity,
} from "./protein-residues.ts";

export interface CablamMeasures {
  /** Dihedral of CA i-2, i-1, i, i+1, degrees. */
  readonly muIn: number;
  /** Dihedral of CA i-1, i, i+1, i+2, degrees. */
  readonly muOut: number;
  /** Between the carbonyls of i-1 and i, degrees; null where an O is missing. */
  readonly nu: number | null;
  /** Angle of CA i-1, i, i+1, degrees. */
  readonly caAngle: number;
}

export type CablamVerdict = "favored" | "disfavored" | "outlier" | "caOutlier";

export interface CablamResidue extends ResidueIdentity, CablamMeasures {
  readonly class: CablamClass;
  /** Scores of the peptide and of the CA trace, 0 to 1; null without tables. */
  readonly score: number | null;
  readonly caScore: number | null;
  /** Null without tables. */
  readonly verdict: CablamVerdict | null;
  /** What the CA trace looks like, with the residues before and after. */
  readonly suggestion: "alpha helix" | "3-10 helix" | "beta strand" | null;
  readonly counted: boolean;
}

/** Percentages of the counted residues, null without tables or residues. */
export interface CablamSummary {
  readonly outliers: number | null;
  /** Outliers included. */
  readonly disfavored: number | null;
  readonly caOutliers: number | null;
  readonly count: number;
}

export interface CablamAnalysis {
  /** The tables used; null where there were none. */
  readonly source: string | null;
  /** Whether suggestions follow tables of motifs or fixed ranges of mu. */
  readonly suggestionsFrom: "tables" | "ranges";
  readonly residues: readonly CablamResidue[];
  readonly summary: CablamSummary;
}

const outlierBelow = 0.01;
const disfavoredBelow = 0.05;
const caOutlierBelow = 0.005;

/** Measures of every residue with two bonded neighbours on each side; verdicts only with tables, which the program does not contain. */
export function analyzeCablam(model: Model, tables: CablamTables | null): CablamAnalysis {
  const residues = listProteinChains(model).flatMap((positions) =>
    positions.flatMap((_, at) => countOnce(judgePosition(model, positions, at, tables))),
  );
  const suggestionsFrom = tables?.motifs ? "tables" : "ranges";
  return { source: tables?.source ?? null, suggestionsFrom, residues, summary: summarize(residues, tables) };
}

type Judged = Omit<CablamResidue, "counted">;

function judgePosition(
  model: Model,
  positions: readonly ProteinPosition[],
  at: number,
  tables: CablamTables | null,
): Judged[] {
  const found = new Map<string, Judged>();
  const wide = peptideRuns(model, positions, at, { before: 3, after: 3 });
  for (const run of peptideRuns(model, positions, at, { before: 2, after: 2 })) {
    const rows = rowsOf(run);
    const key = `${run[2]!.residue} ${rows?.cas.join(" ")} ${rows?.os.join(" ")}`;
    const measures = rows && measure(model, rows);
    if (!rows || !measures || found.has(key)) continue;
    const around = wide.find((wider) => run.every((conformer, index) => wider[index + 1] === conformer));
    const used = rows.os.filter((row) => row !== undefined);
    found.set(key, {
      ...identifyResidue(model, run[2]!.residue, altlocOf(model, [...rows.cas, ...used])),
      ...measures,
      ...scoresOf(model, run, measures, tables),
      suggestion: around ? suggest(model, around, tables) : null,
    });
  }
  return [...found.values()];
}

interface CablamRows {
  /** CA of i-2 to i+2. */
  readonly cas: readonly number[];
  /** O of i-1 and i. */
  readonly os: readonly (number | undefined)[];
}

function rowsOf(run: PeptideRun): CablamRows | null {
  const cas = run.map(({ atoms }) => atoms.get("CA"));
  if (!cas.every((row) => row !== undefined)) return null;
  return { cas, os: [run[1]!.atoms.get("O"), run[2]!.atoms.get("O")] };
}

const scratch = new Float64Array(9);

function measure({ atoms: { xyz } }: Model, { cas, os }: CablamRows): CablamMeasures {
  const [a, b, c, d, e] = cas as [number, number, number, number, number];
  const [before, own] = os;
  return {
    muIn: dihedralAngle(xyz, a, b, c, d),
    muOut: dihedralAngle(xyz, b, c, d, e),
    nu: before === undefined || own === undefined ? null : carbonylDihedral(xyz, [b, c, d], [before, own]),
    caAngle: angleWithGradient(xyz, b, c, d, scratch),
  };
}

/** Dihedral of O, its foot on the line of the CA beside it, and the same of the next O in return. */
function carbonylDihedral(
  xyz: Float64Array,
  [a, b, c]: readonly [number, number, number],
  [before, own]: readonly [number, number],
): number {
  const points = new Float64Array(12);
  points.set(xyz.subarray(3 * before, 3 * before + 3), 0);
  points.set(footOn(xyz, [a, b], before), 3);
  points.set(footOn(xyz, [b, c], own), 6);
  points.set(xyz.subarray(3 * own, 3 * own + 3), 9);
  return dihedralAngle(points, 0, 1, 2, 3);
}

function footOn(xyz: Float64Array, [from, to]: readonly [number, number], point: number): number[] {
  const at = (row: number, axis: number): number => xyz[3 * row + axis]!;
  const axes = [0, 1, 2];
  const line = axes.map((axis) => at(to, axis) - at(from, axis));
  const along = axes.reduce((sum, axis) => sum + line[axis]! * (at(point, axis) - at(from, axis)), 0);
  const square = line.reduce((sum, part) => sum + part * part, 0);
  return axes.map((axis) => at(from, axis) + (along / Math.max(1e-12, square)) * line[axis]!);
}

function scoresOf(
  model: Model,
  run: PeptideRun,
  { muIn, muOut, nu, caAngle }: CablamMeasures,
  tables: CablamTables | null,
): Pick<CablamResidue, "class" | "score" | "caScore" | "verdict"> {
  const residueClass = classOf(model, run);
  const peptide = tables?.peptides?.get(`expected.${residueClass}`);
  const trace = tables?.traces?.get(`expected.${residueClass}_CA`);
  const score = peptide && nu !== null ? tableValue(peptide, [muIn, muOut, nu]) : null;
  const caScore = trace ? tableValue(trace, [muIn, muOut, caAngle]) : null;
  return { class: residueClass, score, caScore, verdict: verdictOf(score, caScore) };
}

function classOf(model: Model, run: PeptideRun): CablamClass {
  const [before, own] = [run[1]!, run[2]!];
  const name = model.residues.name[own.residue]!;
  if (name === "GLY") return "gly";
  if (name !== "PRO") return "general";
  const rows = [before.atoms.get("CA"), before.atoms.get("C"), own.atoms.get("N"), own.atoms.get("CA")];
  const omega = dihedralAngle(model.atoms.xyz, ...(rows as [number, number, number, number]));
  return Math.abs(omega) < 90 ? "cispro" : "transpro";
}

function verdictOf(score: number | null, caScore: number | null): CablamVerdict | null {
  if (caScore !== null && caScore < caOutlierBelow) return "caOutlier";
  if (score === null) return caScore === null ? null : "favored";
  if (score < outlierBelow) return "outlier";
  return score < disfavoredBelow ? "disfavored" : "favored";
}

type MotifScores = Readonly<Record<CablamMotif, number>>;

const motifFrom: MotifScores = { loose_alpha: 0.001, loose_threeten: 0.001, regular_beta: 0.0001 };

/** From seven residues: the middle three must all look alike. */
function suggest(
  model: Model,
  around: readonly ResidueConformer[],
  tables: CablamTables | null,
): CablamResidue["suggestion"] {
  const triple: MotifScores[] = [];
  for (let at = 2; at <= 4; at++) {
    const rows = rowsOf(around.slice(at - 2, at + 3));
    if (rows === null) return null;
    triple.push(motifScores(measure(model, rows), tables));
  }
  const has = (scores: MotifScores, motif: CablamMotif): boolean => scores[motif] >= motifFrom[motif];
  const isThreeTen = (scores: MotifScores): boolean => scores.loose_threeten > scores.loose_alpha;
  if (triple.every((scores) => has(scores, "loose_alpha") || has(scores, "loose_threeten"))) {
    const [before, own, after] = triple as [MotifScores, MotifScores, MotifScores];
    return isThreeTen(own) && (isThreeTen(before) || isThreeTen(after)) ? "3-10 helix" : "alpha helix";
  }
  return triple.every((scores) => has(scores, "regular_beta")) ? "beta strand" : null;
}

function motifScores({ muIn, muOut }: CablamMeasures, tables: CablamTables | null): MotifScores {
  const { motifs } = tables ?? { motifs: null };
  const scores = cablamMotifs.map((motif) => {
    if (motifs) return [motif, tableValue(motifs.get(`motif.${motif}`)!, [muIn, muOut])];
    return [motif, isWithin(motif, muIn) && isWithin(motif, muOut) ? 1 : 0];
  });
  return Object.fromEntries(scores) as Record<CablamMotif, number>;
}

/** Centre and half-width of mu, degrees: around 50 in alpha helices, 75 in 3-10 helices, -170 in strands. */
const muRanges: Readonly<Record<CablamMotif, readonly [number, number]>> = {
  loose_alpha: [50, 30],
  loose_threeten: [78, 25],
  regular_beta: [-170, 55],
};

function isWithin(motif: CablamMotif, mu: number): boolean {
  const [centre, halfWidth] = muRanges[motif];
  const difference = mu - centre;
  return Math.abs(difference - 360 * Math.round(difference / 360)) <= halfWidth;
}

function summarize(residues: readonly CablamResidue[], tables: CablamTables | null): CablamSummary {
  const counted = residues.filter((residue) => residue.counted);
  const { length: count } = counted;
  const share = (test: (residue: CablamResidue) => boolean): number | null =>
    percentOf(counted.filter(test).length, count);
  return {
    outliers: tables?.peptides ? share(({ score }) => score !== null && score < outlierBelow) : null,
    disfavored: tables?.peptides ? share(({ score }) => score !== null && score < disfavoredBelow) : null,
    caOutliers: tables?.traces ? share(({ caScore }) => caScore !== null && caScore < caOutlierBelow) : null,
    count,
  };
}
