// Neighbour kernel: of each cell first the candidates for all of its atoms, then those near each of them.

/** For each set of lanes, the bytes that bring them together at the front of a vector. */
const packings = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0,
  8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 2, 3, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0,
  4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 0, 0,
  12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 2, 3, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0,
  4, 5, 6, 7, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 0, 0, 0, 0,
  8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/** Candidates of higher row within the limit, one by one, in double precision; returns where the next partner goes. */
function appendExactly(nearRow: usize, used: usize, xyz: usize, atom: i32, limit: f64, to: usize): usize {
  const own = xyz + <usize>atom * 24;
  const x = load<f64>(own);
  const y = load<f64>(own, 8);
  const z = load<f64>(own, 16);
  for (let at: usize = 0; at < used; at += 4) {
    const other = load<i32>(nearRow + at);
    if (other <= atom) continue;
    const p = xyz + <usize>other * 24;
    const ex = load<f64>(p) - x;
    const ey = load<f64>(p, 8) - y;
    const ez = load<f64>(p, 16) - z;
    if (ex * ex + ey * ey + ez * ez > limit) continue;
    store<i32>(to, other);
    to += 4;
  }
  return to;
}

/** The box around the atoms of a cell, every number four times. */
let lowX: v128 = f32x4.splat(0);
let lowY: v128 = f32x4.splat(0);
let lowZ: v128 = f32x4.splat(0);
let highX: v128 = f32x4.splat(0);
let highY: v128 = f32x4.splat(0);
let highZ: v128 = f32x4.splat(0);

function boundCell(begin: i32, end: i32, sortedX: usize, sortedY: usize, sortedZ: usize): void {
  const first = <usize>begin * 4;
  lowX = highX = v128.load32_splat(sortedX + first);
  lowY = highY = v128.load32_splat(sortedY + first);
  lowZ = highZ = v128.load32_splat(sortedZ + first);
  for (let at = first + 4; at < <usize>end * 4; at += 4) {
    const x = v128.load32_splat(sortedX + at);
    const y = v128.load32_splat(sortedY + at);
    const z = v128.load32_splat(sortedZ + at);
    lowX = f32x4.pmin(lowX, x);
    lowY = f32x4.pmin(lowY, y);
    lowZ = f32x4.pmin(lowZ, z);
    highX = f32x4.pmax(highX, x);
    highY = f32x4.pmax(highY, y);
    highZ = f32x4.pmax(highZ, z);
  }
}

/** Squared distances less the squared cut-off. */
@inline
function excessOf(nearX: usize, nearY: usize, nearZ: usize, x: v128, y: v128, z: v128, limit: v128): v128 {
  const dx = f32x4.sub(v128.load(nearX), x);
  const dy = f32x4.sub(v128.load(nearY), y);
  const dz = f32x4.sub(v128.load(nearZ), z);
  return f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.sub(f32x4.mul(dz, dz), limit));
}

/** The highest row of a cell; -1 of an empty one. */
@inline
function highestRow(order: usize, cellStart: usize, cell: i32): i32 {
  const begin = load<i32>(cellStart + <usize>cell * 4);
  const end = load<i32>(cellStart + <usize>cell * 4, 4);
  return begin == end ? -1 : load<i32>(order + <usize>(end - 1) * 4);
}

/** How far numbers lie outside a range, zero inside. */
@inline
function gap(value: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.splat(0), f32x4.pmax(f32x4.sub(low, value), f32x4.sub(value, high)));
}

/**
 * Writes the neighbours of higher row of every atom, cell by cell, each atom's in the order of the cells: from start[atom] to
 * end[atom]. Candidates are tested four at a time in single precision; all of an atom again in double precision where one is so
 * near the limit that coordinates of up to `extent` do not tell. Up to three numbers beyond the last partner and candidate are
 * overwritten; the four tables of candidates are `room` bytes each.
 * Returns whether the partners fitted.
 */
