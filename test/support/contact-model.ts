// Small models with topology for contact tests, from short descriptions of atoms.
import { createRunContext } from "../../src/base/run-context.ts";
import { loadDictionary } from "../../src/chemistry/dictionary.ts";
import { readPdb } from "../../src/io/pdb/read-pdb.ts";
import type { Model } from "../../src/model/model.ts";
import { buildTopology } from "../../src/topology/build-topology.ts";
import type { Topology } from "../../src/topology/topology.ts";

export interface AtomSketch {
  readonly name: string;
  readonly element: string;
  readonly at: readonly [number, number, number];
  readonly residue?: string;
  /** Author number, with insertion code behind it: "1", "1A". */
  readonly number?: string;
  readonly altloc?: string;
  readonly occupancy?: number;
  readonly bFactor?: number;
  readonly model?: number;
}

export interface ContactModel {
  readonly model: Model;
  readonly topology: Topology;
}

/** Reads the atoms as a PDB file; unknown residues are held. */
export function contactModel(atoms: readonly AtomSketch[]): ContactModel {
  const models = [...new Set(atoms.map((atom) => atom.model ?? 1))];
  const lines = models.flatMap((number) => [
    `MODEL     ${String(number).padStart(4)}`,
    ...atoms.filter((atom) => (atom.model ?? 1) === number).map(line),
    "ENDMDL",
  ]);
  return withTopology(
    readPdb(new TextEncoder().encode([...lines, "END", ""].join("\n")), "test.pdb", createRunContext()),
  );
}

export function withTopology(model: Model): ContactModel {
  return { model, topology: buildTopology(model, loadDictionary(), { unknownLigands: "hold" }, createRunContext()) };
}

function line(atom: AtomSketch, index: number): string {
  const [, digits, insertion] = /^(-?\d+)(\D?)$/.exec(atom.number ?? String(index + 1))!;
  const name = atom.element.length === 2 || atom.name.length === 4 ? atom.name.padEnd(4) : ` ${atom.name}`.padEnd(4);
  return [
    `HETATM${String(index + 1).padStart(5)} ${name}${(atom.altloc ?? "").padEnd(1)}${(atom.residue ?? `X${index}`).padStart(3)} A`,
    digits!.padStart(4),
    insertion!.padEnd(1),
    "   ",
    ...atom.at.map((value) => value.toFixed(3).padStart(8)),
    (atom.occupancy ?? 1).toFixed(2).padStart(6),
    (atom.bFactor ?? 20).toFixed(2).padStart(6),
    "          ",
    atom.element.padStart(2),
  ].join("");
}
