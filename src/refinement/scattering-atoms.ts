// Atoms of a model as Gaussians on the grid of its map, in the kernels' memory: put there, and summed over.
import { isHydrogenElement } from "../chemistry/elements.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { type DensityGrid, type GridAtoms, gaussiansPerAtom, maximumRow } from "../kernels/reference/density.ts";
import { gaussianTerm } from "../scattering/atom-density.ts";
import { formFactor, type ScatteringTable } from "../scattering/form-factors.ts";
import { type ElementFactors, elementFactors } from "../scattering/reduced-factors.ts";

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

export interface ScatteringAtomsOptions {
  /** Angstrom. */
  readonly resolution: number;
  readonly table: ScatteringTable;
  /** Place of the grid's first point and distance of its points along x, y, z, Angstrom. */
  readonly corner: readonly number[];
  readonly steps: readonly [number, number, number];
  /** B that the sharpest atom is raised to, square Angstrom. */
  readonly leastBlur: number;
}

/** Density of an atom is followed down to this fraction of the mean peak height. */
const densityCutoff = 1e-4;
const nothing = new Float64Array(0);

/** The atoms that scatter: all with a scattering factor but hydrogens. */
export class ScatteringAtoms {
  /** Rows of the model. */
  readonly rows: Int32Array;
  private readonly engine: ComputeEngine;
  private readonly options: ScatteringAtomsOptions;
  private readonly element: Uint8Array;
  /** Place in `rows` of each atom; -1 for those that do not scatter. */
  private readonly rowOfAtom: Int32Array;
  private readonly factors: ElementFactors;
  private readonly position: Float64Array;
  private readonly amplitude: Float64Array;
  private readonly decay: Float64Array;
  private readonly radius: Float64Array;
  private readonly gatheredPosition: Float64Array;
  private readonly gatheredB: Float64Array;
  private readonly gatheredValue: Float64Array;
  /** B, occupancy and blur that amplitudes and decays are of. */
  private readonly placedB: Float64Array;
  private readonly placedOccupancy: Float64Array;
  private placedBlur = Number.NaN;

  constructor(engine: ComputeEngine, element: Uint8Array, options: ScatteringAtomsOptions) {
    this.engine = engine;
    this.options = options;
    this.element = element;
    const rows: number[] = [];
    element.forEach((kind, atom) => {
      if (!isHydrogenElement(kind) && formFactor(options.table, kind) !== null) rows.push(atom);
    });
    this.rows = Int32Array.from(rows);
    this.rowOfAtom = new Int32Array(element.length).fill(-1);
    rows.forEach((atom, row) => {
      this.rowOfAtom[atom] = row;
    });
    const kinds = new Set(rows.map((atom) => element[atom]!));
    this.factors = elementFactors(options.table, kinds, options.resolution);
    const { memory } = engine;
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

  /** Coordinates and elements of the atoms alone. */
  listed(xyz: Float64Array): { readonly count: number; readonly xyz: Float64Array; readonly element: Uint8Array } {
    const { rows, element } = this;
    const own = new Float64Array(3 * rows.length);
    rows.forEach((atom, row) => {
      own.set(xyz.subarray(3 * atom, 3 * atom + 3), 3 * row);
    });
    return { count: rows.length, xyz: own, element: Uint8Array.from(rows, (atom) => element[atom]!) };
  }

  /** Puts the atoms where they are at these parameters, B raised by `blur`. */
  place({ xyz, bFactor, occupancy }: ModelMapParameters, blur: number): void {
    const { rows, position } = this;
    const { corner, steps } = this.options;
    this.shape(bFactor, occupancy, blur);
    for (let row = 0; row < rows.length; row++) {
      const at = 3 * rows[row]!;
      position[3 * row] = (xyz[at]! - corner[0]!) / steps[0];
      position[3 * row + 1] = (xyz[at + 1]! - corner[1]!) / steps[1];
      position[3 * row + 2] = (xyz[at + 2]! - corner[2]!) / steps[2];
    }
  }

  /** Adds the density of the atoms, as they were placed last, to the grid. */
  addTo(grid: DensityGrid): void {
    this.engine.kernels.addDensity(grid, this.gridAtoms(), 0, grid.nz);
  }

  /** Gradients from the grid's values, which are the slopes along the density at each point. */
  gather(grid: DensityGrid, { xyz, bFactor, occupancy }: ModelMapGradients): void {
    const { rows, gatheredPosition, gatheredB, gatheredValue, placedOccupancy } = this;
    this.sumUnder(grid, 0, rows.length, bFactor === undefined && occupancy === undefined);
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

  /** Sums of the grid's values under each set's atoms, as they were placed last. */
  valuesUnder(grid: DensityGrid, sets: readonly (readonly number[])[]): number[] {
    const { rowOfAtom, gatheredValue } = this;
    return sets.map((set) => {
      const rows = set.map((atom) => rowOfAtom[atom]!).filter((row) => row >= 0);
      if (rows.length === 0) return 0;
      // Atoms of a set are neighbours in the file, as a rule.
      this.sumUnder(grid, Math.min(...rows), Math.max(...rows) + 1, false);
      return rows.reduce((sum, row) => sum + gatheredValue[row]!, 0);
    });
  }

  /** Gives the buffers back; the atoms must not be used afterwards. */
  dispose(): void {
    const { position, amplitude, decay, radius, gatheredPosition, gatheredB, gatheredValue } = this;
    this.engine.memory.free(position, amplitude, decay, radius, gatheredPosition, gatheredB, gatheredValue);
  }

  private sumUnder(grid: DensityGrid, begin: number, end: number, positionsAlone: boolean): void {
    const { gatheredPosition, gatheredB, gatheredValue } = this;
    const others = positionsAlone ? { b: nothing, value: nothing } : { b: gatheredB, value: gatheredValue };
    const gathered = { position: gatheredPosition, ...others };
    this.engine.kernels.gatherDensity(grid, this.gridAtoms(), gathered, begin, end);
  }

  private gridAtoms(): GridAtoms {
    const { rows, position, amplitude, decay, radius } = this;
    return { count: rows.length, position, amplitude, decay, radius, terms: this.factors.terms };
  }

  /** Amplitudes, decays and radii of the atoms whose B or occupancy has changed. */
  private shape(bFactor: Float64Array, occupancy: Float64Array, blur: number): void {
    const { rows, element, amplitude, decay, radius, placedB, placedOccupancy } = this;
    const { factors, terms } = this.factors;
    if (blur !== this.placedBlur) placedB.fill(Number.NaN);
    this.placedBlur = blur;
    const longest = (maximumRow / 2 - 2) * Math.min(...this.options.steps);
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
    const { table, leastBlur } = this.options;
    const factor = formFactor(table, 6)!;
    let peak = 0;
    for (let k = 0; k < gaussiansPerAtom; k++) peak += gaussianTerm(factor, k, leastBlur, 1).amplitude;
    return Math.max(1e-12, Math.abs(peak));
  }
}
