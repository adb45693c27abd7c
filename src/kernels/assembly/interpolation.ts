// Tricubic interpolation kernel.
import { wrap } from "./wrap";

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
