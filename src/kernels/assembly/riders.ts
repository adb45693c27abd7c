// Free atoms, the hydrogens that ride on them, and the way of the gradient back, block of atoms by block.

/** Places of addresses in the table, 4 bytes each; src/kernels/move-table.ts has the same order. */
const xyzAt: usize = 4;
const gradientAt: usize = 8;
const energiesAt: usize = 12;
const listXyzAt: usize = 16;
const shiftAt: usize = 20;
const riderStartAt: usize = 24;
const ridersAt: usize = 28;
const localAt: usize = 32;
const followerStartAt: usize = 36;
const followersAt: usize = 40;
const followerShiftAt: usize = 44;
const returnStartAt: usize = 48;
const returnRowsAt: usize = 52;
const followerReturnStartAt: usize = 56;
const followerReturnRowsAt: usize = 60;
const freeStartAt: usize = 64;
const freeAt: usize = 68;
const mapFactorAt: usize = 72;
const mapValueAt: usize = 76;
const mapGradientAt: usize = 80;

/** The block's place for the energy of the map term, among its energies by kind. */
const mapEnergyAt: usize = 64;
const energyBytes: usize = 72;

@inline
function at(table: usize, field: usize): usize {
  return <usize>load<u32>(table + field);
}

/** Axes of the frame at hand: e1 along parent to neighbour, e2 in the plane of the third atom, e3 completes them. */
let e1x: f64 = 0, e1y: f64 = 0, e1z: f64 = 0;
let e2x: f64 = 0, e2y: f64 = 0, e2z: f64 = 0;
let e3x: f64 = 0, e3y: f64 = 0, e3z: f64 = 0;
/** Length of parent to neighbour; of the third atom's vector the part across e1 and along it. */
let lengthU: f64 = 0;
let lengthP: f64 = 0;
let along: f64 = 0;

function setFrame(p: usize, a: usize, b: usize): bool {
  const px = load<f64>(p), py = load<f64>(p, 8), pz = load<f64>(p, 16);
  const ux = load<f64>(a) - px, uy = load<f64>(a, 8) - py, uz = load<f64>(a, 16) - pz;
  const vx = load<f64>(b) - px, vy = load<f64>(b, 8) - py, vz = load<f64>(b, 16) - pz;
  lengthU = Math.sqrt(ux * ux + uy * uy + uz * uz);
  if (lengthU < 1e-6) return false;
  e1x = ux / lengthU;
  e1y = uy / lengthU;
  e1z = uz / lengthU;
  along = vx * e1x + vy * e1y + vz * e1z;
  const wx = vx - along * e1x, wy = vy - along * e1y, wz = vz - along * e1z;
  lengthP = Math.sqrt(wx * wx + wy * wy + wz * wz);
  if (lengthP < 1e-4) return false;
  e2x = wx / lengthP;
  e2y = wy / lengthP;
  e2z = wz / lengthP;
  e3x = e1y * e2z - e1z * e2y;
  e3y = e1z * e2x - e1x * e2z;
  e3z = e1x * e2y - e1y * e2x;
  return true;
}

/** Coordinates of the free atoms from the vector that is minimised. */
export function unpackFree(free: usize, x: usize, xyz: usize, begin: i32, end: i32, _scratch: usize): void {
  for (let row = <usize>begin; row < <usize>end; row++) {
    const to = xyz + <usize>load<i32>(free + row * 4) * 24;
    const from = x + row * 24;
    store<f64>(to, load<f64>(from));
    store<f64>(to, load<f64>(from, 8), 8);
    store<f64>(to, load<f64>(from, 16), 16);
  }
}

/** Puts the riders of each block's hydrogens where their frames say; writes the largest squared shift since the pair list. */
export function placeRiders(table: usize, blockAtoms: i32, blockBegin: i32, blockEnd: i32, _scratch: usize): void {
  const atomCount = load<i32>(table);
  const xyz = at(table, xyzAt);
  const listXyz = at(table, listXyzAt);
  const riders = at(table, ridersAt);
  const local = at(table, localAt);
  const followers = at(table, followersAt);
  const followerShift = at(table, followerShiftAt);
  for (let block = <usize>blockBegin; block < <usize>blockEnd; block++) {
    const starts = at(table, riderStartAt) + block * 4;
    for (let rider = <usize>load<i32>(starts); rider < <usize>load<i32>(starts, 4); rider++) {
      const row = riders + rider * 16;
      const p = xyz + <usize>load<i32>(row, 4) * 24;
      // Collinear frames are momentary; the hydrogen keeps its place until the frame is back.
      if (!setFrame(p, xyz + <usize>load<i32>(row, 8) * 24, xyz + <usize>load<i32>(row, 12) * 24)) continue;
      const h = xyz + <usize>load<i32>(row) * 24;
      const l1 = load<f64>(local + rider * 24);
      const l2 = load<f64>(local + rider * 24, 8);
      const l3 = load<f64>(local + rider * 24, 16);
      store<f64>(h, load<f64>(p) + l1 * e1x + l2 * e2x + l3 * e3x);
      store<f64>(h, load<f64>(p, 8) + l1 * e1y + l2 * e2y + l3 * e3y, 8);
      store<f64>(h, load<f64>(p, 16) + l1 * e1z + l2 * e2z + l3 * e3z, 16);
    }
    const followerStarts = at(table, followerStartAt) + block * 4;
    for (let row = <usize>load<i32>(followerStarts); row < <usize>load<i32>(followerStarts, 4); row++) {
      const h = xyz + <usize>load<i32>(followers + row * 8) * 24;
      const p = xyz + <usize>load<i32>(followers + row * 8, 4) * 24;
      for (let c: usize = 0; c < 24; c += 8) store<f64>(h + c, load<f64>(p + c) + load<f64>(followerShift + row * 24 + c));
    }
    let largest: f64 = 0;
    const from = block * <usize>blockAtoms * 24;
    const to = min(<usize>atomCount * 24, from + <usize>blockAtoms * 24);
    for (let c = from; c < to; c += 24) {
      const x = load<f64>(xyz + c) - load<f64>(listXyz + c);
      const y = load<f64>(xyz + c, 8) - load<f64>(listXyz + c, 8);
      const z = load<f64>(xyz + c, 16) - load<f64>(listXyz + c, 16);
      largest = max(largest, x * x + y * y + z * z);
    }
    store<f64>(at(table, shiftAt) + block * 8, largest);
  }
}

