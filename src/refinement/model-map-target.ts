// Stage two's data target: the model map against the target map, Fourier shell by shell, as minus twice a log-likelihood.
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { DensityMap } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { gaussiansPerAtom, maximumRow } from "../kernels/reference/density.ts";
import {
  createSpectrum,
  forwardTransform,
  freeSpectrum,
  inverseTransform,
  type Spectrum,
} from "../kernels/spectrum.ts";
import { gaussianTerm } from "../scattering/atom-density.ts";
import { formFactor, type ScatteringTable } from "../scattering/form-factors.ts";
import { samplingGrid } from "../scattering/model-map.ts";
import { type ElementFactors, elementFactors } from "../scattering/reduced-factors.ts";
import {
  boxAround,
  type FourierTerms,
  listTerms,
  maskedTerms,
  offsetsIn,
  type TargetBox,
  targetMask,
} from "./target-terms.ts";

/** What a model map depends on, an entry (xyz: three) per atom of the model. */
export interface ModelMapParameters {
  readonly xyz: Float64Array;
  readonly bFactor: Float64Array;
  readonly occupancy: Float64Array;
}

/** Gradients that are asked for, an entry (xyz: three) per atom; entries of atoms that do not scatter are set to zero. */
export interface ModelMapGradients {
  readonly xyz?: Float64Array;
  readonly bFactor?: Float64Array;
  readonly occupancy?: Float64Array;
}

/** Sets of atoms that move, each on its own. */
export interface MoveBatch {
  /** Coordinates of all atoms: those of the sets where they go, all others where they are. */
  readonly to: Float64Array;
  readonly sets: readonly (readonly number[])[];
}

/** One shell of Fourier terms. */
export interface TargetShell {
  /** Angstrom, of the middle of the shell. */
  readonly d: number;
  readonly terms: number;
  /** Scale of the model's terms. */
  readonly scale: number;
  /** Mean square of what the scaled model leaves of a term. */
  readonly variance: number;
  /** Correlation of the terms. */
  readonly correlation: number;
}

export interface ModelMapTargetOptions {
  /** Terms with d below this are left out, Angstrom. */
  readonly resolution: number;
  readonly table: ScatteringTable;
}

/** Density of an atom is followed down to this fraction of the mean peak height. */
const densityCutoff = 1e-4;
/** The mask reaches this far beyond the atoms' spheres and falls off over at least `leastEdge`, Angstrom. */
const maskDistance = 3;
const leastEdge = 3;
/** Room between the mask and its neighbour in the next box, Angstrom per Angstrom of resolution. */
const gapPerResolution = 1;
const nothing = new Float64Array(0);
/** B is raised by at most this factor of the blur before the grid's blur is chosen anew. */
const staleBlur = 0.4;

/**
 * T = f sum over terms of |F_o - D F_c|^2 / S, with scale D and variance S of each shell and f the share of terms that is
 * independent inside the mask: minus twice the log-likelihood of Gaussian errors (Murshudov 2016; Yamashita et al. 2021), up to a
 * constant, so that restraints, which are minus twice log-priors, are added with weight 1.
 */
export class ModelMapTarget {
  readonly terms: FourierTerms;
  /** Share of the terms that is independent. */
  readonly independent: number;
  private readonly engine: ComputeEngine;
  private readonly options: ModelMapTargetOptions;
  private readonly box: TargetBox;
  private readonly observed: { readonly re: Float32Array; readonly im: Float32Array };
  private readonly size: readonly [number, number, number];
  /** Blur of the sharpest atom, square Angstrom. */
  private readonly leastBlur: number;
  private blur = 0;
  private readonly density: Float32Array;
  private readonly spectrum: Spectrum;
  private readonly offsets: Int32Array;
  /** Per term: from the spectrum of the sampled, blurred atoms to the model's term in units of the observed ones. */
  private readonly sharpen: Float64Array;
  private readonly scale: Float64Array;
  private readonly inverseVariance: Float64Array;
  /** Rows of the model that scatter. */
  private readonly rows: Int32Array;
  private readonly element: Uint8Array;
  private readonly factors: ElementFactors;
  private readonly position: Float64Array;
  private readonly amplitude: Float64Array;
  private readonly decay: Float64Array;
  private readonly radius: Float64Array;
  private readonly gatheredPosition: Float64Array;
  private readonly gatheredB: Float64Array;
  private readonly gatheredValue: Float64Array;
  /** B and occupancy that amplitudes and decays are of. */
  private readonly placedB: Float64Array;
  private readonly placedOccupancy: Float64Array;
  private meanCurvature = 0;
  /** What the spectrum's terms become before they are transformed back; made once, because making it takes as long as filling it. */
  private residual: Float64Array = new Float64Array(0);

