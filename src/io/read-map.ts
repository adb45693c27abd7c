// Reads a map file, gzipped or not.
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { isPacked, unpack } from "../text/gzip.ts";
import { type ByteSource, toSource } from "./byte-source.ts";
import { headerBytes, looksLikeMrc } from "./mrc/mrc-header.ts";
import { type ChooseBlock, type MapFile, readMrc } from "./mrc/read-mrc.ts";

/** Reads an MRC or CCP4 map, or the part of it that is chosen. Throws InputError MRC_*, or MAP_IS_MODEL for files that hold atoms. */
export async function readMap(
  content: Uint8Array | ByteSource,
  fileName: string,
  context: RunContext,
  chooseBlock?: ChooseBlock,
): Promise<MapFile> {
  const source = toSource(content);
  const start = source.read(0, headerBytes);
  if (isPacked(start)) {
    const plain = await unpack(source.read(0, source.size), fileName, context.memoryLimit);
    return readMap(plain, fileName, context, chooseBlock);
  }
  const head = looksLikeMrc(start) ? "" : new TextDecoder("latin1").decode(start.subarray(0, 400));
  if (/^(\s|#[^\n]*\n)*data_|^(ATOM {2}|HETATM|HEADER|CRYST1|REMARK|TITLE)/im.test(head)) {
    throw new InputError({
      code: "MAP_IS_MODEL",
      message: "This is a model, not a map",
      file: fileName,
      hint: "Give the model first, then the map",
    });
  }
  return readMrc(source, fileName, context, chooseBlock);
}
