// Rotamer tables of the amino acids, their cut-offs, and names of rotamers from the peaks of a table.
import rotamerFile from "../../data/bsd-3-clause/rotamers.json" with { type: "json" };
import { tetrahedralChiCount } from "./chi-angles.ts";
import type { GridTable } from "./grid-table.ts";
import { unpackTables } from "./packed-tables.ts";
import type { Verdict } from "./ramachandran-tables.ts";

export interface RotamerTable {
  /** Fraction of reference residues in less populated places, over chi1, chi2, ... */
  readonly table: GridTable;
  /** What the table is, for reports. */
  readonly source: string;
  /** Scores below this are outliers. */
  readonly outlierBelow: number;
}

/** By amino acid, e.g. "LYS"; glycine and alanine have none. */
export type RotamerTables = ReadonlyMap<string, RotamerTable>;

const builtInRotamerSource = "Top500 (built in)";

/** Cut-offs for outliers of the two sets of tables: each goes with its own. */
export const rotamerCutoffs = { top500: 0.01, top8000: 0.003 } as const;

const favoredFrom = 0.02;

/** Amino acids of a table file, by the part of its name after rota500- or rota8000-. */
export const aminoAcidsOfTable: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...[
    "arg",
    "asn",
    "asp",
    "cys",
    "gln",
    "glu",
    "his",
    "ile",
    "leu",
    "lys",
    "met",
    "pro",
    "ser",
    "thr",
    "trp",
    "val",
  ].map((name): [string, string[]] => [name, [name.toUpperCase()]]),
  ["leu-clean", ["LEU"]],
  ["phetyr", ["PHE", "TYR"]],
]);

let builtIn: Promise<RotamerTables> | undefined;

/** The built-in tables: Top500 (Lovell et al. 2000, Proteins 40, 389), unpacked when first asked for. */
export function loadRotamerTables(): Promise<RotamerTables> {
  builtIn ??= unpackTables(rotamerFile).then((tables) => {
    const rotamers = new Map<string, RotamerTable>();
    for (const [name, table] of tables) {
      for (const aminoAcid of aminoAcidsOfTable.get(name) ?? []) {
        rotamers.set(aminoAcid, { table, source: builtInRotamerSource, outlierBelow: rotamerCutoffs.top500 });
      }
    }
    return rotamers;
  });
  return builtIn;
}

export function rotamerVerdict({ outlierBelow }: RotamerTable, score: number): Verdict {
  if (score < outlierBelow) return "outlier";
  return score < favoredFrom ? "allowed" : "favored";
}

const wrapped = (angle: number): number => ((angle % 360) + 360) % 360;

/**
 * Name in the manner of Lovell et al. 2000: p, t and m (60, 180, 300 degrees) for torsions between tetrahedral atoms, then the
 * last torsion of flat groups as the angle of the table's peak that it belongs to, to 5 degrees; Cg_endo and Cg_exo for proline.
 */
export function rotamerName(aminoAcid: string, { table }: RotamerTable, chis: readonly number[]): string {
  if (aminoAcid === "PRO") return wrapped(chis[0]!) < 180 ? "Cg_endo" : "Cg_exo";
  const thirds = chis.slice(0, tetrahedralChiCount(aminoAcid)).map((chi) => Math.floor(wrapped(chi) / 120));
  const letters = thirds.map((third) => "ptm"[third]!).join("");
  if (thirds.length >= table.axes.length) return letters;
  return letters + String(peakNear(lastAxisProfile(table, thirds), table, chis[thirds.length]!));
}

/** Largest values over the last axis within thirds of the others. */
function lastAxisProfile({ axes, values }: GridTable, thirds: readonly number[]): Float64Array {
  const last = axes[axes.length - 1]!;
  const profile = new Float64Array(last.bins);
  const visit = (axis: number, cell: number): void => {
    if (axis === axes.length - 1) {
      for (let bin = 0; bin < last.bins; bin++) {
        profile[bin] = Math.max(profile[bin]!, values[cell * last.bins + bin]!);
      }
      return;
    }
    const { bins } = axes[axis]!;
    const third = thirds[axis]!;
    for (let bin = Math.floor((third * bins) / 3); bin < ((third + 1) * bins) / 3; bin++) {
      visit(axis + 1, cell * bins + bin);
    }
  };
  visit(0, 0);
  return profile;
}

/** Angle of the peak uphill of a bin, to 5 degrees, within half a period of 0. */
function peakNear(profile: Float64Array, { axes }: GridTable, chi: number): number {
  const { from, to, bins } = axes[axes.length - 1]!;
  const period = to - from;
  const width = period / bins;
  const valueAt = (bin: number): number => profile[((bin % bins) + bins) % bins]!;
  let bin = Math.floor(((((chi - from) % period) + period) % period) / width);
  for (let step = 0; step < bins; step++) {
    const better = valueAt(bin + 1) > valueAt(bin - 1) ? bin + 1 : bin - 1;
    if (valueAt(better) <= valueAt(bin)) break;
    bin = better;
  }
  // The peak lies between bins: vertex of the parabola through three of them.
  const [left, middle, right] = [valueAt(bin - 1), valueAt(bin), valueAt(bin + 1)];
  const bend = left - 2 * middle + right;
  const shift = bend < 0 ? (left - right) / (2 * bend) : 0;
  const angle = from + (bin + 0.5 + shift) * width;
  const rounded = 5 * Math.round(angle / 5);
  const centred = rounded - period * Math.round(rounded / period);
  // Zero without a sign, and the end of the range as its positive one.
  return centred <= -period / 2 ? centred + period : centred + 0;
}
