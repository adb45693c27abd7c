// Reads the published Top8000 tables from files of a user: text, gzip, 16-bit and JSON forms; pickles are never opened.
import { InputError } from "../base/errors.ts";
import { unpack } from "../text/gzip.ts";
import { type CablamTables, cablamClasses, cablamMotifs } from "./cablam-tables.ts";
import { binCount, type GridAxis, type GridTable } from "./grid-table.ts";
import { makeRamaZTables, type RamaZTables } from "./rama-z-tables.ts";
import { type RamachandranClass, type RamachandranTables, ramachandranClasses } from "./ramachandran-tables.ts";
import { aminoAcidsOfTable, type RotamerTable, type RotamerTables, rotamerCutoffs } from "./rotamer-tables.ts";

/** One file as it lies in the folder. */
export interface ReferenceFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the files hold; null, or an empty map, for what they do not. */
export interface ReferenceTables {
  readonly ramachandran: RamachandranTables | null;
  readonly rotamers: RotamerTables;
  readonly ramaZ: RamaZTables | null;
  readonly cablam: CablamTables | null;
}

const source = "Top8000 (reference data)";

const ramachandranFiles: Readonly<Record<string, RamachandranClass>> = {
  "general-noGPIVpreP": "general",
  "gly-sym": "glycine",
  cispro: "cisProline",
  transpro: "transProline",
  "prepro-noGP": "preProline",
  "ileval-nopreP": "isoleucineOrValine",
};

type FileKind =
  | { readonly kind: "ramachandran"; readonly name: RamachandranClass }
  | { readonly kind: "rotamer"; readonly aminoAcids: readonly string[] }
  | { readonly kind: "ramaZ" }
  | { readonly kind: "cablam"; readonly name: string };

/** What a file is by its name; null for all that is not read. */
export function referenceKind(fileName: string): FileKind | null {
  const base = fileName.replace(/^.*[\\/]/, "").replace(/\.gz$/, "");
  const ramachandran = ramachandranFiles[/^rama8000-([\w-]+)\.data$/.exec(base)?.[1] ?? ""];
  if (ramachandran !== undefined) return { kind: "ramachandran", name: ramachandran };
  const aminoAcids = aminoAcidsOfTable.get(/^rota8000-([\w-]+)\.(?:data|u16)$/.exec(base)?.[1] ?? "");
  if (aminoAcids !== undefined) return { kind: "rotamer", aminoAcids };
  if (/^(?:top8000_rama_z\w*|rama_z_top8000)\.json$/.test(base)) return { kind: "ramaZ" };
  const cablam = /^cablam\.8000\.((?:expected|motif)\.\w+)\.(?:stat|data)$/.exec(base)?.[1];
  return cablam === undefined ? null : { kind: "cablam", name: cablam };
}

/**
 * The tables among these files, by their published names (rama8000-*, rota8000-*, rama_z_top8000.json, cablam.8000.*); others
 * are passed over. An incomplete set of Ramachandran tables is not used. Throws InputError REFERENCE_TABLE for a file that
 * is not what its name says, and what unpacking throws.
 */
export async function readReferenceTables(files: readonly ReferenceFile[]): Promise<ReferenceTables> {
  const ramachandran = new Map<string, GridTable>();
  const rotamers = new Map<string, RotamerTable>();
  const cablam = new Map<string, GridTable>();
  let ramaZ: RamaZTables | null = null;
  for (const { name, bytes } of files) {
    const file = referenceKind(name);
    if (file === null) continue;
    const plain = await unpack(bytes, name);
    if (file.kind === "ramaZ") {
      ramaZ = makeRamaZTables(parseJson(plain, name), name, source);
      continue;
    }
    const table = /\.u16(?:\.gz)?$/.test(name) ? readNumbers(plain, name) : readGrid(plain, name);
    if (file.kind === "ramachandran") ramachandran.set(file.name, table);
    else if (file.kind === "cablam") cablam.set(file.name, table);
    else {
      for (const aminoAcid of file.aminoAcids) {
        rotamers.set(aminoAcid, { table, source, outlierBelow: rotamerCutoffs.top8000 });
      }
    }
  }
  const isComplete = ramachandranClasses.every((name) => ramachandran.has(name));
  return {
    ramachandran: isComplete
      ? { source, tables: Object.fromEntries(ramachandran) as Record<RamachandranClass, GridTable> }
      : null,
    rotamers,
    ramaZ,
    cablam: gatherCablam(cablam),
  };
}

