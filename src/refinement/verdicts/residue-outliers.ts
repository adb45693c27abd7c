// What is still wrong with each residue after refinement, and why it was not put right.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { Clash } from "../../contacts/clashes.ts";
import { type Model, residueLabel } from "../../model/model.ts";
import { atomsOfResidue } from "../../topology/residue-atoms.ts";
import { expectedQ } from "../../validation/fit/q-expectation.ts";
import type { QScores } from "../../validation/fit/q-score.ts";
import { isBackboneName } from "../../validation/fit/residue-parts.ts";
import type { TorsionValidation } from "../../validation/geometry/validate-torsions.ts";
import { type AlternativeSurroundings, tryRotamers } from "./rotamer-alternatives.ts";

/** A model with all that is judged residue by residue. */
export interface ResidueState {
  readonly model: Model;
  readonly torsions: TorsionValidation;
  /** With hydrogens placed anew. */
  readonly clashes: readonly Clash[];
  readonly q: QScores;
}

export type OutlierKind = "ramachandran" | "rotamer" | "cBeta" | "omega" | "clash";

/**
 * `density`: its atoms fit at least as well as is usual at the resolution, and no other rotamer without contacts has more density.
 * `no density`: its atoms fit worse than is usual. `no room`: every other rotamer touches something. `open`: none of these.
 */
export type OutlierReason = "density" | "no density" | "no room" | "open";

export interface ResidueOutlier {
  readonly kind: OutlierKind;
  /** For a person: "rotamer outlier (180, 20)". */
  readonly text: string;
}

export interface ExplainedOutlier extends ResidueOutlier {
  /** Whether it was not there before. */
  readonly isNew: boolean;
  readonly reason: OutlierReason;
  /** What speaks for the reason, for a person. */
  readonly because: string;
}

/** Outliers of each residue by its row. */
export function listResidueOutliers({ model, torsions, clashes }: ResidueState): Map<number, ResidueOutlier[]> {
  const rows = new Map<string, number>();
  for (let residue = model.residues.count - 1; residue >= 0; residue--) rows.set(residueLabel(model, residue), residue);
  const found = new Map<number, ResidueOutlier[]>();
  const add = (label: string, kind: OutlierKind, text: string): void => {
    const residue = rows.get(label);
    if (residue === undefined) return;
    const known = found.get(residue);
    if (known) known.push({ kind, text });
    else found.set(residue, [{ kind, text }]);
  };
  const degrees = (angles: readonly number[]): string => angles.map((angle) => angle.toFixed(0)).join(", ");
  for (const { label, verdict, phi, psi, counted } of torsions.ramachandran.residues) {
    if (counted && verdict === "outlier") add(label, "ramachandran", `Ramachandran outlier (${degrees([phi, psi])})`);
  }
  for (const { label, verdict, chis, counted } of torsions.rotamers.residues) {
    if (counted && verdict === "outlier") add(label, "rotamer", `rotamer outlier (${degrees(chis)})`);
  }
  for (const { label, verdict, deviation, counted } of torsions.cBeta.residues) {
    if (counted && verdict === "outlier") add(label, "cBeta", `CB ${deviation.toFixed(2)} A off`);
  }
  for (const { label, kind, omega, isProline, counted } of torsions.omega.residues) {
    const isUsual = kind === "trans" || (kind === "cis" && isProline);
    if (counted && !isUsual) add(label, "omega", `${kind} peptide before it (${degrees([omega])})`);
  }
  for (const { first, second, overlap } of clashes) {
    const residueOf = (atom: string): string => atom.slice(0, atom.lastIndexOf(" "));
    add(residueOf(first), "clash", `clash of ${overlap.toFixed(2)} A with ${second}`);
    if (residueOf(second) !== residueOf(first))
      add(residueOf(second), "clash", `clash of ${overlap.toFixed(2)} A with ${first}`);
  }
  return found;
}

export interface ExplainInput extends AlternativeSurroundings {
  readonly state: ResidueState;
  /** Angstrom. */
  readonly resolution: number;
  /** Kinds that the residue had before. */
  readonly earlier: readonly ResidueOutlier[];
}

/** Why an outlier of a residue stayed or came. */
export function explainOutlier(residue: number, outlier: ResidueOutlier, input: ExplainInput): ExplainedOutlier {
  const { state, resolution, earlier } = input;
  const isNew = !earlier.some(({ kind }) => kind === outlier.kind);
  const done = (reason: OutlierReason, because: string): ExplainedOutlier => ({ ...outlier, isNew, reason, because });
  const part = outlier.kind === "rotamer" ? "side chain" : outlier.kind === "clash" ? "residue" : "backbone";
  const q = meanQ(state, residue, part);
  const { expected, low } = expectedQ(state.q.sigmas[0]!, resolution, { protein: 1 });
  const isPoor = q !== null && low !== null && q < low;
  const described = q === null ? "no Q-score" : `Q of the ${part} ${q.toFixed(2)}`;
  const usual = expected === null ? described : `${described}, usual ${expected.toFixed(2)}`;
  if (isPoor) return done("no density", usual);
  if (outlier.kind === "rotamer") {
    const own = residueLabel(state.model, residue);
    const present = state.torsions.rotamers.residues.find((row) => row.counted && row.label === own);
    const tried = present === undefined ? null : tryRotamers(residue, present, input);
    if (tried !== null && tried.tried > 0 && tried.clear === 0) return done("no room", `${tried.tried} rotamers tried`);
    if (tried?.best && tried.density !== null && tried.best.density >= tried.density)
      return done("open", `${tried.best.rotamer} would have as much density`);
    if (tried !== null && tried.density !== null && tried.best !== null)
      return done("density", `${tried.best.rotamer} is the next best; ${usual}`);
  }
  return q !== null && expected !== null && q >= expected ? done("density", usual) : done("open", usual);
}

function meanQ(
  { model, q }: ResidueState,
  residue: number,
  part: "side chain" | "backbone" | "residue",
): number | null {
  let [sum, count] = [0, 0];
  for (const atom of atomsOfResidue(model, residue)) {
    if (isHydrogenElement(model.atoms.element[atom]!)) continue;
    const isBackbone = isBackboneName("protein", model.atoms.name[atom]!) === true;
    if ((part === "side chain" && isBackbone) || (part === "backbone" && !isBackbone)) continue;
    const value = q.values[q.sigmas.length * atom]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** Mean Q of a residue's atoms that are not hydrogen; null without any score. */
export function residueQ(state: ResidueState, residue: number): number | null {
  return meanQ(state, residue, "residue");
}
