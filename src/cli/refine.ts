// emend refine: a model into a map.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { RunContext } from "../base/run-context.ts";
import { loadDictionary } from "../chemistry/dictionary.ts";
import type { DensityMap } from "../density/map.ts";
import type { FileContent } from "../io/files.node.ts";
import { writeMmcifPieces } from "../io/mmcif/write-mmcif.ts";
import { findLibraryFiles } from "../io/monomer-library.node.ts";
import { whyNotPdb, writePdbPieces } from "../io/pdb/write-pdb.ts";
import { createEngine } from "../kernels/engine.ts";
import type { Model } from "../model/model.ts";
import { selectAtoms } from "../model/selection.ts";
import { refineModel } from "../refinement/refine-model.ts";
import {
  defaultCycles,
  defaultRefineOptions,
  type RefineOptions,
  type RefineResult,
} from "../refinement/refine-options.ts";
import { automaticRestraints, type ExtraRestraintKind } from "../refinement/supplement/build-supplement.ts";
import type { ResidueVerdicts } from "../refinement/verdicts/residue-verdicts.ts";
import { describeSummary, verdictColumns } from "../refinement/verdicts/verdict-table.ts";
import { writeTsv } from "../text/tsv.ts";
import { reportGrid } from "../validation/fit/estimate-resolution.ts";
import type { HalfMaps } from "../validation/fit/half-map-fsc.ts";
import { fingerprint, type InputFiles, loadCheckpoint, removeCheckpoints, saveCheckpoint } from "./checkpoint.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics, toJson } from "./console.ts";
import { loadCompanion, loadDictionaries, loadPair, noteMemory, type Pair, requireResolution } from "./inputs.ts";
import { beginMeasuring, judgeChanges, judgeModel, type Measuring, measureFits } from "./judge.ts";
import { loadTables } from "./load-tables.ts";
import type { RefineSettings } from "./options.ts";
import { checkOutputs, stemOf, writeOutputs } from "./outputs.ts";
import { describeAssessments, describeCycles, describeFreeFsc, describeOccupancies, describeWeight } from "./tables.ts";
import { createCommandTasks } from "./tasks.ts";
import { version } from "./version.ts";

/** Larger models have no second copy of their files in memory. */
const mostAtomsAsText = 100_000;
const resultNames = ["refined.cif", "refined.pdb", "residues.tsv", "log.txt", "summary.json"];

