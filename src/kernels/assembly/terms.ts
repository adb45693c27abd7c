// Energies and gradients of restraint terms, block of atoms by block: a block writes the gradient of its own atoms alone.
import { degrees, radians, smallestEigenvector } from "./geometry";

/** Places of addresses in the table, 4 bytes each; src/kernels/term-table.ts has the same order. */
const xyzAt: usize = 4;
const gradientAt: usize = 8;
const energiesAt: usize = 12;
const bondsAt: usize = 16;
const anglesAt: usize = 28;
const dihedralsAt: usize = 40;
const chiralitiesAt: usize = 52;
const planesAt: usize = 64;
const springsAt: usize = 80;
const pairsAt: usize = 92;
const contactsAt: usize = 104;
const addedAt: usize = 108;

const energiesPerBlock: usize = 8;
const degenerate: f64 = 1e-8;
const coincident: f64 = 1e-9;
/** 120^2 / (1 - cos 120 degrees): the sinusoid equals the harmonic at one third of a turn of period 1. */
const amplitude: f64 = 9600;

@inline
function at(table: usize, field: usize): usize {
  return <usize>load<u32>(table + field);
}

/** The atoms a block owns, and where their gradient is. */
let low: i32 = 0;
let high: i32 = 0;
let gradient: usize = 0;
let xyz: usize = 0;

@inline
function owns(atom: i32): bool {
  return atom >= low && atom < high;
}

@inline
function pull(atom: i32, x: f64, y: f64, z: f64): void {
  if (!owns(atom)) return;
  const g = gradient + <usize>atom * 24;
  store<f64>(g, load<f64>(g) + x);
  store<f64>(g, load<f64>(g, 8) + y, 8);
  store<f64>(g, load<f64>(g, 16) + z, 16);
}

/** Terms with energy k delta^2 along the line between two atoms share this: derivative by the distance over the distance. */
@inline
function pullApart(i: i32, j: i32, scale: f64, x: f64, y: f64, z: f64): void {
  pull(i, scale * x, scale * y, scale * z);
  pull(j, -scale * x, -scale * y, -scale * z);
}

function addBonds(first: i32, last: i32, atoms: usize, numbers: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const i = load<i32>(atoms + term * 8);
    const j = load<i32>(atoms + term * 8, 4);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const n = numbers + term * 32;
    const x = load<f64>(a) - load<f64>(b);
    const y = load<f64>(a, 8) - load<f64>(b, 8);
    const z = load<f64>(a, 16) - load<f64>(b, 16);
    const distance = Math.sqrt(x * x + y * y + z * z);
    const weight = load<f64>(n, 8);
    const slack = load<f64>(n, 16);
    const limit = load<f64>(n, 24);
    let delta = load<f64>(n) - distance;
    if (slack > 0) delta = delta > slack ? delta - slack : delta < -slack ? delta + slack : 0;
    let value = weight * delta * delta;
    let derivative = -2 * weight * delta;
    if (limit > 0 && delta < 0) {
      const damping = Math.exp((-delta * delta) / (limit * limit));
      value = weight * limit * limit * (1 - damping);
      derivative *= damping;
    }
    if (owns(i)) energy += value;
    // Coincident atoms have no direction to push along.
    if (distance >= coincident) pullApart(i, j, derivative / distance, x, y, z);
  }
  return energy;
}

