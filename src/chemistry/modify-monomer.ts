// Applies dictionary modifications (chain termini, linked residues) to a monomer.
import type { Modification, ModificationAction, Monomer, MonomerAtom } from "./monomer.ts";

/** The monomer after the modifications, in order; terms over deleted atoms go with them. */
export function modifyMonomer(monomer: Monomer, modifications: readonly Modification[]): Monomer {
  return modifications.reduce(applyModification, monomer);
}

function applyModification(monomer: Monomer, modification: Modification): Monomer {
  const deleted = new Set(modification.atoms.filter((atom) => atom.action === "delete").map((atom) => atom.id));
  const keeps = (...atoms: string[]): boolean => atoms.every((atom) => !deleted.has(atom));
  return {
    ...monomer,
    atoms: changeAtoms(monomer.atoms, modification),
    bonds: changeTerms(
      monomer.bonds.filter((bond) => keeps(bond.atom1, bond.atom2)),
      modification.bonds,
      (bond) => unordered(bond.atom1, bond.atom2),
    ),
    angles: changeTerms(
      monomer.angles.filter((angle) => keeps(angle.atom1, angle.atom2, angle.atom3)),
      modification.angles,
      (angle) => `${angle.atom2}|${unordered(angle.atom1, angle.atom3)}`,
    ),
    torsions: changeTerms(
      monomer.torsions.filter((torsion) => keeps(torsion.atom1, torsion.atom2, torsion.atom3, torsion.atom4)),
      modification.torsions,
      // Nucleotides hold a set of torsions for each sugar pucker over the same atoms.
      ({ id, atom1, atom2, atom3, atom4 }) => /^C[23]e-|$/.exec(id)![0] + reversible([atom1, atom2, atom3, atom4]),
    ),
    chiralities: changeTerms(
      monomer.chiralities.filter((chirality) =>
        keeps(chirality.centre, chirality.atom1, chirality.atom2, chirality.atom3),
      ),
      modification.chiralities,
      (chirality) => chirality.centre,
    ),
    planes: changePlanes(monomer.planes, modification, deleted),
  };
}

function unordered(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}

function reversible(atoms: readonly string[]): string {
  const forward = atoms.join("|");
  const backward = atoms.toReversed().join("|");
  return forward < backward ? forward : backward;
}

function changeAtoms(atoms: readonly MonomerAtom[], modification: Modification): MonomerAtom[] {
  const result = new Map(atoms.map((atom) => [atom.id, atom] as const));
  for (const change of modification.atoms) {
    if (change.action === "delete") result.delete(change.id);
    else {
      const id = change.newId || change.id;
      const known = result.get(change.id);
      result.delete(change.id);
      result.set(id, {
        id,
        element: change.element || known?.element || "",
        energyType: change.energyType || known?.energyType || "",
        charge: change.charge ?? known?.charge ?? 0,
      });
    }
  }
  return [...result.values()];
}

/** Deletes, changes and adds terms; a change of a term that is not there adds it, an addition of one that is changes it. */
function changeTerms<Term extends object>(
  terms: readonly Term[],
  changes: readonly ({ readonly action: ModificationAction } & Term)[],
  keyOf: (term: Term) => string,
): Term[] {
  const result = new Map(terms.map((term) => [keyOf(term), term] as const));
  for (const { action, ...rest } of changes) {
    const term = rest as unknown as Term;
    const key = keyOf(term);
    if (action === "delete") result.delete(key);
    else result.set(key, { ...result.get(key), ...definedPart(term) } as Term);
  }
  return [...result.values()];
}

/** Fields that a change leaves open ("" or NaN) keep their old value. */
function definedPart(term: object): object {
  return Object.fromEntries(
    Object.entries(term).filter(([, value]) => value !== "" && !(typeof value === "number" && Number.isNaN(value))),
  );
}

function changePlanes(
  planes: Monomer["planes"],
  modification: Modification,
  deleted: ReadonlySet<string>,
): Monomer["planes"] {
  const result = new Map<string, Map<string, number>>();
  for (const plane of planes) {
    const atoms = new Map<string, number>();
    plane.atoms.forEach((atom, index) => {
      if (!deleted.has(atom)) atoms.set(atom, plane.sigmas[index]!);
    });
    result.set(plane.id, atoms);
  }
  for (const { action, id, atoms, sigmas } of modification.planes) {
    const plane = result.get(id) ?? new Map<string, number>();
    if (action === "delete") plane.delete(atoms[0]!);
    else plane.set(atoms[0]!, sigmas[0]!);
    result.set(id, plane);
  }
  return [...result]
    .filter(([, atoms]) => atoms.size >= 4)
    .map(([id, atoms]) => ({ id, atoms: [...atoms.keys()], sigmas: [...atoms.values()] }));
}