export async function runRefine(
  [modelPath, mapPath]: readonly string[],
  settings: RefineSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  const resolution = requireResolution(settings.resolution, "refine");
  const folder = settings.outDir ?? `${stemOf(modelPath!)}_emend`;
  const outputs = resultNames.map((name) => join(folder, name));
  const { halfMaps: halfMapPaths = [] } = settings;
  const inputs = [modelPath!, mapPath!, ...halfMapPaths, ...settings.restraints, ...settings.edits];
  checkOutputs(outputs, inputs, settings.overwrite || settings.resume);
  context.report({ phase: "reading", fraction: 0 });
  const engine = createEngine({ threads: settings.threads ?? availableParallelism() });
  const tasks = createCommandTasks(engine.threads);
  tasks.begin("prepare", { referenceData: settings.referenceData });
  const pair = await loadPair(modelPath!, mapPath!, context, {
    kind: "refine",
    resolution,
    companions: halfMapPaths.length,
  });
  noteMemory(pair, console);
  const dictionary = await loadDictionaries(settings, pair.model, context);
  reportGrid(resolution, pair.map, context);
  const halfMaps = await loadHalfMaps(halfMapPaths, pair, context);
  const options = refineOptions(settings, pair.model, resolution);
  const reading = (performance.now() - began) / 1000;
  const identity = fingerprint(inputFiles(modelPath!, mapPath!, settings, pair.model), settings);
  const from = settings.resume ? loadCheckpoint(folder, identity, context) : undefined;
  const measure = (model: Model): Measuring =>
    beginMeasuring(tasks, model, { dictionary, referenceData: settings.referenceData }, context);
  const measuringBefore = measure(pair.model);
  let measuringAfter: Measuring | null = null;
  const result = await refineModel(engine, { ...pair, dictionary, ...halfMaps }, options, context, {
    ...(from ? { from } : {}),
    onCheckpoint: (checkpoint) => saveCheckpoint(folder, checkpoint, identity),
    onModel: (model) => {
      measuringAfter = measure(model);
      // With two threads the other core is the worker's until it has caught up: what it measures takes longest.
      engine.isAlone = engine.threads === 2;
    },
    ...(engine.threads > 1 ? { measureBeside: (start) => tasks.begin("geometry", start) } : {}),
  });
  engine.isAlone = false;
  context.report({ phase: "validation", fraction: 0.99 });
  const tables = await loadTables(settings.referenceData);
  const models = { before: pair.model, after: result.model, map: pair.map };
  const fitOptions = { resolution, table: settings.scattering, overallB: result.after.fit.bestOverallB };
  const fits = measureFits(engine, models, fitOptions, context);
  const notPdb = whyNotPdb(result.model);
  const modelFiles = filesOfModel(result.model, notPdb);
  const judgedAfter = await judgeModel(result.model, result.after, measuringAfter ?? measure(result.model), context);
  const judgedBefore = await judgeModel(pair.model, result.before, measuringBefore, context);
  tasks.close();
  const verdicts = judgeChanges(judgedBefore, judgedAfter, fits, { map: pair.map, resolution, tables });
  const [before, after] = [judgedBefore.assessment, judgedAfter.assessment];
  console.endProgress();
  const cpu = process.cpuUsage(cpuBegan);
  const summary = {
    program: { name: "emend", version },
    inputs: describeInputs(modelPath!, mapPath!, pair, settings),
    resolution,
    before,
    after,
    fitWithInputB: result.fitWithInputB,
    residues: verdicts,
    restraints: result.restraints,
    hydrogens: result.hydrogens,
    refinement: describeRefinement(result),
    timings: {
      wallSeconds: (performance.now() - began) / 1000,
      threads: engine.threads,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      phases: [{ phase: "reading", seconds: reading }, ...result.phases],
    },
    peakMemoryMiB: process.resourceUsage().maxRSS / 1024,
    interrupted: result.interrupted,
    diagnostics: context.diagnostics.entries,
  };
  const assessments = describeAssessments(before, after, {
    supplement: result.restraints.supplement,
    contacts: Boolean(after.geometry.withHydrogens),
    rotamers: result.refinement.sideChains.length > 0,
    q: meanQ(verdicts),
  });
  const text = describeRun(summary, result, notPdb, { settings, assessments });
  const results = {
    ...modelFiles,
    ...(verdicts ? { "residues.tsv": writeTsv(verdictColumns, verdicts.residues) } : {}),
    "log.txt": `${text}\n`,
    "summary.json": `${toJson(summary)}\n`,
  };
  // Files of an earlier run must not stand beside the new mmCIF file.
  const absent = [...(notPdb === null ? [] : ["refined.pdb"]), ...(verdicts ? [] : ["residues.tsv"])];
  const written = writeOutputs(folder, results, absent);
  if (!result.interrupted) removeCheckpoints(folder);
  noteDiagnostics(console, context.diagnostics);
  console.print(assessments);
  console.print(describeWeight(result));
  const { freeFsc, occupancies } = result.refinement;
  if (freeFsc) console.print(describeFreeFsc(freeFsc));
  if (occupancies) console.print(describeOccupancies(occupancies));
  if (verdicts) console.print(describeSummary(verdicts.summary));
  if (notPdb !== null) console.note(`refined.pdb is not written: ${notPdb}; use refined.cif`);
  console.print(`Wrote ${written.join(", ")}`);
  console.document(summary);
  if (result.interrupted)
    return { exitCode: 130, message: "Interrupted: the best model so far is written; --resume goes on from here" };
  return limitsFailure(result, options);
}

/** The text of ordinary models is made at once, while a worker measures; that of large ones only piece by piece as it is written. */
function filesOfModel(model: Model, notPdb: string | null): Readonly<Record<string, FileContent>> {
  const contentOf = (writePieces: (to: Model, write: (piece: string) => void) => void): FileContent => {
    if (model.atoms.count > mostAtomsAsText) return (write) => writePieces(model, write);
    const pieces: string[] = [];
    writePieces(model, (piece) => pieces.push(piece));
    return pieces.join("");
  };
  return {
    "refined.cif": contentOf(writeMmcifPieces),
    ...(notPdb === null ? { "refined.pdb": contentOf(writePdbPieces) } : {}),
  };
}

async function loadHalfMaps(
  [first, second]: readonly string[],
  pair: Pair,
  context: RunContext,
): Promise<{ readonly halfMaps?: HalfMaps }> {
  if (first === undefined || second === undefined) return {};
  const load = (path: string): Promise<DensityMap> => loadCompanion(path, pair, context);
  return { halfMaps: { first: await load(first), second: await load(second) } };
}

function refineOptions(settings: RefineSettings, model: Model, resolution: number): RefineOptions {
  return {
    ...defaultRefineOptions,
    resolution,
    quality: settings.quality,
    modelMap: settings.modelMap,
    sideChains: settings.sideChains,
    bFactors: settings.bFactors,
    occupancies: settings.occupancies,
    ...extraRestraints(settings),
    cycles: settings.cycles ?? defaultCycles[settings.quality],
    weight: settings.weight ?? null,
    mapScaling: settings.mapScaling,
    ...(settings.mapFilter === undefined ? {} : { mapFilter: settings.mapFilter }),
    targetBondRmsd: settings.targetBondRmsd,
    targetAngleRmsd: settings.targetAngleRmsd,
    scattering: settings.scattering,
    unknownLigands: settings.unknownLigands,
    ...(settings.hydrogens === undefined ? {} : { hydrogens: settings.hydrogens }),
    ...(settings.select === undefined ? {} : { selection: selectAtoms(model, settings.select) }),
  };
}

