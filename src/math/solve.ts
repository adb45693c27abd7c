// Small systems of linear equations.

/**
 * Solves matrix x = right side by elimination with pivots; the matrix is row-major, n x n. Null where it is singular to a part in
 * 10^12 of its largest entry.
 */
export function solveLinear(matrix: readonly number[], rightSide: readonly number[]): number[] | null {
  const n = rightSide.length;
  const a = [...matrix];
  const x = [...rightSide];
  const smallest = 1e-12 * Math.max(...matrix.map(Math.abs));
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[n * row + column]!) > Math.abs(a[n * pivot + column]!)) pivot = row;
    }
    if (!(Math.abs(a[n * pivot + column]!) > smallest)) return null;
    if (pivot !== column) {
      for (let at = 0; at < n; at++)
        [a[n * pivot + at], a[n * column + at]] = [a[n * column + at]!, a[n * pivot + at]!];
      [x[pivot], x[column]] = [x[column]!, x[pivot]!];
    }
    for (let row = column + 1; row < n; row++) {
      const factor = a[n * row + column]! / a[n * column + column]!;
      for (let at = column; at < n; at++) a[n * row + at]! -= factor * a[n * column + at]!;
      x[row]! -= factor * x[column]!;
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let at = row + 1; at < n; at++) x[row]! -= a[n * row + at]! * x[at]!;
    x[row]! /= a[n * row + row]!;
  }
  return x;
}
