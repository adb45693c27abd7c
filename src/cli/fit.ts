// emend fit: every correlation of a model with a map.
import { availableParallelism } from "node:os";
import type { RunContext } from "../base/run-context.ts";
import { createEngine } from "../kernels/engine.ts";
import { computeFit } from "../validation/fit/correlation.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics } from "./console.ts";
import { loadPair, requireResolution } from "./inputs.ts";
import type { FitSettings } from "./options.ts";
import { describeFit } from "./tables.ts";

export async function runFit(
  [modelPath, mapPath]: readonly string[],
  settings: FitSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const resolution = requireResolution(settings.resolution, "fit");
  const { model, map } = await loadPair(modelPath!, mapPath!, context, { kind: "fit", resolution });
  const options = { resolution, table: settings.scattering, perAtom: settings.perAtom };
  const fit = computeFit(
    createEngine({ threads: settings.threads ?? availableParallelism() }),
    model,
    map,
    options,
    context,
  );
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  console.print(describeFit(fit));
  console.document({ fit, diagnostics: context.diagnostics.entries });
  return { exitCode: 0 };
}
