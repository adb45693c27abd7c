// npm run bench: kernels against their twins, phases of a refinement, scaling with atoms and voxels, threads.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { createRunContext } from "../../base/run-context.ts";
import { createEngine } from "../../kernels/engine.ts";
import { loadPair } from "../inputs.ts";
import { version } from "../version.ts";
import { type BenchRun, findSlowdowns, incomparable, mergeRuns } from "./compare.ts";
import { kernelTasks } from "./kernel-tasks.ts";
import { type BenchFigure, measureInTurn } from "./measure.ts";
import { benchPhases } from "./phases.ts";
import { benchDocument, benchText } from "./report.ts";
import { scaleAtoms, scaleVoxels, spreadOf } from "./scaling.ts";
import { benchThreads } from "./threads.ts";

const usage = `usage: npm run bench -- [options]
  --only GROUPS   some of kernels,phases,atoms,voxels,threads (default: all)
  --atoms N       largest model of the scaling with atoms (default 100000, up to 1800000)
  --threads N     most threads (default: cores)
  --repeats N     rounds per figure (default 5)
  --out FILE      stored run (default build/bench.json)
  --json          print JSON instead of tables
  --write-docs    write docs/bench.md
`;

const example = { model: "example/model.pdb", map: "example/map.mrc.gz", resolution: 3 };
const atomCounts = [1_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 1_800_000];
const edges = [64, 128, 200, 256, 320];

function benchKernels(repeats: number): BenchFigure[] {
  return kernelTasks.map(([name, task]) => {
    const [value, plain] = measureInTurn(
      [task(createEngine()), task(createEngine({ kind: "reference" }))],
      repeats,
    ) as [number, number];
    return { group: "kernels", name, unit: "ms", value, plain };
  });
}

function readStored(path: string): BenchRun | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as BenchRun) : null;
}

/** Model of the processor, cores and memory. */
function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, ${memory} GiB`;
}

interface BenchSettings {
  readonly groups: ReadonlySet<string>;
  readonly atoms: number;
  readonly threads: number;
  readonly repeats: number;
}

async function runGroups({ groups, atoms, threads, repeats }: BenchSettings): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = [];
  if (groups.has("phases") || groups.has("atoms")) {
    const { model, map } = await loadPair(example.model, example.map, createRunContext(), {
      kind: "refine",
      resolution: 3,
    });
    if (groups.has("phases")) figures.push(...(await benchPhases(model, map, example.resolution)));
    if (groups.has("atoms")) {
      const counts = atomCounts.filter((count) => count <= Math.max(atoms, atomCounts[0]!));
      figures.push(...(await scaleAtoms(model, map, counts)));
    }
  }
  if (groups.has("kernels")) figures.push(...benchKernels(repeats));
  if (groups.has("voxels")) figures.push(...scaleVoxels(edges, repeats));
  if (groups.has("threads")) figures.push(...benchThreads(threads, repeats));
  return figures;
}

function reportComparison(previous: BenchRun | null, current: BenchRun): string {
  if (previous === null) return "No stored run to compare with.\n";
  const reason = incomparable(previous, current);
  if (reason !== null) return `Not compared: ${reason}.\n`;
  const slower = findSlowdowns(previous, current);
  if (slower.length === 0) return "Nothing got slower by more than 15 %.\n";
  const lines = slower.map(
    ({ group, name, before, now }) =>
      `  ${group}: ${name}: ${before.toPrecision(3)} -> ${now.toPrecision(3)} (+${(100 * (now / before - 1)).toFixed(0)} %)`,
  );
  return `Slower than in the stored run:\n${lines.join("\n")}\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "kernels,phases,atoms,voxels,threads" },
      atoms: { type: "string", default: "100000" },
      threads: { type: "string", default: `${availableParallelism()}` },
      repeats: { type: "string", default: "5" },
      out: { type: "string", default: "build/bench.json" },
      json: { type: "boolean", default: false },
      "write-docs": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const figures = await runGroups({
    groups: new Set(values.only.split(",")),
    atoms: Number(values.atoms),
    threads: Number(values.threads),
    repeats: Number(values.repeats),
  });
  const current: BenchRun = { version, node: process.version, machine: describeMachine(), figures };
  const previous = readStored(values.out);
  const merged = mergeRuns(previous, current);
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(merged, null, 2)}\n`);
  if (values["write-docs"]) writeFileSync("docs/bench.md", benchDocument(merged));
  if (values.json) {
    process.stdout.write(`${JSON.stringify(current, null, 2)}\n`);
    return;
  }
  const spread = spreadOf(figures.filter(({ group }) => group === "atoms"));
  process.stdout.write(`${benchText(current)}\n`);
  if (spread > 1) process.stdout.write(`Largest cost per atom over the least: ${spread.toFixed(2)}\n`);
  process.stdout.write(reportComparison(previous, current));
}

await main();
