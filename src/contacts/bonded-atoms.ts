// Atoms too near by bonds to be in contact.
import type { ContactScene } from "./contact-scene.ts";
import { canMeet, probeRadius } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";

/** Bonds over which atoms do not see each other; with a hydrogen at either end one more. */
const bondReach = 3;

export interface BondedSearch {
  /** Atoms found by the latest search, the source first. */
  readonly reached: number[];
  /** Number of the latest search, and of the latest that found each atom. */
  latest: number;
  readonly stamp: Int32Array;
}

export function createBondedSearch(scene: ContactScene): BondedSearch {
  return { reached: [], latest: 0, stamp: new Int32Array(scene.atomCount) };
}

/**
 * Atoms within three bonds of an atom, or four where it or they are hydrogen, that also lie near enough for a contact at every
 * step; returns how many are in `reached`, the atom itself first, and marks them in `stamp` with the number of the search.
 */
export function collectBonded(scene: ContactScene, source: number, search: BondedSearch): number {
  const { flags, graph, xyz, radius } = scene;
  const { reached, stamp } = search;
  const isHydrogen = (flags[source]! & contactFlag.hydrogen) !== 0;
  const x = xyz[3 * source]!;
  const y = xyz[3 * source + 1]!;
  const z = xyz[3 * source + 2]!;
  let count = 1;
  let from = 0;
  // A source that was moved is searched anew.
  const number = ++search.latest;
  reached[0] = source;
  stamp[source] = number;
  for (let bonds = 1; bonds <= bondReach + 1; bonds++) {
    const end = count;
    for (; from < end; from++) {
      const atom = reached[from]!;
      for (let at = graph.offset[atom]!; at < graph.offset[atom + 1]!; at++) {
        const other = graph.partner[at]!;
        if (stamp[other] === number) continue;
        if (bonds > bondReach && !isHydrogen && (flags[other]! & contactFlag.hydrogen) === 0) continue;
        if (!canMeet(scene, source, other)) continue;
        const dx = xyz[3 * other]! - x;
        const dy = xyz[3 * other + 1]! - y;
        const dz = xyz[3 * other + 2]! - z;
        const reach = radius[source]! + radius[other]! + 2 * probeRadius;
        if (dx * dx + dy * dy + dz * dz > reach * reach) continue;
        stamp[other] = number;
        reached[count++] = other;
      }
    }
  }
  return count;
}
