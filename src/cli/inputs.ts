// What commands read: models, maps, dictionaries, and the checks that model and map belong together.
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { loadDictionary, mergeDictionaries } from "../chemistry/dictionary.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import type { DensityMap } from "../density/map.ts";
import { readFileBytes } from "../io/files.node.ts";
import { readUserDictionary } from "../io/mmcif/read-dictionary.ts";
import { addLibraryMonomers } from "../io/monomer-library.node.ts";
import type { MapFile } from "../io/mrc/read-mrc.ts";
import { readEdits } from "../io/phil/read-edits.ts";
import { readMap } from "../io/read-map.ts";
import { decodeText, readModel } from "../io/read-model.ts";
import type { Model } from "../model/model.ts";
import { unpack } from "../text/gzip.ts";
import { chooseMapFrame } from "../validation/fit/belonging.ts";

export async function loadModel(path: string, context: RunContext): Promise<Model> {
  return readModel(readFileBytes(path), path, context);
}

export async function loadMap(path: string, context: RunContext): Promise<MapFile> {
  return readMap(readFileBytes(path), path, context);
}

export interface DictionarySettings {
  readonly restraints: readonly string[];
  readonly monomerLibrary?: string | undefined;
  readonly edits: readonly string[];
}

/** The built-in dictionary under the user's, and what both lack for the model from the library's folder. */
export async function loadDictionaries(settings: DictionarySettings, model: Model): Promise<Dictionary> {
  let dictionary = loadDictionary();
  for (const path of settings.restraints) {
    const text = decodeText(await unpack(readFileBytes(path), path));
    dictionary = mergeDictionaries(dictionary, readUserDictionary(text, path));
  }
  for (const path of settings.edits) {
    const { edits, longestBond } = readEdits(decodeText(await unpack(readFileBytes(path), path)), path);
    dictionary = { ...dictionary, edits: { edits: [...(dictionary.edits?.edits ?? []), ...edits], longestBond } };
  }
  const { monomerLibrary: folder } = settings;
  return folder === undefined ? dictionary : addLibraryMonomers(dictionary, folder, model.residues.name);
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

/** Reads a model and a map and puts them into one frame. Throws InputError naming file and place. */
export async function loadPair(modelPath: string, mapPath: string, context: RunContext): Promise<Pair> {
  const model = await loadModel(modelPath, context);
  const mapFile = await loadMap(mapPath, context);
  const files = { model: modelPath, map: mapPath };
  const map = chooseMapFrame(model.atoms.xyz, mapFile.map, mapFile.alternative, files, context);
  return { model, map, mapFile };
}
