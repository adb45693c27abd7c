// Model maps: atoms as Gaussians on a grid, Fourier transformed, cut at the resolution, back on the map's own grid.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import { elementSymbol } from "../chemistry/elements.ts";
import { cellVolume } from "../crystal/unit-cell.ts";
import type { MapFrame } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { smoothLength } from "../kernels/fft-plan.ts";
import { gaussiansPerAtom, maximumRow } from "../kernels/reference/density.ts";
import {
  createRawSpectrum,
  createSpectrum,
  type FrequencyLimits,
  forwardTransform,
  freeSpectrum,
  inverseTransform,
  type Spectrum,
} from "../kernels/spectrum.ts";
import { eigenSymmetric3 } from "../math/eigen3.ts";
import { type FormFactor, formFactor, type ScatteringTable } from "./form-factors.ts";
import { addGeneralDensity, type GeneralAtoms } from "./general-density.ts";

/** Atoms that scatter; columns as in the atom table, one entry per atom. */
export interface ScatteringAtoms {
  readonly count: number;
  /** Angstrom, 3 per atom, in the frame of the map. */
  readonly xyz: Float64Array;
  readonly element: Uint8Array;
  readonly occupancy: Float64Array;
  readonly bFactor: Float64Array;
  readonly anisotropicU: Float64Array | null;
}

export interface ModelMapOptions {
  /** Terms with d below this are left out, Angstrom. */
  readonly resolution: number;
  readonly table: ScatteringTable;
}

/** Structure factors of a model in a box, without F(000), and what is needed to make maps of them. */
export interface StructureFactors {
  readonly spectrum: Spectrum;
  readonly frame: MapFrame;
  readonly resolution: number;
  readonly limits: FrequencyLimits;
  /** B added to all atoms before sampling and still in the spectrum, square Angstrom. */
  readonly blur: number;
}

/** Points per resolution of the sampling grid; fewer where it would have more points than `largeGrid`: memory ends at 4 GiB. */
const oversampling = 3;
const coarseOversampling = 2.5;
const largeGrid = 2 ** 27;
/**
 * Blur that keeps aliasing below 1e-3 at 1.5-fold oversampling of the cut-off (Bricogne; Afonine & Urzhumtsev 2004):
 * 3 d^2 / 0.75. With n points per resolution the nearest alias of the cut-off lies at n - 1 of it, so that as much of it is left
 * with 4 d^2 (2^2 - 1) / ((n - 1)^2 - 1).
 */
const blurPerSquareResolution = 4;
const coarseBlur = (blurPerSquareResolution * 3) / ((coarseOversampling - 1) ** 2 - 1);
/** Density of an atom is followed down to this fraction of the mean peak height. */
const densityCutoff = 1e-4;
const fourPiSquared = 4 * Math.PI * Math.PI;

/** Fourier transform of the model in the map's box, taken as a periodic cell. */
export function computeStructureFactors(
  engine: ComputeEngine,
  atoms: ScatteringAtoms,
  frame: MapFrame,
  options: ModelMapOptions,
  context?: RunContext,
): StructureFactors {
  const { boxCell } = frame;
  const { resolution } = options;
  const { size, blur: unit } = samplingGrid(frame, resolution);
  const [nx, ny, nz] = size;
  const limits: FrequencyLimits = {
    h: Math.floor(boxCell.a / resolution),
    k: Math.floor(boxCell.b / resolution),
    l: Math.floor(boxCell.c / resolution),
  };
  const blur = unit * resolution * resolution - smallestB(atoms);
  engine.memory.releaseScratch();
  const density = engine.memory.float32(nx * ny * nz);
  placeAtoms(engine, density, size, atoms, frame, blur, options.table, context);
  const spectrum = createRawSpectrum(engine, nx, ny, nz);
  forwardTransform(engine, density, spectrum, limits);
  engine.memory.free(density);
  const factor = cellVolume(boxCell) / (nx * ny * nz);
  engine.kernels.scaleMap(spectrum.re, factor, 0);
  engine.kernels.scaleMap(spectrum.im, factor, 0);
  return { spectrum, frame, resolution, limits, blur };
}

