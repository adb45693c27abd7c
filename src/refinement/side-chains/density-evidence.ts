// How much better a map is explained with atoms at some places than without them, as a difference of log-likelihoods.
import type { MapGrid } from "../../density/map.ts";
import { type TrilinearGrid, trilinearGrid } from "../../density/trilinear.ts";
import type { Model } from "../../model/model.ts";
import { formFactor } from "../../scattering/form-factors.ts";
import type { Topology } from "../../topology/topology.ts";
import { addImages, blurGrid } from "./atom-images.ts";

/** The target map: scaled values and where they lie. */
export interface SearchDensity {
  readonly grid: MapGrid;
  readonly values: Float32Array;
}

export interface EvidenceInput {
  readonly model: Model;
  readonly topology: Topology;
  readonly xyz: Float64Array;
  readonly density: SearchDensity;
  readonly resolution: number;
  /** 1 for atoms whose places are looked for; all others are taken out of the map where they are. */
  readonly searched: Uint8Array;
  /** 1 for N, CA, C, O and CB of proteins: how clear a region is. */
  readonly backbone: Uint8Array;
}

export interface DensityEvidence {
  /** Standard deviation of an atom's image, Angstrom. */
  readonly width: number;
  /** Height of the image of a typical atom, and standard deviation of the map about the model, in units of the map. */
  readonly height: number;
  readonly sigma: number;
  /** What the images explain of the map around the model: correlation. */
  readonly correlation: number;
  /** Expected height of each atom's image, in units of the map. */
  readonly amplitude: Float64Array;
  /** Log-likelihood per squared map unit. */
  readonly factor: number;
  /** The map less its level and the atoms that are not searched, convolved with an atom's image. */
  readonly residual: TrilinearGrid;
}

/** Widths that are tried, as shares of the resolution: a Gaussian of 0.225 d has the half-width of a sphere's transform to 1/d. */
const widthShares: readonly number[] = [0.2, 0.24, 0.28, 0.32, 0.36, 0.4, 0.45, 0.5];
/** Voxels this near to an atom are where map and model are compared, in widths. */
const comparedReach = 2.5;
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

/** Images of two atoms overlap by this share of what an image overlaps with itself, for images of equal width. */
const overlapShare: number = 2 ** -1.5;

/** Measures images and noise in the map itself; null where the model explains nothing of it. */
export function measureEvidence(input: EvidenceInput): DensityEvidence | null {
  const { density, resolution, xyz, searched } = input;
  const { grid } = density;
  const rows = heavyRows(input.topology);
  const relative = relativeAmplitudes(input.model, resolution);
  const fit = fitWidth(input, rows, relative);
  if (fit === null || !(fit.height > 0)) return null;
  const { width, height, level, sigma } = fit;
  const observed = density.values.map((value) => value - level);
  blurGrid(grid, observed, width);
  const amplitude = relative.map((own) => own * height);
  const expected = new Float32Array(observed.length);
  addImages(grid, expected, { rows, xyz, amplitude }, width);
  blurGrid(grid, expected, width);
  scaleAmplitudes(input, rows, amplitude, trilinearGridOf(density, observed), trilinearGridOf(density, expected));
  const standing = rows.filter((row) => searched[row] === 0);
  matchStanding({ ...input, standing, rows, amplitude, width }, observed);
  const still = new Float32Array(observed.length);
  addImages(grid, still, { rows: standing, xyz, amplitude }, width);
  blurGrid(grid, still, width);
  for (let voxel = 0; voxel < observed.length; voxel++) observed[voxel]! -= still[voxel]!;
  return {
    width,
    height,
    sigma,
    correlation: fit.correlation,
    amplitude,
    factor: (samplesPerVolume(grid, resolution) * (2 * Math.PI) ** 1.5 * width ** 3) / sigma ** 2,
    residual: trilinearGridOf(density, observed),
  };
}

/** What overlap of the images of two atoms at a squared distance (square Angstrom) is, relative to amplitude squared. */
export function imageOverlap(squaredDistance: number, width: number): number {
  return overlapShare * Math.exp(-squaredDistance / (4 * width * width));
}

interface StandingAtoms extends EvidenceInput {
  readonly standing: readonly number[];
  readonly rows: readonly number[];
  readonly amplitude: Float64Array;
  readonly width: number;
}

/**
 * Brings the images of atoms that stand still to the heights they have in the map: density that they do not explain would
 * draw side chains to it.
 */
function matchStanding(
  { density, xyz, standing, rows, amplitude, width }: StandingAtoms,
  observed: Float32Array,
): void {
  const { grid } = density;
  const expected = new Float32Array(observed.length);
  addImages(grid, expected, { rows, xyz, amplitude }, width);
  blurGrid(grid, expected, width);
  const [map, images] = [trilinearGridOf(density, observed), trilinearGridOf(density, expected)];
  for (const row of standing) {
    const place = [xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!] as const;
    const own = gridValue(images, ...place);
    if (!(own > 0)) continue;
    amplitude[row]! *= Math.min(largestMatch, Math.max(leastMatch, gridValue(map, ...place) / own));
  }
}

