// Geometry that energies share, on coordinates in double precision: small vectors, the best plane's normal.

export const degrees: f64 = 57.29577951308232;
export const radians: f64 = 0.017453292519943295;

/** Writes the unit eigenvector of the smallest eigenvalue of [xx, yy, zz, xy, xz, yz] to out; work holds 30 numbers. */
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

/** Eigenvector of the smallest eigenvalue by rotations; work holds 30 numbers. */
function rotateToDiagonal(m: usize, out: usize, work: usize): void {
  diagonalize(m, work, work + 24, work + 96);
  for (let c: usize = 0; c < 24; c += 8) store<f64>(out + c, load<f64>(work + 24 + c));
}

/** Ascending eigenvalues (3) and unit eigenvectors (3 rows) by cyclic Jacobi rotations; work holds 18 numbers. */
export function diagonalize(m: usize, eigenvalues: usize, vectors: usize, work: usize): void {
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
  let low = 0, high = 2;
  for (let column = 0; column < 3; column++) {
    const value = load<f64>(element(a, column, column));
    if (value < load<f64>(element(a, low, low))) low = column;
    if (value >= load<f64>(element(a, high, high))) high = column;
  }
  if (low == high) high = low == 0 ? 2 : 0;
  writeAxis(a, v, low, eigenvalues, vectors);
  writeAxis(a, v, 3 - low - high, eigenvalues + 8, vectors + 24);
  writeAxis(a, v, high, eigenvalues + 16, vectors + 48);
}

