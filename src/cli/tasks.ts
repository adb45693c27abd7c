// What commands have done beside their main work, in a worker where there is one.
import { createRunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { createEngine } from "../kernels/engine.ts";
import type { Model } from "../model/model.ts";
import { taskWorkerAt } from "../runners/node-task-worker.node.ts";
import { createTaskRunner, type TaskRunner } from "../runners/tasks.ts";
import { measureContacts, type UnrestrainedContacts } from "../validation/geometry/geometry-report.ts";
import type { GeometrySummary } from "../validation/geometry/geometry-statistics.ts";
import { type GeometryAtHand, measureGeometry } from "../validation/geometry/model-geometry.ts";
import { type TorsionValidation, validateTorsions } from "../validation/geometry/validate-torsions.ts";
import { loadTables } from "./load-tables.ts";

export interface ContactsInput {
  readonly model: Model;
  /** Null for the built-in one. */
  readonly dictionary: Dictionary | null;
  readonly memoryLimit: number;
}

export interface TorsionsInput {
  readonly model: Model;
  /** Folder of reference data, undefined for the built-in tables. */
  readonly referenceData: string | undefined;
}

/** What is odd about the model has been said: nothing is reported from here. */
async function contacts({ model, dictionary, memoryLimit }: ContactsInput): Promise<UnrestrainedContacts> {
  return measureContacts({ model, dictionary: dictionary ?? loadDictionary() }, createRunContext({ memoryLimit }));
}

async function torsions({ model, referenceData }: TorsionsInput): Promise<TorsionValidation> {
  return validateTorsions(model, await loadTables(referenceData));
}

async function geometry(start: GeometryAtHand): Promise<GeometrySummary> {
  return measureGeometry(start, createEngine().kernels);
}

/** Unpacks what the others need, while the caller still reads. */
async function prepare({ referenceData }: Pick<TorsionsInput, "referenceData">): Promise<null> {
  loadDictionary();
  await loadTables(referenceData);
  return null;
}

export const commandTasks = { contacts, torsions, geometry, prepare } as const;

export type CommandTasks = TaskRunner<typeof commandTasks>;

/** A runner of the tasks; with one thread everything is done in line. */
export function createCommandTasks(threads: number): CommandTasks {
  const worker = threads > 1 ? taskWorkerAt(new URL("./task-worker.js", import.meta.url)) : null;
  return createTaskRunner(commandTasks, worker);
}
