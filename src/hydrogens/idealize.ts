// Brings hydrogens to their ideal geometry on heavy atoms that stay where they are.

import { solveFactorized } from "../math/block-cholesky.ts";
import { minimizeLbfgs } from "../math/lbfgs.ts";
import { addCovalentEnergies, covalentSubset, totalCovalentEnergy } from "../restraints/covalent.ts";
import { factorizeCurvature } from "../restraints/curvature.ts";
import type { Topology } from "../topology/topology.ts";

const noPairs = { count: 0, i: new Int32Array(0), j: new Int32Array(0), contact: new Float64Array(0) };

/**
 * Moves the hydrogens in `xyz` (3 per atom) to the minimum of their bonds, angles, dihedrals, chiralities and planes; only
 * those of parents marked in `movable`. Without it a hydrogen would ride on its neighbours' initial errors.
 */
export function idealizeHydrogens(topology: Topology, xyz: Float64Array, movable: Uint8Array): void {
  const { isHydrogen, hydrogenParent, atomCount } = topology;
  const touching = new Uint8Array(atomCount);
  const rowOfAtom = new Int32Array(atomCount).fill(-1);
  const rows: number[] = [];
  for (let atom = 0; atom < atomCount; atom++) {
    const parent = hydrogenParent[atom]!;
    if (isHydrogen[atom] === 0 || parent < 0 || movable[parent] === 0) continue;
    touching[atom] = 1;
    rowOfAtom[atom] = rows.length;
    rows.push(atom);
  }
  if (rows.length === 0) return;
  const lists = covalentSubset(topology, { touching });
  const gradient = new Float64Array(xyz.length);
  const unpack = (x: Float64Array): void => {
    rows.forEach((atom, row) => xyz.set(x.subarray(3 * row, 3 * row + 3), 3 * atom));
  };
  const x = new Float64Array(3 * rows.length);
  rows.forEach((atom, row) => x.set(xyz.subarray(3 * atom, 3 * atom + 3), 3 * row));
  const factor = factorizeCurvature({ lists, pairs: noPairs, xyz, rowOfAtom, rowCount: rows.length, diagonal: 10 });
  minimizeLbfgs(
    (at, out) => {
      unpack(at);
      gradient.fill(0);
      const energy = totalCovalentEnergy(addCovalentEnergies(lists, xyz, gradient));
      rows.forEach((atom, row) => out.set(gradient.subarray(3 * atom, 3 * atom + 3), 3 * row));
      return energy;
    },
    x,
    {
      maximumIterations: 30,
      maximumStep: 0.5,
      stepTolerance: 1e-3,
      preconditioner: (vector) => solveFactorized(factor, vector),
    },
  );
  unpack(x);
}
