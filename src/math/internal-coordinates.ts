// Distances, angles, dihedrals and chiral volumes of atom rows, with the derivatives that energies need.

const degreesPerRadian = 180 / Math.PI;
/** Below this (sine of the angle, or squared cross product) the geometry is degenerate and the gradient is zero. */
const degenerate = 1e-8;

/** Distance in the unit of the coordinates. */
export function distanceBetween(xyz: Float64Array, a: number, b: number): number {
  return Math.sqrt(squaredDistance(xyz, a, b));
}

export function squaredDistance(xyz: Float64Array, a: number, b: number): number {
  const x = xyz[3 * a]! - xyz[3 * b]!;
  const y = xyz[3 * a + 1]! - xyz[3 * b + 1]!;
  const z = xyz[3 * a + 2]! - xyz[3 * b + 2]!;
  return x * x + y * y + z * z;
}

/** Angle i-j-k in degrees; writes its gradient (9 numbers: i, j, k) in degrees per Angstrom. */
export function angleWithGradient(xyz: Float64Array, i: number, j: number, k: number, out: Float64Array): number {
  const a = 3 * i;
  const b = 3 * j;
  const c = 3 * k;
  let ux = xyz[a]! - xyz[b]!;
  let uy = xyz[a + 1]! - xyz[b + 1]!;
  let uz = xyz[a + 2]! - xyz[b + 2]!;
  let vx = xyz[c]! - xyz[b]!;
  let vy = xyz[c + 1]! - xyz[b + 1]!;
  let vz = xyz[c + 2]! - xyz[b + 2]!;
  const lengthU = Math.sqrt(ux * ux + uy * uy + uz * uz);
  const lengthV = Math.sqrt(vx * vx + vy * vy + vz * vz);
  if (lengthU < degenerate || lengthV < degenerate) {
    out.fill(0, 0, 9);
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
  if (sine < degenerate) {
    out.fill(0, 0, 9);
    return Math.acos(cosine) * degreesPerRadian;
  }
  const scaleU = degreesPerRadian / (lengthU * sine);
  const scaleV = degreesPerRadian / (lengthV * sine);
  const ix = scaleU * (cosine * ux - vx);
  const iy = scaleU * (cosine * uy - vy);
  const iz = scaleU * (cosine * uz - vz);
  const kx = scaleV * (cosine * vx - ux);
  const ky = scaleV * (cosine * vy - uy);
  const kz = scaleV * (cosine * vz - uz);
  out[0] = ix;
  out[1] = iy;
  out[2] = iz;
  out[3] = -ix - kx;
  out[4] = -iy - ky;
  out[5] = -iz - kz;
  out[6] = kx;
  out[7] = ky;
  out[8] = kz;
  return Math.acos(cosine) * degreesPerRadian;
}

/** Dihedral i-j-k-l in degrees, IUPAC sign; writes its gradient (12 numbers) in degrees per Angstrom (Blondel & Karplus 1996). */
export function dihedralWithGradient(
  xyz: Float64Array,
  i: number,
  j: number,
  k: number,
  l: number,
  out: Float64Array,
): number {
  const a = 3 * i;
  const b = 3 * j;
  const c = 3 * k;
  const d = 3 * l;
  const fx = xyz[a]! - xyz[b]!;
  const fy = xyz[a + 1]! - xyz[b + 1]!;
  const fz = xyz[a + 2]! - xyz[b + 2]!;
  const gx = xyz[b]! - xyz[c]!;
  const gy = xyz[b + 1]! - xyz[c + 1]!;
  const gz = xyz[b + 2]! - xyz[c + 2]!;
  const hx = xyz[d]! - xyz[c]!;
  const hy = xyz[d + 1]! - xyz[c + 1]!;
  const hz = xyz[d + 2]! - xyz[c + 2]!;
  const ax = fy * gz - fz * gy;
  const ay = fz * gx - fx * gz;
  const az = fx * gy - fy * gx;
  const bx = hy * gz - hz * gy;
  const by = hz * gx - hx * gz;
  const bz = hx * gy - hy * gx;
  const a2 = ax * ax + ay * ay + az * az;
  const b2 = bx * bx + by * by + bz * bz;
  const length = Math.sqrt(gx * gx + gy * gy + gz * gz);
  if (a2 < degenerate || b2 < degenerate || length < degenerate) {
    out.fill(0, 0, 12);
    return 0;
  }
  const cosine = ax * bx + ay * by + az * bz;
  const sine = ((by * az - bz * ay) * gx + (bz * ax - bx * az) * gy + (bx * ay - by * ax) * gz) / length;
  const scaleA = (-length / a2) * degreesPerRadian;
  const scaleB = (length / b2) * degreesPerRadian;
  const fg = (fx * gx + fy * gy + fz * gz) / (length * length);
  const hg = (hx * gx + hy * gy + hz * gz) / (length * length);
  const ix = scaleA * ax;
  const iy = scaleA * ay;
  const iz = scaleA * az;
  const lx = scaleB * bx;
  const ly = scaleB * by;
  const lz = scaleB * bz;
  out[0] = ix;
  out[1] = iy;
  out[2] = iz;
  const jx = -ix * (1 + fg) - hg * lx;
  const jy = -iy * (1 + fg) - hg * ly;
  const jz = -iz * (1 + fg) - hg * lz;
  out[3] = jx;
  out[4] = jy;
  out[5] = jz;
  out[6] = -ix - jx - lx;
  out[7] = -iy - jy - ly;
  out[8] = -iz - jz - lz;
  out[9] = lx;
  out[10] = ly;
  out[11] = lz;
  return Math.atan2(sine, cosine) * degreesPerRadian;
}

/** Dihedral i-j-k-l in degrees, IUPAC sign. */
export function dihedralAngle(xyz: Float64Array, i: number, j: number, k: number, l: number): number {
  return dihedralWithGradient(xyz, i, j, k, l, scratch);
}

const scratch = new Float64Array(12);

/** Volume (i - c) . ((j - c) x (k - c)) in cubic Angstrom. */
export function chiralVolume(xyz: Float64Array, centre: number, i: number, j: number, k: number): number {
  return chiralVolumeWithGradient(xyz, centre, i, j, k, scratch);
}

/** Volume (i - c) . ((j - c) x (k - c)) in cubic Angstrom; writes its gradient (12 numbers: c, i, j, k). */
export function chiralVolumeWithGradient(
  xyz: Float64Array,
  centre: number,
  i: number,
  j: number,
  k: number,
  out: Float64Array,
): number {
  const c = 3 * centre;
  const a = 3 * i;
  const b = 3 * j;
  const d = 3 * k;
  const ux = xyz[a]! - xyz[c]!;
  const uy = xyz[a + 1]! - xyz[c + 1]!;
  const uz = xyz[a + 2]! - xyz[c + 2]!;
  const vx = xyz[b]! - xyz[c]!;
  const vy = xyz[b + 1]! - xyz[c + 1]!;
  const vz = xyz[b + 2]! - xyz[c + 2]!;
  const wx = xyz[d]! - xyz[c]!;
  const wy = xyz[d + 1]! - xyz[c + 1]!;
  const wz = xyz[d + 2]! - xyz[c + 2]!;
  const px = vy * wz - vz * wy;
  const py = vz * wx - vx * wz;
  const pz = vx * wy - vy * wx;
  const qx = wy * uz - wz * uy;
  const qy = wz * ux - wx * uz;
  const qz = wx * uy - wy * ux;
  const rx = uy * vz - uz * vy;
  const ry = uz * vx - ux * vz;
  const rz = ux * vy - uy * vx;
  out[0] = -px - qx - rx;
  out[1] = -py - qy - ry;
  out[2] = -pz - qz - rz;
  out[3] = px;
  out[4] = py;
  out[5] = pz;
  out[6] = qx;
  out[7] = qy;
  out[8] = qz;
  out[9] = rx;
  out[10] = ry;
  out[11] = rz;
  return ux * px + uy * py + uz * pz;
}

/** Difference ideal - value wrapped into +-180 / max(1, |periodicity|). */
export function wrapDihedralDelta(delta: number, periodicity: number): number {
  const period = 360 / Math.max(1, Math.abs(periodicity));
  const wrapped = delta - period * Math.round(delta / period);
  return wrapped;
}
