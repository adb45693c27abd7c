// Files that commands write: all of them whole or none, never over an input, older ones rotated.
import { accessSync, constants } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, OutputError } from "../base/errors.ts";
import {
  type FileContent,
  kindOf,
  makeFolder,
  moveFile,
  removeQuietly,
  removeStrayFiles,
  resolvePath,
  type StagedFile,
  stageFile,
} from "../io/files.node.ts";

/** "path/to/model.pdb.gz" -> "model" */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.[^.]*$/, "");
}

/**
 * Looks before the work begins whether its results can be written, and removes what killed runs left half written there.
 * Throws InputError where a file would overwrite an input, is a folder, or exists and may not be replaced; OutputError where
 * the folder cannot be written to.
 */
export function checkOutputs(paths: readonly string[], inputs: readonly string[], overwrite: boolean): void {
  const sources = new Set(inputs.map(resolvePath));
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    checkFolder(folder);
    removeStrayFiles(folder);
  }
  for (const path of paths) {
    const kind = kindOf(path);
    if (kind === null) continue;
    if (kind === "folder") {
      throw new InputError({
        code: "OUTPUT_IS_FOLDER",
        message: "This output is a folder",
        file: path,
        hint: "Give the name of a file",
      });
    }
    if (sources.has(resolvePath(path))) {
      throw new InputError({
        code: "OUTPUT_IS_INPUT",
        message: "This output is an input of the same run",
        file: path,
        hint: "Choose another place for the results",
      });
    }
    if (!overwrite) {
      throw new InputError({
        code: "OUTPUT_EXISTS",
        message: "This result exists already",
        file: path,
        hint: "Add --overwrite to replace it; the old file is kept as .1",
      });
    }
  }
}

/** The folder, or the nearest one above it that exists, must be a folder that may be written to. */
function checkFolder(folder: string): void {
  let present = resolve(folder);
  let kind = kindOf(present);
  for (; kind === null; kind = kindOf(present)) present = dirname(present);
  const shown = present === resolve(folder) ? folder : present;
  if (kind !== "folder") {
    throw new InputError({ code: "OUTPUT_FOLDER", message: "The output folder is a file", file: shown });
  }
  try {
    accessSync(present, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "EACCES";
    throw new OutputError(code, "This folder may not be written to", shown);
  }
}

/** Writes files of one folder, all or none, as `writeFiles` does; earlier files named `retired` are renamed too. */
export function writeOutputs(
  folder: string,
  files: Readonly<Record<string, FileContent>>,
  retired: readonly string[] = [],
): string[] {
  const paths = Object.entries(files).map(([name, content]) => [join(folder, name), content] as const);
  return writeFiles(
    paths,
    retired.map((name) => join(folder, name)),
  );
}

/**
 * Writes all files or none: where one cannot take its place, those before it are taken back. Earlier files of the same paths,
 * and those of the paths `retired`, are first renamed to path.1, older ones to .2 and so on. Throws OutputError.
 */
export function writeFiles(
  files: readonly (readonly [path: string, content: FileContent])[],
  retired: readonly string[] = [],
): string[] {
  const folders = new Set(files.map(([path]) => dirname(path)));
  for (const folder of folders) makeFolder(folder);
  const staged: StagedFile[] = [];
  const undo: (() => void)[] = [];
  try {
    for (const folder of folders) removeStrayFiles(folder);
    for (const [path, content] of files) staged.push(stageFile(path, content));
    for (const path of retired) rotate(path, undo);
    for (const file of staged) {
      rotate(file.path, undo);
      file.commit();
      undo.push(() => removeQuietly(file.path));
    }
  } catch (error) {
    for (const file of staged) file.discard();
    takeBack(undo);
    throw error;
  }
  return staged.map(({ path }) => path);
}

function takeBack(undo: readonly (() => void)[]): void {
  for (const step of undo.toReversed()) {
    try {
      step();
    } catch {
      // The other files can still be put back, and the first error is the one to tell.
    }
  }
}

function rotate(path: string, undo: (() => void)[]): void {
  const move = (from: string, to: string): void => {
    moveFile(from, to);
    undo.push(() => moveFile(to, from));
  };
  if (kindOf(path) === null) return;
  let last = 1;
  while (kindOf(`${path}.${last}`) !== null) last++;
  for (let number = last; number > 1; number--) move(`${path}.${number - 1}`, `${path}.${number}`);
  move(path, `${path}.1`);
}