function addAngles(first: i32, last: i32, atoms: usize, numbers: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const i = load<i32>(atoms + term * 12);
    const j = load<i32>(atoms + term * 12, 4);
    const k = load<i32>(atoms + term * 12, 8);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const c = xyz + <usize>k * 24;
    const bx = load<f64>(b), by = load<f64>(b, 8), bz = load<f64>(b, 16);
    let ux = load<f64>(a) - bx, uy = load<f64>(a, 8) - by, uz = load<f64>(a, 16) - bz;
    let vx = load<f64>(c) - bx, vy = load<f64>(c, 8) - by, vz = load<f64>(c, 16) - bz;
    const lengthU = Math.sqrt(ux * ux + uy * uy + uz * uz);
    const lengthV = Math.sqrt(vx * vx + vy * vy + vz * vz);
    const isDegenerate = lengthU < degenerate || lengthV < degenerate;
    let angle: f64 = 0;
    let sine: f64 = 0;
    let cosine: f64 = 0;
    if (!isDegenerate) {
      ux /= lengthU;
      uy /= lengthU;
      uz /= lengthU;
      vx /= lengthV;
      vy /= lengthV;
      vz /= lengthV;
      cosine = Math.max(-1, Math.min(1, ux * vx + uy * vy + uz * vz));
      sine = Math.sqrt(1 - cosine * cosine);
      angle = Math.acos(cosine) * degrees;
    }
    const delta = load<f64>(numbers + term * 16) - angle;
    const weight = load<f64>(numbers + term * 16, 8);
    if (owns(i)) energy += weight * delta * delta;
    if (sine < degenerate) continue;
    const slope = -2 * weight * delta * degrees;
    const scaleU = slope / (lengthU * sine);
    const scaleV = slope / (lengthV * sine);
    const ix = scaleU * (cosine * ux - vx), iy = scaleU * (cosine * uy - vy), iz = scaleU * (cosine * uz - vz);
    const kx = scaleV * (cosine * vx - ux), ky = scaleV * (cosine * vy - uy), kz = scaleV * (cosine * vz - uz);
    pull(i, ix, iy, iz);
    pull(j, -ix - kx, -iy - ky, -iz - kz);
    pull(k, kx, ky, kz);
  }
  return energy;
}

function addDihedrals(first: i32, last: i32, atoms: usize, numbers: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const i = load<i32>(atoms + term * 16);
    const j = load<i32>(atoms + term * 16, 4);
    const k = load<i32>(atoms + term * 16, 8);
    const l = load<i32>(atoms + term * 16, 12);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const c = xyz + <usize>k * 24;
    const d = xyz + <usize>l * 24;
    const fx = load<f64>(a) - load<f64>(b), fy = load<f64>(a, 8) - load<f64>(b, 8), fz = load<f64>(a, 16) - load<f64>(b, 16);
    const gx = load<f64>(b) - load<f64>(c), gy = load<f64>(b, 8) - load<f64>(c, 8), gz = load<f64>(b, 16) - load<f64>(c, 16);
    const hx = load<f64>(d) - load<f64>(c), hy = load<f64>(d, 8) - load<f64>(c, 8), hz = load<f64>(d, 16) - load<f64>(c, 16);
    const ax = fy * gz - fz * gy, ay = fz * gx - fx * gz, az = fx * gy - fy * gx;
    const bx = hy * gz - hz * gy, by = hz * gx - hx * gz, bz = hx * gy - hy * gx;
    const a2 = ax * ax + ay * ay + az * az;
    const b2 = bx * bx + by * by + bz * bz;
    const length = Math.sqrt(gx * gx + gy * gy + gz * gz);
    const isDegenerate = a2 < degenerate || b2 < degenerate || length < degenerate;
    let angle: f64 = 0;
    if (!isDegenerate) {
      const cosine = ax * bx + ay * by + az * bz;
      const sine = ((by * az - bz * ay) * gx + (bz * ax - bx * az) * gy + (bx * ay - by * ax) * gz) / length;
      angle = Math.atan2(sine, cosine) * degrees;
    }
    const n = numbers + term * 24;
    const weight = load<f64>(n, 8);
    const periodicity = load<f64>(n, 16);
    const period = 360 / Math.max(1, Math.abs(periodicity));
    const whole = load<f64>(n) - angle;
    // Halves round towards plus infinity, as in the twin.
    const delta = whole - period * Math.floor(whole / period + 0.5);
    let value: f64;
    let slope: f64;
    if (periodicity <= 0) {
      value = weight * delta * delta;
      slope = -2 * weight * delta;
    } else {
      const phase = periodicity * delta * radians;
      value = ((weight * amplitude) / (periodicity * periodicity)) * (1 - Math.cos(phase));
      slope = -((weight * amplitude) / periodicity) * radians * Math.sin(phase);
    }
    if (owns(i)) energy += value;
    if (isDegenerate) continue;
    const scaleA = slope * (-length / a2) * degrees;
    const scaleB = slope * (length / b2) * degrees;
    const fg = (fx * gx + fy * gy + fz * gz) / (length * length);
    const hg = (hx * gx + hy * gy + hz * gz) / (length * length);
    const ix = scaleA * ax, iy = scaleA * ay, iz = scaleA * az;
    const lx = scaleB * bx, ly = scaleB * by, lz = scaleB * bz;
    const jx = -ix * (1 + fg) - hg * lx, jy = -iy * (1 + fg) - hg * ly, jz = -iz * (1 + fg) - hg * lz;
    pull(i, ix, iy, iz);
    pull(j, jx, jy, jz);
    pull(k, -ix - jx - lx, -iy - jy - ly, -iz - jz - lz);
    pull(l, lx, ly, lz);
  }
  return energy;
}

