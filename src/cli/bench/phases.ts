// CPU seconds of each phase of a default refinement.
import { createRunContext } from "../../base/run-context.ts";
import { loadDictionary } from "../../chemistry/dictionary.ts";
import type { DensityMap } from "../../density/map.ts";
import { createEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { refineModel } from "../../refinement/refine-model.ts";
import { defaultRefineOptions } from "../../refinement/refine-options.ts";
import type { BenchFigure } from "./measure.ts";

/** Refines once in one thread; a phase lasts until the next one is reported. */
export async function benchPhases(model: Model, map: DensityMap, resolution: number): Promise<BenchFigure[]> {
  const seconds = new Map<string, number>();
  let phase = "restraints";
  let since = process.cpuUsage();
  const began = since;
  const close = (next: string): void => {
    const now = process.cpuUsage();
    const used = (now.user + now.system - since.user - since.system) / 1e6;
    seconds.set(phase, (seconds.get(phase) ?? 0) + used);
    phase = next;
    since = now;
  };
  const context = createRunContext({ report: ({ phase: next }) => close(next) });
  const options = { ...defaultRefineOptions, resolution };
  await refineModel(createEngine(), { model, map, dictionary: loadDictionary() }, options, context);
  close("");
  const total = process.cpuUsage(began);
  return [...seconds, ["whole run", (total.user + total.system) / 1e6] as const].map(([name, value]) => ({
    group: "phases",
    name,
    unit: "s",
    value,
  }));
}
