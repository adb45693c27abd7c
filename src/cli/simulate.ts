// emend simulate: the map a model would give at a resolution, with noise.
import { availableParallelism } from "node:os";
import { basename, dirname } from "node:path";
import type { RunContext } from "../base/run-context.ts";
import { writeMrc } from "../io/mrc/write-mrc.ts";
import { createEngine } from "../kernels/engine.ts";
import { simulateMap } from "../scattering/simulate-map.ts";
import { gzip } from "../text/gzip.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics } from "./console.ts";
import { loadModel, requireResolution } from "./inputs.ts";
import type { SimulateSettings } from "./options.ts";
import { checkOutputs, stemOf, writeOutputs } from "./outputs.ts";
import { version } from "./version.ts";

export async function runSimulate(
  [modelPath]: readonly string[],
  settings: SimulateSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const resolution = requireResolution(settings.resolution, "simulate");
  const out = settings.out ?? `${stemOf(modelPath!)}_simulated.mrc`;
  checkOutputs([out], [modelPath!], settings.overwrite);
  const model = await loadModel(modelPath!, context);
  const { margin, noise, scattering, seed } = settings;
  const voxel = settings.voxel ?? resolution / 3;
  const map = simulateMap(
    createEngine({ threads: settings.threads ?? availableParallelism() }),
    model.atoms,
    { resolution, table: scattering, voxel, margin, noise },
    context,
  );
  const bytes = writeMrc(map, [`emend ${version}: simulated, ${resolution} A, noise ${noise}, seed ${seed}`]);
  const content = /\.gz$/i.test(out) ? await gzip(bytes) : bytes;
  writeOutputs(dirname(out), { [basename(out)]: content });
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  console.print(`Wrote ${out}: ${map.size.join(" x ")} voxels of ${voxel.toFixed(3)} A`);
  console.document({ file: out, size: map.size, voxel, resolution, noise, diagnostics: context.diagnostics.entries });
  return { exitCode: 0 };
}
