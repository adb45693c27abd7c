// Root mean square deviations, Z scores and outliers of a model from its restraints.

import type { Kernels } from "../../kernels/kernels.ts";
import type { PairRules } from "../../kernels/pair-rules.ts";
import { fitPlane } from "../../kernels/reference/terms.ts";
import {
  angleWithGradient,
  chiralVolumeWithGradient,
  dihedralWithGradient,
  distanceBetween,
  wrapDihedralDelta,
} from "../../math/internal-coordinates.ts";
import type { Model } from "../../model/model.ts";
import { atomLabel } from "../../model/model.ts";
import { markCoordination } from "../../restraints/bonds.ts";
import { chiralityDelta } from "../../restraints/chirality.ts";
import { type CovalentLists, covalentSubset } from "../../restraints/covalent.ts";
import { countClosePairs, largestContact, type NonbondedPairs, nonbondedEnergy } from "../../restraints/nonbonded.ts";
import { planeAngle } from "../../restraints/parallelity.ts";
import type { ParallelityList, PlaneList, Topology } from "../../topology/topology.ts";

/** A deviation counts as an outlier beyond this many sigmas. */
const outlierLimit = 4;

export interface TermStatistics {
  /** Angstrom, degrees or cubic Angstrom; null without terms. */
  readonly rmsd: number | null;
  readonly rmsZ: number | null;
  readonly count: number;
  /** Terms beyond 4 sigma. */
  readonly outliers: number;
}

export interface NonbondedStatistics {
  /** Pairs that interact, closer than the largest contact distance plus 1 Angstrom. */
  readonly count: number;
  readonly minDistance: number | null;
  readonly energy: number;
  /** Pairs closer than d_vdw - 0.4 Angstrom. */
  readonly closePairs: number;
}

export interface GeometryCounts {
  /** Without the bonds of metals. */
  readonly bond: TermStatistics;
  /** The bonds of metals. */
  readonly coordination: TermStatistics;
  readonly angle: TermStatistics;
  readonly dihedral: TermStatistics;
  readonly chirality: TermStatistics;
  /** One entry per plane: the root mean square deviation of its atoms. */
  readonly planarity: TermStatistics;
  /** Angles between pairs of planes, degrees. */
  readonly parallelity: TermStatistics;
  readonly nonbonded: NonbondedStatistics;
}

/** Non-hydrogen atoms first; `withHydrogens` only when the model has some. */
export interface GeometrySummary extends GeometryCounts {
  readonly withHydrogens: GeometryCounts | null;
}

/** What statistics take of a topology. */
export type GeometryTerms = CovalentLists & Pick<Topology, "links" | "isHydrogen" | "nonbonded">;

/** The terms with their present ideal values, which do not change any more. */
export function copyTerms(topology: Topology): GeometryTerms {
  const { links, isHydrogen, nonbonded } = topology;
  return { ...covalentSubset(topology, {}), links, isHydrogen, nonbonded };
}

/** Statistics of the present coordinates; ideal values are those of the lists as they are (apply CDL before). */
export function summarizeGeometry(
  topology: GeometryTerms,
  xyz: Float64Array,
  kernels: Pick<Kernels, "selectPairs">,
  rules: PairRules,
): GeometrySummary {
  const pairs = kernels.selectPairs(rules, xyz, {
    cutoff: largestContact(topology.nonbonded) + 1,
    buffer: Number.POSITIVE_INFINITY,
  });
  const count = (lists: CovalentLists, some: NonbondedPairs): GeometryCounts =>
    countTerms(lists, markCoordination(lists.bonds, topology.links), some, xyz);
  if (!topology.isHydrogen.includes(1)) return { ...count(topology, pairs), withHydrogens: null };
  const heavyPairs = pairsWithout(pairs, topology.isHydrogen);
  const heavy = covalentSubset(topology, { without: topology.isHydrogen });
  return { ...count(heavy, heavyPairs), withHydrogens: count(topology, pairs) };
}

