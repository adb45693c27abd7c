// What commands read: models, maps, dictionaries, and the checks that model and map belong together.
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import { describeBytes, requireMemory } from "../base/memory.ts";
import type { RunContext } from "../base/run-context.ts";
import { loadDictionary, mergeDictionaries } from "../chemistry/dictionary.ts";
import type { Dictionary } from "../chemistry/monomer.ts";
import { type DensityMap, type GridSize, type MapBlock, type MapGrid, mapFrame } from "../density/map.ts";
import { readFileBytes, withFile } from "../io/files.node.ts";
import { readUserDictionary } from "../io/mmcif/read-dictionary.ts";
import { addLibraryMonomers } from "../io/monomer-library.node.ts";
import type { ChooseBlock, MapFile } from "../io/mrc/read-mrc.ts";
import { readEdits } from "../io/phil/read-edits.ts";
import { readMap } from "../io/read-map.ts";
import { decodeText, readModel } from "../io/read-model.ts";
import type { Vector3 } from "../math/vector3.ts";
import type { Model } from "../model/model.ts";
import { unpack } from "../text/gzip.ts";
import { chooseBlock, chooseMapFrame } from "../validation/fit/belonging.ts";
import type { Console } from "./console.ts";
import { estimateMemory, fits, requireRun, type Work } from "./estimate.ts";

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
  /** The part of the map that was read; null for the whole. */
  readonly block: MapBlock | null;
  /** Estimated peak of the work, bytes. */
  readonly memory: number;
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
  let block: MapBlock | null = null;
  const choose: ChooseBlock = (frames) => {
    const whole = frames[0]!;
    if (fits(work, count, whole, context)) return null;
    block = chooseBlock(xyz, frames, partMargin, files);
    requireRun(work, count, { ...whole, size: block.size }, mapPath, context);
    reportPart(block, whole.size, mapPath, context);
    return block;
  };
  const mapFile = await withFile(mapPath, (source) => readMap(source, mapPath, context, choose));
  const map = chooseMapFrame(xyz, mapFile.map, mapFile.alternative, files, context);
  return { model, map, mapFile, block, memory: estimateMemory(work, count, map).total };
}

/** Work that needs less is not worth a line. */
const worthSaying = 2 ** 30;

/** Says how much memory a large run will take, before it begins. */
export function noteMemory({ memory, model, map }: Pair, console: Console): void {
  if (memory < worthSaying) return;
  console.note(
    `${model.atoms.count} atoms and ${map.size.join(" x ")} voxels: about ${describeBytes(memory)} of memory`,
  );
}

/**
 * Reads a half map, a mask or another map that goes with the pair's map. With as many voxels of the same size it is taken voxel by
 * voxel, in the frame of the map, with a warning where its header places it elsewhere; otherwise in its own frame.
 */
export async function loadCompanion(path: string, pair: Pair, context: RunContext): Promise<DensityMap> {
  const { model, map, mapFile, block } = pair;
  const whole = sizeOf(mapFile.header);
  const found = await withFile(path, (source) =>
    readMap(source, path, context, ([frame]) => (isSameSize(frame!.size, whole) ? block : null)),
  );
  const isSameStep = [0, 1, 2].every((axis) => Math.abs(stepOf(found.map, axis) / stepOf(map, axis) - 1) < sameStep);
  if (!isSameSize(sizeOf(found.header), whole) || !isSameStep) {
    const files = { model: path, map: path };
    return chooseMapFrame(model.atoms.xyz, found.map, found.alternative, files, context);
  }
  const corners = [found.map, map].map((one) => mapFrame(one).corner) as [Vector3, Vector3];
  if (corners[0].some((place, axis) => Math.abs(place - corners[1][axis]!) > 0.01)) {
    addDiagnostic(
      context.diagnostics,
      "warning",
      "MAP_FRAME_DIFFERS",
      "The header places this map elsewhere than the map it goes with: it is taken voxel by voxel",
      path,
    );
  }
  return { ...map, values: found.map.values };
}

/** Voxels of one map may differ by this fraction in the headers of another. */
const sameStep = 1e-3;

function sizeOf({ fileSize, axes }: MapFile["header"]): GridSize {
  const size: [number, number, number] = [0, 0, 0];
  axes.forEach((axis, at) => {
    size[axis] = fileSize[at]!;
  });
  return size;
}

function isSameSize(one: GridSize, other: GridSize): boolean {
  return one.every((length, axis) => length === other[axis]);
}

function stepOf({ cell, sampling }: MapGrid, axis: number): number {
  return [cell.a, cell.b, cell.c][axis]! / sampling[axis]!;
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
