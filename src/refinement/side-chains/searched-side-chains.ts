// Which side chains can be searched: their torsions, the atoms that each turns, and what forbids turning.
import { aminoAcidName } from "../../chemistry/amino-acids.ts";
import { chiAngles } from "../../chemistry/chi-angles.ts";
import type { RotamerTables } from "../../chemistry/rotamer-tables.ts";
import { dihedralAngle } from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import { atomsOfResidue } from "../../topology/residue-atoms.ts";
import type { Topology } from "../../topology/topology.ts";
import { type RotamerPrior, rotamerPrior } from "./rotamer-prior.ts";

export interface ChiTurn {
  /** Rows of the four atoms. */
  readonly four: readonly [number, number, number, number];
  /** Rows that turn about the middle bond. */
  readonly moved: readonly number[];
  /** Degrees after which the table repeats. */
  readonly period: number;
  /** The four, and those that turn, as entries of the side chain's `places`. */
  readonly fourAt: readonly [number, number, number, number];
  readonly movedAt: Int32Array;
}

export interface SearchedSideChain {
  readonly residue: number;
  readonly aminoAcid: string;
  readonly prior: RotamerPrior;
  readonly turns: readonly ChiTurn[];
  /** Rows that the first torsion moves, those other than hydrogens first. */
  readonly atoms: Int32Array;
  readonly heavyCount: number;
  /** Rows of `atoms`, then of the first three atoms of the first torsion: all that torsions are measured and turned with. */
  readonly places: Int32Array;
  /** Pairs of atoms other than hydrogens, entry after entry of `atoms`, whose distance depends on a torsion. */
  readonly changing: Int32Array;
  /** Rows of them whose contacts count: not the hydrogens of hydroxyls, thiols and ammonium, which turn to where there is room. */
  readonly touching: Uint8Array;
}

export interface BondGraph {
  readonly offset: Int32Array;
  readonly partner: Int32Array;
}

/** Bonded atoms of each atom. */
export function bondGraphOf({ bonds, atomCount }: Topology): BondGraph {
  const offset = new Int32Array(atomCount + 1);
  for (let bond = 0; bond < bonds.count; bond++) {
    offset[bonds.i[bond]! + 1]!++;
    offset[bonds.j[bond]! + 1]!++;
  }
  for (let atom = 0; atom < atomCount; atom++) offset[atom + 1]! += offset[atom]!;
  const next = offset.slice(0, atomCount);
  const partner = new Int32Array(2 * bonds.count);
  for (let bond = 0; bond < bonds.count; bond++) {
    partner[next[bonds.i[bond]!]!++] = bonds.j[bond]!;
    partner[next[bonds.j[bond]!]!++] = bonds.i[bond]!;
  }
  return { offset, partner };
}

/**
 * Side chains with a table and all the atoms of their torsions, without alternates, links (disulfides, metals, sugars) or atoms
 * that may not move. Proline, whose ring cannot turn, is none of them.
 */
export function findSideChains(
  model: Model,
  topology: Topology,
  tables: RotamerTables,
  movable: Uint8Array | undefined,
): SearchedSideChain[] {
  const graph = bondGraphOf(topology);
  const found: SearchedSideChain[] = [];
  for (let residue = 0; residue < model.residues.count; residue++) {
    const chain = describe(model, topology, graph, tables, residue);
    if (chain === null) continue;
    if (movable !== undefined && chain.atoms.some((row) => movable[row] === 0)) continue;
    found.push(chain);
  }
  return found;
}

