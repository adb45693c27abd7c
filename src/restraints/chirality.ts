// Chirality energy: weight * (ideal volume - volume)^2.

import { chiralVolumeWithGradient } from "../math/internal-coordinates.ts";
import type { ChiralityList } from "../topology/topology.ts";

/** Sum over all centres, weight = 1 / sigma^2 (cubic Angstrom); adds its gradient (3 per atom, per Angstrom). */
export function addChiralityEnergy(list: ChiralityList, xyz: Float64Array, gradient: Float64Array): number {
  const { count, centre, i, j, k } = list;
  const g = new Float64Array(12);
  let energy = 0;
  for (let index = 0; index < count; index++) {
    const volume = chiralVolumeWithGradient(xyz, centre[index]!, i[index]!, j[index]!, k[index]!, g);
    const delta = chiralityDelta(list, index, volume);
    const weight = 1 / (list.sigma[index]! * list.sigma[index]!);
    energy += weight * delta * delta;
    // For centres of either hand |volume| is restrained, so the slope follows the sign of the volume.
    const scale = -2 * weight * delta * (list.both[index] === 1 && volume < 0 ? -1 : 1);
    addTriple(gradient, 3 * centre[index]!, scale, g, 0);
    addTriple(gradient, 3 * i[index]!, scale, g, 3);
    addTriple(gradient, 3 * j[index]!, scale, g, 6);
    addTriple(gradient, 3 * k[index]!, scale, g, 9);
  }
  return energy;
}

/** Ideal minus volume; for centres of either hand ideal minus |volume|. */
export function chiralityDelta(list: ChiralityList, index: number, volume: number): number {
  return list.idealVolume[index]! - (list.both[index] === 1 ? Math.abs(volume) : volume);
}

function addTriple(gradient: Float64Array, at: number, scale: number, g: Float64Array, from: number): void {
  gradient[at]! += scale * g[from]!;
  gradient[at + 1]! += scale * g[from + 1]!;
  gradient[at + 2]! += scale * g[from + 2]!;
}
