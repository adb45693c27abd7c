// Deviations of chiral volumes.
import type { ChiralityList } from "../topology/topology.ts";

/** Ideal minus volume; for centres of either hand ideal minus |volume|. */
export function chiralityDelta(list: ChiralityList, index: number, volume: number): number {
  return list.idealVolume[index]! - (list.both[index] === 1 ? Math.abs(volume) : volume);
}
