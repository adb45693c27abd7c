// Neighbour kernel: distance filter over atoms sorted into cells.

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

/** Hits of a vector one by one, in double precision; returns where the next partner goes. */
function appendExactly(hits: i32, order: usize, xyz: usize, x: f64, y: f64, z: f64, limit: f64, to: usize): usize {
  while (hits) {
    const lane = <usize>ctz(hits);
    hits &= hits - 1;
    const other = load<i32>(order + lane * 4);
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

/** Whether a cell holds an atom of higher row. */
@inline
function endsAbove(cellStart: usize, order: usize, cell: i32, atom: i32): bool {
  const end = load<i32>(cellStart + <usize>cell * 4, 4);
  return end > load<i32>(cellStart + <usize>cell * 4) && load<i32>(order + <usize>(end - 1) * 4) > atom;
}

/**
 * Writes the neighbours of higher row of atoms from `begin` on, in the order of the cells. Candidates are tested four at a time
 * in single precision; those near the limit again in double precision. Up to three numbers beyond the last partner are
 * overwritten. Returns the first atom whose neighbours did not fit.
 */
export function filterNeighbours(
  count: i32,
  order: usize,
  cellStart: usize,
  cellOf: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  sortedX: usize,
  sortedY: usize,
  sortedZ: usize,
  lowX: f64,
  lowY: f64,
  lowZ: f64,
  xyz: usize,
  cutoff: f64,
  offset: usize,
  partner: usize,
  capacity: i32,
  begin: i32,
): i32 {
  const limit = cutoff * cutoff;
  const margin = 0.001 + 0.001 * limit;
  const outer = f32x4.splat(<f32>(limit + margin));
  const inner = f32x4.splat(<f32>(limit - margin));
  let to = partner + <usize>load<i32>(offset + <usize>begin * 4) * 4;
  for (let atom = begin; atom < count; atom++) {
    const cell = load<i32>(cellOf + <usize>atom * 4);
    const cx = cell % nx;
    const cy = (cell / nx) % ny;
    const cz = cell / (nx * ny);
    const x = load<f64>(xyz + <usize>atom * 24);
    const y = load<f64>(xyz + <usize>atom * 24, 8);
    const z = load<f64>(xyz + <usize>atom * 24, 16);
    const vx = f32x4.splat(<f32>(x - lowX));
    const vy = f32x4.splat(<f32>(y - lowY));
    const vz = f32x4.splat(<f32>(z - lowZ));
    const own = i32x4.splat(atom);
    const x0 = max(0, cx - 1);
    const x1 = min(nx - 1, cx + 1);
    for (let az = max(0, cz - 1); az <= min(nz - 1, cz + 1); az++) {
      for (let ay = max(0, cy - 1); ay <= min(ny - 1, cy + 1); ay++) {
        const row = nx * (ay + ny * az);
        // Cells end with their highest row: those at the ends of the line without a higher one are left out.
        let left = x0 + row;
        let right = x1 + row;
        while (left <= right && !endsAbove(cellStart, order, left, atom)) left++;
        while (left < right && !endsAbove(cellStart, order, right, atom)) right--;
        if (left > right) continue;
        const first = load<i32>(cellStart + <usize>left * 4);
        const last = load<i32>(cellStart + <usize>right * 4, 4);
        if (<i32>((to - partner) >> 2) + last - first > capacity) return atom;
        for (let entry = first; entry < last; entry += 4) {
          const at = <usize>entry * 4;
          const dx = f32x4.sub(v128.load(sortedX + at), vx);
          const dy = f32x4.sub(v128.load(sortedY + at), vy);
          const dz = f32x4.sub(v128.load(sortedZ + at), vz);
          const squared = f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
          const others = v128.load(order + at);
          let near = v128.and(f32x4.le(squared, outer), i32x4.gt_s(others, own));
          if (entry + 4 > last) near = v128.and(near, i32x4.gt_s(i32x4.splat(last - entry), i32x4(0, 1, 2, 3)));
          const hits = i32x4.bitmask(near);
          if (hits == i32x4.bitmask(v128.and(near, f32x4.le(squared, inner)))) {
            v128.store(to, i8x16.swizzle(others, v128.load(packings + <usize>hits * 16)));
            to += <usize>popcnt(hits) * 4;
          } else {
            to = appendExactly(hits, order + at, xyz, x, y, z, limit, to);
          }
        }
      }
    }
    store<i32>(offset + <usize>(atom + 1) * 4, <i32>((to - partner) >> 2));
  }
  return count;
}
