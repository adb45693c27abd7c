// Comparison of a benchmark run with the one before.
import type { BenchFigure } from "./measure.ts";

/** What a run leaves behind; only runs of the same machine and Node version compare. */
export interface BenchRun {
  readonly version: string;
  readonly node: string;
  readonly machine: string;
  readonly figures: readonly BenchFigure[];
}

export interface Slowdown {
  readonly group: string;
  readonly name: string;
  readonly before: number;
  readonly now: number;
}

/** Figures of the present run that exceed the previous ones by more than `share`; figures in only one of them are passed over. */
export function findSlowdowns(previous: BenchRun, current: BenchRun, share = 0.15): Slowdown[] {
  const before = new Map(previous.figures.map((figure) => [keyOf(figure), figure.value]));
  const slower: Slowdown[] = [];
  for (const figure of current.figures) {
    const old = before.get(keyOf(figure));
    if (old === undefined || !(figure.value > (1 + share) * old)) continue;
    slower.push({ group: figure.group, name: figure.name, before: old, now: figure.value });
  }
  return slower;
}

function keyOf({ group, name, unit }: BenchFigure): string {
  return `${group}|${name}|${unit}`;
}

/** Why two runs do not compare, or null. */
export function incomparable(previous: BenchRun, current: BenchRun): string | null {
  if (previous.machine !== current.machine) return `the stored run is of another machine (${previous.machine})`;
  if (previous.node !== current.node) return `the stored run is of Node ${previous.node}`;
  return null;
}

/** The run to store: present figures, and earlier ones of groups that were not run this time. */
export function mergeRuns(previous: BenchRun | null, current: BenchRun): BenchRun {
  if (previous === null || incomparable(previous, current) !== null) return current;
  const groups = new Set(current.figures.map(({ group }) => group));
  return { ...current, figures: [...previous.figures.filter(({ group }) => !groups.has(group)), ...current.figures] };
}
