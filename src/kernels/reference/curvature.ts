// Plain twin of the curvature kernels: Gauss-Newton second derivatives of the terms and their incomplete Cholesky factor.
import { eigenSymmetric3 } from "../../math/eigen3.ts";
import {
  angleWithGradient,
  chiralVolumeWithGradient,
  dihedralWithGradient,
  distanceBetween,
} from "../../math/internal-coordinates.ts";
import type { CurvatureTable, CurvatureWeights } from "../curvature-table.ts";
import type { PairGroup, PlaneGroup, TermTable } from "../term-table.ts";
import { type SurfacePoint, surfaceAt } from "./supplement.ts";

/** Ratio of the sinusoidal dihedral's curvature at its minimum to the harmonic one's (9600 (pi / 180)^2 / 2). */
const sinusoidCurvature = 1.462;
const firstShift = 1e-3;

/** The matrix, coordinates and the rows of the block at hand. */
interface Block {
  readonly matrix: CurvatureTable;
  readonly xyz: Float64Array;
  readonly low: number;
  readonly high: number;
}

/** Row of an atom, -1 where it does not move or is of another block. */
function rowOf({ matrix, low, high }: Block, atom: number): number {
  const row = matrix.rowOfAtom[atom]!;
  return row >= low && row < high ? row : -1;
}

/** Entry of a row and column of the lower triangle, -1 where it is not in the pattern. */
function entryOf({ rowStart, column }: CurvatureTable, row: number, wanted: number): number {
  for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) if (column[entry] === wanted) return entry;
  return -1;
}

/** Adds scale left right^T to an entry. */
function addProduct(
  block: Block,
  entry: number,
  scale: number,
  left: ArrayLike<number>,
  right: ArrayLike<number>,
): void {
  const { values } = block.matrix;
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++) values[9 * entry + 3 * r + c]! += scale * left[r]! * right[c]!;
}

/** Adds scale g gT over the rows of some atoms. */
function addOuter(block: Block, atoms: readonly number[], g: Float64Array, scale: number): void {
  atoms.forEach((atom, p) => {
    const row = rowOf(block, atom);
    atoms.forEach((other, q) => {
      const column = rowOf(block, other);
      if (row < 0 || column < 0 || column > row) return;
      const entry = entryOf(block.matrix, row, column);
      if (entry >= 0) addProduct(block, entry, scale, g.subarray(3 * p, 3 * p + 3), g.subarray(3 * q, 3 * q + 3));
    });
  });
}

/** Curvature `scale` along the line between two atoms; outside the pattern it leaves its mark on the diagonal only. */
function addLine(block: Block, i: number, j: number, scale: number): void {
  const { xyz, matrix } = block;
  const [row, other] = [rowOf(block, i), rowOf(block, j)];
  const line = [0, 1, 2].map((c) => xyz[3 * i + c]! - xyz[3 * j + c]!);
  const squared = line[0]! ** 2 + line[1]! ** 2 + line[2]! ** 2;
  if (row === other || squared < 1e-12) return;
  for (const own of [row, other])
    if (own >= 0) addProduct(block, entryOf(matrix, own, own), scale / squared, line, line);
  if (row < 0 || other < 0) return;
  const entry = entryOf(matrix, Math.max(row, other), Math.min(row, other));
  if (entry >= 0) addProduct(block, entry, -scale / squared, line, line);
}

function addBonded(block: Block, terms: TermTable, at: number): void {
  const { bonds, angles, dihedrals, chiralities } = terms;
  const g = new Float64Array(12);
  const atomsOf = ({ atoms }: { atoms: Int32Array }, width: number, row: number): number[] => [
    ...atoms.subarray(width * row, width * (row + 1)),
  ];
  for (let row = bonds.start[at]!; row < bonds.start[at + 1]!; row++) {
    addLine(block, bonds.atoms[2 * row]!, bonds.atoms[2 * row + 1]!, 2 * bonds.numbers[4 * row + 1]!);
  }
  for (let row = angles.start[at]!; row < angles.start[at + 1]!; row++) {
    const atoms = atomsOf(angles, 3, row);
    angleWithGradient(block.xyz, atoms[0]!, atoms[1]!, atoms[2]!, g);
    addOuter(block, atoms, g, 2 * angles.numbers[2 * row + 1]!);
  }
  for (let row = dihedrals.start[at]!; row < dihedrals.start[at + 1]!; row++) {
    const atoms = atomsOf(dihedrals, 4, row);
    dihedralWithGradient(block.xyz, atoms[0]!, atoms[1]!, atoms[2]!, atoms[3]!, g);
    const factor = dihedrals.numbers[3 * row + 2]! > 0 ? sinusoidCurvature : 1;
    addOuter(block, atoms, g, 2 * factor * dihedrals.numbers[3 * row + 1]!);
  }
  for (let row = chiralities.start[at]!; row < chiralities.start[at + 1]!; row++) {
    const atoms = atomsOf(chiralities, 4, row);
    chiralVolumeWithGradient(block.xyz, atoms[0]!, atoms[1]!, atoms[2]!, atoms[3]!, g);
    addOuter(block, atoms, g, 2 * chiralities.numbers[3 * row + 1]!);
  }
}

