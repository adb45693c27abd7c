// Reads a map file, gzipped or not.
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { unpack } from "../text/gzip.ts";
import { looksLikeMrc } from "./mrc/mrc-header.ts";
import { type MapFile, readMrc } from "./mrc/read-mrc.ts";

/** Reads an MRC or CCP4 map. Throws InputError MRC_*, or MAP_IS_MODEL for files that hold atoms. */
export async function readMap(bytes: Uint8Array, fileName: string, context: RunContext): Promise<MapFile> {
  const plain = await unpack(bytes, fileName);
  const head = looksLikeMrc(plain) ? "" : new TextDecoder("latin1").decode(plain.subarray(0, 400));
  if (/^(\s|#[^\n]*\n)*data_|^(ATOM {2}|HETATM|HEADER|CRYST1|REMARK|TITLE)/im.test(head)) {
    throw new InputError({
      code: "MAP_IS_MODEL",
      message: "This is a model, not a map",
      file: fileName,
      hint: "Give the model first, then the map",
    });
  }
  return readMrc(plain, fileName, context);
}
