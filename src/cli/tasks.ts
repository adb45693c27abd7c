// What commands have done beside their main work, in a worker where there is one.
import { createRunContext } from "../base/run-context.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { Model } from "../model/model.ts";
import { taskWorkerAt } from "../runners/node-task-worker.node.ts";
import { createTaskRunner, type TaskRunner } from "../runners/tasks.ts";
import { measureUnrestrained, type UnrestrainedMeasures } from "../validation/geometry/geometry-report.ts";
import { loadTables } from "./load-tables.ts";

export interface MeasureInput {
  readonly model: Model;
  readonly dictionary: Dictionary;
  /** Folder of reference data, undefined for the built-in tables. */
  readonly referenceData: string | undefined;
  readonly memoryLimit: number;
}

/** What is odd about the model has been said: nothing is reported from here. */
async function measure(input: MeasureInput): Promise<UnrestrainedMeasures> {
  const { model, dictionary, referenceData, memoryLimit } = input;
  const tables = await loadTables(referenceData);
  return measureUnrestrained({ model, dictionary }, tables, createRunContext({ memoryLimit }));
}

export const commandTasks = { measure } as const;

export type CommandTasks = TaskRunner<typeof commandTasks>;

/** A runner of the tasks; with one thread everything is done in line. */
export function createCommandTasks(threads: number): CommandTasks {
  const worker = threads > 1 ? taskWorkerAt(new URL("./task-worker.js", import.meta.url)) : null;
  return createTaskRunner(commandTasks, worker);
}
