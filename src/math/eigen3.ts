// Eigenvalues and eigenvectors of symmetric 3 x 3 matrices.

/** Symmetric matrix as [xx, yy, zz, xy, xz, yz]. */
export type SymmetricMatrix3 = readonly [number, number, number, number, number, number];

export interface EigenSystem3 {
  /** Ascending. */
  readonly values: Float64Array;
  /** Unit eigenvectors as rows, in the order of the values. */
  readonly vectors: Float64Array;
}

/** Cyclic Jacobi rotations: slower than a closed form and safe for degenerate matrices. */
export function eigenSymmetric3(matrix: SymmetricMatrix3): EigenSystem3 {
  const a = [matrix[0], matrix[3], matrix[4], matrix[3], matrix[1], matrix[5], matrix[4], matrix[5], matrix[2]];
  const v = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  for (let sweep = 0; sweep < 50; sweep++) {
    const off = a[1]! * a[1]! + a[2]! * a[2]! + a[5]! * a[5]!;
    const diagonal = a[0]! * a[0]! + a[4]! * a[4]! + a[8]! * a[8]!;
    if (off <= 1e-32 * diagonal || off === 0) break;
    rotate(a, v, 0, 1);
    rotate(a, v, 0, 2);
    rotate(a, v, 1, 2);
  }
  const order = [0, 1, 2].toSorted((p, q) => a[4 * p]! - a[4 * q]!);
  const values = new Float64Array(3);
  const vectors = new Float64Array(9);
  for (let row = 0; row < 3; row++) {
    const column = order[row]!;
    values[row] = a[4 * column]!;
    for (let component = 0; component < 3; component++) vectors[3 * row + component] = v[3 * component + column]!;
  }
  return { values, vectors };
}

function rotate(a: number[], v: number[], p: number, q: number): void {
  const apq = a[3 * p + q]!;
  if (apq === 0) return;
  const theta = (a[4 * q]! - a[4 * p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < 3; k++) {
    const akp = a[3 * k + p]!;
    const akq = a[3 * k + q]!;
    a[3 * k + p] = c * akp - s * akq;
    a[3 * k + q] = s * akp + c * akq;
  }
  for (let k = 0; k < 3; k++) {
    const apk = a[3 * p + k]!;
    const aqk = a[3 * q + k]!;
    a[3 * p + k] = c * apk - s * aqk;
    a[3 * q + k] = s * apk + c * aqk;
    const vkp = v[3 * k + p]!;
    const vkq = v[3 * k + q]!;
    v[3 * k + p] = c * vkp - s * vkq;
    v[3 * k + q] = s * vkp + c * vkq;
  }
}
