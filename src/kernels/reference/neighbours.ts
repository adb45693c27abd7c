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
  const low: [number, number, number] = [0, 0, 0];
  const high = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = axis; at < 3 * count; at += 3) {
      const value = xyz[at]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low[axis] = least;
    high[axis] = most;
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
  const [lowX, lowY, lowZ] = low;
  const [scaleX, scaleY, scaleZ] = scale;
  for (let atom = 0; atom < count; atom++) {
    const cx = Math.min(nx - 1, Math.floor((xyz[3 * atom]! - lowX) * scaleX));
    const cy = Math.min(ny - 1, Math.floor((xyz[3 * atom + 1]! - lowY) * scaleY));
    const cz = Math.min(nz - 1, Math.floor((xyz[3 * atom + 2]! - lowZ) * scaleZ));
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
  // In the order of the cells, so that candidates lie side by side.
  const [sortedX, sortedY, sortedZ] = [0, 1, 2].map((axis) =>
    Float64Array.from(order, (atom) => xyz[3 * atom + axis]!),
  ) as [Float64Array, Float64Array, Float64Array];
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
          const dx = sortedX[entry]! - x;
          const dy = sortedY[entry]! - y;
          const dz = sortedZ[entry]! - z;
          if (dx * dx + dy * dy + dz * dz <= limit) partner[used++] = other;
        }
      }
    }
    offset[atom + 1] = used;
  }
  return { offset, partner: partner.subarray(0, used) };
}
