// The kernels' common face: the same functions compiled (SIMD) and as plain TypeScript twins.
import type { FftPlan } from "./fft-plan.ts";
import { addDensity, type DensityGrid, type GridAtoms, type SampleGrid, sampleTricubic } from "./reference/density.ts";
import { forwardPlanes, inversePlanes, type SpectrumPlanes, transformColumns } from "./reference/fft.ts";
import { findNeighbours } from "./reference/neighbours.ts";
import { type PairLimits, type PairList, type PairRules, selectPairs } from "./reference/pairs.ts";
import { addScaled, dot, setSum } from "./reference/vectors.ts";

export type KernelKind = "simd" | "reference";

/** What a minimiser does with vectors of equal length. */
export interface VectorKernels {
  dot(a: Float64Array, b: Float64Array): number;
  /** target += scale * source */
  addScaled(target: Float64Array, scale: number, source: Float64Array): void;
  /** target = base + scale * source */
  setSum(target: Float64Array, base: Float64Array, scale: number, source: Float64Array): void;
}

/** The plain ones, for vectors anywhere. */
export const plainVectors: VectorKernels = { dot, addScaled, setSum };

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
  sampleTricubic(
    grid: SampleGrid,
    xyz: Float64Array,
    rows: Int32Array,
    values: Float64Array,
    gradients: Float64Array,
  ): void;
  findNeighbours(
    xyz: Float64Array,
    count: number,
    cutoff: number,
  ): { readonly offset: Int32Array; readonly partner: Int32Array };
  /** Arrays may come from anywhere. */
  selectPairs(rules: PairRules, xyz: Float64Array, limits: PairLimits): PairList;
}

/** Plain twins: slower, the reference of every test. */
export function createReferenceKernels(): Kernels {
  return {
    kind: "reference",
    forwardPlanes,
    inversePlanes,
    transformColumns,
    addDensity,
    sampleTricubic,
    findNeighbours,
    selectPairs,
    ...plainVectors,
  };
}
