// Gauss-Newton second derivatives of the restraints as a sparse block matrix: what makes minimisation fast.
import {
  addBlock,
  addOuterProduct,
  type BlockMatrix,
  createBlockMatrix,
  factorizeIncomplete,
  findBlock,
} from "../math/block-cholesky.ts";
import { eigenSymmetric3 } from "../math/eigen3.ts";
import { angleWithGradient, chiralVolumeWithGradient, dihedralWithGradient } from "../math/internal-coordinates.ts";
import type { PlaneList } from "../topology/topology.ts";
import type { CovalentLists } from "./covalent.ts";
import type { ElasticNetwork } from "./elastic.ts";
import { type NonbondedPairs, repulsionConstant } from "./nonbonded.ts";

/** Ratio of the sinusoidal dihedral's curvature at its minimum to the harmonic one's (9600 (pi / 180)^2 / 2). */
const sinusoidCurvature = 1.462;

export interface CurvatureInput {
  readonly lists: CovalentLists;
  readonly pairs: NonbondedPairs;
  /** Factor on the repulsion; default 1. */
  readonly repulsionFactor?: number;
  readonly elastic?: ElasticNetwork;
  readonly xyz: Float64Array;
  /** Row of the matrix per atom; -1 for atoms that do not move; riding hydrogens have their parent's row. */
  readonly rowOfAtom: Int32Array;
  readonly rowCount: number;
  /** Added to every diagonal element: curvature of the data term per square Angstrom; must be positive. */
  readonly diagonal: number;
}

/** Assembles the matrix over bonded and touching atoms and returns its incomplete Cholesky factor. */
export function factorizeCurvature(input: CurvatureInput): BlockMatrix {
  const matrix = createPattern(input);
  for (let row = 0; row < matrix.size; row++) {
    const at = 9 * (matrix.rowStart[row + 1]! - 1);
    for (let c = 0; c < 9; c += 4) matrix.values[at + c] = input.diagonal;
  }
  addCovalent(matrix, input);
  addPlanes(matrix, input.lists.planes, input);
  addContacts(matrix, input);
  return factorizeIncomplete(matrix);
}

/** Pairs of rows of atoms that share a bond, angle, dihedral, chirality or plane. */
function createPattern({ lists, rowOfAtom, rowCount }: CurvatureInput): BlockMatrix {
  const { bonds, angles, dihedrals, planes } = lists;
  let most = bonds.count + angles.count + dihedrals.count;
  for (let plane = 0; plane < planes.count; plane++) {
    const size = planes.offset[plane + 1]! - planes.offset[plane]!;
    most += (size * (size - 1)) / 2;
  }
  const first = new Int32Array(most);
  const second = new Int32Array(most);
  let count = 0;
  const connect = (a: number, b: number): void => {
    const p = rowOfAtom[a]!;
    const q = rowOfAtom[b]!;
    if (p < 0 || q < 0 || p === q) return;
    first[count] = p;
    second[count++] = q;
  };
  for (let row = 0; row < bonds.count; row++) connect(bonds.i[row]!, bonds.j[row]!);
  for (let row = 0; row < angles.count; row++) connect(angles.i[row]!, angles.k[row]!);
  for (let row = 0; row < dihedrals.count; row++) connect(dihedrals.i[row]!, dihedrals.l[row]!);
  for (let plane = 0; plane < planes.count; plane++) {
    for (let p = planes.offset[plane]!; p < planes.offset[plane + 1]!; p++) {
      for (let q = planes.offset[plane]!; q < p; q++) connect(planes.atom[p]!, planes.atom[q]!);
    }
  }
  return createBlockMatrix(rowCount, first.subarray(0, count), second.subarray(0, count));
}

function addCovalent(matrix: BlockMatrix, { lists, xyz, rowOfAtom }: CurvatureInput): void {
  const { bonds, angles, dihedrals, chiralities } = lists;
  const g = new Float64Array(12);
  const add = (rows: number[], scale: number, ...atoms: readonly number[]): void => {
    for (let at = 0; at < atoms.length; at++) rows[at] = rowOfAtom[atoms[at]!]!;
    addOuterProduct(matrix, rows, g, scale);
  };
  const pair = [0, 0];
  const three = [0, 0, 0];
  const four = [0, 0, 0, 0];
  for (let row = 0; row < bonds.count; row++) {
    const i = bonds.i[row]!;
    const j = bonds.j[row]!;
    const x = xyz[3 * i]! - xyz[3 * j]!;
    const y = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
    const z = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
    const inverse = 1 / Math.max(1e-6, Math.sqrt(x * x + y * y + z * z));
    g[0] = x * inverse;
    g[1] = y * inverse;
    g[2] = z * inverse;
    for (let c = 0; c < 3; c++) g[3 + c] = -g[c]!;
    add(pair, 2 / bonds.sigma[row]! ** 2, i, j);
  }
  for (let row = 0; row < angles.count; row++) {
    const [i, j, k] = [angles.i[row]!, angles.j[row]!, angles.k[row]!];
    angleWithGradient(xyz, i, j, k, g);
    add(three, 2 / angles.sigma[row]! ** 2, i, j, k);
  }
  for (let row = 0; row < dihedrals.count; row++) {
    const [i, j, k, l] = [dihedrals.i[row]!, dihedrals.j[row]!, dihedrals.k[row]!, dihedrals.l[row]!];
    dihedralWithGradient(xyz, i, j, k, l, g);
    const factor = dihedrals.periodicity[row]! > 0 ? sinusoidCurvature : 1;
    add(four, (2 * factor) / dihedrals.sigma[row]! ** 2, i, j, k, l);
  }
  for (let row = 0; row < chiralities.count; row++) {
    const [c, i, j, k] = [chiralities.centre[row]!, chiralities.i[row]!, chiralities.j[row]!, chiralities.k[row]!];
    chiralVolumeWithGradient(xyz, c, i, j, k, g);
    add(four, 2 / chiralities.sigma[row]! ** 2, c, i, j, k);
  }
}

