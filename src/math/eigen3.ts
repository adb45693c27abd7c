// Eigenvalues and eigenvectors of symmetric 3 x 3 matrices.

/** Symmetric matrix as [xx, yy, zz, xy, xz, yz]. */
export type SymmetricMatrix3 = readonly [number, number, number, number, number, number];

export interface EigenSystem3 {
  /** Ascending. */
  readonly values: Float64Array;
  /** Unit eigenvectors as rows, in the order of the values. */
  readonly vectors: Float64Array;
}

/** Below this gap, as a share of the largest eigenvalue, the closed form would lose digits. */
const smallestGap = 1e-3;

/**
 * Writes the unit eigenvector of the smallest eigenvalue of [xx, yy, zz, xy, xz, yz] into `out`: closed form with one
 * correction of the eigenvalue, rotations where two eigenvalues nearly coincide.
 */
export function smallestEigenvector(matrix: Float64Array, out: Float64Array): void {
  const [xx, yy, zz, xy, xz, yz] = [matrix[0]!, matrix[1]!, matrix[2]!, matrix[3]!, matrix[4]!, matrix[5]!];
  const mean = (xx + yy + zz) / 3;
  const a = xx - mean;
  const b = yy - mean;
  const c = zz - mean;
  const p = (a * a + b * b + c * c + 2 * (xy * xy + xz * xz + yz * yz)) / 6;
  const half = (a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)) / 2;
  const angle = Math.acos(Math.min(1, Math.max(-1, half / Math.max(1e-300, p * Math.sqrt(p))))) / 3;
  const spread = 2 * Math.sqrt(p);
  const smallest = mean + spread * Math.cos(angle + (2 * Math.PI) / 3);
  const middle = mean + spread * Math.cos(angle - (2 * Math.PI) / 3);
  const largest = mean + spread * Math.cos(angle);
  if (!(middle - smallest > smallestGap * largest)) {
    out.set(eigenSymmetric3([xx, yy, zz, xy, xz, yz]).vectors.subarray(0, 3));
    return;
  }
  nullVector(matrix, smallest, out);
  const [x, y, z] = [out[0]!, out[1]!, out[2]!];
  const quotient = x * x * xx + y * y * yy + z * z * zz + 2 * (x * y * xy + x * z * xz + y * z * yz);
  nullVector(matrix, quotient, out);
}

/** The longest cross product of two rows of the matrix less `value` times one, normalised. */
function nullVector(matrix: Float64Array, value: number, out: Float64Array): void {
  const a = matrix[0]! - value;
  const b = matrix[1]! - value;
  const c = matrix[2]! - value;
  const xy = matrix[3]!;
  const xz = matrix[4]!;
  const yz = matrix[5]!;
  let x = xy * yz - xz * b;
  let y = xz * xy - a * yz;
  let z = a * b - xy * xy;
  let best = x * x + y * y + z * z;
  const ux = xy * c - xz * yz;
  const uy = xz * xz - a * c;
  const uz = a * yz - xy * xz;
  const second = ux * ux + uy * uy + uz * uz;
  if (second > best) {
    best = second;
    x = ux;
    y = uy;
    z = uz;
  }
  const vx = b * c - yz * yz;
  const vy = yz * xz - xy * c;
  const vz = xy * yz - b * xz;
  const third = vx * vx + vy * vy + vz * vz;
  if (third > best) {
    best = third;
    x = vx;
    y = vy;
    z = vz;
  }
  const scale = 1 / Math.sqrt(best);
  out[0] = x * scale;
  out[1] = y * scale;
  out[2] = z * scale;
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