@inline
function writeAxis(a: usize, v: usize, column: i32, value: usize, axis: usize): void {
  store<f64>(value, load<f64>(element(a, column, column)));
  for (let row = 0; row < 3; row++) store<f64>(axis + <usize>row * 8, load<f64>(element(v, row, column)));
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

/** Weighted moments about the centre (xx, yy, zz, xy, xz, yz), then the centre, of a plane's entries; returns the sum of weights. */
export function planeMoments(xyz: usize, begin: usize, end: usize, atoms: usize, weights: usize, out: usize): f64 {
  let total: f64 = 0, cx: f64 = 0, cy: f64 = 0, cz: f64 = 0;
  for (let entry = begin; entry < end; entry++) {
    const w = load<f64>(weights + entry * 8);
    const p = xyz + <usize>load<i32>(atoms + entry * 4) * 24;
    total += w;
    cx += w * load<f64>(p);
    cy += w * load<f64>(p, 8);
    cz += w * load<f64>(p, 16);
  }
  cx /= total;
  cy /= total;
  cz /= total;
  let xx: f64 = 0, yy: f64 = 0, zz: f64 = 0, xy: f64 = 0, xz: f64 = 0, yz: f64 = 0;
  for (let entry = begin; entry < end; entry++) {
    const w = load<f64>(weights + entry * 8);
    const p = xyz + <usize>load<i32>(atoms + entry * 4) * 24;
    const x = load<f64>(p) - cx, y = load<f64>(p, 8) - cy, z = load<f64>(p, 16) - cz;
    xx += w * x * x;
    yy += w * y * y;
    zz += w * z * z;
    xy += w * x * y;
    xz += w * x * z;
    yz += w * y * z;
  }
  setTriple(out, xx, yy, zz);
  setTriple(out + 24, xy, xz, yz);
  setTriple(out + 48, cx, cy, cz);
  return total;
}

/** Below this (sine of an angle, or squared cross product) the geometry is degenerate and the gradient is zero. */
const degenerate: f64 = 1e-8;

@inline
function placeOf(xyz: usize, atoms: usize, row: usize): usize {
  return xyz + <usize>load<i32>(atoms + row * 4) * 24;
}

@inline
function setTriple(out: usize, x: f64, y: f64, z: f64): void {
  store<f64>(out, x);
  store<f64>(out, y, 8);
  store<f64>(out, z, 16);
}

/** Angle of three atoms in degrees; writes its gradient (9 numbers) in degrees per Angstrom. */
export function angleWithGradient(xyz: usize, atoms: usize, out: usize): f64 {
  const a = placeOf(xyz, atoms, 0);
  const b = placeOf(xyz, atoms, 1);
  const c = placeOf(xyz, atoms, 2);
  const bx = load<f64>(b), by = load<f64>(b, 8), bz = load<f64>(b, 16);
  let ux = load<f64>(a) - bx, uy = load<f64>(a, 8) - by, uz = load<f64>(a, 16) - bz;
  let vx = load<f64>(c) - bx, vy = load<f64>(c, 8) - by, vz = load<f64>(c, 16) - bz;
  const lengthU = Math.sqrt(ux * ux + uy * uy + uz * uz);
  const lengthV = Math.sqrt(vx * vx + vy * vy + vz * vz);
  if (lengthU < degenerate || lengthV < degenerate) {
    memory.fill(out, 0, 72);
    return 0;
  }
  ux /= lengthU;
  uy /= lengthU;
  uz /= lengthU;
  vx /= lengthV;
  vy /= lengthV;
  vz /= lengthV;
  const cosine = Math.max(-1, Math.min(1, ux * vx + uy * vy + uz * vz));
  const sine = Math.sqrt(1 - cosine * cosine);
  const angle = Math.acos(cosine) * degrees;
  if (sine < degenerate) {
    memory.fill(out, 0, 72);
    return angle;
  }
  const scaleU = degrees / (lengthU * sine);
  const scaleV = degrees / (lengthV * sine);
  const ix = scaleU * (cosine * ux - vx), iy = scaleU * (cosine * uy - vy), iz = scaleU * (cosine * uz - vz);
  const kx = scaleV * (cosine * vx - ux), ky = scaleV * (cosine * vy - uy), kz = scaleV * (cosine * vz - uz);
  setTriple(out, ix, iy, iz);
  setTriple(out + 24, -ix - kx, -iy - ky, -iz - kz);
  setTriple(out + 48, kx, ky, kz);
  return angle;
}

/** Dihedral of four atoms in degrees, IUPAC sign; writes its gradient (12 numbers) in degrees per Angstrom (Blondel & Karplus 1996). */
export function dihedralWithGradient(xyz: usize, atoms: usize, out: usize): f64 {
  const a = placeOf(xyz, atoms, 0);
  const b = placeOf(xyz, atoms, 1);
  const c = placeOf(xyz, atoms, 2);
  const d = placeOf(xyz, atoms, 3);
  const fx = load<f64>(a) - load<f64>(b), fy = load<f64>(a, 8) - load<f64>(b, 8), fz = load<f64>(a, 16) - load<f64>(b, 16);
  const gx = load<f64>(b) - load<f64>(c), gy = load<f64>(b, 8) - load<f64>(c, 8), gz = load<f64>(b, 16) - load<f64>(c, 16);
  const hx = load<f64>(d) - load<f64>(c), hy = load<f64>(d, 8) - load<f64>(c, 8), hz = load<f64>(d, 16) - load<f64>(c, 16);
  const ax = fy * gz - fz * gy, ay = fz * gx - fx * gz, az = fx * gy - fy * gx;
  const bx = hy * gz - hz * gy, by = hz * gx - hx * gz, bz = hx * gy - hy * gx;
  const a2 = ax * ax + ay * ay + az * az;
  const b2 = bx * bx + by * by + bz * bz;
  const length = Math.sqrt(gx * gx + gy * gy + gz * gz);
  if (a2 < degenerate || b2 < degenerate || length < degenerate) {
    memory.fill(out, 0, 96);
    return 0;
  }
  const cosine = ax * bx + ay * by + az * bz;
  const sine = ((by * az - bz * ay) * gx + (bz * ax - bx * az) * gy + (bx * ay - by * ax) * gz) / length;
  const scaleA = (-length / a2) * degrees;
  const scaleB = (length / b2) * degrees;
  const fg = (fx * gx + fy * gy + fz * gz) / (length * length);
  const hg = (hx * gx + hy * gy + hz * gz) / (length * length);
  const ix = scaleA * ax, iy = scaleA * ay, iz = scaleA * az;
  const lx = scaleB * bx, ly = scaleB * by, lz = scaleB * bz;
  const jx = -ix * (1 + fg) - hg * lx, jy = -iy * (1 + fg) - hg * ly, jz = -iz * (1 + fg) - hg * lz;
  setTriple(out, ix, iy, iz);
  setTriple(out + 24, jx, jy, jz);
  setTriple(out + 48, -ix - jx - lx, -iy - jy - ly, -iz - jz - lz);
  setTriple(out + 72, lx, ly, lz);
  return Math.atan2(sine, cosine) * degrees;
}

/** Volume (i - c) . ((j - c) x (k - c)) of atoms c, i, j, k; writes its gradient (12 numbers). */
export function chiralVolumeWithGradient(xyz: usize, atoms: usize, out: usize): f64 {
  const c = placeOf(xyz, atoms, 0);
  const a = placeOf(xyz, atoms, 1);
  const b = placeOf(xyz, atoms, 2);
  const d = placeOf(xyz, atoms, 3);
  const cx = load<f64>(c), cy = load<f64>(c, 8), cz = load<f64>(c, 16);
  const ux = load<f64>(a) - cx, uy = load<f64>(a, 8) - cy, uz = load<f64>(a, 16) - cz;
  const vx = load<f64>(b) - cx, vy = load<f64>(b, 8) - cy, vz = load<f64>(b, 16) - cz;
  const wx = load<f64>(d) - cx, wy = load<f64>(d, 8) - cy, wz = load<f64>(d, 16) - cz;
  const px = vy * wz - vz * wy, py = vz * wx - vx * wz, pz = vx * wy - vy * wx;
  const qx = wy * uz - wz * uy, qy = wz * ux - wx * uz, qz = wx * uy - wy * ux;
  const rx = uy * vz - uz * vy, ry = uz * vx - ux * vz, rz = ux * vy - uy * vx;
  setTriple(out, -px - qx - rx, -py - qy - ry, -pz - qz - rz);
  setTriple(out + 24, px, py, pz);
  setTriple(out + 48, qx, qy, qz);
  setTriple(out + 72, rx, ry, rz);
  return ux * px + uy * py + uz * pz;
}
