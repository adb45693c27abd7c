// Parallelity energy: the angle between the best planes of two groups of atoms (stacked bases, rings, base pairs).
import { eigenSymmetric3 } from "../math/eigen3.ts";
import type { ParallelityList } from "../topology/topology.ts";

/** Planes whose two smallest moments differ by less have no direction, square Angstrom. */
const smallestGap = 1e-6;
/** Planes this near to parallel have no axis to turn about, sine of the angle. */
const smallestSine = 1e-8;

type Vector = readonly [number, number, number];

interface Plane {
  readonly centre: Vector;
  readonly normal: Vector;
  /** The other two principal axes, each with the smallest moment less its own. */
  readonly others: readonly { readonly axis: Vector; readonly gap: number }[];
}

/** Unit-weight best plane; undefined below three atoms and where it has no direction. */
function fitPlane(atoms: Int32Array, xyz: Float64Array): Plane | undefined {
  if (atoms.length < 3) return undefined;
  const centre: [number, number, number] = [0, 0, 0];
  for (const atom of atoms) for (let c = 0; c < 3; c++) centre[c]! += xyz[3 * atom + c]! / atoms.length;
  let [xx, yy, zz, xy, xz, yz] = [0, 0, 0, 0, 0, 0];
  for (const atom of atoms) {
    const x = xyz[3 * atom]! - centre[0];
    const y = xyz[3 * atom + 1]! - centre[1];
    const z = xyz[3 * atom + 2]! - centre[2];
    xx += x * x;
    yy += y * y;
    zz += z * z;
    xy += x * y;
    xz += x * z;
    yz += y * z;
  }
  const { values, vectors } = eigenSymmetric3([xx, yy, zz, xy, xz, yz]);
  if (values[1]! - values[0]! < smallestGap) return undefined;
  const axis = (row: number): Vector => [vectors[3 * row]!, vectors[3 * row + 1]!, vectors[3 * row + 2]!];
  const others = [1, 2].map((row) => ({ axis: axis(row), gap: values[0]! - values[row]! }));
  return { centre, normal: axis(0), others };
}

/** Energy and its derivative by the angle (radians) of one pair. */
function angleTerm(theta: number, list: ParallelityList, pair: number): { energy: number; slope: number } {
  const weight = 1 / (list.sigma[pair]! * list.sigma[pair]!);
  const radians = Math.PI / 180;
  const ideal = list.ideal[pair]! * radians;
  const slack = (list.slack?.[pair] ?? 0) * radians;
  const excess = theta - ideal;
  const off = Math.sign(excess) * Math.max(0, Math.abs(excess) - slack);
  const limit = list.limit?.[pair] ?? -1;
  // 1 - cos loses its digits for small angles.
  const half = Math.sin(off / 2);
  const plain = 2 * half * half;
  if (limit < 0) return { energy: weight * plain, slope: weight * Math.sin(off) };
  const fade = Math.exp(-plain / (limit * limit));
  return { energy: weight * limit * limit * (1 - fade), slope: weight * Math.sin(off) * fade };
}

/** Adds what a derivative by the plane's normal does to its atoms: how the eigenvector of the smallest moment turns. */
function addNormalGradient(
  atoms: Int32Array,
  { centre, normal: n, others }: Plane,
  force: Vector,
  coordinates: { readonly xyz: Float64Array; readonly gradient: Float64Array },
): void {
  const { xyz, gradient } = coordinates;
  for (const { axis: v, gap } of others) {
    const scale = (force[0] * v[0] + force[1] * v[1] + force[2] * v[2]) / gap;
    for (const atom of atoms) {
      const at = 3 * atom;
      const x = xyz[at]! - centre[0];
      const y = xyz[at + 1]! - centre[1];
      const z = xyz[at + 2]! - centre[2];
      const xn = x * n[0] + y * n[1] + z * n[2];
      const xv = x * v[0] + y * v[1] + z * v[2];
      for (let c = 0; c < 3; c++) gradient[at + c]! += scale * (xn * v[c]! + xv * n[c]!);
    }
  }
}

/** Atoms of both planes of a pair. */
function groupsOf(list: ParallelityList, pair: number): readonly [Int32Array, Int32Array] {
  return [
    list.first.subarray(list.firstOffset[pair]!, list.firstOffset[pair + 1]!),
    list.second.subarray(list.secondOffset[pair]!, list.secondOffset[pair + 1]!),
  ];
}

/** Angle between the planes of a pair, 0 to 90 degrees; undefined where one has no direction. */
export function planeAngle(list: ParallelityList, pair: number, xyz: Float64Array): number | undefined {
  const [first, second] = groupsOf(list, pair).map((atoms) => fitPlane(atoms, xyz));
  if (!first || !second) return undefined;
  const dot = first.normal.reduce((sum, value, axis) => sum + value * second.normal[axis]!, 0);
  return (Math.acos(Math.min(1, Math.abs(dot))) * 180) / Math.PI;
}

/**
 * Sum over all pairs of w (1 - cos(angle - ideal)), w = 1 / sigma^2, with slack and top-out as for bonds; adds its gradient. Planes
 * without direction (atoms on a line or in a ball) and, for other ideals than 0, parallel planes have none.
 */
export function addParallelityEnergy(list: ParallelityList, xyz: Float64Array, gradient: Float64Array): number {
  let energy = 0;
  for (let pair = 0; pair < list.count; pair++) {
    const [first, second] = groupsOf(list, pair);
    const planes = [fitPlane(first, xyz), fitPlane(second, xyz)] as const;
    if (planes[0] === undefined || planes[1] === undefined) continue;
    const n1 = planes[0].normal;
    const n2 = planes[1].normal;
    const dot = n1[0] * n2[0] + n1[1] * n2[1] + n1[2] * n2[2];
    const sign = dot < 0 ? -1 : 1;
    const cross = Math.hypot(
      n1[1] * n2[2] - n1[2] * n2[1],
      n1[2] * n2[0] - n1[0] * n2[2],
      n1[0] * n2[1] - n1[1] * n2[0],
    );
    const term = angleTerm(Math.atan2(cross, Math.abs(dot)), list, pair);
    energy += term.energy;
    if (cross < smallestSine) continue;
    const scale = (-sign * term.slope) / cross;
    const coordinates = { xyz, gradient };
    addNormalGradient(first, planes[0], [scale * n2[0], scale * n2[1], scale * n2[2]], coordinates);
    addNormalGradient(second, planes[1], [scale * n1[0], scale * n1[1], scale * n1[2]], coordinates);
  }
  return energy;
}
