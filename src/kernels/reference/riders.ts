// Plain twins of the rider kernels: free atoms, the hydrogens that ride on them, and the way of the gradient back.

import { type MoveTable, mapEnergy } from "../move-table.ts";
import { energiesPerBlock } from "../term-table.ts";

/** Puts the vector that is minimised into the table's coordinates. */
export function unpackFree({ free, xyz }: MoveTable, x: Float64Array): void {
  free.forEach((atom, row) => {
    for (let c = 0; c < 3; c++) xyz[3 * atom + c] = x[3 * row + c]!;
  });
}

/** Axes of a frame: e1 along parent to neighbour, e2 in the plane of the third atom, e3 completes them. */
interface Frame {
  readonly axes: Float64Array;
  /** Length of parent to neighbour and of the part of the third atom's vector perpendicular to e1. */
  lengthU: number;
  lengthP: number;
  /** Component of the third atom's vector along e1. */
  along: number;
}

export function createFrame(): Frame {
  return { axes: new Float64Array(9), lengthU: 1, lengthP: 1, along: 0 };
}

/** Sets the frame of three atoms; false where they are in line. */
export function setFrame(xyz: Float64Array, parent: number, neighbour: number, third: number, out: Frame): boolean {
  const p = 3 * parent;
  const a = 3 * neighbour;
  const b = 3 * third;
  const ux = xyz[a]! - xyz[p]!;
  const uy = xyz[a + 1]! - xyz[p + 1]!;
  const uz = xyz[a + 2]! - xyz[p + 2]!;
  const vx = xyz[b]! - xyz[p]!;
  const vy = xyz[b + 1]! - xyz[p + 1]!;
  const vz = xyz[b + 2]! - xyz[p + 2]!;
  const lengthU = Math.sqrt(ux * ux + uy * uy + uz * uz);
  if (lengthU < 1e-6) return false;
  const e1x = ux / lengthU;
  const e1y = uy / lengthU;
  const e1z = uz / lengthU;
  const along = vx * e1x + vy * e1y + vz * e1z;
  const px = vx - along * e1x;
  const py = vy - along * e1y;
  const pz = vz - along * e1z;
  const lengthP = Math.sqrt(px * px + py * py + pz * pz);
  if (lengthP < 1e-4) return false;
  const e2x = px / lengthP;
  const e2y = py / lengthP;
  const e2z = pz / lengthP;
  const { axes } = out;
  axes[0] = e1x;
  axes[1] = e1y;
  axes[2] = e1z;
  axes[3] = e2x;
  axes[4] = e2y;
  axes[5] = e2z;
  axes[6] = e1y * e2z - e1z * e2y;
  axes[7] = e1z * e2x - e1x * e2z;
  axes[8] = e1x * e2y - e1y * e2x;
  out.lengthU = lengthU;
  out.lengthP = lengthP;
  out.along = along;
  return true;
}

/** Puts every rider where its frame says; writes the largest squared shift since the pair list, per block. */
export function placeRiders(table: MoveTable): void {
  const { xyz, riders, local, followers, followerShift, listXyz, shift, blocks, blockAtoms, atomCount } = table;
  const frame = createFrame();
  const { axes } = frame;
  for (let rider = 0; 4 * rider < riders.length; rider++) {
    const [hydrogen, parent, neighbour, third] = riders.subarray(4 * rider, 4 * rider + 4) as unknown as Rider;
    // Collinear frames are momentary; the hydrogen keeps its place until the frame is back.
    if (!setFrame(xyz, parent, neighbour, third, frame)) continue;
    const [l1, l2, l3] = local.subarray(3 * rider, 3 * rider + 3) as unknown as [number, number, number];
    for (let c = 0; c < 3; c++) {
      xyz[3 * hydrogen + c] = xyz[3 * parent + c]! + l1 * axes[c]! + l2 * axes[3 + c]! + l3 * axes[6 + c]!;
    }
  }
  for (let row = 0; 2 * row < followers.length; row++) {
    for (let c = 0; c < 3; c++) {
      xyz[3 * followers[2 * row]! + c] = xyz[3 * followers[2 * row + 1]! + c]! + followerShift[3 * row + c]!;
    }
  }
  for (let block = 0; block < blocks; block++) {
    let largest = 0;
    for (let atom = block * blockAtoms; atom < Math.min(atomCount, (block + 1) * blockAtoms); atom++) {
      const x = xyz[3 * atom]! - listXyz[3 * atom]!;
      const y = xyz[3 * atom + 1]! - listXyz[3 * atom + 1]!;
      const z = xyz[3 * atom + 2]! - listXyz[3 * atom + 2]!;
      largest = Math.max(largest, x * x + y * y + z * z);
    }
    shift[block] = largest;
  }
}

