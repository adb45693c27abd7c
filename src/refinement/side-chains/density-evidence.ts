// How much better a map is explained with atoms at some places than without them, as a difference of log-likelihoods.
import type { MapGrid } from "../../density/map.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import type { Model } from "../../model/model.ts";
import { formFactor } from "../../scattering/form-factors.ts";
import type { Topology } from "../../topology/topology.ts";
import { type CubicGrid, cubicGrid, cubicValue } from "./cubic-grid.ts";
import { type ComplexTerms, createImageStage, type ImageStage, sumOfTerms } from "./image-stage.ts";
import { type ObservedTerms, observedTerms } from "./observed-terms.ts";

/** The target map: scaled values and where they lie. */
export interface SearchDensity {
  readonly grid: MapGrid;
  readonly values: Float32Array;
}

export interface EvidenceInput {
  readonly engine: ComputeEngine;
  readonly model: Model;
  readonly topology: Topology;
  readonly xyz: Float64Array;
  readonly density: SearchDensity;
  /** Angstrom. */
  readonly resolution: number;
  /** 1 for atoms whose places are looked for; all others are taken out of the map where they are. */
  readonly searched: Uint8Array;
  /** 1 for N, CA, C, O and CB of proteins: how clear a region is. */
  readonly backbone: Uint8Array;
}

export interface DensityEvidence {
  /** Expected strength of each atom beside a carbon of the backbone. */
  readonly amplitude: Float64Array;
  /** Log-likelihood per amplitude of an atom at a place, before what its image explains already. */
  readonly gain: CubicGrid;
  /** The same with all atoms taken out where they are now. */
  readonly rest: CubicGrid;
  /** Log-likelihood that the images of two atoms of amplitude 1 share, by their distance in steps. */
  readonly overlap: Float64Array;
  readonly overlapStep: number;
  /** Correlation of map and images over all terms that count. */
  readonly correlation: number;
}

/** Images are placed with this standard deviation, as a share of the resolution and in voxels; shells undo it. */
const imageShare = 0.3;
const imageVoxels = 0.9;
/** Images are followed to this many times the resolution. */
const overlapReach = 1.5;
const overlapSteps = 512;
/** Residues to each side that say how clear the map is around one. */
const regionReach = 2;
const leastClarity = 0.1;
const largestClarity = 1.5;
/** A kind of atom counts as typical with as many others as this. */
const typicalCount = 6;
const leastTypical = 0.3;
const largestTypical = 1.5;
/** Bounds of what an atom that stands still may have beside what is expected of it. */
const leastMatch = 0.3;
const largestMatch = 2;

/** Scale, noise and so the weight of every shell of Fourier terms. */
interface Shells {
  /** What one atom of amplitude 1 gives a term, over the square root of the variance. */
  readonly image: Float64Array;
  /** From observed terms to those over the square root of the variance. */
  readonly whiten: Float64Array;
  readonly correlation: number;
}

/**
 * Measures images and noise in the map itself, Fourier shell by shell; null where the model explains nothing of it, or the
 * map's axes are not at right angles.
 */
export function measureEvidence(input: EvidenceInput): DensityEvidence | null {
  const { engine, resolution, xyz, model } = input;
  const rows = heavyRows(input.topology);
  const found = observedTerms(input, rows);
  if (found === null) return null;
  const { frame, terms } = found;
  const steps = [0, 4, 8].map((at, axis) => frame.orthogonalization[at]! / frame.size[axis]!);
  const width = Math.max(imageShare * resolution, imageVoxels * Math.max(...steps));
  const stage = createImageStage(engine, { frame, terms, width, xyz });
  try {
    return measureOn(stage, input, { ...found, rows, relative: relativeAmplitudes(model, resolution) });
  } finally {
    stage.dispose();
  }
}

interface Scatterers {
  readonly rows: readonly number[];
  readonly relative: Float64Array;
}

