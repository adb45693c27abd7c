// Planarity energy: weighted squared distances of atoms from their best plane.
import { eigenSymmetric3 } from "../math/eigen3.ts";
import type { PlaneList } from "../topology/topology.ts";

/** Weighted best plane of one entry of a plane list. */
export interface BestPlane {
  readonly centre: readonly [number, number, number];
  readonly normal: readonly [number, number, number];
  /** Sum of weight * distance^2. */
  readonly energy: number;
}

/** Weighted centroid and the eigenvector of the smallest eigenvalue; weight = 1 / sigma^2 per atom. */
export function bestPlane(planes: PlaneList, plane: number, xyz: Float64Array): BestPlane {
  const begin = planes.offset[plane]!;
  const end = planes.offset[plane + 1]!;
  let sum = 0;
  let cx = 0;
  let cy = 0;
  let cz = 0;
  for (let entry = begin; entry < end; entry++) {
    const weight = 1 / (planes.sigma[entry]! * planes.sigma[entry]!);
    const at = 3 * planes.atom[entry]!;
    sum += weight;
    cx += weight * xyz[at]!;
    cy += weight * xyz[at + 1]!;
    cz += weight * xyz[at + 2]!;
  }
  cx /= sum;
  cy /= sum;
  cz /= sum;
  let xx = 0;
  let yy = 0;
  let zz = 0;
  let xy = 0;
  let xz = 0;
  let yz = 0;
  for (let entry = begin; entry < end; entry++) {
    const weight = 1 / (planes.sigma[entry]! * planes.sigma[entry]!);
    const at = 3 * planes.atom[entry]!;
    const x = xyz[at]! - cx;
    const y = xyz[at + 1]! - cy;
    const z = xyz[at + 2]! - cz;
    xx += weight * x * x;
    yy += weight * y * y;
    zz += weight * z * z;
    xy += weight * x * y;
    xz += weight * x * z;
    yz += weight * y * z;
  }
  const { values, vectors } = eigenSymmetric3([xx, yy, zz, xy, xz, yz]);
  return {
    centre: [cx, cy, cz],
    normal: [vectors[0]!, vectors[1]!, vectors[2]!],
    energy: Math.max(0, values[0]!),
  };
}

/** Sum over all planes; adds its gradient, which is exact because the best plane is stationary. */
export function addPlanarityEnergy(planes: PlaneList, xyz: Float64Array, gradient: Float64Array): number {
  let energy = 0;
  for (let plane = 0; plane < planes.count; plane++) {
    const { centre, normal } = bestPlane(planes, plane, xyz);
    for (let entry = planes.offset[plane]!; entry < planes.offset[plane + 1]!; entry++) {
      const at = 3 * planes.atom[entry]!;
      const distance =
        normal[0] * (xyz[at]! - centre[0]) +
        normal[1] * (xyz[at + 1]! - centre[1]) +
        normal[2] * (xyz[at + 2]! - centre[2]);
      const weight = 1 / (planes.sigma[entry]! * planes.sigma[entry]!);
      energy += weight * distance * distance;
      const scale = 2 * weight * distance;
      gradient[at]! += scale * normal[0];
      gradient[at + 1]! += scale * normal[1];
      gradient[at + 2]! += scale * normal[2];
    }
  }
  return energy;
}