export function filterNeighbours(
  order: usize,
  cellStart: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  sortedX: usize,
  sortedY: usize,
  sortedZ: usize,
  xyz: usize,
  cutoff: f64,
  extent: f64,
  starts: usize,
  ends: usize,
  partner: usize,
  capacity: i32,
  candidates: usize,
  room: usize,
): i32 {
  const limit = cutoff * cutoff;
  // Coordinates of half a unit in the last place, twice three of them, times twice the distance: with more than that to spare.
  const margin = <f32>(cutoff * (extent + cutoff) * 16 * 5.9604644775390625e-8);
  const outer = f32x4.splat(<f32>limit + margin);
  const limits = f32x4.splat(<f32>limit);
  const sure = f32x4.splat(margin);
  const nearX = candidates;
  const nearY = candidates + room;
  const nearZ = candidates + room * 2;
  const nearRow = candidates + room * 3;
  let to = partner;
  for (let cell = 0; cell < nx * ny * nz; cell++) {
    const own = load<i32>(cellStart + <usize>cell * 4);
    const ownEnd = load<i32>(cellStart + <usize>cell * 4, 4);
    if (own == ownEnd) continue;
    boundCell(own, ownEnd, sortedX, sortedY, sortedZ);
    // Cells begin with their lowest row: no atom has a neighbour below it.
    const lowestRow = load<i32>(order + <usize>own * 4);
    const lowest = i32x4.splat(lowestRow);
    const cx = cell % nx;
    const cy = (cell / nx) % ny;
    const cz = cell / (nx * ny);
    const x0 = max(0, cx - 1);
    const x1 = min(nx - 1, cx + 1);
    let used: usize = 0;
    for (let az = max(0, cz - 1); az <= min(nz - 1, cz + 1); az++) {
      for (let ay = max(0, cy - 1); ay <= min(ny - 1, cy + 1); ay++) {
        const row = nx * (ay + ny * az);
        const first = load<i32>(cellStart + <usize>(x0 + row) * 4);
        const last = load<i32>(cellStart + <usize>(x1 + row) * 4, 4);
        let highest = -1;
        for (let ax = x0; ax <= x1; ax++) highest = max(highest, highestRow(order, cellStart, ax + row));
        if (highest <= lowestRow) continue;
        for (let entry = first; entry < last; entry += 4) {
          const at = <usize>entry * 4;
          const x = v128.load(sortedX + at);
          const y = v128.load(sortedY + at);
          const z = v128.load(sortedZ + at);
          const others = v128.load(order + at);
          const gapX = gap(x, lowX, highX);
          const gapY = gap(y, lowY, highY);
          const gapZ = gap(z, lowZ, highZ);
          const squared = f32x4.add(f32x4.add(f32x4.mul(gapX, gapX), f32x4.mul(gapY, gapY)), f32x4.mul(gapZ, gapZ));
          let near = v128.and(f32x4.le(squared, outer), i32x4.gt_s(others, lowest));
          if (entry + 4 > last) near = v128.and(near, i32x4.gt_s(i32x4.splat(last - entry), i32x4(0, 1, 2, 3)));
          const hits = i32x4.bitmask(near);
          const packing = v128.load(packings + <usize>hits * 16);
          v128.store(nearX + used, i8x16.swizzle(x, packing));
          v128.store(nearY + used, i8x16.swizzle(y, packing));
          v128.store(nearZ + used, i8x16.swizzle(z, packing));
          v128.store(nearRow + used, i8x16.swizzle(others, packing));
          used += <usize>popcnt(hits) * 4;
        }
      }
    }
    // No row is as low: what lies beyond the last candidate is nobody's neighbour.
    v128.store(nearRow + used, i32x4.splat(-1));
    v128.store(nearRow + used, i32x4.splat(-1), 16);
    for (let place = <usize>own * 4; place < <usize>ownEnd * 4; place += 4) {
      if (((to - partner) >> 2) + (used >> 2) > <usize>capacity) return 0;
      const atom = load<i32>(order + place);
      const rows = i32x4.splat(atom);
      const vx = v128.load32_splat(sortedX + place);
      const vy = v128.load32_splat(sortedY + place);
      const vz = v128.load32_splat(sortedZ + place);
      const first = to;
      let closest = f32x4.splat(f32.MAX_VALUE);
      store<i32>(starts + <usize>atom * 4, <i32>((to - partner) >> 2));
      for (let at: usize = 0; at < used; at += 32) {
        const excess = excessOf(nearX + at, nearY + at, nearZ + at, vx, vy, vz, limits);
        const excessNext = excessOf(nearX + at + 16, nearY + at + 16, nearZ + at + 16, vx, vy, vz, limits);
        const others = v128.load(nearRow + at);
        const othersNext = v128.load(nearRow + at, 16);
        // Below zero is what has the sign bit.
        const hits = i32x4.bitmask(v128.and(excess, i32x4.gt_s(others, rows)));
        const hitsNext = i32x4.bitmask(v128.and(excessNext, i32x4.gt_s(othersNext, rows)));
        closest = f32x4.pmin(closest, f32x4.pmin(f32x4.abs(excess), f32x4.abs(excessNext)));
        v128.store(to, i8x16.swizzle(others, v128.load(packings + <usize>hits * 16)));
        to += <usize>popcnt(hits) * 4;
        v128.store(to, i8x16.swizzle(othersNext, v128.load(packings + <usize>hitsNext * 16)));
        to += <usize>popcnt(hitsNext) * 4;
      }
      if (v128.any_true(f32x4.le(closest, sure))) to = appendExactly(nearRow, used, xyz, atom, limit, first);
      store<i32>(ends + <usize>atom * 4, <i32>((to - partner) >> 2));
    }
  }
  return 1;
}
