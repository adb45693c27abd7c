// Vectors of three numbers.

export type Vector3 = readonly [number, number, number];

export function plus(a: Vector3, b: Vector3): Vector3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function minus(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function lengthOf(a: Vector3): number {
  return Math.sqrt(dot(a, a));
}

/** Null where the length is not above 1e-6. */
export function unit(a: Vector3): Vector3 | null {
  const length = lengthOf(a);
  return length > 1e-6 ? [a[0] / length, a[1] / length, a[2] / length] : null;
}

/** Sum of multiples. */
export function combine(...terms: readonly (readonly [number, Vector3])[]): Vector3 {
  const sum: [number, number, number] = [0, 0, 0];
  for (const [factor, vector] of terms) for (let c = 0; c < 3; c++) sum[c]! += factor * vector[c]!;
  return sum;
}

/** The row of a table of x, y, z. */
export function vectorAt(xyz: Float64Array, row: number): Vector3 {
  return [xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!];
}

/** The mean of the rows of a table of x, y, z; the origin where there are none. */
export function centroid(xyz: Float64Array): Vector3 {
  const sum: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < xyz.length; at++) sum[at % 3]! += xyz[at]!;
  const count = Math.max(1, xyz.length / 3);
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}