function measureOn(
  stage: ImageStage,
  input: EvidenceInput,
  { rows, relative, observed, independent }: Scatterers & ObservedTerms,
): DensityEvidence | null {
  const { searched, resolution } = input;
  const plain = stage.imagesOf(rows, relative);
  const shells = measureShells(stage, observed, plain);
  if (shells === null) return null;
  const gainOf = (terms: ComplexTerms | null, images: ComplexTerms | null): Float32Array =>
    stage.mapOf(gainTerms(stage, shells, independent, { observed: terms, images }));
  const atAtoms = (values: Float32Array): Float64Array => valuesAt(cubicGrid(stage.frame, values), input.xyz, rows);
  const kept = (values: Float32Array): CubicGrid => cubicGrid(stage.frame, values.slice());
  const seen = atAtoms(gainOf(observed, null));
  const amplitude = relative.slice();
  scaleAmplitudes(input, rows, amplitude, { observed: seen, expected: atAtoms(gainOf(null, plain)) });
  const standing = rows.filter((row) => searched[row] === 0);
  const searchedRows = rows.filter((row) => searched[row] === 1);
  const moving = searchedRows.length === 0 ? null : stage.imagesOf(searchedRows, amplitude);
  const withMoving = (terms: ComplexTerms): ComplexTerms => (moving === null ? terms : sumOfTerms(terms, moving));
  const scaled = atAtoms(gainOf(null, withMoving(stage.imagesOf(standing, amplitude))));
  rows.forEach((row, at) => {
    if (searched[row] === 1 || !(scaled[at]! > 0)) return;
    amplitude[row]! *= Math.min(largestMatch, Math.max(leastMatch, seen[at]! / scaled[at]!));
  });
  const still = stage.imagesOf(standing, amplitude);
  const gain = kept(gainOf(observed, still));
  return {
    amplitude,
    gain,
    rest: moving === null ? gain : kept(gainOf(observed, sumOfTerms(still, moving))),
    ...overlapTable(stage, shells, independent, resolution),
    correlation: shells.correlation,
  };
}

/** Log-likelihood that the images of two atoms of amplitude 1 share at a squared distance, square Angstrom. */
export function imageOverlap({ overlap, overlapStep }: DensityEvidence, squaredDistance: number): number {
  const place = Math.sqrt(squaredDistance) / overlapStep;
  const below = place | 0;
  if (below >= overlapSteps) return 0;
  return overlap[below]! + (place - below) * (overlap[below + 1]! - overlap[below]!);
}

/** Distance at which images end, Angstrom. */
export function overlapDistance({ overlapStep }: DensityEvidence): number {
  return overlapSteps * overlapStep;
}

/** Values at some atoms. */
function valuesAt(grid: CubicGrid, xyz: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => cubicValue(grid, xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!));
}

function heavyRows({ isHydrogen, atomCount }: Topology): number[] {
  const rows: number[] = [];
  for (let row = 0; row < atomCount; row++) if (isHydrogen[row] === 0) rows.push(row);
  return rows;
}

/** Scattering at half the resolution relative to carbon's; hydrogens and unknown elements have none. */
function relativeAmplitudes({ atoms }: Model, resolution: number): Float64Array {
  const squared = 1 / (4 * resolution * resolution);
  const scatter = (element: number): number => {
    const factor = formFactor("electron", element);
    if (factor === null || element === 1 || element === 119) return 0;
    return factor.a.reduce((sum, a, at) => sum + a * Math.exp((-factor.b[at]! * squared) / 4), 0);
  };
  const carbon = scatter(6);
  return Float64Array.from(atoms.element, (element, row) => (scatter(element) / carbon) * atoms.occupancy[row]!);
}

/** Scale of the images and variance of what they leave, by regression in every shell; null where no shell correlates. */
function measureShells(
  { terms: { count, shells, shell, multiplicity }, peak }: ImageStage,
  observed: ComplexTerms,
  images: ComplexTerms,
): Shells | null {
  const n = new Float64Array(shells);
  const oo = new Float64Array(shells);
  const cc = new Float64Array(shells);
  const oc = new Float64Array(shells);
  for (let term = 0; term < count; term++) {
    const a = observed.re[term]!;
    const b = observed.im[term]!;
    const c = images.re[term]!;
    const d = images.im[term]!;
    const of = shell[term]!;
    const m = multiplicity[term]!;
    n[of]! += m;
    oo[of]! += m * (a * a + b * b);
    cc[of]! += m * (c * c + d * d);
    oc[of]! += m * (a * c + b * d);
  }
  const image = new Float64Array(count);
  const whiten = new Float64Array(count);
  let whole = 0;
  let explained = 0;
  for (let term = 0; term < count; term++) {
    const of = shell[term]!;
    const variance = (oo[of]! - (oc[of]! * oc[of]!) / cc[of]!) / n[of]!;
    if (!(oc[of]! > 0 && variance > 0)) continue;
    whiten[term] = 1 / Math.sqrt(variance);
    image[term] = (oc[of]! / cc[of]!) * peak[term]! * whiten[term]!;
    whole++;
    explained += (oc[of]! * oc[of]!) / (cc[of]! * oo[of]!);
  }
  return whole === 0 ? null : { image, whiten, correlation: Math.sqrt(explained / whole) };
}

