// Which atoms of a residue are its backbone, and which kind of molecule it is, for scores of single atoms.
import { isHydrogenElement, isMetalElement } from "../../chemistry/elements.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";
import type { Model } from "../../model/model.ts";

/** Kinds that have expected Q-scores of their own; ligands, sugars and the like are `other`. */
export type MoleculeKind = "protein" | "nucleic" | "ion" | "water" | "other";

const halogens = new Set([9, 17, 35, 53]);
const proteinBackbone = new Set(["N", "CA", "C", "O", "OXT"]);
const phosphate = /^(P|OP[123]|O[123]P)$/;

/** By name; a single metal or halogen atom is an ion. */
export function moleculeKind({ atoms, residues }: Model, residue: number): MoleculeKind {
  const kind = residueClass(residues.name[residue]!);
  if (kind === "protein" || kind === "water") return kind;
  if (kind === "nucleotide") return "nucleic";
  let [heavy, isIon] = [0, true];
  for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
    const element = atoms.element[residues.atomIndex[entry]!]!;
    if (isHydrogenElement(element)) continue;
    heavy++;
    isIon &&= isMetalElement(element) || halogens.has(element);
  }
  return heavy === 1 && isIon ? "ion" : "other";
}

/** N, CA, C, O, OXT of protein; sugar and phosphate of nucleotides; null where there is no backbone. */
export function isBackboneName(kind: MoleculeKind, name: string): boolean | null {
  if (kind === "protein") return proteinBackbone.has(name);
  return kind === "nucleic" ? name.endsWith("'") || phosphate.test(name) : null;
}
