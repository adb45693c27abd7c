// Ramachandran analysis: phi and psi of every residue between two peptide bonds against the Top8000 tables.
import { aminoAcidName, whyNoTable } from "../../chemistry/amino-acids.ts";
import { tableValue } from "../../chemistry/grid-table.ts";
import {
  type RamachandranClass,
  type RamachandranTables,
  ramachandranClass,
  ramachandranVerdict,
  type Verdict,
} from "../../chemistry/ramachandran-tables.ts";
import { dihedralAngle } from "../../math/internal-coordinates.ts";
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
  type ResidueIdentity,
  type SkippedResidue,
} from "./protein-residues.ts";

export interface RamachandranResidue extends ResidueIdentity {
  /** Degrees, -180 to 180. */
  readonly phi: number;
  readonly psi: number;
  readonly class: RamachandranClass;
  /** Fraction of reference residues in less populated places, 0 to 1. */
  readonly score: number;
  readonly verdict: Verdict;
  /** Whether statistics count it: one conformer per residue. */
  readonly counted: boolean;
}

/** Percentages of the counted residues, null without any. */
export interface RamachandranSummary {
  readonly favored: number | null;
  readonly allowed: number | null;
  readonly outliers: number | null;
  readonly count: number;
}

export interface RamachandranAnalysis {
  /** The tables used. */
  readonly source: string;
  readonly residues: readonly RamachandranResidue[];
  /** Residues between two peptide bonds that no table describes. */
  readonly skipped: readonly SkippedResidue[];
  readonly summary: RamachandranSummary;
}

/** Torsions of the backbone around a residue's CA. */
export interface BackboneTorsions {
  readonly run: PeptideRun;
  readonly phi: number;
  readonly psi: number;
  /** Of the peptide before it; null where the previous CA is missing. */
  readonly omega: number | null;
  /** Letter of the first atom that has one. */
  readonly altloc: string;
}

/** Phi and psi of one position in each of its conformers that differs from others in an atom of them. */
export function backboneTorsions(model: Model, positions: readonly ProteinPosition[], at: number): BackboneTorsions[] {
  const found = new Map<string, BackboneTorsions>();
  for (const run of peptideRuns(model, positions, at, { before: 1, after: 1 })) {
    const [previous, own, next] = run as [PeptideRun[number], PeptideRun[number], PeptideRun[number]];
    const caPrevious = previous.atoms.get("CA");
    const [cPrevious, n, ca, c, nNext] = [
      previous.atoms.get("C")!,
      own.atoms.get("N")!,
      own.atoms.get("CA"),
      own.atoms.get("C")!,
      next.atoms.get("N")!,
    ];
    if (ca === undefined) continue;
    const rows = [cPrevious, n, ca, c, nNext];
    const key = `${own.residue} ${rows.join(" ")}`;
    if (found.has(key)) continue;
    const { xyz } = model.atoms;
    found.set(key, {
      run,
      phi: dihedralAngle(xyz, cPrevious, n, ca, c),
      psi: dihedralAngle(xyz, n, ca, c, nNext),
      omega: caPrevious === undefined ? null : dihedralAngle(xyz, caPrevious, cPrevious, n, ca),
      altloc: altlocOf(model, rows),
    });
  }
  return [...found.values()];
}

/** Judges phi and psi of every residue with peptide bonds on both sides; statistics count one conformer of each (blank or A). */
export function analyzeRamachandran(model: Model, tables: RamachandranTables): RamachandranAnalysis {
  const residues: RamachandranResidue[] = [];
  const skipped: SkippedResidue[] = [];
  for (const positions of listProteinChains(model)) {
    for (let at = 0; at < positions.length; at++) {
      const judged: Omit<RamachandranResidue, "counted">[] = [];
      for (const torsions of backboneTorsions(model, positions, at)) {
        const { residue } = torsions.run[1]!;
        const identity = identifyResidue(model, residue, torsions.altloc);
        const name = aminoAcidName(identity.name);
        if (name === null) skipped.push({ ...identity, reason: whyNoTable(identity.name) });
        else judged.push({ ...identity, ...judge(model, torsions, name, tables) });
      }
      residues.push(...countOnce(judged));
    }
  }
  return { source: tables.source, residues, skipped, summary: summarize(residues) };
}

function judge(
  model: Model,
  { run, phi, psi, omega }: BackboneTorsions,
  name: string,
  { tables }: RamachandranTables,
): Pick<RamachandranResidue, "phi" | "psi" | "class" | "score" | "verdict"> {
  const nextName = model.residues.name[run[2]!.residue]!;
  const residueClass = ramachandranClass(name, nextName, omega);
  const score = tableValue(tables[residueClass], [phi, psi]);
  return { phi, psi, class: residueClass, score, verdict: ramachandranVerdict(residueClass, score) };
}

function summarize(residues: readonly RamachandranResidue[]): RamachandranSummary {
  const counted = residues.filter((residue) => residue.counted);
  const share = (verdict: Verdict): number | null =>
    percentOf(counted.filter((residue) => residue.verdict === verdict).length, counted.length);
  return {
    favored: share("favored"),
    allowed: share("allowed"),
    outliers: share("outlier"),
    count: counted.length,
  };
}