function pairsWithout(pairs: NonbondedPairs, isHydrogen: Uint8Array): NonbondedPairs {
  const rows = new Int32Array(pairs.count);
  let count = 0;
  for (let pair = 0; pair < pairs.count; pair++) {
    if (isHydrogen[pairs.i[pair]!] === 0 && isHydrogen[pairs.j[pair]!] === 0) rows[count++] = pair;
  }
  const list = { count, i: new Int32Array(count), j: new Int32Array(count), contact: new Float64Array(count) };
  for (let row = 0; row < count; row++) {
    list.i[row] = pairs.i[rows[row]!]!;
    list.j[row] = pairs.j[rows[row]!]!;
    list.contact[row] = pairs.contact[rows[row]!]!;
  }
  return list;
}

function countTerms(
  lists: CovalentLists,
  coordination: Uint8Array,
  pairs: NonbondedPairs,
  xyz: Float64Array,
): GeometryCounts {
  const tallies = {
    bond: createTally(),
    coordination: createTally(),
    angle: createTally(),
    dihedral: createTally(),
    chirality: createTally(),
    planarity: createTally(),
    parallelity: createTally(),
  };
  let [atoms, squares, squaresZ] = [0, 0, 0];
  visitDeviations(lists, xyz, (kind, row, { delta, sigma }) => {
    if (kind !== "planarity") {
      addToTally(
        kind === "bond" && coordination[row] === 1 ? tallies.coordination : tallies[kind],
        delta,
        delta / sigma,
      );
      return;
    }
    squares += delta * delta;
    squaresZ += (delta / sigma) ** 2;
    if (++atoms < lists.planes.offset[row + 1]! - lists.planes.offset[row]!) return;
    addToTally(tallies.planarity, Math.sqrt(squares / atoms), Math.sqrt(squaresZ / atoms));
    [atoms, squares, squaresZ] = [0, 0, 0];
  });
  return {
    bond: finishTally(tallies.bond),
    coordination: finishTally(tallies.coordination),
    angle: finishTally(tallies.angle),
    dihedral: finishTally(tallies.dihedral),
    chirality: finishTally(tallies.chirality),
    planarity: finishTally(tallies.planarity),
    parallelity: finishTally(tallies.parallelity),
    nonbonded: summarizeNonbonded(pairs, xyz),
  };
}

function summarizeNonbonded(pairs: NonbondedPairs, xyz: Float64Array): NonbondedStatistics {
  let shortest = Number.POSITIVE_INFINITY;
  for (let pair = 0; pair < pairs.count; pair++) {
    const a = 3 * pairs.i[pair]!;
    const b = 3 * pairs.j[pair]!;
    const x = xyz[a]! - xyz[b]!;
    const y = xyz[a + 1]! - xyz[b + 1]!;
    const z = xyz[a + 2]! - xyz[b + 2]!;
    shortest = Math.min(shortest, x * x + y * y + z * z);
  }
  return {
    count: pairs.count,
    minDistance: Number.isFinite(shortest) ? Math.sqrt(shortest) : null,
    energy: nonbondedEnergy(pairs, xyz),
    closePairs: countClosePairs(pairs, xyz),
  };
}

/** Terms, squares of their deviations, the same in sigmas, outliers; numbers that change in an object are allocated anew each time. */
type Tally = Float64Array;

function createTally(): Tally {
  return new Float64Array(4);
}

function addToTally(tally: Tally, delta: number, z: number): void {
  tally[0]!++;
  tally[1]! += delta * delta;
  tally[2]! += z * z;
  if (Math.abs(z) > outlierLimit) tally[3]!++;
}

function finishTally([count, squares, squaresZ, outliers]: Tally): TermStatistics {
  return {
    rmsd: count === 0 ? null : Math.sqrt(squares! / count!),
    rmsZ: count === 0 ? null : Math.sqrt(squaresZ! / count!),
    count: count!,
    outliers: outliers!,
  };
}

export type RestraintKind = "bond" | "angle" | "dihedral" | "chirality" | "planarity" | "parallelity";

