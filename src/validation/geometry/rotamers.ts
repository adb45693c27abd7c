// Rotamer analysis: chi angles of every side chain against tables of the amino acid.
import { aminoAcidName, whyNoTable } from "../../chemistry/amino-acids.ts";
import { chiAngles } from "../../chemistry/chi-angles.ts";
import { tableValue } from "../../chemistry/grid-table.ts";
import type { Verdict } from "../../chemistry/ramachandran-tables.ts";
import { type RotamerTables, rotamerName, rotamerVerdict } from "../../chemistry/rotamer-tables.ts";
import { dihedralAngle } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import {
  altlocOf,
  countOnce,
  identifyResidue,
  listProteinChains,
  percentOf,
  type ResidueConformer,
  type ResidueIdentity,
  type SkippedResidue,
} from "./protein-residues.ts";

export interface RotamerResidue extends ResidueIdentity {
  /** Chi1, chi2, ... in degrees, 0 to 360. */
  readonly chis: readonly number[];
  /** Fraction of reference residues in less populated places, 0 to 1. */
  readonly score: number;
  readonly verdict: Verdict;
  /** Null for outliers. */
  readonly rotamer: string | null;
  /** The table used. */
  readonly source: string;
  /** Whether statistics count it: one conformer per residue. */
  readonly counted: boolean;
}

/** Percentages of the counted side chains, null without any. */
export interface RotamerSummary {
  readonly favored: number | null;
  readonly allowed: number | null;
  readonly outliers: number | null;
  readonly count: number;
}

export interface RotamerAnalysis {
  /** The tables used, one per set. */
  readonly sources: readonly string[];
  readonly residues: readonly RotamerResidue[];
  /** Side chains that lack atoms, or whose residue name has no table. */
  readonly skipped: readonly SkippedResidue[];
  readonly summary: RotamerSummary;
}

/** Judges every complete side chain; statistics count one conformer of each (blank or A). */
export function analyzeRotamers(model: Model, tables: RotamerTables): RotamerAnalysis {
  const residues: RotamerResidue[] = [];
  const skipped: SkippedResidue[] = [];
  for (const { conformers } of listProteinChains(model).flat()) {
    const judged: Omit<RotamerResidue, "counted">[] = [];
    const seen = new Set<string>();
    for (const conformer of conformers) {
      const result = judgeConformer(model, conformer, tables, seen);
      if (result === undefined) continue;
      if ("reason" in result) skipped.push(result);
      else judged.push(result);
    }
    residues.push(...countOnce(judged));
  }
  const sources = [...new Set(residues.map(({ source }) => source))].toSorted();
  return { sources, residues, skipped, summary: summarize(residues) };
}

/** Undefined for residues without torsions, and for a conformer that shares its side chain with one before. */
function judgeConformer(
  model: Model,
  { residue, altloc, atoms }: ResidueConformer,
  tables: RotamerTables,
  seen: Set<string>,
): Omit<RotamerResidue, "counted"> | SkippedResidue | undefined {
  const residueName = model.residues.name[residue]!;
  const name = aminoAcidName(residueName);
  if (name === "GLY" || name === "ALA") return undefined;
  const skip = (reason: string): SkippedResidue => ({ ...identifyResidue(model, residue, altloc), reason });
  const table = name === null ? undefined : tables.get(name);
  if (name === null || table === undefined) return skip(whyNoTable(residueName));
  const angles = chiAngles(residueName === "MSE" ? "MSE" : name);
  const names = [...new Set(angles.flat())];
  const missing = names.filter((atom) => !atoms.has(atom));
  if (missing.length > 0) return skip(`missing ${missing.join(", ")}`);
  const rows = names.map((atom) => atoms.get(atom)!);
  const key = `${residue} ${rows.join(" ")}`;
  if (seen.has(key)) return undefined;
  seen.add(key);
  const chis = angles.map((four) => {
    const [i, j, k, l] = four.map((atom) => atoms.get(atom)!) as [number, number, number, number];
    const chi = dihedralAngle(model.atoms.xyz, i, j, k, l);
    return chi < 0 ? chi + 360 : chi;
  });
  const score = tableValue(table.table, chis);
  const verdict = rotamerVerdict(table, score);
  return {
    ...identifyResidue(model, residue, altlocOf(model, rows)),
    chis,
    score,
    verdict,
    rotamer: verdict === "outlier" ? null : rotamerName(name, table, chis),
    source: table.source,
  };
}

function summarize(residues: readonly RotamerResidue[]): RotamerSummary {
  const counted = residues.filter((residue) => residue.counted);
  const share = (verdict: Verdict): number | null =>
    percentOf(counted.filter((residue) => residue.verdict === verdict).length, counted.length);
  return { favored: share("favored"), allowed: share("allowed"), outliers: share("outlier"), count: counted.length };
}