/** Points along each axis of the grid on which atoms are placed before their transform, and their blur in units of d^2. */
export function samplingGrid(
  { boxCell }: Pick<MapFrame, "boxCell">,
  resolution: number,
): { readonly size: readonly [number, number, number]; readonly blur: number } {
  const gridOf = (points: number): [number, number, number] => [
    smoothLength((points * boxCell.a) / resolution),
    smoothLength((points * boxCell.b) / resolution),
    smoothLength((points * boxCell.c) / resolution),
  ];
  const size = gridOf(oversampling);
  const isLarge = size[0] * size[1] * size[2] > largeGrid;
  return isLarge ? { size: gridOf(coarseOversampling), blur: coarseBlur } : { size, blur: blurPerSquareResolution };
}

export function freeStructureFactors(engine: ComputeEngine, factors: StructureFactors): void {
  freeSpectrum(engine, factors.spectrum);
}

/** Smallest isotropic B, or 8 pi^2 times the smallest eigenvalue of U. */
function smallestB({ count, bFactor, anisotropicU }: ScatteringAtoms): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let atom = 0; atom < count; atom++) {
    const b =
      anisotropicU !== null && !Number.isNaN(anisotropicU[6 * atom]!)
        ? 8 * Math.PI * Math.PI * eigenSymmetric3(uOf(anisotropicU, atom)).values[0]!
        : bFactor[atom]!;
    if (b < smallest) smallest = b;
  }
  return Number.isFinite(smallest) ? smallest : 0;
}

function uOf(u: Float64Array, atom: number): [number, number, number, number, number, number] {
  const at = 6 * atom;
  return [u[at]!, u[at + 1]!, u[at + 2]!, u[at + 3]!, u[at + 4]!, u[at + 5]!];
}

function isOrthogonal({ boxCell }: MapFrame): boolean {
  return boxCell.alpha === 90 && boxCell.beta === 90 && boxCell.gamma === 90;
}

function placeAtoms(
  engine: ComputeEngine,
  density: Float32Array,
  size: readonly [number, number, number],
  atoms: ScatteringAtoms,
  frame: MapFrame,
  blur: number,
  table: ScatteringTable,
  context: RunContext | undefined,
): void {
  const { simple, general } = sortAtoms(atoms, frame, table, context);
  const cutoff = densityCutoff * meanPeak(atoms, blur, table);
  const { boxCell, corner, fractionalization: f } = frame;
  const gridAtoms = {
    count: simple.length,
    position: engine.memory.float64(3 * simple.length),
    amplitude: engine.memory.float64(gaussiansPerAtom * simple.length),
    decay: engine.memory.float64(gaussiansPerAtom * simple.length),
    terms: gaussiansPerAtom,
    radius: engine.memory.float64(simple.length),
  };
  const steps = [boxCell.a / size[0], boxCell.b / size[1], boxCell.c / size[2]] as const;
  const longestRadius = (maximumRow / 2 - 2) * Math.min(...steps);
  const { amplitude, decay, radius } = gridAtoms;
  // Atoms of an element often share their B: its terms are those of the last one.
  const known = new Map<number, { readonly b: number; readonly occupancy: number; readonly at: number }>();
  simple.forEach((atom, row) => {
    const factor = formFactor(table, atoms.element[atom]!)!;
    for (let axis = 0; axis < 3; axis++) {
      gridAtoms.position[3 * row + axis] = (atoms.xyz[3 * atom + axis]! - corner[axis]!) / steps[axis]!;
    }
    const b = atoms.bFactor[atom]! + blur;
    const occupancy = atoms.occupancy[atom]!;
    const at = gaussiansPerAtom * row;
    const like = known.get(atoms.element[atom]!);
    if (like !== undefined && like.b === b && like.occupancy === occupancy) {
      amplitude.copyWithin(at, like.at, like.at + gaussiansPerAtom);
      decay.copyWithin(at, like.at, like.at + gaussiansPerAtom);
      radius[row] = radius[like.at / gaussiansPerAtom]!;
      return;
    }
    known.set(atoms.element[atom]!, { b, occupancy, at });
    let squared = 0;
    for (let k = 0; k < gaussiansPerAtom; k++) {
      const term = gaussianTerm(factor, k, b, occupancy);
      amplitude[at + k] = term.amplitude;
      decay[at + k] = term.decay;
      squared = Math.max(squared, Math.log(Math.max(1, Math.abs(term.amplitude) / cutoff)) / term.decay);
    }
    radius[row] = Math.min(longestRadius, Math.sqrt(squared));
  });
  engine.kernels.addDensity(
    { values: density, nx: size[0], ny: size[1], nz: size[2], stepX: steps[0], stepY: steps[1], stepZ: steps[2] },
    gridAtoms,
    0,
    size[2],
  );
  engine.memory.free(gridAtoms.position, gridAtoms.amplitude, gridAtoms.decay, gridAtoms.radius);
  if (general.length > 0) {
    addGeneralDensity(
      density,
      size,
      generalAtoms(atoms, general, blur, table, cutoff),
      frame.orthogonalization,
      f,
      corner,
    );
  }
}

