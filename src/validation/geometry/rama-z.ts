// Ramachandran Z-score: how typical the whole plot is, not its outliers (Sobolev et al. 2020, Structure 28, 1249).
import { aminoAcidName } from "../../chemistry/amino-acids.ts";
import { tableValue } from "../../chemistry/grid-table.ts";
import type { RamaZTables, SecondaryStructure } from "../../chemistry/rama-z-tables.ts";
import { ramachandranClass } from "../../chemistry/ramachandran-tables.ts";
import type { Model } from "../../model/model.ts";
import { listProteinChains } from "./protein-residues.ts";
import { type BackboneTorsions, backboneTorsions } from "./ramachandran.ts";
import { assignSecondaryStructure } from "./secondary-structure.ts";

/** Below 2 in size good, 2 to 3 suspicious, above 3 poor. */
export interface RamaZScore {
  readonly value: number;
  /** From leaving out each residue in turn; null for a single residue. */
  readonly sd: number | null;
  readonly count: number;
}

/** Null where there are no residues. */
export interface RamaZ {
  readonly source: string;
  readonly whole: RamaZScore | null;
  readonly helix: RamaZScore | null;
  readonly sheet: RamaZScore | null;
  readonly loop: RamaZScore | null;
}

/** Mean and deviation of the mean score among good structures, by the authors' calibration. */
const calibration: Readonly<Record<SecondaryStructure | "whole", readonly [number, number]>> = {
  helix: [-0.045355950779513175, 0.1951165524439217],
  sheet: [-0.0425581278436754, 0.20068584887814633],
  loop: [-0.018457764754231075, 0.15788374669456848],
  whole: [-0.016806654295023003, 0.12044960331869274],
};

/** Rama-Z of all residues with two peptide bonds, every alternate taken; structures of one kind have a score of their own. */
export function computeRamaZ(model: Model, tables: RamaZTables): RamaZ {
  const scores: Record<SecondaryStructure, number[]> = { helix: [], sheet: [], loop: [] };
  for (const positions of listProteinChains(model)) {
    const structure = assignSecondaryStructure(model, positions);
    structure.forEach((kind, at) => {
      for (const torsions of backboneTorsions(model, positions, at)) {
        const score = residueScore(model, torsions, kind, tables);
        if (score !== null) scores[kind].push(score);
      }
    });
  }
  const { helix, sheet, loop } = scores;
  return {
    source: tables.source,
    whole: calibrate([...helix, ...sheet, ...loop], calibration.whole),
    helix: calibrate(helix, calibration.helix),
    sheet: calibrate(sheet, calibration.sheet),
    loop: calibrate(loop, calibration.loop),
  };
}

const ownTables: Readonly<Record<string, string>> = {
  cisProline: "cisPRO",
  transProline: "transPRO",
  preProline: "prePRO",
};

/** Null for residues without a table. */
function residueScore(
  model: Model,
  { run, phi, psi, omega }: BackboneTorsions,
  structure: SecondaryStructure,
  { tables }: RamaZTables,
): number | null {
  const { name: names } = model.residues;
  const name = aminoAcidName(names[run[1]!.residue]!);
  if (name === null) return null;
  const residueClass = ramachandranClass(name, names[run[2]!.residue]!, omega);
  // Cis proline in helices and sheets is too rare for counts of its own.
  const kind = residueClass === "cisProline" ? "loop" : structure;
  const table = tables[kind].get(ownTables[residueClass] ?? name);
  if (table === undefined || table.deviation === 0) return null;
  return (tableValue(table.counts, [phi, psi]) - table.mean) / table.deviation;
}

function calibrate(scores: readonly number[], [centre, scale]: readonly [number, number]): RamaZScore | null {
  const count = scores.length;
  if (count === 0) return null;
  const sum = scores.reduce((total, score) => total + score, 0);
  const value = (sum / count - centre) / scale;
  if (count === 1) return { value, sd: null, count };
  const without = scores.map((score) => ((sum - score) / (count - 1) - centre) / scale);
  const mean = without.reduce((total, score) => total + score, 0) / count;
  const variance = without.reduce((total, score) => total + (score - mean) ** 2, 0) / count;
  return { value, sd: Math.sqrt(variance * (count - 1)), count };
}
