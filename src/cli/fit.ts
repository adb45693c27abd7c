// emend fit: every number of a model in a map, and where each comes from.
import { availableParallelism } from "node:os";
import type { RunContext } from "../base/run-context.ts";
import type { DensityMap } from "../density/map.ts";
import type { FileContent } from "../io/files.node.ts";
import { writeAtomScores } from "../io/mmcif/write-atom-values.ts";
import { writeMrc } from "../io/mrc/write-mrc.ts";
import { statesPlddt } from "../io/predicted-model.ts";
import { createEngine } from "../kernels/engine.ts";
import { atomLabel, type Model } from "../model/model.ts";
import { type FitReportOptions, type FitReportResult, reportFit } from "../validation/fit/fit-report.ts";
import { residueRows } from "../validation/fit/residue-rows.ts";
import { writeResidueTable } from "../validation/fit/residue-table.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics } from "./console.ts";
import { describeFitReport } from "./fit-summary.ts";
import { loadCompanion, loadPair, noteMemory, type Pair } from "./inputs.ts";
import type { FitSettings } from "./options.ts";
import { checkOutputs, writeFiles } from "./outputs.ts";
import { version } from "./version.ts";

export async function runFit(
  [modelPath, mapPath]: readonly string[],
  settings: FitSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const { table, cif, localResolutionOut, halfMaps = [], mask, localResolution } = settings;
  const given = [mask, localResolution === "auto" ? undefined : localResolution].filter((path) => path !== undefined);
  const inputs = [modelPath!, mapPath!, ...halfMaps, ...given];
  const outputs = [table, cif, localResolutionOut].filter((path) => path !== undefined);
  checkOutputs(outputs, inputs, settings.overwrite);
  const resolution = settings.resolution ?? null;
  const work = { kind: "fit", resolution, companions: inputs.length - 2 } as const;
  const pair = await loadPair(modelPath!, mapPath!, context, work);
  noteMemory(pair, console);
  const options = await readFitOptions(settings, pair, context);
  const engine = createEngine({ threads: settings.threads ?? availableParallelism() });
  const result = await reportFit(engine, pair.model, pair.map, options, context);
  engine.close();
  saveResults(settings, pair.model, result);
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  console.print(describeFitReport(result.report, { model: modelPath!, map: mapPath! }));
  const fit = { ...result.report, ...(settings.perAtom ? { perAtom: listAtoms(pair.model, result) } : {}) };
  console.document({ fit, diagnostics: context.diagnostics.entries });
  return { exitCode: 0 };
}

type MeasureSettings = Pick<
  FitSettings,
  "halfMaps" | "mask" | "maskPolicy" | "resolution" | "contour" | "scattering" | "sigma" | "qRule" | "localResolution"
>;

/** What to measure, and the maps that go with the pair's map. */
export async function readFitOptions(
  settings: MeasureSettings,
  pair: Pair,
  context: RunContext,
): Promise<FitReportOptions> {
  const { halfMaps, mask, maskPolicy, resolution, contour, scattering, sigma, qRule, localResolution } = settings;
  const load = (path: string): Promise<DensityMap> => loadCompanion(path, pair, context);
  return {
    table: scattering,
    sigma,
    qRule,
    maskPolicy,
    statesPlddt: statesPlddt(pair.model),
    labels: pair.mapFile.header.labels,
    ...(resolution === undefined ? {} : { resolution }),
    ...(contour === undefined ? {} : { contour }),
    ...(mask === undefined ? {} : { mask: await load(mask) }),
    ...(localResolution === undefined
      ? {}
      : { localResolution: localResolution === "auto" ? "auto" : await load(localResolution) }),
    ...(halfMaps === undefined
      ? {}
      : { halfMaps: { first: await load(halfMaps[0]!), second: await load(halfMaps[1]!) } }),
  };
}

function saveResults(
  { table, cif, bColumn, localResolutionOut }: FitSettings,
  model: Model,
  { report, perAtom, localResolutionMap }: FitReportResult,
): void {
  const files: [string, FileContent][] = [];
  if (table !== undefined) files.push([table, writeResidueTable(residueRows(model, report, perAtom))]);
  if (cif !== undefined) {
    files.push([cif, (write) => writeAtomScores(model, perAtom, { bFactor: bColumn }, write)]);
  }
  if (localResolutionOut !== undefined && localResolutionMap !== null) {
    files.push([localResolutionOut, writeMrc(localResolutionMap, [`emend ${version}: local resolution in Angstrom`])]);
  }
  if (files.length > 0) writeFiles(files);
}

function listAtoms(model: Model, { perAtom: { q, cc, localResolution } }: FitReportResult): object[] {
  return q.map((score, atom) => ({
    atom: atomLabel(model, atom),
    q: score,
    cc: cc[atom]!,
    ...(localResolution ? { localResolution: localResolution[atom]! } : {}),
  }));
}
