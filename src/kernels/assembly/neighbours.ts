// Neighbour kernel: distance filter over atoms sorted into cells.

/**
 * Writes the neighbours of higher row of atoms from `begin` on, in the order of the cells. Candidates are tested four at a time
 * in single precision with a margin, hits again in double precision. Returns the first atom whose neighbours did not fit.
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
  const coarse = f32x4.splat(<f32>(limit + 0.001 + 0.001 * limit));
  let used = load<i32>(offset + <usize>begin * 4);
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
    const x0 = max(0, cx - 1);
    const x1 = min(nx - 1, cx + 1);
    for (let az = max(0, cz - 1); az <= min(nz - 1, cz + 1); az++) {
      for (let ay = max(0, cy - 1); ay <= min(ny - 1, cy + 1); ay++) {
        const row = <usize>(nx * (ay + ny * az));
        const first = load<i32>(cellStart + (<usize>x0 + row) * 4);
        const last = load<i32>(cellStart + (<usize>x1 + row + 1) * 4);
        if (used + last - first > capacity) return atom;
        for (let entry = first; entry < last; entry += 4) {
          const at = <usize>entry * 4;
          const dx = f32x4.sub(v128.load(sortedX + at), vx);
          const dy = f32x4.sub(v128.load(sortedY + at), vy);
          const dz = f32x4.sub(v128.load(sortedZ + at), vz);
          const squared = f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
          let hits = i32x4.bitmask(f32x4.le(squared, coarse));
          while (hits) {
            const lane = ctz(hits);
            hits &= hits - 1;
            if (entry + lane >= last) break;
            const other = load<i32>(order + at + <usize>lane * 4);
            if (other <= atom) continue;
            const p = xyz + <usize>other * 24;
            const ex = load<f64>(p) - x;
            const ey = load<f64>(p, 8) - y;
            const ez = load<f64>(p, 16) - z;
            if (ex * ex + ey * ey + ez * ez > limit) continue;
            store<i32>(partner + <usize>used * 4, other);
            used++;
          }
        }
      }
    }
    store<i32>(offset + <usize>(atom + 1) * 4, used);
  }
  return count;
}
