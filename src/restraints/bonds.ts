// Bond-length energy: harmonic, with optional slack and top-out.
import { distanceBetween } from "../math/internal-coordinates.ts";
import type { BondList, TopologyLink } from "../topology/topology.ts";
import { type DeviationRmsd, summarizeDeviations } from "./deviations.ts";

/** Energy and derivative with respect to the distance, for one deviation. */
export interface TermValue {
  readonly energy: number;
  readonly derivative: number;
}

/**
 * Energy of one bond of length `distance`: weight * delta^2, delta = ideal - distance reduced by `slack`.
 * With `limit` > 0 a bond that is too long tops out: weight * limit^2 * (1 - exp(-delta^2 / limit^2)).
 */
export function bondTerm(distance: number, ideal: number, weight: number, slack = 0, limit = -1): TermValue {
  let delta = ideal - distance;
  if (slack > 0) delta = delta > slack ? delta - slack : delta < -slack ? delta + slack : 0;
  if (limit > 0 && delta < 0) {
    const damping = Math.exp((-delta * delta) / (limit * limit));
    return { energy: weight * limit * limit * (1 - damping), derivative: -2 * weight * delta * damping };
  }
  return { energy: weight * delta * delta, derivative: -2 * weight * delta };
}

/** Sum of weight * (ideal - d)^2 over all bonds, weight = 1 / sigma^2; adds its gradient (3 per atom, per Angstrom). */
export function addBondEnergy(bonds: BondList, xyz: Float64Array, gradient: Float64Array): number {
  const { count, i, j, ideal, sigma, slack, limit } = bonds;
  let energy = 0;
  for (let bond = 0; bond < count; bond++) {
    const a = 3 * i[bond]!;
    const b = 3 * j[bond]!;
    const x = xyz[a]! - xyz[b]!;
    const y = xyz[a + 1]! - xyz[b + 1]!;
    const z = xyz[a + 2]! - xyz[b + 2]!;
    const distance = Math.sqrt(x * x + y * y + z * z);
    const weight = 1 / (sigma[bond]! * sigma[bond]!);
    let derivative: number;
    if (slack === undefined || limit === undefined) {
      const delta = ideal[bond]! - distance;
      energy += weight * delta * delta;
      derivative = -2 * weight * delta;
    } else {
      const term = bondTerm(distance, ideal[bond]!, weight, slack[bond], limit[bond]);
      energy += term.energy;
      derivative = term.derivative;
    }
    // Coincident atoms have no direction to push along.
    if (distance < 1e-9) continue;
    const scale = derivative / distance;
    gradient[a]! += scale * x;
    gradient[a + 1]! += scale * y;
    gradient[a + 2]! += scale * z;
    gradient[b]! -= scale * x;
    gradient[b + 1]! -= scale * y;
    gradient[b + 2]! -= scale * z;
  }
  return energy;
}

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
