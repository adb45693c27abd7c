// Q-score kernel: map values on spheres around atoms, compared with Gaussians.

@inline
function intervalOf(place: f64, length: i32): i32 {
  return max(0, min(length - 2, <i32>Math.floor(place)));
}

@inline
function along(at: usize, fraction: f64): f64 {
  const first = <f64>load<f32>(at);
  return first + fraction * (<f64>load<f32>(at, 4) - first);
}

/** Trilinear value at a place in Angstrom from the corner; the frame begins with grid steps per Angstrom. */
@inline
function valueAt(values: usize, nx: i32, ny: i32, nz: i32, firstPlane: i32, frame: usize, x: f64, y: f64, z: f64): f64 {
  const u = load<f64>(frame) * x + load<f64>(frame, 8) * y + load<f64>(frame, 16) * z;
  const v = load<f64>(frame, 32) * y + load<f64>(frame, 40) * z;
  const w = load<f64>(frame, 64) * z;
  const i = intervalOf(u, nx), j = intervalOf(v, ny), k = intervalOf(w, nz);
  const fu = u - <f64>i, fv = v - <f64>j, fw = w - <f64>k;
  const row = <usize>nx * 4;
  const plane = row * <usize>ny;
  const at = values + <usize>i * 4 + row * <usize>j + plane * <usize>(k - firstPlane);
  const first = along(at, fu);
  const low = first + fv * (along(at + row, fu) - first);
  const second = along(at + plane, fu);
  const high = second + fv * (along(at + plane + row, fu) - second);
  return low + fw * (high - low);
}

/** Not in another model (upper 16 bits) nor in another conformer (lower 16 bits). */
@inline
function coexist(one: i32, other: i32): bool {
  const difference = one ^ other;
  return difference == 0 || ((difference & -65536) == 0 && ((one & 65535) == 0 || (other & 65535) == 0));
}

/** Writes vector and squared distance of every atom within reach; returns how many. */
function gatherNeighbours(
  atom: usize,
  xyz: usize,
  conformers: usize,
  order: usize,
  cellStart: usize,
  cellOf: usize,
  cellsX: i32,
  cellsY: i32,
  cellsZ: i32,
  limit: f64,
  near: usize,
): i32 {
  const cell = load<i32>(cellOf + atom * 4);
  const cx = cell % cellsX, cy = (cell / cellsX) % cellsY, cz = cell / (cellsX * cellsY);
  const x = load<f64>(xyz + atom * 24), y = load<f64>(xyz + atom * 24, 8), z = load<f64>(xyz + atom * 24, 16);
  const own = load<i32>(conformers + atom * 4);
  let to = near;
  for (let az = max(0, cz - 1); az <= min(cellsZ - 1, cz + 1); az++) {
    for (let ay = max(0, cy - 1); ay <= min(cellsY - 1, cy + 1); ay++) {
      const row = cellsX * (ay + cellsY * az);
      const end = load<i32>(cellStart + <usize>(row + min(cellsX - 1, cx + 1)) * 4, 4);
      for (let entry = load<i32>(cellStart + <usize>(row + max(0, cx - 1)) * 4); entry < end; entry++) {
        const other = <usize>load<i32>(order + <usize>entry * 4);
        const p = xyz + other * 24;
        const dx = load<f64>(p) - x, dy = load<f64>(p, 8) - y, dz = load<f64>(p, 16) - z;
        const squared = dx * dx + dy * dy + dz * dz;
        if (squared > limit || other == atom || !coexist(own, load<i32>(conformers + other * 4))) continue;
        store<f64>(to, dx);
        store<f64>(to, dy, 8);
        store<f64>(to, dz, 16);
        store<f64>(to, squared, 24);
        to += 32;
      }
    }
  }
  return <i32>((to - near) >> 5);
}

/** Writes the atoms that can block points of a shell, with how far along its vector a unit direction may reach; returns their end. */
@inline
function gatherBlockers(near: usize, nearEnd: usize, blockers: usize, radius: f64, rejection: f64): usize {
  const farthest = (1 + rejection) * radius;
  const limit = farthest * farthest;
  const own = radius * radius * (1 - rejection * rejection);
  let to = blockers;
  for (let from = near; from < nearEnd; from += 32) {
    const squared = load<f64>(from, 24);
    if (squared > limit) continue;
    v128.store(to, v128.load(from));
    store<f64>(to, load<f64>(from, 16), 16);
    store<f64>(to, (squared + own) / (2 * radius), 24);
    to += 32;
  }
  return to;
}

@inline
function blocks(blocker: usize, ux: f64, uy: f64, uz: f64): bool {
  return load<f64>(blocker) * ux + load<f64>(blocker, 8) * uy + load<f64>(blocker, 16) * uz > load<f64>(blocker, 24);
}

/**
 * Writes the addresses of the directions of the first set of which at least `leastPoints` are free, and returns how many; 0 where
 * there is no such set.
 */