/**
 * A plane resists bending out of itself and neither shift nor tilt: 2 (w_i delta_ij - w_i w_j (1/W + x_i x_j/X + y_i y_j/Y))
 * along the normal, with in-plane principal coordinates x, y and weighted moments X, Y.
 */
function addPlanes(block: Block, planes: PlaneGroup, at: number): void {
  for (let plane = planes.start[at]!; plane < planes.start[at + 1]!; plane++) {
    const begin = planes.offset[plane]!;
    const count = planes.offset[plane + 1]! - begin;
    const frame = planeFrame(planes, begin, count, block.xyz);
    for (let p = 0; p < count; p++) {
      for (let q = 0; q <= p; q++) {
        const first = rowOf(block, planes.atom[begin + p]!);
        const second = rowOf(block, planes.atom[begin + q]!);
        if (first < 0 || second < 0) continue;
        const entry = entryOf(block.matrix, Math.max(first, second), Math.min(first, second));
        if (entry < 0) continue;
        const product =
          1 / frame.total + (frame.x[p]! * frame.x[q]!) / frame.momentX + (frame.y[p]! * frame.y[q]!) / frame.momentY;
        const value = 2 * ((p === q ? frame.weight[p]! : 0) - frame.weight[p]! * frame.weight[q]! * product);
        addProduct(block, entry, value, frame.normal, frame.normal);
      }
    }
  }
}

interface PlaneFrame {
  readonly normal: readonly [number, number, number];
  readonly weight: Float64Array;
  readonly total: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly momentX: number;
  readonly momentY: number;
}

function planeFrame(planes: PlaneGroup, begin: number, count: number, xyz: Float64Array): PlaneFrame {
  const weight = planes.weight.slice(begin, begin + count);
  const total = weight.reduce((sum, value) => sum + value, 0);
  const centre = [0, 0, 0];
  for (let p = 0; p < count; p++) {
    for (let c = 0; c < 3; c++) centre[c]! += (weight[p]! * xyz[3 * planes.atom[begin + p]! + c]!) / total;
  }
  const moments: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];
  const shifted = new Float64Array(3 * count);
  for (let p = 0; p < count; p++) {
    for (let c = 0; c < 3; c++) shifted[3 * p + c] = xyz[3 * planes.atom[begin + p]! + c]! - centre[c]!;
    const [a, b, d] = [shifted[3 * p]!, shifted[3 * p + 1]!, shifted[3 * p + 2]!];
    const w = weight[p]!;
    moments[0] += w * a * a;
    moments[1] += w * b * b;
    moments[2] += w * d * d;
    moments[3] += w * a * b;
    moments[4] += w * a * d;
    moments[5] += w * b * d;
  }
  const { values, vectors: v } = eigenSymmetric3(moments);
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let p = 0; p < count; p++) {
    for (let c = 0; c < 3; c++) {
      x[p]! += v[6 + c]! * shifted[3 * p + c]!;
      y[p]! += v[3 + c]! * shifted[3 * p + c]!;
    }
  }
  const tiny = 1e-9 * total;
  return {
    normal: [v[0]!, v[1]!, v[2]!],
    weight,
    total,
    x,
    y,
    momentX: Math.max(tiny, values[2]!),
    momentY: Math.max(tiny, values[1]!),
  };
}

/** Pairs in contact push along their line with curvature 12 c delta^2. */
function addContacts(
  block: Block,
  { start, atoms, code }: Omit<PairGroup, "contact">,
  contact: Float64Array,
  at: number,
  repulsion: number,
): void {
  const { xyz } = block;
  for (let row = start[at]!; row < start[at + 1]!; row++) {
    const [i, j] = [atoms[2 * row]!, atoms[2 * row + 1]!];
    const line = [0, 1, 2].map((c) => xyz[3 * i + c]! - xyz[3 * j + c]!);
    const delta = contact[code[row]!]! - Math.sqrt(line[0]! ** 2 + line[1]! ** 2 + line[2]! ** 2);
    if (delta > 0) addLine(block, i, j, 12 * repulsion * delta * delta);
  }
}

