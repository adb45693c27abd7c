// Correlations of a model with a map: whole mask, volume, peaks, box; chains and residues; and the one for comparing coordinates.
import type { RunContext } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";
import { type DensityMap, mapFrame } from "../../density/map.ts";
import { computeMolecularMask } from "../../density/mask.ts";
import {
  addToSums,
  correlationOf,
  createSums,
  sumOverMask,
  uncentredCorrelationOf,
  valueOfRank,
} from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { sumsPerGroup } from "../../kernels/reference/spheres.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import type { ScatteringTable } from "../../scattering/form-factors.ts";
import { computeStructureFactors, freeStructureFactors, mapFromStructureFactors } from "../../scattering/model-map.ts";
import { fitCoordinates } from "./coordinate-fit.ts";
import { localCorrelationRadius } from "./local-radius.ts";

export interface ChainFit {
  readonly chain: string;
  readonly cc: number | null;
  readonly atoms: number;
}

export interface ResidueFit {
  readonly chain: string;
  readonly number: number;
  readonly insertionCode: string;
  readonly name: string;
  readonly cc: number | null;
  /** N, CA, C, O and CB of protein. */
  readonly ccMainChain: number | null;
  /** All else of protein. */
  readonly ccSideChain: number | null;
  readonly atoms: number;
  readonly meanB: number;
  readonly meanOccupancy: number;
}

export interface AtomFit {
  /** Chain, residue and atom, as in messages. */
  readonly atom: string;
  readonly cc: number | null;
}

/** Radius of the sphere of an atom's own correlation, Angstrom. */
const atomRadius = 2;

/** Centred correlations on the map's own grid; null where a value is not defined. */
export interface Fit {
  readonly ccMask: number | null;
  readonly ccMaskUncentred: number | null;
  /** Non-hydrogen atoms, occupancy 1, one overall B that maximises it: for comparing coordinates. */
  readonly ccMaskCoordinates: number | null;
  readonly bestOverallB: number | null;
  readonly ccVolume: number | null;
  readonly ccPeaks: number | null;
  readonly ccBox: number | null;
  readonly maskVoxels: number;
  /** Radius of the spheres of local correlations, Angstrom. */
  readonly localRadius: number;
  readonly perChain: readonly ChainFit[];
  readonly perResidue: readonly ResidueFit[];
  /** In the order of the model, in spheres of 2 Angstrom; only when asked for. */
  readonly perAtom?: readonly AtomFit[];
}

export interface FitOptions {
  readonly resolution: number;
  readonly table: ScatteringTable;
  /** Adds `perAtom`. */
  readonly perAtom?: boolean;
}

/** Every correlation of the model as it is (B, occupancy, hydrogens included) with the map as supplied. */
export function computeFit(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: FitOptions,
  context: RunContext,
): Fit {
  const frame = mapFrame(map);
  const { atoms } = model;
  // First, while no other model map takes up memory.
  const coordinates = fitCoordinates(engine, atoms, map, options);
  const factors = computeStructureFactors(engine, atoms, frame, options, context);
  const modelMap = mapFromStructureFactors(engine, factors);
  freeStructureFactors(engine, factors);
  const mask = computeMolecularMask(engine, frame, atoms.xyz, atoms.element, atoms.count);
  let maskVoxels = 0;
  for (const value of mask) maskVoxels += value;
  const maskSums = sumOverMask(map.values, modelMap, mask);
  const modelCut = valueOfRank(modelMap, maskVoxels);
  const mapCut = valueOfRank(map.values, maskVoxels);
  const localRadius = localCorrelationRadius(options.resolution, meanOf(atoms.bFactor));
  const fit: Fit = {
    ccMask: correlationOf(maskSums),
    ccMaskUncentred: uncentredCorrelationOf(maskSums),
    ccMaskCoordinates: coordinates.cc,
    bestOverallB: coordinates.b,
    ccVolume: correlateWhere(map.values, modelMap, (_map, value) => value >= modelCut),
    ccPeaks: correlateWhere(map.values, modelMap, (value, calculated) => value >= mapCut || calculated >= modelCut),
    ccBox: correlationOf(sumOverMask(map.values, modelMap)),
    maskVoxels,
    localRadius,
    ...localCorrelations(engine, model, map, modelMap, localRadius),
    ...(options.perAtom ? { perAtom: atomCorrelations(engine, model, map, modelMap) } : {}),
  };
  engine.memory.free(modelMap);
  return fit;
}

function meanOf(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0) / Math.max(1, column.length);
}

