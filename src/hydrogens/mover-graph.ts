// Which movers can touch each other in any of their states.
import { probeRadius } from "../contacts/contact-scene.ts";
import { atomsNear, createAtomGrid } from "../topology/atom-grid.ts";
import type { Mover, MoverState } from "./movers.ts";

/** Whether atoms of two movers, each in a state, are near enough for a contact. `radius` is per row, Angstrom. */
export function statesTouch(
  [first, own]: readonly [Mover, MoverState],
  [second, theirs]: readonly [Mover, MoverState],
  radius: Float64Array,
): boolean {
  for (let a = 0; a < first.atoms.length; a++) {
    const reachA = radius[first.atoms[a]!]! + 2 * probeRadius;
    for (let b = 0; b < second.atoms.length; b++) {
      const reach = reachA + radius[second.atoms[b]!]!;
      const x = own.positions[3 * a]! - theirs.positions[3 * b]!;
      const y = own.positions[3 * a + 1]! - theirs.positions[3 * b + 1]!;
      const z = own.positions[3 * a + 2]! - theirs.positions[3 * b + 2]!;
      if (x * x + y * y + z * z < reach * reach) return true;
    }
  }
  return false;
}

/** Pairs of movers that touch in any states and can be there at once, the lower number first, in order. */
export function findTouchingMovers(movers: readonly Mover[], radius: Float64Array): [number, number][] {
  const spheres = movers.map(boundingSphere);
  const centres = Float64Array.from(spheres.flatMap(({ centre }) => centre));
  const largest = Math.max(0, ...spheres.map((sphere) => sphere.radius));
  const widest = movers.reduce((most, { atoms }) => Math.max(most, ...Array.from(atoms, (row) => radius[row]!)), 0);
  const contact = 2 * widest + 2 * probeRadius;
  const pairs: [number, number][] = [];
  if (movers.length === 0) return pairs;
  const grid = createAtomGrid(centres, 2 * largest + contact);
  movers.forEach((mover, first) => {
    const near = atomsNear(grid, first, 2 * largest + contact).toSorted((a, b) => a.atom - b.atom);
    for (const { atom: second, distance } of near) {
      if (second <= first || distance > spheres[first]!.radius + spheres[second]!.radius + contact) continue;
      const other = movers[second]!;
      if (mover.model !== other.model) continue;
      if (mover.altloc !== other.altloc && mover.altloc !== "" && other.altloc !== "") continue;
      const touches = mover.states.some((own) =>
        other.states.some((theirs) => statesTouch([mover, own], [other, theirs], radius)),
      );
      if (touches) pairs.push([first, second]);
    }
  });
  return pairs;
}

/** Holds all atoms of a mover in all states. */
function boundingSphere({ states }: Mover): { centre: [number, number, number]; radius: number } {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const { positions } of states) {
    positions.forEach((value, at) => {
      low[at % 3] = Math.min(low[at % 3]!, value);
      high[at % 3] = Math.max(high[at % 3]!, value);
    });
  }
  const centre = low.map((value, axis) => (value + high[axis]!) / 2) as [number, number, number];
  return { centre, radius: Math.hypot(...[0, 1, 2].map((axis) => high[axis]! - centre[axis]!)) };
}
