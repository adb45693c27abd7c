// Where the hydrogens of one parent stand: the five ways in which a parent with its neighbours fixes them.
import { combine, unit, type Vector3 } from "../math/vector3.ts";
import {
  oppositeDirection,
  pairDirections,
  planarDirection,
  pyramidalDirection,
  type RotorFrame,
  rotorDirection,
  rotorFrame,
  tertiaryDirection,
} from "./hydrogen-geometry.ts";

/** A parent, its neighbours, and what is ideal there. */
export interface SiteGeometry {
  readonly parent: Vector3;
  readonly neighbours: readonly Vector3[];
  /** Of each hydrogen. */
  readonly distances: readonly number[];
  /** Angle of each hydrogen to each neighbour, degrees. */
  readonly angles: readonly (readonly number[])[];
  /** Between two hydrogens, degrees. */
  readonly between: number;
  readonly isPlanar: boolean;
  /** Whether a hydrogen next to three neighbours stands opposite to all of them alike, whatever its angles. */
  readonly isEven: boolean;
  /** For parents with one neighbour: the atom that torsions count from, and the torsion of the first hydrogen. */
  readonly third: Vector3 | null;
  readonly torsion: number;
}

/** Where the hydrogens of a rotor stand when it is turned. */
export interface Rotor {
  readonly frame: RotorFrame;
  /** Torsion of the first hydrogen and from one to the next, degrees. */
  readonly torsion: number;
  readonly step: number;
}

export interface PlacedSite {
  readonly positions: readonly Vector3[];
  /** Null where the neighbours leave no freedom. */
  readonly rotor: Rotor | null;
}

/** Positions, or why there are none. */
export function placeSite(site: SiteGeometry): PlacedSite | string {
  const count = site.distances.length;
  const bonds = site.neighbours.map((neighbour) => unit(combine([1, neighbour], [-1, site.parent])));
  if (bonds.includes(null)) return "atoms lie on top of each other";
  const [u, v, w] = bonds as Vector3[];
  const angles = site.angles;
  const pair = [angles[0]![0]!, angles[0]![1]!] as const;
  if (u === undefined) return placeWater(site);
  if (v === undefined) return placeRotor(site);
  if (w !== undefined) {
    if (bonds.length > 3 || count > 1) return "the atom it is on has no place left";
    return fixed(site, [site.isEven ? oppositeDirection([u, v, w]) : tertiaryDirection([u, v, w], angles[0]!)]);
  }
  if (count === 1) {
    return fixed(site, [site.isPlanar ? planarDirection(u, v, pair) : pyramidalDirection(u, v, pair, 1)]);
  }
  if (count > 2) return "the atom it is on has no place left";
  return fixed(site, pairDirections(u, v, pair, site.between) ?? [null]);
}

/** Two hydrogens on an atom alone, in an arbitrary orientation. */
function placeWater({ parent, distances, between }: SiteGeometry): PlacedSite | string {
  if (distances.length !== 2) return "the atom it is on has no neighbour";
  const half = ((between / 2) * Math.PI) / 180;
  const positions = distances.map((distance, h) =>
    combine([1, parent], [distance, [Math.cos(half), h === 0 ? Math.sin(half) : -Math.sin(half), 0]]),
  );
  return { positions, rotor: null };
}

function fixed(site: SiteGeometry, directions: readonly (Vector3 | null)[]): PlacedSite | string {
  if (directions.includes(null)) return "the neighbours of the atom it is on lie on one line";
  const positions = directions.map((direction, h) => combine([1, site.parent], [site.distances[h]!, direction!]));
  return { positions, rotor: null };
}

function placeRotor(site: SiteGeometry): PlacedSite | string {
  if (site.third === null) return "no atom fixes the torsion";
  const frame = rotorFrame(site.parent, site.neighbours[0]!, site.third);
  if (frame === null) return "the neighbours of the atom it is on lie on one line";
  const count = site.distances.length;
  if (count > 3) return "the atom it is on has no place left";
  const rotor = { frame, torsion: site.torsion, step: site.isPlanar && count === 2 ? 180 : 120 };
  return { positions: turnRotor(site, rotor, rotor.torsion), rotor };
}

/** Positions with the first hydrogen at this torsion. */
export function turnRotor(
  { parent, distances, angles }: Pick<SiteGeometry, "parent" | "distances" | "angles">,
  { frame, step }: Rotor,
  torsion: number,
): Vector3[] {
  return distances.map((distance, h) =>
    combine([1, parent], [distance, rotorDirection(frame, angles[h]![0]!, torsion + h * step)]),
  );
}
