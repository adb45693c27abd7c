// Plain twin of the Q-score kernel: map values on spheres around atoms, compared with a Gaussian.
import type { NeighbourCells } from "./neighbours.ts";

/** Sets of directions on the unit sphere, tried one after the other. */
export interface DirectionSets {
  /** Set t is directions start[t] .. start[t + 1] - 1. */
  readonly start: Int32Array;
  /** 3 per direction. */
  readonly xyz: Float64Array;
}

/** What the spheres of all atoms have in common. */
export interface ShellRules {
  /** Radii, ascending, Angstrom. */
  readonly shells: Float64Array;
  /** Per width the value of the Gaussian at the centre and on each shell. */
  readonly profiles: Float64Array;
  readonly directions: DirectionSets;
  /** A point is dropped where another atom is nearer than this times the radius; at most 1. */
  readonly rejection: number;
  /** The first set that leaves this many points is used; a shell where none does is left out. */
  readonly leastPoints: number;
  /** How often the value at the atom itself counts. */
  readonly centreWeight: number;
}

/** Atoms and a map around them. The spheres of the atoms in `rows` must lie between the first and the last grid point. */
export interface ShellSamples {
  /** Planes from `firstPlane` on, x fastest. */
  readonly values: Float32Array;
  readonly size: readonly [number, number, number];
  readonly firstPlane: number;
  /** Grid steps per Angstrom, row by row; place of the first grid point of the whole map. */
  readonly toGrid: ArrayLike<number>;
  readonly corner: ArrayLike<number>;
  readonly xyz: Float64Array;
  /** Model in the upper 16 bits, conformer in the lower, 0 for none: different models, and different conformers, do not see each other. */
  readonly conformer: Int32Array;
  /** The atoms in cells that are wider than `reachOf` the rules. */
  readonly cells: NeighbourCells;
  /** Atoms to score. */
  readonly rows: Int32Array;
}

/** Atoms farther away than this do not matter to any point, Angstrom. */
export function reachOf({ shells, rejection }: Pick<ShellRules, "shells" | "rejection">): number {
  return (1 + rejection) * shells[shells.length - 1]!;
}

/** Whether one atom is there for another: not in another model nor in another conformer. */
export function coexist(one: number, other: number): boolean {
  const difference = one ^ other;
  return difference < 65536 && difference >= 0 && (difference === 0 || (one & 65535) === 0 || (other & 65535) === 0);
}

/** Most atoms in the neighbourhood of a cell. */
export function mostNeighbours({ cellStart }: NeighbourCells): number {
  let most = 0;
  for (let cell = 0; cell + 1 < cellStart.length; cell++)
    most = Math.max(most, cellStart[cell + 1]! - cellStart[cell]!);
  return 27 * most;
}

/** Per row and width the correlation of map values with the Gaussian; NaN where it is not defined. */
export function scoreShells(samples: ShellSamples, rules: ShellRules): Float64Array {
  const widths = rules.profiles.length / (rules.shells.length + 1);
  const scores = new Float64Array(widths * samples.rows.length);
  const room = mostNeighbours(samples.cells);
  const near = new Float64Array(4 * room);
  const active = new Float64Array(4 * room);
  samples.rows.forEach((atom, row) => {
    const count = gatherNeighbours(samples, atom, reachOf(rules), near);
    scoreAtom(samples, rules, atom, near.subarray(0, 4 * count), active, scores.subarray(widths * row));
  });
  return scores;
}

/** Vector from the atom and its square for every atom within reach. */
function gatherNeighbours(samples: ShellSamples, atom: number, reach: number, near: Float64Array): number {
  const { xyz, conformer, cells } = samples;
  const [nx, ny, nz] = cells.dimensions;
  const cell = cells.cellOf[atom]!;
  const [cx, cy, cz] = [cell % nx, Math.floor(cell / nx) % ny, Math.floor(cell / (nx * ny))];
  let count = 0;
  for (let z = Math.max(0, cz - 1); z <= Math.min(nz - 1, cz + 1); z++) {
    for (let y = Math.max(0, cy - 1); y <= Math.min(ny - 1, cy + 1); y++) {
      const row = nx * (y + ny * z);
      const end = cells.cellStart[row + Math.min(nx - 1, cx + 1) + 1]!;
      for (let entry = cells.cellStart[row + Math.max(0, cx - 1)]!; entry < end; entry++) {
        const other = cells.order[entry]!;
        const dx = xyz[3 * other]! - xyz[3 * atom]!;
        const dy = xyz[3 * other + 1]! - xyz[3 * atom + 1]!;
        const dz = xyz[3 * other + 2]! - xyz[3 * atom + 2]!;
        const squared = dx * dx + dy * dy + dz * dz;
        if (squared > reach * reach || other === atom || !coexist(conformer[atom]!, conformer[other]!)) continue;
        near.set([dx, dy, dz, squared], 4 * count++);
      }
    }
  }
  return count;
}

