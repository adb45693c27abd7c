// Atoms that chemistry cannot tell apart and names can: methyls of valine and leucine, oxygens of phosphates.
import { chiralVolume } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import { conformersOf, identifyResidue, type ResidueIdentity } from "./protein-residues.ts";

/** A group whose two equal atoms have each other's names. */
export interface NamingSwap extends ResidueIdentity {
  /** The atom they are bonded to. */
  readonly centre: string;
  readonly atoms: readonly [string, string];
  /** Volume of the three neighbours around it, cubic Angstrom: positive where it should be negative. */
  readonly volume: number;
}

export interface NamingAnalysis {
  readonly swaps: readonly NamingSwap[];
  /** Groups and swaps of all conformers. */
  readonly summary: { readonly count: number; readonly swapped: number };
}

interface PseudoCentre {
  readonly centre: string;
  readonly neighbour: string;
  readonly pair: readonly [string, string];
}

/** In the names of the PDB the volume of neighbour and pair around the centre is negative in all three. */
const phosphate: PseudoCentre = { centre: "P", neighbour: "O5'", pair: ["OP1", "OP2"] };
const centresOf: Readonly<Record<string, PseudoCentre>> = {
  VAL: { centre: "CB", neighbour: "CA", pair: ["CG1", "CG2"] },
  LEU: { centre: "CG", neighbour: "CB", pair: ["CD1", "CD2"] },
};
/** A group flatter than this, cubic Angstrom, has no hand that names could follow. */
const flat = 0.5;

/** Looks at every valine, leucine and phosphate with all four atoms, in each conformer. */
export function findNamingSwaps(model: Model): NamingAnalysis {
  const swaps: NamingSwap[] = [];
  let count = 0;
  for (let residue = 0; residue < model.residues.count; residue++) {
    const name = model.residues.name[residue]!;
    const own = centresOf[name] ?? phosphate;
    if (own === phosphate && !hasPhosphate(model, residue)) continue;
    const seen = new Set<string>();
    for (const { atoms, altloc } of conformersOf(model, residue)) {
      const wanted = [own.centre, own.neighbour, ...own.pair];
      const rows = wanted.map((atom) => atoms.get(atom) ?? atoms.get(olderNames[atom] ?? ""));
      const found = rows.filter((row) => row !== undefined);
      if (found.length < 4 || seen.has(found.join(" "))) continue;
      seen.add(found.join(" "));
      count++;
      const [centre, neighbour, first, second] = found as [number, number, number, number];
      const volume = chiralVolume(model.atoms.xyz, centre, neighbour, first, second);
      if (volume < flat) continue;
      const identity = identifyResidue(model, residue, altloc);
      swaps.push({ ...identity, centre: own.centre, atoms: own.pair, volume });
    }
  }
  return { swaps, summary: { count, swapped: swaps.length } };
}

const olderNames: Readonly<Record<string, string>> = { OP1: "O1P", OP2: "O2P", "O5'": "O5*" };

function hasPhosphate({ residues, atoms }: Model, residue: number): boolean {
  for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
    if (atoms.name[residues.atomIndex[entry]!] === "P") return true;
  }
  return false;
}
