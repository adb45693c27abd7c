// What each dot of an atom touches: the nearest atom, the gap to it, and whether that is a hydrogen bond.

import { type BondedSearch, collectBonded, createBondedSearch } from "./bonded-atoms.ts";
import { collectNear } from "./contact-grid.ts";
import { type ContactScene, canMeet, dotsOfRadius, isPresent, probeRadius } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";

/** Hydrogen bonds may overlap by this much, those between opposite charges by more, Angstrom. */
const hydrogenBondOverlap = 0.6;
const saltBridgeOverlap = 0.8;

/** Contact: a gap; overlap: no hydrogen bond or one that is too close, its gap then 0.6 larger, as Probe has it. */
export const dotKind = { none: 0, contact: 1, overlap: 2, hydrogenBond: 3 } as const;

/** Atoms that the dots of a source can touch, and those that hide dots. */
export interface DotNeighbours {
  count: number;
  readonly atom: number[];
  /** Overlap that a hydrogen bond to the atom may have, 0 where there can be none. */
  readonly allowed: number[];
  /** Way from the source to each, its radius, and the square of the distance that a probe touches it from; 5 per atom. */
  readonly sphere: number[];
  hiderCount: number;
  readonly hider: number[];
}

/** Buffers of one analysis, overwritten from atom to atom. */
export interface DotAnalysis {
  readonly search: BondedSearch;
  readonly near: number[];
  readonly neighbours: DotNeighbours;
  /** Per dot of the sphere. */
  readonly kind: number[];
  readonly gap: number[];
  readonly target: number[];
}

export function createDotAnalysis(scene: ContactScene): DotAnalysis {
  return {
    search: createBondedSearch(scene),
    near: [],
    neighbours: { count: 0, atom: [], allowed: [], sphere: [], hiderCount: 0, hider: [] },
    kind: [],
    gap: [],
    target: [],
  };
}

export interface NeighbourRules {
  /** Gap up to which atoms are neighbours, Angstrom: 0 for overlaps only, twice the probe's radius for all contacts. */
  readonly largestGap: number;
  /** Whether two waters touch. */
  readonly betweenWaters: boolean;
}

/** Fills in the neighbours of an atom at its place in the scene. */
export function collectNeighbours(
  scene: ContactScene,
  source: number,
  rules: NeighbourRules,
  analysis: DotAnalysis,
): void {
  const { xyz, radius, flags, phantomParent } = scene;
  const { search, near, neighbours } = analysis;
  neighbours.count = 0;
  neighbours.hiderCount = 0;
  const point = [xyz[3 * source]!, xyz[3 * source + 1]!, xyz[3 * source + 2]!] as const;
  const bonded = collectBonded(scene, source, search);
  const found = collectNear(scene.grid, point, radius[source]! + scene.largestRadius + rules.largestGap, near);
  for (let at = 0; at < found; at++) {
    const other = near[at]!;
    if (other < scene.atomCount && search.stamp[other] === search.latest) continue;
    const reach = radius[source]! + radius[other]! + rules.largestGap;
    if (squaredDistance(xyz, source, other) > reach * reach || !canMeet(scene, source, other)) continue;
    if (!rules.betweenWaters && (flags[source]! & flags[other]! & contactFlag.water) !== 0) continue;
    if (phantomParent[other] === source || phantomParent[source] === other) continue;
    addNeighbour(scene, source, other, neighbours);
  }
  for (let at = 1; at < bonded; at++) {
    const other = search.reached[at]!;
    if (isPresent(scene, other)) neighbours.hider[neighbours.hiderCount++] = other;
  }
}

/** Puts one atom among the neighbours, a phantom only where it can make a hydrogen bond. */
function addNeighbour(scene: ContactScene, source: number, other: number, neighbours: DotNeighbours): void {
  const allowed = allowedOverlap(scene.flags[source]!, scene.flags[other]!);
  if (allowed === 0 && ((scene.flags[source]! | scene.flags[other]!) & contactFlag.phantom) !== 0) return;
  neighbours.atom[neighbours.count] = other;
  neighbours.allowed[neighbours.count++] = allowed;
}

function allowedOverlap(first: number, second: number): number {
  const { donor, acceptor, positive, negative } = contactFlag;
  const isPair =
    ((first & donor) !== 0 && (second & acceptor) !== 0) || ((first & acceptor) !== 0 && (second & donor) !== 0);
  if (!isPair) return 0;
  const charges = positive | negative;
  if ((first & charges) === 0 || (second & charges) === 0) return hydrogenBondOverlap;
  return (first & charges) === (second & charges) ? 0 : saltBridgeOverlap;
}

/**
 * Finds for every dot of an atom the neighbour it touches (Word et al. 1999): of those within the probe's radius of a probe that
 * stands on the dot the one with the smallest gap; dots inside bonded atoms touch nothing. Returns the number of dots.
 */
