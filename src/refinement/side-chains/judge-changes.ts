// Side chains that were put elsewhere, judged by the map once they have been minimised: what is worse goes back.
import type { Model } from "../../model/model.ts";
import type { ModelMapParameters, ModelMapTarget } from "../model-map-target.ts";
import type { SideChainChange } from "./side-chains.ts";

/** A side chain goes back unless it is better by this much, in units of log-likelihood: the one it came from is a little out of date. */
const leastGain = 2;
/** What a clash of the old side chain counts at most. */
const mostClash = 2;
/** Atoms that the search moved by less have not been put elsewhere, Angstrom. */
const leastMove = 0.1;
const backboneNames: ReadonlySet<string> = new Set("N CA C O OXT H HA HA2 HA3 H1 H2 H3".split(" "));

export interface JudgedChanges {
  readonly xyz: Float64Array;
  readonly kept: readonly SideChainChange[];
  /** Residues whose side chain went back. */
  readonly reverted: readonly string[];
}

/**
 * Compares each changed side chain, minimised since, with the one before the search on the present backbone: by the likelihood of
 * the map, and the gains in rotamer and contacts that the search had found. `before` are coordinates before the search,
 * `searched` after it; the target's shells are estimated at `present` and must be so again afterwards if its parameters change.
 */
export function judgeChanges(
  target: ModelMapTarget,
  model: Model,
  changes: readonly SideChainChange[],
  { before, searched, present }: { before: Float64Array; searched: Float64Array; present: ModelMapParameters },
): JudgedChanges {
  const xyz = present.xyz.slice();
  const now = target.evaluate({ ...present, xyz });
  const kept: SideChainChange[] = [];
  const reverted: string[] = [];
  const trial = xyz.slice();
  for (const change of changes) {
    const rows = movedRows(model, change.residue, before, searched);
    const move = frameMove(model, change.residue, before, xyz);
    if (rows.length === 0 || move === null) {
      kept.push(change);
      continue;
    }
    trial.set(xyz);
    for (const row of rows) trial.set(move(before, row), 3 * row);
    const { rotamer, clash } = change.gains;
    // The backbone is the same for both, and a clash might have been minimised away.
    const other = rotamer + Math.min(clash, mostClash);
    const gain = (target.evaluate({ ...present, xyz: trial }) - now) / 2 + other;
    if (gain > leastGain) {
      kept.push(change);
      continue;
    }
    reverted.push(change.label);
  }
  // Together, as each was judged with all others as they are.
  const isReverted = new Set(reverted);
  for (const change of changes) {
    if (!isReverted.has(change.label)) continue;
    const move = frameMove(model, change.residue, before, present.xyz)!;
    for (const row of movedRows(model, change.residue, before, searched)) xyz.set(move(before, row), 3 * row);
  }
  return { xyz, kept, reverted };
}

/** Side-chain atoms of a residue that the search moved. */
function movedRows({ atoms, residues }: Model, residue: number, before: Float64Array, after: Float64Array): number[] {
  const rows: number[] = [];
  for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
    const row = residues.atomIndex[entry]!;
    if (backboneNames.has(atoms.name[row]!)) continue;
    const distance = Math.hypot(...[0, 1, 2].map((c) => after[3 * row + c]! - before[3 * row + c]!));
    if (distance > leastMove) rows.push(row);
  }
  return rows;
}

type Place = (from: Float64Array, row: number) => number[];

/** Moves atoms with N, CA and C of their residue from some coordinates to others; null where one is missing. */
function frameMove({ atoms, residues }: Model, residue: number, from: Float64Array, to: Float64Array): Place | null {
  const rowOf = new Map<string, number>();
  for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
    const row = residues.atomIndex[entry]!;
    if (!rowOf.has(atoms.name[row]!)) rowOf.set(atoms.name[row]!, row);
  }
  const rows = ["N", "CA", "C"].map((name) => rowOf.get(name));
  if (rows.includes(undefined)) return null;
  const [n, ca, c] = rows as [number, number, number];
  const old = axesOf(from, n, ca, c);
  const now = axesOf(to, n, ca, c);
  return (coordinates, row) => {
    const rest = [0, 1, 2].map((k) => coordinates[3 * row + k]! - from[3 * ca + k]!);
    const along = old.map((axis) => axis[0]! * rest[0]! + axis[1]! * rest[1]! + axis[2]! * rest[2]!);
    return [0, 1, 2].map(
      (k) => to[3 * ca + k]! + along[0]! * now[0]![k]! + along[1]! * now[1]![k]! + along[2]! * now[2]![k]!,
    );
  };
}

/** Unit vectors: towards C, in the plane of N, CA and C, and across it. */
function axesOf(xyz: Float64Array, n: number, ca: number, c: number): number[][] {
  const difference = (row: number): number[] => [0, 1, 2].map((k) => xyz[3 * row + k]! - xyz[3 * ca + k]!);
  const unit = (v: number[]): number[] => v.map((value) => value / Math.max(1e-9, Math.hypot(...v)));
  const first = unit(difference(c));
  const toN = difference(n);
  const share = toN.reduce((sum, value, k) => sum + value * first[k]!, 0);
  const second = unit(toN.map((value, k) => value - share * first[k]!));
  const third = [
    first[1]! * second[2]! - first[2]! * second[1]!,
    first[2]! * second[0]! - first[0]! * second[2]!,
    first[0]! * second[1]! - first[1]! * second[0]!,
  ];
  return [first, second, third];
}
