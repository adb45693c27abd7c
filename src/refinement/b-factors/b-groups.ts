// Which atoms share a B factor, and which of these groups are neighbours whose B factors resemble each other.
import { residueClass } from "../../chemistry/residue-classes.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import type { Topology } from "../../topology/topology.ts";

/** One B per atom, per main chain and side chain of a residue, per residue, or one for all. */
export type BGrouping = "individual" | "main-side" | "residue" | "overall";

export interface BGroups {
  readonly count: number;
  /** Row of the group per atom, hydrogens with the atom they are bonded to; -1 for atoms that keep their B. */
  readonly groupOfAtom: Int32Array;
  /** Atoms of every group that scatter: rows[offset[g]] .. rows[offset[g + 1] - 1]; hydrogens do not. */
  readonly offset: Int32Array;
  readonly rows: Int32Array;
  /** Pairs of groups whose B are alike, with the weight of their likeness. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float64Array;
}

export interface BGroupOptions {
  readonly grouping: BGrouping;
  /** 1 for atoms whose B may change; absent: all. */
  readonly movable?: Uint8Array;
}

/** Atoms within this of each other move together, Angstrom. */
const reach = 5;
const nucleotideMain = new Set("P OP1 OP2 OP3 O1P O2P O5' C5' C4' O4' C3' O3' C2' O2' C1'".split(" "));
const proteinMain = new Set(["N", "CA", "C", "O", "OXT"]);

/** Groups atoms; hydrogens scatter nothing and follow. */
export function makeBGroups(
  model: Model,
  topology: Topology,
  kernels: Pick<Kernels, "findNeighbours">,
  { grouping, movable }: BGroupOptions,
): BGroups {
  const { atoms } = model;
  const { isHydrogen, hydrogenParent, atomCount } = topology;
  const groupOfAtom = new Int32Array(atomCount).fill(-1);
  const groups = new Map<string, number[]>();
  for (let atom = 0; atom < atomCount; atom++) {
    if (isHydrogen[atom] === 1 || movable?.[atom] === 0 || !(atoms.occupancy[atom]! > 0)) continue;
    const key = groupKey(model, atom, grouping);
    const members = groups.get(key);
    if (members) members.push(atom);
    else groups.set(key, [atom]);
  }
  const members = [...groups.values()];
  members.forEach((list, group) => {
    for (const atom of list) groupOfAtom[atom] = group;
  });
  const size = members.map((list) => list.length);
  const pairs = neighbouringGroups(atoms.xyz, groupOfAtom, size, kernels);
  for (let atom = 0; atom < atomCount; atom++) {
    const parent = hydrogenParent[atom]!;
    if (isHydrogen[atom] === 1 && parent >= 0 && movable?.[atom] !== 0) groupOfAtom[atom] = groupOfAtom[parent]!;
  }
  const offset = new Int32Array(size.length + 1);
  size.forEach((length, group) => {
    offset[group + 1] = offset[group]! + length;
  });
  return { count: size.length, groupOfAtom, offset, rows: Int32Array.from(members.flat()), ...pairs };
}

/** Mean B of the atoms of every group. */
export function meanB({ count, offset, rows }: BGroups, bFactor: Float64Array): Float64Array {
  return Float64Array.from({ length: count }, (_value, group) => {
    let sum = 0;
    for (let at = offset[group]!; at < offset[group + 1]!; at++) sum += bFactor[rows[at]!]!;
    return sum / (offset[group + 1]! - offset[group]!);
  });
}

function groupKey({ atoms, residues }: Model, atom: number, grouping: BGrouping): string {
  if (grouping === "overall") return "all";
  if (grouping === "individual") return String(atom);
  const residue = atoms.residue[atom]!;
  if (grouping === "residue") return String(residue);
  const kind = residueClass(residues.name[residue]!);
  const name = atoms.name[atom]!;
  const isMain = kind === "protein" ? proteinMain.has(name) : kind === "nucleotide" ? nucleotideMain.has(name) : true;
  return `${residue}${isMain ? "" : " side"}`;
}

/**
 * Sum over pairs of atoms of 1 / d^2, over the root of the groups' sizes, so that it hardly depends on how the atoms are
 * grouped.
 */
function neighbouringGroups(
  xyz: Float64Array,
  groupOfAtom: Int32Array,
  size: readonly number[],
  kernels: Pick<Kernels, "findNeighbours">,
): Pick<BGroups, "first" | "second" | "weight"> {
  const count = groupOfAtom.length;
  const { start, end, partner } = kernels.findNeighbours(xyz, count, reach);
  const weights = new Map<number, number>();
  const groups = size.length;
  for (let atom = 0; atom < count; atom++) {
    const own = groupOfAtom[atom]!;
    if (own < 0) continue;
    for (let entry = start[atom]!; entry < end[atom]!; entry++) {
      const other = groupOfAtom[partner[entry]!]!;
      if (other < 0 || other === own) continue;
      const key = Math.min(own, other) * groups + Math.max(own, other);
      let square = 0;
      for (let axis = 0; axis < 3; axis++) square += (xyz[3 * atom + axis]! - xyz[3 * partner[entry]! + axis]!) ** 2;
      weights.set(key, (weights.get(key) ?? 0) + 1 / Math.max(1, square));
    }
  }
  const first = new Int32Array(weights.size);
  const second = new Int32Array(weights.size);
  const weight = new Float64Array(weights.size);
  let row = 0;
  for (const [key, value] of weights) {
    first[row] = Math.floor(key / groups);
    second[row] = key % groups;
    weight[row] = value / Math.sqrt(size[first[row]!]! * size[second[row]!]!);
    row++;
  }
  return { first, second, weight };
}