function addChiralities(first: i32, last: i32, atoms: usize, numbers: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const centre = load<i32>(atoms + term * 16);
    const i = load<i32>(atoms + term * 16, 4);
    const j = load<i32>(atoms + term * 16, 8);
    const k = load<i32>(atoms + term * 16, 12);
    const c = xyz + <usize>centre * 24;
    const cx = load<f64>(c), cy = load<f64>(c, 8), cz = load<f64>(c, 16);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const d = xyz + <usize>k * 24;
    const ux = load<f64>(a) - cx, uy = load<f64>(a, 8) - cy, uz = load<f64>(a, 16) - cz;
    const vx = load<f64>(b) - cx, vy = load<f64>(b, 8) - cy, vz = load<f64>(b, 16) - cz;
    const wx = load<f64>(d) - cx, wy = load<f64>(d, 8) - cy, wz = load<f64>(d, 16) - cz;
    const px = vy * wz - vz * wy, py = vz * wx - vx * wz, pz = vx * wy - vy * wx;
    const qx = wy * uz - wz * uy, qy = wz * ux - wx * uz, qz = wx * uy - wy * ux;
    const rx = uy * vz - uz * vy, ry = uz * vx - ux * vz, rz = ux * vy - uy * vx;
    const volume = ux * px + uy * py + uz * pz;
    const n = numbers + term * 24;
    // Of centres of either hand the size of the volume counts.
    const turned = load<f64>(n, 16) == 1 && volume < 0;
    const delta = load<f64>(n) - (turned ? -volume : volume);
    const weight = load<f64>(n, 8);
    if (owns(centre)) energy += weight * delta * delta;
    const slope = turned ? 2 * weight * delta : -2 * weight * delta;
    pull(centre, slope * (-px - qx - rx), slope * (-py - qy - ry), slope * (-pz - qz - rz));
    pull(i, slope * px, slope * py, slope * pz);
    pull(j, slope * qx, slope * qy, slope * qz);
    pull(k, slope * rx, slope * ry, slope * rz);
  }
  return energy;
}

/** Scratch: moments (6 numbers), normal (3), room of the eigenvector (18). */
function addPlanes(first: i32, last: i32, offsets: usize, atoms: usize, weights: usize, scratch: usize): f64 {
  let energy: f64 = 0;
  for (let plane = <usize>first; plane < <usize>last; plane++) {
    const begin = <usize>load<i32>(offsets + plane * 4);
    const end = <usize>load<i32>(offsets + plane * 4, 4);
    let sum: f64 = 0;
    let cx: f64 = 0, cy: f64 = 0, cz: f64 = 0;
    for (let entry = begin; entry < end; entry++) {
      const w = load<f64>(weights + entry * 8);
      const p = xyz + <usize>load<i32>(atoms + entry * 4) * 24;
      sum += w;
      cx += w * load<f64>(p);
      cy += w * load<f64>(p, 8);
      cz += w * load<f64>(p, 16);
    }
    cx /= sum;
    cy /= sum;
    cz /= sum;
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
    store<f64>(scratch, xx);
    store<f64>(scratch, yy, 8);
    store<f64>(scratch, zz, 16);
    store<f64>(scratch, xy, 24);
    store<f64>(scratch, xz, 32);
    store<f64>(scratch, yz, 40);
    smallestEigenvector(scratch, scratch + 48, scratch + 72);
    const nx = load<f64>(scratch, 48), ny = load<f64>(scratch, 56), nz = load<f64>(scratch, 64);
    const isOwn = owns(load<i32>(atoms + begin * 4));
    for (let entry = begin; entry < end; entry++) {
      const w = load<f64>(weights + entry * 8);
      const atom = load<i32>(atoms + entry * 4);
      const p = xyz + <usize>atom * 24;
      const distance = nx * (load<f64>(p) - cx) + ny * (load<f64>(p, 8) - cy) + nz * (load<f64>(p, 16) - cz);
      if (isOwn) energy += w * distance * distance;
      const slope = 2 * w * distance;
      // Exact, because the best plane is stationary.
      pull(atom, slope * nx, slope * ny, slope * nz);
    }
  }
  return energy;
}

