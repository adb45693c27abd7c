// The few best conformers of a side chain while the side chains around it are away.
import { type DensityEvidence, gridValue, imageOverlap } from "./density-evidence.ts";
import { isRotamerOutlier, periodicDelta, rotamerEnergy } from "./rotamer-prior.ts";
import { measureChis, type SearchedSideChain, turnAtoms } from "./searched-side-chains.ts";
import { type Fence, fenceEnergy } from "./surroundings.ts";

/** Energies are negative log-likelihoods: lower is better. */
export interface Conformer {
  /** Places of the side chain's atoms, x y z each, Angstrom. */
  readonly positions: Float64Array;
  /** Degrees. */
  readonly chis: readonly number[];
  /** Whether it is where the model has it now. */
  readonly isPresent: boolean;
  readonly density: number;
  readonly rotamer: number;
  readonly clash: number;
  readonly energy: number;
}

export interface ConformerSearch {
  readonly evidence: DensityEvidence | null;
  /** Coordinates of all atoms; those of the side chain are changed and put back. */
  readonly work: Float64Array;
  /** Most conformers kept besides the present one. */
  readonly most: number;
}

/** Trial conformers that are looked at with all contacts, and those that are polished. */
const mostExamined = 40;
const mostPolished = 12;
/** Energies above the best one that no joint choice is expected to make up for. */
const energyWindow = 12;
const polishSteps: readonly number[] = [8, 4, 2];
/** Conformers nearer than this to a better one are the same, Angstrom (root mean square). */
export const sameShape = 0.5;
const clashLimit = 60;
/** What validation calls an outlier must be paid by the density on top of how rare it is. */
const outlierCost = 4;

/** The present conformer first, then the others by energy. */
export function findConformers(search: ConformerSearch, chain: SearchedSideChain, fence: Fence): Conformer[] {
  const scorer = createScorer(search, chain, fence);
  const start = scorer.read();
  const present = { ...scorer.judge(), isPresent: true };
  const trials = trialChis(chain)
    .map((chis) => {
      scorer.setChis(chis);
      return { chis, energy: scorer.quickEnergy() };
    })
    .toSorted((a, b) => a.energy - b.energy)
    .slice(0, mostExamined);
  const examined = trials.map(({ chis }) => {
    scorer.setChis(chis);
    return scorer.judge();
  });
  const polished = distinct(examined.toSorted(byEnergy), chain, mostPolished).map(({ chis }) => {
    scorer.setChis(chis);
    return polish(scorer, chain);
  });
  scorer.restore(start);
  const tuned = polish(scorer, chain);
  const best = distinct([tuned, ...polished].toSorted(byEnergy), chain, search.most);
  scorer.restore(start);
  const limit = best[0]!.energy + energyWindow;
  return [present, ...best.filter(({ energy }) => energy <= limit)];
}

function byEnergy(a: Conformer, b: Conformer): number {
  return a.energy - b.energy;
}

/** Peaks of the table, and places one spread away from them along the first two torsions. */
function trialChis({ prior }: SearchedSideChain): number[][] {
  return prior.peaks.flatMap(({ chis, spread }) => {
    const steps = (axis: number): number[] => (axis < spread.length ? [0, -spread[axis]!, spread[axis]!] : [0]);
    return steps(0).flatMap((first) =>
      steps(1).map((second) => chis.map((chi, axis) => chi + (axis === 0 ? first : axis === 1 ? second : 0))),
    );
  });
}

/** The first of those that are alike. */
function distinct(conformers: readonly Conformer[], chain: SearchedSideChain, most: number): Conformer[] {
  const kept: Conformer[] = [];
  for (const conformer of conformers) {
    if (kept.length === most) break;
    if (!kept.some((other) => shapeDistance(conformer, other, chain.heavyCount) < sameShape)) kept.push(conformer);
  }
  return kept;
}