function keepDirections(
  directions: usize,
  setStart: usize,
  sets: i32,
  leastPoints: i32,
  blockers: usize,
  blockersEnd: usize,
  kept: usize,
): i32 {
  // What blocked a direction probably blocks the next one too, which is near to it.
  let latest = blockers;
  const isBlocked = blockersEnd > blockers;
  for (let set: usize = 0; set < <usize>sets; set++) {
    const last = load<i32>(setStart + set * 4, 4);
    let count = 0;
    for (let row = load<i32>(setStart + set * 4); row < last; row++) {
      if (count + last - row < leastPoints) break;
      const direction = directions + <usize>row * 24;
      if (isBlocked) {
        const ux = load<f64>(direction), uy = load<f64>(direction, 8), uz = load<f64>(direction, 16);
        if (blocks(latest, ux, uy, uz)) continue;
        let at = blockers;
        while (at < blockersEnd && !blocks(at, ux, uy, uz)) at += 32;
        if (at < blockersEnd) {
          latest = at;
          continue;
        }
      }
      store<i32>(kept + <usize>count * 4, <i32>direction);
      count++;
    }
    if (count >= leastPoints) return count;
  }
  return 0;
}

/** Bytes of the frame before the cells' reach: grid steps per Angstrom (9) and corner (3). */
const cornerAt: usize = 72;

/**
 * Scores the atoms `rows[begin]` to `rows[end - 1]`. `profiles` holds, per width, the Gaussian at the centre and on each shell.
 * Scratch: three sums per width, addresses of the largest set of directions, and twice four numbers per neighbour.
 */
export function scoreShells(
  values: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  firstPlane: i32,
  frame: usize,
  xyz: usize,
  conformers: usize,
  rows: usize,
  order: usize,
  cellStart: usize,
  cellOf: usize,
  cellsX: i32,
  cellsY: i32,
  cellsZ: i32,
  directions: usize,
  setStart: usize,
  sets: i32,
  leastPoints: i32,
  shells: usize,
  shellCount: i32,
  profiles: usize,
  widths: i32,
  centreWeight: i32,
  rejection: f64,
  keptAt: i32,
  nearAt: i32,
  blockersAt: i32,
  scores: usize,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  const kept = scratch + <usize>keptAt, near = scratch + <usize>nearAt, blockers = scratch + <usize>blockersAt;
  const stride = <usize>(shellCount + 1) * 8;
  const reach = (1 + rejection) * load<f64>(shells + <usize>(shellCount - 1) * 8);
  for (let entry = <usize>begin; entry < <usize>end; entry++) {
    const atom = <usize>load<i32>(rows + entry * 4);
    const neighbours = gatherNeighbours(
      atom, xyz, conformers, order, cellStart, cellOf, cellsX, cellsY, cellsZ, reach * reach, near,
    );
    const nearEnd = near + <usize>neighbours * 32;
    const x = load<f64>(xyz + atom * 24) - load<f64>(frame + cornerAt);
    const y = load<f64>(xyz + atom * 24, 8) - load<f64>(frame + cornerAt, 8);
    const z = load<f64>(xyz + atom * 24, 16) - load<f64>(frame + cornerAt, 16);
    // Values are taken from that at the centre, so that no digits are lost in maps far from zero.
    const centre = valueAt(values, nx, ny, nz, firstPlane, frame, x, y, z);
    let points = <f64>centreWeight, sumM: f64 = 0, sumMM: f64 = 0;
    for (let width: usize = 0; width < <usize>widths; width++) {
      const g = load<f64>(profiles + width * stride);
      store<f64>(scratch + width * 24, points * g);
      store<f64>(scratch + width * 24, points * g * g, 8);
      store<f64>(scratch + width * 24, 0, 16);
    }
    for (let shell: usize = 0; shell < <usize>shellCount; shell++) {
      const radius = load<f64>(shells + shell * 8);
      const blockersEnd = gatherBlockers(near, nearEnd, blockers, radius, rejection);
      const count = keepDirections(directions, setStart, sets, leastPoints, blockers, blockersEnd, kept);
      let m: f64 = 0, mm: f64 = 0;
      for (let at: usize = 0; at < <usize>count; at++) {
        const u = <usize>load<u32>(kept + at * 4);
        const px = x + radius * load<f64>(u), py = y + radius * load<f64>(u, 8), pz = z + radius * load<f64>(u, 16);
        const value = valueAt(values, nx, ny, nz, firstPlane, frame, px, py, pz) - centre;
        m += value;
        mm += value * value;
      }
      points += <f64>count;
      sumM += m;
      sumMM += mm;
      for (let width: usize = 0; width < <usize>widths; width++) {
        const g = load<f64>(profiles + width * stride + shell * 8, 8);
        const sums = scratch + width * 24;
        store<f64>(sums, load<f64>(sums) + <f64>count * g);
        store<f64>(sums, load<f64>(sums, 8) + <f64>count * g * g, 8);
        store<f64>(sums, load<f64>(sums, 16) + m * g, 16);
      }
    }
    for (let width: usize = 0; width < <usize>widths; width++) {
      const sums = scratch + width * 24;
      const g = load<f64>(sums), gg = load<f64>(sums, 8), mg = load<f64>(sums, 16);
      const varianceM = sumMM - (sumM * sumM) / points;
      const varianceG = gg - (g * g) / points;
      const isDefined = varianceM > 1e-12 * sumMM && varianceG > 1e-12 * gg;
      const score = isDefined ? (mg - (sumM * g) / points) / Math.sqrt(varianceM * varianceG) : f64.NaN;
      store<f64>(scores + (entry * <usize>widths + width) * 8, score);
    }
  }
}
