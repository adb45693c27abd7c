// Ramachandran restraints: the statistical potential of each residue class, made to pull from anywhere, over phi and psi.
import { aminoAcidName, isMirroredAminoAcid } from "../chemistry/amino-acids.ts";
import type { GridTable } from "../chemistry/grid-table.ts";
import { type RamachandranTables, ramachandranClass, ramachandranClasses } from "../chemistry/ramachandran-tables.ts";
import { dihedralAngle } from "../math/internal-coordinates.ts";
import type { Topology } from "../topology/topology.ts";
import type { SurfaceList, SurfaceTables } from "./supplement.ts";

/** How the potential is made; docs/methods/extra-restraints.md. */
export interface RamachandranForm {
  /** Only places at least this populated attract. */
  readonly least: number;
  /** Degrees of phi or psi that cost one unit when they are made up for. */
  readonly reach: number;
  /** Steepest slope, per degree. */
  readonly steepest: number;
}

export const defaultRamachandranForm: RamachandranForm = { least: 0.02, reach: 5, steepest: 0.6 };

/** The factor is 1, that of a probability, where density is clear, and 3 where it is fitted harder than its noise allows. */
const clearDensity = 2.5;
const unclearDensity = 3.5;
const largestFactor = 3;

/** Weight of the surfaces against the density at a resolution, Angstrom. */
export function ramachandranFactor(resolution: number): number {
  const share = (resolution - clearDensity) / (unclearDensity - clearDensity);
  return 1 + (largestFactor - 1) * Math.min(1, Math.max(0, share));
}

const bins = 180;
const sweeps = 4;
/** More than the way to any place costs. */
const unlikely = 1e6;

/** Surfaces of all classes, in the order of `ramachandranClasses`. */
export function makeRamachandranSurfaces(
  { tables }: RamachandranTables,
  form: RamachandranForm = defaultRamachandranForm,
): SurfaceTables {
  const values = new Float32Array(ramachandranClasses.length * bins * bins);
  ramachandranClasses.forEach((name, row) => values.set(makeSurface(tables[name], form), row * bins * bins));
  return { bins, values };
}

/**
 * Lower envelope of -2 ln(share) of attracting places plus the squared way there in units of `reach` (Moreau 1965), its slope limited, 0 at
 * the lowest place.
 */
function makeSurface(table: GridTable, { least, reach, steepest }: RamachandranForm): Float64Array {
  const width = 360 / bins;
  const surface = new Float64Array(bins * bins);
  // The bins of the tables are the nodes of the surface.
  for (let node = 0; node < surface.length; node++) {
    const share = table.values[node]!;
    surface[node] = share < least ? unlikely : -2 * Math.log(share);
  }
  const bend = (width / reach) ** 2;
  for (let line = 0; line < bins; line++) widenLine(surface, line * bins, 1, bend);
  for (let line = 0; line < bins; line++) widenLine(surface, line, bins, bend);
  limitSlope(surface, steepest * width);
  let lowest = Number.POSITIVE_INFINITY;
  for (let node = 0; node < surface.length; node++) lowest = Math.min(lowest, surface[node]!);
  for (let node = 0; node < surface.length; node++) surface[node]! -= lowest;
  return surface;
}

/** Envelope of parabolas along one closed line (Felzenszwalb & Huttenlocher 2012, Theory Comput. 8, 415), over three turns. */
function widenLine(surface: Float64Array, from: number, step: number, bend: number): void {
  const count = 3 * bins;
  const heightOf = (node: number): number => surface[from + (node % bins) * step]!;
  const vertex = new Int32Array(count);
  const begin = new Float64Array(count + 1);
  let top = 0;
  begin[0] = Number.NEGATIVE_INFINITY;
  for (let node = 1; node < count; node++) {
    for (; ; top--) {
      const other = vertex[top]!;
      const crossing = (heightOf(node) - heightOf(other)) / (2 * bend * (node - other)) + (node + other) / 2;
      if (crossing > begin[top]!) {
        top++;
        vertex[top] = node;
        begin[top] = crossing;
        break;
      }
    }
  }
  begin[top + 1] = Number.POSITIVE_INFINITY;
  const line = new Float64Array(bins);
  for (let node = 0, at = 0; node < bins; node++) {
    while (begin[at + 1]! < node + bins) at++;
    line[node] = heightOf(vertex[at]!) + bend * (node + bins - vertex[at]!) ** 2;
  }
  for (let node = 0; node < bins; node++) surface[from + node * step] = line[node]!;
}

/** Lowers what rises by more than `rise` per node, by fast sweeping (Zhao 2005, Math. Comput. 74, 603). */
function limitSlope(surface: Float64Array, rise: number): void {
  const at = (a: number, b: number): number => surface[((a + bins) % bins) * bins + ((b + bins) % bins)]!;
  const relax = (a: number, b: number): void => {
    const low = Math.min(at(a - 1, b), at(a + 1, b));
    const other = Math.min(at(a, b - 1), at(a, b + 1));
    const apart = Math.abs(low - other);
    const limit =
      apart >= rise ? Math.min(low, other) + rise : (low + other + Math.sqrt(2 * rise * rise - apart * apart)) / 2;
    if (limit < at(a, b)) surface[a * bins + b] = limit;
  };
  for (let sweep = 0; sweep < 4 * sweeps; sweep++) {
    for (let p = 0; p < bins; p++) {
      for (let q = 0; q < bins; q++) relax(sweep % 2 === 0 ? p : bins - 1 - p, sweep % 4 < 2 ? q : bins - 1 - q);
    }
  }
}

/** Terms of all residues with both peptide bonds and a table, each set of atoms once; the class of proline goes by its omega. */
export function ramachandranTerms(
  topology: Topology,
  xyz: Float64Array,
  tables: SurfaceTables,
  factor: number,
): SurfaceList {
  const rows: number[][] = [];
  const seen = new Set<string>();
  for (const unit of topology.backbone) {
    const { cPrevious, n, ca, c, nNext, caPrevious, residueName, nextResidueName } = unit;
    const atoms = [cPrevious, n, ca, c, nNext] as const;
    const name = aminoAcidName(residueName);
    const key = atoms.join(" ");
    if (name === null || isMirroredAminoAcid(residueName) || seen.has(key) || Math.min(...atoms) < 0) continue;
    seen.add(key);
    const omega = caPrevious < 0 ? null : dihedralAngle(xyz, caPrevious, cPrevious, n, ca);
    rows.push([...atoms, ramachandranClasses.indexOf(ramachandranClass(name, nextResidueName, omega))]);
  }
  const column = (at: number): Int32Array => Int32Array.from(rows, (row) => row[at]!);
  return {
    count: rows.length,
    i: column(0),
    j: column(1),
    k: column(2),
    l: column(3),
    m: column(4),
    surface: column(5),
    factor: new Float64Array(rows.length).fill(factor),
    tables,
  };
}
