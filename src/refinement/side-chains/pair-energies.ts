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
  forNearExtents(extents, reach, (first, second) => {
    const values = pairTable(
      [chains[first]!, chains[second]!],
      [conformers[first]!, conformers[second]!],
      rules,
      evidence,
    );
    if (values !== null) pairs.push({ first, second, values });
  });
  return pairs;
}

function extentOf(conformers: readonly Conformer[]): Extent {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const places of conformers.flatMap(({ positions, backbone }) =>
    backbone ? [positions, backbone.after] : [positions],
  )) {
    places.forEach((value, at) => {
      low[at % 3] = Math.min(low[at % 3]!, value);
      high[at % 3] = Math.max(high[at % 3]!, value);
    });
  }
  const centre = [0, 1, 2].map((axis) => (low[axis]! + high[axis]!) / 2) as [number, number, number];
  return { centre, radius: Math.hypot(...[0, 1, 2].map((axis) => high[axis]! - centre[axis]!)) };
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
        const other = extents[second]!;
        const distance = Math.hypot(...[0, 1, 2].map((axis) => extent.centre[axis]! - other.centre[axis]!));
        if (distance < extent.radius + other.radius + reach) near.push(second);
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
  [first, second]: readonly [SearchedSideChain, SearchedSideChain],
  [own, theirs]: readonly [readonly Conformer[], readonly Conformer[]],
  rules: PairRules,
  evidence: DensityEvidence | null,
): Float64Array | null {
  const [rows, others] = [first.atoms.length, second.atoms.length];
  const contact = new Float64Array(rows * others);
  const overlap = new Float64Array(rows * others);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < others; b++) {
      const [i, j] = [first.atoms[a]!, second.atoms[b]!];
      if (first.touching[a] === 1 && second.touching[b] === 1) contact[a * others + b] = looseContact(rules, i, j);
      if (evidence !== null) {
        overlap[a * others + b] = evidence.amplitude[i]! * evidence.amplitude[j]!;
      }
    }
  }
  const values = new Float64Array(own.length * theirs.length);
  let touches = false;
  for (let s = 0; s < own.length; s++) {
    for (let t = 0; t < theirs.length; t++) {
      const energy = sharesMovedAtoms(own[s]!, theirs[t]!)
        ? impossible
        : pairEnergy(own[s]!.positions, theirs[t]!.positions, contact, overlap, evidence) +
          moveEnergy(own[s]!, second, theirs[t]!, rules) +
          moveEnergy(theirs[t]!, first, own[s]!, rules);
      if (Math.abs(energy) > 1e-3) touches = true;
      values[s * theirs.length + t] = energy;
    }
  }
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
  { positions }: Conformer,
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
  return energy;
}

/** No two atoms repel beyond this, square Angstrom. */
const farContact = 25;

function pairEnergy(
  first: Float64Array,
  second: Float64Array,
  contact: Float64Array,
  overlap: Float64Array,
  evidence: DensityEvidence | null,
): number {
  const others = second.length / 3;
  const far = evidence === null ? 0 : overlapDistance(evidence) ** 2;
  let clash = 0;
  let shared = 0;
  for (let a = 0; a < first.length / 3; a++) {
    const x = first[3 * a]!;
    const y = first[3 * a + 1]!;
    const z = first[3 * a + 2]!;
    for (let b = 0; b < others; b++) {
      const squared = (x - second[3 * b]!) ** 2 + (y - second[3 * b + 1]!) ** 2 + (z - second[3 * b + 2]!) ** 2;
      clash += repulsion(contact[a * others + b]!, squared);
      if (evidence !== null && squared < far && overlap[a * others + b]! > 0) {
        shared += overlap[a * others + b]! * imageOverlap(evidence, squared);
      }
    }
  }
  return Math.min(largestPair, clash) + shared;
}
