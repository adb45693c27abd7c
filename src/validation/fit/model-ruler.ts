// The length of a model's own chain as a ruler: distances of neighbouring CA atoms do not depend on the fold.
import type { Model } from "../../model/model.ts";

export interface ModelRuler {
  /** Pairs of neighbouring CA atoms over trans peptides. */
  readonly pairs: number;
  /** Their mean distance in units of 3.80 Angstrom; null for fewer than 30 pairs. */
  readonly scale: number | null;
  /** Standard deviation of the distances, Angstrom; null for fewer than 30 pairs. */
  readonly spread: number | null;
}

/** CA to CA over a planar trans peptide with standard bonds and angles (Engh & Huber 1991), Angstrom. */
const transDistance = 3.8;
const shortest = 3.5;
const longest = 4.1;
const fewestPairs = 30;

/** Distances of neighbouring CA atoms of the first model; cis peptides and gaps are left out. */
export function measureRuler({ atoms, residues, chains }: Model): ModelRuler {
  let [pairs, sum, squares] = [0, 0, 0];
  for (let chain = 0; chain < chains.count; chain++) {
    if (chains.model[chain] !== 0) continue;
    let last = -1;
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      let ca = -1;
      for (let at = residues.atomOffset[residue]!; at < residues.atomOffset[residue + 1]! && ca < 0; at++) {
        const atom = residues.atomIndex[at]!;
        if (atoms.name[atom] === "CA" && atoms.element[atom] === 6) ca = 3 * atom;
      }
      if (ca >= 0 && last >= 0) {
        const distance = Math.hypot(
          atoms.xyz[ca]! - atoms.xyz[last]!,
          atoms.xyz[ca + 1]! - atoms.xyz[last + 1]!,
          atoms.xyz[ca + 2]! - atoms.xyz[last + 2]!,
        );
        if (distance > shortest && distance < longest) {
          pairs++;
          sum += distance;
          squares += distance * distance;
        }
      }
      last = ca;
    }
  }
  if (pairs < fewestPairs) return { pairs, scale: null, spread: null };
  const mean = sum / pairs;
  return { pairs, scale: mean / transDistance, spread: Math.sqrt(Math.max(0, squares / pairs - mean * mean)) };
}
