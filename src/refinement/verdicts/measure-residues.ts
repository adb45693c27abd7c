// All that the verdicts on residues need, measured on the models before and after refinement.
import { type RunContext, silenced } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { compareFits, type FitChange } from "../../validation/fit/compare-fits.ts";
import type { FitMapOptions } from "../../validation/fit/fit-maps.ts";
import { computeQScores, type QScores } from "../../validation/fit/q-score.ts";
import type { GeometryTables } from "../../validation/geometry/geometry-tables.ts";
import type { ResidueState } from "./residue-outliers.ts";
import { pairResidues, type ResiduePair } from "./residue-pairs.ts";
import { judgeResidues, type ResidueVerdicts } from "./residue-verdicts.ts";

/** A model whose torsions and contacts are known. */
export type JudgedModel = Omit<ResidueState, "q">;

export interface FitOfResiduesOptions extends FitMapOptions {
  /** The B at which coordinates are compared, square Angstrom: `bestOverallB` of a fit. */
  readonly overallB: number;
}

export interface MeasureOptions extends FitOfResiduesOptions {
  readonly tables: GeometryTables;
}

interface States<State> {
  readonly before: State;
  readonly after: State;
  readonly map: DensityMap;
}

/** How the residues that are in both models fit the map. */
export interface FitOfResidues {
  readonly pairs: readonly ResiduePair[];
  readonly fits: readonly FitChange[];
  readonly q: { readonly before: QScores; readonly after: QScores };
}

/** The part of the verdicts that comes from the map. */
export function measureFitOfResidues(
  engine: ComputeEngine,
  { before, after, map }: States<Model>,
  { overallB, resolution, table }: FitOfResiduesOptions,
  context: RunContext,
): FitOfResidues {
  // What is odd about the model has been said.
  const quiet = silenced(context);
  const pairs = pairResidues(before, after);
  const groups = pairs.map(({ atoms }) => atoms);
  const fits = compareFits(engine, { before, after, map, overallB, resolution, table }, groups, quiet);
  const scoresOf = (model: Model): QScores => computeQScores(engine, model, map, { sigmas: [0.6] }, quiet);
  return { pairs, fits, q: { before: scoresOf(before), after: scoresOf(after) } };
}

/** Verdicts on every residue that is in both models. */
export function judgeMeasured(
  { before, after, map }: States<JudgedModel>,
  { pairs, fits, q }: FitOfResidues,
  { tables, resolution }: Pick<MeasureOptions, "tables" | "resolution">,
): ResidueVerdicts {
  const options = { map, resolution, rotamers: tables.rotamers, pairs, fits };
  return judgeResidues({ ...before, q: q.before }, { ...after, q: q.after }, options);
}

/** Measures all that the verdicts need beside torsions and contacts, and gives them. */
export function measureResidues(
  engine: ComputeEngine,
  states: States<JudgedModel>,
  options: MeasureOptions,
  context: RunContext,
): ResidueVerdicts {
  const models = { before: states.before.model, after: states.after.model, map: states.map };
  return judgeMeasured(states, measureFitOfResidues(engine, models, options, context), options);
}
