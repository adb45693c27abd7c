// Fuzzing of every reader: mutated files must be read or refused as input errors, fast and without large allocations.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../src/base/errors.ts";
import { createRng, type Rng } from "../../src/base/rng.ts";
import { createRunContext } from "../../src/base/run-context.ts";
import { refineSchema } from "../../src/cli/options.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import { readSettings } from "../../src/cli/settings.ts";
import { readUserDictionary } from "../../src/io/mmcif/read-dictionary.ts";
import { writeMmcif } from "../../src/io/mmcif/write-mmcif.ts";
import { whyNotPdb, writePdb } from "../../src/io/pdb/write-pdb.ts";
import { readEdits } from "../../src/io/phil/read-edits.ts";
import { readMap } from "../../src/io/read-map.ts";
import { decodeText, readModel } from "../../src/io/read-model.ts";
import type { Model } from "../../src/model/model.ts";
import { selectAtoms } from "../../src/model/selection.ts";
import { encode, seeds } from "./fuzz-seeds.ts";
import { atom, cif, pdb, peptideLines } from "./models.ts";

interface Format {
  readonly seeds: () => readonly Uint8Array[];
  readonly read: (bytes: Uint8Array, folder: string) => Promise<void> | void;
  /** Largest single allocation per byte of the file. */
  readonly allocation: number;
}

/** Reads a model, writes it in both formats and reads it again: the same number of atoms must come back. */
async function readAndReturn(bytes: Uint8Array): Promise<void> {
  const read = (content: Uint8Array): Promise<Model> => readModel(content, "m", createRunContext());
  const model = await read(bytes);
  const texts = [writeMmcif(model), ...(model.source.format === "pdb" ? [writePdb(model)] : [])];
  const plain: Model = { ...model, source: { format: "none", fileName: "m", content: null } };
  texts.push(writeMmcif(plain), ...(whyNotPdb(plain) === null ? [writePdb(plain)] : []));
  for (const text of texts) {
    const again = await readWritten(text, read);
    if (again.atoms.count !== model.atoms.count) {
      throw new Error(`${model.atoms.count} atoms were written, ${again.atoms.count} read again`);
    }
  }
}

