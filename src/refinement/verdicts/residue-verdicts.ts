// Residue by residue, what refinement did: moved, turned, fits better or worse, and what is still wrong and why.
import type { RotamerTables } from "../../chemistry/rotamer-tables.ts";
import type { DensityMap } from "../../density/map.ts";
import { trilinearGrid } from "../../density/trilinear.ts";
import type { FitChange } from "../../validation/fit/compare-fits.ts";
import { identifyResidue, type ResidueIdentity } from "../../validation/geometry/protein-residues.ts";
import type { RotamerResidue } from "../../validation/geometry/rotamers.ts";
import {
  compareSideChains,
  findFlippedPeptides,
  type Movement,
  measureMovement,
  rotamerOf,
  type SideChainChange,
} from "./residue-changes.ts";
import {
  type ExplainedOutlier,
  explainOutlier,
  listResidueOutliers,
  type OutlierKind,
  type OutlierReason,
  type ResidueOutlier,
  type ResidueState,
  residueQ,
} from "./residue-outliers.ts";
import { type ResiduePair, residueKeys } from "./residue-pairs.ts";

export interface ResidueVerdict extends Omit<ResidueIdentity, "altloc"> {
  readonly moved: Movement;
  /** Rotamer names, OUTLIER where there is none; null for residues without. */
  readonly rotamer: { readonly before: string | null; readonly after: string | null };
  /** Null where the side chain stayed in its well. */
  readonly sideChain: SideChainChange | null;
  /** Its carbonyl points the other way. */
  readonly peptideFlipped: boolean;
  readonly cc: FitChange;
  /** By the correlation: beyond two of its standard deviations, or within; null where it is not defined. */
  readonly fit: "better" | "worse" | "same" | null;
  readonly q: { readonly before: number | null; readonly after: number | null };
  readonly outliers: readonly ExplainedOutlier[];
  /** Kinds of outliers that went away. */
  readonly cleared: readonly OutlierKind[];
}

export interface ResidueSummary {
  readonly residues: number;
  /** By more than 1 Angstrom rmsd. */
  readonly moved: number;
  readonly sideChainsChanged: number;
  readonly sideChainsFlipped: number;
  readonly peptidesFlipped: number;
  readonly fitsBetter: number;
  readonly fitsWorse: number;
  /** Residues with an outlier of each kind before and after, and those that lost or got one. */
  readonly outliers: Readonly<Record<OutlierKind, OutlierCounts>>;
  /** Outliers after refinement by reason. */
  readonly reasons: Readonly<Record<OutlierReason, number>>;
}

export interface OutlierCounts {
  readonly before: number;
  readonly after: number;
  readonly cleared: number;
  readonly new: number;
}

export interface ResidueVerdicts {
  readonly residues: readonly ResidueVerdict[];
  readonly summary: ResidueSummary;
}

export interface JudgeOptions {
  readonly map: DensityMap;
  /** Angstrom. */
  readonly resolution: number;
  readonly rotamers: RotamerTables;
  readonly pairs: readonly ResiduePair[];
  /** Of each pair, see `compareFits`. */
  readonly fits: readonly FitChange[];
}

/** A difference of correlations of more than this many of its standard deviations is none of chance. */
const beyondChance = 2;
const farMove = 1;
const kinds: readonly OutlierKind[] = ["ramachandran", "rotamer", "cBeta", "omega", "clash"];

/** One verdict per residue that is in both states, in the order of the second, and their sums. */
export function judgeResidues(before: ResidueState, after: ResidueState, options: JudgeOptions): ResidueVerdicts {
  const flipped = findFlippedPeptides(before.model, after.model);
  const keys = residueKeys(after.model);
  const outliersBefore = listResidueOutliers(before);
  const outliersAfter = listResidueOutliers(after);
  const rotamersBefore = countedRotamers(before);
  const rotamersAfter = countedRotamers(after);
  const surroundings = { model: after.model, tables: options.rotamers, grid: trilinearGrid(options.map) };
  const residues = options.pairs.map((pair, at): ResidueVerdict => {
    const { altloc: _altloc, ...identity } = identifyResidue(after.model, pair.after, "");
    const earlier = outliersBefore.get(pair.before) ?? [];
    const input = { ...surroundings, state: after, resolution: options.resolution, earlier };
    const outliers = (outliersAfter.get(pair.after) ?? []).map((outlier) => explainOutlier(pair.after, outlier, input));
    const [from, to] = [rotamersBefore.get(identity.label), rotamersAfter.get(identity.label)];
    const cc = options.fits[at]!;
    return {
      ...identity,
      moved: measureMovement(before.model, after.model, pair),
      rotamer: { before: from ? rotamerOf(from) : null, after: to ? rotamerOf(to) : null },
      sideChain: from && to ? compareSideChains(from, to) : null,
      peptideFlipped: flipped.has(keys[pair.after]!),
      cc,
      fit: cc.z === null ? null : cc.z > beyondChance ? "better" : cc.z < -beyondChance ? "worse" : "same",
      q: { before: residueQ(before, pair.before), after: residueQ(after, pair.after) },
      outliers,
      cleared: kindsOf(earlier).filter((kind) => !outliers.some((outlier) => outlier.kind === kind)),
    };
  });
  return { residues, summary: summarize(residues) };
}

function countedRotamers({ torsions }: ResidueState): Map<string, RotamerResidue> {
  return new Map(torsions.rotamers.residues.filter(({ counted }) => counted).map((row) => [row.label, row]));
}

function kindsOf(outliers: readonly ResidueOutlier[]): OutlierKind[] {
  return [...new Set(outliers.map(({ kind }) => kind))];
}

function summarize(residues: readonly ResidueVerdict[]): ResidueSummary {
  const count = (test: (residue: ResidueVerdict) => boolean): number => residues.filter(test).length;
  const all = residues.flatMap(({ outliers }) => outliers);
  const countsOf = (kind: OutlierKind): OutlierCounts => {
    const present = count(({ outliers }) => outliers.some((outlier) => outlier.kind === kind));
    const cleared = count((residue) => residue.cleared.includes(kind));
    const added = count(({ outliers }) => outliers.some((outlier) => outlier.kind === kind && outlier.isNew));
    return { before: present - added + cleared, after: present, cleared, new: added };
  };
  const reasonCount = (wanted: OutlierReason): number => all.filter(({ reason }) => reason === wanted).length;
  return {
    residues: residues.length,
    moved: count(({ moved }) => (moved.rmsd ?? 0) > farMove),
    sideChainsChanged: count(({ sideChain }) => sideChain?.kind === "changed"),
    sideChainsFlipped: count(({ sideChain }) => sideChain?.kind === "flipped"),
    peptidesFlipped: count(({ peptideFlipped }) => peptideFlipped),
    fitsBetter: count(({ fit }) => fit === "better"),
    fitsWorse: count(({ fit }) => fit === "worse"),
    outliers: Object.fromEntries(kinds.map((kind) => [kind, countsOf(kind)])) as Record<OutlierKind, OutlierCounts>,
    reasons: {
      density: reasonCount("density"),
      "no density": reasonCount("no density"),
      "no room": reasonCount("no room"),
      open: reasonCount("open"),
    },
  };
}
