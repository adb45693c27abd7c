// Plain twin: energies of distances, bonds and tethers alike.
import type { TermGroup } from "../term-table.ts";
import { type Block, forEachDistance } from "./block.ts";

/**
 * Weight * delta^2, delta = ideal - distance reduced by `slack`. With `limit` > 0 a distance that is too long tops out, and one
 * that is too short where `isTwoSided`: weight * limit^2 * (1 - exp(-delta^2 / limit^2)).
 */
export function addStretches(
  block: Block,
  { atoms, numbers }: TermGroup,
  first: number,
  last: number,
  isTwoSided: boolean,
): number {
  let energy = 0;
  forEachDistance(block, atoms, first, last, (term, distance, isOwn) => {
    const [ideal, weight, slack, limit] = numbers.subarray(4 * term, 4 * term + 4) as unknown as Quadruple;
    let delta = ideal - distance;
    if (slack > 0) delta = delta > slack ? delta - slack : delta < -slack ? delta + slack : 0;
    const isTopped = limit > 0 && (isTwoSided || delta < 0);
    const damping = isTopped ? Math.exp((-delta * delta) / (limit * limit)) : 1;
    if (isOwn) energy += isTopped ? weight * limit * limit * (1 - damping) : weight * delta * delta;
    return -2 * weight * delta * damping;
  });
  return energy;
}

type Quadruple = [number, number, number, number];
