// Energies of one side chain while its torsions turn: density, rotamer and contacts.
import { dihedralAngle } from "../../math/internal-coordinates.ts";
import { boundContact, repulsion, squaredBetween } from "./contact-distances.ts";
import { cubicValue } from "./cubic-grid.ts";
import { type DensityEvidence, imageOverlap } from "./density-evidence.ts";
import { periodicDelta, rotamerCost } from "./rotamer-prior.ts";
import { type SearchedSideChain, turnAtoms } from "./searched-side-chains.ts";
import type { Surroundings } from "./surroundings.ts";

/** Atoms of the backbone that a move has put elsewhere. */
export interface MovedBackbone {
  /** Degrees. */
  readonly angle: number;
  readonly rows: Int32Array;
  readonly heavyCount: number;
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** What the move costs, without the side chain. */
  readonly energy: number;
}

/** Energies are negative log-likelihoods: lower is better. */
export interface Conformer {
  /** Places of the side chain's atoms, x y z each, Angstrom. */
  readonly positions: Float64Array;
  /** Degrees. */
  readonly chis: readonly number[];
  /** Whether it is where the model has it now. */
  readonly isPresent: boolean;
  /** Null where the backbone stays. */
  readonly backbone: MovedBackbone | null;
  readonly density: number;
  /** Density that it has, and that it would have with all atoms there, as log-likelihoods. */
  readonly found: number;
  readonly full: number;
  readonly rotamer: number;
  readonly clash: number;
  readonly energy: number;
}

/** Turns a copy of a side chain, and judges it there. */
export interface Scorer {
  /** Puts it where it was at the start but for its torsions, degrees, which begin at this entry. */
  setChis(chis: ArrayLike<number>, first?: number): void;
  turn(axis: number, degrees: number): void;
  /** Remembers the present places, or goes back to those. */
  keep(): void;
  goBack(): void;
  /** Log-likelihood that the map gains by it, with the other side chains away, and with them where they are now. */
  gain(): number;
  crowdedGain(): number;
  /** Which of the two energies have; with the others away at first. */
  crowd(isCrowded: boolean): void;
  /** Infinity where it is not below the limit. */
  energyBelow(limit: number): number;
  judge(): Conformer;
  /** Puts the atoms somewhere else. */
  put(positions: Float64Array): void;
}

/** Contacts worse than this are equally impossible. */
export const clashLimit = 200;

export interface ScorerInput {
  readonly chain: SearchedSideChain;
  readonly evidence: DensityEvidence | null;
  readonly around: Surroundings;
  /** Coordinates of all atoms. */
  readonly xyz: Float64Array;
  readonly backbone?: MovedBackbone | null;
}

export function createScorer(input: ScorerInput): Scorer {
  const { chain, xyz, backbone = null } = input;
  const { atoms, turns, prior, touching } = chain;
  const count = atoms.length;
  const start = placesOf(xyz, chain.places);
  const places = start.slice();
  const kept = start.slice();
  const chisAtStart = measureChis(chain, start);
  const chis = chisAtStart.slice();
  const keptChis = chis.slice();
  const alone = createDensityScore(input, start, places, aloneLookup);
  let known: DensityScore | null = null;
  const crowded = (): DensityScore => {
    known ??= createDensityScore(input, start, places, crowdedLookup);
    return known;
  };
  let density = alone;
  const clash = new Float64Array(count);
  const keptClash = new Float64Array(count);
  /** Atoms that have moved since their contacts were last looked at. */
  const hasMoved = new Uint8Array(count).fill(1);
  const keptMoved = new Uint8Array(count);
  const contactsOf = contactScore(input);

  const markAll = (): void => {
    hasMoved.fill(1);
    alone.hasMoved.fill(1);
    known?.hasMoved.fill(1);
  };
  const turn = (axis: number, degrees: number): void => {
    const { fourAt, movedAt } = turns[axis]!;
    turnAtoms(places, fourAt[1], fourAt[2], movedAt, degrees);
    const chi = chis[axis]! + degrees;
    chis[axis] = chi - 360 * Math.round(chi / 360);
    for (let at = 0; at < movedAt.length; at++) {
      hasMoved[movedAt[at]!] = 1;
      alone.hasMoved[movedAt[at]!] = 1;
      if (known !== null) known.hasMoved[movedAt[at]!] = 1;
    }
  };
  const clashUpTo = (limit: number): number => {
    let sum = 0;
    for (let at = 0; at < count; at++) {
      if (touching[at] === 0) continue;
      if (hasMoved[at] === 1) {
        clash[at] = contactsOf(at, places[3 * at]!, places[3 * at + 1]!, places[3 * at + 2]!);
        hasMoved[at] = 0;
      }
      sum += clash[at]!;
      if (sum > limit) break;
    }
    return Math.min(clashLimit, sum);
  };
  const moveCost = backbone?.energy ?? 0;
  return {
    turn,
    setChis(wanted, first = 0) {
      places.set(start);
      chis.set(chisAtStart);
      markAll();
      for (let axis = 0; axis < turns.length; axis++) {
        turn(axis, periodicDelta(wanted[first + axis]!, chis[axis]!, turns[axis]!.period));
      }
    },
    keep() {
      kept.set(places);
      keptChis.set(chis);
      keptClash.set(clash);
      keptMoved.set(hasMoved);
      density.keep();
    },
    goBack() {
      places.set(kept);
      chis.set(keptChis);
      clash.set(keptClash);
      hasMoved.set(keptMoved);
      if (density !== alone) alone.hasMoved.fill(1);
      else known?.hasMoved.fill(1);
      density.goBack();
    },
    gain: alone.measure,
    crowdedGain: () => crowded().measure(),
    crowd(isCrowded) {
      density = isCrowded ? crowded() : alone;
    },
    energyBelow(limit) {
      const energy = rotamerCost(prior, chis) + moveCost - density.measure();
      if (energy >= limit) return Infinity;
      const whole = energy + clashUpTo(Math.min(clashLimit, limit - energy));
      return whole < limit ? whole : Infinity;
    },
    judge() {
      const gain = density.measure();
      const rotamer = rotamerCost(prior, chis);
      const contacts = clashUpTo(clashLimit);
      return {
        positions: places.slice(0, 3 * count),
        chis: Array.from(chis),
        isPresent: false,
        backbone,
        density: -gain,
        found: density.found,
        full: density.full,
        rotamer,
        clash: contacts,
        energy: rotamer + contacts - gain + moveCost,
      };
    },
    put(positions) {
      places.set(positions);
      chis.set(measureChis(chain, places));
      markAll();
    },
  };
}

