// Repulsion between atoms that are not bonded (PROLSQ form) and the list of pairs it runs over.

import type { PairList, PairRules } from "../kernels/pair-rules.ts";
import { squaredDistance } from "../math/internal-coordinates.ts";
import { hydrogenBondClass, type NonbondedAtoms } from "../topology/topology.ts";

/** Force constant c of c (d_vdw - d)^4. */
export const repulsionConstant = 100;
/** Contacts this much closer than their contact distance count as close, Angstrom. */
const closeOverlap = 0.4;
const minimumDistance = 1;
/** Atoms three bonds apart may come this much nearer. */
const oneFourShare = 0.8;

/** Pairs by row, first < second, with the contact distance d_vdw below which they repel, Angstrom. */
export type NonbondedPairs = PairList;

/** Neighbours of each atom with higher row: partner[offset[a]] .. partner[offset[a + 1] - 1], in any fixed order. */
export interface NeighbourTable {
  readonly offset: Int32Array;
  readonly partner: Int32Array;
}

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

function hydrogenBondShortening(first: number, second: number): number {
  const { donor, acceptor, both, hydrogen } = hydrogenBondClass;
  const accepts = (kind: number): boolean => kind === acceptor || kind === both;
  const donates = (kind: number): boolean => kind === donor || kind === both;
  if ((first === hydrogen && accepts(second)) || (second === hydrogen && accepts(first))) return 0.6;
  return (donates(first) && accepts(second)) || (donates(second) && accepts(first)) ? 0.2 : 0;
}

/**
 * Rules of pair selection: not 1-2 or 1-3 bonded, same model, compatible conformers. Atoms of one radius and hydrogen-bond
 * class are of one kind; hydrogen bonds may be shorter when asked: 0.6 Angstrom hydrogen to acceptor, 0.2 between the heavy atoms.
 */
export function makePairRules(atoms: NonbondedAtoms, hydrogenBondException: boolean): PairRules {
  const atomCount = atoms.radius.length;
  const kind = new Uint16Array(atomCount);
  const known = new Map<number, number>();
  const examples: number[] = [];
  for (let atom = 0; atom < atomCount; atom++) {
    const key = atoms.radius[atom]! + 1000 * atoms.hydrogenBond[atom]!;
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
    const distance = contactDistance(atoms, examples[one]!, examples[other]!, hydrogenBondException);
    contact[at] = distance;
    contact[kinds * kinds + at] = oneFourShare * distance;
    reach[one] = Math.max(reach[one]!, distance);
  }
  const { conformer, model, excludeOffset, exclude, oneFourOffset, oneFour } = atoms;
  return {
    kind,
    kinds,
    contact,
    reach,
    conformer,
    model,
    excludeOffset,
    exclude,
    oneFourOffset,
    oneFour,
  };
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

/** Pairs closer than their contact distance less 0.4 Angstrom; `without`: pairs of atoms marked there do not count. */
export function countClosePairs(pairs: NonbondedPairs, xyz: Float64Array, without?: Uint8Array): number {
  let close = 0;
  for (let pair = 0; pair < pairs.count; pair++) {
    const i = pairs.i[pair]!;
    const j = pairs.j[pair]!;
    if (without !== undefined && (without[i] === 1 || without[j] === 1)) continue;
    const reach = pairs.contact[pair]! - closeOverlap;
    if (squaredDistance(xyz, i, j) < reach * reach) close++;
  }
  return close;
}
