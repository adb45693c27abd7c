// Numbers and names of all kinds come back as they were; what the PDB format cannot hold is refused, never cut.
import { expect, test } from "vitest";
import { createRunContext } from "../../src/base/run-context.ts";
import { writeMmcif } from "../../src/io/mmcif/write-mmcif.ts";
import { whyNotPdb, writePdb } from "../../src/io/pdb/write-pdb.ts";
import { readModel } from "../../src/io/read-model.ts";
import { atomLabel, type Model } from "../../src/model/model.ts";
import { type AtomFields, atom, cif, pdb, type SiteItem } from "./models.ts";

const read = (text: string): Promise<Model> => readModel(new TextEncoder().encode(text), "m", createRunContext());
const bare = (model: Model): Model => ({ ...model, source: { format: "none", fileName: "m", content: null } });

/** Labels, occupancies and segment ends: what must come back. */
function describeModel(model: Model): unknown {
  const { atoms, residues, chains } = model;
  return {
    atoms: Array.from({ length: atoms.count }, (_, row) => `${atomLabel(model, row)} ${atoms.occupancy[row]}`),
    ends: [...residues.endsSegment],
    chains: chains.id,
    models: model.modelNumbers,
  };
}

const two = (fields: AtomFields): string => pdb(atom(), atom({ serial: "2", ...fields }));
const names = (count: number, fields: (index: number) => AtomFields): string =>
  pdb(
    ...Array.from({ length: count }, (_, index) => atom({ serial: String((index + 1) % 100_000), ...fields(index) })),
  );
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const kept: readonly (readonly [string, string])[] = [
  [
    "alternates A and B",
    names(4, (index) => ({ altloc: "AB"[index % 2]!, name: index < 2 ? " CA " : " CB ", occupancy: "0.50" })),
  ],
  ["alternates beside a blank one", names(3, (index) => ({ altloc: " AB"[index]!, name: " CB " }))],
  ["five alternates", names(5, (index) => ({ altloc: "ABCDE"[index]!, occupancy: "0.20" }))],
  ["alternates of digits", names(2, (index) => ({ altloc: "12"[index]! }))],
  ["occupancies that sum to 0.7", names(2, (index) => ({ altloc: "AB"[index]!, occupancy: ["0.30", "0.40"][index]! }))],
  ["occupancies that sum to 1.3", names(2, (index) => ({ altloc: "AB"[index]!, occupancy: ["0.60", "0.70"][index]! }))],
  ["negative occupancy", two({ occupancy: "-0.50", name: " CB " })],
  ["two residues at one position", names(2, (index) => ({ altloc: "AB"[index]!, residue: ["SER", "THR"][index]! }))],
  ["insertion codes 52, 52A, 52B", names(3, (index) => ({ number: "52", insertion: " AB"[index]! }))],
  ["an insertion code before its number", names(2, (index) => ({ number: "52", insertion: "A "[index]! }))],
  ["residue numbers that fall", names(3, (index) => ({ number: String(9 - index) }))],
  ["negative residue numbers", names(3, (index) => ({ number: String(index - 2) }))],
  ["residue numbers from 9998 to 10001", names(4, (index) => ({ number: ["9998", "9999", "A000", "A001"][index]! }))],
  ["residue number zzzz", two({ number: "zzzz" })],
  ["62 chains of one letter", names(62, (index) => ({ chain: ` ${letters[index]!}` }))],
  [
    "100 chains of two letters",
    names(100, (index) => ({ chain: letters[Math.floor(index / 10)]! + letters[index % 10]! })),
  ],
  ["a chain that comes twice", names(3, (index) => ({ chain: [" A", " B", " A"][index]!, number: String(index + 1) }))],
  [
    "a residue that comes twice",
    names(3, (index) => ({ number: ["1", "2", "1"][index]!, name: [" N  ", " N  ", " C  "][index]! })),
  ],
  ["names with primes and stars", names(3, (index) => ({ name: [" O5'", " C1*", "HO5'"][index]!, residue: "  A" }))],
  [
    "calcium and alpha carbon",
    names(2, (index) => ({
      name: ["CA  ", " CA "][index]!,
      residue: ["CA", "GLY"][index]!,
      element: ["CA", " C"][index]!,
    })),
  ],
  ["TER within a chain", pdb(atom(), "TER", atom({ number: "2" }))],
  ["two models", pdb("MODEL        3", atom(), "ENDMDL", "MODEL        7", atom(), "ENDMDL")],
  [
    "100,001 atoms",
    names(100_001, (index) => ({ number: String(index % 9999), chain: ` ${letters[Math.floor(index / 9999)]!}` })),
  ],
];

test.each(kept)("%s: written in either format and read again, nothing changes", async (_name, text) => {
  const model = await read(text);
  const expected = describeModel(model);
  expect(whyNotPdb(model)).toBe(null);
  for (const written of [writePdb(model), writePdb(bare(model)), writeMmcif(bare(model))]) {
    expect(describeModel(await read(written))).toEqual(expected);
  }
});

const refused: readonly (readonly [string, Partial<Record<SiteItem, string>>, RegExp])[] = [
  ["a chain of three letters", { auth_asym_id: "ABC" }, /chain name "ABC"/],
  ["a chain of four letters", { auth_asym_id: "AAAA" }, /chain name "AAAA"/],
  ["a ligand of five letters", { auth_comp_id: "A1LU6" }, /residue name "A1LU6"/],
  ["an atom name of five letters", { auth_atom_id: "HXT11" }, /atom name "HXT11"/],
  ["an alternate of two letters", { label_alt_id: "AB" }, /alternate/],
  ["an insertion code of two letters", { pdbx_PDB_ins_code: "AB" }, /insertion code "AB"/],
  ["a residue number of eight digits", { auth_seq_id: "12345678" }, /residue number 12345678/],
  ["a negative residue number of five digits", { auth_seq_id: "-1000" }, /residue number -1000/],
  ["a coordinate of a hundred thousand", { Cartn_x: "123456.5" }, /coordinate/],
  ["a chain that is not ASCII", { auth_asym_id: "é" }, /"é"/],
  ["a chain with a blank at its end", { auth_asym_id: "'A '" }, /"A "/],
];

test.each(refused)("%s: mmCIF keeps it, PDB says why it cannot", async (_name, changes, reason) => {
  const model = await read(cif(changes));
  expect(whyNotPdb(model)).toMatch(reason);
  for (const written of [writeMmcif(model), writeMmcif(bare(model))]) {
    expect(describeModel(await read(written))).toEqual(describeModel(model));
  }
});
