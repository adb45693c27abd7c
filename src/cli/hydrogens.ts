// emend hydrogens: places the hydrogens of a model, turned and chosen where there is a choice, or takes them out.
import { basename, dirname } from "node:path";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { type AddedHydrogens, addHydrogens, removeHydrogens } from "../hydrogens/add-hydrogens.ts";
import type { MoverReport } from "../hydrogens/optimize-hydrogens.ts";
import type { FileContent } from "../io/files.node.ts";
import { writeMmcifPieces } from "../io/mmcif/write-mmcif.ts";
import { whyNotPdb, writePdb } from "../io/pdb/write-pdb.ts";
import type { Model } from "../model/model.ts";
import { gzip } from "../text/gzip.ts";
import type { CommandOutcome } from "./command.ts";
import { type Console, noteDiagnostics } from "./console.ts";
import { loadDictionaries, loadModel } from "./inputs.ts";
import type { HydrogensSettings } from "./options.ts";
import { checkOutputs, stemOf, writeOutputs } from "./outputs.ts";
import { alignRows, show } from "./tables.ts";

/** Lines of the table of flips on the terminal. */
const mostGroups = 30;

export async function runHydrogens(
  [modelPath]: readonly string[],
  settings: HydrogensSettings,
  console: Console,
  context: RunContext,
): Promise<CommandOutcome> {
  const ending = /\.(cif|mmcif)(\.gz)?$/i.test(modelPath!) ? "cif" : "pdb";
  const out = settings.out ?? `${stemOf(modelPath!)}_hydrogens.${ending}`;
  checkOutputs([out], [modelPath!, ...settings.restraints], settings.overwrite);
  const model = await loadModel(modelPath!, context);
  const result = settings.remove ? takeOut(model) : await place(model, settings, context);
  writeOutputs(dirname(out), { [basename(out)]: await contentOf(result.model, out) });
  const { added, kept, removed, report } = result;
  const movers = report.movers.filter(({ flip }) => flip !== null);
  console.endProgress();
  noteDiagnostics(console, context.diagnostics);
  console.print(`Wrote ${out}: ${added} hydrogens placed, ${kept} kept, ${removed} taken out`);
  if (movers.length > 0) console.print(`\n${describeFlips(movers)}`);
  console.document({ file: out, added, kept, removed, ...report, diagnostics: context.diagnostics.entries });
  return { exitCode: 0 };
}

type Placed = Omit<AddedHydrogens, "rowOf" | "parents">;

function takeOut(model: Model): Placed {
  const bare = removeHydrogens(model);
  const report = { withoutDictionary: [], notPlaced: [], brokenStarts: [], movers: [] };
  return { model: bare, added: 0, kept: 0, removed: model.atoms.count - bare.atoms.count, report };
}

async function place(model: Model, settings: HydrogensSettings, context: RunContext): Promise<Placed> {
  const { restraints, monomerLibrary, flip, methyls, replace, nuclear, waters } = settings;
  const dictionary = await loadDictionaries({ restraints, monomerLibrary, edits: [] }, model, context);
  context.report({ phase: "hydrogens" });
  const options = {
    existing: replace ? "replace" : "keep",
    choice: flip ? "flip" : "rotate",
    lengths: nuclear ? "nuclear" : "electron-cloud",
    waters,
    methyls,
  } as const;
  return addHydrogens(model, dictionary, options, context);
}

async function contentOf(model: Model, path: string): Promise<FileContent> {
  if (!/\.(pdb|ent)(\.gz)?$/i.test(path)) return (write) => writeMmcifPieces(model, write);
  const reason = whyNotPdb(model);
  if (reason !== null) {
    throw new InputError({
      code: "OUTPUT_NOT_PDB",
      message: `The PDB format cannot hold this model: ${reason}`,
      file: path,
      hint: "Give --out a name that ends in .cif",
    });
  }
  const text = writePdb(model);
  return /\.gz$/i.test(path) ? gzip(new TextEncoder().encode(text)) : text;
}

/** Groups that are flipped or clash both ways; of the others their number. */
function describeFlips(movers: readonly MoverReport[]): string {
  const notable = movers.filter(({ flip, isFlipped }) => isFlipped || flip!.clashesInBoth);
  const lines: string[] = [];
  if (notable.length > 0) {
    const rows = notable
      .slice(0, mostGroups)
      .map(({ group, flip, isFlipped }) => [
        group,
        show(flip!.unflipped, 2),
        show(flip!.flipped, 2),
        isFlipped ? "flipped" : "clashes both ways",
      ]);
    lines.push(alignRows([["group", "as it is", "flipped", ""], ...rows]));
  }
  if (notable.length > mostGroups) lines.push(`and ${notable.length - mostGroups} more: --json lists them`);
  lines.push(`${movers.length - notable.length} of ${movers.length} groups that could be flipped are kept as they are`);
  return lines.join("\n");
}