/** One restraint (for planes: one atom of it) and how far the model is from it. */
export interface Deviation {
  readonly kind: RestraintKind;
  /** Row of the list. */
  readonly row: number;
  readonly atoms: readonly number[];
  readonly ideal: number;
  readonly model: number;
  readonly sigma: number;
  /** Ideal minus model, wrapped for dihedrals. */
  readonly delta: number;
}

/** Visits every covalent restraint in list order. Planes: one visit per atom, count per plane is in the list. */
export function forEachDeviation(lists: CovalentLists, xyz: Float64Array, visit: (deviation: Deviation) => void): void {
  visitDeviations(lists, xyz, (kind, row, { ideal, model, sigma, delta, atom }) => {
    visit({ kind, row, atoms: atomsOf(lists, kind, row, atom), ideal, model, sigma, delta });
  });
}

function atomsOf(lists: CovalentLists, kind: RestraintKind, row: number, atom: number): readonly number[] {
  const { bonds, angles, dihedrals, chiralities, parallelities: pairs } = lists;
  switch (kind) {
    case "bond":
      return [bonds.i[row]!, bonds.j[row]!];
    case "angle":
      return [angles.i[row]!, angles.j[row]!, angles.k[row]!];
    case "dihedral":
      return [dihedrals.i[row]!, dihedrals.j[row]!, dihedrals.k[row]!, dihedrals.l[row]!];
    case "chirality":
      return [chiralities.centre[row]!, chiralities.i[row]!, chiralities.j[row]!, chiralities.k[row]!];
    case "planarity":
      return [atom];
    case "parallelity":
      return [
        ...pairs!.first.subarray(pairs!.firstOffset[row]!, pairs!.firstOffset[row + 1]!),
        ...pairs!.second.subarray(pairs!.secondOffset[row]!, pairs!.secondOffset[row + 1]!),
      ];
  }
}

/** Numbers of a deviation. */
interface Measured extends Pick<Deviation, "ideal" | "model" | "sigma" | "delta"> {
  /** The atom of a plane; of other restraints nothing. */
  readonly atom: number;
}

/** The atoms are left to who needs them: making lists of them takes longer than all else. */
function visitDeviations(
  lists: CovalentLists,
  xyz: Float64Array,
  visit: (kind: RestraintKind, row: number, measured: Measured) => void,
): void {
  const { bonds, angles, dihedrals, chiralities, planes } = lists;
  const scratch = new Float64Array(12);
  for (let row = 0; row < bonds.count; row++) {
    const model = distanceBetween(xyz, bonds.i[row]!, bonds.j[row]!);
    const ideal = bonds.ideal[row]!;
    visit("bond", row, { ideal, model, sigma: bonds.sigma[row]!, delta: ideal - model, atom: -1 });
  }
  for (let row = 0; row < angles.count; row++) {
    const model = angleWithGradient(xyz, angles.i[row]!, angles.j[row]!, angles.k[row]!, scratch);
    const ideal = angles.ideal[row]!;
    visit("angle", row, { ideal, model, sigma: angles.sigma[row]!, delta: ideal - model, atom: -1 });
  }
  for (let row = 0; row < dihedrals.count; row++) {
    const [i, j, k, l] = [dihedrals.i[row]!, dihedrals.j[row]!, dihedrals.k[row]!, dihedrals.l[row]!];
    const model = dihedralWithGradient(xyz, i, j, k, l, scratch);
    const ideal = dihedrals.ideal[row]!;
    const delta = wrapDihedralDelta(ideal - model, dihedrals.periodicity[row]!);
    visit("dihedral", row, { ideal, model, sigma: dihedrals.sigma[row]!, delta, atom: -1 });
  }
  for (let row = 0; row < chiralities.count; row++) {
    const { centre, i, j, k } = chiralities;
    const model = chiralVolumeWithGradient(xyz, centre[row]!, i[row]!, j[row]!, k[row]!, scratch);
    const ideal = chiralities.idealVolume[row]!;
    const delta = chiralityDelta(chiralities, row, model);
    visit("chirality", row, { ideal, model, sigma: chiralities.sigma[row]!, delta, atom: -1 });
  }
  visitPlanes(planes, xyz, visit);
  if (lists.parallelities) visitPlanePairs(lists.parallelities, xyz, visit);
}

