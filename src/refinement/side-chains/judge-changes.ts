// Side chains and peptides that were put elsewhere, judged by the map against those before, both minimised: what is worse goes back.
import type { RamachandranTables } from "../../chemistry/ramachandran-tables.ts";
import type { PairRules } from "../../kernels/pair-rules.ts";
import type { Model } from "../../model/model.ts";
import type { BackboneUnit, Topology } from "../../topology/topology.ts";
import type { ModelMapTarget } from "../model-map-target.ts";
import type { ModelMapParameters } from "../scattering-atoms.ts";
import { isComplete, ramachandranEnergy } from "./backbone-energy.ts";
import type { PeptideFlip } from "./flip-peptides.ts";
import { rotamerEnergy } from "./rotamer-prior.ts";
import { measureChis, type SearchedSideChain } from "./searched-side-chains.ts";
import type { SideChainChange } from "./side-chains.ts";
import { createStillAtoms } from "./still-atoms.ts";

/** A side chain goes back unless it is better by this much, in units of log-likelihood: odds of 7 to 1. */
const leastGain = 2;
/** What was no rotamer goes back at odds of 1000 to 1 for it only: so rare are such side chains where density is clear. */
const leastGainOfOutlier = -7;
/** A peptide goes back unless it is better by odds of 400 to 1: most peptides are right. */
const leastGainOfPeptide = 6;
/** What a clash of the old side chain counts at most. */
const mostClash = 2;
/** What is asked besides, of the difference between the two backbones: how far the mean may be wrong. */
const strangeness = 0.2;
/** The map is clear of odds of 50 to 1. */
const clearGain = 4;
/** Bound of what changes are trusted or mistrusted by for what became of others. */
const mostOdds = 3;
/** Moves this far apart do not feel each other, Angstrom per Angstrom of resolution. */
const reachPerResolution = 2;
/** Atoms that the search moved by less have not been put elsewhere, Angstrom. */
const leastMove = 0.1;
/** What ends so near to where it was before has come back by itself, Angstrom (root mean square). */
const sameShape = 0.3;
const backboneNames: ReadonlySet<string> = new Set("N CA C O OXT H HA HA2 HA3 H1 H2 H3".split(" "));

/** Coordinates that changes are judged at. */
export interface ChangePlaces {
  /** Before the search, and after it. */
  readonly before: Float64Array;
  readonly searched: Float64Array;
  /** Both, minimised alike. */
  readonly control: Float64Array;
  readonly minimized: Float64Array;
}

/** What is gained besides the map from one state to the other, both minimised: what a search runs into is mended by then. */
export interface GeometryGains {
  /** Of some atoms' contacts with all others. */
  clash(rows: readonly number[]): number;
  /** Of residues whose N or C is among them. */
  ramachandran(rows: readonly number[]): number;
  rotamer(residue: number): number;
}

export interface GainsInput extends Pick<Topology, "backbone"> {
  /** Those that were searched for. */
  readonly chains: readonly SearchedSideChain[];
  readonly rules: PairRules;
  /** Null: all phi and psi are as good as others. */
  readonly tables: RamachandranTables | null;
}

/** Gains from `control` to `minimized`. */
export function geometryGains(
  { backbone, chains, rules, tables }: GainsInput,
  { control, minimized }: Pick<ChangePlaces, "control" | "minimized">,
): GeometryGains {
  const [repulsionBefore, repulsionAfter] = [repulsionIn(rules, control), repulsionIn(rules, minimized)];
  const chainOf = new Map(chains.map((chain) => [chain.residue, chain]));
  const unitOf = new Map<number, BackboneUnit[]>();
  for (const unit of backbone.filter(isComplete)) {
    for (const row of [unit.n, unit.c]) unitOf.set(row, [...(unitOf.get(row) ?? []), unit]);
  }
  const energyIn = (xyz: Float64Array, units: readonly BackboneUnit[]): number =>
    tables === null ? 0 : units.reduce((sum, unit) => sum + ramachandranEnergy(tables, unit, xyz), 0);
  return {
    clash: (rows) => repulsionBefore(rows) - repulsionAfter(rows),
    ramachandran: (rows) => {
      const units = [...new Set(rows.flatMap((row) => unitOf.get(row) ?? []))];
      return energyIn(control, units) - energyIn(minimized, units);
    },
    rotamer: (residue) => {
      const chain = chainOf.get(residue);
      if (chain === undefined) return 0;
      const [before, after] = [control, minimized].map((xyz) => rotamerEnergy(chain.prior, measureChis(chain, xyz)));
      return before! - after!;
    },
  };
}

