// Vector kernels of the minimiser, double precision.

/** Scalar product: four running sums, added at the end, so that the order of additions depends on the length alone. */
function dot(a: usize, b: usize, length: i32): f64 {
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

/** Two products at once, each summed as `dot` does, so that neither waits for its own additions; they go to `out`. */
function dotPair(a: usize, b: usize, c: usize, length: i32, out: usize): void {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  let third = f64x2.splat(0);
  let fourth = f64x2.splat(0);
  const end = a + <usize>length * 8;
  const whole = a + (<usize>length & ~3) * 8;
  while (a < whole) {
    const low = v128.load(a);
    const high = v128.load(a, 16);
    first = f64x2.add(first, f64x2.mul(low, v128.load(b)));
    second = f64x2.add(second, f64x2.mul(high, v128.load(b, 16)));
    third = f64x2.add(third, f64x2.mul(low, v128.load(c)));
    fourth = f64x2.add(fourth, f64x2.mul(high, v128.load(c, 16)));
    a += 32;
    b += 32;
    c += 32;
  }
  first = f64x2.add(first, second);
  third = f64x2.add(third, fourth);
  let sum = f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1);
  let sumNext = f64x2.extract_lane(third, 0) + f64x2.extract_lane(third, 1);
  while (a < end) {
    sum += load<f64>(a) * load<f64>(b);
    sumNext += load<f64>(a) * load<f64>(c);
    a += 8;
    b += 8;
    c += 8;
  }
  store<f64>(out, sum);
  store<f64>(out, sumNext, 8);
}

/** Products of x with each of the listed vectors over blocks of `blockLength` numbers, to partial[block][vector]. */
export function dots(
  x: usize,
  vectors: usize,
  count: i32,
  length: i32,
  blockLength: i32,
  partial: usize,
  blockBegin: i32,
  blockEnd: i32,
  _scratch: usize,
): void {
  const rows = <usize>count;
  for (let block = blockBegin; block < blockEnd; block++) {
    const begin = block * blockLength;
    const size = min(blockLength, length - begin);
    const from = <usize>begin * 8;
    const to = partial + <usize>(block * count) * 8;
    let row: usize = 0;
    for (; row + 1 < rows; row += 2) {
      const list = vectors + row * 4;
      dotPair(x + from, <usize>load<u32>(list) + from, <usize>load<u32>(list, 4) + from, size, to + row * 8);
    }
    if (row < rows) store<f64>(to + row * 8, dot(x + from, <usize>load<u32>(vectors + row * 4) + from, size));
  }
}

/** target = base + the sum of factors times vectors, over a range of numbers; target may be base. */
export function combine(
  target: usize,
  base: usize,
  vectors: usize,
  factors: usize,
  count: i32,
  begin: i32,
  end: i32,
  _scratch: usize,
): void {
  const whole = begin + ((end - begin) & ~7);
  for (let index = begin; index < whole; index += 8) {
    const at = <usize>index * 8;
    let first = v128.load(base + at);
    let second = v128.load(base + at, 16);
    let third = v128.load(base + at, 32);
    let fourth = v128.load(base + at, 48);
    for (let row: usize = 0; row < <usize>count; row++) {
      const factor = v128.load64_splat(factors + row * 8);
      const from = <usize>load<u32>(vectors + row * 4) + at;
      first = f64x2.add(first, f64x2.mul(factor, v128.load(from)));
      second = f64x2.add(second, f64x2.mul(factor, v128.load(from, 16)));
      third = f64x2.add(third, f64x2.mul(factor, v128.load(from, 32)));
      fourth = f64x2.add(fourth, f64x2.mul(factor, v128.load(from, 48)));
    }
    v128.store(target + at, first);
    v128.store(target + at, second, 16);
    v128.store(target + at, third, 32);
    v128.store(target + at, fourth, 48);
  }
  for (let index = whole; index < end; index++) {
    const at = <usize>index * 8;
    let sum = load<f64>(base + at);
    for (let row: usize = 0; row < <usize>count; row++) {
      sum += load<f64>(factors + row * 8) * load<f64>(<usize>load<u32>(vectors + row * 4) + at);
    }
    store<f64>(target + at, sum);
  }
}
