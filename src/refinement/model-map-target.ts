// Stage two's data target: the model map against the target map, Fourier shell by shell, as minus twice a log-likelihood.
import type { DensityMap } from "../density/map.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import type { DensityGrid } from "../kernels/reference/density.ts";
import {
  createSpectrum,
  forwardTransform,
  freeSpectrum,
  inverseTransform,
  type Spectrum,
} from "../kernels/spectrum.ts";
import { formFactor, type ScatteringTable } from "../scattering/form-factors.ts";
import { samplingGrid } from "../scattering/model-map.ts";
import { type ModelMapGradients, type ModelMapParameters, ScatteringAtoms } from "./scattering-atoms.ts";
import {
  boxAround,
  type FourierTerms,
  listTerms,
  maskedTerms,
  offsetsIn,
  type TargetBox,
  targetMask,
} from "./target-terms.ts";

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

/** The mask reaches this far beyond the atoms' spheres and falls off over at least `leastEdge`, Angstrom. */
const maskDistance = 3;
const leastEdge = 3;
/** Room between the mask and its neighbour in the next box, Angstrom per Angstrom of resolution. */
const gapPerResolution = 1;
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
  /** Angstrom. */
  private readonly steps: readonly [number, number, number];
  /** Blur of the sharpest atom, square Angstrom. */
  private readonly leastBlur: number;
  private blur = Number.NaN;
  private readonly density: Float32Array;
  private readonly spectrum: Spectrum;
  private readonly offsets: Int32Array;
  /** Per term: from the spectrum of the sampled, blurred atoms to the model's term in units of the observed ones. */
  private readonly sharpen: Float64Array;
  private readonly scale: Float64Array;
  private readonly inverseVariance: Float64Array;
  private readonly atoms: ScatteringAtoms;
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
    const { resolution, table } = options;
    const { boxCell, corner } = box.frame;
    const sampling = samplingGrid(box.frame, resolution);
    this.size = sampling.size;
    this.leastBlur = sampling.blur * resolution * resolution;
    const [nx, ny, nz] = this.size;
    this.steps = [boxCell.a / nx, boxCell.b / ny, boxCell.c / nz];
    const { steps, leastBlur } = this;
    this.atoms = new ScatteringAtoms(engine, element, { resolution, table, corner, steps, leastBlur });
    const { mask, independent } = targetMask(engine, box, this.atoms.listed(xyz), {
      distance: maskDistance,
      edge: Math.max(leastEdge, resolution),
    });
    this.independent = independent;
    this.terms = listTerms(box.frame, resolution, independent);
    this.observed = maskedTerms(engine, box, mask, this.terms);
    this.density = engine.memory.rawFloat32(nx * ny * nz);
    this.spectrum = createSpectrum(engine, nx, ny, nz);
    this.offsets = offsetsIn(this.spectrum, this.terms);
    this.sharpen = new Float64Array(this.terms.count);
    this.scale = new Float64Array(this.terms.shells);
    this.inverseVariance = new Float64Array(this.terms.shells);
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
    this.atoms.gather(this.grid(), gradients);
    return this.independent * value;
  }

  /**
   * How much the value changes when the atoms of each set go to their places in `to`, all others staying. Sets of a batch are taken
   * to be so far apart that none feels another one's move.
   */
  differences(from: ModelMapParameters, batches: readonly MoveBatch[]): number[][] {
    // The target is quadratic in the density: the change is the mean of its slopes before and after, along what is moved.
    const valuesAt = (xyz: Float64Array, sets: MoveBatch["sets"]): number[] => {
      this.atoms.place({ ...from, xyz }, this.blur);
      return this.atoms.valuesUnder(this.grid(), sets);
    };
    const along = ({ to, sets }: MoveBatch): number[] => {
      const before = valuesAt(from.xyz, sets);
      return valuesAt(to, sets).map((value, set) => value - before[set]!);
    };
    this.transform(from);
    this.makeField();
    const first = batches.map(along);
    return batches.map((batch, at) => {
      this.transform({ ...from, xyz: batch.to });
      this.makeField();
      return along(batch).map((second, set) => (first[at]![set]! + second) / 2);
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
    freeSpectrum(this.engine, this.spectrum);
    this.engine.memory.free(this.density);
    this.atoms.dispose();
  }

  /** Spectrum of the blurred atoms on the sampling grid. */
  private transform(parameters: ModelMapParameters): void {
    this.atoms.place(parameters, this.blur);
    this.density.fill(0);
    this.atoms.addTo(this.grid());
    forwardTransform(this.engine, this.density, this.spectrum, this.terms.limits);
  }

  private grid(): DensityGrid {
    const [nx, ny, nz] = this.size;
    const [stepX, stepY, stepZ] = this.steps;
    return { values: this.density, nx, ny, nz, stepX, stepY, stepZ };
  }

  /** Blur so that the sharpest atom is well sampled; kept as long as it serves. */
  private chooseBlur({ bFactor }: ModelMapParameters): void {
    let smallest = Number.POSITIVE_INFINITY;
    for (const atom of this.atoms.rows) smallest = Math.min(smallest, bFactor[atom]!);
    if (!Number.isFinite(smallest)) smallest = 0;
    const blur = this.leastBlur - smallest;
    if (Math.abs(blur - this.blur) < staleBlur * this.leastBlur) return;
    this.blur = blur;
    const { sharpen, terms, size, box } = this;
    const [nx, ny, nz] = size;
    // From the model's grid to the grid of the map, on which the observed terms are sums.
    const points = box.frame.size[0] * box.frame.size[1] * box.frame.size[2];
    const factor = points / (nx * ny * nz);
    for (let term = 0; term < terms.count; term++) {
      sharpen[term] = factor * Math.exp((blur * terms.squared[term]!) / 4);
    }
  }

  /** 2 f sum of D^2 / S |f(s)|^2 (2 pi s_x)^2 for the mean atom: what an atom alone would have. */
  private curvatureAt({ bFactor }: ModelMapParameters): number {
    const { terms, scale, inverseVariance, box } = this;
    const { rows } = this.atoms;
    let meanB = 0;
    for (const atom of rows) meanB += bFactor[atom]! / rows.length;
    const volume = box.frame.boxCell.a * box.frame.boxCell.b * box.frame.boxCell.c;
    const points = box.frame.size[0] * box.frame.size[1] * box.frame.size[2];
    const carbon = formFactor(this.options.table, 6)!;
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
