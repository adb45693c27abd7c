// RNA backbones: sugar puckers, epsilon and suites of every nucleotide.

import { isHydrogenElement } from "../../chemistry/elements.ts";
import { loadSuites, type SuiteTable, suiteAngles } from "../../chemistry/suite-tables.ts";
import { dihedralAngle, distanceBetween } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import { distanceToLine, puckerByDistance, type SugarPucker } from "../../topology/sugar-pucker.ts";
import { assignSuite, type SuiteAssignment, suiteIncomplete, suiteOutlier } from "./assign-suite.ts";
import { listNucleotideChains, type NucleotideRun, nucleotideRuns, sugarAtom } from "./nucleotide-residues.ts";
import {
  altlocOf,
  countOnce,
  identifyResidue,
  percentOf,
  type ResidueConformer,
  type ResidueIdentity,
  type SkippedResidue,
} from "./protein-residues.ts";

/** What the sugar of a nucleotide looks like; null where an atom that tells is missing or a bond of it is no bond. */
export interface PuckerAnalysis {
  readonly pucker: SugarPucker | null;
  /** Of the 3' phosphorus, or else of O3', to the line of the glycosidic bond, Angstrom. */
  readonly distance: number | null;
  /** Degrees, 0 to 360. */
  readonly delta: number | null;
  readonly epsilon: number | null;
  /** Delta does not fit the pucker. */
  readonly isDeltaOutlier: boolean | null;
  /** Epsilon beyond 155 to 310 degrees. */
  readonly isEpsilonOutlier: boolean | null;
}

export interface RnaResidue extends ResidueIdentity, PuckerAnalysis, SuiteAssignment {
  /** delta, epsilon and zeta of the residue before, alpha, beta, gamma and delta of its own; degrees, 0 to 360. */
  readonly angles: readonly (number | null)[];
  /** Whether statistics count it: one conformer per residue. */
  readonly counted: boolean;
}

/** Of counted residues; percentages and means are null without any. */
export interface RnaSummary {
  /** RNA residues. */
  readonly count: number;
  readonly suites: {
    /** With all seven torsions. */
    readonly count: number;
    readonly outlierCount: number;
    /** Outliers by a single torsion. */
    readonly triaged: number;
    readonly outliers: number | null;
    /** Over suites that are not triaged; outliers count 0. */
    readonly averageSuiteness: number | null;
    readonly incomplete: number;
  };
  readonly puckers: {
    readonly count: number;
    /** Delta or epsilon. */
    readonly outlierCount: number;
    readonly deltaOutliers: number;
    readonly epsilonOutliers: number;
    readonly outliers: number | null;
  };
  /** Nucleotides of DNA: neither suites nor puckers are judged. */
  readonly dna: number;
}

export interface RnaAnalysis {
  readonly source: string;
  readonly residues: readonly RnaResidue[];
  /** DNA. */
  readonly skipped: readonly SkippedResidue[];
  readonly summary: RnaSummary;
}

const shortestBond = 1.2;
const longestBond = 1.8;
const deltaRange: Readonly<Record<SugarPucker, readonly [number, number]>> = { C3e: [65, 104], C2e: [129, 162] };
const epsilonRange = [155, 310] as const;
const plainNames = new Set(["A", "C", "G", "U", "I", "N", "ADE", "CYT", "GUA", "URA"]);

/** Judges every RNA residue of a model; what a residue lacks leaves its values null, and its suite "__". */
export function analyzeRna(model: Model, table: SuiteTable = loadSuites()): RnaAnalysis {
  const residues: RnaResidue[] = [];
  const skipped: SkippedResidue[] = [];
  for (const positions of listNucleotideChains(model)) {
    const hasRibose = positions.some(({ conformers }) => conformers.some((conformer) => isRibose(conformer)));
    for (let at = 0; at < positions.length; at++) {
      const judged = new Map<string, Omit<RnaResidue, "counted">>();
      const deoxy = new Map<number, SkippedResidue>();
      for (const run of nucleotideRuns(model, positions, at)) {
        const { residue, altloc } = run.own;
        if (!isRna(model, run.own, hasRibose)) {
          deoxy.set(residue, { ...identifyResidue(model, residue, altloc), reason: "DNA" });
          continue;
        }
        const { rows, ...result } = analyzeRun(model, run, table);
        const key = `${residue} ${rows.join(" ")}`;
        if (!judged.has(key)) judged.set(key, { ...identifyResidue(model, residue, altlocOf(model, rows)), ...result });
      }
      residues.push(...countOnce([...judged.values()]));
      skipped.push(...deoxy.values());
    }
  }
  return { source: table.source, residues, skipped, summary: summarize(residues, skipped.length) };
}

function isRibose(conformer: ResidueConformer): boolean {
  return sugarAtom(conformer, "O2'") !== undefined;
}

/** A nucleotide that lacks O2' is RNA where it is uridine, or is named like RNA among RNA. */
function isRna(model: Model, conformer: ResidueConformer, hasRibose: boolean): boolean {
  const name = model.residues.name[conformer.residue]!;
  return isRibose(conformer) || name === "U" || (hasRibose && plainNames.has(name));
}

type RunResult = Omit<RnaResidue, keyof ResidueIdentity | "counted"> & { readonly rows: readonly number[] };

