// How far atoms at trial places run into atoms that stand still.
import type { PairRules } from "../../kernels/pair-rules.ts";
import { repulsionConstant } from "../../restraints/nonbonded.ts";
import { atomsNear, createAtomGrid } from "../../topology/atom-grid.ts";
import { boundContact } from "./contact-distances.ts";
import { createStillAtoms, type StillAtoms } from "./still-atoms.ts";

export interface Surroundings {
  readonly rules: PairRules;
  /** Largest contact distance, Angstrom. */
  readonly reach: number;
  readonly xyz: Float64Array;
  /** 1 for atoms that do not stand still. */
  readonly searched: Uint8Array;
  readonly still: StillAtoms;
  /** Atoms within `radius` of an atom, in order of rows. */
  near(atom: number, radius: number): number[];
}

/** Farther than this from its first moving atom no side chain reaches, Angstrom. */
export const longestSideChain = 7.5;

export function createSurroundings(rules: PairRules, xyz: Float64Array, searched: Uint8Array): Surroundings {
  const reach = rules.reach.reduce((most, own) => Math.max(most, own), 0);
  const grid = createAtomGrid(xyz, longestSideChain + reach);
  return {
    rules,
    reach,
    xyz,
    searched,
    still: createStillAtoms(rules, xyz, searched),
    near: (atom, radius) =>
      atomsNear(grid, atom, Math.min(radius, longestSideChain + reach)).map((other) => other.atom),
  };
}

/** Atoms around some moving ones, with the distances at which each pair of them starts to repel. */
export interface Fence {
  readonly count: number;
  readonly rows: readonly number[];
  readonly places: Float64Array;
  /** contact[moving * count + still]; 0 for pairs that do not repel. */
  readonly contact: Float64Array;
}

/** The still atoms that these can meet while they stay within `radius` of `centre`, an atom. */
export function fenceAround(
  surroundings: Surroundings,
  moving: ArrayLike<number>,
  centre: number,
  radius: number,
  touching: Uint8Array,
): Fence {
  const { rules, xyz, searched, reach } = surroundings;
  const own = new Set<number>(Array.from(moving));
  const rows = surroundings.near(centre, radius + reach).filter((row) => searched[row] === 0 && !own.has(row));
  if (searched[centre] === 0 && !own.has(centre)) rows.push(centre);
  const places = new Float64Array(3 * rows.length);
  rows.forEach((row, at) => places.set(xyz.subarray(3 * row, 3 * row + 3), 3 * at));
  const contact = new Float64Array(moving.length * rows.length);
  for (let at = 0; at < moving.length; at++) {
    if (touching[at] === 0) continue;
    for (let other = 0; other < rows.length; other++) {
      contact[at * rows.length + other] = boundContact(rules, moving[at]!, rows[other]!);
    }
  }
  return { count: rows.length, rows, places, contact };
}

/** Repulsion of moving atoms (x y z each) from the atoms around; stops adding up beyond `limit`. */
export function fenceEnergy(fence: Fence, positions: Float64Array, atoms: number, limit: number): number {
  const { count, places, contact } = fence;
  let energy = 0;
  for (let at = 0; at < atoms; at++) {
    const x = positions[3 * at]!;
    const y = positions[3 * at + 1]!;
    const z = positions[3 * at + 2]!;
    const line = at * count;
    for (let other = 0; other < count; other++) {
      const reach = contact[line + other]!;
      const dx = x - places[3 * other]!;
      const dy = y - places[3 * other + 1]!;
      const dz = z - places[3 * other + 2]!;
      const squared = dx * dx + dy * dy + dz * dz;
      if (squared < reach * reach) energy += repulsionConstant * (reach - Math.sqrt(squared)) ** 4;
    }
    if (energy > limit) return energy;
  }
  return energy;
}
