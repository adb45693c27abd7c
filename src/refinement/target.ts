// The function that coordinate refinement minimises: weighted map term plus restraints, over the free atoms.

import { placeRidingHydrogens, type RidingHydrogens, returnRidingGradient } from "../hydrogens/riding.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { PairRules } from "../kernels/reference/pairs.ts";
import { solveFactorized } from "../math/block-cholesky.ts";
import type { Objective, Preconditioner } from "../math/lbfgs.ts";
import { angleDeviations } from "../restraints/angles.ts";
import { bondDeviations, markCoordination } from "../restraints/bonds.ts";
import {
  addCovalentEnergies,
  type CovalentLists,
  covalentSubset,
  totalCovalentEnergy,
} from "../restraints/covalent.ts";
import { factorizeCurvature } from "../restraints/curvature.ts";
import type { DeviationRmsd } from "../restraints/deviations.ts";
import { addElasticEnergy, type ElasticNetwork } from "../restraints/elastic.ts";
import { addNonbondedEnergy, countClosePairs, largestContact, type NonbondedPairs } from "../restraints/nonbonded.ts";
import type { Topology } from "../topology/topology.ts";

/** Density at every atom and its gradient (3 per atom, per Angstrom), in units of the scaled map. */
export interface DensitySampler {
  readonly values: Float64Array;
  readonly gradients: Float64Array;
  /** Fills `values` and `gradients` for these coordinates. */
  sample(xyz: Float64Array): void;
}

export interface TargetInput {
  readonly topology: Topology;
  readonly riding: RidingHydrogens;
  /** 1 for atoms that may move; hydrogens are ignored, they follow. */
  readonly movable: Uint8Array;
  /** Pull of each atom on the map: 1, or 0 for hydrogens and atoms outside the selection. */
  readonly mapFactor: Float64Array;
  readonly sampler: DensitySampler;
  readonly kernels: Pick<Kernels, "selectPairs">;
  readonly pairRules: PairRules;
  /** Springs to the coordinates at hand; absent: none. */
  readonly elastic?: ElasticNetwork;
}

export interface TargetValue {
  readonly map: number;
  readonly covalent: number;
  readonly nonbonded: number;
  readonly elastic: number;
}

/** Geometry of the free atoms, hydrogens left out of bonds and angles. */
export interface StateMeasure {
  /** Angstrom; without the bonds of metals. */
  readonly bonds: DeviationRmsd;
  /** Degrees. */
  readonly angles: DeviationRmsd;
  /** Covalent restraints with a free atom. */
  readonly covalentEnergy: number;
  /** Repulsion of all pairs with a moving atom. */
  readonly nonbondedEnergy: number;
  /** Pairs closer than their contact distance less 0.4 Angstrom: all, and those without a hydrogen. */
  readonly closePairs: number;
  readonly closeHeavyPairs: number;
}

/** Width of the skin of the pair list, Angstrom: the list is exact until an atom has moved half of it. */
const listBuffer = 1;

/** Owns the buffers of one minimisation problem. All coordinates are of the whole model, 3 per atom. */
export class RefinementTarget {
  /** Present coordinates, including riders and fixed atoms. */
  readonly xyz: Float64Array;
  /** Rows of the atoms that move. */
  readonly free: Int32Array;
  weight = 1;
  /** Factor on the repulsion, for models whose contacts get worse otherwise. */
  repulsionFactor = 1;
  private readonly input: TargetInput;
  private readonly moving: Uint8Array;
  private readonly gradient: Float64Array;
  private readonly listXyz: Float64Array;
  private lists: CovalentLists;
  private pairs: NonbondedPairs;
  private last: TargetValue = { map: 0, covalent: 0, nonbonded: 0, elastic: 0 };

  constructor(input: TargetInput, xyz: Float64Array) {
    const { topology, movable } = input;
    this.input = input;
    this.xyz = xyz.slice();
    const free: number[] = [];
    for (let atom = 0; atom < topology.atomCount; atom++) {
      if (movable[atom] === 1 && topology.isHydrogen[atom] === 0) free.push(atom);
    }
    this.free = Int32Array.from(free);
    this.moving = movingAtoms(input, this.free);
    this.gradient = new Float64Array(xyz.length);
    this.listXyz = new Float64Array(xyz.length);
    this.lists = this.selectTerms();
    placeRidingHydrogens(input.riding, this.xyz);
    this.pairs = this.buildPairs();
  }

  /** Parts of the last evaluated value. */
  get parts(): TargetValue {
    return this.last;
  }

  /** Measures the present coordinates. */
  measure(): StateMeasure {
    const { xyz, input } = this;
    const pairs = this.buildPairs();
    const unused = new Float64Array(xyz.length);
    return {
      bonds: bondDeviations(this.lists.bonds, xyz, markCoordination(this.lists.bonds, input.topology.links)),
      angles: angleDeviations(this.lists.angles, xyz),
      covalentEnergy: totalCovalentEnergy(addCovalentEnergies(this.lists, xyz, unused)),
      nonbondedEnergy: addNonbondedEnergy(pairs, xyz, unused),
      closePairs: countClosePairs(pairs, xyz),
      closeHeavyPairs: countClosePairs(pairs, xyz, input.topology.isHydrogen),
    };
  }

  /** Takes over ideal values that changed in the topology (CDL). */
  refreshIdealValues(): void {
    this.lists = this.selectTerms();
  }

