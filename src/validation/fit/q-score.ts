// Q-score of every atom: how closely the map around it resembles a Gaussian (Pintilie et al. 2020, Nat. Methods 17, 328).
import { addDiagnostic } from "../../base/diagnostics.ts";
import { type RunContext, throwIfCancelled } from "../../base/run-context.ts";
import { isHydrogenElement } from "../../chemistry/elements.ts";
import type { DensityMap } from "../../density/map.ts";
import { trilinearGrid } from "../../density/trilinear.ts";
import type { ComputeEngine } from "../../kernels/engine.ts";
import { type NeighbourCells, sortIntoCells } from "../../kernels/reference/neighbours.ts";
import { reachOf } from "../../kernels/reference/q-score.ts";
import { atomLabel, type Model } from "../../model/model.ts";
import { outermostShell, type QScoreRule, qScoreRules } from "./q-score-rules.ts";

export interface QScoreOptions {
  /** Widths of the Gaussian, Angstrom; the first is the one that is shown first. Default 0.6 and 0.4. */
  readonly sigmas?: readonly number[];
  /** Default mapq. */
  readonly rule?: QScoreRule;
  /** Values on the map's grid to score instead of the map's own: the model's exact map. */
  readonly values?: Float32Array;
}

export interface QScores {
  readonly sigmas: readonly number[];
  readonly rule: QScoreRule;
  /** Per atom of the model one score for each width; NaN for hydrogens, atoms left out, and where it is not defined. */
  readonly values: Float64Array;
  /** Atoms with a score. */
  readonly scored: number;
  /** Atoms other than hydrogen whose spheres leave the map. */
  readonly outside: number;
  /** Atoms other than hydrogen whose occupancy is not above 0. */
  readonly unoccupied: number;
}

/** EMDB uses the narrower one, the paper and mapq the wider one. */
export const defaultSigmas: readonly number[] = [0.6, 0.4];

/**
 * Correlation of the map around each atom with a Gaussian at the atom, -1 to 1. Hydrogens and atoms without occupancy have no
 * score and take no points away from others; nor do atoms of another conformer or model. Values between grid points are
 * trilinear, nothing wraps: an atom less than 2 Angstrom from the last grid point has no score.
 */
export function computeQScores(
  engine: ComputeEngine,
  model: Model,
  map: DensityMap,
  options: QScoreOptions,
  context: RunContext,
): QScores {
  const { sigmas = defaultSigmas, rule = "mapq", values = map.values } = options;
  const rules = qScoreRules(rule, sigmas);
  const atoms = occupiedAtoms(model, context);
  const cells = sortIntoCells(atoms.xyz, atoms.rows.length, reachOf(rules));
  const conformer = conformersOf(model, atoms.rows);
  const scores = new Float64Array(sigmas.length * model.atoms.count).fill(Number.NaN);
  let scored = 0;
  const { slabs, outside } = shareIntoSlabs(map, atoms.xyz, cells);
  for (const row of outside) {
    const message = "Atoms less than 2 A from the end of the map, or outside of it, have no Q-score";
    addDiagnostic(context.diagnostics, "warning", "Q_OUTSIDE_MAP", message, () => atomLabel(model, atoms.rows[row]!));
  }
  const { toGrid, corner, size } = trilinearGrid(map);
  for (const { firstPlane, planes, rows } of slabs) {
    throwIfCancelled(context);
    const plane = size[0] * size[1];
    const part = values.subarray(firstPlane * plane, (firstPlane + planes) * plane);
    const samples = { values: part, size, firstPlane, toGrid, corner, xyz: atoms.xyz, conformer, cells, rows };
    const found = engine.kernels.scoreShells(samples, rules);
    rows.forEach((row, entry) => {
      const atom = atoms.rows[row]!;
      for (let width = 0; width < sigmas.length; width++) {
        scores[sigmas.length * atom + width] = found[sigmas.length * entry + width]!;
      }
      if (!Number.isNaN(found[sigmas.length * entry]!)) scored++;
    });
  }
  return { sigmas, rule, values: scores, scored, outside: outside.length, unoccupied: atoms.unoccupied };
}

