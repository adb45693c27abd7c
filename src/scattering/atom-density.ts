// The density of atoms on a grid: isotropic ones by the kernel, others one by one.
import { addDiagnostic } from "../base/diagnostics.ts";
import type { RunContext } from "../base/run-context.ts";
import { elementSymbol } from "../chemistry/elements.ts";
import type { MapFrame } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { gaussiansPerAtom, maximumRow } from "../kernels/reference/density.ts";
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

/** Density of an atom is followed down to this fraction of the mean peak height. */
const densityCutoff = 1e-4;
const fourPiSquared = 4 * Math.PI * Math.PI;

/** Smallest isotropic B, or 8 pi^2 times the smallest eigenvalue of U. */
export function smallestB({ count, bFactor, anisotropicU }: ScatteringAtoms): number {
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

export function isOrthogonal({ boxCell }: MapFrame): boolean {
  return boxCell.alpha === 90 && boxCell.beta === 90 && boxCell.gamma === 90;
}

/** Adds the density of atoms, all B raised by `blur`, to a grid over the box of the frame. */
export function placeAtoms(
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
