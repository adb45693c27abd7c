// What refinement did not restrain, measured before and after it.
import { addDiagnostic } from "../base/diagnostics.ts";
import { createRunContext, type RunContext } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { Model } from "../model/model.ts";
import type { Assessment } from "../refinement/refine-options.ts";
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

/** The assessment with what was not restrained beside it: contacts with hydrogens placed anew, torsions and the rest. */
export async function judgeModel(
  model: Model,
  assessment: Assessment,
  { dictionary, tables }: JudgeInput,
  context: RunContext,
): Promise<JudgedAssessment> {
  if (model.atoms.count > mostJudgedAtoms) {
    const message = "A model of so many atoms is judged by its restraints alone: emend validate does the rest";
    addDiagnostic(context.diagnostics, "info", "NOT_VALIDATED", message, `${model.atoms.count} atoms`);
    return assessment;
  }
  context.report({ phase: "validation", fraction: 0.99 });
  // An interrupted run still tells what its best model is; what is odd about the model has been said.
  const quiet = createRunContext({ memoryLimit: context.memoryLimit });
  const { numbers } = await measureUnrestrained({ model, dictionary }, tables, quiet);
  return { fit: assessment.fit, geometry: { ...assessment.geometry, ...numbers } };
}