function measureChis({ turns }: SearchedSideChain, places: Float64Array): Float64Array {
  return Float64Array.from(turns, ({ fourAt }) => dihedralAngle(places, ...fourAt));
}

/** Repulsion of one atom at a place. */
function contactScore({
  chain: { atoms },
  around,
  backbone = null,
}: ScorerInput): (at: number, x: number, y: number, z: number) => number {
  const { still, rules } = around;
  if (backbone === null) return (at, x, y, z) => still.repulsionAt(atoms[at]!, x, y, z);
  const { rows, after } = backbone;
  const contact = new Float64Array(atoms.length * rows.length);
  for (let at = 0; at < atoms.length; at++) {
    for (let other = 0; other < rows.length; other++) {
      contact[at * rows.length + other] = boundContact(rules, atoms[at]!, rows[other]!);
    }
  }
  return (at, x, y, z) => {
    let energy = still.repulsionAt(atoms[at]!, x, y, z);
    for (let other = 0; other < rows.length; other++) {
      const dx = x - after[3 * other]!;
      const dy = y - after[3 * other + 1]!;
      const dz = z - after[3 * other + 2]!;
      energy += repulsion(contact[at * rows.length + other]!, dx * dx + dy * dy + dz * dz);
    }
    return energy;
  };
}

/** Log-likelihood that a map gains by images of a side chain's atoms where they are. */
interface DensityScore {
  /** 1 for atoms whose density has to be looked up again. */
  readonly hasMoved: Uint8Array;
  measure(): number;
  keep(): void;
  goBack(): void;
  readonly found: number;
  readonly full: number;
}

/** `start`, `places`: x y z of each atom now and while they change. Density above what the images give there is no evidence for them. */
function createDensityScore(
  input: ScorerInput,
  start: Float64Array,
  places: Float64Array,
  lookup: typeof aloneLookup,
): DensityScore {
  const { evidence, chain } = input;
  const { heavyCount, changing, atoms } = chain;
  const hasMoved = new Uint8Array(atoms.length).fill(1);
  const nothing = { hasMoved, measure: () => 0, keep() {}, goBack() {}, found: 0, full: 0 };
  if (evidence === null) return nothing;
  const amplitude = Float64Array.from(atoms.subarray(0, heavyCount), (row) => evidence.amplitude[row]!);
  const fixed = fixedImages(evidence, chain, amplitude, places);
  const own = new Float64Array(heavyCount);
  const there = new Float64Array(heavyCount);
  const keptThere = new Float64Array(heavyCount);
  const keptMoved = new Uint8Array(atoms.length);
  const densityAt = lookup(evidence, { amplitude, present: start, backbone: input.backbone ?? null });
  const addChanging = (): void => {
    own.set(fixed);
    for (let pair = 0; pair < changing.length; pair += 2) {
      const i = changing[pair]!;
      const j = changing[pair + 1]!;
      const shared = imageOverlap(evidence, squaredBetween(places, i, places, j));
      own[i]! += amplitude[j]! * shared;
      own[j]! += amplitude[i]! * shared;
    }
  };
  const score = {
    ...nothing,
    measure() {
      addChanging();
      let found = 0;
      let full = 0;
      for (let i = 0; i < heavyCount; i++) {
        if (hasMoved[i] === 1) {
          there[i] = densityAt(places[3 * i]!, places[3 * i + 1]!, places[3 * i + 2]!);
          hasMoved[i] = 0;
        }
        found += amplitude[i]! * Math.min(own[i]!, there[i]!);
        full += amplitude[i]! * own[i]!;
      }
      score.found = found;
      score.full = full;
      return found - full / 2;
    },
    keep() {
      keptThere.set(there);
      keptMoved.set(hasMoved);
    },
    goBack() {
      there.set(keptThere);
      hasMoved.set(keptMoved);
    },
  };
  return score;
}