type Rider = [number, number, number, number];

/** Gradient of the free atoms: riders' share by the chain rule and the map's pull added. */
export function collectGradient(table: MoveTable, weight: number, out: Float64Array): void {
  const { gradient, riders, followers, free, freeStart, energies, blocks } = table;
  const { mapFactor, mapValue, mapGradient } = table;
  for (let rider = 0; 4 * rider < riders.length; rider++) returnRider(table, rider);
  for (let row = 0; 2 * row < followers.length; row++) {
    for (let c = 0; c < 3; c++) gradient[3 * followers[2 * row + 1]! + c]! += gradient[3 * followers[2 * row]! + c]!;
  }
  for (let block = 0; block < blocks; block++) {
    let map = 0;
    for (let row = freeStart[block]!; row < freeStart[block + 1]!; row++) {
      const atom = free[row]!;
      const share = weight === 0 ? 0 : mapFactor[atom]!;
      map -= share * mapValue[atom]!;
      for (let c = 0; c < 3; c++) {
        out[3 * row + c] = gradient[3 * atom + c]! - weight * share * mapGradient[3 * atom + c]!;
      }
    }
    energies[energiesPerBlock * block + mapEnergy] = map;
  }
}

const frame = createFrame();

/**
 * Rotation part of the chain rule. With the hydrogen at parent + l1 e1 + l2 e2 + l3 e3 and gradient g on it, a small change
 * turns the frame: about e3 and e2 when the neighbour moves, and about e1 when the third atom leaves the plane.
 */
function returnRider({ xyz, gradient, riders, local }: MoveTable, rider: number): void {
  const [hydrogen, parent, neighbour, third] = riders.subarray(4 * rider, 4 * rider + 4) as unknown as Rider;
  const [gx, gy, gz] = gradient.subarray(3 * hydrogen, 3 * hydrogen + 3) as unknown as [number, number, number];
  if (gx === 0 && gy === 0 && gz === 0) return;
  gradient[3 * parent]! += gx;
  gradient[3 * parent + 1]! += gy;
  gradient[3 * parent + 2]! += gz;
  if (!setFrame(xyz, parent, neighbour, third, frame)) return;
  const { axes, lengthU, lengthP, along } = frame;
  const [l1, l2, l3] = local.subarray(3 * rider, 3 * rider + 3) as unknown as [number, number, number];
  const g1 = gx * axes[0]! + gy * axes[1]! + gz * axes[2]!;
  const g2 = gx * axes[3]! + gy * axes[4]! + gz * axes[5]!;
  const g3 = gx * axes[6]! + gy * axes[7]! + gz * axes[8]!;
  // Torque of g about the parent, along the frame's axes.
  const t1 = l2 * g3 - l3 * g2;
  const t2 = l3 * g1 - l1 * g3;
  const t3 = l1 * g2 - l2 * g1;
  // Neighbour moving along e2 turns the frame by 1/lengthU about e3; along e3 by -1/lengthU about e2, which also
  // lifts the third atom out of the plane and so turns about e1.
  const n2 = t3 / lengthU;
  const n3 = -t2 / lengthU - (along / (lengthU * lengthP)) * t1;
  const third3 = t1 / lengthP;
  for (let c = 0; c < 3; c++) {
    const onNeighbour = n2 * axes[3 + c]! + n3 * axes[6 + c]!;
    const onThird = third3 * axes[6 + c]!;
    gradient[3 * neighbour + c]! += onNeighbour;
    gradient[3 * third + c]! += onThird;
    gradient[3 * parent + c]! -= onNeighbour + onThird;
  }
}
