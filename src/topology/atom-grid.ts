// Cells over atom positions, to find what is near an atom without looking at all.

export interface AtomGrid {
  readonly xyz: Float64Array;
  readonly origin: readonly [number, number, number];
  readonly size: readonly [number, number, number];
  /** Edge of a cell, Angstrom. */
  readonly cell: number;
  /** Rows of cell c: rows[offset[c]] .. rows[offset[c + 1] - 1]. */
  readonly offset: Int32Array;
  readonly rows: Int32Array;
}

/** Sorts the atoms into cells of at least `reach` Angstrom, the farthest that will be asked for; sparse models get larger ones. */
export function createAtomGrid(xyz: Float64Array, reach: number): AtomGrid {
  const count = xyz.length / 3;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let axis = 0; axis < 3; axis++) {
    let least = Infinity;
    let most = -Infinity;
    for (let at = axis; at < xyz.length; at += 3) {
      least = Math.min(least, xyz[at]!);
      most = Math.max(most, xyz[at]!);
    }
    low[axis] = least;
    high[axis] = most;
  }
  const origin = [low[0]!, low[1]!, low[2]!] as const;
  let cell = reach;
  const sizeOf = (axis: number): number => Math.max(1, Math.floor((high[axis]! - low[axis]!) / cell) + 1);
  while (sizeOf(0) * sizeOf(1) * sizeOf(2) > 8 * count + 64) cell *= 1.5;
  const size = [sizeOf(0), sizeOf(1), sizeOf(2)] as const;
  const offset = new Int32Array(size[0] * size[1] * size[2] + 1);
  const cellOf = new Int32Array(count);
  for (let atom = 0; atom < count; atom++) {
    const x = Math.floor((xyz[3 * atom]! - origin[0]) / cell);
    const y = Math.floor((xyz[3 * atom + 1]! - origin[1]) / cell);
    const z = Math.floor((xyz[3 * atom + 2]! - origin[2]) / cell);
    cellOf[atom] = (z * size[1] + y) * size[0] + x;
    offset[cellOf[atom]! + 1]!++;
  }
  for (let at = 1; at < offset.length; at++) offset[at]! += offset[at - 1]!;
  const next = offset.slice(0, -1);
  const rows = new Int32Array(count);
  for (let atom = 0; atom < count; atom++) rows[next[cellOf[atom]!]!++] = atom;
  return { xyz, origin, size, cell, offset, rows };
}

/** Atoms within `reach` of an atom (itself left out) with their distances, in the order of their rows; `reach` at most the grid's. */
export function atomsNear(grid: AtomGrid, atom: number, reach: number): { atom: number; distance: number }[] {
  const { xyz, origin, size, cell, offset, rows } = grid;
  const [x0, y0, z0] = [xyz[3 * atom]!, xyz[3 * atom + 1]!, xyz[3 * atom + 2]!];
  const range = (value: number, axis: 0 | 1 | 2): [number, number] => [
    Math.max(0, Math.floor((value - reach - origin[axis]) / cell)),
    Math.min(size[axis] - 1, Math.floor((value + reach - origin[axis]) / cell)),
  ];
  const [[x1, x2], [y1, y2], [z1, z2]] = [range(x0, 0), range(y0, 1), range(z0, 2)];
  const found: { atom: number; distance: number }[] = [];
  for (let z = z1; z <= z2; z++) {
    for (let y = y1; y <= y2; y++) {
      const row = (z * size[1] + y) * size[0];
      for (let entry = offset[row + x1]!; entry < offset[row + x2 + 1]!; entry++) {
        const other = rows[entry]!;
        if (other === atom) continue;
        const distance = Math.hypot(xyz[3 * other]! - x0, xyz[3 * other + 1]! - y0, xyz[3 * other + 2]! - z0);
        if (distance <= reach) found.push({ atom: other, distance });
      }
    }
  }
  return found.toSorted((a, b) => a.atom - b.atom);
}