/** Surfaces count where they bend upwards, along each dihedral by itself; what tops out counts by its damped weight. */
function addSupplement(block: Block, { surfaces, torsions, tethers }: TermTable, at: number): void {
  const { xyz } = block;
  const [g, h] = [new Float64Array(12), new Float64Array(12)];
  const point: SurfacePoint = { value: 0, first: 0, second: 0, firstBend: 0, secondBend: 0 };
  for (let row = surfaces.start[at]!; row < surfaces.start[at + 1]!; row++) {
    const five = [...surfaces.atoms.subarray(5 * row, 5 * row + 5)] as [number, number, number, number, number];
    const [i, j, k, l, m] = five;
    const angles = [dihedralWithGradient(xyz, i, j, k, l, g), dihedralWithGradient(xyz, j, k, l, m, h)] as const;
    surfaceAt(surfaces, surfaces.numbers[2 * row]!, angles, point);
    const factor = surfaces.numbers[2 * row + 1]!;
    addOuter(block, [i, j, k, l], g, factor * Math.max(0, point.firstBend));
    addOuter(block, [j, k, l, m], h, factor * Math.max(0, point.secondBend));
  }
  for (let row = torsions.start[at]!; row < torsions.start[at + 1]!; row++) {
    const four = [...torsions.atoms.subarray(4 * row, 4 * row + 4)] as [number, number, number, number];
    const [ideal, weight, period, limit] = torsions.numbers.subarray(4 * row, 4 * row + 4) as unknown as Quadruple;
    const whole = ideal - dihedralWithGradient(xyz, ...four, g);
    addOuter(block, four, g, 2 * weight * dampingOf(whole - period * Math.floor(whole / period + 0.5), limit));
  }
  for (let row = tethers.start[at]!; row < tethers.start[at + 1]!; row++) {
    const [i, j] = [tethers.atoms[2 * row]!, tethers.atoms[2 * row + 1]!];
    const [ideal, weight, slack, limit] = tethers.numbers.subarray(4 * row, 4 * row + 4) as unknown as Quadruple;
    const off = Math.abs(ideal - distanceBetween(xyz, i, j)) - slack;
    if (off > 0) addLine(block, i, j, 2 * weight * dampingOf(off, limit));
  }
}

type Quadruple = [number, number, number, number];

function dampingOf(delta: number, limit: number): number {
  return limit > 0 ? Math.exp((-delta * delta) / (limit * limit)) : 1;
}

/** Assembles the curvature of each block's terms and factorizes it in place, with the diagonal raised until every pivot is positive. */
export function factorizeCurvature(
  terms: TermTable,
  matrix: CurvatureTable,
  { repulsion, diagonal }: CurvatureWeights,
): void {
  const { rowStart, values } = matrix;
  for (let at = 0; at < matrix.blocks; at++) {
    const [low, high] = [matrix.blockRows[at]!, matrix.blockRows[at + 1]!];
    const block: Block = { matrix, xyz: terms.xyz, low, high };
    // Manteuffel (1980).
    for (let shift = firstShift; ; shift *= 4) {
      values.fill(0, 9 * rowStart[low]!, 9 * rowStart[high]!);
      for (let row = low; row < high; row++) {
        for (let c = 0; c < 9; c += 4) values[9 * (rowStart[row + 1]! - 1) + c] = diagonal;
      }
      addBonded(block, terms, at);
      addPlanes(block, terms.planes, at);
      for (let row = terms.springs.start[at]!; row < terms.springs.start[at + 1]!; row++) {
        const { atoms, numbers } = terms.springs;
        addLine(block, atoms[2 * row]!, atoms[2 * row + 1]!, 2 * numbers[2 * row + 1]!);
      }
      addSupplement(block, terms, at);
      for (const group of [terms.pairs, terms.added]) addContacts(block, group, terms.pairs.contact, at, repulsion);
      if (factorizeRows(block, shift)) break;
    }
  }
}

