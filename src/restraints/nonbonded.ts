// Repulsion between atoms that are not bonded (PROLSQ form) and the list of pairs it runs over.

import { type ContactTypes, contactFlag } from "../contacts/contact-types.ts";
import type { PairList, PairRules } from "../kernels/pair-rules.ts";
import { squaredDistance } from "../math/internal-coordinates.ts";
import { hydrogenBondClass, type NonbondedAtoms } from "../topology/topology.ts";

/** Force constant c of c (d_vdw - d)^4. */
export const repulsionConstant = 100;
/** Contacts this much closer than their contact distance count as close, Angstrom. */
export const closeOverlap = 0.4;
const minimumDistance = 1;
/** Atoms three bonds apart may come this much nearer. */
const oneFourShare = 0.8;

/** Which pairs repel below which distance d_vdw, and how strongly: c (d_vdw - d)^4. */
export interface Repulsion {
  readonly rules: PairRules;
  /** c, per Angstrom^4. */
  readonly constant: number;
  /** Pairs this much closer than their contact distance count as close, Angstrom. */
  readonly closeOverlap: number;
}

/** Pairs by row, first < second, with the contact distance d_vdw below which they repel, Angstrom. */
export type NonbondedPairs = PairList;

/** Largest sum of radii in the table, Angstrom: the reach of the repulsion. */
export function largestContact(atoms: NonbondedAtoms): number {
  let largest = minimumDistance / 2;
  for (const radius of atoms.radius) if (radius > largest) largest = radius;
  return 2 * largest;
}

/** Sum of the radii, at least 1 Angstrom, 1 where a type is unknown; hydrogen bonds are allowed closer when asked. */
export function contactDistance(atoms: NonbondedAtoms, i: number, j: number, hydrogenBondException: boolean): number {
  const first = atoms.radius[i]!;
  const second = atoms.radius[j]!;
  if (first === 0 || second === 0) return minimumDistance;
  let distance = first + second;
  if (hydrogenBondException) distance -= hydrogenBondShortening(atoms.hydrogenBond[i]!, atoms.hydrogenBond[j]!);
  return Math.max(minimumDistance, distance);
}

const accepts = (kind: number): boolean => kind === hydrogenBondClass.acceptor || kind === hydrogenBondClass.both;
const donates = (kind: number): boolean => kind === hydrogenBondClass.donor || kind === hydrogenBondClass.both;

function hydrogenBondShortening(first: number, second: number): number {
  const { hydrogen } = hydrogenBondClass;
  if ((first === hydrogen && accepts(second)) || (second === hydrogen && accepts(first))) return 0.6;
  return (donates(first) && accepts(second)) || (donates(second) && accepts(first)) ? 0.2 : 0;
}

/**
 * Rules of pair selection: not 1-2 or 1-3 bonded, same model, compatible conformers. Atoms of one radius and hydrogen-bond
 * class are of one kind; hydrogen bonds may be shorter when asked: 0.6 Angstrom hydrogen to acceptor, 0.2 between the heavy atoms.
 */
export function makePairRules(atoms: NonbondedAtoms, hydrogenBondException: boolean): PairRules {
  return rulesByKind(
    atoms,
    (atom) => `${atoms.radius[atom]!} ${atoms.hydrogenBond[atom]!}`,
    (i, j) => {
      const distance = contactDistance(atoms, i, j, hydrogenBondException);
      return [distance, oneFourShare * distance];
    },
  );
}

/** How far atoms may overlap, by the radii that clashes are judged with, before they repel; Angstrom. */
const freeOverlap = 0.2;
/** The same of a hydrogen and the acceptor that it is bonded to: as far as a hydrogen bond is allowed to. */
const hydrogenBondOverlap = 0.6;
/** Steep enough to end short of a clash, so that what is not one yet stays free. */
const wallConstant = 1500;

/**
 * Repulsion of models with hydrogens: by the radii and hydrogen bonds that clashes are judged with, or by those of the energy types
 * where they reach further. It begins late and is steep: contacts of up to 0.2 Angstrom of overlap, which good structures are
 * full of, cost nothing, and a clash, at 0.4, costs 2.4.
 */