  private constructor(
    engine: ComputeEngine,
    box: TargetBox,
    element: Uint8Array,
    xyz: Float64Array,
    options: ModelMapTargetOptions,
  ) {
    this.engine = engine;
    this.options = options;
    this.box = box;
    this.element = element;
    const rows: number[] = [];
    element.forEach((kind, atom) => {
      if (!isHydrogenElement(kind) && formFactor(options.table, kind) !== null) rows.push(atom);
    });
    this.rows = Int32Array.from(rows);
    const { resolution } = options;
    this.factors = elementFactors(options.table, new Set(rows.map((atom) => element[atom]!)), resolution);
    const scatterers = {
      count: rows.length,
      xyz: new Float64Array(3 * rows.length),
      element: Uint8Array.from(rows, (atom) => element[atom]!),
    };
    rows.forEach((atom, row) => scatterers.xyz.set(xyz.subarray(3 * atom, 3 * atom + 3), 3 * row));
    const { mask, independent } = targetMask(engine, box, scatterers, {
      distance: maskDistance,
      edge: Math.max(leastEdge, resolution),
    });
    this.independent = independent;
    this.terms = listTerms(box.frame, resolution, independent);
    this.observed = maskedTerms(engine, box, mask, this.terms);
    const sampling = samplingGrid(box.frame, resolution);
    this.size = sampling.size;
    this.leastBlur = sampling.blur * resolution * resolution;
    const { memory } = engine;
    const [nx, ny, nz] = this.size;
    this.density = memory.rawFloat32(nx * ny * nz);
    this.spectrum = createSpectrum(engine, nx, ny, nz);
    this.offsets = offsetsIn(this.spectrum, this.terms);
    this.sharpen = new Float64Array(this.terms.count);
    this.scale = new Float64Array(this.terms.shells);
    this.inverseVariance = new Float64Array(this.terms.shells);
    const count = rows.length;
    this.position = memory.float64(3 * count);
    this.amplitude = memory.float64(gaussiansPerAtom * count);
    this.decay = memory.float64(gaussiansPerAtom * count);
    this.radius = memory.float64(count);
    this.gatheredPosition = memory.float64(3 * count);
    this.gatheredB = memory.float64(count);
    this.gatheredValue = memory.float64(count);
    this.placedB = new Float64Array(count).fill(Number.NaN);
    this.placedOccupancy = new Float64Array(count).fill(Number.NaN);
  }

  /**
   * Target around the model at these parameters, its shells estimated there. Null where the map's axes are not at right angles.
   */
  static create(
    engine: ComputeEngine,
    map: DensityMap,
    element: Uint8Array,
    start: ModelMapParameters,
    options: ModelMapTargetOptions,
  ): ModelMapTarget | null {
    const reach = maskDistance + Math.max(leastEdge, options.resolution) + 2;
    const box = boxAround(map, start.xyz, reach + gapPerResolution * options.resolution);
    if (box === null) return null;
    const target = new ModelMapTarget(engine, box, element, start.xyz, options);
    target.updateShells(start);
    return target;
  }

  /** Mean curvature of the target along a coordinate of an atom, per square Angstrom. */
  get curvature(): number {
    return this.meanCurvature;
  }

  /** Angstrom. */
  get resolution(): number {
    return this.options.resolution;
  }

  /** Value at these parameters; fills the gradients that are asked for. */
  evaluate(parameters: ModelMapParameters, gradients: ModelMapGradients = {}): number {
    this.transform(parameters);
    const isWanted =
      gradients.xyz !== undefined || gradients.bFactor !== undefined || gradients.occupancy !== undefined;
    if (!isWanted) return this.independent * this.compareTerms(null);
    const value = this.makeField();
    this.gather(gradients);
    return this.independent * value;
  }

