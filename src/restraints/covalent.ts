// The covalent terms of a topology over chosen atoms.
import type { ParallelityList, PlaneList, Topology } from "../topology/topology.ts";

export type CovalentLists = Pick<
  Topology,
  "bonds" | "angles" | "dihedrals" | "chiralities" | "planes" | "parallelities"
>;

/** Which terms a subset keeps. */
export interface SubsetRule {
  /** Terms touching an atom marked here are dropped (hydrogens that ride); planes only lose that atom. */
  readonly without?: Uint8Array;
  /** Terms touching no atom marked here are dropped (nothing in them moves). */
  readonly touching?: Uint8Array;
}

/** Terms of a topology that obey the rule. Ideal values and sigmas are copied: apply CDL before. Columns of lists that are kept whole are shared. */
export function covalentSubset(lists: CovalentLists, rule: SubsetRule): CovalentLists {
  const { bonds, angles, dihedrals, chiralities } = lists;
  return {
    bonds: takeRows(bonds, rowsByRule([bonds.i, bonds.j], rule)),
    angles: takeRows(angles, rowsByRule([angles.i, angles.j, angles.k], rule)),
    dihedrals: takeRows(dihedrals, rowsByRule([dihedrals.i, dihedrals.j, dihedrals.k, dihedrals.l], rule)),
    chiralities: takeRows(
      chiralities,
      rowsByRule([chiralities.centre, chiralities.i, chiralities.j, chiralities.k], rule),
    ),
    planes: planeSubset(lists.planes, rule),
    ...(lists.parallelities ? { parallelities: planePairSubset(lists.parallelities, rule) } : {}),
  };
}

function rowsWhere(count: number, keeps: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(count);
  let kept = 0;
  for (let row = 0; row < count; row++) if (keeps(row)) rows[kept++] = row;
  return rows.slice(0, kept);
}

/** Rows whose atoms, one per column, obey the rule. */
export function rowsByRule(columns: readonly Int32Array[], { without, touching }: SubsetRule): Int32Array {
  return rowsWhere(columns[0]!.length, (row) => {
    let touches = touching === undefined;
    for (let at = 0; at < columns.length; at++) {
      const atom = columns[at]![row]!;
      if (without !== undefined && without[atom] === 1) return false;
      if (touching !== undefined && touching[atom] === 1) touches = true;
    }
    return touches;
  });
}

/** Columns whose numbers are replaced while a model is refined. */
const changing = new Set(["ideal", "sigma"]);

/**
 * Picks rows of every column of a list of terms; what is neither an array nor typed stays. Where all rows are picked, columns
 * that do not change are those of the list.
 */
export function takeRows<List extends { readonly count: number }>(list: List, rows: Int32Array): List {
  const isWhole = rows.length === list.count;
  const picked: Record<string, unknown> = { count: rows.length };
  for (const [key, column] of Object.entries(list)) {
    if (key === "count" || column === undefined) continue;
    const isRows = Array.isArray(column) || ArrayBuffer.isView(column);
    if (!isRows || (isWhole && !changing.has(key))) picked[key] = column;
    else if (Array.isArray(column)) picked[key] = Array.from(rows, (row) => column[row] as unknown);
    else {
      const source = column as unknown as Float64Array;
      const target = source.slice(0, rows.length);
      if (!isWhole) for (let index = 0; index < rows.length; index++) target[index] = source[rows[index]!]!;
      picked[key] = target;
    }
  }
  return picked as List;
}

/** Whether every plane has four atoms at least, loses none by the rule and touches what it must. */
function keepsAll({ count, offset, atom }: PlaneList, { without, touching }: SubsetRule): boolean {
  for (let plane = 0; plane < count; plane++) {
    if (offset[plane + 1]! - offset[plane]! < 4) return false;
    let touches = touching === undefined;
    for (let entry = offset[plane]!; entry < offset[plane + 1]!; entry++) {
      const own = atom[entry]!;
      if (without !== undefined && without[own] === 1) return false;
      if (touching !== undefined && touching[own] === 1) touches = true;
    }
    if (!touches) return false;
  }
  return true;
}

function planeSubset(planes: PlaneList, rule: SubsetRule): PlaneList {
  if (keepsAll(planes, rule)) return planes;
  const { without, touching } = rule;
  const offset = new Int32Array(planes.count + 1);
  const atom = new Int32Array(planes.atom.length);
  const sigma = new Float64Array(planes.atom.length);
  const id: string[] = [];
  for (let plane = 0; plane < planes.count; plane++) {
    const begin = offset[id.length]!;
    let end = begin;
    let touches = touching === undefined;
    for (let entry = planes.offset[plane]!; entry < planes.offset[plane + 1]!; entry++) {
      const own = planes.atom[entry]!;
      if (without !== undefined && without[own] === 1) continue;
      if (touching !== undefined && touching[own] === 1) touches = true;
      atom[end] = own;
      sigma[end++] = planes.sigma[entry]!;
    }
    // Three atoms always lie in a plane.
    if (end - begin < 4 || !touches) continue;
    id.push(planes.id[plane]!);
    offset[id.length] = end;
  }
  const count = id.length;
  const entries = offset[count]!;
  return {
    count,
    offset: offset.slice(0, count + 1),
    atom: atom.slice(0, entries),
    sigma: sigma.slice(0, entries),
    id,
  };
}

/** Pairs of planes that obey the rule. */
export function planePairSubset(pairs: ParallelityList, rule: SubsetRule): ParallelityList {
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
    firstOffset: offsetsOf(firsts),
    first: joined(firsts),
    secondOffset: offsetsOf(seconds),
    second: joined(seconds),
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
