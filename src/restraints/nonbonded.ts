// Repulsion between atoms that are not bonded (PROLSQ form) and the list of pairs it runs over.
import type { PairList, PairRules } from "../kernels/reference/pairs.ts";
import { hydrogenBondClass, type NonbondedAtoms } from "../topology/topology.ts";

/** Force constant c of c (d_vdw - d)^4. */
export const repulsionConstant = 100;
/** Contacts this much closer than their contact distance count as close, Angstrom. */
export const closeOverlap = 0.4;
const minimumDistance = 1;

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
  const contact = Float64Array.from({ length: examples.length ** 2 }, (_value, at) =>
    contactDistance(
      atoms,
      examples[Math.floor(at / examples.length)]!,
      examples[at % examples.length]!,
      hydrogenBondException,
    ),
  );
  const { conformer, model, excludeOffset, exclude, oneFourOffset, oneFour } = atoms;
  return {
    kind,
    kinds: examples.length,
    contact,
    conformer,
    model,
    excludeOffset,
    exclude,
    oneFourOffset,
    oneFour,
  };
}

function squaredDistance(xyz: Float64Array, i: number, j: number): number {
  const x = xyz[3 * i]! - xyz[3 * j]!;
  const y = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
  const z = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
  return x * x + y * y + z * z;
}

/** Sum of 100 factor (d_vdw - d)^4 over pairs closer than d_vdw; adds its gradient (3 per atom, per Angstrom). */
export function addNonbondedEnergy(
  pairs: NonbondedPairs,
  xyz: Float64Array,
  gradient: Float64Array,
  factor = 1,
): number {
  const { count, i, j, contact } = pairs;
  let energy = 0;
  for (let pair = 0; pair < count; pair++) {
    const a = 3 * i[pair]!;
    const b = 3 * j[pair]!;
    const x = xyz[a]! - xyz[b]!;
    const y = xyz[a + 1]! - xyz[b + 1]!;
    const z = xyz[a + 2]! - xyz[b + 2]!;
    const squared = x * x + y * y + z * z;
    const reach = contact[pair]!;
    if (squared >= reach * reach) continue;
    const distance = Math.sqrt(squared);
    const delta = reach - distance;
    const cubed = factor * repulsionConstant * delta * delta * delta;
    energy += cubed * delta;
    if (distance < 1e-9) continue;
    const scale = (-4 * cubed) / distance;
    gradient[a]! += scale * x;
    gradient[a + 1]! += scale * y;
    gradient[a + 2]! += scale * z;
    gradient[b]! -= scale * x;
    gradient[b + 1]! -= scale * y;
    gradient[b + 2]! -= scale * z;
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
