// Q-scores by the compiled kernel: arrays into its memory, scratch laid out, scores out of it.
import { type KernelMemory, place } from "./memory.ts";
import { mostNeighbours, type ShellRules, type ShellSamples } from "./reference/q-score.ts";
import type { ThreadPool } from "./threads.ts";

const atomsPerBlock = 64;

export function scoreShellsCompiled(
  memory: KernelMemory,
  pool: ThreadPool,
  samples: ShellSamples,
  rules: ShellRules,
): Float64Array {
  const { size, cells, rows } = samples;
  const { shells, profiles, directions } = rules;
  const widths = profiles.length / (shells.length + 1);
  const frame = Float64Array.from([...Array.from(samples.toGrid), ...Array.from(samples.corner)]);
  let largestSet = 0;
  directions.start.forEach((start, set) => {
    largestSet = Math.max(largestSet, (directions.start[set + 1] ?? start) - start);
  });
  const keptAt = 24 * widths;
  const nearAt = keptAt + 8 * Math.ceil(largestSet / 2);
  const blockersAt = nearAt + 32 * mostNeighbours(cells);
  const scoresAt = memory.scratch("shell scores", 8 * Math.max(1, widths * rows.length));
  pool.run({
    kernel: "scoreShells",
    values: [
      place(memory, "shell map", samples.values),
      ...size,
      samples.firstPlane,
      place(memory, "shell frame", frame),
      place(memory, "shell xyz", samples.xyz),
      place(memory, "shell conformers", samples.conformer),
      place(memory, "shell rows", rows),
      place(memory, "shell order", cells.order),
      place(memory, "shell cell starts", cells.cellStart),
      place(memory, "shell cells", cells.cellOf),
      ...cells.dimensions,
      place(memory, "shell directions", directions.xyz),
      place(memory, "shell sets", directions.start),
      directions.start.length - 1,
      rules.leastPoints,
      place(memory, "shell radii", shells),
      shells.length,
      place(memory, "shell profiles", profiles),
      widths,
      rules.centreWeight,
      rules.rejection,
      keptAt,
      nearAt,
      blockersAt,
      scoresAt,
    ],
    begin: 0,
    end: rows.length,
    grain: atomsPerBlock,
    scratchBytes: blockersAt + 32 * mostNeighbours(cells),
  });
  return new Float64Array(memory.memory.buffer, scoresAt, widths * rows.length).slice();
}
