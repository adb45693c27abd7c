// Atoms at bonding distance that no bond joins.
import { covalentRadius } from "../chemistry/covalent-radii.ts";
import { elementIndex } from "../chemistry/elements.ts";
import { areBonded } from "./bond-graph.ts";
import { collectBonded, createBondedSearch } from "./bonded-atoms.ts";
import { collectNear } from "./contact-grid.ts";
import { type ContactScene, canMeet, isPresent } from "./contact-scene.ts";
import { contactFlag } from "./contact-types.ts";

/** Angstrom; where an element has none here, the general covalent radius serves. */
const bondRadii = new Map(
  Object.entries({ C: 0.77, N: 0.7, O: 0.66, S: 1.04, P: 1.1, Se: 1.17, F: 0.58, Cl: 0.99, Br: 1.14, I: 1.33 }).map(
    ([symbol, radius]) => [elementIndex(symbol), radius] as const,
  ),
);
/** Bonds are between these distances from the sum of the radii, Angstrom. */
const bondRange = [-0.6, 0.2] as const;

/**
 * Pairs of heavy atoms more than three bonds apart at the distance of a bond, where Probe, which bonds atoms by distance, sees
 * one bond and so no clash around it. Metals and waters are left out.
 */
export function findFusedPairs(scene: ContactScene, element: Uint8Array): [number, number][] {
  const { flags, xyz, graph } = scene;
  const search = createBondedSearch(scene);
  const radii = Array.from({ length: 256 }, (_, index) => bondRadii.get(index) ?? covalentRadius(index));
  const isLeftOut = (atom: number): boolean =>
    (flags[atom]! & (contactFlag.hydrogen | contactFlag.metal | contactFlag.water)) !== 0;
  const largest = element.reduce((most, index, atom) => (isLeftOut(atom) ? most : Math.max(most, radii[index]!)), 0);
  const near: number[] = [];
  const pairs: [number, number][] = [];
  for (let atom = 0; atom < scene.atomCount; atom++) {
    if (isLeftOut(atom) || !isPresent(scene, atom)) continue;
    const own = radii[element[atom]!]!;
    const point = [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!] as const;
    const count = collectNear(scene.grid, point, own + largest + bondRange[1], near);
    for (let at = 0; at < count; at++) {
      const other = near[at]!;
      if (other <= atom || isLeftOut(other) || areBonded(graph, atom, other) || !canMeet(scene, atom, other)) continue;
      const squared =
        (xyz[3 * other]! - point[0]) ** 2 +
        (xyz[3 * other + 1]! - point[1]) ** 2 +
        (xyz[3 * other + 2]! - point[2]) ** 2;
      const length = own + radii[element[other]!]!;
      if (squared < (length + bondRange[0]) ** 2 || squared > (length + bondRange[1]) ** 2) continue;
      collectBonded(scene, atom, search);
      if (search.stamp[other] !== search.latest) pairs.push([atom, other]);
    }
  }
  return pairs.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
}