function addSprings(first: i32, last: i32, atoms: usize, numbers: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const i = load<i32>(atoms + term * 8);
    const j = load<i32>(atoms + term * 8, 4);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const x = load<f64>(a) - load<f64>(b);
    const y = load<f64>(a, 8) - load<f64>(b, 8);
    const z = load<f64>(a, 16) - load<f64>(b, 16);
    const distance = Math.sqrt(x * x + y * y + z * z);
    const delta = distance - load<f64>(numbers + term * 16);
    const stiffness = load<f64>(numbers + term * 16, 8);
    if (owns(i)) energy += stiffness * delta * delta;
    if (distance >= coincident) pullApart(i, j, (2 * stiffness * delta) / distance, x, y, z);
  }
  return energy;
}

/** Repulsion constant (contact - d)^4; `codes` are rows of the table of contact distances. */
function addPairs(first: i32, last: i32, atoms: usize, codes: usize, contacts: usize, constant: f64): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const i = load<i32>(atoms + term * 8);
    const j = load<i32>(atoms + term * 8, 4);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const x = load<f64>(a) - load<f64>(b);
    const y = load<f64>(a, 8) - load<f64>(b, 8);
    const z = load<f64>(a, 16) - load<f64>(b, 16);
    const squared = x * x + y * y + z * z;
    const reach = load<f64>(contacts + <usize>load<u16>(codes + term * 2) * 8);
    if (squared >= reach * reach) continue;
    const distance = Math.sqrt(squared);
    const delta = reach - distance;
    const cubed = constant * delta * delta * delta;
    if (owns(i)) energy += cubed * delta;
    if (distance >= coincident) pullApart(i, j, (-4 * cubed) / distance, x, y, z);
  }
  return energy;
}

@inline
function first(table: usize, field: usize, block: i32): i32 {
  return load<i32>(at(table, field) + <usize>block * 4);
}

@inline
function last(table: usize, field: usize, block: i32): i32 {
  return load<i32>(at(table, field) + <usize>block * 4, 4);
}

/** Sets the gradient of the atoms of each block and writes the block's energies, kind by kind. */
export function addTerms(
  table: usize,
  blockAtoms: i32,
  repulsion: f64,
  blockBegin: i32,
  blockEnd: i32,
  scratch: usize,
): void {
  const atomCount = load<i32>(table);
  xyz = at(table, xyzAt);
  gradient = at(table, gradientAt);
  for (let block = blockBegin; block < blockEnd; block++) {
    low = block * blockAtoms;
    high = min(atomCount, low + blockAtoms);
    memory.fill(gradient + <usize>low * 24, 0, <usize>(high - low) * 24);
    const e = at(table, energiesAt) + <usize>block * energiesPerBlock * 8;
    const b = bondsAt, a = anglesAt, d = dihedralsAt, c = chiralitiesAt, p = planesAt, s = springsAt, n = pairsAt;
    store<f64>(e, addBonds(first(table, b, block), last(table, b, block), at(table, b + 4), at(table, b + 8)));
    store<f64>(e, addAngles(first(table, a, block), last(table, a, block), at(table, a + 4), at(table, a + 8)), 8);
    store<f64>(e, addDihedrals(first(table, d, block), last(table, d, block), at(table, d + 4), at(table, d + 8)), 16);
    store<f64>(e, addChiralities(first(table, c, block), last(table, c, block), at(table, c + 4), at(table, c + 8)), 24);
    store<f64>(
      e,
      addPlanes(first(table, p, block), last(table, p, block), at(table, p + 4), at(table, p + 8), at(table, p + 12), scratch),
      32,
    );
    store<f64>(e, addSprings(first(table, s, block), last(table, s, block), at(table, s + 4), at(table, s + 8)), 40);
    store<f64>(
      e,
      addPairs(
        first(table, n, block),
        last(table, n, block),
        at(table, n + 4),
        at(table, n + 8),
        at(table, contactsAt),
        repulsion,
      ) +
        addPairs(
          first(table, addedAt, block),
          last(table, addedAt, block),
          at(table, addedAt + 4),
          at(table, addedAt + 8),
          at(table, contactsAt),
          repulsion,
        ),
      48,
    );
  }
}
