// What moves of the backbone cost: Ramachandran probability and bent bond angles.
import { type RamachandranTables, ramachandranClass } from "../../chemistry/ramachandran-tables.ts";
import { angleWithGradient, dihedralAngle } from "../../math/internal-coordinates.ts";
import type { AngleList, BackboneUnit, Topology } from "../../topology/topology.ts";
import { percentileEnergies, tableEnergy } from "./percentile-density.ts";

/** Bent angles count at most this much each: minimisation after a move straightens them. */
const largestStrain = 8;

const gradient = new Float64Array(9);

/** Negative logarithm of the probability of phi and psi of a residue relative to the most probable ones of its class. */
export function ramachandranEnergy({ tables }: RamachandranTables, unit: BackboneUnit, xyz: Float64Array): number {
  const phi = dihedralAngle(xyz, unit.cPrevious, unit.n, unit.ca, unit.c);
  const psi = dihedralAngle(xyz, unit.n, unit.ca, unit.c, unit.nNext);
  const omega = unit.caPrevious < 0 ? null : dihedralAngle(xyz, unit.caPrevious, unit.cPrevious, unit.n, unit.ca);
  const table = tables[ramachandranClass(unit.residueName, unit.nextResidueName, omega)];
  return tableEnergy(table, percentileEnergies(table), [phi, psi]);
}

/** Whether phi and psi can be measured. */
export function isComplete({ cPrevious, n, ca, c, nNext }: BackboneUnit): boolean {
  return cPrevious >= 0 && n >= 0 && ca >= 0 && c >= 0 && nNext >= 0;
}

/** Angles by the atom in their middle. */
export function anglesByCentre({ angles, atomCount }: Topology): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: atomCount }, () => []);
  for (let angle = 0; angle < angles.count; angle++) rows[angles.j[angle]!]!.push(angle);
  return rows;
}

/** Negative log-likelihood of some angles under Gaussian errors. */
export function strainEnergy(angles: AngleList, rows: readonly number[], xyz: Float64Array): number {
  let energy = 0;
  for (const row of rows) {
    const angle = angleWithGradient(xyz, angles.i[row]!, angles.j[row]!, angles.k[row]!, gradient);
    energy += Math.min(largestStrain, 0.5 * ((angle - angles.ideal[row]!) / angles.sigma[row]!) ** 2);
  }
  return energy;
}
