// Hydrogens that ride on their heavy atoms: fixed coordinates in a local frame, with the exact gradient handed back.
import type { Topology } from "../topology/topology.ts";

/**
 * Each rider keeps its coordinates in the frame of three heavy atoms: its parent, a neighbour of the parent, and a third
 * atom that is another neighbour of the parent or, for rotors such as methyl and hydroxyl, a neighbour of the neighbour.
 */
export interface RidingHydrogens {
  readonly count: number;
  readonly hydrogen: Int32Array;
  readonly parent: Int32Array;
  readonly neighbour: Int32Array;
  readonly third: Int32Array;
  /** Coordinates along the frame's axes, 3 per hydrogen, Angstrom. */
  readonly local: Float64Array;
  /** Hydrogens on parents without a usable frame (water, free ions): they shift with the parent. */
  readonly followerHydrogen: Int32Array;
  readonly followerParent: Int32Array;
  readonly followerShift: Float64Array;
}

/** Chooses frames from the bond graph; call updateRidingFrames to fill in the local coordinates. */
export function prepareRiding(topology: Topology): RidingHydrogens {
  const { isHydrogen, hydrogenParent, atomCount } = topology;
  const { offset, partner } = heavyGraph(topology);
  const riders: number[] = [];
  const followers: number[] = [];
  const { conformer } = topology.nonbonded;
  /** First neighbour of an atom in this conformer that is not one of two others, -1 for none. */
  const neighbourOf = (atom: number, own: number, ...others: readonly number[]): number => {
    for (let entry = offset[atom]!; entry < offset[atom + 1]!; entry++) {
      const other = partner[entry]!;
      const fits = conformer[other] === 0 || own === 0 || conformer[other] === own;
      if (fits && !others.includes(other)) return other;
    }
    return -1;
  };
  for (let atom = 0; atom < atomCount; atom++) {
    const parent = hydrogenParent[atom]!;
    if (isHydrogen[atom] === 0 || parent < 0) continue;
    const own = conformer[atom]! !== 0 ? conformer[atom]! : conformer[parent]!;
    const neighbour = neighbourOf(parent, own);
    const second = neighbour < 0 ? -1 : neighbourOf(parent, own, neighbour);
    const third = second >= 0 || neighbour < 0 ? second : neighbourOf(neighbour, own, parent);
    if (third < 0) followers.push(atom, parent);
    else riders.push(atom, parent, neighbour, third);
  }
  const column = (rows: readonly number[], width: number, at: number): Int32Array =>
    Int32Array.from({ length: rows.length / width }, (_value, row) => rows[width * row + at]!);
  return {
    count: riders.length / 4,
    hydrogen: column(riders, 4, 0),
    parent: column(riders, 4, 1),
    neighbour: column(riders, 4, 2),
    third: column(riders, 4, 3),
    local: new Float64Array((3 * riders.length) / 4),
    followerHydrogen: column(followers, 2, 0),
    followerParent: column(followers, 2, 1),
    followerShift: new Float64Array((3 * followers.length) / 2),
  };
}

/** Neighbours other than hydrogens of each atom other than hydrogens, in the order of their bonds. */
function heavyGraph({ bonds, isHydrogen, atomCount }: Topology): { offset: Int32Array; partner: Int32Array } {
  const offset = new Int32Array(atomCount + 1);
  const isHeavy = (row: number): boolean => isHydrogen[bonds.i[row]!] === 0 && isHydrogen[bonds.j[row]!] === 0;
  for (let row = 0; row < bonds.count; row++) {
    if (!isHeavy(row)) continue;
    offset[bonds.i[row]! + 1]!++;
    offset[bonds.j[row]! + 1]!++;
  }
  for (let atom = 0; atom < atomCount; atom++) offset[atom + 1]! += offset[atom]!;
  const next = offset.slice(0, atomCount);
  const partner = new Int32Array(offset[atomCount]!);
  for (let row = 0; row < bonds.count; row++) {
    if (!isHeavy(row)) continue;
    partner[next[bonds.i[row]!]!++] = bonds.j[row]!;
    partner[next[bonds.j[row]!]!++] = bonds.i[row]!;
  }
  return { offset, partner };
}

/** Axes of a frame: e1 along parent to neighbour, e2 in the plane of the third atom, e3 completes them. */
interface FrameScratch {
  readonly axes: Float64Array;
  /** Length of parent to neighbour and of the part of the third atom's vector perpendicular to e1. */
  lengthU: number;
  lengthP: number;
  /** Component of the third atom's vector along e1. */
  along: number;
}