  /** The free coordinates as the vector that is minimised. */
  packFree(): Float64Array {
    const x = new Float64Array(3 * this.free.length);
    this.free.forEach((atom, row) => {
      for (let c = 0; c < 3; c++) x[3 * row + c] = this.xyz[3 * atom + c]!;
    });
    return x;
  }

  /** Puts a vector of free coordinates into `xyz` and the riders after them. */
  unpackFree(x: Float64Array): void {
    const { free, xyz } = this;
    for (let row = 0; row < free.length; row++) {
      const at = 3 * free[row]!;
      xyz[at] = x[3 * row]!;
      xyz[at + 1] = x[3 * row + 1]!;
      xyz[at + 2] = x[3 * row + 2]!;
    }
    placeRidingHydrogens(this.input.riding, xyz);
  }

  readonly objective: Objective = (x, gradientOut) => {
    const { xyz, gradient, free, input } = this;
    this.unpackFree(x);
    if (this.movedSinceList() > listBuffer / 2) this.pairs = this.buildPairs();
    gradient.fill(0);
    const covalent = totalCovalentEnergy(addCovalentEnergies(this.lists, xyz, gradient));
    const nonbonded = addNonbondedEnergy(this.pairs, xyz, gradient, this.repulsionFactor);
    const elastic = input.elastic ? addElasticEnergy(input.elastic, xyz, gradient) : 0;
    returnRidingGradient(input.riding, xyz, gradient);
    let map = 0;
    if (this.weight !== 0) {
      const { values, gradients: mapGradient } = input.sampler;
      input.sampler.sample(xyz);
      for (let row = 0; row < free.length; row++) {
        const atom = free[row]!;
        const factor = input.mapFactor[atom]!;
        map -= factor * values[atom]!;
        const scale = this.weight * factor;
        gradient[3 * atom]! -= scale * mapGradient[3 * atom]!;
        gradient[3 * atom + 1]! -= scale * mapGradient[3 * atom + 1]!;
        gradient[3 * atom + 2]! -= scale * mapGradient[3 * atom + 2]!;
      }
    }
    for (let row = 0; row < free.length; row++) {
      const at = 3 * free[row]!;
      gradientOut[3 * row] = gradient[at]!;
      gradientOut[3 * row + 1] = gradient[at + 1]!;
      gradientOut[3 * row + 2] = gradient[at + 2]!;
    }
    this.last = { map, covalent, nonbonded, elastic };
    return this.weight * map + covalent + nonbonded + elastic;
  };

  /** Preconditioner for the present coordinates; `mapCurvature` is the data term's curvature per square Angstrom at weight 1. */
  makePreconditioner(mapCurvature: number): Preconditioner {
    const rowOfAtom = new Int32Array(this.input.topology.atomCount).fill(-1);
    this.free.forEach((atom, row) => {
      rowOfAtom[atom] = row;
    });
    const { riding } = this.input;
    for (let rider = 0; rider < riding.count; rider++) {
      rowOfAtom[riding.hydrogen[rider]!] = rowOfAtom[riding.parent[rider]!]!;
    }
    const factor = factorizeCurvature({
      lists: this.lists,
      pairs: this.pairs,
      repulsionFactor: this.repulsionFactor,
      ...(this.input.elastic ? { elastic: this.input.elastic } : {}),
      xyz: this.xyz,
      rowOfAtom,
      rowCount: this.free.length,
      diagonal: Math.max(1, this.weight * mapCurvature),
    });
    return (vector) => solveFactorized(factor, vector);
  }

  private selectTerms(): CovalentLists {
    const { topology } = this.input;
    const touching = new Uint8Array(topology.atomCount);
    for (const atom of this.free) touching[atom] = 1;
    // Covalent terms of riding hydrogens are constant by construction.
    return covalentSubset(topology, { without: topology.isHydrogen, touching });
  }

  private buildPairs(): NonbondedPairs {
    const { topology, kernels, pairRules } = this.input;
    this.listXyz.set(this.xyz);
    return kernels.selectPairs(pairRules, this.xyz, {
      cutoff: largestContact(topology.nonbonded) + listBuffer,
      buffer: listBuffer,
      moving: this.moving,
    });
  }

  /** Largest distance an atom has moved since the pair list was made. */
  private movedSinceList(): number {
    const { xyz, listXyz } = this;
    let largest = 0;
    for (let at = 0; at < xyz.length; at += 3) {
      const x = xyz[at]! - listXyz[at]!;
      const y = xyz[at + 1]! - listXyz[at + 1]!;
      const z = xyz[at + 2]! - listXyz[at + 2]!;
      const squared = x * x + y * y + z * z;
      if (squared > largest) largest = squared;
    }
    return Math.sqrt(largest);
  }
}

/** Free atoms and the hydrogens that ride on them or turn with their frames. */
function movingAtoms({ riding, topology }: TargetInput, free: Int32Array): Uint8Array {
  const moving = new Uint8Array(topology.atomCount);
  for (const atom of free) moving[atom] = 1;
  const isFree = moving.slice();
  for (let rider = 0; rider < riding.count; rider++) {
    const frame = [riding.parent[rider]!, riding.neighbour[rider]!, riding.third[rider]!];
    if (frame.some((atom) => isFree[atom] === 1)) moving[riding.hydrogen[rider]!] = 1;
  }
  riding.followerHydrogen.forEach((hydrogen, index) => {
    if (isFree[riding.followerParent[index]!] === 1) moving[hydrogen] = 1;
  });
  return moving;
}
