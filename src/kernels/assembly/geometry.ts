// Geometry that energies share, on coordinates in double precision: small vectors, the best plane's normal.

export const degrees: f64 = 57.29577951308232;
export const radians: f64 = 0.017453292519943295;

/** Writes the unit eigenvector of the smallest eigenvalue of [xx, yy, zz, xy, xz, yz] to out; work holds 18 numbers. */
export function smallestEigenvector(m: usize, out: usize, work: usize): void {
  const xx = load<f64>(m), yy = load<f64>(m, 8), zz = load<f64>(m, 16);
  const xy = load<f64>(m, 24), xz = load<f64>(m, 32), yz = load<f64>(m, 40);
  const mean = (xx + yy + zz) / 3;
  const a = xx - mean, b = yy - mean, c = zz - mean;
  const p = (a * a + b * b + c * c + 2 * (xy * xy + xz * xz + yz * yz)) / 6;
  const half = (a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)) / 2;
  const angle = Math.acos(Math.min(1, Math.max(-1, half / Math.max(1e-300, p * Math.sqrt(p))))) / 3;
  const spread = 2 * Math.sqrt(p);
  const smallest = mean + spread * Math.cos(angle + (2 * Math.PI) / 3);
  const middle = mean + spread * Math.cos(angle - (2 * Math.PI) / 3);
  const largest = mean + spread * Math.cos(angle);
  // Nearly equal eigenvalues: the closed form would lose digits.
  if (!(middle - smallest > 1e-3 * largest)) {
    rotateToDiagonal(m, out, work);
    return;
  }
  nullVector(m, smallest, out);
  const x = load<f64>(out), y = load<f64>(out, 8), z = load<f64>(out, 16);
  nullVector(m, x * x * xx + y * y * yy + z * z * zz + 2 * (x * y * xy + x * z * xz + y * z * yz), out);
}

/** The longest cross product of two rows of the matrix less `value` times one, normalised. */
function nullVector(m: usize, value: f64, out: usize): void {
  const a = load<f64>(m) - value, b = load<f64>(m, 8) - value, c = load<f64>(m, 16) - value;
  const xy = load<f64>(m, 24), xz = load<f64>(m, 32), yz = load<f64>(m, 40);
  let x = xy * yz - xz * b;
  let y = xz * xy - a * yz;
  let z = a * b - xy * xy;
  let best = x * x + y * y + z * z;
  const ux = xy * c - xz * yz;
  const uy = xz * xz - a * c;
  const uz = a * yz - xy * xz;
  const second = ux * ux + uy * uy + uz * uz;
  if (second > best) {
    best = second;
    x = ux;
    y = uy;
    z = uz;
  }
  const vx = b * c - yz * yz;
  const vy = yz * xz - xy * c;
  const vz = xy * yz - b * xz;
  const third = vx * vx + vy * vy + vz * vz;
  if (third > best) {
    best = third;
    x = vx;
    y = vy;
    z = vz;
  }
  const scale = 1 / Math.sqrt(best);
  store<f64>(out, x * scale);
  store<f64>(out, y * scale, 8);
  store<f64>(out, z * scale, 16);
}

@inline
function element(a: usize, row: i32, column: i32): usize {
  return a + <usize>(3 * row + column) * 8;
}

/** Cyclic Jacobi rotations, safe for degenerate matrices. */
function rotateToDiagonal(m: usize, out: usize, work: usize): void {
  const a = work;
  const v = work + 72;
  store<f64>(a, load<f64>(m));
  store<f64>(a, load<f64>(m, 8), 32);
  store<f64>(a, load<f64>(m, 16), 64);
  const xy = load<f64>(m, 24), xz = load<f64>(m, 32), yz = load<f64>(m, 40);
  store<f64>(a, xy, 8);
  store<f64>(a, xy, 24);
  store<f64>(a, xz, 16);
  store<f64>(a, xz, 48);
  store<f64>(a, yz, 40);
  store<f64>(a, yz, 56);
  for (let at: usize = 0; at < 9; at++) store<f64>(v + at * 8, at % 4 == 0 ? 1 : 0);
  for (let sweep = 0; sweep < 50; sweep++) {
    const p = load<f64>(a, 8), q = load<f64>(a, 16), r = load<f64>(a, 40);
    const d = load<f64>(a), e = load<f64>(a, 32), f = load<f64>(a, 64);
    const off = p * p + q * q + r * r;
    const diagonal = d * d + e * e + f * f;
    if (off <= 1e-32 * diagonal || off == 0) break;
    rotate(a, v, 0, 1);
    rotate(a, v, 0, 2);
    rotate(a, v, 1, 2);
  }
  let column = 0;
  for (let other = 1; other < 3; other++) {
    if (load<f64>(element(a, other, other)) < load<f64>(element(a, column, column))) column = other;
  }
  for (let row = 0; row < 3; row++) store<f64>(out + <usize>row * 8, load<f64>(element(v, row, column)));
}

function rotate(a: usize, v: usize, p: i32, q: i32): void {
  const apq = load<f64>(element(a, p, q));
  if (apq == 0) return;
  const theta = (load<f64>(element(a, q, q)) - load<f64>(element(a, p, p))) / (2 * apq);
  const t = (theta >= 0 ? 1.0 : -1.0) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < 3; k++) turn(element(a, k, p), element(a, k, q), c, s);
  for (let k = 0; k < 3; k++) turn(element(a, p, k), element(a, q, k), c, s);
  for (let k = 0; k < 3; k++) turn(element(v, k, p), element(v, k, q), c, s);
}

@inline
function turn(p: usize, q: usize, c: f64, s: f64): void {
  const x = load<f64>(p);
  const y = load<f64>(q);
  store<f64>(p, c * x - s * y);
  store<f64>(q, s * x + c * y);
}