/** False where a pivot is not positive. */
function factorizeRows({ matrix, low, high }: Block, shift: number): boolean {
  const { rowStart, column, values } = matrix;
  for (let row = low; row < high; row++) {
    const begin = rowStart[row]!;
    const diagonal = rowStart[row + 1]! - 1;
    for (let c = 0; c < 9; c += 4) values[9 * diagonal + c]! *= 1 + shift;
    for (let block = begin; block < diagonal; block++) {
      const pivotRow = column[block]!;
      const pivot = rowStart[pivotRow + 1]! - 1;
      // Blocks left of both rows: merge the two sorted lists.
      let left = begin;
      let right = rowStart[pivotRow]!;
      while (left < block && right < pivot) {
        const difference = column[left]! - column[right]!;
        if (difference === 0) subtractProduct(values, 9 * block, 9 * left, 9 * right);
        if (difference <= 0) left++;
        if (difference >= 0) right++;
      }
      solveFromRight(values, 9 * block, 9 * pivot);
      subtractProduct(values, 9 * diagonal, 9 * block, 9 * block);
    }
    if (!factorizePivot(values, 9 * diagonal)) return false;
  }
  return true;
}

/** target -= left right^T for 3 x 3 blocks. */
function subtractProduct(v: Float32Array, target: number, left: number, right: number): void {
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += v[left + 3 * r + k]! * v[right + 3 * c + k]!;
      v[target + 3 * r + c]! -= sum;
    }
  }
}

/** block = block L^-T with the lower triangular pivot L. */
function solveFromRight(v: Float32Array, block: number, pivot: number): void {
  for (let r = 0; r < 3; r++) {
    const at = block + 3 * r;
    const x = v[at]! / v[pivot]!;
    const y = (v[at + 1]! - x * v[pivot + 3]!) / v[pivot + 4]!;
    v[at] = x;
    v[at + 1] = y;
    v[at + 2] = (v[at + 2]! - x * v[pivot + 6]! - y * v[pivot + 7]!) / v[pivot + 8]!;
  }
}

function factorizePivot(v: Float32Array, at: number): boolean {
  const a = v[at]!;
  if (!(a > 1e-12)) return false;
  const l00 = Math.sqrt(a);
  const l10 = v[at + 3]! / l00;
  const l20 = v[at + 6]! / l00;
  const b = v[at + 4]! - l10 * l10;
  // Single precision: what is left of a pivot must be more than its rounding.
  if (!(b > 1e-6 * v[at + 4]!)) return false;
  const l11 = Math.sqrt(b);
  const l21 = (v[at + 7]! - l20 * l10) / l11;
  const c = v[at + 8]! - l20 * l20 - l21 * l21;
  if (!(c > 1e-6 * v[at + 8]!)) return false;
  v.set([l00, 0, 0, l10, l11, 0, l20, l21, Math.sqrt(c)], at);
  return true;
}

/** vector = (L L^T)^-1 vector, in place. */
export function solveCurvature({ rowStart, column, values: v }: CurvatureTable, vector: Float64Array): void {
  const size = rowStart.length - 1;
  for (let row = 0; row < size; row++) {
    const diagonal = rowStart[row + 1]! - 1;
    let x = vector[3 * row]!;
    let y = vector[3 * row + 1]!;
    let z = vector[3 * row + 2]!;
    for (let block = rowStart[row]!; block < diagonal; block++) {
      const at = 9 * block;
      const c = 3 * column[block]!;
      const p = vector[c]!;
      const q = vector[c + 1]!;
      const r = vector[c + 2]!;
      x -= v[at]! * p + v[at + 1]! * q + v[at + 2]! * r;
      y -= v[at + 3]! * p + v[at + 4]! * q + v[at + 5]! * r;
      z -= v[at + 6]! * p + v[at + 7]! * q + v[at + 8]! * r;
    }
    const d = 9 * diagonal;
    x /= v[d]!;
    y = (y - v[d + 3]! * x) / v[d + 4]!;
    vector[3 * row] = x;
    vector[3 * row + 1] = y;
    vector[3 * row + 2] = (z - v[d + 6]! * x - v[d + 7]! * y) / v[d + 8]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    const diagonal = rowStart[row + 1]! - 1;
    const d = 9 * diagonal;
    const z = vector[3 * row + 2]! / v[d + 8]!;
    const y = (vector[3 * row + 1]! - v[d + 7]! * z) / v[d + 4]!;
    const x = (vector[3 * row]! - v[d + 3]! * y - v[d + 6]! * z) / v[d]!;
    vector[3 * row] = x;
    vector[3 * row + 1] = y;
    vector[3 * row + 2] = z;
    for (let block = rowStart[row]!; block < diagonal; block++) {
      const at = 9 * block;
      const c = 3 * column[block]!;
      vector[c]! -= v[at]! * x + v[at + 3]! * y + v[at + 6]! * z;
      vector[c + 1]! -= v[at + 1]! * x + v[at + 4]! * y + v[at + 7]! * z;
      vector[c + 2]! -= v[at + 2]! * x + v[at + 5]! * y + v[at + 8]! * z;
    }
  }
}
