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
const defaultSigmas: readonly number[] = [0.6, 0.4];

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
  const atoms = atomsNearMap(model, map, reachOf(rules), context);
  const cells = sortIntoCells(atoms.xyz, atoms.rows.length, reachOf(rules));
  const conformer = conformersOf(model, atoms.rows);
  const scores = new Float64Array(sigmas.length * model.atoms.count).fill(Number.NaN);
  let scored = 0;
  const { slabs, cutOff } = shareIntoSlabs(map, atoms.xyz, cells);
  const outside = [...atoms.far, ...cutOff.map((row) => atoms.rows[row]!)].toSorted((one, other) => one - other);
  for (const atom of outside) {
    const message = "Atoms less than 2 A from the end of the map, or outside of it, have no Q-score";
    addDiagnostic(context.diagnostics, "warning", "Q_OUTSIDE_MAP", message, () => atomLabel(model, atom));
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

interface ChosenAtoms {
  /** Atoms other than hydrogen with occupancy, in the map or near enough to matter to one that is. */
  readonly rows: Int32Array;
  readonly xyz: Float64Array;
  /** Such atoms farther away from the map; in a search they would cost much and do nothing. */
  readonly far: readonly number[];
  readonly unoccupied: number;
}

function atomsNearMap(model: Model, map: DensityMap, reach: number, context: RunContext): ChosenAtoms {
  const { count, element, occupancy, xyz } = model.atoms;
  const places = gridPlaces(map, reach);
  const rows = new Int32Array(count);
  const far: number[] = [];
  let [used, unoccupied] = [0, 0];
  for (let atom = 0; atom < count; atom++) {
    if (isHydrogenElement(element[atom]!)) continue;
    if (occupancy[atom]! > 0) {
      if (places.touches(xyz, atom)) rows[used++] = atom;
      else far.push(atom);
    } else {
      unoccupied++;
      const message = "Atoms without occupancy are left out of Q-scores and atom inclusion";
      addDiagnostic(context.diagnostics, "info", "ATOM_UNOCCUPIED", message, () => atomLabel(model, atom));
    }
  }
  const chosen = rows.slice(0, used);
  const near = new Float64Array(3 * used);
  chosen.forEach((atom, row) => near.set(xyz.subarray(3 * atom, 3 * atom + 3), 3 * row));
  return { rows: chosen, xyz: near, far, unoccupied };
}

/** Rounding may put a sphere this many grid steps beyond the last point. */
const tolerance = 1e-6;

type Triple = [number, number, number];

interface GridPlaces {
  /** How far spheres reach along z, in grid steps. */
  readonly reachZ: number;
  /** Place of an atom along z, in grid steps. */
  planeOf(xyz: Float64Array, atom: number): number;
  /** Whether the whole sphere around an atom lies between the first and the last grid point. */
  holds(xyz: Float64Array, atom: number): boolean;
  /** Whether some of it may lie there. */
  touches(xyz: Float64Array, atom: number): boolean;
}

/** Where spheres of a radius in Angstrom lie on a map's grid. */
function gridPlaces(map: DensityMap, radius: number): GridPlaces {
  const { toGrid: t, corner, size } = trilinearGrid(map);
  const [reachX, reachY, reachZ] = [0, 3, 6].map(
    (row) => radius * Math.hypot(t[row]!, t[row + 1]!, t[row + 2]!),
  ) as Triple;
  /** Within a box that ends `factor` reaches beyond the grid points. */
  const within = (xyz: Float64Array, atom: number, factor: number): boolean => {
    const x = xyz[3 * atom]! - corner[0];
    const y = xyz[3 * atom + 1]! - corner[1];
    const z = xyz[3 * atom + 2]! - corner[2];
    const u = t[0] * x + t[1] * y + t[2] * z;
    const v = t[4] * y + t[5] * z;
    const w = t[8] * z;
    const [overX, overY, overZ] = [reachX, reachY, reachZ].map((reach) => factor * reach + tolerance) as Triple;
    return (
      u >= -overX &&
      v >= -overY &&
      w >= -overZ &&
      u <= size[0] - 1 + overX &&
      v <= size[1] - 1 + overY &&
      w <= size[2] - 1 + overZ
    );
  };
  return {
    reachZ,
    planeOf: (xyz, atom) => t[8] * (xyz[3 * atom + 2]! - corner[2]),
    holds: (xyz, atom) => within(xyz, atom, -1),
    touches: (xyz, atom) => within(xyz, atom, 1),
  };
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

/** Atoms, in the order of their cells, by the planes of the map that hold their spheres; and those whose spheres the map cuts off. */
function shareIntoSlabs(
  map: DensityMap,
  xyz: Float64Array,
  cells: NeighbourCells,
): { readonly slabs: readonly Slab[]; readonly cutOff: readonly number[] } {
  const [nx, ny, nz] = map.size;
  const places = gridPlaces(map, outermostShell);
  const overlap = Math.ceil(2 * places.reachZ) + 2;
  const planes = Math.min(nz, Math.max(2 * overlap, Math.floor(largestPart / (nx * ny))));
  const step = planes - overlap;
  const lists = new Map<number, number[]>();
  const cutOff: number[] = [];
  for (const row of cells.order) {
    if (!places.holds(xyz, row)) {
      cutOff.push(row);
      continue;
    }
    const slab = planes === nz ? 0 : Math.max(0, Math.floor((places.planeOf(xyz, row) - places.reachZ) / step));
    const list = lists.get(slab);
    if (list) list.push(row);
    else lists.set(slab, [row]);
  }
  const slabs = [...lists].map(([slab, rows]) => {
    const firstPlane = Math.min(slab * step, nz - planes);
    return { firstPlane, planes, rows: Int32Array.from(rows) };
  });
  return { slabs, cutOff };
}
