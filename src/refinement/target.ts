// The function that coordinate refinement minimises: weighted map term plus restraints, over the free atoms.

import { freeMoves, makeMoveTable } from "../hydrogens/move-table.ts";
import type { RidingHydrogens } from "../hydrogens/riding.ts";
import { type CurvatureTable, freeCurvature, makeCurvatureTable } from "../kernels/curvature-table.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { type MoveTable, sumMapEnergy } from "../kernels/move-table.ts";
import { addPairsOf, findMovers, type PairSearch, startSearch } from "../kernels/moved-pairs.ts";
import { freeTerms, listTablePairs, type TermTable } from "../kernels/term-table.ts";
import type { Objective, Preconditioner } from "../math/lbfgs.ts";
import { angleDeviations } from "../restraints/angles.ts";
import { bondDeviations, markCoordination } from "../restraints/bonds.ts";
import { type CovalentLists, covalentSubset } from "../restraints/covalent.ts";
import type { DeviationRmsd } from "../restraints/deviations.ts";
import type { ElasticNetwork } from "../restraints/elastic.ts";
import { countClosePairs, type Repulsion } from "../restraints/nonbonded.ts";
import { type Supplement, supplementSubset } from "../restraints/supplement.ts";
import {
  addAllTerms,
  covalentEnergy,
  makeTermTable,
  refreshTerms,
  replaceSprings,
  replaceSupplement,
} from "../restraints/term-table.ts";
import type { Topology } from "../topology/topology.ts";

/** Density at every atom and its gradient (3 per atom, per Angstrom), in units of the scaled map, in the engine's memory. */
export interface DensitySampler {
  readonly values: Float64Array;
  readonly gradients: Float64Array;
  /** Fills `values` and `gradients` for these coordinates. */
  sample(xyz: Float64Array): void;
}

/** Density at atoms, or what stands for it, and how sharply it bends. */
export interface AtomPull extends DensitySampler {
  /** Curvature along a coordinate of an atom, per square Angstrom, at weight 1: the data's share of the preconditioner. */
  readonly curvature: number;
}

export interface TargetInput {
  readonly topology: Topology;
  readonly riding: RidingHydrogens;
  /** 1 for atoms that may move; hydrogens are ignored, they follow. */
  readonly movable: Uint8Array;
  /** Pull of each atom on the map: 1, or 0 for hydrogens and atoms outside the selection; in the engine's memory. */
  readonly mapFactor: Float64Array;
  readonly sampler: AtomPull;
  readonly engine: Pick<ComputeEngine, "kernels" | "memory">;
  readonly repulsion: Repulsion;
  /** Springs to the coordinates at hand; absent: none. */
  readonly elastic?: ElasticNetwork;
  /** Ramachandran, rotamers and the like for the coordinates at hand; absent: none. */
  readonly supplement?: Supplement;
}

export interface TargetValue {
  readonly map: number;
  readonly covalent: number;
  readonly nonbonded: number;
  readonly elastic: number;
  readonly supplement: number;
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
/** Share of the free atoms that may outrun the list before it is made anew. */
const mostMovers = 0.01;

/** Owns the buffers of one minimisation problem. All coordinates are of the whole model, 3 per atom. */
export class RefinementTarget {
  /** Rows of the atoms that move. */
  readonly free: Int32Array;
  weight = 1;
  /** Factor on the repulsion, for models whose contacts get worse otherwise. */
  repulsionFactor = 1;
  private readonly input: TargetInput;
  private readonly moving: Uint8Array;
  private lists: CovalentLists;
  private supplement: Supplement | undefined;
  private readonly terms: TermTable;
  private search: PairSearch;
  private curvature: CurvatureTable | null = null;
  private readonly moves: MoveTable;
  /** The minimised vector and its gradient, for callers whose own lie elsewhere. */
  private readonly vector: Float64Array;
  private readonly vectorGradient: Float64Array;
  private last: TargetValue = { map: 0, covalent: 0, nonbonded: 0, elastic: 0, supplement: 0 };

