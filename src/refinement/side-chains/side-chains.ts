// Looks for the best rotamers of all side chains at once, in the map and among each other.
import { type RunContext, throwIfCancelled } from "../../base/run-context.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";
import type { RotamerTables } from "../../chemistry/rotamer-tables.ts";
import { rotamerName } from "../../chemistry/rotamer-tables.ts";
import { type Model, residueLabel } from "../../model/model.ts";
import { makePairRules } from "../../restraints/nonbonded.ts";
import type { Topology } from "../../topology/topology.ts";
import { chooseConformers } from "./choose-conformers.ts";
import { type Conformer, findConformers, sameShape, shapeDistance } from "./conformers.ts";
import { type DensityEvidence, measureEvidence, type SearchDensity } from "./density-evidence.ts";
import { findPairEnergies, sharedDensity } from "./pair-energies.ts";
import { isRotamerOutlier, rotamerEnergy } from "./rotamer-prior.ts";
import { findSideChains, type SearchedSideChain } from "./searched-side-chains.ts";
import { createSurroundings, fenceAround, longestSideChain, type Surroundings } from "./surroundings.ts";

export interface SideChainInput {
  readonly model: Model;
  readonly topology: Topology;
  /** Present coordinates, 3 per atom; they stay as they are. */
  readonly xyz: Float64Array;
  /** The target map, scaled or not; null: contacts and rotamers alone decide. */
  readonly density: SearchDensity | null;
  readonly rotamers: RotamerTables;
}

export interface SideChainOptions {
  /** Angstrom. */
  readonly resolution: number;
  /** 1 per atom that may move; absent: all. */
  readonly movable?: Uint8Array;
  /** Shorter contacts for hydrogen bonds; default: where the model has hydrogens. */
  readonly hydrogenBondException?: boolean;
  /** Most conformers of a side chain besides its present one; default 8. */
  readonly conformers?: number;
}

export type SideChainKind = "rotamer" | "poor density";

/** A side chain that was changed. Energies are negative log-likelihoods: gains above zero are for the better. */
export interface SideChainChange {
  /** Row of the residue table. */
  readonly residue: number;
  /** "A 52 LYS" */
  readonly label: string;
  /** Names as in rotamer tables; "outlier" where no rotamer is near. */
  readonly from: string;
  readonly to: string;
  readonly kind: SideChainKind;
  readonly gains: { readonly density: number; readonly rotamer: number; readonly clash: number };
}

export interface SideChainResult {
  readonly xyz: Float64Array;
  readonly changes: readonly SideChainChange[];
  /** Side chains whose density says nothing: they are in the most probable rotamer that has room. */
  readonly poorDensity: readonly string[];
  /** How many side chains were looked at. */
  readonly searched: number;
  /** What was measured in the map; null without a map, or where the model explains nothing of it. */
  readonly evidence: Pick<DensityEvidence, "width" | "height" | "sigma" | "correlation" | "factor"> | null;
}

/** A conformer must be better than the present one by this much, in units of log-likelihood: odds of 7 to 1. */
const leastGain = 2;
/** Repulsion of contacts that a side chain is moved for within its rotamer. */
const closeContact = 10;
const backboneNames: ReadonlySet<string> = new Set(["N", "CA", "C", "O", "CB", "OXT"]);

/**
 * Puts every side chain into the best of its conformers by density, contacts and rotamer probability, jointly where they meet.
 * Bond lengths and angles stay; the same input and seed give the same result. See docs/methods/side-chains.md.
 */
export function fitSideChains(input: SideChainInput, options: SideChainOptions, context: RunContext): SideChainResult {
  const { model, topology, xyz } = input;
  const chains = findSideChains(model, topology, input.rotamers, options.movable);
  const searched = new Uint8Array(topology.atomCount);
  for (const { atoms } of chains) for (const row of atoms) searched[row] = 1;
  const evidence =
    input.density === null
      ? null
      : measureEvidence({
          ...input,
          density: input.density,
          resolution: options.resolution,
          searched,
          backbone: markBackbone(model),
        });
  const rules = makePairRules(topology.nonbonded, options.hydrogenBondException ?? topology.isHydrogen.includes(1));
  const around = createSurroundings(rules, xyz, searched);
  const result = xyz.slice();
  const search: Search = { chains, around, evidence, work: result, most: options.conformers ?? 8 };
  const everything = chooseAll(search, context);
  const { conformers, chosen, poor } =
    evidence === null ? everything : resolvePoor(search, evidence, everything, context);
  const changes: SideChainChange[] = [];
  chains.forEach((chain, at) => {
    const state = chosen[at]!;
    if (state === 0) return;
    const conformer = conformers[at]![state]!;
    const present = conformers[at]![0]!;
    // What is as good as where it should be is for the minimiser to move.
    if (shapeDistance(present, conformer, chain.heavyCount) < sameShape && present.clash < closeContact) return;
    chain.atoms.forEach((row, atom) => result.set(conformer.positions.subarray(3 * atom, 3 * atom + 3), 3 * row));
    changes.push(describeChange(model, chain, conformers[at]![0]!, conformer, poor[at] === 1));
  });
  return {
    xyz: result,
    changes,
    poorDensity: chains.filter((_chain, at) => poor[at] === 1).map(({ residue }) => residueLabel(model, residue)),
    searched: chains.length,
    evidence: evidence && {
      width: evidence.width,
      height: evidence.height,
      sigma: evidence.sigma,
      correlation: evidence.correlation,
      factor: evidence.factor,
    },
  };
}

