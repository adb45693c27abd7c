// Hydrogens of hydroxyls, thiols and ammonium turned away from what side chains have been put next to.

import type { PairRules } from "../../kernels/pair-rules.ts";
import type { Topology } from "../../topology/topology.ts";
import { heavyPartner } from "./backrub.ts";
import { type BondGraph, type SearchedSideChain, turnAtoms } from "./searched-side-chains.ts";
import { createSurroundings, fenceAround, fenceEnergy } from "./surroundings.ts";

const turnStep = 30;
/** Repulsion that is left alone. */
const leastRepulsion = 1;
/** Hydrogens are this near to what they are on, Angstrom. */
const hydrogenReach = 1.5;

/** Turns them, in place, where they bump and another torsion has more room. */
export function settleRotors(
  chains: readonly SearchedSideChain[],
  { topology, graph, rules }: { readonly topology: Topology; readonly graph: BondGraph; readonly rules: PairRules },
  xyz: Float64Array,
): void {
  const around = createSurroundings(rules, xyz, new Uint8Array(topology.atomCount));
  for (const { atoms, touching } of chains) {
    const rows = Array.from(atoms).filter((_row, at) => touching[at] === 0);
    if (rows.length === 0) continue;
    const parent = topology.hydrogenParent[rows[0]!]!;
    const before = heavyPartner(topology, graph, parent, -1);
    if (before < 0) continue;
    const fence = fenceAround(around, rows, parent, hydrogenReach, new Uint8Array(rows.length).fill(1));
    const energy = (): number => {
      const places = Float64Array.from(rows.flatMap((row) => [...xyz.subarray(3 * row, 3 * row + 3)]));
      return fenceEnergy(fence, places, rows.length, Infinity);
    };
    let least = energy();
    if (least < leastRepulsion) continue;
    let best = 0;
    for (let turn = turnStep; turn < 360; turn += turnStep) {
      turnAtoms(xyz, before, parent, rows, turnStep);
      const next = energy();
      if (next >= least) continue;
      least = next;
      best = turn;
    }
    turnAtoms(xyz, before, parent, rows, turnStep + best);
  }
}
