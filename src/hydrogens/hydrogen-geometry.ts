// Directions of hydrogens from the directions of their parent's other neighbours and ideal angles.
import { combine, cross, dot, unit, type Vector3 } from "../math/vector3.ts";

/** A centre whose neighbours span less than this of a unit volume squared is taken as flat. */
const flatCentre = 0.02;
/** Neighbours nearer than this to one line (square of the sine of their angle) give no plane. */
const collinear = 1e-3;

/** Cosine of an angle in degrees. */
function cosine(degrees: number): number {
  return Math.cos((degrees * Math.PI) / 180);
}

function sine(degrees: number): number {
  return Math.sin((degrees * Math.PI) / 180);
}

/**
 * The fourth direction at a centre with three others, at these angles (degrees) to them; opposite to their sum where the
 * centre is flat, null where they cancel.
 */
export function tertiaryDirection(others: readonly Vector3[], angles: readonly number[]): Vector3 | null {
  const [u, v, w] = others as [Vector3, Vector3, Vector3];
  const [c1, c2, c3] = angles.map(cosine) as [number, number, number];
  const volume = dot(u, cross(v, w));
  if (volume * volume < flatCentre) return unit(combine([-1, u], [-1, v], [-1, w]));
  // Reciprocal vectors: the direction whose products with u, v and w are the cosines.
  return unit(combine([c1 / volume, cross(v, w)], [c2 / volume, cross(w, u)], [c3 / volume, cross(u, v)]));
}

/** The direction opposite to the sum of others; null where they cancel. */
export function oppositeDirection(others: readonly Vector3[]): Vector3 | null {
  return unit(combine(...others.map((other) => [-1, other] as const)));
}

/** Multiples of u and v whose sum has these cosines to them; null where they lie on one line. */
function inPlane(u: Vector3, v: Vector3, cosines: readonly [number, number]): readonly [number, number] | null {
  const c = dot(u, v);
  const square = 1 - c * c;
  if (square < collinear) return null;
  const [c1, c2] = cosines;
  return [(c1 - c * c2) / square, (c2 - c * c1) / square];
}

/** The direction in the plane of two others, outside of their angle; what they lack of 360 degrees goes to both angles alike. */
export function planarDirection(u: Vector3, v: Vector3, angles: readonly [number, number]): Vector3 | null {
  const between = (Math.acos(Math.max(-1, Math.min(1, dot(u, v)))) * 180) / Math.PI;
  const change = (360 - between - angles[0] - angles[1]) / 2;
  const share = inPlane(u, v, [cosine(angles[0] + change), cosine(angles[1] + change)]);
  return share && unit(combine([share[0], u], [share[1], v]));
}

/** The direction at these angles to two others, on the side of u x v where `side` is 1 and on the other where it is -1. */
export function pyramidalDirection(
  u: Vector3,
  v: Vector3,
  angles: readonly [number, number],
  side: number,
): Vector3 | null {
  const share = inPlane(u, v, [cosine(angles[0]), cosine(angles[1])]);
  const normal = unit(cross(u, v));
  if (share === null || normal === null) return null;
  const flat = combine([share[0], u], [share[1], v]);
  const height = Math.sqrt(Math.max(0, 1 - dot(flat, flat)));
  return unit(combine([1, flat], [side * height, normal]));
}

/** Two directions `between` degrees apart, across the plane of two others; the first on the side away from u x v. */
export function pairDirections(
  u: Vector3,
  v: Vector3,
  angles: readonly [number, number],
  between: number,
): readonly [Vector3, Vector3] | null {
  const middle = planarDirection(u, v, angles);
  const normal = unit(cross(u, v));
  if (middle === null || normal === null) return null;
  const [along, across] = [cosine(between / 2), sine(between / 2)];
  return [combine([along, middle], [-across, normal]), combine([along, middle], [across, normal])];
}

/** Axes of a rotor: along the bond from the neighbour to the parent, and across it. */
export interface RotorFrame {
  readonly axis: Vector3;
  readonly across: Vector3;
  readonly normal: Vector3;
}

/** Frame of the bond from `neighbour` to `parent`, torsions counted from `third`; null where the three lie on one line. */
export function rotorFrame(parent: Vector3, neighbour: Vector3, third: Vector3): RotorFrame | null {
  const axis = unit(combine([1, parent], [-1, neighbour]));
  if (axis === null) return null;
  const arm = combine([1, third], [-1, neighbour]);
  const across = unit(combine([1, arm], [-dot(arm, axis), axis]));
  return across && { axis, across, normal: cross(axis, across) };
}

/** The direction at `angle` to the neighbour and this torsion third - neighbour - parent - hydrogen, degrees. */
export function rotorDirection({ axis, across, normal }: RotorFrame, angle: number, torsion: number): Vector3 {
  const side = sine(angle);
  return combine([-cosine(angle), axis], [side * cosine(torsion), across], [side * sine(torsion), normal]);
}