  /**
   * How much the value changes when the atoms of each set go to their places in `to`, all others staying. Sets of a batch are taken
   * to be so far apart that none feels another one's move.
   */
  differences(from: ModelMapParameters, batches: readonly MoveBatch[]): number[][] {
    // The target is quadratic in the density: the change is the mean of its slopes before and after, along what is moved.
    const along = (to: Float64Array): Float64Array => {
      const before = this.valuesAt(from);
      return this.valuesAt({ ...from, xyz: to }).map((value, atom) => value - before[atom]!);
    };
    this.transform(from);
    this.makeField();
    const first = batches.map(({ to }) => along(to));
    return batches.map(({ to, sets }, batch) => {
      this.transform({ ...from, xyz: to });
      this.makeField();
      const second = along(to);
      return sets.map((set) => set.reduce((sum, atom) => sum + (first[batch]![atom]! + second[atom]!) / 2, 0));
    });
  }

  /** Weighted squares of what the spectrum's terms differ from the observed ones, not yet times the independent share. */
  private compareTerms(residual: Float64Array | null): number {
    const { spectrum, terms, observed, offsets, sharpen, scale, inverseVariance } = this;
    const { count, multiplicity, shell } = terms;
    const { re, im } = spectrum;
    const perTerm = 2 * this.independent;
    let value = 0;
    for (let term = 0; term < count; term++) {
      const at = offsets[term]!;
      const of = shell[term]!;
      const factor = scale[of]! * sharpen[term]!;
      const a = factor * re[at]! - observed.re[term]!;
      const b = factor * im[at]! - observed.im[term]!;
      const weight = inverseVariance[of]!;
      value += multiplicity[term]! * weight * (a * a + b * b);
      if (residual !== null) {
        const back = perTerm * weight * factor;
        residual[2 * term] = back * a;
        residual[2 * term + 1] = back * b;
      }
    }
    return value;
  }

  /** Turns the spectrum into the map in `density` whose sum under an atom is the slope of the value; returns what compareTerms does. */
  private makeField(): number {
    const { spectrum, terms, offsets } = this;
    const { re, im } = spectrum;
    if (this.residual.length === 0) this.residual = new Float64Array(2 * terms.count);
    const { residual } = this;
    const value = this.compareTerms(residual);
    // Everything outside of the terms must be zero for the transform back; what the forward one left there is overwritten.
    re.fill(0);
    im.fill(0);
    for (let term = 0; term < terms.count; term++) {
      const at = offsets[term]!;
      re[at] = residual[2 * term]!;
      im[at] = residual[2 * term + 1]!;
    }
    inverseTransform(this.engine, spectrum, this.density, terms.limits);
    return value;
  }

  /**
   * Scale and variance of every shell at these parameters. With `tempering` t the target weighs a shell by S^(t - 1) M^(-t), M the
   * mean of S over all terms: 0 is the likelihood, 1 least squares. Errors of real models are alike over many shells, which the
   * likelihood takes for so many observations.
   */
  updateShells(parameters: ModelMapParameters, tempering = 0): TargetShell[] {
    this.chooseBlur(parameters);
    this.transform(parameters);
    const { terms, observed, spectrum, offsets, sharpen, scale, inverseVariance } = this;
    const { shells, shell, multiplicity, count } = terms;
    const sums = { n: 0, oo: 0, cc: 0, oc: 0, s: 0 };
    const ofShell = Array.from({ length: shells }, () => ({ ...sums }));
    for (let term = 0; term < count; term++) {
      const at = offsets[term]!;
      const a = sharpen[term]! * spectrum.re[at]!;
      const b = sharpen[term]! * spectrum.im[at]!;
      const c = observed.re[term]!;
      const d = observed.im[term]!;
      const m = multiplicity[term]!;
      const sum = ofShell[shell[term]!]!;
      sum.n += m;
      sum.oo += m * (c * c + d * d);
      sum.cc += m * (a * a + b * b);
      sum.oc += m * (a * c + b * d);
      sum.s += m * Math.sqrt(terms.squared[term]!);
    }
    const result = ofShell.map(({ n, oo, cc, oc, s }, at): TargetShell => {
      // A shell that does not correlate says nothing about the model.
      const isUsable = n > 0 && oc > 0 && cc > 0;
      const best = isUsable ? oc / cc : 0;
      const variance = n > 0 ? Math.max(oo - best * oc, 1e-6 * oo) / n : 0;
      scale[at] = best;
      inverseVariance[at] = isUsable && variance > 0 ? 1 / variance : 0;
      return {
        d: n > 0 ? n / s : 0,
        terms: n,
        scale: best,
        variance,
        correlation: oo > 0 && cc > 0 ? oc / Math.sqrt(oo * cc) : 0,
      };
    });
    if (tempering > 0) temper(inverseVariance, result, tempering);
    this.meanCurvature = this.curvatureAt(parameters);
    return result;
  }