/** Atoms for the kernel, which knows isotropic ones on an orthogonal grid only, and the others; reports those that do not scatter. */
function sortAtoms(
  atoms: ScatteringAtoms,
  frame: MapFrame,
  table: ScatteringTable,
  context: RunContext | undefined,
): { readonly simple: number[]; readonly general: number[] } {
  const simple: number[] = [];
  const general: number[] = [];
  const orthogonal = isOrthogonal(frame);
  for (let atom = 0; atom < atoms.count; atom++) {
    if (formFactor(table, atoms.element[atom]!) === null) {
      if (context) {
        const message = `Atoms of an element without ${table} scattering factor do not scatter`;
        addDiagnostic(
          context.diagnostics,
          "warning",
          "NO_SCATTERING_FACTOR",
          message,
          elementSymbol(atoms.element[atom]!),
        );
      }
      continue;
    }
    if (atoms.occupancy[atom] === 0) continue;
    const anisotropic = atoms.anisotropicU !== null && !Number.isNaN(atoms.anisotropicU[6 * atom]!);
    (orthogonal && !anisotropic ? simple : general).push(atom);
  }
  return { simple, general };
}

/** Real-space Gaussian of one term: a q (4 pi / beta)^(3/2) exp(-4 pi^2 r^2 / beta), beta = b + B. */
export function gaussianTerm(
  factor: FormFactor,
  k: number,
  b: number,
  occupancy: number,
): { amplitude: number; decay: number } {
  const beta = factor.b[k]! + b;
  const ratio = (4 * Math.PI) / beta;
  return { amplitude: occupancy * factor.a[k]! * ratio * Math.sqrt(ratio), decay: fourPiSquared / beta };
}

function meanPeak(atoms: ScatteringAtoms, blur: number, table: ScatteringTable): number {
  let sum = 0;
  const known = new Map<number, { readonly b: number; readonly peak: number }>();
  for (let atom = 0; atom < atoms.count; atom++) {
    const element = atoms.element[atom]!;
    const b = atoms.bFactor[atom]! + blur;
    const like = known.get(element);
    if (like !== undefined && like.b === b) {
      sum += like.peak;
      continue;
    }
    const factor = formFactor(table, element);
    if (factor === null) continue;
    let peak = 0;
    for (let k = 0; k < gaussiansPerAtom; k++) peak += gaussianTerm(factor, k, b, 1).amplitude;
    sum += Math.abs(peak);
    known.set(element, { b, peak: Math.abs(peak) });
  }
  return Math.max(1e-12, sum / Math.max(1, atoms.count));
}

