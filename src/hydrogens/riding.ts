// Hydrogens that ride on their heavy atoms: fixed coordinates in a local frame.
import { createFrame, setFrame } from "../kernels/reference/riders.ts";
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
  const { offset, partner } = isHydrogen.includes(1) ? heavyGraph(topology) : emptyGraph;
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

const emptyGraph = { offset: new Int32Array(0), partner: new Int32Array(0) };

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

/** Reads the hydrogens' present positions into their frames. */
export function updateRidingFrames(riding: RidingHydrogens, xyz: Float64Array): void {
  const frame = createFrame();
  for (let rider = 0; rider < riding.count; rider++) {
    const parent = riding.parent[rider]!;
    if (!setFrame(xyz, parent, riding.neighbour[rider]!, riding.third[rider]!, frame)) continue;
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