  constructor(input: TargetInput, xyz: Float64Array) {
    const { topology, movable, engine, riding, mapFactor, sampler } = input;
    this.input = input;
    this.free = freeAtoms(topology, movable);
    this.moving = movingAtoms(input, this.free);
    this.lists = this.selectTerms();
    this.supplement = this.movingPart(input.supplement);
    this.terms = makeTermTable(engine.memory, {
      lists: this.lists,
      xyz: engine.memory.copyOf(xyz),
      contact: input.repulsion.rules.contact,
      ...(input.elastic ? { elastic: input.elastic } : {}),
      ...(this.supplement ? { supplement: this.supplement } : {}),
    });
    const pull = { factor: mapFactor, values: sampler.values, gradients: sampler.gradients };
    this.moves = makeMoveTable(engine.memory, this.terms, riding, this.free, pull);
    this.vector = engine.memory.float64(3 * this.free.length);
    this.vectorGradient = engine.memory.float64(3 * this.free.length);
    engine.kernels.placeRiders(this.moves);
    this.search = this.findPairs();
  }

  /** Begins anew at other coordinates, with the topology's present ideal values and the riders' present frames. */
  restart(xyz: Float64Array, elastic: ElasticNetwork | undefined, supplement: Supplement | undefined): void {
    const { engine, riding } = this.input;
    this.terms.xyz.set(xyz);
    this.moves.local.set(riding.local);
    this.moves.followerShift.set(riding.followerShift);
    replaceSprings(engine.memory, this.terms, elastic);
    this.supplement = this.movingPart(supplement);
    const isAlike = replaceSupplement(engine.memory, this.terms, this.supplement);
    if (!isAlike && this.curvature) {
      freeCurvature(engine.memory, this.curvature);
      this.curvature = null;
    }
    this.weight = 1;
    this.repulsionFactor = 1;
    engine.kernels.placeRiders(this.moves);
    this.refreshIdealValues();
  }

  /** Present coordinates, including riders and fixed atoms. */
  get xyz(): Float64Array {
    return this.terms.xyz;
  }

  /** Parts of the last evaluated value. */
  get parts(): TargetValue {
    return this.last;
  }

  /** Measures the present coordinates. */
  measure(): StateMeasure {
    const { xyz, input, lists } = this;
    this.findPairs();
    const energies = addAllTerms(input.engine.kernels, this.terms, lists, input.repulsion.constant);
    const pairs = listTablePairs(this.terms);
    const { closeOverlap } = input.repulsion;
    return {
      bonds: bondDeviations(lists.bonds, xyz, markCoordination(lists.bonds, input.topology.links)),
      angles: angleDeviations(lists.angles, xyz),
      covalentEnergy: covalentEnergy(energies),
      nonbondedEnergy: energies.nonbonded,
      closePairs: countClosePairs(pairs, xyz, undefined, closeOverlap),
      closeHeavyPairs: countClosePairs(pairs, xyz, input.topology.isHydrogen, closeOverlap),
    };
  }

  /** Takes over ideal values that changed in the topology (CDL). */
  refreshIdealValues(): void {
    this.lists = this.selectTerms();
    refreshTerms(this.terms, this.lists);
    this.findPairs();
  }

  /** Gives the buffers back; the target must not be used afterwards. */
  dispose(): void {
    const { memory } = this.input.engine;
    if (this.curvature) freeCurvature(memory, this.curvature);
    freeMoves(memory, this.moves);
    freeTerms(memory, this.terms);
    memory.free(this.terms.xyz, this.vector, this.vectorGradient);
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
    const { kernels, memory } = this.input.engine;
    const isPlaced = memory.owns(x);
    if (!isPlaced) this.vector.set(x);
    kernels.unpackFree(this.moves, isPlaced ? x : this.vector);
    kernels.placeRiders(this.moves);
  }

