// The benchmark's figures as text for the console and as a page of the documentation.
import { alignRows } from "../tables.ts";
import type { BenchRun } from "./compare.ts";
import type { BenchFigure } from "./measure.ts";

const titles: Readonly<Record<BenchFigure["group"], string>> = {
  kernels: "Kernels: compiled against plain TypeScript",
  phases: "Phases of the default `refine` on the bundled example",
  atoms: "Cost of one evaluation of the refinement target, by number of atoms",
  voxels: "Transform and back, by number of voxels",
  threads: "Threads",
};

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function groupsOf(run: BenchRun): BenchFigure["group"][] {
  const groups = Object.keys(titles) as BenchFigure["group"][];
  return groups.filter((group) => run.figures.some((figure) => figure.group === group));
}

/** Rows of a group, heading first; with the plain twins where the group has any. */
function rowsOf(run: BenchRun, group: BenchFigure["group"]): string[][] {
  const figures = run.figures.filter((figure) => figure.group === group);
  const hasPlain = figures.some(({ plain }) => plain !== undefined);
  const heading = hasPlain ? ["what", "unit", "compiled", "plain", "ratio"] : ["what", "unit", "value"];
  return [
    heading,
    ...figures.map(({ name, unit, value, plain }) => {
      const row = [name, unit, digits(value)];
      if (!hasPlain) return row;
      return plain === undefined ? [...row, "", ""] : [...row, digits(plain), (plain / value).toFixed(1)];
    }),
  ];
}

export function benchText(run: BenchRun): string {
  return groupsOf(run)
    .map((group) => `${titles[group]}\n${alignRows(rowsOf(run, group))}\n`)
    .join("\n");
}

export function benchDocument(run: BenchRun): string {
  const tables = groupsOf(run).map((group) => {
    const [heading, ...rows] = rowsOf(run, group) as [string[], ...string[][]];
    const rule = heading.map((_cell, column) => (column < 2 ? "---" : "---:"));
    return [`## ${titles[group]}`, "", ...[heading, rule, ...rows].map((row) => `| ${row.join(" | ")} |`)].join("\n");
  });
  const intro = [
    "# Benchmark",
    "",
    `Written by \`npm run bench -- --write-docs\` with emend ${run.version} on Node ${run.node}: ${run.machine}.`,
    "",
    "CPU time of the process, medians; compiled kernels and plain twins in turn. `ms wall` is elapsed time and means something",
    "only on an idle machine. `npm run bench` compares with the run stored in `build/bench.json` and names what got slower by",
    "more than 15 %.",
  ];
  return `${[intro.join("\n"), ...tables].join("\n\n")}\n`;
}
