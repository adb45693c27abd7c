// Atom inclusion: the share of atoms inside the contour of a map, as EMDB counts them and counted exactly.
import { addDiagnostic } from "../../base/diagnostics.ts";
import type { RunContext } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import { isWaterName } from "../../chemistry/residue-classes.ts";
import type { DensityMap } from "../../density/map.ts";
import { mapStatistics } from "../../density/statistics.ts";
import { trilinearGrid, trilinearValue } from "../../density/trilinear.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import { type ContourRule, estimateContour } from "./contour.ts";

export interface InclusionOptions {
  /** Level in the map's own units; estimated from the model's mass where there is none. */
  readonly contour?: number | null;
}

/** Shares, 0 to 1; null where there is no atom to count. */
export interface IncludedShares {
  readonly all: number | null;
  readonly backbone: number | null;
}

export interface ChainInclusion extends IncludedShares {
  readonly chain: string;
  readonly exact: IncludedShares;
}

export interface ResidueInclusion {
  readonly chain: string;
  readonly number: number;
  readonly insertionCode: string;
  readonly name: string;
  readonly all: number | null;
  /** The same counted exactly. */
  readonly exact: number | null;
}

export interface InclusionLevel extends IncludedShares {
  readonly level: number;
}

/** Values by EMDB's rules, and, in `exact`, with hydrogens by element, no atoms without occupancy and alternates sharing one place. */
export interface Inclusion extends IncludedShares {
  /** Null where none was given and none can be estimated; all shares are null then. */
  readonly contour: number | null;
  readonly contourEstimated: boolean;
  /** How it was estimated; null where it was not. */
  readonly contourRule: ContourRule | null;
  /** Atoms outside of the map: they count as not included. */
  readonly outside: number;
  readonly exact: IncludedShares;
  readonly perChain: readonly ChainInclusion[];
  readonly perResidue: readonly ResidueInclusion[];
  /** Shares at levels from the lowest to the highest value of the map, by EMDB's rules; the contour is one of them. */
  readonly curve: readonly InclusionLevel[];
}

const backboneNames = new Set(["N", "C", "O", "CA", "OXT", "C3'", "C4'", "C5'", "O3'", "O5'", "P"]);
const curveLevels = 33;

/** Weights of atoms and of those inside: all, backbone. */
interface Tally {
  readonly total: [number, number];
  readonly inside: [number, number];
}

const emptyTally = (): Tally => ({ total: [0, 0], inside: [0, 0] });

function addAtom({ total, inside }: Tally, weight: number, isInside: boolean, isBackbone: boolean): void {
  for (const part of isBackbone ? [0, 1] : [0]) {
    total[part]! += weight;
    if (isInside) inside[part]! += weight;
  }
}

function addTally(to: Tally, from: Tally): void {
  for (let part = 0; part < 2; part++) {
    to.total[part]! += from.total[part]!;
    to.inside[part]! += from.inside[part]!;
  }
}

function sharesOf({ total, inside }: Tally): IncludedShares {
  const [all, backbone] = total.map((sum, part) => (sum > 0 ? inside[part]! / sum : null));
  return { all: all!, backbone: backbone! };
}

/**
 * Share of atoms where the trilinear map value is above the contour. A value equal to it, and an atom outside of the map, count as
 * not included. Waters do not count. By EMDB's rules the totals leave out atoms with an H anywhere in their name, and residues
 * those whose name begins with one.
 */
export function computeInclusion(
  model: Model,
  map: DensityMap,
  { contour: given = null }: InclusionOptions,
  context: RunContext,
): Inclusion {
  const estimate = given === null ? estimateContour(model, map) : null;
  const contour = given ?? estimate?.level ?? null;
  const values = valuesAtAtoms(model, map);
  const level = contour ?? Number.POSITIVE_INFINITY;
  const weights = exactWeights(model, context);
  const whole = { emdb: emptyTally(), exact: emptyTally() };
  const perChain: ChainInclusion[] = [];
  const perResidue: ResidueInclusion[] = [];
  const { residues, chains } = model;
  for (let chain = 0; chain < chains.count; chain++) {
    const own = { emdb: emptyTally(), exact: emptyTally() };
    for (let entry = chains.residueOffset[chain]!; entry < chains.residueOffset[chain + 1]!; entry++) {
      const residue = chains.residueIndex[entry]!;
      if (isWaterName(residues.name[residue]!)) continue;
      const counts = countResidue(model, residue, values, weights, level);
      addTally(own.emdb, counts.emdb);
      addTally(own.exact, counts.exact);
      perResidue.push({
        chain: chains.id[chain]!,
        number: residues.sequenceNumber[residue]!,
        insertionCode: residues.insertionCode[residue]!,
        name: residues.name[residue]!,
        all: contour === null ? null : sharesOf(counts.residue).all,
        exact: contour === null ? null : sharesOf(counts.exact).all,
      });
    }
    addTally(whole.emdb, own.emdb);
    addTally(whole.exact, own.exact);
    perChain.push({ chain: chains.id[chain]!, ...known(contour, own.emdb), exact: known(contour, own.exact) });
  }
  return {
    contour,
    contourEstimated: given === null && contour !== null,
    contourRule: contour === null ? null : (estimate?.rule ?? null),
    outside: values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0),
    ...known(contour, whole.emdb),
    exact: known(contour, whole.exact),
    perChain,
    perResidue,
    curve: curveOf(model, map, values, contour),
  };
}

