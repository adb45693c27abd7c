// Settings of a refinement and what it reports.

import type { Model } from "../model/model.ts";
import type { SupplementCounts } from "../restraints/supplement.ts";
import type { Fit } from "../validation/fit/correlation.ts";
import type { GeometrySummary } from "../validation/geometry/geometry-statistics.ts";
import type { BGrouping } from "./b-factors/b-groups.ts";
import type { OccupancyResult } from "./b-factors/refine-occupancies.ts";
import type { FreeFsc } from "./cross-validation/cross-validation.ts";
import type { Stage } from "./data-term.ts";
import type { SideChainSearch } from "./run-state.ts";
import type { ExtraRestraints } from "./supplement/build-supplement.ts";
import type { HydrogenChoice } from "./working-model.ts";

export interface RefineOptions {
  /** Resolution of the map, Angstrom. */
  readonly resolution: number;
  /** Scattering table of the model maps. */
  readonly scattering: "electron" | "xray" | "neutron";
  /** How much is done: "fast" minimises coordinates alone, "standard" does everything, "thorough" searches more. */
  readonly quality: Quality;
  /**
   * Whether the model map is compared with the target map after the first cycles; "auto": by quality, at 4.5 Angstrom and
   * better, where the map's axes are at right angles.
   */
  readonly modelMap?: Choice;
  /** Whether side chains are searched for between cycles; "auto": by quality. */
  readonly sideChains?: Choice;
  /** B factors with the model map: kept, or refined for groups; "auto": groups by resolution. */
  readonly bFactors?: BFactorChoice;
  /** Whether occupancies of alternates and ligands are refined at the end, with the model map; absent: they stay. */
  readonly occupancies?: "keep" | "refine";
  /** Macro-cycles: fewer where one brings next to nothing, more only where the limits are not yet met. */
  readonly cycles: number;
  /** Minimiser iterations per macro-cycle. */
  readonly iterations: number;
  /** Weight of the map term in units of the scaled map; null: found automatically. */
  readonly weight: number | null;
  /** Automatic weight that the second stage begins with, and does not exceed; absent: from 1 up to what the ceilings allow. */
  readonly modelMapWeight?: { readonly first: number; readonly most: number };
  /**
   * Where the target map is scaled to mean 0 and sigma 1: inside the molecular mask dilated by 5 Angstrom, or the whole box.
   * "box" is for comparing with other programs: it also changes the defaults of `mapFilter` and `elasticNetwork`.
   */
  readonly mapScaling: "mask" | "box";
  /** Target map without what lies beyond the resolution (default), or as it is (default for "box"). Scores use the map as it is. */
  readonly mapFilter?: "resolution" | "none";
  /** Ceiling of the bond rmsd, Angstrom. */
  readonly targetBondRmsd: number;
  /** Ceiling of the angle rmsd, degrees. */
  readonly targetAngleRmsd: number;
  /** 1 per atom that may move; absent: all. */
  readonly selection?: Uint8Array;
  /** Hydrogens to add or to take out; default: those of the model are kept. */
  readonly hydrogens?: HydrogenChoice;
  /** Shorter contacts for hydrogen bonds; default: where the model has hydrogens. */
  readonly hydrogenBondException?: boolean;
  /** Springs between near atoms that let the model move together before it moves apart; default true, false for "box". */
  readonly elasticNetwork?: boolean;
  /** Restraints beyond bonds, angles, planes and repulsion; absent: none. */
  readonly extraRestraints?: ExtraRestraints;
  /** Residues the dictionary does not know: stop, or keep them where they are with repulsion only. */
  readonly unknownLigands: "error" | "hold";
}

export type Quality = "fast" | "standard" | "thorough";
export type Choice = "auto" | "on" | "off";
export type BFactorChoice = "auto" | "keep" | BGrouping;

/** Cycles that are planned; most runs end before, with one that brings next to nothing. */
export const defaultCycles: Readonly<Record<Quality, number>> = { fast: 5, standard: 8, thorough: 12 };

export const defaultRefineOptions: Omit<RefineOptions, "resolution"> = {
  quality: "standard",
  scattering: "electron",
  cycles: defaultCycles.standard,
  iterations: 60,
  weight: null,
  mapScaling: "mask",
  targetBondRmsd: 0.01,
  targetAngleRmsd: 1,
  unknownLigands: "error",
};

