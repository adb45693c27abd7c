// Conformation-dependent ideal values of the protein backbone (CDL 1.2; Tronrud & Karplus 2011, Moriarty et al. 2016).
import cdlTable from "../../data/bsd-3-clause/cdl.json" with { type: "json" };
import { dihedralAngle } from "../math/internal-coordinates.ts";
import { groupRows } from "../model/build-model.ts";
import type { BackboneUnit, Topology } from "../topology/topology.ts";

/** Mean and sigma of seven angles, then of five bonds. */
type CdlRow = readonly number[];

interface CdlClass {
  readonly average: CdlRow;
  readonly cells: ReadonlyMap<number, CdlRow>;
}

/** A cell's value spread more than this many times its class's average rests on a few outliers. */
const largestSpread = 2;
const columnsOfRow = 12;
const generalResidues = new Set("ALA ARG ASN ASP CYS GLN GLU HIS LEU LYS MET PHE SER THR TRP TYR".split(" "));

let loaded: ReadonlyMap<string, CdlClass> | undefined;

function cdlClasses(): ReadonlyMap<string, CdlClass> {
  if (loaded) return loaded;
  const table = cdlTable as { classes: Record<string, { average: number[]; cells: number[][] }> };
  const classes = new Map<string, CdlClass>();
  for (const [name, { average, cells }] of Object.entries(table.classes)) {
    const map = new Map(
      cells.map((cell) => [cellKey(cell[0]!, cell[1]!), withoutOutliers(cell.slice(2), average)] as const),
    );
    classes.set(name, { average, cells: map });
  }
  loaded = classes;
  return classes;
}

/** Peptide bonds with a sigma of 0.16 Angstrom would not hold: such values give way to the class's average. */
function withoutOutliers(cell: CdlRow, average: CdlRow): CdlRow {
  const row = [...cell];
  for (let column = 0; column < 2 * columnsOfRow; column += 2) {
    if (row[column + 1]! <= largestSpread * average[column + 1]! || average[column]! < 0) continue;
    row[column] = average[column]!;
    row[column + 1] = average[column + 1]!;
  }
  return row;
}

function cellKey(phi: number, psi: number): number {
  return (phi + 180) * 1000 + (psi + 180);
}

/** Name of the CDL class of a residue followed by another one; null for residues the library does not know. */
export function cdlClassName(residueName: string, nextResidueName: string): string | null {
  const suffix = nextResidueName === "PRO" ? "_xpro" : "_nonxpro";
  if (residueName === "GLY") return `Gly${suffix}`;
  if (residueName === "PRO") return `Pro${suffix}`;
  if (residueName === "ILE" || residueName === "VAL") return `IleVal${suffix}`;
  return generalResidues.has(residueName) ? `NonPGIV${suffix}` : null;
}

/** Nearest multiple of ten, halves to even, 180 as -180. */
function roundToTen(angle: number): number {
  const tenths = angle / 10;
  const floor = Math.floor(tenths);
  const rest = tenths - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return rounded * 10 === 180 ? -180 : rounded * 10;
}

/**
 * The library's row at phi and psi (degrees); the class average where no cell is tabulated, and for values of a cell whose
 * spread is more than twice the average's.
 */
export function lookUpCdl(className: string, phi: number, psi: number): CdlRow {
  const entry = cdlClasses().get(className)!;
  return entry.cells.get(cellKey(roundToTen(phi), roundToTen(psi))) ?? entry.average;
}

/** Cis proline, which the library leaves out: Engh & Huber 2001 (International Tables F 18.3), in the order of its rows. */
const cisProline: CdlRow = [
  127, 2.4, 102.6, 1.1, 112.1, 2.6, 112, 2.5, 120.2, 2.4, 117.1, 2.8, 121.1, 1.9, 1.338, 0.019, 1.468, 0.017, 1.533,
  0.018, 1.524, 0.02, 1.228, 0.02,
];
/** The same for the angles C-1 N CD and CA N CD. */
const cisProlineRing: CdlRow = [120.6, 2.2, 111.5, 1.4];
/** A peptide with omega within this of 0 is cis, degrees. */
const cisLimit = 45;

interface CdlTarget {
  readonly unit: BackboneUnit;
  readonly className: string;
}

/** Rows per target: of the seven angles, the five bonds, and the angles C-1 N CD and CA N CD of proline; -1 where absent. */
const rowsPerTarget = 14;

/** Backbone terms of a topology and their dictionary values, prepared once. */
export interface CdlState {
  readonly targets: readonly CdlTarget[];
  /** Rows of the angle and bond lists, `rowsPerTarget` per target. */
  readonly rows: Int32Array;
  readonly baseAngleIdeal: Float64Array;
  readonly baseAngleSigma: Float64Array;
  readonly baseBondIdeal: Float64Array;
  readonly baseBondSigma: Float64Array;
}