function correlateWhere(
  first: Float32Array,
  second: Float32Array,
  chosen: (first: number, second: number) => boolean,
): number | null {
  const sums = createSums();
  for (let voxel = 0; voxel < first.length; voxel++) {
    if (chosen(first[voxel]!, second[voxel]!)) addToSums(sums, first[voxel]!, second[voxel]!);
  }
  return correlationOf(sums);
}

/** Correlation over the union of spheres around each group of atoms; each voxel counts once. */
export function correlateGroups(
  { kernels }: Pick<ComputeEngine, "kernels">,
  map: DensityMap,
  modelMap: Float32Array,
  xyz: Float64Array,
  groups: readonly (readonly number[])[],
  radius: number,
): (number | null)[] {
  const start = new Int32Array(groups.length + 1);
  groups.forEach((atoms, group) => {
    start[group + 1] = start[group]! + atoms.length;
  });
  const atoms = new Int32Array(start[groups.length]!);
  groups.forEach((group, row) => atoms.set(group, start[row]!));
  const sums = kernels.sumSpheres(map.values, modelMap, mapFrame(map), xyz, { start, atoms }, radius);
  return groups.map((_atoms, group) => {
    const [count, x, y, xx, yy, xy] = sums.subarray(sumsPerGroup * group) as unknown as Sextuple;
    return correlationOf({ count, x, y, xx, yy, xy });
  });
}

type Sextuple = [number, number, number, number, number, number];

function atomCorrelations(engine: ComputeEngine, model: Model, map: DensityMap, modelMap: Float32Array): AtomFit[] {
  const { xyz, count } = model.atoms;
  const groups = Array.from({ length: count }, (_value, atom) => [atom]);
  const correlations = correlateGroups(engine, map, modelMap, xyz, groups, atomRadius);
  return correlations.map((cc, atom) => ({ atom: atomLabel(model, atom), cc }));
}

const mainChainNames = new Set(["N", "CA", "C", "O", "CB"]);

function localCorrelations(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  modelMap: Float32Array,
  radius: number,
): Pick<Fit, "perChain" | "perResidue"> {
  const { atoms, chains } = model;
  const parts: ResidueParts[] = [];
  const chainAtoms: number[][] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    const own: number[] = [];
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const part = partsOf(model, chains.residueIndex[entry]!);
      parts.push(part);
      for (const atom of part.atoms) own.push(atom);
    }
    chainAtoms.push(own);
  }
  const groups = [...parts.flatMap((part) => [part.atoms, part.mainChain, part.sideChain]), ...chainAtoms];
  const correlations = correlateGroups(engine, map, modelMap, atoms.xyz, groups, radius);
  return {
    perResidue: parts.map((part, row) => {
      const [cc, ccMainChain, ccSideChain] = correlations.slice(3 * row, 3 * row + 3) as (number | null)[];
      return describeResidue(model, part, { cc: cc!, ccMainChain: ccMainChain!, ccSideChain: ccSideChain! });
    }),
    perChain: chainAtoms.map((own, chain) => ({
      chain: chains.id[chain]!,
      cc: correlations[3 * parts.length + chain]!,
      atoms: own.length,
    })),
  };
}

interface ResidueParts {
  readonly residue: number;
  readonly atoms: readonly number[];
  /** N, CA, C, O and CB, and all else, of protein. */
  readonly mainChain: readonly number[];
  readonly sideChain: readonly number[];
}

function partsOf({ atoms, residues }: Model, residue: number): ResidueParts {
  const rows = [...residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!)];
  if (residueClass(residues.name[residue]!) !== "protein") {
    return { residue, atoms: rows, mainChain: [], sideChain: [] };
  }
  const heavy = rows.filter((atom) => !isHydrogenElement(atoms.element[atom]!));
  const isMain = (atom: number): boolean => mainChainNames.has(atoms.name[atom]!);
  return {
    residue,
    atoms: rows,
    mainChain: heavy.filter(isMain),
    sideChain: heavy.filter((atom) => !isMain(atom)),
  };
}

function describeResidue(
  { atoms, residues, chains }: Model,
  { residue, atoms: rows }: ResidueParts,
  correlations: Pick<ResidueFit, "cc" | "ccMainChain" | "ccSideChain">,
): ResidueFit {
  const mean = (column: Float64Array): number => rows.reduce((sum, atom) => sum + column[atom]!, 0) / rows.length;
  return {
    chain: chains.id[residues.chain[residue]!]!,
    number: residues.sequenceNumber[residue]!,
    insertionCode: residues.insertionCode[residue]!,
    name: residues.name[residue]!,
    ...correlations,
    atoms: rows.length,
    meanB: mean(atoms.bFactor),
    meanOccupancy: mean(atoms.occupancy),
  };
}
