// How near two atoms may come while side chains are searched for.
import type { PairRules } from "../../kernels/pair-rules.ts";
import { repulsionConstant } from "../../restraints/nonbonded.ts";

/** Overlap without energy, Angstrom: what a little minimisation removes; 0.4 is a clash. */
export const freeOverlap = 0.3;

/** Distance of contact of two atoms that are not bonded, less the free overlap; 0 for those of different models. */
export function looseContact(rules: PairRules, first: number, second: number): number {
  if (rules.model[first] !== rules.model[second]) return 0;
  if (
    rules.conformer[first] !== rules.conformer[second] &&
    rules.conformer[first] !== 0 &&
    rules.conformer[second] !== 0
  )
    return 0;
  return Math.max(0, rules.contact[rules.kind[first]! * rules.kinds + rules.kind[second]!]! - freeOverlap);
}

/** The same for atoms that may be bonded: 0 up to two bonds, nearer at three. */
export function boundContact(rules: PairRules, first: number, second: number): number {
  const [low, high] = first < second ? [first, second] : [second, first];
  if (holds(rules.excludeOffset, rules.exclude, low, high)) return 0;
  if (holds(rules.oneFourOffset, rules.oneFour, low, high)) {
    const at = rules.kinds * rules.kinds + rules.kind[low]! * rules.kinds + rules.kind[high]!;
    return Math.max(0, rules.contact[at]! - freeOverlap);
  }
  return looseContact(rules, first, second);
}

function holds(offset: Int32Array, partner: Int32Array, low: number, high: number): boolean {
  for (let entry = offset[low]!; entry < offset[low + 1]!; entry++) if (partner[entry] === high) return true;
  return false;
}

/** Repulsion of two atoms with this distance of contact, at a squared distance. */
export function repulsion(contact: number, squared: number): number {
  if (squared >= contact * contact) return 0;
  const overlap = contact - Math.sqrt(squared);
  return repulsionConstant * overlap * overlap * overlap * overlap;
}

/** Squared distance of entry a of some places and entry b of others, x y z each. */
export function squaredBetween(first: Float64Array, a: number, second: Float64Array, b: number): number {
  const dx = first[3 * a]! - second[3 * b]!;
  const dy = first[3 * a + 1]! - second[3 * b + 1]!;
  const dz = first[3 * a + 2]! - second[3 * b + 2]!;
  return dx * dx + dy * dy + dz * dz;
}
