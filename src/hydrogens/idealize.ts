// Brings hydrogens to their ideal geometry on heavy atoms that stay where they are.

import { freeCurvature, makeCurvatureTable } from "../kernels/curvature-table.ts";
import type { ComputeEngine } from "../kernels/engine.ts";
import { freeTerms } from "../kernels/term-table.ts";
import { minimizeLbfgs } from "../math/lbfgs.ts";
import { covalentSubset } from "../restraints/covalent.ts";
import { addAllTerms, covalentEnergy, makeTermTable } from "../restraints/term-table.ts";
import type { Topology } from "../topology/topology.ts";

/** Brings hydrogens to the minimum of their restraints, again and again on the same model. */
export interface HydrogenIdealizer {
  /**
   * Moves the hydrogens in `xyz` (3 per atom) to the minimum of their bonds, angles, dihedrals, chiralities and planes. Without it
   * a hydrogen would ride on its neighbours' initial errors.
   */
  run(xyz: Float64Array): void;
  /** Gives the buffers back. */
  dispose(): void;
}

/** Prepares for the hydrogens whose parents are marked in `movable`; all others stay where they are. */
export function prepareIdealizer(
  { kernels, memory }: Pick<ComputeEngine, "kernels" | "memory">,
  topology: Topology,
  movable: Uint8Array,
): HydrogenIdealizer {
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
  if (rows.length === 0) return { run() {}, dispose() {} };
  const lists = covalentSubset(topology, { touching });
  const table = makeTermTable(memory, { lists, xyz: memory.float64(3 * atomCount) });
  const matrix = makeCurvatureTable(memory, table, rows, rowOfAtom);
  const space = {
    kernels,
    create: (length: number) => memory.rawFloat64(length),
    free: (vectors: readonly Float64Array[]) => memory.free(...vectors),
  };
  return {
    run(xyz) {
      table.xyz.set(xyz);
      const x = new Float64Array(3 * rows.length);
      copyTriples(table.xyz, rows, x, null);
      kernels.factorizeCurvature(table, matrix, { repulsion: 0, diagonal: 10 });
      const objective = (at: Float64Array, out: Float64Array): number => {
        copyTriples(at, null, table.xyz, rows);
        const energies = addAllTerms(kernels, table, lists, 0);
        copyTriples(table.gradient, rows, out, null);
        return covalentEnergy(energies);
      };
      minimizeLbfgs(objective, x, {
        maximumIterations: 30,
        maximumStep: 0.5,
        stepTolerance: 1e-3,
        preconditioner: (vector) => kernels.solveCurvature(matrix, vector),
        space,
      });
      copyTriples(x, null, xyz, rows);
    },
    dispose() {
      freeCurvature(memory, matrix);
      freeTerms(memory, table);
      memory.free(table.xyz);
    },
  };
}

/** Copies three numbers per row, from and to the listed rows or one after the other. */
function copyTriples(
  from: Float64Array,
  fromRows: readonly number[] | null,
  to: Float64Array,
  toRows: readonly number[] | null,
): void {
  const count = (fromRows ?? toRows)!.length;
  for (let row = 0; row < count; row++) {
    const source = 3 * (fromRows?.[row] ?? row);
    const target = 3 * (toRows?.[row] ?? row);
    to[target] = from[source]!;
    to[target + 1] = from[source + 1]!;
    to[target + 2] = from[source + 2]!;
  }
}