function known(contour: number | null, tally: Tally): IncludedShares {
  return contour === null ? { all: null, backbone: null } : sharesOf(tally);
}

interface ResidueCounts {
  readonly emdb: Tally;
  readonly residue: Tally;
  readonly exact: Tally;
}

function countResidue(
  { atoms, residues }: Model,
  residue: number,
  values: Float64Array,
  weights: Float64Array,
  level: number,
): ResidueCounts {
  const counts: ResidueCounts = { emdb: emptyTally(), residue: emptyTally(), exact: emptyTally() };
  for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
    const atom = residues.atomIndex[entry]!;
    const name = atoms.name[atom]!;
    const isInside = values[atom]! > level;
    const isBackbone = backboneNames.has(name);
    if (!name.includes("H")) addAtom(counts.emdb, 1, isInside, isBackbone);
    if (!name.startsWith("H")) addAtom(counts.residue, 1, isInside, isBackbone);
    if (weights[atom]! > 0) addAtom(counts.exact, weights[atom]!, isInside, isBackbone);
  }
  return counts;
}

/** Trilinear values; NaN outside of the map. */
function valuesAtAtoms({ atoms }: Model, map: DensityMap): Float64Array {
  const grid = trilinearGrid(map);
  const { xyz, count } = atoms;
  return Float64Array.from({ length: count }, (_value, atom) =>
    trilinearValue(grid, xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!),
  );
}

/** 0 for hydrogens and atoms without occupancy, 1 for others, except that alternates of an atom have 1 together, by occupancy. */
function exactWeights(model: Model, context: RunContext): Float64Array {
  const { atoms, residues, chains } = model;
  const weights = new Float64Array(atoms.count);
  const alternates = new Map<string, number[]>();
  for (let atom = 0; atom < atoms.count; atom++) {
    if (isHydrogenElement(atoms.element[atom]!)) continue;
    if (!(atoms.occupancy[atom]! > 0)) {
      const message = "Atoms without occupancy are left out of Q-scores and atom inclusion";
      addDiagnostic(context.diagnostics, "info", "ATOM_UNOCCUPIED", message, () => atomLabel(model, atom));
      continue;
    }
    weights[atom] = 1;
    if (atoms.altloc[atom] === "") continue;
    const residue = atoms.residue[atom]!;
    const place = `${residues.chain[residue]!}/${residues.sequenceNumber[residue]!}/${residues.insertionCode[residue]!}`;
    const key = `${chains.model[residues.chain[residue]!]!}/${place}/${atoms.name[atom]!}`;
    const others = alternates.get(key);
    if (others) others.push(atom);
    else alternates.set(key, [atom]);
  }
  for (const rows of alternates.values()) {
    const sum = rows.reduce((total, atom) => total + atoms.occupancy[atom]!, 0);
    for (const atom of rows) weights[atom] = atoms.occupancy[atom]! / sum;
  }
  return weights;
}

function curveOf(model: Model, map: DensityMap, values: Float64Array, contour: number | null): InclusionLevel[] {
  const { atoms, residues } = model;
  const statistics = mapStatistics(map);
  if (statistics === null || !(statistics.maximum > statistics.minimum)) return [];
  const { minimum, maximum } = statistics;
  const step = (maximum - minimum) / (curveLevels - 1);
  const levels = Array.from({ length: curveLevels }, (_value, row) => minimum + step * row);
  if (contour !== null && contour >= minimum && contour <= maximum) {
    levels[Math.floor((contour - minimum) / step)] = contour;
  }
  const sorted = (isChosen: (name: string) => boolean): Float64Array => {
    const chosen: number[] = [];
    for (let atom = 0; atom < atoms.count; atom++) {
      const name = atoms.name[atom]!;
      if (name.includes("H") || isWaterName(residues.name[atoms.residue[atom]!]!) || !isChosen(name)) continue;
      chosen.push(Number.isNaN(values[atom]!) ? Number.NEGATIVE_INFINITY : values[atom]!);
    }
    return Float64Array.from(chosen).toSorted();
  };
  const all = sorted(() => true);
  const backbone = sorted((name) => backboneNames.has(name));
  return levels.map((level) => ({ level, all: shareAbove(all, level), backbone: shareAbove(backbone, level) }));
}

function shareAbove(ascending: Float64Array, level: number): number | null {
  if (ascending.length === 0) return null;
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > level) high = middle;
    else low = middle + 1;
  }
  return (ascending.length - low) / ascending.length;
}
