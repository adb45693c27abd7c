// Backrub moves: a residue turned about the line between its neighbours' CA atoms, its peptides turned back (Davis et al. 2006).
import type { RamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import type { BackboneUnit, Topology } from "../../topology/topology.ts";
import { anglesByCentre, isComplete, ramachandranEnergy, strainEnergy } from "./backbone-energy.ts";
import { type BondGraph, reachedBeyond, type SearchedSideChain, turnAtoms } from "./searched-side-chains.ts";

export interface Backrub {
  /** Atoms of the backbone that move, those other than hydrogens first; CB and the hydrogen of CA among them. */
  readonly rows: Int32Array;
  readonly heavyCount: number;
  /** Turns the residue and its side chain by degrees, in place. */
  turn(xyz: Float64Array, degrees: number): void;
  /** Ramachandran and strain of the present coordinates. */
  energy(xyz: Float64Array): number;
}

export interface BackrubTable {
  /** The move of a side chain's residue; null where a neighbour is missing or a ring of proline is in the way. */
  of(chain: SearchedSideChain): Backrub | null;
}

export interface Peptide {
  readonly c: number;
  readonly o: number;
  readonly n: number;
  /** Hydrogen of N, -1 without. */
  readonly h: number;
}

export function prepareBackrubs(topology: Topology, graph: BondGraph, tables: RamachandranTables | null): BackrubTable {
  const units = new Map<number, BackboneUnit>();
  for (const unit of topology.backbone) if (isComplete(unit)) units.set(unit.residue, unit);
  const byN = new Map<number, BackboneUnit>();
  const byC = new Map<number, BackboneUnit>();
  for (const unit of units.values()) {
    byN.set(unit.n, unit);
    byC.set(unit.c, unit);
  }
  const centred = anglesByCentre(topology);
  return {
    of(chain) {
      const unit = units.get(chain.residue);
      if (unit === undefined || unit.caPrevious < 0 || unit.o < 0 || unit.nextResidueName === "PRO") return null;
      const first = peptideOf(topology, graph, unit.cPrevious, unit.n);
      const second = peptideOf(topology, graph, unit.c, unit.nNext);
      const caNext = heavyPartner(topology, graph, unit.nNext, unit.c);
      if (first === null || second === null || caNext < 0) return null;
      const beyondCa = attached(graph, unit);
      if (beyondCa === null) return null;
      const own = new Set<number>(chain.atoms);
      const isHydrogen = (row: number): boolean => topology.isHydrogen[row] === 1;
      const peptides = [first, second].flatMap(({ c, o, n, h }) => (h < 0 ? [c, o, n] : [c, o, n, h]));
      const moved = [...peptides, unit.ca, ...beyondCa.filter((row) => !own.has(row))];
      const rows = [...moved.filter((row) => !isHydrogen(row)), ...moved.filter(isHydrogen)];
      const everything = [...moved, ...chain.atoms];
      const around = [byC.get(unit.cPrevious), unit, byN.get(unit.nNext)].filter((other) => other !== undefined);
      const bent = [unit.caPrevious, unit.ca, caNext].flatMap((row) =>
        centred[row]!.filter(
          (angle) => !isHydrogen(topology.angles.i[angle]!) && !isHydrogen(topology.angles.k[angle]!),
        ),
      );
      return {
        rows: Int32Array.from(rows),
        heavyCount: rows.filter((row) => !isHydrogen(row)).length,
        turn(xyz, degrees) {
          const before = [first.o, second.o].map((row) => xyz.slice(3 * row, 3 * row + 3));
          turnAtoms(xyz, unit.caPrevious, caNext, everything, degrees);
          turnBack(xyz, unit.caPrevious, unit.ca, first, before[0]!);
          turnBack(xyz, unit.ca, caNext, second, before[1]!);
        },
        energy(xyz) {
          let energy = strainEnergy(topology.angles, bent, xyz);
          if (tables !== null) for (const other of around) energy += ramachandranEnergy(tables, other, xyz);
          return energy;
        },
      };
    },
  };
}

/** The atoms bonded to CA and all beyond CB; null where they reach the backbone again. */
function attached(graph: BondGraph, unit: BackboneUnit): number[] | null {
  const rows: number[] = [];
  for (let entry = graph.offset[unit.ca]!; entry < graph.offset[unit.ca + 1]!; entry++) {
    const next = graph.partner[entry]!;
    if (next === unit.n || next === unit.c) continue;
    const beyond = reachedBeyond(graph, unit.ca, next);
    if (beyond === null) return null;
    rows.push(next, ...beyond);
  }
  return rows;
}

/** The atoms between two CA atoms; null where there is an alternate, a missing atom or a ring of proline. */
export function peptideOf({ isHydrogen }: Topology, graph: BondGraph, c: number, n: number): Peptide | null {
  let o = -1;
  let h = -1;
  for (let entry = graph.offset[c]!; entry < graph.offset[c + 1]!; entry++) {
    const other = graph.partner[entry]!;
    // The carbonyl oxygen is the one neighbour at the end of the chain.
    const bonds = graph.offset[other + 1]! - graph.offset[other]!;
    if (other !== n && bonds === 1 && isHydrogen[other] === 0) o = other;
  }
  let hydrogens = 0;
  for (let entry = graph.offset[n]!; entry < graph.offset[n + 1]!; entry++) {
    const other = graph.partner[entry]!;
    if (isHydrogen[other] === 1) {
      h = other;
      hydrogens++;
    }
  }
  const heavy = graph.offset[n + 1]! - graph.offset[n]! - hydrogens;
  return o < 0 || hydrogens > 1 || heavy !== 2 ? null : { c, o, n, h };
}

/** The first neighbour other than hydrogens and another one; -1 without. */
export function heavyPartner({ isHydrogen }: Topology, graph: BondGraph, atom: number, not: number): number {
  for (let entry = graph.offset[atom]!; entry < graph.offset[atom + 1]!; entry++) {
    const other = graph.partner[entry]!;
    if (other !== not && isHydrogen[other] === 0) return other;
  }
  return -1;
}

/** Turns a peptide about the line between its CA atoms so that its oxygen comes as near as it can to where it was. */
function turnBack(xyz: Float64Array, from: number, to: number, { c, o, n, h }: Peptide, before: Float64Array): void {
  const axis = [0, 1, 2].map((a) => xyz[3 * to + a]! - xyz[3 * from + a]!);
  const length = Math.hypot(...axis);
  if (!(length > 0)) return;
  const [ux, uy, uz] = axis.map((value) => value / length) as [number, number, number];
  const across = (x: number, y: number, z: number): [number, number, number] => {
    const along = x * ux + y * uy + z * uz;
    return [x - along * ux, y - along * uy, z - along * uz];
  };
  const arm = (place: ArrayLike<number>, at: number): [number, number, number] =>
    across(place[at]! - xyz[3 * to]!, place[at + 1]! - xyz[3 * to + 1]!, place[at + 2]! - xyz[3 * to + 2]!);
  const now = arm(xyz, 3 * o);
  const then = arm(before, 0);
  const cosine = now[0] * then[0] + now[1] * then[1] + now[2] * then[2];
  const sine =
    ux * (now[1] * then[2] - now[2] * then[1]) +
    uy * (now[2] * then[0] - now[0] * then[2]) +
    uz * (now[0] * then[1] - now[1] * then[0]);
  turnAtoms(xyz, from, to, h < 0 ? [c, o, n] : [c, o, n, h], (Math.atan2(sine, cosine) * 180) / Math.PI);
}
