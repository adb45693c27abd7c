// Unit cell and the two matrices between fractional and Cartesian coordinates (PDB convention: a along x, b in the xy plane).

/** Edges in Angstrom, angles in degrees. */
export interface UnitCell {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
}

/** Row-major 3 x 3 matrix. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** Matrix from fractional to Cartesian coordinates. */
export function orthogonalization(cell: UnitCell): Matrix3 {
  const radians = Math.PI / 180;
  const cosAlpha = cosineOfDegrees(cell.alpha);
  const cosBeta = cosineOfDegrees(cell.beta);
  const cosGamma = cosineOfDegrees(cell.gamma);
  const sinGamma = cell.gamma === 90 ? 1 : Math.sin(cell.gamma * radians);
  const third = (cosAlpha - cosBeta * cosGamma) / sinGamma;
  const height = Math.sqrt(Math.max(0, 1 - cosBeta * cosBeta - third * third));
  return [cell.a, cell.b * cosGamma, cell.c * cosBeta, 0, cell.b * sinGamma, cell.c * third, 0, 0, cell.c * height];
}

/** Matrix from Cartesian to fractional coordinates. */
export function fractionalization(cell: UnitCell): Matrix3 {
  const [a, b, c, , e, f, , , i] = orthogonalization(cell);
  return [1 / a, -b / (a * e), (b * f - c * e) / (a * e * i), 0, 1 / e, -f / (e * i), 0, 0, 1 / i];
}

/** Volume in cubic Angstrom. */
export function cellVolume(cell: UnitCell): number {
  const [a, , , , e, , , , i] = orthogonalization(cell);
  return a * e * i;
}

// Right angles are exact, so that orthogonal boxes have exactly diagonal matrices.
function cosineOfDegrees(angle: number): number {
  return angle === 90 ? 0 : Math.cos((angle * Math.PI) / 180);
}
