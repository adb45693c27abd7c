// All that torsions tell about a model's proteins, and the numbers that a report shows of it.
import type { Model } from "../../model/model.ts";
import { analyzeBetas, type BetaAnalysis, type BetaSummary } from "./c-beta.ts";
import { analyzeCablam, type CablamAnalysis } from "./cablam.ts";
import type { GeometryTables } from "./geometry-tables.ts";
import { molprobityScore } from "./molprobity-score.ts";
import { analyzeOmega, type OmegaAnalysis, type OmegaSummary } from "./omega.ts";
import { computeRamaZ, type RamaZ, type RamaZScore } from "./rama-z.ts";
import { analyzeRamachandran, type RamachandranAnalysis, type RamachandranSummary } from "./ramachandran.ts";
import { analyzeRotamers, type RotamerAnalysis, type RotamerSummary } from "./rotamers.ts";

export interface TorsionValidation {
  readonly ramachandran: RamachandranAnalysis;
  readonly rotamers: RotamerAnalysis;
  readonly cBeta: BetaAnalysis;
  readonly omega: OmegaAnalysis;
  readonly cablam: CablamAnalysis;
  /** Null without its table. */
  readonly ramaZ: RamaZ | null;
}

/** Per residue and in sum; alternates listed one by one and counted once. */
export function validateTorsions(model: Model, tables: GeometryTables): TorsionValidation {
  return {
    ramachandran: analyzeRamachandran(model, tables.ramachandran),
    rotamers: analyzeRotamers(model, tables.rotamers),
    cBeta: analyzeBetas(model),
    omega: analyzeOmega(model),
    cablam: analyzeCablam(model, tables.cablam),
    ramaZ: tables.ramaZ ? computeRamaZ(model, tables.ramaZ) : null,
  };
}

/** Percentages 0 to 100 and counts; null where there is nothing to count, no table, or a part missing. */
export interface TorsionSummary {
  readonly ramachandran: RamachandranSummary;
  readonly rotamers: RotamerSummary;
  readonly cBeta: BetaSummary;
  readonly omega: OmegaSummary;
  readonly cablam: CablamAnalysis["summary"];
  readonly ramaZ: Readonly<Record<"whole" | "helix" | "sheet" | "loop", RamaZScore | null>>;
  readonly molprobityScore: number | null;
  /** What the tables were; null for those that were not there. */
  readonly tables: {
    readonly ramachandran: string;
    readonly rotamers: readonly string[];
    readonly ramaZ: string | null;
    readonly cablam: string | null;
  };
}

/** The numbers of a report; `clashscore` in clashes per 1000 atoms, null when it was not computed. */
export function summarizeTorsions(validation: TorsionValidation, clashscore: number | null): TorsionSummary {
  const { ramachandran, rotamers, cBeta, omega, cablam, ramaZ } = validation;
  return {
    ramachandran: ramachandran.summary,
    rotamers: rotamers.summary,
    cBeta: cBeta.summary,
    omega: omega.summary,
    cablam: cablam.summary,
    ramaZ: {
      whole: ramaZ?.whole ?? null,
      helix: ramaZ?.helix ?? null,
      sheet: ramaZ?.sheet ?? null,
      loop: ramaZ?.loop ?? null,
    },
    molprobityScore: molprobityScore({
      clashscore,
      rotamerOutliers: rotamers.summary.outliers,
      ramachandranFavored: ramachandran.summary.favored,
    }),
    tables: {
      ramachandran: ramachandran.source,
      rotamers: rotamers.sources,
      ramaZ: ramaZ?.source ?? null,
      cablam: cablam.source,
    },
  };
}
