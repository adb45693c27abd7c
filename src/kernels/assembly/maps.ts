// Kernels over whole maps, single precision with sums in double precision.

/** target -= factor * source over blocks of `blockLength` numbers; the sum of squares of each block's result goes to partial. */
export function subtractMap(
  target: usize,
  source: usize,
  factor: f32,
  length: i32,
  blockLength: i32,
  partial: usize,
  blockBegin: i32,
  blockEnd: i32,
  _scratch: usize,
): void {
  const scale = f32x4.splat(factor);
  for (let block = blockBegin; block < blockEnd; block++) {
    const begin = block * blockLength;
    const size = min(blockLength, length - begin);
    let to = target + <usize>begin * 4;
    let from = source + <usize>begin * 4;
    const end = to + <usize>size * 4;
    const whole = to + <usize>(size & ~3) * 4;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    while (to < whole) {
      const result = f32x4.sub(v128.load(to), f32x4.mul(scale, v128.load(from)));
      v128.store(to, result);
      const first = f64x2.promote_low_f32x4(result);
      const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(result, result, 2, 3, 2, 3));
      low = f64x2.add(low, f64x2.mul(first, first));
      high = f64x2.add(high, f64x2.mul(second, second));
      to += 16;
      from += 16;
    }
    const sum = f64x2.add(low, high);
    let squares = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    while (to < end) {
      const result: f32 = load<f32>(to) - factor * load<f32>(from);
      store<f32>(to, result);
      squares += <f64>result * <f64>result;
      to += 4;
      from += 4;
    }
    store<f64>(partial + <usize>block * 8, squares);
  }
}

/** target = factor * target + offset, from begin to end. */
export function scaleMap(target: usize, factor: f32, offset: f32, begin: i32, end: i32, _scratch: usize): void {
  const scale = f32x4.splat(factor);
  const shift = f32x4.splat(offset);
  let to = target + <usize>begin * 4;
  const last = target + <usize>end * 4;
  const whole = to + <usize>((end - begin) & ~3) * 4;
  while (to < whole) {
    v128.store(to, f32x4.add(f32x4.mul(scale, v128.load(to)), shift));
    to += 16;
  }
  while (to < last) {
    store<f32>(to, factor * load<f32>(to) + offset);
    to += 4;
  }
}
