// A folder of monomer dictionaries as CCP4 and Debian lay it out: one file per monomer under its first letter.
import { join } from "node:path";
import { InputError } from "../base/errors.ts";
import { createRunContext, type RunContext } from "../base/run-context.ts";
import type { Dictionary, Monomer } from "../chemistry/monomer.ts";
import { unpack } from "../text/gzip.ts";
import { kindOf, readFileBytes } from "./files.node.ts";
import { readUserDictionary } from "./mmcif/read-dictionary.ts";
import { decodeText } from "./read-model.ts";

/** Residue names come from model files: only these may become part of a path. */
const safeName = /^[A-Za-z0-9_+-]+$/;

/**
 * Files of the named residues that the folder has, by name. `folder` holds the letters' folders itself or in a folder
 * `monomers`. Throws InputError MONOMER_LIBRARY when it does not.
 */
export function findLibraryFiles(folder: string, names: Iterable<string>): Map<string, string> {
  const root = findRoot(folder);
  const found = new Map<string, string>();
  for (const name of names) {
    const path = findFile(root, name);
    if (path !== undefined) found.set(name, path);
  }
  return found;
}

/**
 * Monomers of the named residues that the folder has; others are left out, links and modifications of its files too.
 * Throws InputError MONOMER_LIBRARY when it is none, and what reading a dictionary throws.
 */
export async function readLibraryMonomers(
  folder: string,
  names: Iterable<string>,
  context: RunContext = createRunContext(),
): Promise<Map<string, Monomer>> {
  const found = new Map<string, Monomer>();
  for (const [name, path] of findLibraryFiles(folder, names)) {
    const text = decodeText(await unpack(readFileBytes(path), path));
    const monomer = readUserDictionary(text, path, context).monomers?.get(name);
    if (monomer) found.set(name, monomer);
  }
  return found;
}

/** `dictionary` with the monomers it lacks for these residue names, as far as the folder has them. */
export async function addLibraryMonomers(
  dictionary: Dictionary,
  folder: string,
  residueNames: readonly string[],
  context: RunContext = createRunContext(),
): Promise<Dictionary> {
  const wanted = new Set(residueNames.filter((name) => !dictionary.monomers.has(name)));
  const found = await readLibraryMonomers(folder, wanted, context);
  return { ...dictionary, monomers: new Map([...dictionary.monomers, ...found]) };
}

function findRoot(folder: string): string {
  const isFolder = (path: string): boolean => kindOf(path) === "folder";
  const root = [join(folder, "monomers"), folder].find((path) => isFolder(join(path, "a")));
  if (root !== undefined) return root;
  throw new InputError({
    code: "MONOMER_LIBRARY",
    message: isFolder(folder) ? "This folder has no monomers/a/*.cif" : "There is no such folder",
    file: folder,
    hint: "Give the folder of a CCP4 monomer library, e.g. /usr/share/refmac of Debian's refmac-dictionary",
  });
}

/** Names that some systems keep for devices are doubled: CON_CON.cif. */
function findFile(root: string, name: string): string | undefined {
  if (!safeName.test(name)) return undefined;
  const letter = join(root, name.slice(0, 1).toLowerCase());
  const candidates = [`${name}.cif`, `${name}_${name}.cif`, `${name}.cif.gz`].map((file) => join(letter, file));
  return candidates.find((path) => kindOf(path) !== null);
}
