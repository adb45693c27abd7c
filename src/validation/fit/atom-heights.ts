// How high the map is at atoms, against what their element and B let expect among their neighbours.
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";
import { trilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import type { Model } from "../../model/model.ts";
import { atomsNear, createAtomGrid } from "../../topology/atom-grid.ts";
import type { FitMaps } from "./fit-maps.ts";

/** Per atom; NaN where it is not defined. */
export interface AtomHeights {
  /** Value of the map at the atom, trilinear; NaN outside of the map and for hydrogens. */
  readonly value: Float64Array;
  /** Value that the model map lets expect, on the scale of the map around the atom. */
  readonly expected: Float64Array;
  /** Heights above the level of the solvent: that of the map over the expected one. */
  readonly ratio: Float64Array;
}

/** How far neighbours are, Angstrom, first and where there are too few; and how few are too few to compare with. */
const neighbourhoods = [6, 10];
const fewestNeighbours = 8;
/** Where the polymer's height is less than this part of the model's median there is too little density to compare with. */
const leastShare = 0.25;

/**
 * Heights of the atoms that are not hydrogen. Both maps are taken above their mean outside of the molecular mask; the height of
 * the map that is expected at an atom is that of the model map times the ratio of the medians of both over the polymer's atoms
 * within 6 Angstrom, or 10 where these are fewer than eight.
 */
export function measureHeights(model: Model, { map, modelMap, mask }: FitMaps): AtomHeights {
  const { atoms, residues } = model;
  const { count, xyz } = atoms;
  const own = trilinearGrid(map);
  const calculated = trilinearGrid(map, modelMap);
  const level = meanOutside(map.values, mask);
  const calculatedLevel = meanOutside(modelMap, mask);
  const nothing = (): Float64Array => new Float64Array(count).fill(Number.NaN);
  const result = { value: nothing(), expected: nothing(), ratio: nothing() };
  const image = nothing();
  const isGiven = new Uint8Array(count);
  for (let atom = 0; atom < count; atom++) {
    if (isHydrogenElement(atoms.element[atom]!)) continue;
    const [x, y, z] = [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!];
    result.value[atom] = trilinearValue(own, x, y, z);
    if (!(atoms.occupancy[atom]! > 0)) continue;
    image[atom] = trilinearValue(calculated, x, y, z) - calculatedLevel;
    const kind = residueClass(residues.name[atoms.residue[atom]!]!);
    if ((kind === "protein" || kind === "nucleotide") && !Number.isNaN(result.value[atom]!)) isGiven[atom] = 1;
  }
  const around = nothing();
  const imageAround = nothing();
  for (const reach of neighbourhoods) {
    const grid = createAtomGrid(xyz, reach);
    for (let atom = 0; atom < count; atom++) {
      if (!(image[atom]! > 0) || Number.isNaN(result.value[atom]!) || !Number.isNaN(around[atom]!)) continue;
      const near = atomsNear(grid, atom, reach).filter(({ atom: other }) => isGiven[other] === 1);
      if (near.length < fewestNeighbours) continue;
      around[atom] = medianOf(near.map(({ atom: other }) => result.value[other]! - level));
      imageAround[atom] = medianOf(near.map(({ atom: other }) => image[other]!));
    }
  }
  const least = leastShare * medianOf([...around].filter((value) => !Number.isNaN(value)));
  for (let atom = 0; atom < count; atom++) {
    if (!(around[atom]! > 0 && around[atom]! >= least && imageAround[atom]! > 0)) continue;
    const height = (image[atom]! * around[atom]!) / imageAround[atom]!;
    result.expected[atom] = level + height;
    result.ratio[atom] = (result.value[atom]! - level) / height;
  }
  return result;
}

/** Mean of the voxels outside of the mask, of all where it leaves none. */
function meanOutside(values: Float32Array, mask: Uint8Array): number {
  let sum = 0;
  let count = 0;
  let all = 0;
  for (let voxel = 0; voxel < values.length; voxel++) {
    all += values[voxel]!;
    if (mask[voxel] !== 0) continue;
    sum += values[voxel]!;
    count++;
  }
  return count > 0 ? sum / count : all / values.length;
}

/** Median, the mean of the middle two; NaN of nothing. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
