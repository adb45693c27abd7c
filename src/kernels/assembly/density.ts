// Density kernels: Gaussian atoms on a periodic grid, and tricubic interpolation.

const gaussians: usize = 5;
/** Longest row of grid points of one atom, and its bytes. */
const rowLength: usize = 128;
const rowBytes: usize = 512;
/** Bytes of the factors along one axis: five rows. */
const axisBytes: usize = 2560;

/** exp(x) for x <= 0, relative error 2e-7: 2^n times a polynomial (Cody and Waite reduction, Cephes coefficients). */
@inline
function exponential(argument: v128): v128 {
  const x = f32x4.max(argument, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  const f = f32x4.add(
    f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))),
    f32x4.mul(n, f32x4.splat(0.000212194440)),
  );
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(5.0000001201e-1));
  const y = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(f, f)), f), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** exp(-c d^2) for each Gaussian at grid points first .. last, four at a time. */
function fillFactors(out: usize, decay: usize, position: f64, step: f64, first: i32, last: i32): void {
  const begin = <f32>((<f64>first - position) * step);
  const distances = f32x4.add(f32x4.splat(begin), f32x4.mul(f32x4.splat(<f32>step), f32x4(0, 1, 2, 3)));
  const four = f32x4.splat(<f32>(4 * step));
  for (let k: usize = 0; k < gaussians; k++) {
    const c = f32x4.splat(<f32>-load<f64>(decay + k * 8));
    let d = distances;
    let to = out + k * rowBytes;
    for (let index = first; index <= last; index += 4) {
      v128.store(to, exponential(f32x4.mul(c, f32x4.mul(d, d))));
      d = f32x4.add(d, four);
      to += 16;
    }
  }
}

@inline
function wrap(index: i32, length: i32): i32 {
  if (index >= 0 && index < length) return index;
  const rest = index % length;
  return rest < 0 ? rest + length : rest;
}

/** Product of an atom's amplitude and its factors along z and y. */
@inline
function rowFactor(amplitude: usize, fz: usize, fy: usize, k: usize): v128 {
  return f32x4.splat(<f32>load<f64>(amplitude + k * 8) * load<f32>(fz + k * rowBytes) * load<f32>(fy + k * rowBytes));
}

export function addDensity(
  values: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  stepX: f64,
  stepY: f64,
  stepZ: f64,
  count: i32,
  position: usize,
  amplitude: usize,
  decay: usize,
  radii: usize,
  zBegin: i32,
  zEnd: i32,
  scratch: usize,
): void {
  const fx = scratch;
  const fy = scratch + axisBytes;
  const fz = scratch + axisBytes * 2;
  for (let atom: usize = 0; atom < <usize>count; atom++) {
    const px = load<f64>(position + atom * 24);
    const py = load<f64>(position + atom * 24 + 8);
    const pz = load<f64>(position + atom * 24 + 16);
    const radius = load<f64>(radii + atom * 8);
    const x0 = <i32>ceil(px - radius / stepX);
    const x1 = <i32>floor(px + radius / stepX);
    const y0 = <i32>ceil(py - radius / stepY);
    const y1 = <i32>floor(py + radius / stepY);
    const z0 = <i32>ceil(pz - radius / stepZ);
    const z1 = <i32>floor(pz + radius / stepZ);
    const terms = decay + atom * gaussians * 8;
    fillFactors(fx, terms, px, stepX, x0, x1);
    fillFactors(fy, terms, py, stepY, y0, y1);
    fillFactors(fz, terms, pz, stepZ, z0, z1);
    const heights = amplitude + atom * gaussians * 8;
    for (let z = z0; z <= z1; z++) {
      const planeZ = wrap(z, nz);
      if (planeZ < zBegin || planeZ >= zEnd) continue;
      const dz = (<f64>z - pz) * stepZ;
      const rowZ = fz + <usize>(z - z0) * 4;
      for (let y = y0; y <= y1; y++) {
        const dy = (<f64>y - py) * stepY;
        const left = radius * radius - dz * dz - dy * dy;
        if (left < 0) continue;
        const rowY = fy + <usize>(y - y0) * 4;
        const c0 = rowFactor(heights, rowZ, rowY, 0);
        const c1 = rowFactor(heights, rowZ, rowY, 1);
        const c2 = rowFactor(heights, rowZ, rowY, 2);
        const c3 = rowFactor(heights, rowZ, rowY, 3);
        const c4 = rowFactor(heights, rowZ, rowY, 4);
        const half = sqrt(left) / stepX;
        const begin = max(x0, <i32>ceil(px - half));
        const end = min(x1, <i32>floor(px + half));
        const row = values + (<usize>nx * (<usize>wrap(y, ny) + <usize>ny * <usize>planeZ)) * 4;
        let x = wrap(begin, nx);
        let rest = end - begin + 1;
        let from = fx + <usize>(begin - x0) * 4;
        // A row that leaves the box comes in again on the other side.
        while (rest > 0) {
          const run = min(rest, nx - x);
          let to = row + <usize>x * 4;
          const last = to + <usize>run * 4;
          while (to < last) {
            const sum = f32x4.add(
              f32x4.add(
                f32x4.add(f32x4.mul(c0, v128.load(from)), f32x4.mul(c1, v128.load(from, 512))),
                f32x4.add(f32x4.mul(c2, v128.load(from, 1024)), f32x4.mul(c3, v128.load(from, 1536))),
              ),
              f32x4.mul(c4, v128.load(from, 2048)),
            );
            const remaining = (last - to) >> 2;
            if (remaining >= 4) {
              v128.store(to, f32x4.add(v128.load(to), sum));
            } else {
              store<f32>(to, load<f32>(to) + f32x4.extract_lane(sum, 0));
              if (remaining > 1) store<f32>(to + 4, load<f32>(to + 4) + f32x4.extract_lane(sum, 1));
              if (remaining > 2) store<f32>(to + 8, load<f32>(to + 8) + f32x4.extract_lane(sum, 2));
            }
            const done = min<usize>(remaining, 4) * 4;
            from += done;
            to += done;
          }
          rest -= run;
          x = 0;
        }
      }
    }
  }
}

