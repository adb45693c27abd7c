// All covalent terms of a topology together, and the part of a topology over chosen atoms.
import type { ParallelityList, PlaneList, Topology } from "../topology/topology.ts";
import { addAngleEnergy } from "./angles.ts";
import { addBondEnergy } from "./bonds.ts";
import { addChiralityEnergy } from "./chirality.ts";
import { addDihedralEnergy } from "./dihedrals.ts";
import { addParallelityEnergy } from "./parallelity.ts";
import { addPlanarityEnergy } from "./planarity.ts";

export type CovalentLists = Pick<
  Topology,
  "bonds" | "angles" | "dihedrals" | "chiralities" | "planes" | "parallelities"
>;

export interface CovalentEnergies {
  readonly bond: number;
  readonly angle: number;
  readonly dihedral: number;
  readonly chirality: number;
  readonly planarity: number;
  readonly parallelity: number;
}

/** Energies of all covalent terms; adds their gradient (3 per atom, per Angstrom). */
export function addCovalentEnergies(lists: CovalentLists, xyz: Float64Array, gradient: Float64Array): CovalentEnergies {
  return {
    bond: addBondEnergy(lists.bonds, xyz, gradient),
    angle: addAngleEnergy(lists.angles, xyz, gradient),
    dihedral: addDihedralEnergy(lists.dihedrals, xyz, gradient),
    chirality: addChiralityEnergy(lists.chiralities, xyz, gradient),
    planarity: addPlanarityEnergy(lists.planes, xyz, gradient),
    parallelity: lists.parallelities ? addParallelityEnergy(lists.parallelities, xyz, gradient) : 0,
  };
}

export function totalCovalentEnergy(energies: CovalentEnergies): number {
  const { bond, angle, dihedral, chirality, planarity, parallelity } = energies;
  return bond + angle + dihedral + chirality + planarity + parallelity;
}

/** Which terms a subset keeps. */
export interface SubsetRule {
  /** Terms touching an atom marked here are dropped (hydrogens that ride); planes only lose that atom. */
  readonly without?: Uint8Array;
  /** Terms touching no atom marked here are dropped (nothing in them moves). */
  readonly touching?: Uint8Array;
}

/** Terms of a topology that obey the rule. Ideal values are copied: apply CDL before. */
export function covalentSubset(lists: CovalentLists, rule: SubsetRule): CovalentLists {
  const keeps = (...atoms: number[]): boolean =>
    (rule.without === undefined || atoms.every((atom) => rule.without![atom] === 0)) &&
    (rule.touching === undefined || atoms.some((atom) => rule.touching![atom] === 1));
  const { bonds, angles, dihedrals, chiralities } = lists;
  const bondRows = rowsWhere(bonds.count, (row) => keeps(bonds.i[row]!, bonds.j[row]!));
  const angleRows = rowsWhere(angles.count, (row) => keeps(angles.i[row]!, angles.j[row]!, angles.k[row]!));
  const dihedralRows = rowsWhere(dihedrals.count, (row) =>
    keeps(dihedrals.i[row]!, dihedrals.j[row]!, dihedrals.k[row]!, dihedrals.l[row]!),
  );
  const chiralRows = rowsWhere(chiralities.count, (row) =>
    keeps(chiralities.centre[row]!, chiralities.i[row]!, chiralities.j[row]!, chiralities.k[row]!),
  );
  return {
    bonds: takeRows(bonds, bondRows),
    angles: takeRows(angles, angleRows),
    dihedrals: takeRows(dihedrals, dihedralRows),
    chiralities: takeRows(chiralities, chiralRows),
    planes: planeSubset(lists.planes, rule),
    ...(lists.parallelities ? { parallelities: planePairSubset(lists.parallelities, rule) } : {}),
  };
}

function rowsWhere(count: number, keeps: (row: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (keeps(row)) rows.push(row);
  return Int32Array.from(rows);
}

/** Picks rows of every column of a list of terms. */
function takeRows<List extends { count: number }>(list: List, rows: Int32Array): List {
  const picked: Record<string, unknown> = { count: rows.length };
  for (const [key, column] of Object.entries(list)) {
    if (key === "count" || column === undefined) continue;
    if (Array.isArray(column)) picked[key] = Array.from(rows, (row) => column[row] as unknown);
    else {
      const source = column as unknown as Float64Array;
      const target = source.slice(0, rows.length);
      for (let index = 0; index < rows.length; index++) target[index] = source[rows[index]!]!;
      picked[key] = target;
    }
  }
  return picked as List;
}

function planeSubset(planes: PlaneList, rule: SubsetRule): PlaneList {
  const offset: number[] = [0];
  const atoms: number[] = [];
  const sigmas: number[] = [];
  const ids: string[] = [];
  for (let plane = 0; plane < planes.count; plane++) {
    const rows: number[] = [];
    for (let entry = planes.offset[plane]!; entry < planes.offset[plane + 1]!; entry++) {
      if (rule.without === undefined || rule.without[planes.atom[entry]!] === 0) rows.push(entry);
    }
    const touches = rule.touching === undefined || rows.some((entry) => rule.touching![planes.atom[entry]!] === 1);
    // Three atoms always lie in a plane.
    if (rows.length < 4 || !touches) continue;
    for (const entry of rows) {
      atoms.push(planes.atom[entry]!);
      sigmas.push(planes.sigma[entry]!);
    }
    offset.push(atoms.length);
    ids.push(planes.id[plane]!);
  }
  return {
    count: ids.length,
    offset: Int32Array.from(offset),
    atom: Int32Array.from(atoms),
    sigma: Float64Array.from(sigmas),
    id: ids,
  };
}

function planePairSubset(pairs: ParallelityList, rule: SubsetRule): ParallelityList {
  const keep = (atoms: Int32Array): Int32Array => atoms.filter((atom) => !rule.without || rule.without[atom] === 0);
  const firsts: Int32Array[] = [];
  const seconds: Int32Array[] = [];
  const rows = rowsWhere(pairs.count, (row) => {
    const first = keep(pairs.first.subarray(pairs.firstOffset[row]!, pairs.firstOffset[row + 1]!));
    const second = keep(pairs.second.subarray(pairs.secondOffset[row]!, pairs.secondOffset[row + 1]!));
    const touches = [...first, ...second].some((atom) => !rule.touching || rule.touching[atom] === 1);
    if (!touches || first.length < 3 || second.length < 3) return false;
    firsts.push(first);
    seconds.push(second);
    return true;
  });
  const { ideal, sigma, slack, limit } = pairs;
  const columns = { count: pairs.count, ideal, sigma, ...(slack && { slack }), ...(limit && { limit }) };
  return {
    ...takeRows(columns, rows),
    ...{ firstOffset: offsetsOf(firsts), first: joined(firsts) },
    ...{ secondOffset: offsetsOf(seconds), second: joined(seconds) },
  };
}

function offsetsOf(groups: readonly Int32Array[]): Int32Array {
  const offsets = new Int32Array(groups.length + 1);
  groups.forEach((group, row) => {
    offsets[row + 1] = offsets[row]! + group.length;
  });
  return offsets;
}

function joined(groups: readonly Int32Array[]): Int32Array {
  return Int32Array.from(groups.flatMap((group) => [...group]));
}
