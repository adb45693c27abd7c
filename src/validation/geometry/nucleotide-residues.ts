// Nucleotides of a model by chain, one entry per conformer, with the neighbours that phosphates join.
import { residueClass } from "../../chemistry/residue-classes.ts";
import { distanceBetween } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import { listPositions } from "../../topology/residue-atoms.ts";
import { conformerFor, conformersOf, type ResidueConformer } from "./protein-residues.ts";

/** A bond from O3' to P is shorter than this, Angstrom: what is longer is a break, whatever the numbering says. */
const longestPhosphateBond = 2;
const sugarAtoms = ["C1'", "C2'", "C3'", "C4'", "O4'"];

/** Conformers that share one place in a chain of nucleic acid. */
export interface NucleotidePosition {
  readonly conformers: readonly ResidueConformer[];
}

/** A nucleotide with what it is bonded to, in one conformer. */
export interface NucleotideRun {
  readonly previous: ResidueConformer | undefined;
  readonly own: ResidueConformer;
  readonly next: ResidueConformer | undefined;
}

/** Row of an atom by its name of today or, with an asterisk, of before 2007; undefined without. */
export function sugarAtom({ atoms }: ResidueConformer, name: string): number | undefined {
  return atoms.get(name) ?? atoms.get(name.replace("'", "*"));
}

/**
 * Chains of positions in file order: residues with the names of nucleotides, and others with a sugar that a phosphate joins to
 * a neighbour.
 */
export function listNucleotideChains(model: Model): NucleotidePosition[][] {
  const chains: NucleotidePosition[][] = [];
  for (let chain = 0; chain < model.chains.count; chain++) {
    const positions = listPositions(model, chain)
      .map(({ residues }) => ({ conformers: residues.flatMap((residue) => conformersOf(model, residue)) }))
      .filter(({ conformers }) => conformers.some((conformer) => isNamed(model, conformer) || hasSugar(conformer)));
    const kept = positions.filter(
      ({ conformers }, at) =>
        conformers.some((conformer) => isNamed(model, conformer)) ||
        joins(model, positions[at - 1], positions[at]) ||
        joins(model, positions[at], positions[at + 1]),
    );
    if (kept.length > 0) chains.push(kept);
  }
  return chains;
}

function isNamed(model: Model, { residue }: ResidueConformer): boolean {
  return residueClass(model.residues.name[residue]!) === "nucleotide";
}

function hasSugar(conformer: ResidueConformer): boolean {
  return sugarAtoms.every((name) => sugarAtom(conformer, name) !== undefined);
}

function joins(model: Model, first: NucleotidePosition | undefined, second: NucleotidePosition | undefined): boolean {
  return (
    first?.conformers.some((before) => second?.conformers.some((after) => areJoined(model, before, after))) ?? false
  );
}

function areJoined(model: Model, first: ResidueConformer, second: ResidueConformer): boolean {
  const o3 = sugarAtom(first, "O3'");
  const p = second.atoms.get("P");
  return o3 !== undefined && p !== undefined && distanceBetween(model.atoms.xyz, o3, p) < longestPhosphateBond;
}

/** One position in each alternate letter of it and its neighbours, with neighbours only where they are bonded. */
export function nucleotideRuns(model: Model, positions: readonly NucleotidePosition[], at: number): NucleotideRun[] {
  const window = [positions[at - 1], positions[at], positions[at + 1]];
  const letters = new Set(window.flatMap((position) => position?.conformers.map(({ altloc }) => altloc) ?? []));
  if (letters.size > 1) letters.delete("");
  return [...letters].toSorted().map((letter) => {
    const [previous, own, next] = window.map((position) => position && conformerFor(position, letter));
    return {
      previous: previous && areJoined(model, previous, own!) ? previous : undefined,
      own: own!,
      next: next && areJoined(model, own!, next) ? next : undefined,
    };
  });
}
