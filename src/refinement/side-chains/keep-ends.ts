// Which way round amides, imidazoles and symmetric ends stand is not for the map to say: a search leaves it as it was.
import type { Model } from "../../model/model.ts";
import { turnAtoms } from "./searched-side-chains.ts";

/** The bond that the end turns about, pairs of atoms that change places, and what turns along. */
interface End {
  readonly axis: readonly [string, string];
  readonly pairs: readonly (readonly [string, string])[];
  readonly others: readonly string[];
}

const ring: End = {
  axis: ["CB", "CG"],
  pairs: [
    ["CD1", "CD2"],
    ["CE1", "CE2"],
  ],
  others: ["HD1", "HD2", "HE1", "HE2", "CZ", "HZ", "OH", "HH"],
};

const ends: ReadonlyMap<string, End> = new Map([
  ["PHE", ring],
  ["TYR", ring],
  ["ASP", { axis: ["CB", "CG"], pairs: [["OD1", "OD2"]], others: ["HD2"] }],
  ["GLU", { axis: ["CG", "CD"], pairs: [["OE1", "OE2"]], others: ["HE2"] }],
  ["ASN", { axis: ["CB", "CG"], pairs: [["OD1", "ND2"]], others: ["HD21", "HD22"] }],
  ["GLN", { axis: ["CG", "CD"], pairs: [["OE1", "NE2"]], others: ["HE21", "HE22"] }],
  [
    "HIS",
    {
      axis: ["CB", "CG"],
      pairs: [
        ["ND1", "CD2"],
        ["CE1", "NE2"],
      ],
      others: ["HD1", "HD2", "HE1", "HE2"],
    },
  ],
]);

/** Turns the ends of these residues by 180 degrees in place where that brings their atoms nearer to where they were before. */
export function keepEnds(model: Model, residueRows: Iterable<number>, before: Float64Array, xyz: Float64Array): void {
  const { atoms, residues } = model;
  for (const residue of residueRows) {
    const end = ends.get(residues.name[residue]!);
    if (!end) continue;
    const rowOf = new Map<string, number>();
    for (let entry = residues.atomOffset[residue]!; entry < residues.atomOffset[residue + 1]!; entry++) {
      const row = residues.atomIndex[entry]!;
      if (!rowOf.has(atoms.name[row]!)) rowOf.set(atoms.name[row]!, row);
    }
    const axis = end.axis.map((name) => rowOf.get(name));
    const pairs = end.pairs.map((pair) => pair.map((name) => rowOf.get(name)));
    if (axis.includes(undefined) || pairs.some((pair) => pair.includes(undefined))) continue;
    let same = 0;
    let swapped = 0;
    for (const [first, second] of pairs as [number, number][]) {
      same += squared(before, first, xyz, first) + squared(before, second, xyz, second);
      swapped += squared(before, first, xyz, second) + squared(before, second, xyz, first);
    }
    if (swapped >= same) continue;
    const others = end.others.map((name) => rowOf.get(name)).filter((row) => row !== undefined);
    turnAtoms(xyz, axis[0]!, axis[1]!, [...(pairs.flat() as number[]), ...others], 180);
  }
}

function squared(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return (a[3 * i]! - b[3 * j]!) ** 2 + (a[3 * i + 1]! - b[3 * j + 1]!) ** 2 + (a[3 * i + 2]! - b[3 * j + 2]!) ** 2;
}