interface OccupiedAtoms {
  /** Atoms other than hydrogen with occupancy. */
  readonly rows: Int32Array;
  readonly xyz: Float64Array;
  readonly unoccupied: number;
}

function occupiedAtoms(model: Model, context: RunContext): OccupiedAtoms {
  const { count, element, occupancy, xyz } = model.atoms;
  const rows = new Int32Array(count);
  let [used, unoccupied] = [0, 0];
  for (let atom = 0; atom < count; atom++) {
    if (isHydrogenElement(element[atom]!)) continue;
    if (occupancy[atom]! > 0) rows[used++] = atom;
    else {
      unoccupied++;
      const message = "Atoms without occupancy are left out of Q-scores and atom inclusion";
      addDiagnostic(context.diagnostics, "info", "ATOM_UNOCCUPIED", message, () => atomLabel(model, atom));
    }
  }
  const chosen = rows.slice(0, used);
  const places = new Float64Array(3 * used);
  chosen.forEach((atom, row) => places.set(xyz.subarray(3 * atom, 3 * atom + 3), 3 * row));
  return { rows: chosen, xyz: places, unoccupied };
}

/** Model in the upper 16 bits, conformer in the lower; conformers of all residues with the same letter belong together. */
function conformersOf({ atoms, residues, chains }: Model, rows: Int32Array): Int32Array {
  const codes = new Map<string, number>([["", 0]]);
  return Int32Array.from(rows, (atom) => {
    const altloc = atoms.altloc[atom]!;
    let code = codes.get(altloc);
    if (code === undefined) {
      code = codes.size;
      codes.set(altloc, code);
    }
    return (chains.model[residues.chain[atoms.residue[atom]!]!]! << 16) | code;
  });
}

/** Points of a part of the map that the kernels get at once. */
const largestPart = 2 ** 26;

interface Slab {
  readonly firstPlane: number;
  readonly planes: number;
  readonly rows: Int32Array;
}

/** Atoms, in the order of their cells, by the planes of the map that hold their spheres; and those whose spheres the map does not hold. */
function shareIntoSlabs(
  map: DensityMap,
  xyz: Float64Array,
  cells: NeighbourCells,
): { readonly slabs: readonly Slab[]; readonly outside: readonly number[] } {
  const { toGrid: t, corner, size } = trilinearGrid(map);
  const reach = [0, 3, 6].map((row) => outermostShell * Math.hypot(t[row]!, t[row + 1]!, t[row + 2]!));
  const [reachX, reachY, reachZ] = reach as [number, number, number];
  const overlap = Math.ceil(2 * reachZ) + 2;
  const planes = Math.min(size[2], Math.max(2 * overlap, Math.floor(largestPart / (size[0] * size[1]))));
  const step = planes - overlap;
  const lists = new Map<number, number[]>();
  const outside: number[] = [];
  for (const row of cells.order) {
    const [x, y, z] = [0, 1, 2].map((axis) => xyz[3 * row + axis]! - corner[axis]!) as [number, number, number];
    const u = t[0] * x + t[1] * y + t[2] * z;
    const v = t[4] * y + t[5] * z;
    const w = t[8] * z;
    const isInside = holds(u, reachX, size[0]) && holds(v, reachY, size[1]) && holds(w, reachZ, size[2]);
    if (!isInside) outside.push(row);
    else {
      const slab = planes === size[2] ? 0 : Math.max(0, Math.floor((w - reachZ) / step));
      const list = lists.get(slab);
      if (list) list.push(row);
      else lists.set(slab, [row]);
    }
  }
  const slabs = [...lists].map(([slab, rows]) => {
    const firstPlane = Math.min(slab * step, size[2] - planes);
    return { firstPlane, planes, rows: Int32Array.from(rows) };
  });
  return { slabs, outside: outside.toSorted((a, b) => a - b) };
}

/** Rounding may put a sphere this many grid steps beyond the last point. */
const tolerance = 1e-6;

function holds(place: number, reach: number, points: number): boolean {
  return place - reach >= -tolerance && place + reach <= points - 1 + tolerance;
}
