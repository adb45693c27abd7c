// What commands read: models, maps, dictionaries, and the checks that model and map belong together.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import { requireMemory } from "../base/memory.ts";
import type { RunContext } from "../base/run-context.ts";
import { loadDictionary, mergeDictionaries } from "../chemistry/dictionary.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { DensityMap, GridSize, MapBlock } from "../density/map.ts";
import { readFileBytes, withFile } from "../io/files.node.ts";
import { readUserDictionary } from "../io/mmcif/read-dictionary.ts";
import { addLibraryMonomers } from "../io/monomer-library.node.ts";
import type { ChooseBlock, MapFile } from "../io/mrc/read-mrc.ts";
import { readEdits } from "../io/phil/read-edits.ts";
import { readMap } from "../io/read-map.ts";
import { decodeText, readModel } from "../io/read-model.ts";
import type { Model } from "../model/model.ts";
import { unpack } from "../text/gzip.ts";
import { chooseBlock, chooseMapFrame } from "../validation/fit/belonging.ts";
import { fits, requireRun, type Work } from "./estimate.ts";

/** Memory that reading a model takes per byte of its file, at most. */
const modelBytesPerByte = 4;

export async function loadModel(path: string, context: RunContext): Promise<Model> {
  return withFile(path, (source) => {
    requireMemory(context, modelBytesPerByte * source.size, { what: "Reading this model will", file: path });
    return readModel(source.read(0, source.size), path, context);
  });
}

export interface DictionarySettings {
  readonly restraints: readonly string[];
  readonly monomerLibrary?: string | undefined;
  readonly edits: readonly string[];
}

/** The built-in dictionary under the user's, and what both lack for the model from the library's folder. */
export async function loadDictionaries(
  settings: DictionarySettings,
  model: Model,
  context: RunContext,
): Promise<Dictionary> {
  let dictionary = loadDictionary();
  for (const path of settings.restraints) {
    const text = decodeText(await unpack(readFileBytes(path), path));
    dictionary = mergeDictionaries(dictionary, readUserDictionary(text, path, context));
  }
  for (const path of settings.edits) {
    const { edits, longestBond } = readEdits(decodeText(await unpack(readFileBytes(path), path)), path);
    dictionary = { ...dictionary, edits: { edits: [...(dictionary.edits?.edits ?? []), ...edits], longestBond } };
  }
  const { monomerLibrary: folder } = settings;
  return folder === undefined ? dictionary : addLibraryMonomers(dictionary, folder, model.residues.name, context);
}

export function requireResolution(resolution: number | undefined, command: string): number {
  if (resolution !== undefined) return resolution;
  throw new InputError({
    code: "RESOLUTION_MISSING",
    message: "The resolution of the map is not given",
    hint: `Add for example --resolution 3.2 to emend ${command}`,
  });
}

export interface Pair {
  readonly model: Model;
  readonly map: DensityMap;
  readonly mapFile: MapFile;
}

/** Space around the model where only a part of the map is read, Angstrom. */
const partMargin = 40;

/**
 * Reads a model and a map and puts them into one frame. Of a map that is too large for the work, the part around the model.
 * Throws InputError naming file and place.
 */
export async function loadPair(modelPath: string, mapPath: string, context: RunContext, work: Work): Promise<Pair> {
  const model = await loadModel(modelPath, context);
  const { xyz, count } = model.atoms;
  const files = { model: modelPath, map: mapPath };
  const choose: ChooseBlock = (frames) => {
    const whole = frames[0]!;
    if (fits(work, count, whole, context)) return null;
    const block = chooseBlock(xyz, frames, partMargin, files);
    requireRun(work, count, { ...whole, size: block.size }, mapPath, context);
    reportPart(block, whole.size, mapPath, context);
    return block;
  };
  const mapFile = await withFile(mapPath, (source) => readMap(source, mapPath, context, choose));
  const map = chooseMapFrame(xyz, mapFile.map, mapFile.alternative, files, context);
  return { model, map, mapFile };
}

function reportPart(block: MapBlock, whole: GridSize, file: string, context: RunContext): void {
  addDiagnostic(
    context.diagnostics,
    "warning",
    "MAP_PART_READ",
    "The map is too large to be read whole: only the part around the model is used, and CC box is that of this part",
    `${file}: ${block.size.join(" x ")} of ${whole.join(" x ")} voxels`,
  );
}
