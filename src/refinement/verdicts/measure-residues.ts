// All that the verdicts on residues need, measured on the models before and after refinement.
import { type RunContext, silenced } from "../../base/run-context.ts";
import type { DensityMap } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { compareFits } from "../../validation/fit/compare-fits.ts";
import type { FitMapOptions } from "../../validation/fit/fit-maps.ts";
import { computeQScores } from "../../validation/fit/q-score.ts";
import type { GeometryTables } from "../../validation/geometry/geometry-tables.ts";
import type { ResidueState } from "./residue-outliers.ts";
import { pairResidues } from "./residue-pairs.ts";
import { judgeResidues, type ResidueVerdicts } from "./residue-verdicts.ts";

/** A model whose torsions and contacts are known. */
export type JudgedModel = Omit<ResidueState, "q">;

export interface MeasureOptions extends FitMapOptions {
  readonly tables: GeometryTables;
  /** The B at which coordinates are compared, square Angstrom: `bestOverallB` of a fit. */
  readonly overallB: number;
}

/** Verdicts on every residue that is in both models. */
export function measureResidues(
  engine: ComputeEngine,
  { before, after, map }: { readonly before: JudgedModel; readonly after: JudgedModel; readonly map: DensityMap },
  { tables, overallB, resolution, table }: MeasureOptions,
  context: RunContext,
): ResidueVerdicts {
  // What is odd about the model has been said.
  const quiet = silenced(context);
  const pairs = pairResidues(before.model, after.model);
  const comparison = { before: before.model, after: after.model, map, overallB, resolution, table };
  const groups = pairs.map(({ atoms }) => atoms);
  const fits = compareFits(engine, comparison, groups, quiet);
  const withQ = (state: JudgedModel): ResidueState => ({
    ...state,
    q: computeQScores(engine, state.model, map, { sigmas: [0.6] }, quiet),
  });
  const options = { map, resolution, rotamers: tables.rotamers, pairs, fits };
  return judgeResidues(withQ(before), withQ(after), options);
}
