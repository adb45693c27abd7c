// Reads a model file of any supported format, told apart by content.
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import type { Model } from "../model/model.ts";
import { unpack } from "../text/gzip.ts";
import { readMmcif } from "./mmcif/read-mmcif.ts";
import { looksLikeMrc } from "./mrc/mrc-header.ts";
import { readPdb } from "./pdb/read-pdb.ts";

/** Text of a file; Latin-1 where it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/** Reads a PDB or mmCIF model, gzipped or not. Throws InputError naming file and line, or saying what the file is instead. */
export async function readModel(bytes: Uint8Array, fileName: string, context: RunContext): Promise<Model> {
  const plain = await unpack(bytes, fileName);
  if (looksLikeMrc(plain)) {
    throw new InputError({
      code: "MODEL_IS_MAP",
      message: "This is a map, not a model",
      file: fileName,
      hint: "Give the model first, then the map",
    });
  }
  const text = decodeText(plain);
  if (text.trim() === "") throw new InputError({ code: "MODEL_EMPTY", message: "The file is empty", file: fileName });
  return looksLikeCif(text) ? readMmcif(text, fileName, context) : readPlainPdb(text, fileName, context);
}

function readPlainPdb(text: string, fileName: string, context: RunContext): Model {
  if (!/^(ATOM {2}|HETATM|HEADER|CRYST1|REMARK|MODEL |TITLE|TER|END|ANISOU|SEQRES|COMPND)/im.test(text)) {
    throw new InputError({
      code: "MODEL_FORMAT",
      message: "This is neither a PDB nor an mmCIF file",
      file: fileName,
      place: "line 1",
      hint: "Give a PDB or mmCIF file, gzipped or not",
    });
  }
  return readPdb(text, fileName, context);
}

/** Skips comments and blank lines: mmCIF begins with a data block. */
function looksLikeCif(text: string): boolean {
  return /^\uFEFF?(\s|#[^\n]*\n)*data_/i.test(text.slice(0, 20000));
}
