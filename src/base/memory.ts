// Memory is estimated before it is taken: what would not fit is refused with the number and a way out.
import { InputError } from "./errors.ts";
import type { RunContext } from "./run-context.ts";

const mebibyte = 1024 * 1024;

export interface MemoryNeed {
  /** Subject of the sentence: "The map's 2000 x 2000 x 2000 voxels". */
  readonly what: string;
  readonly file?: string | undefined;
  readonly hint?: string | undefined;
}

/** "1.5 GiB" */
export function describeBytes(bytes: number): string {
  const mebibytes = bytes / mebibyte;
  return mebibytes < 1024 ? `${Math.ceil(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** Throws InputError MEMORY_LIMIT where this many bytes are more than the context allows. */
export function requireMemory(context: RunContext, bytes: number, need: MemoryNeed): void {
  if (bytes <= context.memoryLimit) return;
  throw new InputError({
    code: "MEMORY_LIMIT",
    message: `${need.what} need ${describeBytes(bytes)} of memory, the limit is ${describeBytes(context.memoryLimit)}`,
    file: need.file,
    hint: need.hint ?? "Raise --max-memory, use a machine with more memory, or cut or bin the map",
  });
}