function heavyRows({ isHydrogen, atomCount }: Topology): number[] {
  const rows: number[] = [];
  for (let row = 0; row < atomCount; row++) if (isHydrogen[row] === 0) rows.push(row);
  return rows;
}

/** Independent numbers in a cubic Angstrom of a map that ends at a resolution, at most one per voxel. */
function samplesPerVolume({ cell, sampling }: MapGrid, resolution: number): number {
  const voxel = (cell.a * cell.b * cell.c) / (sampling[0] * sampling[1] * sampling[2]);
  return Math.min(1 / voxel, (4 * Math.PI) / (3 * resolution ** 3));
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

interface WidthFit {
  readonly width: number;
  readonly height: number;
  readonly level: number;
  readonly sigma: number;
  readonly correlation: number;
}

/** The width at which images of all atoms follow the map best around the model, with height, level and what is left. */
function fitWidth(input: EvidenceInput, rows: readonly number[], relative: Float64Array): WidthFit | null {
  let best: WidthFit | null = null;
  for (const share of widthShares) {
    const fit = regressImages(input, rows, relative, share * input.resolution);
    if (fit === null) continue;
    if (best !== null && fit.correlation < best.correlation) break;
    best = fit;
  }
  return best;
}

function regressImages(
  { density, xyz }: EvidenceInput,
  rows: readonly number[],
  relative: Float64Array,
  width: number,
): WidthFit | null {
  const images = new Float32Array(density.values.length);
  addImages(density.grid, images, { rows, xyz, amplitude: relative }, width);
  const least = Math.exp(-0.5 * comparedReach ** 2);
  let [count, sumX, sumY, sumXX, sumXY, sumYY] = [0, 0, 0, 0, 0, 0];
  for (let voxel = 0; voxel < images.length; voxel++) {
    const x = images[voxel]!;
    if (x < least) continue;
    const y = density.values[voxel]!;
    count++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
    sumYY += y * y;
  }
  const varianceX = sumXX / count - (sumX / count) ** 2;
  const varianceY = sumYY / count - (sumY / count) ** 2;
  if (!(varianceX > 0 && varianceY > 0)) return null;
  const covariance = sumXY / count - (sumX / count) * (sumY / count);
  const height = covariance / varianceX;
  const correlation = covariance / Math.sqrt(varianceX * varianceY);
  const sigma = Math.sqrt(varianceY * (1 - correlation * correlation));
  if (!(sigma > 0)) return null;
  return { width, height, level: sumY / count - (height * sumX) / count, sigma, correlation };
}

function trilinearGridOf({ grid }: SearchDensity, values: Float32Array): TrilinearGrid {
  return trilinearGrid({ ...grid, values });
}

/** Value on a grid, 0 outside. */
export function gridValue(grid: TrilinearGrid, x: number, y: number, z: number): number {
  const { values, size, corner, toGrid: t } = grid;
  const [nx, ny] = size;
  const dx = x - corner[0];
  const dy = y - corner[1];
  const dz = z - corner[2];
  const u = t[0] * dx + t[1] * dy + t[2] * dz;
  const v = t[4] * dy + t[5] * dz;
  const w = t[8] * dz;
  const i = Math.floor(u);
  const j = Math.floor(v);
  const k = Math.floor(w);
  if (!(i >= 0 && j >= 0 && k >= 0 && i < nx - 1 && j < ny - 1 && k < size[2] - 1)) return 0;
  const p = u - i;
  const q = v - j;
  const r = w - k;
  const at = i + nx * (j + ny * k);
  const up = at + nx * ny;
  const a = values[at]! + p * (values[at + 1]! - values[at]!);
  const b = values[at + nx]! + p * (values[at + nx + 1]! - values[at + nx]!);
  const c = values[up]! + p * (values[up + 1]! - values[up]!);
  const d = values[up + nx]! + p * (values[up + nx + 1]! - values[up + nx]!);
  const low = a + q * (b - a);
  return low + r * (c + q * (d - c) - low);
}

/**
 * Scales each atom's image by how clear the backbone around its residue is, and by how strong atoms of its kind (residue and
 * atom name) are beside what is expected there.
 */
function scaleAmplitudes(
  { model, xyz, backbone }: EvidenceInput,
  rows: readonly number[],
  amplitude: Float64Array,
  observed: TrilinearGrid,
  expected: TrilinearGrid,
): void {
  const { atoms, residues } = model;
  const at = (grid: TrilinearGrid, row: number): number =>
    gridValue(grid, xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!);
  const products = new Float64Array(residues.count);
  const squares = new Float64Array(residues.count);
  for (const row of rows) {
    if (backbone[row] === 0) continue;
    const own = at(expected, row);
    products[atoms.residue[row]!]! += own * at(observed, row);
    squares[atoms.residue[row]!]! += own * own;
  }
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
  for (const row of rows) {
    const own = at(expected, row) * clarity[atoms.residue[row]!]!;
    if (!(own > 0)) continue;
    const list = ratios.get(kindOf(row));
    if (list) list.push(at(observed, row) / own);
    else ratios.set(kindOf(row), [at(observed, row) / own]);
  }
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
