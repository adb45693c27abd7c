// Conformers of all side chains, the joint choice among them, and a second one for those without density.
import { type RunContext, throwIfCancelled } from "../../base/run-context.ts";
import type { BackrubTable } from "./backrub.ts";
import { chooseConformers } from "./choose-conformers.ts";
import type { Conformer } from "./conformer-score.ts";
import { findConformers, shapeDistance, sharedTorsions } from "./conformers.ts";
import type { DensityEvidence } from "./density-evidence.ts";
import { findPairEnergies, sharedDensity } from "./pair-energies.ts";
import { isRotamerOutlier } from "./rotamer-prior.ts";
import type { SearchedSideChain } from "./searched-side-chains.ts";
import type { Surroundings } from "./surroundings.ts";

export interface SideChainSearch {
  readonly chains: readonly SearchedSideChain[];
  readonly around: Surroundings;
  readonly evidence: DensityEvidence | null;
  /** Null where the backbone stays. */
  readonly backrubs: BackrubTable | null;
  /** Coordinates of all atoms; changed and put back. */
  readonly work: Float64Array;
  readonly most: number;
  /** Whether what is no rotamer is left for the best conformer that is one, which the caller is to judge. */
  readonly leavesOutliers: boolean;
}

export interface SideChainChoice {
  /** The present one first. */
  readonly conformers: readonly (readonly Conformer[])[];
  readonly chosen: readonly Conformer[];
  /** 1 for side chains without density of their own. */
  readonly poor: Uint8Array;
}

/** Energies so far apart tell one conformer from the other: odds of 50 to 1. */
const clearDifference = 4;
/** Energy of what is to be left. */
const leftEnergy = 1000;
/** Conformers within this of the present one are the present one, where it is asked how often that is right, Angstrom. */
const presentShape = 1;
/** Bounds of what the present conformer is favoured by. */
const leastTrust = 1;
const mostTrust = 5;
/** Density of a side chain that is there: at least this many times its own noise, or this share of what is expected. */
const leastSignal = 2;
const leastShare = 0.5;

export function solveSideChains(search: SideChainSearch, context: RunContext): SideChainChoice {
  const { chains, evidence, backrubs } = search;
  const conformers = chains.map((chain, at) => {
    if (at % 32 === 0) throwIfCancelled(context);
    return findConformers(search, chain, backrubs?.of(chain) ?? null);
  });
  const trust = presentTrust(chains, conformers);
  const states = solve(search, conformers, trust, context);
  const chosen = states.map((state, at) => conformers[at]![state]!);
  const first: SideChainChoice = { conformers, chosen, poor: new Uint8Array(chains.length) };
  return evidence === null ? first : resolvePoor(search, evidence, first, trust, context);
}

/**
 * Logarithm of the odds that the present conformer is right, from the side chains whose density and contacts say clearly which
 * one is: a model that is right there deserves to be believed elsewhere.
 */
function presentTrust(chains: readonly SearchedSideChain[], conformers: readonly (readonly Conformer[])[]): number {
  let [clear, right] = [0, 0];
  conformers.forEach((own, at) => {
    const [present, ...others] = own as [Conformer, ...Conformer[]];
    const isNear = (other: Conformer): boolean => shapeDistance(present, other, chains[at]!.heavyCount) < presentShape;
    const least = (list: readonly Conformer[]): number =>
      Math.min(Infinity, ...list.map(({ density, clash }) => density + clash));
    const difference = least(others.filter((other) => !isNear(other))) - least([present, ...others.filter(isNear)]);
    if (Math.abs(difference) < clearDifference) return;
    clear++;
    if (difference > 0) right++;
  });
  return Math.min(mostTrust, Math.max(leastTrust, Math.log((right + 1) / (clear - right + 1))));
}

/**
 * Side chains whose best place has little density beside that of others around it are placed again, expecting no more of the
 * map than they have in it: the less that is, the more torsions and contacts alone decide.
 */
function resolvePoor(
  search: SideChainSearch,
  evidence: DensityEvidence,
  first: SideChainChoice,
  trust: number,
  context: RunContext,
): SideChainChoice {
  const { chains } = search;
  const shared = sharedDensity(chains, first.chosen, evidence);
  const poor = new Uint8Array(chains.length);
  const shares = new Float64Array(chains.length);
  const amplitude = evidence.amplitude.slice();
  first.chosen.forEach(({ found, full }, at) => {
    const own = found - shared[at]!;
    if (own >= leastSignal * Math.sqrt(full) || own >= leastShare * full) return;
    poor[at] = 1;
    const share = own > 0 ? own / full : 0;
    shares[at] = share;
    for (const row of chains[at]!.atoms) amplitude[row]! *= share;
  });
  const modest = { ...search, evidence: { ...evidence, amplitude } };
  const conformers = chains.map((chain, at) => {
    const own = first.chosen[at]!;
    // The first choice goes together with the others' for certain.
    return poor[at] === 1 ? [...findConformers(modest, chain), withShare(own, shares[at]!)] : [own];
  });
  const again = solve(modest, conformers, trust, context);
  return {
    conformers: first.conformers,
    chosen: again.map((state, at) => conformers[at]![state]!),
    poor,
  };
}

/** A conformer of which a share of the density is expected. */
function withShare(conformer: Conformer, share: number): Conformer {
  const density = -share * conformer.found + (share * share * conformer.full) / 2;
  return { ...conformer, density, energy: conformer.energy - conformer.density + density };
}

function solve(
  { chains, around, evidence, leavesOutliers }: SideChainSearch,
  conformers: readonly (readonly Conformer[])[],
  trust: number,
  context: RunContext,
): number[] {
  const pairs = findPairEnergies(chains, conformers, around.rules, evidence);
  throwIfCancelled(context);
  const single = conformers.map((own, at) =>
    own.map((conformer) => {
      const isLeft = leavesOutliers && isRotamerOutlier(chains[at]!.prior, conformer.chis);
      return (
        conformer.energy - trust * sharedTorsions(chains[at]!, own[0]!, conformer.chis) + (isLeft ? leftEnergy : 0)
      );
    }),
  );
  return chooseConformers({ single, pairs }, context.rng);
}