/** Terms of the map of log-likelihood per amplitude: what is observed less the images, against one atom's image, in units of the noise. */
function gainTerms(
  stage: ImageStage,
  { image, whiten }: Shells,
  independent: number,
  { observed, images }: { readonly observed: ComplexTerms | null; readonly images: ComplexTerms | null },
): ComplexTerms {
  const { count } = stage.terms;
  const result = { re: new Float32Array(count), im: new Float32Array(count) };
  // Images subtract where there is a map, and stand for themselves where there is none.
  const sign = observed === null ? 1 : -1;
  for (let term = 0; term < count; term++) {
    const own = image[term]!;
    if (own === 0) continue;
    let re = 0;
    let im = 0;
    if (observed !== null) {
      re += whiten[term]! * observed.re[term]!;
      im += whiten[term]! * observed.im[term]!;
    }
    if (images !== null) {
      const scale = (sign * own) / stage.peak[term]!;
      re += scale * images.re[term]!;
      im += scale * images.im[term]!;
    }
    result.re[term] = independent * own * re;
    result.im[term] = independent * own * im;
  }
  return result;
}

/** Overlap of images by distance: the transform of their squared whitened image, averaged over directions. */
function overlapTable(
  { terms }: ImageStage,
  { image }: Shells,
  independent: number,
  resolution: number,
): Pick<DensityEvidence, "overlap" | "overlapStep"> {
  const bins = 256;
  const power = new Float64Array(bins);
  const binWidth = ((1 / resolution) * (1 + 1e-9)) / bins;
  for (let term = 0; term < terms.count; term++) {
    const bin = Math.min(bins - 1, Math.floor(Math.sqrt(terms.squared[term]!) / binWidth));
    power[bin]! += independent * terms.multiplicity[term]! * image[term]! ** 2;
  }
  const overlapStep = (overlapReach * resolution) / overlapSteps;
  const overlap = Float64Array.from({ length: overlapSteps + 1 }, (_value, step) => {
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) {
      const phase = 2 * Math.PI * (bin + 0.5) * binWidth * step * overlapStep;
      sum += power[bin]! * (phase > 0 ? Math.sin(phase) / phase : 1);
    }
    return sum;
  });
  return { overlap, overlapStep };
}

/**
 * Scales each atom's image by how clear the backbone around its residue is, and by how strong atoms of its kind (residue and
 * atom name) are beside what is expected there.
 */
function scaleAmplitudes(
  { model, backbone }: EvidenceInput,
  rows: readonly number[],
  amplitude: Float64Array,
  { observed, expected }: { readonly observed: Float64Array; readonly expected: Float64Array },
): void {
  const { atoms, residues } = model;
  const products = new Float64Array(residues.count);
  const squares = new Float64Array(residues.count);
  rows.forEach((row, at) => {
    if (backbone[row] === 0) return;
    products[atoms.residue[row]!]! += expected[at]! * observed[at]!;
    squares[atoms.residue[row]!]! += expected[at]! * expected[at]!;
  });
  const clarity = new Float64Array(residues.count).fill(1);
  for (let residue = 0; residue < residues.count; residue++) {
    let [product, square] = [0, 0];
    for (let other = residue - regionReach; other <= residue + regionReach; other++) {
      if (residues.chain[other] !== residues.chain[residue]) continue;
      product += products[other]!;
      square += squares[other]!;
    }
    if (square > 0) clarity[residue] = Math.min(largestClarity, Math.max(leastClarity, product / square));
  }
  const ratios = new Map<string, number[]>();
  const kindOf = (row: number): string => pairedName(residues.name[atoms.residue[row]!]!, atoms.name[row]!);
  rows.forEach((row, at) => {
    const own = expected[at]! * clarity[atoms.residue[row]!]!;
    if (!(own > 0)) return;
    const list = ratios.get(kindOf(row));
    if (list) list.push(observed[at]! / own);
    else ratios.set(kindOf(row), [observed[at]! / own]);
  });
  const typical = new Map<string, number>();
  for (const [kind, list] of ratios) {
    const median = list.toSorted((a, b) => a - b)[list.length >> 1]!;
    const mean = (list.length * median + typicalCount) / (list.length + typicalCount);
    typical.set(kind, Math.min(largestTypical, Math.max(leastTypical, mean)));
  }
  for (const row of rows) amplitude[row]! *= clarity[atoms.residue[row]!]! * (typical.get(kindOf(row)) ?? 1);
}

/** Atoms that density cannot tell apart, since which is which is for hydrogen bonds to say, are of one kind. */
const paired: Readonly<Record<string, string>> = {
  "ASN ND2": "ASN OD1",
  "GLN NE2": "GLN OE1",
  "HIS CD2": "HIS ND1",
  "HIS CE1": "HIS NE2",
};

function pairedName(residue: string, atom: string): string {
  const name = `${residue} ${atom}`;
  return paired[name] ?? name;
}
