// Bases of nucleic acids: their rings, planes and what they may give or take in pairs.
import { eigenSymmetric3 } from "../../math/eigen3.ts";
import type { Vector3 } from "../../math/vector3.ts";
import type { Model } from "../../model/model.ts";
import { listNucleotideChains } from "../../validation/geometry/nucleotide-residues.ts";

export interface Base {
  readonly chain: number;
  readonly place: number;
  /** Rows of the atoms of the rings. */
  readonly rings: readonly number[];
  /** Centre of the six-membered ring. */
  readonly centre: Vector3;
  readonly normal: Vector3;
  /** Purines have N9. */
  readonly isPurine: boolean;
  readonly polar: readonly PolarAtom[];
}

export interface PolarAtom {
  readonly row: number;
  readonly name: string;
  readonly isDonor: boolean;
  readonly isAcceptor: boolean;
}

const sixRing = ["N1", "C2", "N3", "C4", "C5", "C6"];
const fiveRing = ["N7", "C8", "N9"];

/** Bases with all ring atoms, first conformers. */
export function listBases(model: Model): Base[] {
  return listNucleotideChains(model).flatMap((positions, chain) =>
    positions.flatMap(({ conformers }, place) => {
      const base = describeBase(model, conformers[0]!.atoms);
      return base === null ? [] : [{ chain, place, ...base }];
    }),
  );
}

function describeBase(model: Model, atoms: ReadonlyMap<string, number>): Omit<Base, "chain" | "place"> | null {
  const six = sixRing.map((name) => atoms.get(name));
  const five = fiveRing.map((name) => atoms.get(name));
  if (six.includes(undefined)) return null;
  const isPurine = !five.includes(undefined);
  const rings = [...six, ...(isPurine ? five : [])] as number[];
  const { xyz } = model.atoms;
  const frame = planeOf(xyz, rings);
  if (frame === null) return null;
  return { rings, centre: meanOf(xyz, six as number[]), normal: frame, isPurine, polar: listPolar(atoms, isPurine) };
}

function meanOf(xyz: Float64Array, rows: readonly number[]): [number, number, number] {
  const mean: [number, number, number] = [0, 0, 0];
  for (const row of rows) for (let c = 0; c < 3; c++) mean[c]! += xyz[3 * row + c]! / rows.length;
  return mean;
}

/** Normal of the best plane; null where there is none. */
function planeOf(xyz: Float64Array, rows: readonly number[]): Vector3 | null {
  const centre = meanOf(xyz, rows);
  const moments: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    const [x, y, z] = [0, 1, 2].map((c) => xyz[3 * row + c]! - centre[c]!) as [number, number, number];
    [x * x, y * y, z * z, x * y, x * z, y * z].forEach((product, at) => {
      moments[at]! += product;
    });
  }
  const { values, vectors } = eigenSymmetric3(moments);
  return values[1]! - values[0]! < 0.1 ? null : [vectors[0]!, vectors[1]!, vectors[2]!];
}

/**
 * What each atom does follows from what it is bonded to: N1 and N3 give a hydrogen where a carbonyl is beside them, else they
 * take one; amino groups give, carbonyls and N7 take.
 */
function listPolar(atoms: ReadonlyMap<string, number>, isPurine: boolean): PolarAtom[] {
  const has = (name: string): boolean => atoms.has(name);
  const carbonyl = { isDonor: false, isAcceptor: true };
  const amino = { isDonor: true, isAcceptor: false };
  const roles: [string, { readonly isDonor: boolean; readonly isAcceptor: boolean }][] = isPurine
    ? [
        ["N1", has("O6") ? amino : carbonyl],
        ["N3", carbonyl],
        ["N7", carbonyl],
      ]
    : [["N3", has("O4") ? amino : carbonyl]];
  const ends = ["N2", "N4", "N6"].map((name): [string, typeof amino] => [name, amino]);
  const oxygens = ["O2", "O4", "O6"].map((name): [string, typeof amino] => [name, carbonyl]);
  return [...roles, ...ends, ...oxygens].flatMap(([name, role]) => {
    const row = atoms.get(name);
    return row === undefined ? [] : [{ row, name, ...role }];
  });
}