/** Absent where nothing is said: then the quality decides. */
function extraRestraints(settings: RefineSettings): Pick<RefineOptions, "extraRestraints"> {
  const kinds = Object.keys(automaticRestraints) as ExtraRestraintKind[];
  const said = kinds.filter((kind) => settings[kind] !== "auto");
  if (said.length === 0) return {};
  const others = settings.quality === "fast" ? {} : automaticRestraints;
  return { extraRestraints: { ...others, ...Object.fromEntries(said.map((kind) => [kind, settings[kind] === "on"])) } };
}

/** All that the result depends on; of a monomer library, the files of residues that are not built in. */
function inputFiles(model: string, map: string, settings: RefineSettings, { residues }: Model): InputFiles {
  const { restraints, edits, monomerLibrary, halfMaps = [] } = settings;
  const builtIn = loadDictionary().monomers;
  const foreign = new Set(residues.name.filter((name) => !builtIn.has(name)));
  const library = monomerLibrary === undefined ? [] : [...findLibraryFiles(monomerLibrary, foreign).values()];
  return { model: [model], map: [map], halfMaps, restraints, edits, library };
}

/** An automatic weight that ends beyond its ceilings is a stated failure. */
function limitsFailure({ after, refinement }: RefineResult, options: RefineOptions): CommandOutcome {
  const bonds = after.geometry.bond.rmsd ?? 0;
  const angles = after.geometry.angle.rmsd ?? 0;
  const isBeyond = bonds > 1.05 * options.targetBondRmsd || angles > 1.05 * options.targetAngleRmsd;
  if (refinement.weight.source === "given" || options.selection !== undefined || !isBeyond) return { exitCode: 0 };
  return {
    exitCode: 3,
    message: `The geometry ends beyond its ceilings (bonds ${bonds.toFixed(4)} A, angles ${angles.toFixed(2)} deg)`,
  };
}

function describeInputs(modelPath: string, mapPath: string, pair: Pair, settings: RefineSettings): unknown {
  const { model, map } = pair;
  const { json: _json, quiet: _quiet, ...kept } = settings;
  return {
    model: {
      file: modelPath,
      format: model.source.format,
      atoms: model.atoms.count,
      residues: model.residues.count,
      chains: model.chains.count,
    },
    map: {
      file: mapPath,
      size: map.size,
      voxel: [map.cell.a / map.sampling[0], map.cell.b / map.sampling[1], map.cell.c / map.sampling[2]],
    },
    settings: kept,
  };
}

function describeRefinement({ refinement }: RefineResult): unknown {
  const { weight, ...rest } = refinement;
  return {
    weight: weight.value,
    weightSearch: { source: weight.source, limitedBy: weight.limitedBy, trials: weight.trials },
    ...rest,
  };
}

/** All of them: what is not restrained must not be overlooked. */
function listAtoms(title: string, labels: readonly string[]): string[] {
  return labels.length === 0 ? [] : ["", `${title} (${labels.length})`, ...labels.map((label) => `  ${label}`)];
}

/** Mean Q of the residues that have one before and after. */
function meanQ(verdicts: ResidueVerdicts | null): { readonly before: number | null; readonly after: number | null } {
  const both = (verdicts?.residues ?? []).filter(({ q }) => q.before !== null && q.after !== null);
  if (both.length === 0) return { before: null, after: null };
  const mean = (side: "before" | "after"): number => both.reduce((sum, { q }) => sum + q[side]!, 0) / both.length;
  return { before: mean("before"), after: mean("after") };
}

function describeRun(
  summary: unknown,
  result: RefineResult,
  notPdb: string | null,
  { settings, assessments }: { readonly settings: RefineSettings; readonly assessments: string },
): string {
  const { inputs, diagnostics } = summary as {
    inputs: { model: { file: string; atoms: number }; map: { file: string; size: readonly number[] } };
    diagnostics: RunContext["diagnostics"]["entries"];
  };
  return [
    `emend ${version} refine`,
    `Model ${inputs.model.file}: ${inputs.model.atoms} atoms`,
    `Map ${inputs.map.file}: ${inputs.map.size.join(" x ")} voxels, resolution ${settings.resolution} A`,
    "",
    describeWeight(result),
    ...(result.refinement.freeFsc ? [describeFreeFsc(result.refinement.freeFsc)] : []),
    ...(result.refinement.occupancies ? [describeOccupancies(result.refinement.occupancies)] : []),
    "",
    describeCycles(result),
    "",
    assessments,
    ...(notPdb === null ? [] : ["", `refined.pdb is not written: ${notPdb}`]),
    ...(result.interrupted ? ["", "The run was interrupted: this is the best model so far."] : []),
    ...listAtoms("Atoms of unknown residues, held where they are", result.restraints.heldAtoms),
    ...listAtoms("Atoms without bond restraints", result.restraints.unrestrainedAtoms),
    "",
    "Diagnostics",
    ...diagnostics.map(
      ({ severity, code, message, count, examples }) =>
        `  ${severity} ${code} (${count}): ${message}${examples.length > 0 ? `: ${examples.join("; ")}` : ""}`,
    ),
    ...(diagnostics.length === 0 ? ["  none"] : []),
  ].join("\n");
}
