// Incomplete Cholesky factor of a sparse symmetric matrix of 3 x 3 blocks, used as a preconditioner.

/** Lower triangle by block rows: blocks rowStart[r] .. rowStart[r + 1] - 1 have ascending columns, the last is the diagonal. */
export interface BlockMatrix {
  readonly size: number;
  readonly rowStart: Int32Array;
  readonly column: Int32Array;
  /** 9 numbers per block, row-major. */
  readonly values: Float64Array;
}

/** Allocates the matrix for the given pairs (first !== second, any order, repeats allowed) plus all diagonal blocks. */
export function createBlockMatrix(size: number, first: Int32Array, second: Int32Array): BlockMatrix {
  const begin = new Int32Array(size + 1);
  for (let pair = 0; pair < first.length; pair++) begin[Math.max(first[pair]!, second[pair]!) + 1]!++;
  for (let row = 0; row < size; row++) begin[row + 1]! += begin[row]!;
  const next = begin.slice(0, size);
  const all = new Int32Array(first.length);
  for (let pair = 0; pair < first.length; pair++) {
    const a = first[pair]!;
    const b = second[pair]!;
    all[next[Math.max(a, b)]!++] = Math.min(a, b);
  }
  const rowStart = new Int32Array(size + 1);
  for (let row = 0; row < size; row++) {
    rowStart[row + 1] = rowStart[row]! + sortUnique(all, begin[row]!, begin[row + 1]!) + 1;
  }
  const column = new Int32Array(rowStart[size]!);
  for (let row = 0; row < size; row++) {
    const diagonal = rowStart[row + 1]! - 1;
    for (let block = rowStart[row]!; block < diagonal; block++)
      column[block] = all[begin[row]! + block - rowStart[row]!]!;
    column[diagonal] = row;
  }
  return { size, rowStart, column, values: new Float64Array(9 * column.length) };
}

/** Sorts a few entries by insertion, each value once at the front; returns how many there are. */
function sortUnique(values: Int32Array, begin: number, end: number): number {
  let last = begin;
  for (let entry = begin; entry < end; entry++) {
    const value = values[entry]!;
    let at = last;
    while (at > begin && values[at - 1]! > value) at--;
    if (at > begin && values[at - 1] === value) continue;
    values.copyWithin(at + 1, at, last);
    values[at] = value;
    last++;
  }
  return last - begin;
}

