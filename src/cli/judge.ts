// Contacts, torsions and the like, measured before and after a refinement, and what it did to each residue.
import { addDiagnostic } from "../base/diagnostics.ts";
import { createRunContext, type RunContext } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { DensityMap } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import type { Model } from "../model/model.ts";
import type { Assessment } from "../refinement/refine-options.ts";
import { type JudgedModel, type MeasureOptions, measureResidues } from "../refinement/verdicts/measure-residues.ts";
import type { ResidueVerdicts } from "../refinement/verdicts/residue-verdicts.ts";
import { measureUnrestrained, type UnrestrainedNumbers } from "../validation/geometry/geometry-report.ts";
import type { GeometryTables } from "../validation/geometry/geometry-tables.ts";

/** Larger models are not judged beyond their restraints: their contacts would take as long as the refinement. */
const mostJudgedAtoms = 500_000;

export interface JudgedAssessment {
  readonly fit: Assessment["fit"];
  readonly geometry: Assessment["geometry"] & Partial<UnrestrainedNumbers>;
}

export interface JudgeInput {
  readonly dictionary: Dictionary;
  readonly tables: GeometryTables;
}

export interface ModelJudgement {
  readonly assessment: JudgedAssessment;
  /** Residue by residue; null for models that are too large. */
  readonly judged: JudgedModel | null;
}

/** The assessment with what bonds and angles do not hold beside it: contacts with hydrogens placed anew, torsions and the rest. */
export async function judgeModel(
  model: Model,
  assessment: Assessment,
  { dictionary, tables }: JudgeInput,
  context: RunContext,
): Promise<ModelJudgement> {
  if (model.atoms.count > mostJudgedAtoms) {
    const message = "A model of so many atoms is judged by its restraints alone: emend validate does the rest";
    addDiagnostic(context.diagnostics, "info", "NOT_VALIDATED", message, `${model.atoms.count} atoms`);
    return { assessment, judged: null };
  }
  context.report({ phase: "validation", fraction: 0.99 });
  const { numbers, torsions, clashes } = await measureUnrestrained({ model, dictionary }, tables, quietly(context));
  return {
    assessment: { fit: assessment.fit, geometry: { ...assessment.geometry, ...numbers } },
    judged: { model, torsions, clashes },
  };
}

/** What became of each residue; null where the models are too large or do not fit the map at all. */
export function judgeChanges(
  engine: ComputeEngine,
  before: ModelJudgement,
  after: ModelJudgement,
  options: Omit<MeasureOptions, "overallB"> & { readonly map: DensityMap },
  context: RunContext,
): ResidueVerdicts | null {
  const overallB = after.assessment.fit.bestOverallB;
  if (before.judged === null || after.judged === null || overallB === null) return null;
  const states = { before: before.judged, after: after.judged, map: options.map };
  return measureResidues(engine, states, { ...options, overallB }, quietly(context));
}

/** An interrupted run still tells what its best model is; what is odd about the model has been said. */
function quietly(context: RunContext): RunContext {
  return createRunContext({ memoryLimit: context.memoryLimit });
}