  /** Gives the buffers back; the target must not be used afterwards. */
  dispose(): void {
    const { memory } = this.engine;
    freeSpectrum(this.engine, this.spectrum);
    memory.free(this.density, this.position, this.amplitude, this.decay, this.radius);
    memory.free(this.gatheredPosition, this.gatheredB, this.gatheredValue);
  }

  /** Spectrum of the blurred atoms on the sampling grid. */
  private transform(parameters: ModelMapParameters): void {
    this.placeAtoms(parameters);
    this.density.fill(0);
    this.engine.kernels.addDensity(this.grid(this.steps()), this.gridAtoms(), 0, this.size[2]);
    forwardTransform(this.engine, this.density, this.spectrum, this.terms.limits);
  }

  private placeAtoms({ xyz, bFactor, occupancy }: ModelMapParameters): void {
    const { rows, position } = this;
    const { corner } = this.box.frame;
    const steps = this.steps();
    this.placeGaussians(bFactor, occupancy);
    for (let row = 0; row < rows.length; row++) {
      const at = 3 * rows[row]!;
      position[3 * row] = (xyz[at]! - corner[0]) / steps[0];
      position[3 * row + 1] = (xyz[at + 1]! - corner[1]) / steps[1];
      position[3 * row + 2] = (xyz[at + 2]! - corner[2]) / steps[2];
    }
  }

  /** Sum of the map in `density` under every atom of the model as if it were here; zero for those that do not scatter. */
  private valuesAt(parameters: ModelMapParameters): Float64Array {
    const { rows, gatheredValue } = this;
    this.placeAtoms(parameters);
    this.gatherRows();
    const values = new Float64Array(this.element.length);
    for (let row = 0; row < rows.length; row++) values[rows[row]!] = gatheredValue[row]!;
    return values;
  }

  /** Sums under the atoms of the model, of positions alone where nothing else is wanted. */
  private gatherRows(positionsAlone = false): void {
    const { rows, gatheredPosition, gatheredB, gatheredValue } = this;
    const others = positionsAlone ? { b: nothing, value: nothing } : { b: gatheredB, value: gatheredValue };
    const gathered = { position: gatheredPosition, ...others };
    this.engine.kernels.gatherDensity(this.grid(this.steps()), this.gridAtoms(), gathered, 0, rows.length);
  }

  private steps(): readonly [number, number, number] {
    const { boxCell } = this.box.frame;
    return [boxCell.a / this.size[0], boxCell.b / this.size[1], boxCell.c / this.size[2]];
  }

  private grid(steps: readonly [number, number, number]) {
    const [nx, ny, nz] = this.size;
    return { values: this.density, nx, ny, nz, stepX: steps[0], stepY: steps[1], stepZ: steps[2] };
  }

  private gridAtoms() {
    const { rows, position, amplitude, decay, radius } = this;
    return { count: rows.length, position, amplitude, decay, radius, terms: this.factors.terms };
  }

  /** Blur so that the sharpest atom is well sampled; kept as long as it serves. */
  private chooseBlur({ bFactor }: ModelMapParameters): void {
    let smallest = Number.POSITIVE_INFINITY;
    for (const atom of this.rows) smallest = Math.min(smallest, bFactor[atom]!);
    if (!Number.isFinite(smallest)) smallest = 0;
    const blur = this.leastBlur - smallest;
    if (this.placedB.length > 0 && !Number.isNaN(this.placedB[0]!)) {
      if (Math.abs(blur - this.blur) < staleBlur * this.leastBlur) return;
    }
    this.blur = blur;
    this.placedB.fill(Number.NaN);
    const { sharpen, terms, size, box } = this;
    const [nx, ny, nz] = size;
    // From the model's grid to the grid of the map, on which the observed terms are sums.
    const points = box.frame.size[0] * box.frame.size[1] * box.frame.size[2];
    const factor = points / (nx * ny * nz);
    for (let term = 0; term < terms.count; term++) {
      sharpen[term] = factor * Math.exp((blur * terms.squared[term]!) / 4);
    }
  }

