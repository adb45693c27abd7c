// Side chains that were put elsewhere, judged by the map once they have been minimised: what is worse goes back.
import type { Model } from "../../model/model.ts";
import type { ModelMapParameters, ModelMapTarget } from "../model-map-target.ts";
import type { SideChainChange } from "./side-chains.ts";

/** A side chain goes back unless it is better by this much, in units of log-likelihood: odds of 7 to 1. */
const leastGain = 2;
/** What was no rotamer goes back at odds of 1000 to 1 for it only: so rare are such side chains where density is clear. */
const leastGainOfOutlier = -7;
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

/** Places that changes are judged at. */
export interface ChangePlaces {
  /** Coordinates before the search, and after it. */
  readonly before: Float64Array;
  readonly searched: Float64Array;
}

/**
 * What each change gains where the search has put it, in units of log-likelihood of the map: less than it is worth, since what it
 * is compared with has been minimised. The target's shells are those at `parameters`, which are the ones before the search.
 */
export function gainsOfSearch(
  target: ModelMapTarget,
  model: Model,
  changes: readonly SideChainChange[],
  { before, searched }: ChangePlaces,
  parameters: Omit<ModelMapParameters, "xyz">,
): Float64Array {
  const old = target.evaluate({ ...parameters, xyz: before });
  const trial = before.slice();
  return Float64Array.from(changes, ({ residue }) => {
    const rows = movedRows(model, residue, before, searched);
    for (const row of rows) trial.set(searched.subarray(3 * row, 3 * row + 3), 3 * row);
    const gain = (old - target.evaluate({ ...parameters, xyz: trial })) / 2;
    for (const row of rows) trial.set(before.subarray(3 * row, 3 * row + 3), 3 * row);
    return gain;
  });
}

/**
 * Compares each changed side chain, minimised since, with the one before the search on the present backbone: by the likelihood of
 * the map, the mean of what it gains now, which is too much, and of what it gained before it was minimised (`gains`), and by the
 * gains in rotamer and contacts. The target's shells are estimated at `present`.
 */
export function judgeChanges(
  target: ModelMapTarget,
  model: Model,
  changes: readonly SideChainChange[],
  { gains: first, margin }: { readonly gains: Float64Array; readonly margin: number },
  { before, searched, present }: ChangePlaces & { readonly present: ModelMapParameters },
): JudgedChanges {
  const xyz = present.xyz.slice();
  const now = target.evaluate({ ...present, xyz });
  const kept: SideChainChange[] = [];
  const reverted: SideChainChange[] = [];
  const trial = xyz.slice();
  changes.forEach((change, at) => {
    const rows = movedRows(model, change.residue, before, searched);
    const move = frameMove(model, change.residue, before, xyz);
    if (rows.length === 0 || move === null) {
      kept.push(change);
      return;
    }
    trial.set(xyz);
    for (const row of rows) trial.set(move(before, row), 3 * row);
    const { rotamer, clash } = change.gains;
    const last = (target.evaluate({ ...present, xyz: trial }) - now) / 2;
    // A clash might have been minimised away.
    const gain = (first[at]! + last) / 2 + rotamer + Math.min(clash, mostClash);
    (gain > margin + (change.from === "outlier" ? leastGainOfOutlier : leastGain) ? kept : reverted).push(change);
  });
  // Together, as each was judged with all others as they are.
  for (const { residue } of reverted) {
    const move = frameMove(model, residue, before, present.xyz)!;
    for (const row of movedRows(model, residue, before, searched)) xyz.set(move(before, row), 3 * row);
  }
  return { xyz, kept, reverted: reverted.map(({ label }) => label) };
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