function describe(
  model: Model,
  topology: Topology,
  graph: BondGraph,
  tables: RotamerTables,
  residue: number,
): SearchedSideChain | null {
  const name = model.residues.name[residue]!;
  const aminoAcid = aminoAcidName(name);
  const table = aminoAcid === null || aminoAcid === "PRO" ? undefined : tables.get(aminoAcid);
  if (aminoAcid === null || table === undefined) return null;
  const rows = new Map<string, number>();
  for (const row of atomsOfResidue(model, residue)) {
    if (model.atoms.altloc[row] !== "") return null;
    rows.set(model.atoms.name[row]!, row);
  }
  const turns: Pick<ChiTurn, "four" | "moved" | "period">[] = [];
  for (const [at, names] of chiAngles(name === "MSE" ? "MSE" : aminoAcid).entries()) {
    const axis = table.table.axes[at];
    const four = names.map((atom) => rows.get(atom) ?? -1) as [number, number, number, number];
    if (axis === undefined || four.includes(-1)) return null;
    const moved = reachedBeyond(graph, four[1], four[2]);
    if (moved === null || moved.some((row) => model.atoms.residue[row] !== residue)) return null;
    turns.push({ four, moved, period: axis.to - axis.from });
  }
  if (turns.length === 0) return null;
  const isHydrogen = (row: number): boolean => topology.isHydrogen[row] === 1;
  const all = turns[0]!.moved.toSorted((a, b) => a - b);
  const heavy = all.filter((row) => !isHydrogen(row));
  const atoms = Int32Array.from([...heavy, ...all.filter(isHydrogen)]);
  const touching = Uint8Array.from(atoms, (row) => (isHydrogen(row) && isTurning(topology, graph, row) ? 0 : 1));
  const places = Int32Array.from([...atoms, ...turns[0]!.four.slice(0, 3)]);
  const placed = turns.map((turn): ChiTurn => {
    const fourAt = turn.four.map((row) => places.indexOf(row)) as [number, number, number, number];
    return { ...turn, fourAt, movedAt: Int32Array.from(turn.moved, (row) => places.indexOf(row)) };
  });
  const prior = rotamerPrior(table);
  const changing = changingPairs(placed, heavy.length);
  return { residue, aminoAcid, prior, turns: placed, atoms, heavyCount: heavy.length, places, changing, touching };
}

/** Pairs of which a torsion moves one and not the other, which is not on the axis either. */
function changingPairs(turns: readonly ChiTurn[], heavyCount: number): Int32Array {
  const pairs: number[] = [];
  for (let i = 0; i < heavyCount; i++) {
    for (let j = i + 1; j < heavyCount; j++) {
      const isChanging = turns.some(({ fourAt, movedAt }) => {
        const [first, second] = [movedAt.includes(i), movedAt.includes(j)];
        const resting = first ? j : i;
        return first !== second && resting !== fourAt[1] && resting !== fourAt[2];
      });
      if (isChanging) pairs.push(i, j);
    }
  }
  return Int32Array.from(pairs);
}

/** Atoms on the far side of a bond; null in a ring. */
export function reachedBeyond({ offset, partner }: BondGraph, from: number, to: number): number[] | null {
  const seen = new Set([from, to]);
  const queue = [to];
  for (const atom of queue) {
    for (let entry = offset[atom]!; entry < offset[atom + 1]!; entry++) {
      const next = partner[entry]!;
      if (next === from && atom !== to) return null;
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return queue.slice(1);
}

/** Hydrogens on an oxygen, sulfur or tetrahedral nitrogen with one neighbour besides. */
function isTurning({ hydrogenParent, isHydrogen, energyType }: Topology, graph: BondGraph, row: number): boolean {
  const parent = hydrogenParent[row]!;
  if (parent < 0) return false;
  const type = energyType[parent]!;
  let others = 0;
  for (let entry = graph.offset[parent]!; entry < graph.offset[parent + 1]!; entry++) {
    if (isHydrogen[graph.partner[entry]!] === 0) others++;
  }
  return others === 1 && /^(O|S|NT)/.test(type);
}

/** Torsions of a side chain, degrees. */
export function measureChis({ turns }: SearchedSideChain, xyz: Float64Array): number[] {
  return turns.map(({ four }) => dihedralAngle(xyz, ...four));
}

/** Turns atoms about the axis between two others, by degrees, in place. */
export function turnAtoms(xyz: Float64Array, from: number, to: number, rows: ArrayLike<number>, degrees: number): void {
  const [ox, oy, oz] = [xyz[3 * to]!, xyz[3 * to + 1]!, xyz[3 * to + 2]!];
  let ux = ox - xyz[3 * from]!;
  let uy = oy - xyz[3 * from + 1]!;
  let uz = oz - xyz[3 * from + 2]!;
  const length = Math.sqrt(ux * ux + uy * uy + uz * uz);
  if (!(length > 0)) return;
  ux /= length;
  uy /= length;
  uz /= length;
  const angle = (degrees * Math.PI) / 180;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  for (let at = 0; at < rows.length; at++) {
    const row = 3 * rows[at]!;
    const x = xyz[row]! - ox;
    const y = xyz[row + 1]! - oy;
    const z = xyz[row + 2]! - oz;
    const along = (1 - cosine) * (ux * x + uy * y + uz * z);
    xyz[row] = ox + cosine * x + sine * (uy * z - uz * y) + along * ux;
    xyz[row + 1] = oy + cosine * y + sine * (uz * x - ux * z) + along * uy;
    xyz[row + 2] = oz + cosine * z + sine * (ux * y - uy * x) + along * uz;
  }
}