function scoreAtom(
  samples: ShellSamples,
  { shells, profiles, directions, rejection, leastPoints, centreWeight }: ShellRules,
  atom: number,
  near: Float64Array,
  active: Float64Array,
  scores: Float64Array,
): void {
  const { xyz, toGrid: t, corner } = samples;
  const x = xyz[3 * atom]! - corner[0]!;
  const y = xyz[3 * atom + 1]! - corner[1]!;
  const z = xyz[3 * atom + 2]! - corner[2]!;
  const valueAt = (dx: number, dy: number, dz: number): number => {
    const [px, py, pz] = [x + dx, y + dy, z + dz];
    const u = t[0]! * px + t[1]! * py + t[2]! * pz;
    return trilinear(samples, u, t[4]! * py + t[5]! * pz, t[8]! * pz);
  };
  // Values are taken from that at the centre, so that no digits are lost in maps far from zero.
  const centre = valueAt(0, 0, 0);
  const stride = shells.length + 1;
  const widths = profiles.length / stride;
  const sums = { points: centreWeight, m: 0, mm: 0 };
  const byWidth = Array.from({ length: widths }, (_value, width) => {
    const g = profiles[stride * width]!;
    return { g: centreWeight * g, gg: centreWeight * g * g, mg: 0 };
  });
  shells.forEach((radius, shell) => {
    const { count, blockers } = blockersOf(near, active, radius, rejection);
    const kept = keptDirections(directions, leastPoints, blockers.subarray(0, 4 * count));
    let [m, mm] = [0, 0];
    for (const direction of kept) {
      const [ux, uy, uz] = [0, 1, 2].map((axis) => directions.xyz[3 * direction + axis]!) as [number, number, number];
      const value = valueAt(radius * ux, radius * uy, radius * uz) - centre;
      m += value;
      mm += value * value;
    }
    sums.points += kept.length;
    sums.m += m;
    sums.mm += mm;
    byWidth.forEach((width, at) => {
      const g = profiles[stride * at + shell + 1]!;
      width.g += kept.length * g;
      width.gg += kept.length * g * g;
      width.mg += m * g;
    });
  });
  byWidth.forEach(({ g, gg, mg }, width) => {
    const varianceM = sums.mm - (sums.m * sums.m) / sums.points;
    const varianceG = gg - (g * g) / sums.points;
    const isDefined = varianceM > 1e-12 * sums.mm && varianceG > 1e-12 * gg;
    scores[width] = isDefined ? (mg - (sums.m * g) / sums.points) / Math.sqrt(varianceM * varianceG) : Number.NaN;
  });
}

/** Atoms that can come too near to a point of the shell: vector, and how far along it a unit direction may reach. */
function blockersOf(
  near: Float64Array,
  blockers: Float64Array,
  radius: number,
  rejection: number,
): { readonly count: number; readonly blockers: Float64Array } {
  const farthest = (1 + rejection) * radius;
  const own = radius * radius * (1 - rejection * rejection);
  let count = 0;
  for (let at = 0; at < near.length; at += 4) {
    const squared = near[at + 3]!;
    if (squared > farthest * farthest) continue;
    blockers.set([near[at]!, near[at + 1]!, near[at + 2]!, (squared + own) / (2 * radius)], 4 * count++);
  }
  return { count, blockers };
}

function keptDirections({ start, xyz }: DirectionSets, leastPoints: number, blockers: Float64Array): number[] {
  for (let set = 0; set + 1 < start.length; set++) {
    const kept: number[] = [];
    for (let direction = start[set]!; direction < start[set + 1]!; direction++) {
      let isFree = true;
      for (let at = 0; at < blockers.length && isFree; at += 4) {
        const along =
          blockers[at]! * xyz[3 * direction]! +
          blockers[at + 1]! * xyz[3 * direction + 1]! +
          blockers[at + 2]! * xyz[3 * direction + 2]!;
        isFree = along <= blockers[at + 3]!;
      }
      if (isFree) kept.push(direction);
    }
    if (kept.length >= leastPoints) return kept;
  }
  return [];
}

function trilinear({ values, size, firstPlane }: ShellSamples, u: number, v: number, w: number): number {
  const i = intervalOf(u, size[0]);
  const j = intervalOf(v, size[1]);
  const k = intervalOf(w, size[2]);
  const [fu, fv, fw] = [u - i, v - j, w - k];
  const row = size[0];
  const plane = size[0] * size[1];
  const at = i + row * j + plane * (k - firstPlane);
  const along = (from: number): number => values[from]! + fu * (values[from + 1]! - values[from]!);
  const low = along(at) + fv * (along(at + row) - along(at));
  const high = along(at + plane) + fv * (along(at + plane + row) - along(at + plane));
  return low + fw * (high - low);
}

/** The interval that holds a place, the first or last one for places that rounding has put beyond. */
function intervalOf(place: number, length: number): number {
  return Math.max(0, Math.min(length - 2, Math.floor(place)));
}
