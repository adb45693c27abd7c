// Fuzzing of every reader: mutated files must be read or refused as input errors, fast and without large allocations.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InputError } from "../../src/base/errors.ts";
import { createRng, type Rng } from "../../src/base/rng.ts";
import { createRunContext } from "../../src/base/run-context.ts";
import { refineSchema } from "../../src/cli/options.ts";
import { readSettings } from "../../src/cli/settings.ts";
import { readUserDictionary } from "../../src/io/mmcif/read-dictionary.ts";
import { writeMmcif } from "../../src/io/mmcif/write-mmcif.ts";
import { whyNotPdb, writePdb } from "../../src/io/pdb/write-pdb.ts";
import { readMap } from "../../src/io/read-map.ts";
import { decodeText, readModel } from "../../src/io/read-model.ts";
import type { Model } from "../../src/model/model.ts";
import { mapBytes, withWords } from "./maps.ts";
import { cif, pdb, peptideLines } from "./models.ts";

interface Format {
  readonly seeds: () => readonly Uint8Array[];
  readonly read: (bytes: Uint8Array, folder: string) => Promise<void> | void;
  /** Largest single allocation per byte of the file. */
  readonly allocation: number;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

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

const dictionary = `data_comp_LIG
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.type_energy
LIG C1 C CH3
LIG O1 O OH1
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.type
_chem_comp_bond.value_dist
_chem_comp_bond.value_dist_esd
LIG C1 O1 single 1.43 0.02
loop_
_chem_comp_tor.comp_id
_chem_comp_tor.id
_chem_comp_tor.atom_id_1
_chem_comp_tor.atom_id_2
_chem_comp_tor.atom_id_3
_chem_comp_tor.atom_id_4
_chem_comp_tor.value_angle
_chem_comp_tor.value_angle_esd
_chem_comp_tor.period
LIG t C1 O1 C1 O1 60.0 10.0 3
`;

export const formats: Readonly<Record<string, Format>> = {
  pdb: {
    seeds: () => [
      encode(pdb("CRYST1   10.000   20.000   30.000  90.00  90.00  90.00 P 1", ...peptideLines(), "TER", "END")),
      encode(
        pdb(
          "SSBOND   1 CYS A    1    CYS A    9",
          "HELIX    1   1 GLY A    1  ALA A    2  1",
          "MODEL        1",
          ...peptideLines(),
          "ENDMDL",
        ),
      ),
      encode(pdb(...peptideLines((fields) => ({ ...fields, altloc: "A", occupancy: "0.5", insertion: "B" })))),
    ],
    read: readAndReturn,
    allocation: 8,
  },
  mmcif: {
    seeds: () => [
      encode(cif()),
      encode(
        cif({ auth_asym_id: "'A B'", label_atom_id: "\n;CA\n;\n" }, [], {
          after: "_cell.length_a 10\n_cell.length_b 11\n_cell.length_c 12\n_struct.title\n;a\nb\n;\n",
        }),
      ),
      encode(
        cif({}, [], {
          after:
            "loop_\n_struct_conn.id\n_struct_conn.conn_type_id\n_struct_conn.ptnr1_auth_seq_id\nx disulf 1\ny metalc 2\n",
        }),
      ),
    ],
    read: readAndReturn,
    allocation: 8,
  },
  mrc: {
    seeds: () => [
      mapBytes(),
      withWords([
        [1, 12],
        [4, 12],
        [23, 401],
      ]),
      withWords([
        [17, 3],
        [19, 1],
        [50, 3.5, "real"],
        [24, 80],
      ]),
    ],
    read: async (bytes) => {
      await readMap(bytes, "m.mrc", createRunContext());
    },
    allocation: 8,
  },
  gzip: {
    seeds: () => [new Uint8Array(gzipSync(mapBytes())), new Uint8Array(gzipSync(encode(cif())))],
    read: async (bytes) => {
      await readModel(bytes, "m.gz", createRunContext());
    },
    // What is packed may be 64 times as large, and grows in memory by doubling.
    allocation: 256,
  },
  dictionary: {
    seeds: () => [encode(dictionary), encode(dictionary.replace("LIG C1 O1", "'LIG' \"C1\" O1"))],
    read: (bytes) => {
      readUserDictionary(decodeText(bytes), "d.cif");
    },
    allocation: 8,
  },
  config: {
    seeds: () => [
      encode('{"resolution": 3.2, "cycles": 5, "restraints": ["a.cif"], "select": "chain A", "quiet": true}'),
      encode('{\n  "weight": 1e-3,\n  "outDir": "x",\n  "mapScaling": "box"\n}\n'),
    ],
    read: (bytes, folder) => {
      const file = join(folder, "settings.json");
      writeFileSync(file, bytes);
      readSettings(refineSchema, {}, file);
    },
    allocation: 8,
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

type Mutator = (bytes: Uint8Array, rng: Rng, seeds: readonly Uint8Array[]) => Uint8Array;

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
  (bytes, rng, seeds) => {
    const other = pick(seeds, rng);
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
  const seeds = format.seeds();
  const rng = createRng(seed);
  const folder = mkdtempSync(join(tmpdir(), "emend-fuzz-"));
  const finds: Find[] = [];
  let runs = 0;
  let accepted = 0;
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end && finds.length < 20) {
    let bytes = pick(seeds, rng);
    for (let round = Math.floor(rng.uniform() * 4); round >= 0; round--) bytes = pick(mutators, rng)(bytes, rng, seeds);
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
