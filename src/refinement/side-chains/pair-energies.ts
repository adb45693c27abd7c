// What two side chains in each of their conformers do to each other: contacts, and density that both claim.
import type { ChoicePair } from "../../hydrogens/choose-states.ts";
import type { PairRules } from "../../kernels/pair-rules.ts";
import type { Conformer } from "./conformer-score.ts";
import { boundContact, looseContact, repulsion, squaredBetween } from "./contact-distances.ts";
import { type DensityEvidence, imageOverlap, overlapDistance } from "./density-evidence.ts";
import type { SearchedSideChain } from "./searched-side-chains.ts";

/** Contacts worse than this are equally bad, and some pairs cannot be. */
const largestPair = 200;
const impossible = 1e4;

interface Extent {
  readonly centre: readonly [number, number, number];
  readonly radius: number;
}

/** Energies of all pairs of side chains that can meet; pairs that never do are left out. */
export function findPairEnergies(
  chains: readonly SearchedSideChain[],
  conformers: readonly (readonly Conformer[])[],
  rules: PairRules,
  evidence: DensityEvidence | null,
): ChoicePair[] {
  const reach = Math.max(
    rules.reach.reduce((most, own) => Math.max(most, own), 0),
    evidence === null ? 0 : overlapDistance(evidence),
  );
  const extents = conformers.map(extentOf);
  const pairs: ChoicePair[] = [];
  const alone = conformers.map((own) => own.map((conformer) => extentOf([conformer])));
  forNearExtents(extents, reach, (first, second) => {
    // Nothing is left to choose between two of one conformer each.
    if (conformers[first]!.length === 1 && conformers[second]!.length === 1) return;
    const side = (at: number): Side => ({ chain: chains[at]!, conformers: conformers[at]!, extents: alone[at]! });
    const values = pairTable([side(first), side(second)], reach, rules, evidence);
    if (values !== null) pairs.push({ first, second, values });
  });
  return pairs;
}

/** One side chain of a pair. */
interface Side {
  readonly chain: SearchedSideChain;
  readonly conformers: readonly Conformer[];
  readonly extents: readonly Extent[];
}

function extentOf(conformers: readonly Conformer[]): Extent {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const add = (places: Float64Array): void => {
    for (let at = 0; at < places.length; at++) {
      const value = places[at]!;
      if (value < low[at % 3]!) low[at % 3] = value;
      if (value > high[at % 3]!) high[at % 3] = value;
    }
  };
  for (const { positions, backbone } of conformers) {
    add(positions);
    if (backbone !== null) add(backbone.after);
  }
  const centre = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2, (low[2]! + high[2]!) / 2] as const;
  return { centre, radius: Math.hypot(high[0]! - centre[0], high[1]! - centre[1], high[2]! - centre[2]) };
}