/** Four-point Lagrange weights at offset t and their derivatives: eight numbers. */
@inline
function cubicWeights(t: f64, out: usize): void {
  const t2 = t * t;
  const t3 = t2 * t;
  store<f64>(out, (-2 * t + 3 * t2 - t3) / 6);
  store<f64>(out + 8, 1 - t / 2 - t2 + t3 / 2);
  store<f64>(out + 16, t + t2 / 2 - t3 / 2);
  store<f64>(out + 24, (-t + t3) / 6);
  store<f64>(out + 32, (-2 + 6 * t - 3 * t2) / 6);
  store<f64>(out + 40, -0.5 - 2 * t + 1.5 * t2);
  store<f64>(out + 48, 1 + t - 1.5 * t2);
  store<f64>(out + 56, (-1 + 3 * t2) / 6);
}

/** Interval of a position along an axis; -1 outside a box that does not repeat. */
@inline
function intervalOf(position: f64, length: i32, periodic: bool): i32 {
  if (!periodic && !(position >= 0 && position <= <f64>(length - 1))) return i32.MIN_VALUE;
  let k = <i32>floor(position);
  // The last grid point belongs to the last interval.
  if (!periodic && k > length - 2 && k > 0) k = length - 2;
  return k;
}

@inline
function nodeIndex(index: i32, length: i32, periodic: bool): i32 {
  if (periodic) return wrap(index, length);
  return index < 0 ? 0 : index >= length ? length - 1 : index;
}