/** Root mean square distance of the atoms other than hydrogens, Angstrom. */
export function shapeDistance(a: Conformer, b: Conformer, heavyCount: number): number {
  let sum = 0;
  for (let at = 0; at < 3 * heavyCount; at++) sum += (a.positions[at]! - b.positions[at]!) ** 2;
  return Math.sqrt(sum / heavyCount);
}

interface Scorer {
  setChis(chis: readonly number[]): void;
  /** Density and rotamer only. */
  quickEnergy(): number;
  judge(): Conformer;
  turn(axis: number, degrees: number): void;
  read(): Float64Array;
  restore(positions: Float64Array): void;
}

function createScorer(search: ConformerSearch, chain: SearchedSideChain, fence: Fence): Scorer {
  const { evidence, work } = search;
  const { atoms, heavyCount, turns } = chain;
  const positions = new Float64Array(3 * atoms.length);
  const collect = (): Float64Array => {
    for (let at = 0; at < atoms.length; at++) {
      const row = 3 * atoms[at]!;
      positions[3 * at] = work[row]!;
      positions[3 * at + 1] = work[row + 1]!;
      positions[3 * at + 2] = work[row + 2]!;
    }
    return positions;
  };
  const densityOf = (): number => (evidence === null ? 0 : -densityGain(evidence, atoms, heavyCount, positions));
  const restore = (from: Float64Array): void => {
    atoms.forEach((row, at) => work.set(from.subarray(3 * at, 3 * at + 3), 3 * row));
  };
  const turn = (axis: number, degrees: number): void => {
    const { four, moved } = turns[axis]!;
    turnAtoms(work, four[1], four[2], moved, degrees);
  };
  return {
    turn,
    restore,
    setChis(chis) {
      const present = measureChis(chain, work);
      chis.forEach((chi, axis) => turn(axis, periodicDelta(chi, present[axis]!, turns[axis]!.period)));
    },
    quickEnergy() {
      collect();
      return densityOf() + rotamerEnergy(chain.prior, measureChis(chain, work));
    },
    judge() {
      collect();
      const chis = measureChis(chain, work);
      const density = densityOf();
      const rotamer = rotamerEnergy(chain.prior, chis) + (isRotamerOutlier(chain.prior, chis) ? outlierCost : 0);
      const clash = Math.min(clashLimit, fenceEnergy(fence, positions, atoms.length, clashLimit));
      const energy = density + rotamer + clash;
      return { positions: positions.slice(), chis, isPresent: false, density, rotamer, clash, energy };
    },
    read: () => collect().slice(),
  };
}

/**
 * Log-likelihood that a map gains by images of atoms at these places. Density above what the images give there is no evidence
 * for them.
 */
export function densityGain(
  evidence: DensityEvidence,
  atoms: ArrayLike<number>,
  heavyCount: number,
  positions: Float64Array,
): number {
  const { amplitude, residual, width } = evidence;
  let sum = 0;
  for (let i = 0; i < heavyCount; i++) {
    const [x, y, z] = [positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!];
    let own = 0;
    for (let j = 0; j < heavyCount; j++) {
      const squared =
        (x - positions[3 * j]!) ** 2 + (y - positions[3 * j + 1]!) ** 2 + (z - positions[3 * j + 2]!) ** 2;
      own += amplitude[atoms[j]!]! * imageOverlap(squared, width);
    }
    sum += amplitude[atoms[i]!]! * (Math.min(own, gridValue(residual, x, y, z)) - own / 2);
  }
  return evidence.factor * sum;
}

/** Turns one torsion after the other downhill, in ever smaller steps. */
function polish(scorer: Scorer, chain: SearchedSideChain): Conformer {
  let best = scorer.judge();
  for (const step of polishSteps) {
    for (let axis = 0; axis < chain.turns.length; axis++) {
      for (const sign of [1, -1]) {
        let moved = 0;
        while (moved < 4) {
          scorer.turn(axis, sign * step);
          const next = scorer.judge();
          if (next.energy >= best.energy) break;
          best = next;
          moved++;
        }
        if (moved < 4) scorer.turn(axis, -sign * step);
        if (moved > 0) break;
      }
    }
  }
  return best;
}