function computeFrame(xyz: Float64Array, parent: number, neighbour: number, third: number, out: FrameScratch): boolean {
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
  const axes = out.axes;
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

function createScratch(): FrameScratch {
  return { axes: new Float64Array(9), lengthU: 1, lengthP: 1, along: 0 };
}

/** Reads the hydrogens' present positions into their frames. */
export function updateRidingFrames(riding: RidingHydrogens, xyz: Float64Array): void {
  const frame = createScratch();
  for (let rider = 0; rider < riding.count; rider++) {
    const parent = riding.parent[rider]!;
    if (!computeFrame(xyz, parent, riding.neighbour[rider]!, riding.third[rider]!, frame)) continue;
    const h = 3 * riding.hydrogen[rider]!;
    const p = 3 * parent;
    for (let axis = 0; axis < 3; axis++) {
      let sum = 0;
      for (let c = 0; c < 3; c++) sum += frame.axes[3 * axis + c]! * (xyz[h + c]! - xyz[p + c]!);
      riding.local[3 * rider + axis] = sum;
    }
  }
  riding.followerHydrogen.forEach((hydrogen, index) => {
    const p = 3 * riding.followerParent[index]!;
    for (let c = 0; c < 3; c++) riding.followerShift[3 * index + c] = xyz[3 * hydrogen + c]! - xyz[p + c]!;
  });
}

/** Puts every rider where its frame says. */
export function placeRidingHydrogens(riding: RidingHydrogens, xyz: Float64Array): void {
  const frame = createScratch();
  const { axes } = frame;
  for (let rider = 0; rider < riding.count; rider++) {
    const parent = riding.parent[rider]!;
    // Collinear frames are momentary; the hydrogen keeps its place until the frame is back.
    if (!computeFrame(xyz, parent, riding.neighbour[rider]!, riding.third[rider]!, frame)) continue;
    const h = 3 * riding.hydrogen[rider]!;
    const p = 3 * parent;
    const l1 = riding.local[3 * rider]!;
    const l2 = riding.local[3 * rider + 1]!;
    const l3 = riding.local[3 * rider + 2]!;
    xyz[h] = xyz[p]! + l1 * axes[0]! + l2 * axes[3]! + l3 * axes[6]!;
    xyz[h + 1] = xyz[p + 1]! + l1 * axes[1]! + l2 * axes[4]! + l3 * axes[7]!;
    xyz[h + 2] = xyz[p + 2]! + l1 * axes[2]! + l2 * axes[5]! + l3 * axes[8]!;
  }
  riding.followerHydrogen.forEach((hydrogen, index) => {
    const p = 3 * riding.followerParent[index]!;
    for (let c = 0; c < 3; c++) xyz[3 * hydrogen + c] = xyz[p + c]! + riding.followerShift[3 * index + c]!;
  });
}

/** Moves the gradient on the riders to the atoms of their frames (chain rule) and clears it on the riders. */
export function returnRidingGradient(riding: RidingHydrogens, xyz: Float64Array, gradient: Float64Array): void {
  const frame = createScratch();
  for (let rider = 0; rider < riding.count; rider++) {
    const h = 3 * riding.hydrogen[rider]!;
    const gx = gradient[h]!;
    const gy = gradient[h + 1]!;
    const gz = gradient[h + 2]!;
    if (gx === 0 && gy === 0 && gz === 0) continue;
    gradient[h] = 0;
    gradient[h + 1] = 0;
    gradient[h + 2] = 0;
    const parent = riding.parent[rider]!;
    const p = 3 * parent;
    gradient[p]! += gx;
    gradient[p + 1]! += gy;
    gradient[p + 2]! += gz;
    if (!computeFrame(xyz, parent, riding.neighbour[rider]!, riding.third[rider]!, frame)) continue;
    returnFrameGradient(riding, rider, frame, gx, gy, gz, gradient);
  }
  riding.followerHydrogen.forEach((hydrogen, index) => {
    const p = 3 * riding.followerParent[index]!;
    for (let c = 0; c < 3; c++) {
      gradient[p + c]! += gradient[3 * hydrogen + c]!;
      gradient[3 * hydrogen + c] = 0;
    }
  });
}

/**
 * Rotation part of the chain rule. With the hydrogen at parent + l1 e1 + l2 e2 + l3 e3 and gradient g on it, a small change
 * turns the frame: about e3 and e2 when the neighbour moves, and about e1 when the third atom leaves the plane.
 */
function returnFrameGradient(
  riding: RidingHydrogens,
  rider: number,
  frame: FrameScratch,
  gx: number,
  gy: number,
  gz: number,
  gradient: Float64Array,
): void {
  const { axes, lengthU, lengthP, along } = frame;
  const l1 = riding.local[3 * rider]!;
  const l2 = riding.local[3 * rider + 1]!;
  const l3 = riding.local[3 * rider + 2]!;
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
  const a = 3 * riding.neighbour[rider]!;
  const b = 3 * riding.third[rider]!;
  const p = 3 * riding.parent[rider]!;
  for (let c = 0; c < 3; c++) {
    const onNeighbour = n2 * axes[3 + c]! + n3 * axes[6 + c]!;
    const onThird = third3 * axes[6 + c]!;
    gradient[a + c]! += onNeighbour;
    gradient[b + c]! += onThird;
    gradient[p + c]! -= onNeighbour + onThird;
  }
}