/** What each atom's place has of images at distances that no torsion changes. */
function fixedImages(
  evidence: DensityEvidence,
  { heavyCount, changing }: SearchedSideChain,
  amplitude: Float64Array,
  places: Float64Array,
): Float64Array {
  const isChanging = new Uint8Array(heavyCount * heavyCount);
  for (let pair = 0; pair < changing.length; pair += 2) {
    isChanging[changing[pair]! * heavyCount + changing[pair + 1]!] = 1;
    isChanging[changing[pair + 1]! * heavyCount + changing[pair]!] = 1;
  }
  return amplitude.map((_own, i) => {
    let sum = 0;
    for (let j = 0; j < heavyCount; j++) {
      if (isChanging[i * heavyCount + j] === 1) continue;
      sum += amplitude[j]! * imageOverlap(evidence, squaredBetween(places, i, places, j));
    }
    return sum;
  });
}

type Lookup = (x: number, y: number, z: number) => number;

interface LookupInput {
  readonly amplitude: Float64Array;
  /** Where the side chain's own atoms other than hydrogens are now. */
  readonly present: Float64Array;
  readonly backbone: MovedBackbone | null;
}

/** Evidence for an atom at a place while the other side chains are away. */
function aloneLookup(evidence: DensityEvidence, { backbone }: LookupInput): Lookup {
  const { gain } = evidence;
  if (backbone === null) return (x, y, z) => cubicValue(gain, x, y, z);
  return (x, y, z) => cubicValue(gain, x, y, z) + shiftedOverlap(evidence, backbone, x, y, z);
}

/** The same while they are where they are. */
function crowdedLookup(evidence: DensityEvidence, { amplitude, present }: LookupInput): Lookup {
  return (x, y, z) => {
    let sum = cubicValue(evidence.rest, x, y, z);
    for (let j = 0; j < amplitude.length; j++) {
      const dx = x - present[3 * j]!;
      const dy = y - present[3 * j + 1]!;
      const dz = z - present[3 * j + 2]!;
      sum += amplitude[j]! * imageOverlap(evidence, dx * dx + dy * dy + dz * dz);
    }
    return sum;
  };
}

/** What the map gains at a place because atoms of the backbone are no longer where they were taken out. */
function shiftedOverlap(
  evidence: DensityEvidence,
  { rows, heavyCount, before, after }: MovedBackbone,
  x: number,
  y: number,
  z: number,
): number {
  let sum = 0;
  for (let j = 0; j < heavyCount; j++) {
    const then = (x - before[3 * j]!) ** 2 + (y - before[3 * j + 1]!) ** 2 + (z - before[3 * j + 2]!) ** 2;
    const now = (x - after[3 * j]!) ** 2 + (y - after[3 * j + 1]!) ** 2 + (z - after[3 * j + 2]!) ** 2;
    sum += evidence.amplitude[rows[j]!]! * (imageOverlap(evidence, then) - imageOverlap(evidence, now));
  }
  return sum;
}

/** Log-likelihood of atoms that stood still once they have moved from one place to another, relative to before. */
export function movedGain(
  evidence: DensityEvidence,
  rows: ArrayLike<number>,
  heavyCount: number,
  before: Float64Array,
  after: Float64Array,
): number {
  const { amplitude, gain } = evidence;
  const explained = (places: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < heavyCount; i++) {
      const [x, y, z] = [places[3 * i]!, places[3 * i + 1]!, places[3 * i + 2]!];
      let there = cubicValue(gain, x, y, z);
      for (let j = 0; j < heavyCount; j++) {
        const then = (x - before[3 * j]!) ** 2 + (y - before[3 * j + 1]!) ** 2 + (z - before[3 * j + 2]!) ** 2;
        const now = (x - places[3 * j]!) ** 2 + (y - places[3 * j + 1]!) ** 2 + (z - places[3 * j + 2]!) ** 2;
        there += amplitude[rows[j]!]! * (imageOverlap(evidence, then) - 0.5 * imageOverlap(evidence, now));
      }
      sum += amplitude[rows[i]!]! * there;
    }
    return sum;
  };
  return explained(after) - explained(before);
}

/** Places of atoms, x y z each. */
export function placesOf(xyz: Float64Array, rows: ArrayLike<number>): Float64Array {
  const places = new Float64Array(3 * rows.length);
  for (let at = 0; at < rows.length; at++) places.set(xyz.subarray(3 * rows[at]!, 3 * rows[at]! + 3), 3 * at);
  return places;
}
