// A folder of published reference tables on disk.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { InputError, OutputError } from "../base/errors.ts";
import { type ReferenceTables, readReferenceTables, referenceKind } from "../chemistry/reference-tables.ts";
import { kindOf, readFileBytes } from "./files.node.ts";

/** Folders of the published archive are two deep. */
const deepest = 3;

/**
 * Tables of a folder and the folders in it. Throws InputError REFERENCE_DATA when it has none, REFERENCE_TABLE when one is not
 * what its name says; OutputError with the system's code where a folder cannot be read.
 */
export async function readReferenceFolder(folder: string): Promise<ReferenceTables> {
  const isFolder = kindOf(folder) === "folder";
  const paths = isFolder ? listFiles(folder, 0).filter((path) => referenceKind(path) !== null) : [];
  if (paths.length === 0) {
    throw new InputError({
      code: "REFERENCE_DATA",
      message: isFolder ? "This folder has no reference tables" : "There is no such folder",
      file: folder,
      hint: "Give the folder with files such as rota8000-leu.data, rama_z_top8000.json or rota8000-arg.u16.gz",
    });
  }
  return readReferenceTables(paths.map((name) => ({ name, bytes: readFileBytes(name) })));
}

function listFiles(folder: string, depth: number): string[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const kind = kindOf(path);
    if (kind === "folder" && depth < deepest) return listFiles(path, depth + 1);
    return kind === "file" ? [path] : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "EIO";
    throw new OutputError(code, "The folder cannot be read", folder);
  }
}