  /** Amplitudes, decays and radii of the atoms whose B or occupancy has changed. */
  private placeGaussians(bFactor: Float64Array, occupancy: Float64Array): void {
    const { rows, element, amplitude, decay, radius, placedB, placedOccupancy, blur } = this;
    const { factors, terms } = this.factors;
    const longest = (maximumRow / 2 - 2) * Math.min(...this.steps());
    const cutoff = densityCutoff * this.peakOfCarbon();
    for (let row = 0; row < rows.length; row++) {
      const atom = rows[row]!;
      const b = bFactor[atom]!;
      const q = occupancy[atom]!;
      if (placedB[row] === b && placedOccupancy[row] === q) continue;
      placedB[row] = b;
      placedOccupancy[row] = q;
      const factor = factors.get(element[atom]!)!;
      const at = gaussiansPerAtom * row;
      let squared = 0;
      for (let k = 0; k < terms; k++) {
        const term = gaussianTerm(factor, k, b + blur, q);
        amplitude[at + k] = term.amplitude;
        decay[at + k] = term.decay;
        squared = Math.max(squared, Math.log(Math.max(1, Math.abs(term.amplitude) / cutoff)) / term.decay);
      }
      radius[row] = Math.min(longest, Math.sqrt(squared));
    }
  }

  private peakOfCarbon(): number {
    const factor = formFactor(this.options.table, 6)!;
    let peak = 0;
    for (let k = 0; k < gaussiansPerAtom; k++) peak += gaussianTerm(factor, k, this.leastBlur, 1).amplitude;
    return Math.max(1e-12, Math.abs(peak));
  }

  /** Gradients from the map that stands in `density`. */
  private gather({ xyz, bFactor, occupancy }: ModelMapGradients): void {
    const { rows, gatheredPosition, gatheredB, gatheredValue, placedOccupancy } = this;
    this.gatherRows(bFactor === undefined && occupancy === undefined);
    xyz?.fill(0);
    bFactor?.fill(0);
    occupancy?.fill(0);
    for (let row = 0; row < rows.length; row++) {
      const atom = rows[row]!;
      if (xyz) {
        xyz[3 * atom] = gatheredPosition[3 * row]!;
        xyz[3 * atom + 1] = gatheredPosition[3 * row + 1]!;
        xyz[3 * atom + 2] = gatheredPosition[3 * row + 2]!;
      }
      if (bFactor) bFactor[atom] = gatheredB[row]!;
      if (occupancy) occupancy[atom] = placedOccupancy[row]! > 0 ? gatheredValue[row]! / placedOccupancy[row]! : 0;
    }
  }

  /** 2 f sum of D^2 / S |f(s)|^2 (2 pi s_x)^2 for the mean atom: what an atom alone would have. */
  private curvatureAt({ bFactor }: ModelMapParameters): number {
    const { terms, rows, scale, inverseVariance, element, box } = this;
    let meanB = 0;
    for (const atom of rows) meanB += bFactor[atom]! / rows.length;
    const volume = box.frame.boxCell.a * box.frame.boxCell.b * box.frame.boxCell.c;
    const points = box.frame.size[0] * box.frame.size[1] * box.frame.size[2];
    const carbon = formFactor(this.options.table, rows.length > 0 ? 6 : element[rows[0]!]!)!;
    let sum = 0;
    for (let term = 0; term < terms.count; term++) {
      const of = terms.shell[term]!;
      const squared = terms.squared[term]!;
      let amplitude = 0;
      for (let k = 0; k < carbon.a.length; k++) amplitude += carbon.a[k]! * Math.exp((-carbon.b[k]! * squared) / 4);
      amplitude *= (scale[of]! * Math.exp((-meanB * squared) / 4) * points) / volume;
      sum += terms.multiplicity[term]! * inverseVariance[of]! * amplitude * amplitude * squared;
    }
    return ((8 * Math.PI * Math.PI) / 3) * this.independent * sum;
  }
}

function temper(inverseVariance: Float64Array, shells: readonly TargetShell[], tempering: number): void {
  let terms = 0;
  let total = 0;
  for (const shell of shells) {
    terms += shell.terms;
    total += shell.terms * shell.variance;
  }
  const mean = total / Math.max(1, terms);
  if (!(mean > 0)) return;
  for (let at = 0; at < inverseVariance.length; at++)
    inverseVariance[at]! *= (shells[at]!.variance / mean) ** tempering;
}