function isNear(first: Extent, second: Extent, reach: number): boolean {
  const [x, y, z] = first.centre;
  const [u, v, w] = second.centre;
  return (x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2 < (first.radius + second.radius + reach) ** 2;
}

/** Visits pairs of spheres nearer than `reach` to each other, the lower number first, in order. */
function forNearExtents(extents: readonly Extent[], reach: number, visit: (a: number, b: number) => void): void {
  const cell = reach + 2 * extents.reduce((most, { radius }) => Math.max(most, radius), 0);
  const cells = new Map<string, number[]>();
  const placeOf = ({ centre }: Extent): [number, number, number] =>
    centre.map((value) => Math.floor(value / cell)) as [number, number, number];
  extents.forEach((extent, at) => {
    const key = placeOf(extent).join(" ");
    const list = cells.get(key);
    if (list) list.push(at);
    else cells.set(key, [at]);
  });
  extents.forEach((extent, first) => {
    const [x, y, z] = placeOf(extent);
    const near: number[] = [];
    for (let step = 0; step < 27; step++) {
      const key = `${x + (step % 3) - 1} ${y + (Math.floor(step / 3) % 3) - 1} ${z + Math.floor(step / 9) - 1}`;
      for (const second of cells.get(key) ?? []) {
        if (second <= first) continue;
        if (isNear(extent, extents[second]!, reach)) near.push(second);
      }
    }
    for (const second of near.toSorted((a, b) => a - b)) visit(first, second);
  });
}

/** Energy that each side chain loses because others around it explain the same density. */
export function sharedDensity(
  chains: readonly SearchedSideChain[],
  conformers: readonly Conformer[],
  evidence: DensityEvidence,
): Float64Array {
  const shared = new Float64Array(chains.length);
  const { amplitude } = evidence;
  forNearExtents(
    conformers.map((own) => extentOf([own])),
    overlapDistance(evidence),
    (first, second) => {
      const [own, theirs] = [conformers[first]!.positions, conformers[second]!.positions];
      let energy = 0;
      for (let a = 0; a < chains[first]!.heavyCount; a++) {
        for (let b = 0; b < chains[second]!.heavyCount; b++) {
          let squared = 0;
          for (let axis = 0; axis < 3; axis++) squared += (own[3 * a + axis]! - theirs[3 * b + axis]!) ** 2;
          const heights = amplitude[chains[first]!.atoms[a]!]! * amplitude[chains[second]!.atoms[b]!]!;
          energy += heights * imageOverlap(evidence, squared);
        }
      }
      shared[first]! += energy;
      shared[second]! += energy;
    },
  );
  return shared;
}

/** Null where the two never touch. */
function pairTable(
  [one, other]: readonly [Side, Side],
  reach: number,
  rules: PairRules,
  evidence: DensityEvidence | null,
): Float64Array | null {
  const width = other.conformers.length;
  const values = new Float64Array(one.conformers.length * width);
  let touches = false;
  one.conformers.forEach((own, s) => {
    other.conformers.forEach((theirs, t) => {
      if (!isNear(one.extents[s]!, other.extents[t]!, reach)) return;
      const energy = sharesMovedAtoms(own, theirs)
        ? impossible
        : pairEnergy(
            { chain: one.chain, positions: own.positions },
            { chain: other.chain, positions: theirs.positions },
            rules,
            evidence,
          ) +
          moveEnergy(own, other.chain, theirs, rules) +
          moveEnergy(theirs, one.chain, own, rules);
      if (Math.abs(energy) > 1e-3) touches = true;
      values[s * width + t] = energy;
    });
  });
  return touches ? values : null;
}

/** Two moves of the backbone that both want the peptide between them. */
function sharesMovedAtoms({ backbone: own }: Conformer, { backbone: theirs }: Conformer): boolean {
  return own !== null && theirs !== null && own.rows.some((row) => theirs.rows.includes(row));
}

/** How a move of the backbone changes its contacts with another side chain, which was judged beside the backbone as it was. */
function moveEnergy(
  { backbone }: Conformer,
  { atoms, touching }: SearchedSideChain,
  { positions, clash }: Conformer,
  rules: PairRules,
): number {
  if (backbone === null) return 0;
  const { rows, before, after } = backbone;
  let energy = 0;
  for (let a = 0; a < rows.length; a++) {
    for (let b = 0; b < atoms.length; b++) {
      if (touching[b] === 0) continue;
      const then = squaredBetween(before, a, positions, b);
      const now = squaredBetween(after, a, positions, b);
      if (then > farContact && now > farContact) continue;
      const reach = boundContact(rules, rows[a]!, atoms[b]!);
      energy += repulsion(reach, now) - repulsion(reach, then);
    }
  }
  // Contacts with the backbone as it was have a bound, too.
  return Math.max(-clash, energy);
}

/** No two atoms repel beyond this, square Angstrom. */
const farContact = 25;

function pairEnergy(own: Placed, other: Placed, rules: PairRules, evidence: DensityEvidence | null): number {
  const far = evidence === null ? 0 : overlapDistance(evidence) ** 2;
  const [first, second] = [own.positions, other.positions];
  let clash = 0;
  let shared = 0;
  for (let a = 0; a < own.chain.atoms.length; a++) {
    const i = own.chain.atoms[a]!;
    const contacts = own.chain.touching[a] === 1;
    const near = rules.reach[rules.kind[i]!]! ** 2;
    const isHeavy = evidence !== null && a < own.chain.heavyCount;
    for (let b = 0; b < other.chain.atoms.length; b++) {
      const squared = squaredBetween(first, a, second, b);
      if (squared >= near && squared >= far) continue;
      const j = other.chain.atoms[b]!;
      if (contacts && squared < near && other.chain.touching[b] === 1) {
        clash += repulsion(looseContact(rules, i, j), squared);
      }
      if (isHeavy && squared < far && b < other.chain.heavyCount) {
        shared += evidence.amplitude[i]! * evidence.amplitude[j]! * imageOverlap(evidence, squared);
      }
    }
  }
  return Math.min(largestPair, clash) + shared;
}

interface Placed {
  readonly chain: SearchedSideChain;
  readonly positions: Float64Array;
}
