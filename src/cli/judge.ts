// Contacts, torsions and the like, measured before and after a refinement, and what it did to each residue.
import { addDiagnostic } from "../base/diagnostics.ts";
import { createRunContext, type RunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { DensityMap } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import type { Model } from "../model/model.ts";
import type { Assessment } from "../refinement/refine-options.ts";
import {
  type FitOfResidues,
  type JudgedModel,
  judgeMeasured,
  measureFitOfResidues,
} from "../refinement/verdicts/measure-residues.ts";
import type { ResidueVerdicts } from "../refinement/verdicts/residue-verdicts.ts";
import type { FitMapOptions } from "../validation/fit/fit-maps.ts";
import {
  gatherUnrestrained,
  type UnrestrainedMeasures,
  type UnrestrainedNumbers,
} from "../validation/geometry/geometry-report.ts";
import type { GeometryTables } from "../validation/geometry/geometry-tables.ts";
import type { CommandTasks, TorsionsInput } from "./tasks.ts";

/** Larger models are not judged beyond their restraints: their contacts would take as long as the refinement. */
const mostJudgedAtoms = 500_000;
/** Larger ones are judged when the refinement has given its memory back. */
const mostAtomsBeside = 100_000;

export interface JudgedAssessment {
  readonly fit: Assessment["fit"];
  readonly geometry: Assessment["geometry"] & Partial<UnrestrainedNumbers>;
}

export interface ModelJudgement {
  readonly assessment: JudgedAssessment;
  /** Residue by residue; null for models that are too large. */
  readonly judged: JudgedModel | null;
}

/** Gives what has been measured; null for a model that is too large. */
export type Measuring = () => Promise<UnrestrainedMeasures | null>;

/** Begins to measure contacts, with hydrogens placed anew, torsions and the rest, beside what follows. */
export function beginMeasuring(
  tasks: CommandTasks,
  model: Model,
  { dictionary, referenceData }: { readonly dictionary: Dictionary } & Pick<TorsionsInput, "referenceData">,
  { memoryLimit }: RunContext,
): Measuring {
  const { count } = model.atoms;
  if (count > mostJudgedAtoms) return async () => null;
  // The records of the file are for writing alone.
  const source = { format: "none", fileName: model.source.fileName, content: null } as const;
  const judged: Model = { ...model, source };
  // The built-in dictionary need not travel.
  const foreign = dictionary === loadDictionary() ? null : dictionary;
  const begin = (): Measuring => {
    const contacts = tasks.begin("contacts", { model: judged, dictionary: foreign, memoryLimit });
    const torsions = tasks.begin("torsions", { model: judged, referenceData });
    return async () => {
      // The last one may not have been begun: then it is done here, while the other ends.
      const found = await torsions();
      return gatherUnrestrained(await contacts(), found);
    };
  };
  return count > mostAtomsBeside ? () => begin()() : begin();
}

/** The assessment with what bonds and angles do not hold beside it. */
export async function judgeModel(
  model: Model,
  assessment: Assessment,
  measuring: Measuring,
  context: RunContext,
): Promise<ModelJudgement> {
  const measures = await measuring();
  if (measures === null) {
    const message = "A model of so many atoms is judged by its restraints alone: emend validate does the rest";
    addDiagnostic(context.diagnostics, "info", "NOT_VALIDATED", message, `${model.atoms.count} atoms`);
    return { assessment, judged: null };
  }
  const { numbers, torsions, clashes } = measures;
  return {
    assessment: { fit: assessment.fit, geometry: { ...assessment.geometry, ...numbers } },
    judged: { model, torsions, clashes },
  };
}

/** How the residues fit the map; null where the models are too large or do not fit the map at all. */
export function measureFits(
  engine: ComputeEngine,
  models: { readonly before: Model; readonly after: Model; readonly map: DensityMap },
  options: FitMapOptions & { readonly overallB: number | null },
  context: RunContext,
): FitOfResidues | null {
  const { overallB } = options;
  const count = Math.max(models.before.atoms.count, models.after.atoms.count);
  if (overallB === null || count > mostJudgedAtoms) return null;
  return measureFitOfResidues(engine, models, { ...options, overallB }, quietly(context));
}

/** What became of each residue; null without measures of both models and their fit. */
export function judgeChanges(
  before: ModelJudgement,
  after: ModelJudgement,
  fits: FitOfResidues | null,
  options: { readonly map: DensityMap; readonly resolution: number; readonly tables: GeometryTables },
): ResidueVerdicts | null {
  if (before.judged === null || after.judged === null || fits === null) return null;
  return judgeMeasured({ before: before.judged, after: after.judged, map: options.map }, fits, options);
}

/** An interrupted run still tells what its best model is; what is odd about the model has been said. */
function quietly(context: RunContext): RunContext {
  return createRunContext({ memoryLimit: context.memoryLimit });
}
