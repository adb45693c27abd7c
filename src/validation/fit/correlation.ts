// Correlations of a model with a map: whole mask, volume, peaks, box; chains and residues; and the one for comparing coordinates.
import type { RunContext } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { residueClass } from "../../chemistry/residue-classes.ts";
import { type DensityMap, type MapFrame, mapFrame } from "../../density/map.ts";
import { computeMolecularMask, forEachVoxelInSphere } from "../../density/mask.ts";
import {
  addToSums,
  correlationOf,
  createSums,
  sumOverMask,
  uncentredCorrelationOf,
  valueOfRank,
} from "../../density/statistics.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
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
  const factors = computeStructureFactors(engine, atoms, frame, options, context);
  const modelMap = mapFromStructureFactors(engine, factors);
  freeStructureFactors(engine, factors);
  const mask = computeMolecularMask(frame, atoms.xyz, atoms.element, atoms.count);
  let maskVoxels = 0;
  for (const value of mask) maskVoxels += value;
  const maskSums = sumOverMask(map.values, modelMap, mask);
  const modelCut = valueOfRank(modelMap, maskVoxels);
  const mapCut = valueOfRank(map.values, maskVoxels);
  const localRadius = localCorrelationRadius(options.resolution, meanOf(atoms.bFactor));
  const coordinates = fitCoordinates(engine, atoms, map, options);
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
    ...localCorrelations(model, map, modelMap, frame, localRadius),
    ...(options.perAtom ? { perAtom: atomCorrelations(model, map, modelMap, frame) } : {}),
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

/** Correlates over the union of spheres around atoms; each voxel counts once. */
export type LocalCorrelator = (atoms: readonly number[], radius: number) => number | null;

export function createLocalCorrelator(
  map: DensityMap,
  modelMap: Float32Array,
  frame: MapFrame,
  xyz: Float64Array,
): LocalCorrelator {
  const seen = new Int32Array(modelMap.length);
  let group = 0;
  return (atoms, radius) => {
    group++;
    const sums = createSums();
    for (const atom of atoms) {
      forEachVoxelInSphere(frame, xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!, radius, (voxel) => {
        if (seen[voxel] === group) return;
        seen[voxel] = group;
        addToSums(sums, map.values[voxel]!, modelMap[voxel]!);
      });
    }
    return correlationOf(sums);
  };
}

function atomCorrelations(model: Model, map: DensityMap, modelMap: Float32Array, frame: MapFrame): AtomFit[] {
  const correlate = createLocalCorrelator(map, modelMap, frame, model.atoms.xyz);
  return Array.from({ length: model.atoms.count }, (_value, atom) => ({
    atom: atomLabel(model, atom),
    cc: correlate([atom], atomRadius),
  }));
}

const mainChainNames = new Set(["N", "CA", "C", "O", "CB"]);

function localCorrelations(
  model: Model,
  map: DensityMap,
  modelMap: Float32Array,
  frame: MapFrame,
  radius: number,
): Pick<Fit, "perChain" | "perResidue"> {
  const { atoms, residues, chains } = model;
  const correlate = createLocalCorrelator(map, modelMap, frame, atoms.xyz);
  const perChain: ChainFit[] = [];
  const perResidue: ResidueFit[] = [];
  for (let chain = 0; chain < chains.count; chain++) {
    const chainAtoms: number[] = [];
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      const rows = [...residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!)];
      chainAtoms.push(...rows);
      perResidue.push(fitResidue(model, residue, rows, correlate, radius));
    }
    perChain.push({ chain: chains.id[chain]!, cc: correlate(chainAtoms, radius), atoms: chainAtoms.length });
  }
  return { perChain, perResidue };
}

function fitResidue(
  model: Model,
  residue: number,
  rows: readonly number[],
  correlate: LocalCorrelator,
  radius: number,
): ResidueFit {
  const { atoms, residues, chains } = model;
  const name = residues.name[residue]!;
  const isProtein = residueClass(name) === "protein";
  const heavy = rows.filter((atom) => !isHydrogenElement(atoms.element[atom]!));
  const mainChain = isProtein ? heavy.filter((atom) => mainChainNames.has(atoms.name[atom]!)) : [];
  const sideChain = isProtein ? heavy.filter((atom) => !mainChainNames.has(atoms.name[atom]!)) : [];
  const mean = (column: Float64Array): number => rows.reduce((sum, atom) => sum + column[atom]!, 0) / rows.length;
  return {
    chain: chains.id[residues.chain[residue]!]!,
    number: residues.sequenceNumber[residue]!,
    insertionCode: residues.insertionCode[residue]!,
    name,
    cc: correlate(rows, radius),
    ccMainChain: mainChain.length > 0 ? correlate(mainChain, radius) : null,
    ccSideChain: sideChain.length > 0 ? correlate(sideChain, radius) : null,
    atoms: rows.length,
    meanB: mean(atoms.bFactor),
    meanOccupancy: mean(atoms.occupancy),
  };
}
