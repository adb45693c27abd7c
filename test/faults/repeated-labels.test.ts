// Files that use chain names and residue numbers twice: nothing is merged silently, nothing is counted twice, all comes back.
import { describe, expect, test } from "vitest";
import { createRunContext, type RunContext } from "../../src/base/run-context.ts";
import { loadRamachandranTables } from "../../src/chemistry/ramachandran-tables.ts";
import { writeMmcif } from "../../src/io/mmcif/write-mmcif.ts";
import { writePdb } from "../../src/io/pdb/write-pdb.ts";
import { readModel } from "../../src/io/read-model.ts";
import { type Model, residueLabel } from "../../src/model/model.ts";
import { atomsOfResidue } from "../../src/topology/residue-atoms.ts";
import { analyzeRamachandran } from "../../src/validation/geometry/ramachandran.ts";
import { hasSharedData, readSharedModel } from "../parity/shared-data.ts";
import { peptideLines } from "../support/peptide.ts";
import { atom, pdb } from "./models.ts";

const read = (text: string, context: RunContext = createRunContext()): Promise<Model> =>
  readModel(new TextEncoder().encode(text), "m", context);
const bare = (model: Model): Model => ({ ...model, source: { format: "none", fileName: "m", content: null } });
const shape = { phi: -60, psi: -45 };

/** Chains by name with their residues and the number of atoms of each. */
function describeChains({ chains, residues, ...rest }: Model): unknown {
  const model = { chains, residues, ...rest };
  return Array.from({ length: chains.count }, (_, chain) => [
    chains.id[chain]!,
    ...[...residues.chain.keys()]
      .filter((residue) => residues.chain[residue] === chain)
      .map((residue) => `${residueLabel(model, residue)}: ${atomsOfResidue(model, residue).length}`),
  ]);
}

const codes = ({ diagnostics }: RunContext): unknown => diagnostics.entries.map(({ code, count }) => [code, count]);

const first = peptideLines(["ALA", "GLY", "SER"], shape);
const second = peptideLines(["SER", "GLY", "SER", "GLY"], shape);
const bothChains = [
  ["A", "A 1 ALA: 5", "A 2 GLY: 4", "A 3 SER: 5"],
  ["A", "A 1 SER: 5", "A 2 GLY: 4", "A 3 SER: 5", "A 4 GLY: 4"],
];

describe("two files put after each other, both with a chain A", () => {
  test.each([
    ["TER and END", ["TER", "END"]],
    ["END", ["END"]],
    ["TER", ["TER"]],
  ])("are two chains when %s is between them, which is said", async (_, between) => {
    const context = createRunContext();
    const model = await read(pdb(...first, ...between, ...second, "END"), context);
    expect(describeChains(model)).toEqual(bothChains);
    expect([...model.residues.endsSegment]).toEqual([0, 0, 1, 0, 0, 0, 1]);
    expect(codes(context)).toEqual([["CHAIN_REPEATED", 1]]);
  });

  test("keep every record, and come back from PDB and mmCIF as they were", async () => {
    const text = pdb(...first, "TER", "END", ...second, "END");
    const model = await read(text);
    expect(writePdb(model)).toBe(text);
    for (const written of [writePdb(bare(model)), writeMmcif(bare(model)), writeMmcif(model)]) {
      expect(describeChains(await read(written))).toEqual(bothChains);
    }
  });

  test("are judged residue by residue, each once", async () => {
    const model = await read(pdb(...first, "TER", ...second));
    const { residues, summary } = analyzeRamachandran(model, await loadRamachandranTables());
    expect(residues.map(({ label }) => label)).toEqual(["A 2 GLY", "A 2 GLY", "A 3 SER"]);
    expect(summary.count).toBe(3);
  });
});

test("the same chain three times is three chains", async () => {
  const context = createRunContext();
  const model = await read(pdb(...first, "TER", ...first, "TER", ...first), context);
  expect(model.chains.id).toEqual(["A", "A", "A"]);
  expect([...model.residues.atomOffset].at(-1)).toBe(3 * first.length);
  expect(codes(context)).toEqual([["CHAIN_REPEATED", 2]]);
});

test("a chain that goes on after TER with other numbers stays one chain", async () => {
  const context = createRunContext();
  const waters = ["201", "202"].map((number) => atom({ record: "HETATM", residue: "HOH", number, name: " O  " }));
  const model = await read(pdb(...first, "TER", ...waters), context);
  expect(model.chains.id).toEqual(["A"]);
  expect(codes(context)).toEqual([]);
});

test("alternates and hydrogens that stand apart from their residue still belong to it", async () => {
  const context = createRunContext();
  const apart = [
    atom({ altloc: "B", number: "1", residue: "ALA" }),
    atom({ name: " HA ", number: "1", residue: "ALA" }),
  ];
  const model = await read(
    pdb(...first, ...apart, "TER", atom({ name: " HB1", number: "1", residue: "ALA" })),
    context,
  );
  expect(model.residues.count).toBe(3);
  expect(codes(context)).toEqual([]);
});

test("waters numbered anew without TER are residues of their own", async () => {
  const context = createRunContext();
  const waters = ["1", "2", "1", "2"].map((number) => atom({ record: "HETATM", residue: "HOH", number, name: " O  " }));
  const model = await read(pdb(...waters), context);
  expect(describeChains(model)).toEqual([["A", "A 1 HOH: 1", "A 2 HOH: 1", "A 1 HOH: 1", "A 2 HOH: 1"]]);
  expect(codes(context)).toEqual([["RESIDUE_REPEATED", 2]]);
});

test.skipIf(!hasSharedData)(
  "three predictions in one file, each called chain A, have the residues of all three",
  async () => {
    const model = await readSharedModel("emd2513_4ci0_frhA_AF2_3p36A/emd_2513_af2.pdb");
    expect(model.chains.id).toEqual(["A", "A", "A"]);
    expect(model.residues.count).toBe(385 + 228 + 280);
    const { residues, summary } = analyzeRamachandran(model, await loadRamachandranTables());
    expect(summary.count).toBe(383 + 226 + 278);
    // The first of them alone is what programs show that stop at END.
    expect(residues.findIndex(({ number }, row) => row > 0 && number < residues[row - 1]!.number)).toBe(383);
  },
);