/** What was written by the program itself must be readable: an input error would be a bug here. */
async function readWritten(text: string, read: (content: Uint8Array) => Promise<Model>): Promise<Model> {
  try {
    return await read(encode(text));
  } catch (error) {
    throw new Error(`What was written cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Runs a command of the program; only results, input errors and stated failures are right. */
async function runProgram(words: readonly string[]): Promise<void> {
  let stderr = "";
  let stdout = "";
  const exit = await runCommandLine([...words, "--json"], {
    out: (text) => {
      stdout += text;
    },
    error: (text) => {
      stderr += text;
    },
    bar: null,
  });
  if (exit === 2) throw new InputError(JSON.parse(stdout).error);
  if (exit !== 0 && exit !== 3) throw new Error(`Exit code ${exit}: ${stderr}`);
  if (/NaN|Infinity/.test(stdout)) throw new Error(`Not finite: ${stdout}`);
}

const save = (folder: string, name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

/** The kernels' memory grows in steps of its own, whatever the file. */
const kernelAllocation = 1 << 14;

export const formats: Readonly<Record<string, Format>> = {
  pdb: { seeds: seeds.pdb!, read: readAndReturn, allocation: 8 },
  mmcif: { seeds: seeds.mmcif!, read: readAndReturn, allocation: 8 },
  mrc: {
    seeds: seeds.mrc!,
    read: async (bytes) => {
      await readMap(bytes, "m.mrc", createRunContext());
    },
    allocation: 8,
  },
  gzip: {
    seeds: seeds.gzip!,
    read: async (bytes) => {
      await readModel(bytes, "m.gz", createRunContext());
    },
    // What is packed may be 64 times as large, and grows in memory by doubling.
    allocation: 256,
  },
  dictionary: {
    seeds: seeds.dictionary!,
    read: (bytes) => {
      readUserDictionary(decodeText(bytes), "d.cif");
    },
    allocation: 8,
  },
  config: {
    seeds: seeds.config!,
    read: (bytes, folder) => {
      readSettings(refineSchema, {}, save(folder, "settings.json", bytes));
    },
    allocation: 8,
  },
  edits: {
    seeds: seeds.edits!,
    read: (bytes) => {
      readEdits(decodeText(bytes), "e.eff");
    },
    allocation: 8,
  },
  selection: {
    seeds: seeds.selection!,
    read: async (bytes) => {
      const model = await readModel(encode(cif()), "m.cif", createRunContext());
      selectAtoms(model, new TextDecoder().decode(bytes));
    },
    allocation: 8,
  },
  // What was read must also be carried by all that comes after the reading.
  geometry: {
    seeds: () => [...seeds.pdb!(), ...seeds.mmcif!()],
    read: (bytes, folder) => runProgram(["geometry", save(folder, "model", bytes), "--unknown-ligands", "hold"]),
    allocation: kernelAllocation,
  },
  ligand: {
    seeds: seeds.dictionary!,
    read: (bytes, folder) => {
      const ligand = ["C1", "O1"].map((name, at) =>
        atom({ record: "HETATM", name: ` ${name}`, residue: "LIG", element: ` ${name[0]}`, x: (9 + at).toFixed(3) }),
      );
      const model = save(folder, "model.pdb", encode(pdb(...peptideLines(), ...ligand)));
      return runProgram(["geometry", model, "--restraints", save(folder, "d.cif", bytes), "--list"]);
    },
    allocation: kernelAllocation,
  },
  fit: {
    seeds: seeds.mrc!,
    read: (bytes, folder) => {
      const model = save(folder, "model.pdb", encode(pdb(...peptideLines())));
      return runProgram(["fit", model, save(folder, "map.mrc", bytes), "--resolution", "4", "--max-memory", "1"]);
    },
    allocation: kernelAllocation,
  },
};

const oddWords = [
  "",
  "?",
  ".",
  "nan",
  "-1",
  "0",
  "1e30",
  "********",
  "99999999999",
  "1.2.3",
  "'",
  '"',
  ";",
  "#",
  "_a.b",
  "loop_",
  "data_",
  "\u00e9",
  "null",
  "[",
  "{",
];
const oddIntegers = [0, -1, 1, 0x7fffffff, 0x7fc00000, 0x7f800000, -0x80000000, 256, 65536, 401];

type Mutator = (bytes: Uint8Array, rng: Rng, others: readonly Uint8Array[]) => Uint8Array;

const pick = <T>(list: readonly T[], rng: Rng): T => list[Math.floor(rng.uniform() * list.length)]!;
const place = (bytes: Uint8Array, rng: Rng): number => Math.floor(rng.uniform() * (bytes.length + 1));

function splice(bytes: Uint8Array, begin: number, end: number, middle: Uint8Array): Uint8Array {
  const out = new Uint8Array(begin + middle.length + bytes.length - end);
  out.set(bytes.subarray(0, begin));
  out.set(middle, begin);
  out.set(bytes.subarray(end), begin + middle.length);
  return out;
}

function range(bytes: Uint8Array, rng: Rng, longest: number): [number, number] {
  const begin = place(bytes, rng);
  return [begin, Math.min(bytes.length, begin + Math.floor(rng.uniform() * longest))];
}

/** Begin and end of a run of letters, or of a line with its end. */
function pieceAt(bytes: Uint8Array, at: number, isEdge: (byte: number) => boolean): [number, number] {
  let begin = at;
  let end = at;
  while (begin > 0 && !isEdge(bytes[begin - 1]!)) begin--;
  while (end < bytes.length && !isEdge(bytes[end]!)) end++;
  return [begin, end];
}

const isBlank = (byte: number): boolean => byte <= 32;
const isLineEnd = (byte: number): boolean => byte === 10;

const mutators: readonly Mutator[] = [
  (bytes, rng) => {
    const out = bytes.slice();
    if (out.length > 0) out[place(out, rng) % out.length]! ^= 1 << Math.floor(rng.uniform() * 8);
    return out;
  },
  (bytes, rng) => {
    const out = bytes.slice();
    if (out.length > 0) out[place(out, rng) % out.length] = Math.floor(rng.uniform() * 256);
    return out;
  },
  (bytes, rng) => splice(bytes, ...range(bytes, rng, 200), new Uint8Array(0)),
  (bytes, rng) => {
    const [begin, end] = range(bytes, rng, 200);
    return splice(bytes, begin, begin, bytes.slice(begin, end));
  },
  (bytes, rng) => bytes.slice(0, place(bytes, rng)),
  (bytes, rng) => splice(bytes, ...pieceAt(bytes, place(bytes, rng), isBlank), encode(pick(oddWords, rng))),
  (bytes, rng) => {
    const [begin, end] = pieceAt(bytes, place(bytes, rng), isLineEnd);
    const line = bytes.slice(begin, Math.min(bytes.length, end + 1));
    const target = pieceAt(bytes, place(bytes, rng), isLineEnd)[0];
    return splice(bytes, target, target, line);
  },
  (bytes, rng) => splice(bytes, ...pieceAt(bytes, place(bytes, rng), isLineEnd), new Uint8Array(0)),
  (bytes, rng) => {
    const out = bytes.slice();
    const word = Math.floor(rng.uniform() * 57);
    if (out.length >= 4 * word + 4)
      new DataView(out.buffer).setInt32(4 * word, pick(oddIntegers, rng), rng.uniform() < 0.8);
    return out;
  },
  (bytes, rng, others) => {
    const other = pick(others, rng);
    const at = place(bytes, rng);
    return splice(bytes, at, bytes.length, other.subarray(Math.min(other.length, at)));
  },
];

/** The largest typed array made by its length while the task runs. */
async function largestAllocation(task: () => Promise<void>): Promise<number> {
  let largest = 0;
  const kinds = [
    "Float32Array",
    "Float64Array",
    "Int32Array",
    "Uint32Array",
    "Uint8Array",
    "Int8Array",
    "Uint16Array",
  ] as const;
  const originals = kinds.map((kind) => globalThis[kind]);
  kinds.forEach((kind, index) => {
    const original = originals[index]!;
    Object.assign(globalThis, {
      [kind]: new Proxy(original, {
        construct(target, args: unknown[], newTarget): object {
          if (typeof args[0] === "number") largest = Math.max(largest, args[0] * original.BYTES_PER_ELEMENT);
          return Reflect.construct(target, args, newTarget) as object;
        },
      }),
    });
  });
  try {
    await task();
  } finally {
    kinds.forEach((kind, index) => Object.assign(globalThis, { [kind]: originals[index] }));
  }
  return largest;
}

export interface Find {
  readonly problem: string;
  readonly bytes: Uint8Array;
}

export interface FuzzResult {
  readonly runs: number;
  /** Runs that read their file. */
  readonly accepted: number;
  readonly finds: readonly Find[];
}

/** Small files may take this much whatever their length. */
const freeBytes = 1 << 20;
const longestMs = 10_000;

/** Mutates seed files for some seconds; every crash, hang or large allocation is a find. */
export async function fuzz(name: string, seconds: number, seed: number): Promise<FuzzResult> {
  const format = formats[name]!;
  const files = format.seeds();
  const rng = createRng(seed);
  const folder = mkdtempSync(join(tmpdir(), "emend-fuzz-"));
  const finds: Find[] = [];
  let runs = 0;
  let accepted = 0;
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end && finds.length < 20) {
    let bytes = pick(files, rng);
    for (let round = Math.floor(rng.uniform() * 4); round >= 0; round--) bytes = pick(mutators, rng)(bytes, rng, files);
    const began = Date.now();
    const problem = await runOnce(format, bytes, folder);
    runs++;
    if (problem === null) accepted++;
    else if (problem !== "") finds.push({ problem, bytes });
    if (Date.now() - began > longestMs) finds.push({ problem: `${Date.now() - began} ms`, bytes });
  }
  rmSync(folder, { recursive: true });
  return { runs, accepted, finds };
}

/** Null when the file was read, "" when it was refused as it should be, the problem otherwise. */
async function runOnce(format: Format, bytes: Uint8Array, folder: string): Promise<string | null> {
  let problem: string | null = null;
  const largest = await largestAllocation(async () => {
    try {
      await format.read(bytes, folder);
    } catch (error) {
      problem = error instanceof InputError ? "" : String((error as Error).stack);
    }
  });
  if (largest > freeBytes + format.allocation * bytes.length) return `allocates ${largest} bytes for ${bytes.length}`;
  return problem;
}
