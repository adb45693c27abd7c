// The restraint terms of a kind of residue or link, with its atoms as numbered slots, so that a model's terms are copies of rows.
import type { Link, LinkAtom, Monomer } from "../chemistry/monomer.ts";

/** Standard deviation of every chiral volume, cubic Angstrom. */
const chiralVolumeSigma = 0.2;

export interface PlannedTerm {
  readonly id: string;
  readonly slots: readonly number[];
  /** The numbers after the atoms in the row of the term's table. */
  readonly rest: readonly number[];
}

export interface PlannedPlane {
  readonly id: string;
  /** -1 for atoms that the residue never has. */
  readonly slots: readonly number[];
  readonly sigmas: readonly number[];
}

export interface TermPlan {
  readonly bonds: readonly PlannedTerm[];
  readonly angles: readonly PlannedTerm[];
  readonly dihedrals: readonly PlannedTerm[];
  readonly chiralities: readonly PlannedTerm[];
  readonly planes: readonly PlannedPlane[];
}

export interface PlannedChirality<Atom> {
  /** The centre and its three neighbours. */
  readonly atoms: readonly [Atom, Atom, Atom, Atom];
  readonly idealVolume: number;
  readonly both: boolean;
}

type SlotOf<Atom> = (atom: Atom) => number | undefined;

function planner<Atom>(slotOf: SlotOf<Atom>) {
  /** Nothing where an atom has no slot. */
  return (id: string, atoms: readonly Atom[], rest: readonly number[]): PlannedTerm[] => {
    const slots = atoms.map((atom) => slotOf(atom) ?? -1);
    return slots.includes(-1) ? [] : [{ id, slots, rest }];
  };
}

function planChiralities<Atom>(
  list: readonly PlannedChirality<Atom>[],
  plan: ReturnType<typeof planner<Atom>>,
): PlannedTerm[] {
  return list.flatMap(({ atoms, idealVolume, both }) =>
    plan("", atoms, [idealVolume, chiralVolumeSigma, both ? 1 : 0]),
  );
}

/** As wide as puckers of such rings are, degrees. */
const ringTorsionSigma = 40;

/**
 * Torsions of open chains, staggered, that the dictionary has along a ring of five or fewer as well: none there comes near 60 degrees, and
 * bonds and angles hold it.
 */
function isOfSmallRing({ bonds }: Monomer, torsion: Monomer["torsions"][number]): boolean {
  const { atom1, atom4, angle, period } = torsion;
  if (period !== 3 || Math.round(angle) % 60 !== 0) return false;
  const partners = (atom: string): Set<string> =>
    new Set(bonds.flatMap((bond) => (bond.atom1 === atom ? [bond.atom2] : bond.atom2 === atom ? [bond.atom1] : [])));
  const ofFirst = partners(atom1);
  return ofFirst.has(atom4) || [...partners(atom4)].some((atom) => ofFirst.has(atom));
}

/** Terms without weight are left out. */
export function planMonomer(
  monomer: Monomer,
  chiral: readonly PlannedChirality<string>[],
  slotOf: SlotOf<string>,
): TermPlan {
  const plan = planner(slotOf);
  return {
    bonds: monomer.bonds
      .filter(({ sigma }) => sigma > 0)
      .flatMap(({ atom1, atom2, distance, sigma }) => plan("", [atom1, atom2], [distance, sigma, -1])),
    angles: monomer.angles
      .filter(({ sigma }) => sigma > 0)
      .flatMap(({ atom1, atom2, atom3, angle, sigma }) => plan("", [atom1, atom2, atom3], [angle, sigma, -1])),
    dihedrals: monomer.torsions
      .filter(({ sigma }) => sigma > 0)
      .flatMap((torsion) => {
        const { id, atom1, atom2, atom3, atom4, angle, sigma, period } = torsion;
        const spread = isOfSmallRing(monomer, torsion) ? Math.max(sigma, ringTorsionSigma) : sigma;
        return plan(id, [atom1, atom2, atom3, atom4], [angle, spread, period, -1]);
      }),
    chiralities: planChiralities(chiral, plan),
    planes: monomer.planes.map(({ id, atoms, sigmas }) => ({
      id,
      slots: atoms.map((atom) => slotOf(atom) ?? -1),
      sigmas,
    })),
  };
}

/** Phi and psi are left free. */
export function planLink(
  link: Link,
  chiral: readonly PlannedChirality<LinkAtom>[],
  slotOf: SlotOf<LinkAtom>,
): TermPlan {
  const plan = planner(slotOf);
  return {
    bonds: link.bonds.flatMap(({ atoms, distance, sigma }) => plan("", atoms, [distance, sigma, -1])),
    angles: link.angles.flatMap(({ atoms, angle, sigma }) => plan("", atoms, [angle, sigma, -1])),
    dihedrals: link.torsions
      .filter(({ id, sigma }) => id !== "phi" && id !== "psi" && sigma > 0)
      .flatMap(({ id, atoms, angle, sigma, period }) => plan(id, atoms, [angle, sigma, period, -1])),
    chiralities: planChiralities(chiral, plan),
    planes: link.planes.map(({ id, atoms, sigmas }) => ({
      id,
      slots: atoms.map((atom) => slotOf(atom) ?? -1),
      sigmas,
    })),
  };
}