/** State at the end of a macro-cycle; cycle 0 is the start. */
export interface CycleRecord {
  readonly cycle: number;
  /** What pulled the atoms; null at the start. */
  readonly stage: Stage | null;
  /** Of "centres" in units of the scaled map, of "modelMap" 1 where the noise of the map says it. */
  readonly weight: number;
  readonly iterations: number;
  /** Residues whose side chain or peptide was put elsewhere before the cycle. */
  readonly rebuilt: number;
  /** Whether the cycle had B factors of its own; once the map has turned them down, those before stay until the end. */
  readonly bFactorsRefined: boolean;
  readonly ccMaskCoordinates: number | null;
  readonly bestOverallB: number | null;
  readonly bondRmsd: number;
  readonly angleRmsd: number;
  /** Bonds and angles more than 8 sigma off; the weight does not follow them. */
  readonly brokenRestraints: number;
  readonly nonbondedEnergy: number;
  readonly closePairs: number;
  readonly closeHeavyPairs: number;
  readonly mapValueMean: number;
  /** Root mean square distance from the start, Angstrom. */
  readonly shiftRmsd: number;
  /**
   * By what cycles are compared; higher is better: ccMaskCoordinates less penalties for geometry, or, where the weight is
   * given, the negative target per free atom, since such a run is asked to minimise just that.
   */
  readonly score: number;
}

export interface WeightReport {
  readonly value: number;
  /** How it came about: "given", or "automatic". */
  readonly source: "given" | "automatic";
  /** What kept it from being larger: a limit or the guard. */
  readonly limitedBy: string;
  readonly trials: readonly WeightTrial[];
}

export interface WeightTrial {
  readonly weight: number;
  readonly bondRmsd: number;
  readonly angleRmsd: number;
  readonly nonbondedPerAtom: number;
  readonly accepted: boolean;
}

export interface MapScale {
  readonly region: "mask" | "box";
  /** Resolution the target map was filtered to, Angstrom; null: as it was. */
  readonly filteredTo: number | null;
  readonly mean: number;
  readonly sigma: number;
  readonly voxels: number;
}

export interface Assessment {
  readonly fit: Fit;
  readonly geometry: GeometrySummary;
}

/** What the restraints of a run do not cover, as atom labels. */
export interface RestraintReport {
  readonly bonds: number;
  readonly links: number;
  /** Supplementary restraints of the refined model by kind; null without any. */
  readonly supplement: SupplementCounts | null;
  /** Atoms of unknown residues, kept where they are. */
  readonly heldAtoms: readonly string[];
  /** Atoms without any bond restraint, single ions and waters included. */
  readonly unrestrainedAtoms: readonly string[];
}

/** Hydrogens that were put into the model that was refined, and those of the input that were left out of it. */
export interface HydrogenCounts {
  readonly choice: HydrogenChoice;
  readonly added: number;
  readonly removed: number;
}

export interface PhaseTiming {
  readonly phase: string;
  readonly seconds: number;
}

export interface RefineResult {
  readonly model: Model;
  readonly before: Assessment;
  readonly after: Assessment;
  /** Fit of the refined coordinates with the atoms, B factors and occupancies of the input. */
  readonly fitWithInputB: Fit;
  readonly restraints: RestraintReport;
  readonly hydrogens: HydrogenCounts;
  readonly refinement: {
    readonly weight: WeightReport;
    readonly mapScale: MapScale;
    readonly cycles: readonly CycleRecord[];
    /** Searches for side chains up to the best cycle. */
    readonly sideChains: readonly SideChainSearch[];
    readonly bestCycle: number;
    /**
     * Null without half maps that say something. `full`: FSC average of the refined model with the full map, as it is summed for
     * the half maps; null where the run was interrupted.
     */
    readonly freeFsc: (FreeFsc & { readonly full: number | null }) | null;
    /** Null where occupancies stayed as they were. */
    readonly occupancies: Pick<OccupancyResult, "isApplied" | "groups" | "deviance"> | null;
    readonly shift: { readonly rmsd: number; readonly max: number };
  };
  /** Wall time per phase. */
  readonly phases: readonly PhaseTiming[];
  readonly interrupted: boolean;
}
