// What moves and how the gradient comes back, in the order the kernels want it: by blocks of atoms.

import { energiesPerBlock } from "./term-table.ts";

/** Free atoms and riding hydrogens of a minimisation; all starts are per block of atoms. */
export interface MoveTable {
  readonly atomCount: number;
  readonly blockAtoms: number;
  readonly blocks: number;
  /** 3 per atom, shared with the terms. */
  readonly xyz: Float64Array;
  readonly gradient: Float64Array;
  readonly energies: Float64Array;
  /** Coordinates the pair list was made for. */
  readonly listXyz: Float64Array;
  /** Largest squared distance from `listXyz`, per block. */
  readonly shift: Float64Array;
  readonly riderStart: Int32Array;
  /** Hydrogen, parent, neighbour, third; ascending hydrogens. */
  readonly riders: Int32Array;
  /** Coordinates in the frame, 3 per rider. */
  readonly local: Float64Array;
  readonly followerStart: Int32Array;
  /** Hydrogen, parent; ascending hydrogens. */
  readonly followers: Int32Array;
  readonly followerShift: Float64Array;
  /** Rows of riders with a frame atom in the block. */
  readonly returnStart: Int32Array;
  readonly returnRows: Int32Array;
  readonly followerReturnStart: Int32Array;
  readonly followerReturnRows: Int32Array;
  readonly freeStart: Int32Array;
  /** Atoms of the vector that is minimised, ascending. */
  readonly free: Int32Array;
  /** Pull on the map, value of the map and its gradient (3), per atom. */
  readonly mapFactor: Float64Array;
  readonly mapValue: Float64Array;
  readonly mapGradient: Float64Array;
  /** Addresses of all of it, for the compiled kernels. */
  readonly addresses: Int32Array;
}

/** Places in `addresses`; the first holds the number of atoms. The compiled kernels have the same order. */
export const moveArrays = [
  "xyz",
  "gradient",
  "energies",
  "listXyz",
  "shift",
  "riderStart",
  "riders",
  "local",
  "followerStart",
  "followers",
  "followerShift",
  "returnStart",
  "returnRows",
  "followerReturnStart",
  "followerReturnRows",
  "freeStart",
  "free",
  "mapFactor",
  "mapValue",
  "mapGradient",
] as const satisfies readonly (keyof MoveTable)[];

/** Writes where everything is. */
export function writeMoveAddresses(table: MoveTable): void {
  table.addresses.set([table.atomCount, ...moveArrays.map((name) => table[name].byteOffset)]);
}

/** Index of the map term's energy among the energies of a block. */
export const mapEnergy = 8;

/** Energy of the map term at weight 1, summed in the order of the blocks. */
export function sumMapEnergy({ energies, blocks }: MoveTable): number {
  let sum = 0;
  for (let block = 0; block < blocks; block++) sum += energies[energiesPerBlock * block + mapEnergy]!;
  return sum;
}