/**
 * A plane resists bending out of itself and neither shift nor tilt: 2 (w_i delta_ij - w_i w_j (1/W + x_i x_j/X + y_i y_j/Y))
 * along the normal, with in-plane principal coordinates x, y and weighted moments X, Y.
 */
function addPlanes(matrix: BlockMatrix, planes: PlaneList, { xyz, rowOfAtom }: CurvatureInput): void {
  for (let plane = 0; plane < planes.count; plane++) {
    const begin = planes.offset[plane]!;
    const count = planes.offset[plane + 1]! - begin;
    const frame = planeFrame(planes, begin, count, xyz);
    for (let p = 0; p < count; p++) {
      for (let q = 0; q <= p; q++) {
        const product =
          1 / frame.total + (frame.x[p]! * frame.x[q]!) / frame.momentX + (frame.y[p]! * frame.y[q]!) / frame.momentY;
        const value = 2 * ((p === q ? frame.weight[p]! : 0) - frame.weight[p]! * frame.weight[q]! * product);
        const first = rowOfAtom[planes.atom[begin + p]!]!;
        const second = rowOfAtom[planes.atom[begin + q]!]!;
        addBlock(matrix, first, second, frame.normal, frame.normal, value);
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

function planeFrame(planes: PlaneList, begin: number, count: number, xyz: Float64Array): PlaneFrame {
  const weight = new Float64Array(count);
  const centre = [0, 0, 0];
  let total = 0;
  for (let p = 0; p < count; p++) {
    weight[p] = 1 / planes.sigma[begin + p]! ** 2;
    total += weight[p]!;
    for (let c = 0; c < 3; c++) centre[c]! += weight[p]! * xyz[3 * planes.atom[begin + p]! + c]!;
  }
  const moments: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];
  const shifted = new Float64Array(3 * count);
  for (let p = 0; p < count; p++) {
    for (let c = 0; c < 3; c++) shifted[3 * p + c] = xyz[3 * planes.atom[begin + p]! + c]! - centre[c]! / total;
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

/** Pairs in contact push along their axis with curvature 12 c delta^2, springs with twice their stiffness. */
function addContacts(
  matrix: BlockMatrix,
  { pairs, xyz, rowOfAtom, repulsionFactor = 1, elastic }: CurvatureInput,
): void {
  for (let pair = 0; pair < pairs.count; pair++) {
    const i = pairs.i[pair]!;
    const j = pairs.j[pair]!;
    const x = xyz[3 * i]! - xyz[3 * j]!;
    const y = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
    const z = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
    const squared = x * x + y * y + z * z;
    const contact = pairs.contact[pair]!;
    if (squared >= contact * contact) continue;
    const delta = contact - Math.sqrt(squared);
    addSpring(matrix, xyz, rowOfAtom, i, j, 12 * repulsionFactor * repulsionConstant * delta * delta);
  }
  if (elastic === undefined) return;
  for (let spring = 0; spring < elastic.count; spring++) {
    addSpring(matrix, xyz, rowOfAtom, elastic.i[spring]!, elastic.j[spring]!, 2 * elastic.stiffness[spring]!);
  }
}

/** Pairs outside the pattern of the matrix leave their mark on its diagonal only. */
function addSpring(
  matrix: BlockMatrix,
  xyz: Float64Array,
  rowOfAtom: Int32Array,
  i: number,
  j: number,
  scale: number,
): void {
  const first = rowOfAtom[i]!;
  const second = rowOfAtom[j]!;
  const x = xyz[3 * i]! - xyz[3 * j]!;
  const y = xyz[3 * i + 1]! - xyz[3 * j + 1]!;
  const z = xyz[3 * i + 2]! - xyz[3 * j + 2]!;
  const squared = x * x + y * y + z * z;
  if (first === second || squared < 1e-12) return;
  const share = scale / squared;
  if (first >= 0) addSquare(matrix, matrix.rowStart[first + 1]! - 1, x, y, z, share);
  if (second >= 0) addSquare(matrix, matrix.rowStart[second + 1]! - 1, x, y, z, share);
  if (first < 0 || second < 0) return;
  const block = findBlock(matrix, Math.max(first, second), Math.min(first, second));
  if (block >= 0) addSquare(matrix, block, x, y, z, -share);
}

/** Adds scale v vT to a block. */
function addSquare({ values }: BlockMatrix, block: number, x: number, y: number, z: number, scale: number): void {
  const at = 9 * block;
  const xy = scale * x * y;
  const xz = scale * x * z;
  const yz = scale * y * z;
  values[at]! += scale * x * x;
  values[at + 1]! += xy;
  values[at + 2]! += xz;
  values[at + 3]! += xy;
  values[at + 4]! += scale * y * y;
  values[at + 5]! += yz;
  values[at + 6]! += xz;
  values[at + 7]! += yz;
  values[at + 8]! += scale * z * z;
}
