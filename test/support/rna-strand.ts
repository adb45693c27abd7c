// Strands of RNA backbone with sugars, built from torsions, for tests that need a model without a file.
import { createRunContext } from "../../src/base/run-context.ts";
import { readPdb } from "../../src/io/pdb/read-pdb.ts";
import type { Model } from "../../src/model/model.ts";
import { atomLine, type Point, place } from "./peptide.ts";

/** Torsions of the chain, degrees; what the ring is like apart from delta. */
export interface NucleotideShape {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly delta: number;
  readonly epsilon: number;
  readonly zeta: number;
  readonly ring: "C3e" | "C2e";
}

/** The commonest nucleotide of RNA: near the centre of suite 1a. */
export const helical: NucleotideShape = {
  alpha: 295,
  beta: 174,
  gamma: 53.5,
  delta: 81.5,
  epsilon: 212,
  zeta: 289,
  ring: "C3e",
};

/** Ring torsions nu4 (C3'-C4'-O4'-C1') and nu0 (C4'-O4'-C1'-C2') of both puckers. */
const ringTorsions = { C3e: [20, 3], C2e: [-2, -20] } as const;

/** PDB lines of uridines cut off after N1, numbered from 1. */
export function strandLines(shapes: readonly NucleotideShape[], name = "U"): string[] {
  const lines: string[] = [];
  let before: [Point, Point, Point] = [
    [0, 0, 0],
    [1.4, 0.4, 0],
    [1.9, 1.8, 0.2],
  ];
  // Torsions of the residue before that place P and O5'.
  let [epsilon, zeta] = [helical.epsilon, helical.zeta];
  shapes.forEach((shape, index) => {
    const { alpha, beta, gamma, delta } = shape;
    const [c4Before, c3Before, o3Before] = before;
    const p = place(c4Before, c3Before, o3Before, 1.607, 119.7, epsilon);
    const o5 = place(c3Before, o3Before, p, 1.593, 104, zeta);
    const c5 = place(o3Before, p, o5, 1.425, 120.9, alpha);
    const c4 = place(p, o5, c5, 1.509, 109.4, beta);
    const c3 = place(o5, c5, c4, 1.523, 115.5, gamma);
    const o3 = place(c5, c4, c3, 1.423, 110.6, delta);
    const o4 = place(o3, c3, c4, 1.451, 104.5, delta + 121);
    const [nu4, nu0] = ringTorsions[shape.ring];
    const c1 = place(c3, c4, o4, 1.412, 109.7, nu4);
    const n1 = place(c4, o4, c1, 1.47, 108.2, nu0 + 240);
    const c2 = place(c4, o4, c1, 1.529, 106.4, nu0);
    const o2 = place(o4, c1, c2, 1.413, 108, 90);
    const atoms: [string, Point][] = [
      ["P", p],
      ["O5'", o5],
      ["C5'", c5],
      ["C4'", c4],
      ["O4'", o4],
      ["C3'", c3],
      ["O3'", o3],
      ["C2'", c2],
      ["O2'", o2],
      ["C1'", c1],
      ["N1", n1],
    ];
    for (const [atom, point] of atoms) lines.push(atomLine(lines.length + 1, atom, name, index + 1, point));
    before = [c4, c3, o3];
    ({ epsilon, zeta } = shape);
  });
  return lines;
}

export function readStrand(lines: readonly string[]): Model {
  return readPdb(lines.join("\n"), "strand.pdb", createRunContext());
}
