// Vector kernels of the minimiser, double precision.

/** Scalar product: four running sums, added at the end, so that the order of additions depends on the length alone. */
export function dot(a: usize, b: usize, length: i32): f64 {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  const end = a + <usize>length * 8;
  const whole = a + (<usize>length & ~3) * 8;
  while (a < whole) {
    first = f64x2.add(first, f64x2.mul(v128.load(a), v128.load(b)));
    second = f64x2.add(second, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
    a += 32;
    b += 32;
  }
  const sum = f64x2.add(first, second);
  let result = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  while (a < end) {
    result += load<f64>(a) * load<f64>(b);
    a += 8;
    b += 8;
  }
  return result;
}

/** target += scale * source */
export function addScaled(target: usize, scale: f64, source: usize, length: i32): void {
  const factor = f64x2.splat(scale);
  const end = target + <usize>length * 8;
  const whole = target + (<usize>length & ~1) * 8;
  while (target < whole) {
    v128.store(target, f64x2.add(v128.load(target), f64x2.mul(factor, v128.load(source))));
    target += 16;
    source += 16;
  }
  if (target < end) store<f64>(target, load<f64>(target) + scale * load<f64>(source));
}

/** target = base + scale * source */
export function setSum(target: usize, base: usize, scale: f64, source: usize, length: i32): void {
  const factor = f64x2.splat(scale);
  const end = target + <usize>length * 8;
  const whole = target + (<usize>length & ~1) * 8;
  while (target < whole) {
    v128.store(target, f64x2.add(v128.load(base), f64x2.mul(factor, v128.load(source))));
    target += 16;
    base += 16;
    source += 16;
  }
  if (target < end) store<f64>(target, load<f64>(base) + scale * load<f64>(source));
}
