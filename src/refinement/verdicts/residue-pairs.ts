// The residues of a model before and after refinement, and which of their atoms are the same.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { Model } from "../../model/model.ts";
import { atomsOfResidue } from "../../topology/residue-atoms.ts";

export interface ResiduePair {
  /** Rows of the residue tables. */
  readonly before: number;
  readonly after: number;
  /** Rows of the atoms that are not hydrogen and are in both, entry by entry the same atom. */
  readonly atoms: { readonly before: readonly number[]; readonly after: readonly number[] };
}

/** Tells residues apart: number of the model, chain, author number and name; repeats in order. */
export function residueKeys({ residues, chains, modelNumbers }: Model): string[] {
  const seen = new Map<string, number>();
  return Array.from({ length: residues.count }, (_value, residue) => {
    const chain = residues.chain[residue]!;
    const number = `${residues.sequenceNumber[residue]!}${residues.insertionCode[residue]!}`;
    const key = `${modelNumbers[chains.model[chain]!] ?? 1}|${chains.id[chain]!}|${number}|${residues.name[residue]!}`;
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    return turn === 0 ? key : `${key}|${turn}`;
  });
}

/** Residues that are in both states, in the order of the second; atoms are paired by name and alternate. */
export function pairResidues(before: Model, after: Model): ResiduePair[] {
  const rows = new Map(residueKeys(before).map((key, residue) => [key, residue]));
  return residueKeys(after).flatMap((key, residue) => {
    const earlier = rows.get(key);
    return earlier === undefined
      ? []
      : [{ before: earlier, after: residue, atoms: pairAtoms(before, earlier, after, residue) }];
  });
}

function pairAtoms(before: Model, earlier: number, after: Model, later: number): ResiduePair["atoms"] {
  const nameOf = ({ atoms }: Model, atom: number): string => `${atoms.name[atom]!}.${atoms.altloc[atom]!}`;
  const known = new Map([...atomsOfResidue(before, earlier)].map((atom) => [nameOf(before, atom), atom]));
  const pairs: [number, number][] = [];
  for (const atom of atomsOfResidue(after, later)) {
    const same = known.get(nameOf(after, atom));
    if (same !== undefined && !isHydrogenElement(after.atoms.element[atom]!)) pairs.push([same, atom]);
  }
  return { before: pairs.map(([one]) => one), after: pairs.map(([, other]) => other) };
}