type MeasuredVisitor = Parameters<typeof visitDeviations>[2];

function visitPlanes(planes: PlaneList, xyz: Float64Array, visit: MeasuredVisitor): void {
  const plane = new Float64Array(6);
  const weighted = { ...planes, weight: planes.sigma.map((sigma) => 1 / sigma ** 2) };
  for (let row = 0; row < planes.count; row++) {
    fitPlane(weighted, row, xyz, plane);
    for (let entry = planes.offset[row]!; entry < planes.offset[row + 1]!; entry++) {
      const atom = planes.atom[entry]!;
      let model = 0;
      for (let c = 0; c < 3; c++) model += plane[3 + c]! * (xyz[3 * atom + c]! - plane[c]!);
      visit("planarity", row, { ideal: 0, model, sigma: planes.sigma[entry]!, delta: -model, atom });
    }
  }
}

/** The sigma of a pair of planes as an angle, which it is for small ones. */
function visitPlanePairs(pairs: ParallelityList, xyz: Float64Array, visit: MeasuredVisitor): void {
  for (let row = 0; row < pairs.count; row++) {
    const model = planeAngle(pairs, row, xyz);
    if (model === undefined) continue;
    const ideal = pairs.ideal[row]!;
    const sigma = (pairs.sigma[row]! * 180) / Math.PI;
    visit("parallelity", row, { ideal, model, sigma, delta: ideal - model, atom: -1 });
  }
}

/** A restraint and how far the model is from it; for planes delta is the root mean square distance of its atoms. */
export interface RestraintTerm extends Deviation {
  /** Model minus ideal in sigmas; for planes the root mean square over atoms. */
  readonly z: number;
}

/** Visits every covalent restraint once, in list order. */
export function forEachTerm(lists: CovalentLists, xyz: Float64Array, visit: (term: RestraintTerm) => void): void {
  const { planes } = lists;
  let atoms: number[] = [];
  let squares = 0;
  let squaresZ = 0;
  forEachDeviation(lists, xyz, (deviation) => {
    const { kind, row, delta, sigma } = deviation;
    if (kind !== "planarity") {
      const { atoms: own, ideal, model } = deviation;
      // Spreading would take several times as long as all else here.
      visit({ kind, row, atoms: own, ideal, model, sigma, delta, z: -delta / sigma });
      return;
    }
    atoms.push(deviation.atoms[0]!);
    squares += delta * delta;
    squaresZ += (delta / sigma) ** 2;
    if (atoms.length < planes.offset[row + 1]! - planes.offset[row]!) return;
    const model = Math.sqrt(squares / atoms.length);
    visit({ kind, row, atoms, ideal: 0, model, sigma, delta: -model, z: Math.sqrt(squaresZ / atoms.length) });
    atoms = [];
    squares = 0;
    squaresZ = 0;
  });
}

/** One offender, ready to show. */
export interface Offender {
  readonly kind: RestraintKind;
  readonly atoms: readonly string[];
  readonly ideal: number;
  readonly model: number;
  readonly sigma: number;
  readonly z: number;
}

/** The restraints with the largest |Z|, worst first. */
export function worstRestraints(
  model: Model,
  lists: CovalentLists,
  xyz: Float64Array,
  kind: RestraintKind,
  most: number,
): Offender[] {
  const found: Deviation[] = [];
  forEachDeviation(lists, xyz, (deviation) => {
    if (deviation.kind === kind) found.push(deviation);
  });
  const size = (deviation: Deviation): number => Math.abs(deviation.delta / deviation.sigma);
  return found
    .toSorted((a, b) => size(b) - size(a))
    .slice(0, most)
    .map(({ atoms, ideal, model: value, sigma, delta }) => ({
      kind,
      atoms: atoms.map((atom) => atomLabel(model, atom)),
      ideal,
      model: value,
      sigma,
      z: -delta / sigma,
    }));
}
