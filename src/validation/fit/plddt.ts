// Does the B column hold pLDDT, the confidence of a predicted model, and which B it stands for.
import type { Model } from "../../model/model.ts";

/** What a predicted model shows in its B column. */
export interface PlddtEvidence {
  readonly isPlddt: boolean;
  /** Value of full confidence, where the column is pLDDT. */
  readonly scale: 100 | 1 | null;
  /** The file's own records name the column so. */
  readonly isStated: boolean;
  /** Protein residues that were looked at. */
  readonly residues: number;
  /** Share of residues with one value on all atoms. */
  readonly constantShare: number | null;
  /** Smallest and largest value. */
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly median: number | null;
  /** Correlation of the values with the number of CA atoms within 10 Angstrom: negative for B factors. Null where the rest rules pLDDT out. */
  readonly withNeighbours: number | null;
}

const highestPlddt = 100;
const leastMedian = 50;
const leastConstant = 0.9;
/** B factors have -0.2 to -0.7. Chains out of a complex and models that are certain throughout come near 0. */
const leastWithNeighbours = -0.1;
const fewestResidues = 20;
/** Different values, rounded to two digits, per residue: B factors of groups and defaults repeat. */
const leastVariety = 0.1;
const neighbourDistance = 10;

/**
 * True where the column can hardly be anything else: one value from 0 to 100 per residue, half of them above 50 and in the upper
 * half of their range, varied, and not lower in the core than at the surface. B factors pile up at the lower end and fall towards
 * the core. Where the file states it (`isStated`, see io/predicted-model.ts), one value from 0 to 100, or from 0 to 1, per residue
 * is enough: a refined file may still state what its column once held.
 */
export function detectPlddt(model: Model, isStated = false): PlddtEvidence {
  const residues = listResidues(model);
  if (residues.length === 0) {
    const none = { constantShare: null, lowest: null, highest: null, median: null, withNeighbours: null };
    return { isPlddt: false, scale: null, isStated, residues: 0, ...none };
  }
  const values = residues.map(({ value }) => value);
  const sorted = Float64Array.from(values).toSorted();
  const constantShare = residues.filter(({ isConstant }) => isConstant).length / residues.length;
  const lowest = sorted[0]!;
  const highest = sorted.at(-1)!;
  const isPossible = constantShare >= leastConstant && lowest >= 0 && highest <= highestPlddt && highest > lowest;
  const evidence = {
    isStated,
    residues: residues.length,
    constantShare,
    lowest,
    highest,
    median: sorted[sorted.length >> 1]!,
    withNeighbours: isPossible ? correlate(values, countNeighbours(residues)) : null,
  };
  const variety = new Set(values.map((value) => value.toFixed(2))).size / residues.length;
  const looksLikeIt =
    residues.length >= fewestResidues &&
    evidence.median >= Math.max(leastMedian, (lowest + highest) / 2) &&
    // A large model has more residues than there are values of two digits.
    variety >= Math.min(leastVariety, 100 / residues.length) &&
    evidence.withNeighbours !== null &&
    evidence.withNeighbours >= leastWithNeighbours;
  const isPlddt = isPossible && (isStated || looksLikeIt);
  return { isPlddt, scale: isPlddt ? (highest <= 1 ? 1 : 100) : null, ...evidence };
}

/** B of a pLDDT from 0 to 100: the error in Angstrom is 1.5 exp(4 (0.7 - p)), B = 8 pi^2 error^2 / 3 (Hiranuma et al. 2021). */
export function bFactorFromPlddt(plddt: number): number {
  const error = 1.5 * Math.exp(4 * (0.7 - plddt / 100));
  return (8 * Math.PI * Math.PI * error * error) / 3;
}

/** The model with the B factors that its pLDDT stand for; itself where they are none. Hydrogens and ligands are converted alike. */
export function replacePlddt(model: Model, { isPlddt, scale }: PlddtEvidence): Model {
  if (!isPlddt || scale === null) return model;
  const bFactor = model.atoms.bFactor.map((value) =>
    bFactorFromPlddt(Math.max(0, Math.min(highestPlddt, (highestPlddt / scale) * value))),
  );
  return { ...model, atoms: { ...model.atoms, bFactor } };
}

interface ResidueValue {
  readonly chain: number;
  readonly value: number;
  readonly isConstant: boolean;
  readonly xyz: readonly [number, number, number];
}

/** Residues of the first model that have a CA. */
function listResidues({ atoms, residues, chains }: Model): ResidueValue[] {
  const list: ResidueValue[] = [];
  for (let residue = 0; residue < residues.count; residue++) {
    const chain = residues.chain[residue]!;
    if (chains.model[chain] !== 0) continue;
    const rows = residues.atomIndex.subarray(residues.atomOffset[residue]!, residues.atomOffset[residue + 1]!);
    const ca = rows.find((atom) => atoms.name[atom] === "CA" && atoms.element[atom] === 6);
    if (ca === undefined) continue;
    const value = atoms.bFactor[ca]!;
    list.push({
      chain,
      value,
      isConstant: rows.every((atom) => Math.abs(atoms.bFactor[atom]! - value) < 0.011),
      xyz: [atoms.xyz[3 * ca]!, atoms.xyz[3 * ca + 1]!, atoms.xyz[3 * ca + 2]!],
    });
  }
  return list;
}

/** CA atoms within 10 Angstrom of each, by cells of that size. */
function countNeighbours(residues: readonly ResidueValue[]): number[] {
  const cells = new Map<string, number[]>();
  const cellOf = (xyz: readonly number[]): number[] => xyz.map((value) => Math.floor(value / neighbourDistance));
  residues.forEach(({ xyz }, row) => {
    const key = cellOf(xyz).join(" ");
    const rows = cells.get(key);
    if (rows) rows.push(row);
    else cells.set(key, [row]);
  });
  return residues.map(({ xyz }) => {
    const [u, v, w] = cellOf(xyz) as [number, number, number];
    let count = -1;
    for (let cell = 0; cell < 27; cell++) {
      const key = `${u + (cell % 3) - 1} ${v + (Math.floor(cell / 3) % 3) - 1} ${w + Math.floor(cell / 9) - 1}`;
      for (const other of cells.get(key) ?? []) {
        const to = residues[other]!.xyz;
        const squared = (xyz[0] - to[0]) ** 2 + (xyz[1] - to[1]) ** 2 + (xyz[2] - to[2]) ** 2;
        if (squared < neighbourDistance ** 2) count++;
      }
    }
    return count;
  });
}

function correlate(one: readonly number[], other: readonly number[]): number | null {
  const count = one.length;
  const meanOne = one.reduce((sum, value) => sum + value, 0) / count;
  const meanOther = other.reduce((sum, value) => sum + value, 0) / count;
  let [xx, yy, xy] = [0, 0, 0];
  one.forEach((value, at) => {
    xx += (value - meanOne) ** 2;
    yy += (other[at]! - meanOther) ** 2;
    xy += (value - meanOne) * (other[at]! - meanOther);
  });
  return xx > 1e-9 * count && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
