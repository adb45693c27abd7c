// emend validate: a model's geometry, and with a map all of emend fit, on one page.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { RunContext } from "../base/run-context.ts";
import { createEngine } from "../kernels/engine.ts";
import type { Model } from "../model/model.ts";
import { writeTsv } from "../text/tsv.ts";
import { type FitReportResult, reportFit } from "../validation/fit/fit-report.ts";
import { residueRows } from "../validation/fit/residue-rows.ts";
import { writeResidueTable } from "../validation/fit/residue-table.ts";
import { type GeometryReportResult, reportGeometry } from "../validation/geometry/geometry-report.ts";
import { geometryColumns, geometryRows } from "../validation/geometry/geometry-rows.ts";
import { listProblemPlaces, type ProblemPlace } from "../validation/geometry/problem-places.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics, toJson } from "./console.ts";
import { readFitOptions } from "./fit.ts";
import { describeFitReport } from "./fit-summary.ts";
import { describeGeometryReport } from "./geometry-summary.ts";
import { loadDictionaries, loadModel, loadPair, noteMemory, type Pair } from "./inputs.ts";
import { loadTables } from "./load-tables.ts";
import type { ValidateSettings } from "./options.ts";
import { checkOutputs, writeOutputs } from "./outputs.ts";

const resultNames = ["validation.json", "geometry.tsv", "residues.tsv", "problems.tsv"];
const shownPlaces = 10;

export async function runValidate(
  [modelPath, mapPath]: readonly string[],
  settings: ValidateSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const { outDir, halfMaps = [], hydrogens, unknownLigands } = settings;
  const inputs = [modelPath!, ...(mapPath === undefined ? [] : [mapPath]), ...halfMaps, ...settings.restraints];
  if (outDir !== undefined)
    checkOutputs(
      resultNames.map((name) => join(outDir, name)),
      inputs,
      settings.overwrite,
    );
  const pair = mapPath === undefined ? null : await readPair(modelPath!, mapPath, settings, console, context);
  const model = pair?.model ?? (await loadModel(modelPath!, context));
  const dictionary = await loadDictionaries(settings, model, context);
  const tables = await loadTables(settings.referenceData);
  const engine = createEngine({ threads: settings.threads ?? availableParallelism() });
  const options = { hydrogens, tables, unknownLigands };
  const geometry = await reportGeometry(engine, { model, dictionary }, options, context);
  const fit =
    pair && (await reportFit(engine, model, pair.map, await readFitOptions(settings, pair, context), context));
  engine.close();
  const problems = listProblemPlaces(model, geometry);
  const document = {
    geometry: geometry.report,
    ...(fit ? { fit: fit.report } : {}),
    problems,
    diagnostics: context.diagnostics.entries,
  };
  if (outDir !== undefined) save(outDir, model, { document, geometry, fit, problems });
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  console.print(describeGeometryReport(geometry.report, problems, shownPlaces));
  if (fit) console.print(`\n${describeFitReport(fit.report, { model: modelPath!, map: mapPath! })}`);
  console.document(document);
  return { exitCode: 0 };
}

async function readPair(
  modelPath: string,
  mapPath: string,
  settings: ValidateSettings,
  console: Console,
  context: RunContext,
): Promise<Pair> {
  const companions = (settings.halfMaps ?? []).length + (settings.mask === undefined ? 0 : 1);
  const work = { kind: "fit", resolution: settings.resolution ?? null, companions } as const;
  const pair = await loadPair(modelPath, mapPath, context, work);
  noteMemory(pair, console);
  return pair;
}

interface Results {
  readonly document: object;
  readonly geometry: GeometryReportResult;
  readonly fit: FitReportResult | null;
  readonly problems: readonly ProblemPlace[];
}

function save(folder: string, model: Model, { document, geometry, fit, problems }: Results): void {
  const rows = problems.flatMap(({ model: number, residue, position, problems: found }) =>
    found.map(({ kind, text, weight }) => ({ number, residue, position, kind, text, weight })),
  );
  const columns = [
    { name: "model", value: (row: (typeof rows)[number]) => row.number },
    { name: "residue", value: (row: (typeof rows)[number]) => row.residue },
    { name: "kind", value: (row: (typeof rows)[number]) => row.kind },
    { name: "problem", value: (row: (typeof rows)[number]) => row.text },
    { name: "weight", decimals: 2, value: (row: (typeof rows)[number]) => row.weight },
    ...(["x", "y", "z"] as const).map((name, axis) => ({
      name,
      unit: "A",
      decimals: 2,
      value: (row: (typeof rows)[number]) => row.position[axis]!,
    })),
  ];
  writeOutputs(folder, {
    "validation.json": `${toJson(document)}\n`,
    "geometry.tsv": writeTsv(geometryColumns, geometryRows(geometry.details)),
    "problems.tsv": writeTsv(columns, rows),
    ...(fit ? { "residues.tsv": writeResidueTable(residueRows(model, fit.report, fit.perAtom)) } : {}),
  });
}