/** Per Gaussian: M = 8 pi^2 U + b I; amplitude a q (4 pi)^(3/2) / sqrt(det M) and the form 4 pi^2 M^-1. */
function generalAtoms(
  atoms: ScatteringAtoms,
  rows: readonly number[],
  blur: number,
  table: ScatteringTable,
  cutoff: number,
): GeneralAtoms {
  const count = rows.length;
  const result = {
    count,
    xyz: new Float64Array(3 * count),
    amplitude: new Float64Array(gaussiansPerAtom * count),
    form: new Float64Array(6 * gaussiansPerAtom * count),
    radius: new Float64Array(count),
  };
  const eight = 8 * Math.PI * Math.PI;
  rows.forEach((atom, row) => {
    result.xyz.set(atoms.xyz.subarray(3 * atom, 3 * atom + 3), 3 * row);
    const factor = formFactor(table, atoms.element[atom]!)!;
    const isotropic = atoms.bFactor[atom]! / eight;
    const u =
      atoms.anisotropicU === null || Number.isNaN(atoms.anisotropicU[6 * atom]!)
        ? ([isotropic, isotropic, isotropic, 0, 0, 0] as const)
        : uOf(atoms.anisotropicU, atom);
    const largest = eight * eigenSymmetric3([...u] as [number, number, number, number, number, number]).values[2]!;
    let squared = 0;
    for (let k = 0; k < gaussiansPerAtom; k++) {
      const b = factor.b[k]! + blur;
      const xx = eight * u[0] + b;
      const yy = eight * u[1] + b;
      const zz = eight * u[2] + b;
      const xy = eight * u[3];
      const xz = eight * u[4];
      const yz = eight * u[5];
      const determinant = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz);
      const amplitude = (atoms.occupancy[atom]! * factor.a[k]! * (4 * Math.PI) ** 1.5) / Math.sqrt(determinant);
      const scale = fourPiSquared / determinant;
      const at = 6 * (gaussiansPerAtom * row + k);
      result.amplitude[gaussiansPerAtom * row + k] = amplitude;
      result.form[at] = scale * (yy * zz - yz * yz);
      result.form[at + 1] = scale * (xx * zz - xz * xz);
      result.form[at + 2] = scale * (xx * yy - xy * xy);
      result.form[at + 3] = scale * (xz * yz - xy * zz);
      result.form[at + 4] = scale * (xy * yz - xz * yy);
      result.form[at + 5] = scale * (xy * xz - xx * yz);
      squared = Math.max(
        squared,
        (Math.log(Math.max(1, Math.abs(amplitude) / cutoff)) * (largest + b)) / fourPiSquared,
      );
    }
    result.radius[row] = Math.sqrt(squared);
  });
  return result;
}

/**
 * Model map on the grid of the box (x fastest), band limited, mean zero; `extraB` blurs all atoms further. The caller frees
 * the array in the engine's memory.
 */
export function mapFromStructureFactors(engine: ComputeEngine, factors: StructureFactors, extraB = 0): Float32Array {
  const { frame, spectrum } = factors;
  const [nx, ny, nz] = frame.size;
  const target = createSpectrum(engine, nx, ny, nz);
  const limits: FrequencyLimits = {
    h: Math.min(factors.limits.h, (nx - 1) >> 1),
    k: Math.min(factors.limits.k, (ny - 1) >> 1),
    l: Math.min(factors.limits.l, (nz - 1) >> 1),
  };
  copyFrequencies(spectrum, target, factors, limits, extraB - factors.blur);
  const real = engine.memory.rawFloat32(nx * ny * nz);
  inverseTransform(engine, target, real, limits);
  freeSpectrum(engine, target);
  return real;
}

/** Copies terms inside the resolution and multiplies them by exp(-b s^2 / 4) / volume. */
function copyFrequencies(
  from: Spectrum,
  to: Spectrum,
  { frame, resolution }: StructureFactors,
  limits: FrequencyLimits,
  b: number,
): void {
  const f = frame.fractionalization;
  const scale = 1 / cellVolume(frame.boxCell);
  const limit = (1 / (resolution * resolution)) * (1 + 1e-9);
  const isSeparable = isOrthogonal(frame);
  const alongX = Float64Array.from({ length: limits.h + 1 }, (_value, h) => Math.exp((-b * (h * f[0]) ** 2) / 4));
  for (let l = -limits.l; l <= limits.l; l++) {
    for (let k = -limits.k; k <= limits.k; k++) {
      const source = from.stride * (k < 0 ? k + from.ny : k) + from.planeStride * (l < 0 ? l + from.nz : l);
      const target = to.stride * (k < 0 ? k + to.ny : k) + to.planeStride * (l < 0 ? l + to.nz : l);
      const kx = k * f[3] + l * f[6];
      const ky = k * f[4] + l * f[7];
      const kz = k * f[5] + l * f[8];
      const rest = ky * ky + kz * kz;
      if (isSeparable && rest > limit) continue;
      const ofRow = scale * Math.exp((-b * rest) / 4);
      for (let h = 0; h <= limits.h; h++) {
        const sx = h * f[0] + kx;
        const sy = h * f[1] + ky;
        const sz = h * f[2] + kz;
        const squared = sx * sx + sy * sy + sz * sz;
        if (squared > limit || squared === 0) continue;
        const factor = isSeparable ? ofRow * alongX[h]! : scale * Math.exp((-b * squared) / 4);
        to.re[target + h] = factor * from.re[source + h]!;
        to.im[target + h] = factor * from.im[source + h]!;
      }
    }
  }
}