/** Repulsion of some atoms from all others. */
function repulsionIn(rules: PairRules, xyz: Float64Array): (rows: readonly number[]) => number {
  const { away, repulsionAt } = createStillAtoms(rules, xyz, new Uint8Array(xyz.length / 3));
  return (rows) => {
    for (const row of rows) away[row] = 1;
    const energies = rows.map((row) => repulsionAt(row, xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!));
    for (const row of rows) away[row] = 0;
    return energies.reduce((sum, energy) => sum + energy, 0);
  };
}

/** A change to be judged. */
export interface ChangeTrial {
  /** Atoms that go back together. */
  readonly rows: readonly number[];
  /** Places the atoms as they are in one state on the backbone of another; null where that lacks atoms. */
  carry(from: Float64Array, to: Float64Array): Place | null;
  readonly kind: "side chain" | "peptide";
  /** What is gained besides the map, and what must be gained in all, in units of log-likelihood. */
  readonly gain: number;
  readonly least: number;
}

/** Side chains as trials; those of a first search must gain `margin` more. */
export function sideChainTrials(
  model: Model,
  changes: readonly SideChainChange[],
  { before, searched }: ChangePlaces,
  geometry: GeometryGains,
  margin: number,
): ChangeTrial[] {
  return changes.map(({ residue, from }) => {
    const rows = movedRows(model, residue, before, searched);
    return {
      kind: "side chain",
      rows,
      carry: (source, to) => frameMove(model, residue, source, to),
      gain: geometry.rotamer(residue) + Math.min(geometry.clash(rows), mostClash),
      least: margin + (from === "outlier" ? leastGainOfOutlier : leastGain),
    };
  });
}

/** Peptides that were turned over as trials. */
export function peptideTrials(flips: readonly PeptideFlip[], geometry: GeometryGains): ChangeTrial[] {
  return flips.map(({ rows, ends }) => ({
    kind: "peptide",
    rows,
    carry: (from, to) => {
      const shift = [0, 1, 2].map((c) =>
        ends.reduce((sum, row) => sum + (to[3 * row + c]! - from[3 * row + c]!) / ends.length, 0),
      );
      return (coordinates, row) => shift.map((value, c) => coordinates[3 * row + c]! + value);
    },
    gain: geometry.ramachandran(rows) + Math.min(geometry.clash(rows), mostClash),
    least: leastGainOfPeptide,
  }));
}

/** Stays, is no change once minimised, or went back. */
export type ChangeVerdict = "kept" | "same" | "back";

/**
 * Which changes stay: each is compared with what was there before the search, both minimised, by the likelihood of the map and by
 * what it gains besides. Each is put on the backbone of the other, which is at ease with its own; the mean of what the new one
 * loses there and what it gains here favours neither. The target's shells are estimated at `control`.
 */
export function judgeChanges(
  target: ModelMapTarget,
  trials: readonly ChangeTrial[],
  { control, minimized }: ChangePlaces,
  parameters: Omit<ModelMapParameters, "xyz">,
): { readonly xyz: Float64Array; readonly verdicts: readonly ChangeVerdict[] } {
  const asBefore = trials.map(({ rows, carry }) => carried(rows, carry(control, minimized), control));
  const asSearched = trials.map(({ rows, carry }) => carried(rows, carry(minimized, control), minimized));
  const reach = reachPerResolution * target.resolution;
  const less = differencesOf(target, { ...parameters, xyz: control }, asSearched, reach);
  const more = differencesOf(target, { ...parameters, xyz: minimized }, asBefore, reach);
  const gains = trials.map((_trial, at): MapGain | null => {
    if (!asBefore[at] || !asSearched[at] || asBefore[at].rows.length === 0) return null;
    const [lost, gained] = [-less[at]! / 2, more[at]! / 2];
    return { mean: (lost + gained) / 2, doubt: strangeness * Math.abs(gained - lost) };
  });
  const odds = { "side chain": oddsOf("side chain"), peptide: oddsOf("peptide") };
  const xyz = minimized.slice();
  const verdicts = trials.map(({ kind, gain, least }, at): ChangeVerdict => {
    const [back, ofMap] = [asBefore[at], gains[at]];
    if (!back || !ofMap) return "kept";
    if (distanceTo(back, minimized) < sameShape) return "same";
    if (ofMap.mean + gain + odds[kind] > least + ofMap.doubt) return "kept";
    // Together, as each was judged with all others as they are.
    place(back, xyz);
    return "back";
  });
  return { xyz, verdicts };

  function oddsOf(wanted: ChangeTrial["kind"]): number {
    return oddsOfClear(gains.filter((gain, at) => gain !== null && trials[at]!.kind === wanted) as MapGain[]);
  }
}