export function allAtomRepulsion(atoms: NonbondedAtoms, types: ContactTypes): Repulsion {
  const { radius, flags } = types;
  const rules = rulesByKind(
    atoms,
    (atom) => `${atoms.radius[atom]!} ${atoms.hydrogenBond[atom]!} ${radius[atom]!} ${flags[atom]!}`,
    (i, j) => {
      const oneFour = oneFourShare * contactDistance(atoms, i, j, true) - freeOverlap;
      return [allAtomContact(atoms, types, i, j), Math.max(minimumDistance, oneFour)];
    },
  );
  return { rules, constant: wallConstant, closeOverlap: closeOverlap - freeOverlap };
}

function allAtomContact(atoms: NonbondedAtoms, { radius, flags }: ContactTypes, i: number, j: number): number {
  const library = contactDistance(atoms, i, j, false);
  const touching = radius[i]! + radius[j]!;
  const isHeavyBond = hydrogenBondShortening(atoms.hydrogenBond[i]!, atoms.hydrogenBond[j]!) > 0;
  // Coordination has its own distances.
  if (((flags[i]! | flags[j]!) & contactFlag.metal) !== 0) return contactDistance(atoms, i, j, true);
  if (canBond(flags[i]!, flags[j]!)) return Math.max(minimumDistance, touching - hydrogenBondOverlap);
  return Math.max(minimumDistance, (isHeavyBond ? touching : Math.max(touching, library)) - freeOverlap);
}

/** A donor's hydrogen and an acceptor, unless both have the same charge. */
function canBond(first: number, second: number): boolean {
  const { donor, acceptor, positive, negative } = contactFlag;
  const isPair =
    ((first & donor) !== 0 && (second & acceptor) !== 0) || ((first & acceptor) !== 0 && (second & donor) !== 0);
  const charges = positive | negative;
  return isPair && ((first & charges) === 0 || (first & charges) !== (second & charges));
}

/** Rules where atoms with the same key are of one kind; `contactOf` gives the contact distance of two of them and that at three bonds. */
function rulesByKind(
  atoms: NonbondedAtoms,
  keyOf: (atom: number) => string,
  contactOf: (i: number, j: number) => readonly [number, number],
): PairRules {
  const atomCount = atoms.radius.length;
  const kind = new Uint16Array(atomCount);
  const known = new Map<string, number>();
  const examples: number[] = [];
  for (let atom = 0; atom < atomCount; atom++) {
    const key = keyOf(atom);
    let row = known.get(key);
    if (row === undefined) {
      row = examples.push(atom) - 1;
      known.set(key, row);
    }
    kind[atom] = row;
  }
  const kinds = examples.length;
  const contact = new Float64Array(2 * kinds * kinds);
  const reach = new Float64Array(kinds);
  for (let at = 0; at < kinds * kinds; at++) {
    const [one, other] = [Math.floor(at / kinds), at % kinds];
    const [full, oneFour] = contactOf(examples[one]!, examples[other]!);
    contact[at] = full;
    contact[kinds * kinds + at] = oneFour;
    reach[one] = Math.max(reach[one]!, full);
  }
  const { conformer, model, excludeOffset, exclude, oneFourOffset, oneFour } = atoms;
  return { kind, kinds, contact, reach, conformer, model, excludeOffset, exclude, oneFourOffset, oneFour };
}

/** Sum of 100 (d_vdw - d)^4 over pairs closer than d_vdw. */
export function nonbondedEnergy({ count, i, j, contact }: NonbondedPairs, xyz: Float64Array): number {
  let energy = 0;
  for (let pair = 0; pair < count; pair++) {
    const reach = contact[pair]!;
    const squared = squaredDistance(xyz, i[pair]!, j[pair]!);
    if (squared < reach * reach) energy += repulsionConstant * (reach - Math.sqrt(squared)) ** 4;
  }
  return energy;
}

/** Pairs closer than their contact distance less the overlap (0.4 Angstrom); `without`: pairs of atoms marked there do not count. */
export function countClosePairs(
  pairs: NonbondedPairs,
  xyz: Float64Array,
  without?: Uint8Array,
  overlap: number = closeOverlap,
): number {
  let close = 0;
  for (let pair = 0; pair < pairs.count; pair++) {
    const i = pairs.i[pair]!;
    const j = pairs.j[pair]!;
    if (without !== undefined && (without[i] === 1 || without[j] === 1)) continue;
    const reach = pairs.contact[pair]! - overlap;
    if (squaredDistance(xyz, i, j) < reach * reach) close++;
  }
  return close;
}