/** Samples the atoms listed in `rows` from begin to end; scratch holds 26 numbers of 8 bytes. */
export function sampleTricubic(
  values: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  toGrid: usize,
  corner: usize,
  periodic: bool,
  xyz: usize,
  rows: usize,
  valuesOut: usize,
  gradientsOut: usize,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  const f0 = load<f64>(toGrid), f1 = load<f64>(toGrid, 8), f2 = load<f64>(toGrid, 16);
  const f3 = load<f64>(toGrid, 24), f4 = load<f64>(toGrid, 32), f5 = load<f64>(toGrid, 40);
  const f6 = load<f64>(toGrid, 48), f7 = load<f64>(toGrid, 56), f8 = load<f64>(toGrid, 64);
  const cornerX = load<f64>(corner), cornerY = load<f64>(corner, 8), cornerZ = load<f64>(corner, 16);
  const wx = scratch;
  const wy = scratch + 64;
  const wz = scratch + 128;
  const gathered = scratch + 192;
  for (let entry = <usize>begin; entry < <usize>end; entry++) {
    const atom = <usize>load<i32>(rows + entry * 4);
    const x = load<f64>(xyz + atom * 24) - cornerX;
    const y = load<f64>(xyz + atom * 24, 8) - cornerY;
    const z = load<f64>(xyz + atom * 24, 16) - cornerZ;
    const ux = f0 * x + f1 * y + f2 * z;
    const uy = f3 * x + f4 * y + f5 * z;
    const uz = f6 * x + f7 * y + f8 * z;
    const kx = intervalOf(ux, nx, periodic);
    const ky = intervalOf(uy, ny, periodic);
    const kz = intervalOf(uz, nz, periodic);
    const gradient = gradientsOut + atom * 24;
    if (kx == i32.MIN_VALUE || ky == i32.MIN_VALUE || kz == i32.MIN_VALUE) {
      store<f64>(valuesOut + atom * 8, 0);
      store<f64>(gradient, 0);
      store<f64>(gradient, 0, 8);
      store<f64>(gradient, 0, 16);
      continue;
    }
    cubicWeights(ux - <f64>kx, wx);
    cubicWeights(uy - <f64>ky, wy);
    cubicWeights(uz - <f64>kz, wz);
    const isInner = kx > 0 && kx < nx - 2;
    // Sums over the 16 rows of four values: plain, with the slope along y, with the slope along z.
    let plainLow = f64x2.splat(0), plainHigh = f64x2.splat(0);
    let slopeYLow = f64x2.splat(0), slopeYHigh = f64x2.splat(0);
    let slopeZLow = f64x2.splat(0), slopeZHigh = f64x2.splat(0);
    for (let c = 0; c < 4; c++) {
      const plane = <usize>ny * <usize>nodeIndex(kz + c - 1, nz, periodic);
      let low = f64x2.splat(0), high = f64x2.splat(0);
      let yLow = f64x2.splat(0), yHigh = f64x2.splat(0);
      for (let b = 0; b < 4; b++) {
        const row = values + <usize>nx * (<usize>nodeIndex(ky + b - 1, ny, periodic) + plane) * 4;
        let four: v128;
        if (isInner) {
          four = v128.load(row + <usize>(kx - 1) * 4);
        } else {
          for (let a = 0; a < 4; a++) {
            store<f32>(
              gathered + <usize>a * 4,
              load<f32>(row + <usize>nodeIndex(kx + a - 1, nx, periodic) * 4),
            );
          }
          four = v128.load(gathered);
        }
        const first = f64x2.promote_low_f32x4(four);
        const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
        const weight = v128.load64_splat(wy + <usize>b * 8);
        const slope = v128.load64_splat(wy + <usize>b * 8, 32);
        low = f64x2.add(low, f64x2.mul(weight, first));
        high = f64x2.add(high, f64x2.mul(weight, second));
        yLow = f64x2.add(yLow, f64x2.mul(slope, first));
        yHigh = f64x2.add(yHigh, f64x2.mul(slope, second));
      }
      const weight = v128.load64_splat(wz + <usize>c * 8);
      const slope = v128.load64_splat(wz + <usize>c * 8, 32);
      plainLow = f64x2.add(plainLow, f64x2.mul(weight, low));
      plainHigh = f64x2.add(plainHigh, f64x2.mul(weight, high));
      slopeYLow = f64x2.add(slopeYLow, f64x2.mul(weight, yLow));
      slopeYHigh = f64x2.add(slopeYHigh, f64x2.mul(weight, yHigh));
      slopeZLow = f64x2.add(slopeZLow, f64x2.mul(slope, low));
      slopeZHigh = f64x2.add(slopeZHigh, f64x2.mul(slope, high));
    }
    const weightLow = v128.load(wx);
    const weightHigh = v128.load(wx, 16);
    const value = addLanes(f64x2.add(f64x2.mul(weightLow, plainLow), f64x2.mul(weightHigh, plainHigh)));
    const gx = addLanes(
      f64x2.add(f64x2.mul(v128.load(wx, 32), plainLow), f64x2.mul(v128.load(wx, 48), plainHigh)),
    );
    const gy = addLanes(f64x2.add(f64x2.mul(weightLow, slopeYLow), f64x2.mul(weightHigh, slopeYHigh)));
    const gz = addLanes(f64x2.add(f64x2.mul(weightLow, slopeZLow), f64x2.mul(weightHigh, slopeZHigh)));
    store<f64>(valuesOut + atom * 8, value);
    store<f64>(gradient, f0 * gx + f3 * gy + f6 * gz);
    store<f64>(gradient, f1 * gx + f4 * gy + f7 * gz, 8);
    store<f64>(gradient, f2 * gx + f5 * gy + f8 * gz, 16);
  }
}

@inline
function addLanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
