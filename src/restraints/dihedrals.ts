// Dihedral energy: sinusoidal for positive periodicity, harmonic otherwise.

import { dihedralWithGradient, wrapDihedralDelta } from "../math/internal-coordinates.ts";
import type { DihedralList } from "../topology/topology.ts";

/** The sinusoid's amplitude, 120^2 / (1 - cos 120 degrees): it equals the harmonic at one third of a turn of period 1. */
const amplitude = 9600;
const radiansPerDegree = Math.PI / 180;

/** Energy of one dihedral with deviation `delta` (degrees, wrapped) and its derivative with respect to the angle. */
export function dihedralTerm(
  delta: number,
  weight: number,
  periodicity: number,
): { energy: number; derivative: number } {
  if (periodicity <= 0) return { energy: weight * delta * delta, derivative: -2 * weight * delta };
  const phase = periodicity * delta * radiansPerDegree;
  return {
    energy: ((weight * amplitude) / (periodicity * periodicity)) * (1 - Math.cos(phase)),
    derivative: -((weight * amplitude) / periodicity) * radiansPerDegree * Math.sin(phase),
  };
}

/** Sum over all dihedrals, weight = 1 / sigma^2 (degrees); adds its gradient (3 per atom, per Angstrom). */
export function addDihedralEnergy(dihedrals: DihedralList, xyz: Float64Array, gradient: Float64Array): number {
  const { count, i, j, k, l, ideal, sigma, periodicity } = dihedrals;
  const g = new Float64Array(12);
  let energy = 0;
  for (let dihedral = 0; dihedral < count; dihedral++) {
    const value = dihedralWithGradient(xyz, i[dihedral]!, j[dihedral]!, k[dihedral]!, l[dihedral]!, g);
    const n = periodicity[dihedral]!;
    const weight = 1 / (sigma[dihedral]! * sigma[dihedral]!);
    const term = dihedralTerm(wrapDihedralDelta(ideal[dihedral]! - value, n), weight, n);
    energy += term.energy;
    addScaled(gradient, 3 * i[dihedral]!, term.derivative, g, 0);
    addScaled(gradient, 3 * j[dihedral]!, term.derivative, g, 3);
    addScaled(gradient, 3 * k[dihedral]!, term.derivative, g, 6);
    addScaled(gradient, 3 * l[dihedral]!, term.derivative, g, 9);
  }
  return energy;
}

function addScaled(gradient: Float64Array, at: number, scale: number, g: Float64Array, from: number): void {
  gradient[at]! += scale * g[from]!;
  gradient[at + 1]! += scale * g[from + 1]!;
  gradient[at + 2]! += scale * g[from + 2]!;
}
