// The kernels' common face: the same functions compiled (SIMD) and as plain TypeScript twins.
import { plainVectors, type VectorKernels } from "../math/vectors.ts";
import type { CurvatureTable, CurvatureWeights } from "./curvature-table.ts";
import type { FftPlan } from "./fft-plan.ts";
import type { MoveTable } from "./move-table.ts";
import type { PairLimits, PairList, PairRules } from "./pair-rules.ts";
import { factorizeCurvature, solveCurvature } from "./reference/curvature.ts";
import { addDensity, type DensityGrid, type GridAtoms } from "./reference/density.ts";
import { type DensityGradients, gatherDensity } from "./reference/density-gradient.ts";
import { forwardPlanes, inversePlanes, type SpectrumPlanes, transformColumns } from "./reference/fft.ts";
import { type SampleGrid, sampleTricubic } from "./reference/interpolation.ts";
import { scaleMap, subtractMap } from "./reference/maps.ts";
import { findNeighbours, type NeighbourCells, type Neighbours } from "./reference/neighbours.ts";
import { findPairs, selectPairs } from "./reference/pairs.ts";
import { type ShellRules, type ShellSamples, scoreShells } from "./reference/q-score.ts";
import { collectGradient, placeRiders, unpackFree } from "./reference/riders.ts";
import {
  type AtomGroups,
  paintSpheres,
  type SphereGrid,
  type Spheres,
  shrinkShell,
  sumSpheres,
} from "./reference/spheres.ts";
import { addTerms } from "./reference/terms.ts";
import type { TermTable } from "./term-table.ts";

export type KernelKind = "simd" | "reference";

/** Every array passed in must come from the kernels' memory; ranges let several threads share one call's work. */
export interface Kernels extends VectorKernels {
  readonly kind: KernelKind;
  /** Planes of a real grid, from a multiple of `planesPerGroup` on, to their spectra; frequencies of x below `keep`. */
  forwardPlanes(
    planX: FftPlan,
    planY: FftPlan,
    real: Float32Array,
    spectrum: SpectrumPlanes,
    keep: number,
    begin: number,
    end: number,
  ): void;
  inversePlanes(
    planX: FftPlan,
    planY: FftPlan,
    spectrum: SpectrumPlanes,
    keep: number,
    real: Float32Array,
    begin: number,
    end: number,
  ): void;
  transformColumns(
    plan: FftPlan,
    spectrum: SpectrumPlanes,
    inverse: boolean,
    columns: number,
    lineStride: number,
    outerStride: number,
    outerBegin: number,
    outerEnd: number,
  ): void;
  addDensity(grid: DensityGrid, atoms: GridAtoms, zBegin: number, zEnd: number): void;
  /** Sums of the grid's values times derivatives of the atoms' density, over the points `addDensity` puts them on: its adjoint. */
  gatherDensity(grid: DensityGrid, atoms: GridAtoms, gradients: DensityGradients, begin: number, end: number): void;
  sampleTricubic(
    grid: SampleGrid,
    xyz: Float64Array,
    rows: Int32Array,
    values: Float64Array,
    gradients: Float64Array,
  ): void;
  /** target -= factor * source in single precision; returns the sum of squares of the result. */
  subtractMap(target: Float32Array, source: Float32Array, factor: number): number;
  /** target = factor * target + offset in single precision. */
  scaleMap(target: Float32Array, factor: number, offset: number): void;
  /** Raises the labels of points in spheres to `value`; the arrays of the spheres may come from anywhere. */
  paintSpheres(labels: Uint8Array, grid: SphereGrid, spheres: Spheres, value: number): void;
  /** Mask 1 where the label is 2, and where it is 1 with no label 0 at any of the offsets (x, y, z each, from anywhere). */
  shrinkShell(labels: Uint8Array, mask: Uint8Array, size: readonly [number, number, number], offsets: Int32Array): void;
  /**
   * Per group of atoms the sums of two maps over the union of their spheres, each point once: count, x, y, xx, yy, xy. All
   * arrays may come from anywhere.
   */
  sumSpheres(
    first: Float32Array,
    second: Float32Array,
    grid: SphereGrid,
    xyz: Float64Array,
    groups: AtomGroups,
    radius: number,
  ): Float64Array;
  /** Per row and width the correlation of map values around the atom with a Gaussian, NaN where there is none; arrays may come from anywhere. */
  scoreShells(samples: ShellSamples, rules: ShellRules): Float64Array;
  /** Neighbours of each atom with higher row; the arrays hold until the next search. */
  findNeighbours(xyz: Float64Array, count: number, cutoff: number): Neighbours;
  /** Arrays may come from anywhere. */
  selectPairs(rules: PairRules, xyz: Float64Array, limits: PairLimits): PairList;
  /** Replaces the pairs of the table by those at its coordinates; returns the cells it looked in. */
  findPairs(table: TermTable, rules: PairRules, limits: PairLimits): NeighbourCells;
  /** Sets the table's gradient to that of all its terms and writes the energies of every block; `repulsion`: constant of the pairs. */
  addTerms(table: TermTable, repulsion: number): void;
  /** Replaces the matrix by the incomplete Cholesky factor of the terms' curvature at the table's coordinates. */
  factorizeCurvature(table: TermTable, matrix: CurvatureTable, weights: CurvatureWeights): void;
  /** vector = (L L^T)^-1 vector, in place, with the factor L. */
  solveCurvature(matrix: CurvatureTable, vector: Float64Array): void;
  /** Puts the vector that is minimised into the table's coordinates. */
  unpackFree(table: MoveTable, x: Float64Array): void;
  /** Puts the hydrogens where their frames say and measures how far atoms have moved since the pair list. */
  placeRiders(table: MoveTable): void;
  /** out = gradient of the free atoms: the table's, that of riders by the chain rule, and weight times the map's. */
  collectGradient(table: MoveTable, weight: number, out: Float64Array): void;
}

/** Plain twins: slower, the reference of every test. */
export function createReferenceKernels(): Kernels {
  return {
    kind: "reference",
    forwardPlanes,
    inversePlanes,
    transformColumns,
    addDensity,
    gatherDensity,
    sampleTricubic,
    subtractMap,
    scaleMap,
    findNeighbours,
    paintSpheres,
    shrinkShell,
    sumSpheres,
    scoreShells,
    selectPairs,
    findPairs,
    addTerms,
    factorizeCurvature,
    solveCurvature,
    unpackFree,
    placeRiders,
    collectGradient,
    ...plainVectors,
  };
}
