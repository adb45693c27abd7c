// Files that commands write: whole or not at all, never over an input, older ones rotated.
import { existsSync, mkdirSync, realpathSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, OutputError } from "../base/errors.ts";
import { removeStrayFiles, writeFileAtomic } from "../io/files.node.ts";

/** "path/to/model.pdb.gz" -> "model" */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.[^.]*$/, "");
}

function existingPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

/** Throws InputError where a file would overwrite an input, or exists and may not be replaced. */
export function checkOutputs(paths: readonly string[], inputs: readonly string[], overwrite: boolean): void {
  const sources = new Set(inputs.map(existingPath));
  for (const path of paths) {
    const folder = dirname(path);
    if (existsSync(folder) && !statSync(folder).isDirectory()) {
      throw new InputError({ code: "OUTPUT_FOLDER", message: "The output folder is a file", file: folder });
    }
    if (!existsSync(path)) continue;
    if (sources.has(existingPath(path))) {
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

/** Makes the folder and cleans what killed runs left there. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    removeStrayFiles(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "EIO";
    throw new OutputError(code, `Cannot make the folder (${code})`, folder);
  }
}

/** Writes all files; ones of the same name are first renamed to name.1, older ones to .2 and so on. */
export function writeOutputs(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string[] {
  prepareFolder(folder);
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name);
    rotate(path);
    writeFileAtomic(path, content);
    return path;
  });
}

function rotate(path: string): void {
  if (!existsSync(path)) return;
  let last = 1;
  while (existsSync(`${path}.${last}`)) last++;
  for (let number = last; number > 1; number--) renameSync(`${path}.${number - 1}`, `${path}.${number}`);
  renameSync(path, `${path}.1`);
}