function gatherCablam(tables: ReadonlyMap<string, GridTable>): CablamTables | null {
  const all = (names: readonly string[]): ReadonlyMap<string, GridTable> | null => {
    const found = names.map((name) => [name, tables.get(name)] as const);
    return found.every(([, table]) => table !== undefined) ? new Map(found as [string, GridTable][]) : null;
  };
  const motifs = all(cablamMotifs.map((name) => `motif.${name}`));
  const peptides = all(cablamClasses.map((name) => `expected.${name}`));
  const traces = all(cablamClasses.map((name) => `expected.${name}_CA`));
  if (motifs === null && peptides === null && traces === null) return null;
  return { source, motifs, peptides, traces };
}

function broken(file: string, message: string, place?: string): InputError {
  return new InputError({
    code: "REFERENCE_TABLE",
    message,
    file,
    ...(place === undefined ? {} : { place }),
    hint: "Copy the file again from the Top8000 reference data, or take it out of the folder",
  });
}

function parseJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw broken(file, "The table is not JSON");
  }
}

/** Sixteen-bit fractions over four torsions with equal numbers of bins, little-endian, chi1 slowest. */
function readNumbers(bytes: Uint8Array, file: string): GridTable {
  const count = bytes.length / 2;
  const bins = Math.round(count ** 0.25);
  if (bins < 2 || bins ** 4 !== count) throw broken(file, "The table is not one of four torsions with equal bins");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(count);
  for (let cell = 0; cell < count; cell++) values[cell] = view.getUint16(2 * cell, true) / 65535;
  return { axes: Array.from({ length: 4 }, () => ({ from: 0, to: 360, bins, wraps: true })), values };
}

const mostCells = 1 << 24;

/** Lines of coordinates of a bin centre and its value, after a head with bounds and numbers of bins; unlisted bins are 0. */
function readGrid(bytes: Uint8Array, file: string): GridTable {
  const axes: GridAxis[] = [];
  let values: Float32Array | undefined;
  let line = 0;
  for (const text of linesOf(bytes)) {
    line++;
    if (text === "") continue;
    if (text.startsWith("#")) {
      const axis = readAxis(text);
      if (axis) axes.push(axis);
      continue;
    }
    values ??= startValues(axes, file);
    const numbers = text.trim().split(/\s+/);
    let cell = 0;
    for (const [at, { from, to, bins }] of axes.entries()) {
      const bin = Math.floor(((Number(numbers[at]) - from) / (to - from)) * bins);
      if (!(bin >= 0 && bin < bins)) throw broken(file, "A coordinate lies outside the table", `line ${line}`);
      cell = cell * bins + bin;
    }
    const value = Number(numbers[axes.length]);
    if (numbers.length !== axes.length + 1 || !(value >= 0)) {
      throw broken(file, `This line has not ${axes.length} coordinates and a value`, `line ${line}`);
    }
    values[cell] = value;
  }
  if (values === undefined) throw broken(file, "The table has no values");
  return { axes, values };
}

function readAxis(text: string): GridAxis | null {
  const match = /^#\s+x\d+:\s+(\S+)\s+(\S+)\s+(\d+)\s+(true|false)/.exec(text);
  return match && { from: Number(match[1]), to: Number(match[2]), bins: Number(match[3]), wraps: match[4] === "true" };
}

function startValues(axes: readonly GridAxis[], file: string): Float32Array {
  const isSound = axes.length > 0 && axes.length <= 4 && axes.every(({ from, to, bins }) => to > from && bins > 0);
  if (!isSound || binCount(axes) > mostCells) throw broken(file, "The head does not state the table's bounds and bins");
  return new Float32Array(binCount(axes));
}

/** Decodes piece by piece: the published tables of arginine and lysine are longer than a string can be comfortable with. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for (let begin = 0; begin < bytes.length; begin += 1 << 20) {
    const lines = (rest + decoder.decode(bytes.subarray(begin, begin + (1 << 20)), { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}
