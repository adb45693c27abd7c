// Protein residues of a model by chain, one entry per conformer, and runs of them that peptide bonds join.
import { aminoAcidName } from "../../chemistry/amino-acids.ts";
import { distanceBetween } from "../../math/internal-coordinates.ts";
import { type Model, residueLabel } from "../../model/model.ts";
import { atomsOfResidue, listPositions } from "../../topology/residue-atoms.ts";

/** A peptide bond is shorter than this, Angstrom: what is longer is a break, whatever the numbering says. */
const longestPeptideBond = 2;

/** A residue in one conformer. */
export interface ResidueConformer {
  /** Row of the residue table. */
  readonly residue: number;
  /** Letter of the alternate, "" for a residue without. */
  readonly altloc: string;
  /** Rows by atom name: blank atoms, its own, and what it lacks from the first alternate that has it. */
  readonly atoms: ReadonlyMap<string, number>;
}

/** Conformers that share one place in a chain, of several residue names under microheterogeneity. */
export interface ProteinPosition {
  readonly conformers: readonly ResidueConformer[];
}

/** How results name a residue. */
export interface ResidueIdentity {
  /** "A 52B LYS" */
  readonly label: string;
  /** Number of the model in the file. */
  readonly model: number;
  readonly chain: string;
  readonly number: number;
  readonly insertionCode: string;
  readonly name: string;
  /** "" where no atom used has a letter. */
  readonly altloc: string;
}

/** A residue that was left out, and why. */
export interface SkippedResidue extends ResidueIdentity {
  readonly reason: string;
}

/** Chains of positions in file order: residues with the names of amino acids, or with N, CA and C. */
export function listProteinChains(model: Model): ProteinPosition[][] {
  const chains: ProteinPosition[][] = [];
  for (let chain = 0; chain < model.chains.count; chain++) {
    const positions = listPositions(model, chain)
      .map(({ residues }) => ({ conformers: residues.flatMap((residue) => conformersOf(model, residue)) }))
      .filter(({ conformers }) => conformers.some((conformer) => isProtein(model, conformer)));
    if (positions.length > 0) chains.push(positions);
  }
  return chains;
}

function isProtein(model: Model, { residue, atoms }: ResidueConformer): boolean {
  const hasBackbone = atoms.has("N") && atoms.has("CA") && atoms.has("C");
  return hasBackbone || (atoms.has("CA") && aminoAcidName(model.residues.name[residue]!) !== null);
}

/** A residue in each of its alternate letters; what a letter lacks is that of the first one that has it. */
export function conformersOf(model: Model, residue: number): ResidueConformer[] {
  const { name, altloc } = model.atoms;
  const rows = atomsOfResidue(model, residue);
  const letters = [...new Set(Array.from(rows, (row) => altloc[row]!))].filter((letter) => letter !== "").toSorted();
  return (letters.length === 0 ? [""] : letters).map((letter) => {
    const atoms = new Map<string, number>();
    // Later passes fill only what earlier ones lack.
    for (const wanted of ["", letter, ...letters]) {
      for (const row of rows) {
        if (altloc[row] === wanted && !atoms.has(name[row]!)) atoms.set(name[row]!, row);
      }
    }
    return { residue, altloc: letter, atoms };
  });
}

/** Conformers of neighbouring positions that belong together. */
export type PeptideRun = readonly ResidueConformer[];

/**
 * Runs from `before` positions ahead of one to `after` behind it, one per alternate letter in it (a residue without that
 * letter gives its blank atoms, or its first alternate); none where the chain ends or a peptide bond is longer than 2 Angstrom.
 */
export function peptideRuns(
  model: Model,
  positions: readonly ProteinPosition[],
  at: number,
  { before, after }: { readonly before: number; readonly after: number },
): PeptideRun[] {
  if (at < before || at + after >= positions.length) return [];
  const window = positions.slice(at - before, at + after + 1);
  const letters = new Set(window.flatMap(({ conformers }) => conformers.map(({ altloc }) => altloc)));
  if (letters.size > 1) letters.delete("");
  return [...letters]
    .toSorted()
    .map((letter) => window.map((position) => conformerFor(position, letter)))
    .filter((run) => run.every((conformer, index) => index === 0 || areLinked(model, run[index - 1]!, conformer)));
}

/** The conformer of a letter, else the first. */
export function conformerFor({ conformers }: ProteinPosition, letter: string): ResidueConformer {
  return conformers.find(({ altloc }) => altloc === letter) ?? conformers[0]!;
}

function areLinked(model: Model, first: ResidueConformer, second: ResidueConformer): boolean {
  const c = first.atoms.get("C");
  const n = second.atoms.get("N");
  return c !== undefined && n !== undefined && distanceBetween(model.atoms.xyz, c, n) < longestPeptideBond;
}

/** Letter of the first of these atoms that has one. */
export function altlocOf(model: Model, rows: readonly number[]): string {
  for (const row of rows) if (model.atoms.altloc[row] !== "") return model.atoms.altloc[row]!;
  return "";
}

export function identifyResidue(model: Model, residue: number, altloc: string): ResidueIdentity {
  const { residues, chains } = model;
  const chain = residues.chain[residue]!;
  return {
    label: residueLabel(model, residue),
    model: model.modelNumbers[chains.model[chain]!] ?? 1,
    chain: chains.id[chain]!,
    number: residues.sequenceNumber[residue]!,
    insertionCode: residues.insertionCode[residue]!,
    name: residues.name[residue]!,
    altloc,
  };
}

/** Marks what statistics count of the results of one position: that of the blank conformer or A, else the first. */
export function countOnce<Result extends { readonly altloc: string }>(
  results: readonly Result[],
): (Result & { readonly counted: boolean })[] {
  const chosen = results.find(({ altloc }) => altloc === "" || altloc === "A") ?? results[0];
  return results.map((result) => ({ ...result, counted: result === chosen }));
}

/** Percentage, null of nothing. */
export function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : (100 * part) / whole;
}