/** What the map says of a change, in units of log-likelihood. */
interface MapGain {
  readonly mean: number;
  readonly doubt: number;
}

/**
 * Logarithm of the odds that a change is right before the map is asked about it, from the changes that the map is clear of: in a
 * model whose side chains are right, nearly all that a search finds is wrong.
 */
function oddsOfClear(gains: readonly MapGain[]): number {
  const right = gains.filter(({ mean, doubt }) => mean > clearGain + doubt).length;
  const wrong = gains.filter(({ mean, doubt }) => mean < -clearGain - doubt).length;
  return Math.min(mostOdds, Math.max(-mostOdds, Math.log((right + 1) / (wrong + 1))));
}

/** Root mean square, Angstrom. */
function distanceTo({ rows, places }: Placed, xyz: Float64Array): number {
  const squares = rows.map((row, at) => distanceOf(places[at]!, xyz.subarray(3 * row, 3 * row + 3)) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / rows.length);
}

/** Atoms and where they go. */
interface Placed {
  readonly rows: readonly number[];
  readonly places: readonly (readonly number[])[];
}

function carried(rows: readonly number[], move: Place | null, from: Float64Array): Placed | null {
  return move === null ? null : { rows, places: rows.map((row) => move(from, row)) };
}

function place({ rows, places }: Placed, xyz: Float64Array): void {
  rows.forEach((row, at) => {
    xyz.set(places[at]!, 3 * row);
  });
}

/** What the target changes by with each of the moves alone; 0 where there is none. */
function differencesOf(
  target: ModelMapTarget,
  from: ModelMapParameters,
  moves: readonly (Placed | null)[],
  reach: number,
): number[] {
  const result = moves.map(() => 0);
  const groups = farApart(moves, from.xyz, reach);
  const batches = groups.map((group) => {
    const to = from.xyz.slice();
    for (const at of group) place(moves[at]!, to);
    return { to, sets: group.map((at) => moves[at]!.rows) };
  });
  target.differences(from, batches).forEach((values, batch) => {
    values.forEach((value, of) => {
      result[groups[batch]![of]!] = value;
    });
  });
  return result;
}

/** Moves in groups whose members are at least `reach` apart, before and after. */
function farApart(moves: readonly (Placed | null)[], xyz: Float64Array, reach: number): number[][] {
  const groups: { members: number[]; spheres: Sphere[] }[] = [];
  moves.forEach((move, at) => {
    if (move === null || move.rows.length === 0) return;
    const sphere = sphereAround([
      ...move.places,
      ...move.rows.map((row) => [xyz[3 * row]!, xyz[3 * row + 1]!, xyz[3 * row + 2]!]),
    ]);
    const isFar = ({ centre, radius }: Sphere): boolean =>
      distanceOf(centre, sphere.centre) > reach + radius + sphere.radius;
    let group = groups.find(({ spheres }) => spheres.every(isFar));
    if (group === undefined) {
      group = { members: [], spheres: [] };
      groups.push(group);
    }
    group.members.push(at);
    group.spheres.push(sphere);
  });
  return groups.map(({ members }) => members);
}

interface Sphere {
  readonly centre: readonly number[];
  readonly radius: number;
}

function sphereAround(points: readonly (readonly number[])[]): Sphere {
  const centre = [0, 1, 2].map((c) => points.reduce((sum, point) => sum + point[c]! / points.length, 0));
  return { centre, radius: Math.max(...points.map((point) => distanceOf(point, centre))) };
}

function distanceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
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
