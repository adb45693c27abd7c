// Repulsion of single atoms from all that stands still: lists of what each small cell of space is near to, made when first asked for.
import type { PairRules } from "../../kernels/pair-rules.ts";
import { createAtomGrid } from "../../topology/atom-grid.ts";
import { boundContact, freeOverlap, repulsion } from "./contact-distances.ts";

export interface StillAtoms {
  /** 1 for atoms that are to be passed over for now, since they have been moved. */
  readonly away: Uint8Array;
  /** Repulsion of an atom at this place. */
  repulsionAt(atom: number, x: number, y: number, z: number): number;
}

/** Edge of a cell, Angstrom; larger where the model is sparse. */
const cellEdge = 2;

/** `searched`: 1 for atoms that do not stand still. */
export function createStillAtoms(rules: PairRules, xyz: Float64Array, searched: Uint8Array): StillAtoms {
  const { kind } = rules;
  const nearOf = rules.reach.map((reach) => Math.max(0, reach - freeOverlap) ** 2);
  const lists = createCellLists(xyz, searched, Math.sqrt(nearOf.reduce((most, own) => Math.max(most, own), 0)));
  const away = new Uint8Array(searched.length);
  return {
    away,
    repulsionAt(atom, x, y, z) {
      const cell = lists.cellAt(x, y, z);
      if (cell < 0) return 0;
      const { begin, end, rows, places } = lists;
      const last = end[cell]!;
      const near = nearOf[kind[atom]!]!;
      let energy = 0;
      for (let entry = begin[cell]!; entry < last; entry++) {
        const dx = x - places[3 * entry]!;
        const dy = y - places[3 * entry + 1]!;
        const dz = z - places[3 * entry + 2]!;
        const squared = dx * dx + dy * dy + dz * dz;
        if (squared >= near) continue;
        const other = rows[entry]!;
        if (away[other] === 1) continue;
        energy += repulsion(boundContact(rules, atom, other), squared);
      }
      return energy;
    },
  };
}

interface CellLists {
  /** Entries of each cell: begin .. end - 1. */
  readonly begin: Int32Array;
  readonly end: Int32Array;
  readonly rows: Int32Array;
  readonly places: Float64Array;
  /** Cell of a place, its list made; -1 where nothing is near. */
  cellAt(x: number, y: number, z: number): number;
}

function createCellLists(xyz: Float64Array, searched: Uint8Array, reach: number): CellLists {
  const grid = createAtomGrid(xyz, cellEdge);
  const { cell: edge, origin } = grid;
  // Cells beyond the outermost atoms are within reach of them, too.
  const border = Math.ceil(reach / edge);
  const [nx, ny, nz] = grid.size.map((size) => size + 2 * border) as [number, number, number];
  const begin = new Int32Array(nx * ny * nz).fill(-1);
  const end = new Int32Array(nx * ny * nz);
  let count = 0;
  const lists = { begin, end, rows: new Int32Array(4096), places: new Float64Array(3 * 4096), cellAt };
  return lists;

  function cellAt(x: number, y: number, z: number): number {
    const i = Math.floor((x - origin[0]) / edge) + border;
    const j = Math.floor((y - origin[1]) / edge) + border;
    const k = Math.floor((z - origin[2]) / edge) + border;
    if (!(i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz)) return -1;
    const cell = (k * ny + j) * nx + i;
    if (begin[cell]! < 0) makeList(cell, i - border, j - border, k - border);
    return cell;
  }

  function makeList(cell: number, i: number, j: number, k: number): void {
    begin[cell] = count;
    const [sizeX, sizeY, sizeZ] = grid.size;
    const firstX = Math.max(0, i - border);
    const lastX = Math.min(sizeX - 1, i + border);
    for (let c = Math.max(0, k - border); c <= Math.min(sizeZ - 1, k + border); c++) {
      for (let b = Math.max(0, j - border); b <= Math.min(sizeY - 1, j + border); b++) {
        const line = (c * sizeY + b) * sizeX;
        if (lastX < firstX) continue;
        for (let entry = grid.offset[line + firstX]!; entry < grid.offset[line + lastX + 1]!; entry++) {
          const row = grid.rows[entry]!;
          if (searched[row] === 0 && beside(row, i, j, k) <= reach * reach) append(row);
        }
      }
    }
    end[cell] = count;
  }

  /** Squared distance of an atom to a cell. */
  function beside(row: number, i: number, j: number, k: number): number {
    const dx = outside(xyz[3 * row]! - origin[0] - i * edge);
    const dy = outside(xyz[3 * row + 1]! - origin[1] - j * edge);
    const dz = outside(xyz[3 * row + 2]! - origin[2] - k * edge);
    return dx * dx + dy * dy + dz * dz;
  }

  function outside(place: number): number {
    return place < 0 ? -place : place > edge ? place - edge : 0;
  }

  function append(row: number): void {
    if (count === lists.rows.length) {
      const rows = new Int32Array(2 * count);
      rows.set(lists.rows);
      lists.rows = rows;
      const places = new Float64Array(6 * count);
      places.set(lists.places);
      lists.places = places;
    }
    lists.rows[count] = row;
    lists.places.set(xyz.subarray(3 * row, 3 * row + 3), 3 * count);
    count++;
  }
}
