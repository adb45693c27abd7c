// Side-chain torsions of the amino acids (IUPAC-IUB 1970) by atom name.

export type FourNames = readonly [string, string, string, string];

const backboneStart = ["N", "CA"];

/** Atoms of the chain that the torsions run along, from CB on. */
const chains: Readonly<Record<string, string>> = {
  ARG: "CB CG CD NE CZ",
  ASN: "CB CG OD1",
  ASP: "CB CG OD1",
  CYS: "CB SG",
  GLN: "CB CG CD OE1",
  GLU: "CB CG CD OE1",
  HIS: "CB CG ND1",
  ILE: "CB CG1 CD1",
  LEU: "CB CG CD1",
  LYS: "CB CG CD CE NZ",
  MET: "CB CG SD CE",
  MSE: "CB CG SE CE",
  PHE: "CB CG CD1",
  PRO: "CB CG CD N",
  SER: "CB OG",
  THR: "CB OG1",
  TRP: "CB CG CD1",
  TYR: "CB CG CD1",
  VAL: "CB CG1",
};

const noAngles: readonly FourNames[] = [];

const angles: ReadonlyMap<string, readonly FourNames[]> = new Map(
  Object.entries(chains).map(([name, chain]) => {
    const atoms = [...backboneStart, ...chain.split(" ")];
    return [name, atoms.slice(3).map((_, at) => atoms.slice(at, at + 4) as unknown as FourNames)];
  }),
);

/** Torsions chi1, chi2, ... of a residue name (MSE has its own); none for glycine, alanine and unknown names. */
export function chiAngles(residueName: string): readonly FourNames[] {
  return angles.get(residueName) ?? noAngles;
}

/** Number of chi angles about bonds between tetrahedral atoms, which prefer 60, 180 and 300 degrees. */
const tetrahedral: Readonly<Record<string, number>> = {
  ARG: 3,
  ASN: 1,
  ASP: 1,
  CYS: 1,
  GLN: 2,
  GLU: 2,
  HIS: 1,
  ILE: 2,
  LEU: 2,
  LYS: 4,
  MET: 3,
  PHE: 1,
  SER: 1,
  THR: 1,
  TRP: 1,
  TYR: 1,
  VAL: 1,
};

/** How many of an amino acid's first chi angles are named by p, t and m; 0 for proline and what has none. */
export function tetrahedralChiCount(aminoAcid: string): number {
  return tetrahedral[aminoAcid] ?? 0;
}