@inline
function addTo(gradient: usize, atom: i32, low: i32, high: i32, x: f64, y: f64, z: f64): void {
  if (atom < low || atom >= high) return;
  const g = gradient + <usize>atom * 24;
  store<f64>(g, load<f64>(g) + x);
  store<f64>(g, load<f64>(g, 8) + y, 8);
  store<f64>(g, load<f64>(g, 16) + z, 16);
}

/**
 * Moves the gradient on riders to the atoms of their frames that the block owns, by the chain rule: with the hydrogen at
 * parent + l1 e1 + l2 e2 + l3 e3, the neighbour turns the frame about e3 and e2, the third atom about e1.
 */
function returnRider(xyz: usize, gradient: usize, row: usize, l: usize, low: i32, high: i32): void {
  const h = gradient + <usize>load<i32>(row) * 24;
  const gx = load<f64>(h), gy = load<f64>(h, 8), gz = load<f64>(h, 16);
  if (gx == 0 && gy == 0 && gz == 0) return;
  const parent = load<i32>(row, 4);
  const neighbour = load<i32>(row, 8);
  const third = load<i32>(row, 12);
  addTo(gradient, parent, low, high, gx, gy, gz);
  if (!setFrame(xyz + <usize>parent * 24, xyz + <usize>neighbour * 24, xyz + <usize>third * 24)) return;
  const l1 = load<f64>(l), l2 = load<f64>(l, 8), l3 = load<f64>(l, 16);
  const g1 = gx * e1x + gy * e1y + gz * e1z;
  const g2 = gx * e2x + gy * e2y + gz * e2z;
  const g3 = gx * e3x + gy * e3y + gz * e3z;
  const t1 = l2 * g3 - l3 * g2;
  const t2 = l3 * g1 - l1 * g3;
  const t3 = l1 * g2 - l2 * g1;
  const n2 = t3 / lengthU;
  const n3 = -t2 / lengthU - (along / (lengthU * lengthP)) * t1;
  const w3 = t1 / lengthP;
  const nx = n2 * e2x + n3 * e3x, ny = n2 * e2y + n3 * e3y, nz = n2 * e2z + n3 * e3z;
  const wx = w3 * e3x, wy = w3 * e3y, wz = w3 * e3z;
  addTo(gradient, neighbour, low, high, nx, ny, nz);
  addTo(gradient, third, low, high, wx, wy, wz);
  addTo(gradient, parent, low, high, -nx - wx, -ny - wy, -nz - wz);
}

/** Gradient of the free atoms of each block: riders' share and the map's pull added; the block's map energy is written. */
export function collectGradient(
  table: usize,
  blockAtoms: i32,
  weight: f64,
  out: usize,
  blockBegin: i32,
  blockEnd: i32,
  _scratch: usize,
): void {
  const xyz = at(table, xyzAt);
  const gradient = at(table, gradientAt);
  const riders = at(table, ridersAt);
  const local = at(table, localAt);
  const free = at(table, freeAt);
  const factor = at(table, mapFactorAt);
  const value = at(table, mapValueAt);
  const slope = at(table, mapGradientAt);
  for (let block = <usize>blockBegin; block < <usize>blockEnd; block++) {
    const low = <i32>block * blockAtoms;
    const high = low + blockAtoms;
    const rows = at(table, returnRowsAt);
    const starts = at(table, returnStartAt) + block * 4;
    for (let entry = <usize>load<i32>(starts); entry < <usize>load<i32>(starts, 4); entry++) {
      const rider = <usize>load<i32>(rows + entry * 4);
      returnRider(xyz, gradient, riders + rider * 16, local + rider * 24, low, high);
    }
    const followerRows = at(table, followerReturnRowsAt);
    const followerStarts = at(table, followerReturnStartAt) + block * 4;
    for (let entry = <usize>load<i32>(followerStarts); entry < <usize>load<i32>(followerStarts, 4); entry++) {
      const pair = at(table, followersAt) + <usize>load<i32>(followerRows + entry * 4) * 8;
      const h = gradient + <usize>load<i32>(pair) * 24;
      addTo(gradient, load<i32>(pair, 4), low, high, load<f64>(h), load<f64>(h, 8), load<f64>(h, 16));
    }
    let map: f64 = 0;
    const freeStarts = at(table, freeStartAt) + block * 4;
    for (let row = <usize>load<i32>(freeStarts); row < <usize>load<i32>(freeStarts, 4); row++) {
      const atom = <usize>load<i32>(free + row * 4);
      const g = gradient + atom * 24;
      const to = out + row * 24;
      if (weight == 0) {
        for (let c: usize = 0; c < 24; c += 8) store<f64>(to + c, load<f64>(g + c));
        continue;
      }
      const share = load<f64>(factor + atom * 8);
      map -= share * load<f64>(value + atom * 8);
      const scale = weight * share;
      for (let c: usize = 0; c < 24; c += 8) store<f64>(to + c, load<f64>(g + c) - scale * load<f64>(slope + atom * 24 + c));
    }
    store<f64>(at(table, energiesAt) + block * energyBytes + mapEnergyAt, map);
  }
}
