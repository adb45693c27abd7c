// Deviations of bond lengths.
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { BondList, TopologyLink } from "../topology/topology.ts";
import { type DeviationRmsd, summarizeDeviations } from "./deviations.ts";

/** 1 for bonds of metals: their lengths vary far more than covalent ones, so statistics count them apart. */
export function markCoordination({ link }: BondList, links: readonly TopologyLink[]): Uint8Array {
  return Uint8Array.from(link, (row) => (row >= 0 && links[row]!.id === "metal" ? 1 : 0));
}

/** Deviations of bond lengths, Angstrom, without the bonds marked in `left`. */
export function bondDeviations(bonds: BondList, xyz: Float64Array, left: Uint8Array): DeviationRmsd {
  const { i, j, ideal, sigma } = bonds;
  const rows: number[] = [];
  for (let bond = 0; bond < bonds.count; bond++) if (left[bond] === 0) rows.push(bond);
  const sigmas = Float64Array.from(rows, (bond) => sigma[bond]!);
  return summarizeDeviations(rows.length, sigmas, (row) => {
    const bond = rows[row]!;
    return ideal[bond]! - distanceBetween(xyz, i[bond]!, j[bond]!);
  });
}
