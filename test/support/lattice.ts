// Large models for tests: copies of a few residues on a lattice, each copy a chain of its own.
import { createRunContext } from "../../src/base/run-context.ts";
import { elementIndex } from "../../src/chemistry/elements.ts";
import { buildModel, createAtomColumns, createLabels, labelAtom } from "../../src/model/build-model.ts";
import type { Model } from "../../src/model/model.ts";

export interface LatticeAtom {
  readonly name: string;
  readonly residueName: string;
  readonly sequenceNumber: number;
  readonly element: string;
  readonly xyz: readonly [number, number, number];
}

/** `copies` of these atoms on a cubic lattice with this spacing, Angstrom; chain names are "X0", "X1", ... or what `chainOf` says. */
export function latticeModel(
  unit: readonly LatticeAtom[],
  copies: number,
  spacing: number,
  chainOf: (copy: number) => string = (copy) => `X${copy}`,
): Model {
  const columns = createAtomColumns(unit.length * copies);
  const edge = Math.ceil(Math.cbrt(copies));
  for (let copy = 0; copy < copies; copy++) {
    const corner = [copy % edge, Math.floor(copy / edge) % edge, Math.floor(copy / (edge * edge))];
    for (const { name, residueName, sequenceNumber, element, xyz } of unit) {
      const atom = columns.count++;
      // Thousandths, as files hold them.
      for (let axis = 0; axis < 3; axis++) {
        columns.xyz[3 * atom + axis] = Math.round(1000 * (xyz[axis]! + spacing * corner[axis]!)) / 1000;
      }
      columns.occupancy[atom] = 1;
      columns.bFactor[atom] = 20;
      columns.name[atom] = name;
      columns.element[atom] = elementIndex(element);
      columns.altloc[atom] = "";
      columns.serial[atom] = atom + 1;
      columns.segmentId[atom] = "";
      const labels = { ...createLabels(), residueName, sequenceNumber, chain: chainOf(copy), segment: copy };
      labelAtom(columns, atom, labels);
    }
  }
  const source = { format: "none", fileName: "lattice", content: null } as const;
  const extras = { cell: null, spaceGroup: null, statedLinks: [], helices: [], strands: [], source };
  return buildModel(columns, extras, createRunContext());
}