/** Position of block (row, column), row >= column; -1 when it is not in the pattern. */
export function findBlock(matrix: BlockMatrix, row: number, column: number): number {
  let low = matrix.rowStart[row]!;
  let high = matrix.rowStart[row + 1]! - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = matrix.column[middle]!;
    if (at === column) return middle;
    if (at < column) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/**
 * Adds scale * g gT of a term over several block rows: g holds 3 numbers per entry of `rows`; rows below zero are fixed and
 * skipped, as are blocks outside the pattern.
 */
export function addOuterProduct(
  matrix: BlockMatrix,
  rows: readonly number[],
  g: Float64Array | readonly number[],
  scale: number,
): void {
  const { values } = matrix;
  for (let p = 0; p < rows.length; p++) {
    const row = rows[p]!;
    if (row < 0) continue;
    for (let q = 0; q < rows.length; q++) {
      const column = rows[q]!;
      if (column < 0 || column > row) continue;
      const block = column === row ? matrix.rowStart[row + 1]! - 1 : findBlock(matrix, row, column);
      if (block < 0) continue;
      const at = 9 * block;
      for (let c = 0; c < 3; c++) {
        const left = scale * g[3 * p + c]!;
        values[at + 3 * c]! += left * g[3 * q]!;
        values[at + 3 * c + 1]! += left * g[3 * q + 1]!;
        values[at + 3 * c + 2]! += left * g[3 * q + 2]!;
      }
    }
  }
}

/** Adds scale * left right^T between two block rows (left on the first); rows below zero and blocks outside the pattern are skipped. */
export function addBlock(
  matrix: BlockMatrix,
  first: number,
  second: number,
  left: readonly [number, number, number],
  right: readonly [number, number, number],
  scale: number,
): void {
  if (first < 0 || second < 0) return;
  const lower = first >= second;
  const block = lower ? findBlock(matrix, first, second) : findBlock(matrix, second, first);
  if (block < 0) return;
  const a = lower ? left : right;
  const b = lower ? right : left;
  const at = 9 * block;
  for (let r = 0; r < 3; r++) for (let c = 0; c < 3; c++) matrix.values[at + 3 * r + c]! += scale * a[r]! * b[c]!;
}

/**
 * Factor with the matrix's own pattern: L L^T is near the matrix. The diagonal is raised by the fraction `firstShift`, and
 * further until every pivot is positive (Manteuffel 1980); every diagonal block must be positive definite.
 */
export function factorizeIncomplete(matrix: BlockMatrix, firstShift = 1e-3): BlockMatrix {
  const values = new Float64Array(matrix.values.length);
  for (let shift = firstShift; ; shift = Math.max(1e-3, 4 * shift)) {
    values.set(matrix.values);
    if (tryFactorize({ ...matrix, values }, shift)) return { ...matrix, values };
  }
}

/** False where a pivot is not positive. */
function tryFactorize({ size, rowStart, column, values }: BlockMatrix, shift: number): boolean {
  for (let row = 0; row < size; row++) {
    const begin = rowStart[row]!;
    const diagonal = rowStart[row + 1]! - 1;
    for (let c = 0; c < 9; c += 4) values[9 * diagonal + c]! *= 1 + shift;
    for (let block = begin; block < diagonal; block++) {
      const pivotRow = column[block]!;
      const pivot = rowStart[pivotRow + 1]! - 1;
      // Blocks left of both rows: merge the two sorted lists.
      let left = begin;
      let right = rowStart[pivotRow]!;
      while (left < block && right < pivot) {
        const difference = column[left]! - column[right]!;
        if (difference === 0) subtractProduct(values, 9 * block, 9 * left, 9 * right);
        if (difference <= 0) left++;
        if (difference >= 0) right++;
      }
      solveFromRight(values, 9 * block, 9 * pivot);
      subtractProduct(values, 9 * diagonal, 9 * block, 9 * block);
    }
    if (!factorizePivot(values, 9 * diagonal)) return false;
  }
  return true;
}

/** target -= left right^T for 3 x 3 blocks. */
function subtractProduct(v: Float64Array, target: number, left: number, right: number): void {
  for (let r = 0; r < 3; r++) {
    const a = v[left + 3 * r]!;
    const b = v[left + 3 * r + 1]!;
    const c = v[left + 3 * r + 2]!;
    v[target + 3 * r]! -= a * v[right]! + b * v[right + 1]! + c * v[right + 2]!;
    v[target + 3 * r + 1]! -= a * v[right + 3]! + b * v[right + 4]! + c * v[right + 5]!;
    v[target + 3 * r + 2]! -= a * v[right + 6]! + b * v[right + 7]! + c * v[right + 8]!;
  }
}

/** block = block L^-T with the lower triangular pivot L. */
function solveFromRight(v: Float64Array, block: number, pivot: number): void {
  const l00 = v[pivot]!;
  const l10 = v[pivot + 3]!;
  const l11 = v[pivot + 4]!;
  const l20 = v[pivot + 6]!;
  const l21 = v[pivot + 7]!;
  const l22 = v[pivot + 8]!;
  for (let r = 0; r < 3; r++) {
    const at = block + 3 * r;
    const x = v[at]! / l00;
    const y = (v[at + 1]! - x * l10) / l11;
    v[at] = x;
    v[at + 1] = y;
    v[at + 2] = (v[at + 2]! - x * l20 - y * l21) / l22;
  }
}

function factorizePivot(v: Float64Array, at: number): boolean {
  const a = v[at]!;
  if (!(a > 1e-12)) return false;
  const l00 = Math.sqrt(a);
  const l10 = v[at + 3]! / l00;
  const l20 = v[at + 6]! / l00;
  const b = v[at + 4]! - l10 * l10;
  if (!(b > 1e-12 * v[at + 4]!)) return false;
  const l11 = Math.sqrt(b);
  const l21 = (v[at + 7]! - l20 * l10) / l11;
  const c = v[at + 8]! - l20 * l20 - l21 * l21;
  if (!(c > 1e-12 * v[at + 8]!)) return false;
  v[at] = l00;
  v[at + 1] = 0;
  v[at + 2] = 0;
  v[at + 3] = l10;
  v[at + 4] = l11;
  v[at + 5] = 0;
  v[at + 6] = l20;
  v[at + 7] = l21;
  v[at + 8] = Math.sqrt(c);
  return true;
}

/** vector = (L L^T)^-1 vector, in place. */
export function solveFactorized(factor: BlockMatrix, vector: Float64Array): void {
  const { size, rowStart, column, values: v } = factor;
  for (let row = 0; row < size; row++) {
    const diagonal = rowStart[row + 1]! - 1;
    let x = vector[3 * row]!;
    let y = vector[3 * row + 1]!;
    let z = vector[3 * row + 2]!;
    for (let block = rowStart[row]!; block < diagonal; block++) {
      const at = 9 * block;
      const c = 3 * column[block]!;
      const p = vector[c]!;
      const q = vector[c + 1]!;
      const r = vector[c + 2]!;
      x -= v[at]! * p + v[at + 1]! * q + v[at + 2]! * r;
      y -= v[at + 3]! * p + v[at + 4]! * q + v[at + 5]! * r;
      z -= v[at + 6]! * p + v[at + 7]! * q + v[at + 8]! * r;
    }
    const d = 9 * diagonal;
    x /= v[d]!;
    y = (y - v[d + 3]! * x) / v[d + 4]!;
    vector[3 * row] = x;
    vector[3 * row + 1] = y;
    vector[3 * row + 2] = (z - v[d + 6]! * x - v[d + 7]! * y) / v[d + 8]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    const diagonal = rowStart[row + 1]! - 1;
    const d = 9 * diagonal;
    const z = vector[3 * row + 2]! / v[d + 8]!;
    const y = (vector[3 * row + 1]! - v[d + 7]! * z) / v[d + 4]!;
    const x = (vector[3 * row]! - v[d + 3]! * y - v[d + 6]! * z) / v[d]!;
    vector[3 * row] = x;
    vector[3 * row + 1] = y;
    vector[3 * row + 2] = z;
    for (let block = rowStart[row]!; block < diagonal; block++) {
      const at = 9 * block;
      const c = 3 * column[block]!;
      vector[c]! -= v[at]! * x + v[at + 3]! * y + v[at + 6]! * z;
      vector[c + 1]! -= v[at + 1]! * x + v[at + 4]! * y + v[at + 7]! * z;
      vector[c + 2]! -= v[at + 2]! * x + v[at + 5]! * y + v[at + 8]! * z;
    }
  }
}
