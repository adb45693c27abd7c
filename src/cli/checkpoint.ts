// Checkpoints of a refinement on disk: two generations, tied to their inputs, taken up with --resume.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { addDiagnostic } from "../base/diagnostics.ts";
import { InputError } from "../base/errors.ts";
import type { RunContext } from "../base/run-context.ts";
import { kindOf, makeFolder, moveFile, readFileBytes, removeQuietly, stageFile, withFile } from "../io/files.node.ts";
import type { Candidate, Checkpoint } from "../refinement/run-state.ts";
import type { RefineSettings } from "./options.ts";
import { version } from "./version.ts";

const fileName = "checkpoint.json";
const previousName = "checkpoint.previous.json";

/** Settings that do not change what is computed, or whose files are hashed themselves. */
const harmless = new Set(
  "outDir overwrite resume json quiet threads halfMaps restraints edits monomerLibrary".split(" "),
);

/** Files that a run reads, by what they are to it. */
export type InputFiles = Readonly<Record<string, readonly string[]>>;

/** Hash of the program's version, the bytes of all inputs, each with its part in the run, and the settings that matter. */
export function fingerprint(inputs: InputFiles, settings: RefineSettings): string {
  const hash = createHash("sha256").update(version);
  for (const [part, paths] of Object.entries(inputs)) {
    for (const path of paths) hash.update(`${part}\n`).update(hashFile(path));
  }
  const kept = Object.entries(settings).filter(([key]) => !harmless.has(key));
  return hash.update(JSON.stringify(kept.toSorted(([one], [other]) => (one < other ? -1 : 1)))).digest("hex");
}

const pieceBytes = 1 << 24;

/** Hash of a file read in pieces: a map may be larger than what memory is allowed. Of a pipe, which is read once only, of nothing. */
function hashFile(path: string): Buffer {
  const hash = createHash("sha256");
  if (kindOf(path) !== "file") return hash.digest();
  withFile(path, (source) => {
    for (let at = 0; at < source.size; at += pieceBytes) hash.update(source.read(at, pieceBytes));
  });
  return hash.digest();
}

type PackedCandidate = Omit<Candidate, "xyz" | "bFactor"> & { readonly xyz: string; readonly bFactor: string };

/**
 * Text of a checkpoint, with a hash of itself so that damage is seen; coordinates are base64 of their bytes. The best state is null
 * where it is the last.
 */
function serialize(checkpoint: Checkpoint, inputs: string): string {
  const encode = ({ buffer, byteOffset, byteLength }: Float64Array): string =>
    Buffer.from(buffer, byteOffset, byteLength).toString("base64");
  const pack = ({ xyz, bFactor, ...rest }: Candidate): PackedCandidate => ({
    ...rest,
    xyz: encode(xyz),
    bFactor: encode(bFactor),
  });
  const { best, last, ...rest } = checkpoint;
  const body = JSON.stringify({ inputs, ...rest, best: best === last ? null : pack(best), last: pack(last) });
  return JSON.stringify({ hash: createHash("sha256").update(body).digest("hex"), body });
}

/** The checkpoint of a text and the fingerprint of its inputs; null where it is damaged. */
function parse(text: string): { readonly inputs: string; readonly checkpoint: Checkpoint } | null {
  try {
    const { hash, body } = JSON.parse(text) as { hash: string; body: string };
    if (createHash("sha256").update(body).digest("hex") !== hash) return null;
    const { inputs, ...rest } = JSON.parse(body);
    // A copy: the bytes must begin where eight-byte numbers may.
    const decode = (packed: string): Float64Array =>
      new Float64Array(Uint8Array.from(Buffer.from(packed, "base64")).buffer);
    const unpack = (packed: PackedCandidate): Candidate => ({
      ...packed,
      xyz: decode(packed.xyz),
      bFactor: decode(packed.bFactor),
    });
    const last = unpack(rest.last);
    return { inputs, checkpoint: { ...rest, best: rest.best === null ? last : unpack(rest.best), last } };
  } catch {
    return null;
  }
}

/** Writes a checkpoint whole or not at all; the one before is kept beside it. */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint, inputs: string): void {
  makeFolder(folder);
  const path = join(folder, fileName);
  const staged = stageFile(path, serialize(checkpoint, inputs));
  try {
    if (kindOf(path) !== null) moveFile(path, join(folder, previousName));
  } catch (error) {
    staged.discard();
    throw error;
  }
  staged.commit();
}

/**
 * The newest whole checkpoint of a folder. Throws InputError CHECKPOINT_MISSING where there is none, CHECKPOINT_DAMAGED where
 * none can be read, CHECKPOINT_FOREIGN where it comes from other inputs, settings or another version.
 */
export function loadCheckpoint(folder: string, inputs: string, context: RunContext): Checkpoint {
  const paths = [fileName, previousName].map((name) => join(folder, name)).filter((path) => kindOf(path) !== null);
  if (paths.length === 0) {
    throw new InputError({
      code: "CHECKPOINT_MISSING",
      message: "There is no checkpoint to resume from",
      file: join(folder, fileName),
      hint: "Run without --resume; a finished run leaves no checkpoint",
    });
  }
  for (const path of paths) {
    const found = parse(Buffer.from(readFileBytes(path)).toString("utf8"));
    if (found === null) {
      addDiagnostic(
        context.diagnostics,
        "warning",
        "CHECKPOINT_DAMAGED",
        "A checkpoint is damaged and was passed over",
        path,
      );
      continue;
    }
    if (found.inputs === inputs) return found.checkpoint;
    throw new InputError({
      code: "CHECKPOINT_FOREIGN",
      message: "The checkpoint was made from other inputs, with other settings or by another version",
      file: path,
      hint: "Give the same files and settings again, or run without --resume",
    });
  }
  throw new InputError({
    code: "CHECKPOINT_DAMAGED",
    message: "No checkpoint can be read",
    file: paths[0],
    hint: "Run without --resume",
  });
}

/** Removes the checkpoints of a run that has finished. */
export function removeCheckpoints(folder: string): void {
  for (const name of [fileName, previousName]) removeQuietly(join(folder, name));
}
