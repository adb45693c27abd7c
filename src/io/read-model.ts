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
  const plain = await unpack(bytes, fileName, context.memoryLimit);
  if (looksLikeMrc(plain)) {
    throw new InputError({
      code: "MODEL_IS_MAP",
      message: "This is a map, not a model",
      file: fileName,
      hint: "Give the model first, then the map",
    });
  }
  if (isBlank(plain)) throw new InputError({ code: "MODEL_EMPTY", message: "The file is empty", file: fileName });
  const head = new TextDecoder("latin1").decode(plain.subarray(0, headBytes));
  if (head.slice(0, 400).includes("encoder") && plain[0]! >= 0x80) {
    throw new InputError({
      code: "MODEL_BINARY_CIF",
      message: "This is BinaryCIF",
      file: fileName,
      hint: "Give the entry as mmCIF or PDB",
    });
  }
  return looksLikeCif(head) ? readMmcif(plain, fileName, context) : readPlainPdb(plain, fileName, context);
}

/** What kind a file is must show within its first bytes. */
const headBytes = 100_000;

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte <= 32);
}

function readPlainPdb(bytes: Uint8Array, fileName: string, context: RunContext): Model {
  if (!hasPdbRecord(bytes)) {
    throw new InputError({
      code: "MODEL_FORMAT",
      message: "This is neither a PDB nor an mmCIF file",
      file: fileName,
      place: "line 1",
      hint: "Give a PDB or mmCIF file, gzipped or not",
    });
  }
  return readPdb(bytes, fileName, context);
}

/** Whether any line begins as one of a PDB file; looks at the file piece by piece until one does. */
function hasPdbRecord(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder("latin1");
  for (let begin = 0; begin < bytes.length; begin += headBytes) {
    // Pieces overlap by a record's name and the line end before it.
    const piece = decoder.decode(bytes.subarray(Math.max(0, begin - 8), begin + headBytes));
    if (/^(ATOM {2}|HETATM|HEADER|CRYST1|REMARK|MODEL |TITLE|TER|END|ANISOU|SEQRES|COMPND)/im.test(piece)) return true;
  }
  return false;
}

/** Skips comments and blank lines: mmCIF begins with a data block. */
function looksLikeCif(head: string): boolean {
  return /^(?:\uFEFF|\u00EF\u00BB\u00BF)?(\s|#[^\n\r]*[\n\r])*data_/i.test(head);
}
