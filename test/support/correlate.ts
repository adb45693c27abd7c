// Pearson's correlation of two rows of numbers.

export function correlate(one: Float64Array, other: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    aa += (one[at]! - a) ** 2;
    bb += (other[at]! - b) ** 2;
    ab += (one[at]! - a) * (other[at]! - b);
  }
  return ab / Math.sqrt(aa * bb);
}
