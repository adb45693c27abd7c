// Planarity energy: weighted squared distances of atoms from their best plane.
import { smallestEigenvector } from "../math/eigen3.ts";
import type { PlaneList } from "../topology/topology.ts";

/** Centroid of a plane (three numbers) and its unit normal (three numbers). */
export type PlaneFrame = Float64Array;

const moments = new Float64Array(6);
const normal = new Float64Array(3);

/** Fills `frame` with the weighted centroid and the normal of the best plane; weight = 1 / sigma^2 per atom. */
export function fitPlane(planes: PlaneList, plane: number, xyz: Float64Array, frame: PlaneFrame): void {
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
  moments.fill(0);
  for (let entry = begin; entry < end; entry++) {
    const weight = 1 / (planes.sigma[entry]! * planes.sigma[entry]!);
    const at = 3 * planes.atom[entry]!;
    const x = xyz[at]! - cx;
    const y = xyz[at + 1]! - cy;
    const z = xyz[at + 2]! - cz;
    moments[0]! += weight * x * x;
    moments[1]! += weight * y * y;
    moments[2]! += weight * z * z;
    moments[3]! += weight * x * y;
    moments[4]! += weight * x * z;
    moments[5]! += weight * y * z;
  }
  smallestEigenvector(moments, normal);
  frame[0] = cx;
  frame[1] = cy;
  frame[2] = cz;
  frame.set(normal, 3);
}

const frame: PlaneFrame = new Float64Array(6);

/** Sum over all planes; adds its gradient, which is exact because the best plane is stationary. */
export function addPlanarityEnergy(planes: PlaneList, xyz: Float64Array, gradient: Float64Array): number {
  let energy = 0;
  for (let plane = 0; plane < planes.count; plane++) {
    fitPlane(planes, plane, xyz, frame);
    const cx = frame[0]!;
    const cy = frame[1]!;
    const cz = frame[2]!;
    const nx = frame[3]!;
    const ny = frame[4]!;
    const nz = frame[5]!;
    for (let entry = planes.offset[plane]!; entry < planes.offset[plane + 1]!; entry++) {
      const at = 3 * planes.atom[entry]!;
      const distance = nx * (xyz[at]! - cx) + ny * (xyz[at + 1]! - cy) + nz * (xyz[at + 2]! - cz);
      const weight = 1 / (planes.sigma[entry]! * planes.sigma[entry]!);
      energy += weight * distance * distance;
      const scale = 2 * weight * distance;
      gradient[at]! += scale * nx;
      gradient[at + 1]! += scale * ny;
      gradient[at + 2]! += scale * nz;
    }
  }
  return energy;
}
