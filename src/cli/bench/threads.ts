// Elapsed time of shared work with 1 to N threads, and what sharing costs in CPU time.
import { createEngine } from "../../kernels/engine.ts";
import { densityTask, transformTasks } from "./kernel-tasks.ts";
import { type BenchFigure, cpuMs, measureInTurn, wallMs } from "./measure.ts";

const edge = 200;

/** The same tasks with each number of threads: elapsed and CPU time. */
export function benchThreads(most: number, repeats: number): BenchFigure[] {
  const tasks = { [`transform, ${edge}^3`]: transformTasks([edge, edge, edge]).forward, density: densityTask };
  const figures: BenchFigure[] = [];
  for (const [name, task] of Object.entries(tasks)) {
    for (let threads = 1; threads <= most; threads++) {
      const engine = createEngine({ threads });
      const run = task(engine);
      const label = `${name}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
      const [wall] = measureInTurn([run], repeats, wallMs);
      const [cpu] = measureInTurn([run], repeats, cpuMs);
      figures.push({ group: "threads", name: label, unit: "ms wall", value: wall! });
      figures.push({ group: "threads", name: label, unit: "ms", value: cpu! });
      engine.close();
    }
  }
  return figures;
}
