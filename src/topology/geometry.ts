// Distances and dihedrals of atom rows, for building the topology.

export function distanceBetween(xyz: Float64Array, a: number, b: number): number {
  return Math.hypot(xyz[3 * a]! - xyz[3 * b]!, xyz[3 * a + 1]! - xyz[3 * b + 1]!, xyz[3 * a + 2]! - xyz[3 * b + 2]!);
}

/** Dihedral in degrees, IUPAC sign; null where an atom is missing (row below zero). */
export function dihedralDegrees(xyz: Float64Array, i: number, j: number, k: number, l: number): number | null {
  if (i < 0 || j < 0 || k < 0 || l < 0) return null;
  const difference = (p: number, q: number): [number, number, number] => [
    xyz[3 * p]! - xyz[3 * q]!,
    xyz[3 * p + 1]! - xyz[3 * q + 1]!,
    xyz[3 * p + 2]! - xyz[3 * q + 2]!,
  ];
  const cross = (a: readonly number[], b: readonly number[]): [number, number, number] => [
    a[1]! * b[2]! - a[2]! * b[1]!,
    a[2]! * b[0]! - a[0]! * b[2]!,
    a[0]! * b[1]! - a[1]! * b[0]!,
  ];
  const dot = (a: readonly number[], b: readonly number[]): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
  const f = difference(i, j);
  const g = difference(j, k);
  const h = difference(l, k);
  const a = cross(f, g);
  const b = cross(h, g);
  return (Math.atan2(dot(cross(b, a), g) / Math.hypot(...g), dot(a, b)) * 180) / Math.PI;
}

/** Volume (i - c) . ((j - c) x (k - c)) in cubic Angstrom. */
export function chiralVolumeOf(xyz: Float64Array, centre: number, i: number, j: number, k: number): number {
  const at = (atom: number, axis: number): number => xyz[3 * atom + axis]! - xyz[3 * centre + axis]!;
  return (
    at(i, 0) * (at(j, 1) * at(k, 2) - at(j, 2) * at(k, 1)) +
    at(i, 1) * (at(j, 2) * at(k, 0) - at(j, 0) * at(k, 2)) +
    at(i, 2) * (at(j, 0) * at(k, 1) - at(j, 1) * at(k, 0))
  );
}
