// Large models: building restraints stays linear, and files beyond the PDB format's limits survive.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createRunContext } from "../src/base/run-context.ts";
import { loadDictionary } from "../src/chemistry/dictionary.ts";
import { prepareRiding } from "../src/hydrogens/riding.ts";
import { readMmcif } from "../src/io/mmcif/read-mmcif.ts";
import { writeMmcif } from "../src/io/mmcif/write-mmcif.ts";
import { whyNotPdb } from "../src/io/pdb/write-pdb.ts";
import { makeCurvatureTable } from "../src/kernels/curvature-table.ts";
import { createEngine } from "../src/kernels/engine.ts";
import type { Model } from "../src/model/model.ts";
import { prepareCdl } from "../src/restraints/cdl.ts";
import { covalentSubset } from "../src/restraints/covalent.ts";
import { makeTermTable } from "../src/restraints/term-table.ts";
import { buildTopology } from "../src/topology/build-topology.ts";
import type { Topology } from "../src/topology/topology.ts";
import { type LatticeAtom, latticeModel } from "./support/lattice.ts";

const atom = (name: string, residueName: string, number: number, ...xyz: [number, number, number]): LatticeAtom => ({
  name,
  residueName,
  sequenceNumber: number,
  element: residueName === "ZN" ? "ZN" : name.slice(0, 1),
  xyz,
});

/** A cysteine, an ion out of its reach and a ligand that no dictionary knows: each once was compared with all others. */
const unit = [
  atom("N", "CYS", 1, 1.201, 0.847, 0),
  atom("CA", "CYS", 1, 0, 0, 0),
  atom("C", "CYS", 1, -1.25, 0.881, 0),
  atom("O", "CYS", 1, -1.1, 2.1, 0.2),
  atom("CB", "CYS", 1, 0.02, -0.9, 1.2),
  atom("SG", "CYS", 1, 0.05, 0.1, 2.7),
  atom("ZN", "ZN", 2, 6, 6, 6),
  atom("C1", "XYZ", 3, 6, 0, 0),
  atom("C2", "XYZ", 3, 6, 1.5, 0),
  atom("O3", "XYZ", 3, 6, 2.1, 1.2),
];

function build(model: Model): Topology {
  return buildTopology(model, loadDictionary(), { unknownLigands: "hold" }, createRunContext());
}

test("200,000 atoms with 20,000 ions, sulphurs and unknown ligands have 20,000 times the terms of one copy", () => {
  const copies = 20_000;
  const one = build(latticeModel(unit, 1, 12));
  const many = build(latticeModel(unit, copies, 12));
  for (const list of ["bonds", "angles", "dihedrals", "chiralities", "planes"] as const) {
    expect(many[list].count, list).toBe(copies * one[list].count);
  }
  expect(one.held.length).toBe(3);
  expect(many.held.length).toBe(copies * 3);
  expect(one.nonbonded.exclude.length).toBeGreaterThan(10);
  expect(many.nonbonded.exclude.length).toBe(copies * one.nonbonded.exclude.length);
  expect(many.links).toHaveLength(0);
  const last = 10 * (copies - 1);
  expect(many.bonds.i.at(-1)).toBe(one.bonds.i.at(-1)! + last);
}, 20_000);

test("what refinement prepares from 200,000 atoms is that of one copy, as often", () => {
  const copies = 20_000;
  const models = [1, copies].map((count) => latticeModel(unit, count, 12));
  const [one, many] = models.map((model) => {
    const topology = build(model);
    const { xyz, count } = model.atoms;
    const lists = covalentSubset(topology, { without: topology.isHydrogen });
    const rowOfAtom = Int32Array.from({ length: count }, (_value, row) => row);
    const { memory } = createEngine();
    const terms = makeTermTable(memory, { lists, xyz: memory.copyOf(xyz) });
    const matrix = makeCurvatureTable(memory, terms, rowOfAtom, rowOfAtom);
    return {
      entries: matrix.column.length,
      bonds: lists.bonds.count,
      riders: prepareRiding(topology).count,
      governed: prepareCdl(topology).targets.length,
    };
  });
  expect(one!.entries).toBeGreaterThan(10);
  expect(many).toEqual({ ...one, entries: many!.entries, bonds: copies * one!.bonds });
  // Couplings between blocks of atoms are left out.
  expect(many!.entries / (copies * one!.entries)).toBeGreaterThan(0.97);
  expect(many!.entries / (copies * one!.entries)).toBeLessThanOrEqual(1);
});

/** Digest of everything a file must keep: comparing so many numbers one by one takes long. */
function contents({ atoms, residues, chains }: Model): string {
  const hash = createHash("sha256");
  for (const column of [atoms.xyz, atoms.element, atoms.serial, residues.sequenceNumber]) hash.update(column);
  for (const names of [atoms.name, residues.name, chains.id]) hash.update(names.join(" "));
  return hash.digest("hex");
}

test("100,010 atoms in 10,001 chains are written as mmCIF and read back equal, twice", () => {
  const model = latticeModel(unit, 10_001, 12);
  const text = writeMmcif(model);
  const read = readMmcif(text, "lattice.cif", createRunContext());
  expect(read.atoms.count).toBe(100_010);
  expect(read.chains.count).toBe(10_001);
  expect(contents(read)).toBe(contents(model));
  const again = writeMmcif(read);
  expect(contents(readMmcif(again, "again.cif", createRunContext()))).toBe(contents(model));
});

test("PDB files are refused for names and numbers of atoms that they cannot hold, and only for these", () => {
  expect(whyNotPdb(latticeModel(unit, 10_001, 12))).toMatch(/chain name "X10" is longer than two characters/);
  expect(whyNotPdb(latticeModel(unit, 10_001, 12, (copy) => String.fromCharCode(65 + (copy % 26))))).toBeNull();
});