/** Finds the terms of the topology that the library governs and remembers their dictionary values. */
export function prepareCdl(topology: Topology): CdlState {
  const { angles, bonds } = topology;
  const byCentre = groupRows(angles.j, topology.atomCount);
  const byAtom = groupRows(bonds.i, topology.atomCount);
  // Of several terms over the same atoms the last one counts.
  const angleRow = (a: number, b: number, c: number): number => {
    if (a < 0 || b < 0 || c < 0) return -1;
    for (let entry = byCentre.offset[b + 1]! - 1; entry >= byCentre.offset[b]!; entry--) {
      const row = byCentre.index[entry]!;
      const [i, k] = [angles.i[row]!, angles.k[row]!];
      if ((i === a && k === c) || (i === c && k === a)) return row;
    }
    return -1;
  };
  const bondFrom = (a: number, b: number): number => {
    for (let entry = byAtom.offset[a + 1]! - 1; entry >= byAtom.offset[a]!; entry--) {
      if (bonds.j[byAtom.index[entry]!] === b) return byAtom.index[entry]!;
    }
    return -1;
  };
  const bondRow = (a: number, b: number): number => (a < 0 || b < 0 ? -1 : Math.max(bondFrom(a, b), bondFrom(b, a)));
  const targets: CdlTarget[] = [];
  const rows = new Int32Array(rowsPerTarget * topology.backbone.length);
  for (const unit of topology.backbone) {
    const className = cdlClassName(unit.residueName, unit.nextResidueName);
    const { cPrevious, n, ca, cb, c, o, nNext, cd } = unit;
    if (className === null || cPrevious < 0 || n < 0 || ca < 0 || c < 0 || nNext < 0) continue;
    rows.set(
      [
        angleRow(cPrevious, n, ca),
        angleRow(n, ca, cb),
        angleRow(n, ca, c),
        angleRow(cb, ca, c),
        angleRow(ca, c, o),
        angleRow(ca, c, nNext),
        angleRow(o, c, nNext),
        bondRow(cPrevious, n),
        bondRow(n, ca),
        bondRow(ca, cb),
        bondRow(ca, c),
        bondRow(c, o),
        angleRow(cPrevious, n, cd),
        angleRow(ca, n, cd),
      ],
      rowsPerTarget * targets.length,
    );
    targets.push({ unit, className });
  }
  return {
    targets,
    rows: rows.slice(0, rowsPerTarget * targets.length),
    baseAngleIdeal: angles.ideal.slice(),
    baseAngleSigma: angles.sigma.slice(),
    baseBondIdeal: bonds.ideal.slice(),
    baseBondSigma: bonds.sigma.slice(),
  };
}

/**
 * Writes the library's values at the present phi and psi into the topology's bond and angle lists; after a cis peptide proline
 * has values of its own and other residues keep the dictionary's; a term shared by conformers gets the mean. Returns the
 * number of residues governed.
 */
export function applyCdl(topology: Topology, state: CdlState, xyz: Float64Array): number {
  const { angles, bonds } = topology;
  angles.ideal.set(state.baseAngleIdeal);
  angles.sigma.set(state.baseAngleSigma);
  bonds.ideal.set(state.baseBondIdeal);
  bonds.sigma.set(state.baseBondSigma);
  const angleUses = new Uint8Array(angles.count);
  const bondUses = new Uint8Array(bonds.count);
  let governed = 0;
  state.targets.forEach((target, index) => {
    const row = valuesAt(target, xyz);
    if (row === null) return;
    const own = rowsPerTarget * index;
    for (let at = 0; at < 7; at++) setTarget(angles, angleUses, state.rows[own + at]!, row, 2 * at);
    for (let at = 7; at < 12; at++) setTarget(bonds, bondUses, state.rows[own + at]!, row, 2 * at);
    if (row === cisProline) {
      setTarget(angles, angleUses, state.rows[own + 12]!, cisProlineRing, 0);
      setTarget(angles, angleUses, state.rows[own + 13]!, cisProlineRing, 2);
    }
    governed++;
  });
  return governed;
}

/** Values for a residue's present conformation; null after a cis peptide, where the library is silent. */
function valuesAt({ unit, className }: CdlTarget, xyz: Float64Array): CdlRow | null {
  const { caPrevious, cPrevious, n, ca, c, nNext, residueName } = unit;
  if (caPrevious >= 0 && Math.abs(dihedralAngle(xyz, caPrevious, cPrevious, n, ca)) < cisLimit) {
    return residueName === "PRO" ? cisProline : null;
  }
  return lookUpCdl(className, dihedralAngle(xyz, cPrevious, n, ca, c), dihedralAngle(xyz, n, ca, c, nNext));
}

function setTarget(
  list: { readonly ideal: Float64Array; readonly sigma: Float64Array },
  uses: Uint8Array,
  target: number,
  row: CdlRow,
  column: number,
): void {
  const mean = row[column]!;
  if (target < 0 || mean < 0) return;
  const sigma = row[column + 1]!;
  const before = uses[target]!;
  list.ideal[target] = before === 0 ? mean : (list.ideal[target]! * before + mean) / (before + 1);
  list.sigma[target] = before === 0 ? sigma : (list.sigma[target]! * before + sigma) / (before + 1);
  uses[target] = before + 1;
}
