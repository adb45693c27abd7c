// How the benchmark measures: CPU time of this process, medians, variants in turn so that a busy machine treats them alike.

/** One number of a benchmark; less is better. */
export interface BenchFigure {
  readonly group: "kernels" | "phases" | "atoms" | "voxels" | "threads";
  readonly name: string;
  readonly unit: "ms" | "s" | "us per atom" | "ns per voxel" | "ms wall";
  readonly value: number;
  /** The same work by the plain twins. */
  readonly plain?: number;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** CPU milliseconds of a task, all threads of the process together. */
export function cpuMs(task: () => void): number {
  const began = process.cpuUsage();
  task();
  const used = process.cpuUsage(began);
  return (used.user + used.system) / 1000;
}

export function wallMs(task: () => void): number {
  const began = performance.now();
  task();
  return performance.now() - began;
}

/** Median of each task over `repeats` rounds after one to warm up; every round runs all tasks. */
export function measureInTurn(
  tasks: readonly (() => void)[],
  repeats: number,
  measure: (task: () => void) => number = cpuMs,
): number[] {
  const times: number[][] = tasks.map(() => []);
  for (let round = 0; round <= repeats; round++) {
    tasks.forEach((task, index) => {
      const time = measure(task);
      if (round > 0) times[index]!.push(time);
    });
  }
  return times.map(median);
}