  readonly objective: Objective = (x, gradientOut) => {
    const { input, moves, terms, weight } = this;
    const { kernels, memory } = input.engine;
    this.unpackFree(x);
    this.renewPairs();
    const repulsion = input.repulsion.constant * this.repulsionFactor;
    const energies = addAllTerms(kernels, terms, this.lists, repulsion, this.supplement?.parallelities);
    if (weight !== 0) input.sampler.sample(terms.xyz);
    const isPlaced = memory.owns(gradientOut);
    kernels.collectGradient(moves, weight, isPlaced ? gradientOut : this.vectorGradient);
    if (!isPlaced) gradientOut.set(this.vectorGradient);
    const { nonbonded, elastic, supplement } = energies;
    const covalent = covalentEnergy(energies);
    const map = sumMapEnergy(moves);
    this.last = { map, covalent, nonbonded, elastic, supplement };
    return weight * map + covalent + nonbonded + elastic + supplement;
  };

  /** Preconditioner for the present coordinates. */
  makePreconditioner(): Preconditioner {
    const rowOfAtom = new Int32Array(this.input.topology.atomCount).fill(-1);
    this.free.forEach((atom, row) => {
      rowOfAtom[atom] = row;
    });
    const { riding } = this.input;
    for (let rider = 0; rider < riding.count; rider++) {
      rowOfAtom[riding.hydrogen[rider]!] = rowOfAtom[riding.parent[rider]!]!;
    }
    const { kernels, memory } = this.input.engine;
    this.curvature ??= makeCurvatureTable(memory, this.terms, this.free, rowOfAtom);
    const matrix = this.curvature;
    const repulsion = this.input.repulsion.constant * this.repulsionFactor;
    kernels.factorizeCurvature(this.terms, matrix, {
      repulsion,
      diagonal: Math.max(1, this.weight * this.input.sampler.curvature),
    });
    return (vector) => {
      const isPlaced = memory.owns(vector);
      if (!isPlaced) this.vector.set(vector);
      kernels.solveCurvature(matrix, isPlaced ? vector : this.vector);
      if (!isPlaced) vector.set(this.vector);
    };
  }

  private selectTerms(): CovalentLists {
    const { topology } = this.input;
    const touching = new Uint8Array(topology.atomCount);
    for (const atom of this.free) touching[atom] = 1;
    // Covalent terms of riding hydrogens are constant by construction.
    return covalentSubset(topology, { without: topology.isHydrogen, touching });
  }

  /** Terms in which something moves. */
  private movingPart(supplement: Supplement | undefined): Supplement | undefined {
    return supplement && supplementSubset(supplement, this.moving);
  }

  private findPairs(): PairSearch {
    const { engine, repulsion } = this.input;
    const { rules } = repulsion;
    this.moves.listXyz.set(this.xyz);
    const cutoff = Math.max(...rules.reach) + listBuffer;
    const limits = { cutoff, buffer: listBuffer, moving: this.moving };
    this.search = startSearch(rules, limits, engine.kernels.findPairs(this.terms, rules, limits));
    return this.search;
  }

  /** Where atoms have gone too far for the list, their pairs are looked for again, or all of them when they are many. */
  private renewPairs(): void {
    const most = this.free.length * mostMovers;
    const movers = findMovers(this.moves, listBuffer / 2, most);
    if (movers === null || this.search.strays.size + movers.length > most) this.findPairs();
    else if (movers.length > 0) addPairsOf(this.input.engine.memory, this.search, this.terms, this.moves, movers);
  }
}

/** Rows of the atoms that move by themselves: hydrogens follow. */
export function freeAtoms({ isHydrogen, atomCount }: Topology, movable: Uint8Array): Int32Array {
  const free: number[] = [];
  for (let atom = 0; atom < atomCount; atom++) if (movable[atom] === 1 && isHydrogen[atom] === 0) free.push(atom);
  return Int32Array.from(free);
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