export function examineDots(scene: ContactScene, source: number, analysis: DotAnalysis): number {
  const { xyz, radius, flags } = scene;
  const { kind, gap, target, neighbours } = analysis;
  const sourceRadius = radius[source]!;
  const dots = dotsOfRadius(scene, sourceRadius);
  const scale = (sourceRadius + probeRadius) / sourceRadius;
  const x = xyz[3 * source]!;
  const y = xyz[3 * source + 1]!;
  const z = xyz[3 * source + 2]!;
  const count = dots.length / 3;
  const sphere = placeSpheres(scene, source, neighbours);
  for (let dot = 0; dot < count; dot++) {
    const ux = dots[3 * dot]!;
    const uy = dots[3 * dot + 1]!;
    const uz = dots[3 * dot + 2]!;
    let least = Infinity;
    let nearest = -1;
    for (let at = 0, from = 0; at < neighbours.count; at++, from += 5) {
      const dx = sphere[from]!;
      const dy = sphere[from + 1]!;
      const dz = sphere[from + 2]!;
      const px = ux * scale - dx;
      const py = uy * scale - dy;
      const pz = uz * scale - dz;
      if (px * px + py * py + pz * pz > sphere[from + 4]!) continue;
      const own = Math.sqrt((ux - dx) ** 2 + (uy - dy) ** 2 + (uz - dz) ** 2) - sphere[from + 3]!;
      if (own < least || (own === least && neighbours.atom[at]! < neighbours.atom[nearest]!)) {
        least = own;
        nearest = at;
      }
    }
    kind[dot] = dotKind.none;
    if (nearest < 0 || isHidden(scene, neighbours, x + ux, y + uy, z + uz)) continue;
    const allowed = neighbours.allowed[nearest]!;
    const other = neighbours.atom[nearest]!;
    const isPhantom = ((flags[source]! | flags[other]!) & contactFlag.phantom) !== 0;
    target[dot] = other;
    gap[dot] = least;
    if (least > 0) kind[dot] = isPhantom ? dotKind.none : dotKind.contact;
    else if (allowed > 0 && least >= -allowed) kind[dot] = dotKind.hydrogenBond;
    else if (!isPhantom) {
      kind[dot] = dotKind.overlap;
      gap[dot] = allowed > 0 ? least + hydrogenBondOverlap : least;
    }
  }
  return count;
}

/** Numbers that are the same for all dots of a source. */
function placeSpheres({ xyz, radius }: ContactScene, source: number, { count, atom, sphere }: DotNeighbours): number[] {
  for (let at = 0, to = 0; at < count; at++, to += 5) {
    const other = atom[at]!;
    const reach = radius[other]! + probeRadius;
    sphere[to] = xyz[3 * other]! - xyz[3 * source]!;
    sphere[to + 1] = xyz[3 * other + 1]! - xyz[3 * source + 1]!;
    sphere[to + 2] = xyz[3 * other + 2]! - xyz[3 * source + 2]!;
    sphere[to + 3] = radius[other]!;
    sphere[to + 4] = reach * reach;
  }
  return sphere;
}

function isHidden({ xyz, radius }: ContactScene, neighbours: DotNeighbours, x: number, y: number, z: number): boolean {
  for (let at = 0; at < neighbours.hiderCount; at++) {
    const other = neighbours.hider[at]!;
    const dx = xyz[3 * other]! - x;
    const dy = xyz[3 * other + 1]! - y;
    const dz = xyz[3 * other + 2]! - z;
    if (dx * dx + dy * dy + dz * dz < radius[other]! * radius[other]!) return true;
  }
  return false;
}

function squaredDistance(xyz: Float64Array, a: number, b: number): number {
  return (
    (xyz[3 * a]! - xyz[3 * b]!) ** 2 +
    (xyz[3 * a + 1]! - xyz[3 * b + 1]!) ** 2 +
    (xyz[3 * a + 2]! - xyz[3 * b + 2]!) ** 2
  );
}

/**
 * Whether a dot is too far aside to count as a contact: farther from the point nearest to the target than the probe reaches when
 * it touches both spheres.
 */
export function isAside(
  { xyz, radius }: ContactScene,
  source: number,
  target: number,
  dots: Float64Array,
  dot: number,
): boolean {
  const own = radius[source]!;
  const other = radius[target]!;
  const dx = xyz[3 * target]! - xyz[3 * source]!;
  const dy = xyz[3 * target + 1]! - xyz[3 * source + 1]!;
  const dz = xyz[3 * target + 2]! - xyz[3 * source + 2]!;
  const scale = own / Math.sqrt(dx * dx + dy * dy + dz * dz);
  const squared =
    (dots[3 * dot]! - dx * scale) ** 2 +
    (dots[3 * dot + 1]! - dy * scale) ** 2 +
    (dots[3 * dot + 2]! - dz * scale) ** 2;
  return squared > (4 * own * own * other * probeRadius) / ((own + other) * (own + probeRadius));
}
