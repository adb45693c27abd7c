// Plain twin of the neighbour kernel: cells as wide as the cut-off.

export interface NeighbourCells {
  /** Atoms sorted by cell, in row order inside a cell. */
  readonly order: Int32Array;
  readonly cellStart: Int32Array;
  readonly cellOf: Int32Array;
  readonly dimensions: readonly [number, number, number];
  /** Lowest coordinates along each axis. */
  readonly low: readonly [number, number, number];
  /** Cells per Angstrom along each axis. */
  readonly scale: readonly [number, number, number];
}

/** Sorts atoms into cells at least `cutoff` wide; far-flung atoms widen the cells rather than multiply them. */
export function sortIntoCells(xyz: Float64Array, count: number, cutoff: number): NeighbourCells {
  const low: [number, number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let atom = 0; atom < count; atom++) {
    for (let axis = 0; axis < 3; axis++) {
      const value = xyz[3 * atom + axis]!;
      if (value < low[axis]!) low[axis] = value;
      if (value > high[axis]!) high[axis] = value;
    }
  }
  const largest = Math.max(8, Math.ceil(2 * Math.cbrt(count)));
  const dimensions = low.map((value, axis) =>
    count === 0 ? 1 : Math.max(1, Math.min(largest, Math.floor((high[axis]! - value) / cutoff))),
  ) as [number, number, number];
  const scale = low.map(
    (value, axis) => dimensions[axis]! / Math.max(1e-9, (high[axis]! - value) * (1 + 1e-12) + 1e-9),
  ) as [number, number, number];
  const [nx, ny, nz] = dimensions;
  const cellOf = new Int32Array(count);
  const cellStart = new Int32Array(nx * ny * nz + 1);
  for (let atom = 0; atom < count; atom++) {
    const cx = Math.min(nx - 1, Math.floor((xyz[3 * atom]! - low[0]!) * scale[0]!));
    const cy = Math.min(ny - 1, Math.floor((xyz[3 * atom + 1]! - low[1]!) * scale[1]!));
    const cz = Math.min(nz - 1, Math.floor((xyz[3 * atom + 2]! - low[2]!) * scale[2]!));
    const cell = cx + nx * (cy + ny * cz);
    cellOf[atom] = cell;
    cellStart[cell + 1]!++;
  }
  for (let cell = 0; cell < nx * ny * nz; cell++) cellStart[cell + 1]! += cellStart[cell]!;
  const next = cellStart.slice(0, nx * ny * nz);
  const order = new Int32Array(count);
  for (let atom = 0; atom < count; atom++) order[next[cellOf[atom]!]!++] = atom;
  return { order, cellStart, cellOf, dimensions, low, scale };
}

/** Neighbours of each atom with higher row within the cut-off, in a fixed order. */
export function findNeighbours(
  xyz: Float64Array,
  count: number,
  cutoff: number,
): { offset: Int32Array; partner: Int32Array } {
  const { order, cellStart, cellOf, dimensions } = sortIntoCells(xyz, count, cutoff);
  const [nx, ny, nz] = dimensions;
  const offset = new Int32Array(count + 1);
  let partner = new Int32Array(Math.max(64, 64 * count));
  const limit = cutoff * cutoff;
  let used = 0;
  for (let atom = 0; atom < count; atom++) {
    const cell = cellOf[atom]!;
    const cx = cell % nx;
    const cy = Math.floor(cell / nx) % ny;
    const cz = Math.floor(cell / (nx * ny));
    const x = xyz[3 * atom]!;
    const y = xyz[3 * atom + 1]!;
    const z = xyz[3 * atom + 2]!;
    const x0 = Math.max(0, cx - 1);
    const x1 = Math.min(nx - 1, cx + 1);
    for (let az = Math.max(0, cz - 1); az <= Math.min(nz - 1, cz + 1); az++) {
      for (let ay = Math.max(0, cy - 1); ay <= Math.min(ny - 1, cy + 1); ay++) {
        // Neighbouring cells along x are consecutive in the order.
        const begin = cellStart[x0 + nx * (ay + ny * az)]!;
        const end = cellStart[x1 + 1 + nx * (ay + ny * az)]!;
        if (used + end - begin > partner.length) {
          const larger = new Int32Array(2 * partner.length + end - begin);
          larger.set(partner);
          partner = larger;
        }
        for (let entry = begin; entry < end; entry++) {
          const other = order[entry]!;
          if (other <= atom) continue;
          const dx = xyz[3 * other]! - x;
          const dy = xyz[3 * other + 1]! - y;
          const dz = xyz[3 * other + 2]! - z;
          if (dx * dx + dy * dy + dz * dz <= limit) partner[used++] = other;
        }
      }
    }
    offset[atom + 1] = used;
  }
  return { offset, partner: partner.subarray(0, used) };
}