function markBackbone({ atoms, residues }: Model): Uint8Array {
  const isProtein = residues.name.map((name) => residueClass(name) === "protein");
  return Uint8Array.from(atoms.name, (name, row) =>
    isProtein[atoms.residue[row]!] && backboneNames.has(name) ? 1 : 0,
  );
}

interface Search {
  readonly chains: readonly SearchedSideChain[];
  readonly around: Surroundings;
  readonly evidence: DensityEvidence | null;
  /** Coordinates of all atoms; changed and put back. */
  readonly work: Float64Array;
  readonly most: number;
}

interface Choice {
  readonly conformers: readonly (readonly Conformer[])[];
  readonly chosen: readonly number[];
  /** 1 for side chains without density of their own. */
  readonly poor: Uint8Array;
}

function chooseAll(search: Search, context: RunContext): Choice {
  const conformers = search.chains.map((chain, at) => {
    if (at % 64 === 0) throwIfCancelled(context);
    return conformersOf(search, chain, search.evidence);
  });
  return { conformers, chosen: solve(search, conformers, context), poor: new Uint8Array(search.chains.length) };
}

function conformersOf(
  { around, work, most }: Search,
  chain: SearchedSideChain,
  evidence: DensityEvidence | null,
): readonly Conformer[] {
  const fence = fenceAround(around, chain.atoms, chain.turns[0]!.four[2], longestSideChain, chain.touching);
  return findConformers({ evidence, work, most }, chain, fence);
}

/** Side chains whose best place has no density beside that of others around it are placed again without the map. */
function resolvePoor(search: Search, evidence: DensityEvidence, first: Choice, context: RunContext): Choice {
  const { chains } = search;
  const best = first.chosen.map((state, at) => first.conformers[at]![state]!);
  const shared = sharedDensity(chains, best, evidence);
  const poor = Uint8Array.from(best, ({ density }, at) => (density + shared[at]! >= 0 ? 1 : 0));
  const conformers = chains.map((chain, at) => (poor[at] === 1 ? conformersOf(search, chain, null) : [best[at]!]));
  const amplitude = evidence.amplitude.slice();
  chains.forEach(({ atoms }, at) => {
    if (poor[at] === 1) for (const row of atoms) amplitude[row] = 0;
  });
  const again = solve({ ...search, evidence: { ...evidence, amplitude } }, conformers, context);
  return {
    conformers: first.conformers.map((own, at) => (poor[at] === 1 ? conformers[at]! : own)),
    chosen: first.chosen.map((state, at) => (poor[at] === 1 ? again[at]! : state)),
    poor,
  };
}

function solve(
  { chains, around, evidence }: Search,
  conformers: readonly (readonly Conformer[])[],
  context: RunContext,
): number[] {
  const pairs = findPairEnergies(chains, conformers, around.rules, evidence);
  throwIfCancelled(context);
  const single = conformers.map((own) => own.map(({ energy, isPresent }) => (isPresent ? energy - leastGain : energy)));
  return chooseConformers({ single, pairs }, context.rng);
}

function describeChange(
  model: Model,
  chain: SearchedSideChain,
  before: Conformer,
  after: Conformer,
  isPoor: boolean,
): SideChainChange {
  const { aminoAcid, prior } = chain;
  const nameOf = ({ chis }: Conformer): string =>
    isRotamerOutlier(prior, chis) ? "outlier" : rotamerName(aminoAcid, prior.rotamers, chis);
  return {
    residue: chain.residue,
    label: residueLabel(model, chain.residue),
    from: nameOf(before),
    to: nameOf(after),
    kind: isPoor ? "poor density" : "rotamer",
    gains: {
      density: before.density - after.density,
      rotamer: rotamerEnergy(prior, before.chis) - rotamerEnergy(prior, after.chis),
      clash: before.clash - after.clash,
    },
  };
}