function analyzeRun(model: Model, run: NucleotideRun, table: SuiteTable): RunResult {
  const { previous, own, next } = run;
  const rows: number[] = [];
  const torsion = (...atoms: readonly (readonly [ResidueConformer | undefined, string])[]): number | null => {
    const found = atoms.map(([conformer, name]) => conformer && sugarAtom(conformer, name));
    const known = found.filter((row) => row !== undefined);
    if (known.length < 4) return null;
    rows.push(...known);
    const [i, j, k, l] = known as [number, number, number, number];
    const angle = dihedralAngle(model.atoms.xyz, i, j, k, l);
    return angle < 0 ? angle + 360 : angle;
  };
  const angles = [
    torsion([previous, "C5'"], [previous, "C4'"], [previous, "C3'"], [previous, "O3'"]),
    torsion([previous, "C4'"], [previous, "C3'"], [previous, "O3'"], [own, "P"]),
    torsion([previous, "C3'"], [previous, "O3'"], [own, "P"], [own, "O5'"]),
    torsion([previous, "O3'"], [own, "P"], [own, "O5'"], [own, "C5'"]),
    torsion([own, "P"], [own, "O5'"], [own, "C5'"], [own, "C4'"]),
    torsion([own, "O5'"], [own, "C5'"], [own, "C4'"], [own, "C3'"]),
    torsion([own, "C5'"], [own, "C4'"], [own, "C3'"], [own, "O3'"]),
  ];
  const epsilon = torsion([own, "C4'"], [own, "C3'"], [own, "O3'"], [next, "P"]);
  const base = glycosidicAtom(model, own);
  if (base !== undefined) rows.push(base);
  return {
    rows,
    angles,
    ...assignSuite(angles, table),
    ...judgePucker(model, run, { delta: angles[suiteAngles.indexOf("delta")]!, epsilon, base }),
  };
}

/** The atom of the base that C1' is bonded to: the nearest that is not of the sugar. */
function glycosidicAtom({ atoms: { xyz, element } }: Model, own: ResidueConformer): number | undefined {
  const carbon = sugarAtom(own, "C1'");
  if (carbon === undefined) return undefined;
  let nearest: number | undefined;
  let distance = longestBond;
  for (const [name, row] of own.atoms) {
    if (/['*]$/.test(name) || isHydrogenElement(element[row]!)) continue;
    const length = distanceBetween(xyz, carbon, row);
    if (length <= distance) [nearest, distance] = [row, length];
  }
  return nearest;
}

function judgePucker(
  { atoms: { xyz } }: Model,
  { own, next }: NucleotideRun,
  known: { readonly delta: number | null; readonly epsilon: number | null; readonly base: number | undefined },
): PuckerAnalysis {
  const { delta, epsilon, base } = known;
  const nothing = { pucker: null, distance: null, delta, epsilon, isDeltaOutlier: null, isEpsilonOutlier: null };
  const names = ["O3'", "C3'", "C4'", "C5'", "C1'"];
  const found = names.map((name) => sugarAtom(own, name)).filter((row) => row !== undefined);
  if (found.length < names.length || base === undefined || delta === null) return nothing;
  const [o3, c3, c4, c5, c1] = found as [number, number, number, number, number];
  const isBond = (a: number, b: number): boolean => {
    const length = distanceBetween(xyz, a, b);
    return length >= shortestBond && length <= longestBond;
  };
  if (!isBond(o3, c3) || !isBond(c3, c4) || !isBond(c4, c5) || !isBond(c1, base)) return nothing;
  const following = next?.atoms.get("P");
  const phosphorus = following !== undefined && isBond(o3, following) ? following : undefined;
  const distance = distanceToLine(xyz, phosphorus ?? o3, c1, base);
  const pucker = puckerByDistance(distance, phosphorus !== undefined);
  const [from, to] = deltaRange[pucker];
  const hasEpsilon = epsilon !== null && phosphorus !== undefined;
  return {
    pucker,
    distance,
    delta,
    epsilon,
    isDeltaOutlier: delta < from || delta > to,
    isEpsilonOutlier: hasEpsilon ? epsilon < epsilonRange[0] || epsilon > epsilonRange[1] : null,
  };
}

function summarize(residues: readonly RnaResidue[], dna: number): RnaSummary {
  const counted = residues.filter((residue) => residue.counted);
  const complete = counted.filter(({ suite }) => suite !== suiteIncomplete);
  const outliers = complete.filter(({ suite }) => suite === suiteOutlier);
  const inBins = complete.filter(({ bin }) => bin !== null);
  const total = inBins.reduce((sum, { suiteness }) => sum + suiteness!, 0);
  const puckers = counted.filter(({ pucker }) => pucker !== null);
  const wrong = puckers.filter(({ isDeltaOutlier, isEpsilonOutlier }) => isDeltaOutlier || isEpsilonOutlier);
  return {
    count: counted.length,
    suites: {
      count: complete.length,
      outlierCount: outliers.length,
      triaged: complete.length - inBins.length,
      outliers: percentOf(outliers.length, complete.length),
      averageSuiteness: inBins.length === 0 ? null : total / inBins.length,
      incomplete: counted.length - complete.length,
    },
    puckers: {
      count: puckers.length,
      outlierCount: wrong.length,
      deltaOutliers: puckers.filter(({ isDeltaOutlier }) => isDeltaOutlier).length,
      epsilonOutliers: puckers.filter(({ isEpsilonOutlier }) => isEpsilonOutlier).length,
      outliers: percentOf(wrong.length, puckers.length),
    },
    dna,
  };
}
