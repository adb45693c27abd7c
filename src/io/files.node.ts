// Files on disk: whole reads, and writes that appear whole or not at all.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, OutputError } from "../base/errors.ts";
import { type ByteSource, toSource } from "./byte-source.ts";

/** One read call moves at most this many bytes; Node's own whole-file read stops at 2 GiB. */
const pieceBytes = 1 << 30;
/** Fits the processor's cache. */
const bounceBytes = 1 << 18;

/** Bytes of a file. Throws InputError FILE_* when it is not there or not readable. */
export function readFileBytes(path: string): Uint8Array {
  return withFile(path, (source) => source.read(0, source.size));
}

/**
 * Opens a file for the time of a task that may read any part of it. Pipes and process substitutions are read first.
 * Throws InputError FILE_*; OutputError with the system's code where reading fails.
 */
export function withFile<T>(path: string, task: (source: ByteSource) => T): T {
  const handle = openForReading(path);
  let isWaiting = false;
  try {
    const result = task(sourceOf(handle, path));
    if (!(result instanceof Promise)) return result;
    isWaiting = true;
    return result.finally(() => closeQuietly(handle)) as T;
  } finally {
    if (!isWaiting) closeQuietly(handle);
  }
}

/** What was read is not worse for it. */
function closeQuietly(handle: number): void {
  try {
    closeSync(handle);
  } catch {
    // The handle is gone in any case.
  }
}

/** What is at a path, links followed; null for nothing. Throws OutputError where the system does not say. */
export function kindOf(path: string): "file" | "folder" | "other" | null {
  try {
    const stats = statSync(path);
    return stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
  } catch (error) {
    if (isAbsence(error)) return null;
    throw cannot("look at", path, error);
  }
}

/** The path without links, absolute, also where nothing is there yet. Throws OutputError where the system does not say. */
export function resolvePath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isAbsence(error)) return resolve(path);
    throw cannot("look at", path, error);
  }
}

/** Renames a file over what is there. Throws OutputError with the system's code. */
export function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    throw cannot("write", to, error);
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function sourceOf(handle: number, path: string): ByteSource {
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw cannot("read", path, error);
    }
  };
  const stats = attempt(() => fstatSync(handle));
  if (stats.isDirectory()) {
    throw new InputError({ code: "FILE_IS_FOLDER", message: "This is a folder, not a file", file: path });
  }
  if (!stats.isFile()) return toSource(attempt(() => readStream(handle)));
  const fill = (target: Uint8Array, begin: number): number => attempt(() => readAt(handle, target, begin));
  return {
    size: stats.size,
    inMemory: false,
    read(begin, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, stats.size - begin)));
      return bytes.subarray(
        0,
        attempt(() => readFresh(handle, bytes, begin)),
      );
    },
    readInto(target, begin) {
      if (fill(target, begin) === target.length) return;
      throw new InputError({ code: "FILE_CHANGED", message: "The file became shorter while it was read", file: path });
    },
  };
}

/**
 * As readAt, for memory that nothing has touched yet: by way of a small buffer. Where pages are mapped apart for the system and
 * for programs, as on virtual machines, a page that the system fills first costs twice.
 */
function readFresh(handle: number, target: Uint8Array, begin: number): number {
  if (target.length <= bounceBytes) return readAt(handle, target, begin);
  const bounce = new Uint8Array(bounceBytes);
  for (let at = 0; at < target.length; ) {
    const piece = bounce.subarray(0, readAt(handle, bounce.subarray(0, target.length - at), begin + at));
    target.set(piece, at);
    at += piece.length;
    if (piece.length < bounceBytes) return at;
  }
  return target.length;
}

/** Number of bytes that were read. */
function readAt(handle: number, target: Uint8Array, begin: number): number {
  let at = 0;
  while (at < target.length) {
    const got = readSync(handle, target, at, Math.min(pieceBytes, target.length - at), begin + at);
    if (got === 0) break;
    at += got;
  }
  return at;
}

/** Pipes and process substitutions have no size. */
function readStream(handle: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(1 << 20);
    const got = readSync(handle, chunk, 0, chunk.length, null);
    if (got === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, got));
  }
}

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "EIO";
}

function errorText(error: unknown): string {
  const texts: Record<string, string> = {
    ENOSPC: "the disk is full",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the disk is read-only",
    ENOENT: "no such folder",
    ENOTDIR: "part of the path is a file",
    EISDIR: "it is a folder",
    EDQUOT: "the disk quota is used up",
    EMFILE: "too many open files",
    ENFILE: "too many open files",
    EIO: "the device reports an error",
    ENOMEM: "there is no memory left",
    ELOOP: "links lead in a circle",
    EFBIG: "it is larger than files may be here",
    ENAMETOOLONG: "the name is too long",
  };
  return texts[errorCode(error)] ?? (error instanceof Error ? error.message : String(error));
}

/** Refusals that the person who gave the path can mend. */
const mendable = new Set(["EACCES", "EPERM", "ENAMETOOLONG", "ELOOP", "ENXIO"]);

function isAbsence(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(errorCode(error));
}

function cannotRead(path: string, error: unknown): InputError | OutputError {
  if (!isAbsence(error)) {
    // Node's own codes are about the path itself, such as a NUL in it.
    if (!mendable.has(errorCode(error)) && !errorCode(error).startsWith("ERR_")) return cannot("open", path, error);
    return new InputError({ code: "FILE_UNREADABLE", message: `Cannot open: ${errorText(error)}`, file: path });
  }
  return new InputError({ code: "FILE_NOT_FOUND", message: "No such file", file: path, hint: absenceHint(path) });
}

function absenceHint(path: string): string {
  if (/^(https?|ftp):\/\//i.test(path))
    return "Nothing is fetched from the network: download the file and give its path";
  const near = nearestName(path);
  if (near !== null) return `Did you mean ${near}?`;
  const isEntry = /^(\d[a-z0-9]{3}|pdb_\d{5}[a-z0-9]{3}|emd[-_]\d{4,5})$/i.test(path);
  return isEntry ? "Entries of archives are not fetched: download the file and give its path" : "Check the path";
}

/** A file of the same folder whose name differs in case or ending only. */
function nearestName(path: string): string | null {
  const stem = (name: string): string => name.toLowerCase().replace(/(\.(gz|pdb|cif|ent|mrc|map|ccp4))+$/, "");
  try {
    const wanted = stem(basename(path));
    const found = readdirSync(dirname(path)).find((name) => stem(name) === wanted);
    return found === undefined ? null : join(dirname(path), found);
  } catch {
    return null;
  }
}

const strayPattern = /^\.(.+)\.emend-(\d+)\.tmp$/;

/** A file that is complete on the disk under a temporary name. */
export interface StagedFile {
  readonly path: string;
  /** Renames it into place. Throws OutputError with the system's code. */
  commit(): void;
  discard(): void;
}

/** What a file is to hold: whole, or handed on piece by piece. */
export type FileContent = Uint8Array | string | ((write: (piece: string) => void) => void);

/** Writes and syncs a file under a temporary name of the same folder. Throws OutputError with the system's code. */
export function stageFile(path: string, data: FileContent): StagedFile {
  const temporary = join(dirname(path), `.${basename(path)}.emend-${process.pid}.tmp`);
  const discard = (): void => removeQuietly(temporary);
  try {
    writeAndSync(temporary, data);
  } catch (error) {
    discard();
    // What makes the pieces may fail too: that is no fault of the disk.
    throw (error as NodeJS.ErrnoException).code === undefined ? error : cannot("write", path, error);
  }
  return {
    path,
    discard,
    commit() {
      try {
        renameSync(temporary, path);
      } catch (error) {
        discard();
        throw cannot("write", path, error);
      }
    },
  };
}

function writeAndSync(path: string, data: FileContent): void {
  const handle = openSync(path, "w");
  const write = (piece: Uint8Array | string): void => {
    const bytes = typeof piece === "string" ? Buffer.from(piece, "utf8") : piece;
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(handle, bytes, at, Math.min(pieceBytes, bytes.length - at));
    }
  };
  try {
    if (typeof data === "function") data(write);
    else write(data);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function cannot(verb: string, path: string, error: unknown): OutputError {
  return new OutputError(errorCode(error), `Cannot ${verb}: ${errorText(error)}`, path);
}

/**
 * Makes a folder and its parents. Throws OutputError with the system's code.
 * Node's own recursive form never returns where a file system refuses new folders with ENOENT, as /proc does.
 */
export function makeFolder(folder: string): void {
  if (kindOf(folder) !== null) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have made it in between.
    if (errorCode(error) !== "EEXIST") {
      throw cannot("make the folder", folder, error);
    }
  }
}

/** Removes temporary files that killed runs left in a folder; what cannot be removed stays. */
export function removeStrayFiles(folder: string): void {
  for (const name of namesIn(folder)) {
    const match = strayPattern.exec(name);
    if (match && !isRunning(Number(match[2]))) removeQuietly(join(folder, name));
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A folder that may not be listed can still be written to.
    return [];
  }
}

/** Removes a file, if it can be: another run may have removed it, the folder may be gone, or it belongs to somebody else. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Nothing depends on it.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}
