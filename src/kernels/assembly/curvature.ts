// Curvature of the restraint terms and its incomplete Cholesky factor, block of atoms by block: couplings between blocks are left out.
import { angleWithGradient, chiralVolumeWithGradient, dihedralWithGradient, diagonalize, planeMoments } from "./geometry";
import { anglesAt, at, bondsAt, chiralitiesAt, contactsAt, dihedralsAt, addedAt, first, last, pairsAt, planesAt, springsAt, surfacesAt, tethersAt, torsionsAt, xyzAt } from "./layout";
import { evaluateSurface, firstBend, secondBend } from "./supplement";

/** Ratio of the sinusoidal dihedral's curvature at its minimum to the harmonic one's (9600 (pi / 180)^2 / 2). */
const sinusoidCurvature: f64 = 1.462;
const firstShift: f64 = 1e-3;
const blockBytes: usize = 36;

/** Places of addresses in the matrix's table; src/kernels/curvature-table.ts has the same order. */
const rowOfAtomAt: usize = 0;
const blockRowsAt: usize = 4;
const rowStartAt: usize = 8;
const columnAt: usize = 12;
const valuesAt: usize = 16;

/** The rows of the block at hand, and the matrix. */
let low: i32 = 0;
let high: i32 = 0;
let rowOfAtom: usize = 0;
let rowStart: usize = 0;
let column: usize = 0;
let values: usize = 0;
let xyz: usize = 0;

@inline
function startOf(row: i32): i32 {
  return load<i32>(rowStart + <usize>row * 4);
}

@inline
function diagonalOf(row: i32): usize {
  return values + <usize>(startOf(row + 1) - 1) * blockBytes;
}

/** Row of an atom, -1 where it does not move or is of another block. */
@inline
function rowOf(atom: i32): i32 {
  const row = load<i32>(rowOfAtom + <usize>atom * 4);
  return row >= low && row < high ? row : -1;
}

/** Address of a block of the lower triangle, 0 where it is not in the pattern. */
function blockAt(row: i32, wanted: i32): usize {
  if (row == wanted) return diagonalOf(row);
  const end = startOf(row + 1) - 1;
  for (let entry = startOf(row); entry < end; entry++) {
    if (load<i32>(column + <usize>entry * 4) == wanted) return values + <usize>entry * blockBytes;
  }
  return 0;
}

@inline
function raise(p: usize, value: f64): void {
  store<f32>(p, load<f32>(p) + <f32>value);
}

@inline
function addProduct(to: usize, a: f64, b: f64, c: f64, x: f64, y: f64, z: f64): void {
  raise(to, a * x);
  raise(to + 4, a * y);
  raise(to + 8, a * z);
  raise(to + 12, b * x);
  raise(to + 16, b * y);
  raise(to + 20, b * z);
  raise(to + 24, c * x);
  raise(to + 28, c * y);
  raise(to + 32, c * z);
}

/** Adds scale g gT over the rows of `count` atoms. */
function addOuter(atoms: usize, count: i32, g: usize, scale: f64): void {
  for (let p: usize = 0; p < <usize>count; p++) {
    const row = rowOf(load<i32>(atoms + p * 4));
    if (row < 0) continue;
    const a = scale * load<f64>(g + p * 24);
    const b = scale * load<f64>(g + p * 24, 8);
    const c = scale * load<f64>(g + p * 24, 16);
    for (let q: usize = 0; q < <usize>count; q++) {
      const other = rowOf(load<i32>(atoms + q * 4));
      if (other < 0 || other > row) continue;
      const to = blockAt(row, other);
      if (to != 0) addProduct(to, a, b, c, load<f64>(g + q * 24), load<f64>(g + q * 24, 8), load<f64>(g + q * 24, 16));
    }
  }
}

/** Curvature `scale` along the line between two atoms; outside the pattern it leaves its mark on the diagonal only. */
function addLine(i: i32, j: i32, scale: f64): void {
  const row = rowOf(i);
  const other = rowOf(j);
  const a = xyz + <usize>i * 24;
  const b = xyz + <usize>j * 24;
  const x = load<f64>(a) - load<f64>(b);
  const y = load<f64>(a, 8) - load<f64>(b, 8);
  const z = load<f64>(a, 16) - load<f64>(b, 16);
  const squared = x * x + y * y + z * z;
  if (row == other || squared < 1e-12) return;
  const share = scale / squared;
  if (row >= 0) addProduct(diagonalOf(row), share * x, share * y, share * z, x, y, z);
  if (other >= 0) addProduct(diagonalOf(other), share * x, share * y, share * z, x, y, z);
  if (row < 0 || other < 0) return;
  const to = blockAt(max(row, other), min(row, other));
  if (to != 0) addProduct(to, -share * x, -share * y, -share * z, x, y, z);
}

function addBonded(table: usize, block: i32, g: usize): void {
  const bonds = at(table, bondsAt + 4);
  for (let term = first(table, bondsAt, block); term < last(table, bondsAt, block); term++) {
    const atoms = bonds + <usize>term * 8;
    const weight = load<f64>(at(table, bondsAt + 8) + <usize>term * 32, 8);
    addLine(load<i32>(atoms), load<i32>(atoms, 4), 2 * weight);
  }
  const angles = at(table, anglesAt + 4);
  for (let term = first(table, anglesAt, block); term < last(table, anglesAt, block); term++) {
    const atoms = angles + <usize>term * 12;
    const weight = load<f64>(at(table, anglesAt + 8) + <usize>term * 16, 8);
    angleWithGradient(xyz, atoms, g);
    addOuter(atoms, 3, g, 2 * weight);
  }
  const dihedrals = at(table, dihedralsAt + 4);
  for (let term = first(table, dihedralsAt, block); term < last(table, dihedralsAt, block); term++) {
    const atoms = dihedrals + <usize>term * 16;
    const n = at(table, dihedralsAt + 8) + <usize>term * 24;
    dihedralWithGradient(xyz, atoms, g);
    addOuter(atoms, 4, g, 2 * load<f64>(n, 8) * (load<f64>(n, 16) > 0 ? sinusoidCurvature : 1));
  }
  const chiralities = at(table, chiralitiesAt + 4);
  for (let term = first(table, chiralitiesAt, block); term < last(table, chiralitiesAt, block); term++) {
    const atoms = chiralities + <usize>term * 16;
    const weight = load<f64>(at(table, chiralitiesAt + 8) + <usize>term * 24, 8);
    chiralVolumeWithGradient(xyz, atoms, g);
    addOuter(atoms, 4, g, 2 * weight);
  }
}

/**
 * A plane resists bending out of itself and neither shift nor tilt: 2 (w_i delta_ij - w_i w_j (1/W + x_i x_j/X + y_i y_j/Y))
 * along the normal, with in-plane principal coordinates x, y and weighted moments X, Y. Scratch: moments (6), centre (3),
 * eigenvalues (3), eigenvectors (9), room (18).
 */
function addPlanes(table: usize, block: i32, scratch: usize): void {
  const offsets = at(table, planesAt + 4);
  const atoms = at(table, planesAt + 8);
  const weights = at(table, planesAt + 12);
  for (let plane = first(table, planesAt, block); plane < last(table, planesAt, block); plane++) {
    const begin = <usize>load<i32>(offsets + <usize>plane * 4);
    const end = <usize>load<i32>(offsets + <usize>plane * 4, 4);
    const total = planeMoments(xyz, begin, end, atoms, weights, scratch);
    const cx = load<f64>(scratch, 48), cy = load<f64>(scratch, 56), cz = load<f64>(scratch, 64);
    const moments = scratch + 72;
    const axes = scratch + 96;
    diagonalize(scratch, moments, axes, scratch + 168);
    const tiny = 1e-9 * total;
    const momentX = max(tiny, load<f64>(moments, 16));
    const momentY = max(tiny, load<f64>(moments, 8));
    const nx = load<f64>(axes), ny = load<f64>(axes, 8), nz = load<f64>(axes, 16);
    for (let p = begin; p < end; p++) {
      const one = load<i32>(atoms + p * 4);
      const row = rowOf(one);
      if (row < 0) continue;
      const wp = load<f64>(weights + p * 8);
      for (let q = begin; q <= p; q++) {
        const other = load<i32>(atoms + q * 4);
        const otherRow = rowOf(other);
        if (otherRow < 0) continue;
        const to = blockAt(max(row, otherRow), min(row, otherRow));
        if (to == 0) continue;
        const wq = load<f64>(weights + q * 8);
        const product =
          1 / total +
          (along(axes + 48, one, cx, cy, cz) * along(axes + 48, other, cx, cy, cz)) / momentX +
          (along(axes + 24, one, cx, cy, cz) * along(axes + 24, other, cx, cy, cz)) / momentY;
        const value = 2 * ((p == q ? wp : 0) - wp * wq * product);
        addProduct(to, value * nx, value * ny, value * nz, nx, ny, nz);
      }
    }
  }
}

/** Component of an atom's place, seen from the centre, along an axis. */
@inline
function along(axis: usize, atom: i32, cx: f64, cy: f64, cz: f64): f64 {
  const p = xyz + <usize>atom * 24;
  return (
    load<f64>(axis) * (load<f64>(p) - cx) +
    load<f64>(axis, 8) * (load<f64>(p, 8) - cy) +
    load<f64>(axis, 16) * (load<f64>(p, 16) - cz)
  );
}

/** Pairs in contact push along their line with curvature 12 c delta^2. */
function addContacts(table: usize, field: usize, block: i32, repulsion: f64): void {
  const contacts = at(table, contactsAt);
  for (let term = first(table, field, block); term < last(table, field, block); term++) {
    const atoms = at(table, field + 4) + <usize>term * 8;
    const i = load<i32>(atoms);
    const j = load<i32>(atoms, 4);
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const x = load<f64>(a) - load<f64>(b);
    const y = load<f64>(a, 8) - load<f64>(b, 8);
    const z = load<f64>(a, 16) - load<f64>(b, 16);
    const squared = x * x + y * y + z * z;
    const contact = load<f64>(contacts + <usize>load<u16>(at(table, field + 8) + <usize>term * 2) * 8);
    if (squared >= contact * contact) continue;
    const delta = contact - Math.sqrt(squared);
    addLine(i, j, 12 * repulsion * delta * delta);
  }
}

function addSprings(table: usize, block: i32): void {
  for (let term = first(table, springsAt, block); term < last(table, springsAt, block); term++) {
    const atoms = at(table, springsAt + 4) + <usize>term * 8;
    addLine(load<i32>(atoms), load<i32>(atoms, 4), 2 * load<f64>(at(table, springsAt + 8) + <usize>term * 16, 8));
  }
}

/** Surfaces count where they bend upwards, along each dihedral by itself; what tops out counts by its damped weight. */
function addSupplement(table: usize, block: i32, scratch: usize): void {
  const five = at(table, surfacesAt + 4);
  const bins = load<i32>(table + surfacesAt, 16);
  for (let term = first(table, surfacesAt, block); term < last(table, surfacesAt, block); term++) {
    const atoms = five + <usize>term * 20;
    const n = at(table, surfacesAt + 8) + <usize>term * 16;
    const one = dihedralWithGradient(xyz, atoms, scratch);
    const other = dihedralWithGradient(xyz, atoms + 4, scratch + 96);
    const surface = at(table, surfacesAt + 12) + <usize>(<i32>load<f64>(n) * bins * bins) * 4;
    evaluateSurface(surface, bins, one, other, scratch + 192);
    const factor = load<f64>(n, 8);
    addOuter(atoms, 4, scratch, factor * max(0, firstBend));
    addOuter(atoms + 4, 4, scratch + 96, factor * max(0, secondBend));
  }
  const four = at(table, torsionsAt + 4);
  for (let term = first(table, torsionsAt, block); term < last(table, torsionsAt, block); term++) {
    const atoms = four + <usize>term * 16;
    const n = at(table, torsionsAt + 8) + <usize>term * 32;
    const period = load<f64>(n, 16);
    const whole = load<f64>(n) - dihedralWithGradient(xyz, atoms, scratch);
    const delta = whole - period * Math.floor(whole / period + 0.5);
    addOuter(atoms, 4, scratch, 2 * load<f64>(n, 8) * dampingOf(delta, load<f64>(n, 24)));
  }
  const two = at(table, tethersAt + 4);
  for (let term = first(table, tethersAt, block); term < last(table, tethersAt, block); term++) {
    const i = load<i32>(two + <usize>term * 8);
    const j = load<i32>(two + <usize>term * 8, 4);
    const n = at(table, tethersAt + 8) + <usize>term * 32;
    const a = xyz + <usize>i * 24;
    const b = xyz + <usize>j * 24;
    const x = load<f64>(a) - load<f64>(b);
    const y = load<f64>(a, 8) - load<f64>(b, 8);
    const z = load<f64>(a, 16) - load<f64>(b, 16);
    const off = Math.abs(load<f64>(n) - Math.sqrt(x * x + y * y + z * z)) - load<f64>(n, 16);
    if (off > 0) addLine(i, j, 2 * load<f64>(n, 8) * dampingOf(off, load<f64>(n, 24)));
  }
}

@inline
function dampingOf(delta: f64, limit: f64): f64 {
  return limit > 0 ? Math.exp((-delta * delta) / (limit * limit)) : 1;
}

/** target -= left right^T. */
function subtractProduct(target: usize, left: usize, right: usize): void {
  for (let r: usize = 0; r < 36; r += 12) {
    const a = <f64>load<f32>(left + r), b = <f64>load<f32>(left + r, 4), c = <f64>load<f32>(left + r, 8);
    for (let s: usize = 0; s < 3; s++) {
      const q = right + s * 12;
      raise(target + r + s * 4, -(a * load<f32>(q) + b * load<f32>(q, 4) + c * load<f32>(q, 8)));
    }
  }
}

/** block = block L^-T with the lower triangular pivot L. */
function solveFromRight(block: usize, pivot: usize): void {
  const l00 = <f64>load<f32>(pivot), l10 = <f64>load<f32>(pivot, 12), l11 = <f64>load<f32>(pivot, 16);
  const l20 = <f64>load<f32>(pivot, 24), l21 = <f64>load<f32>(pivot, 28), l22 = <f64>load<f32>(pivot, 32);
  for (let r: usize = 0; r < 36; r += 12) {
    const x = load<f32>(block + r) / l00;
    const y = (load<f32>(block + r, 4) - x * l10) / l11;
    store<f32>(block + r, <f32>x);
    store<f32>(block + r, <f32>y, 4);
    store<f32>(block + r, <f32>((load<f32>(block + r, 8) - x * l20 - y * l21) / l22), 8);
  }
}

function factorizePivot(p: usize): bool {
  const a = <f64>load<f32>(p);
  if (!(a > 1e-12)) return false;
  const l00 = Math.sqrt(a);
  const l10 = load<f32>(p, 12) / l00;
  const l20 = load<f32>(p, 24) / l00;
  const d = <f64>load<f32>(p, 16);
  const b = d - l10 * l10;
  // Single precision: what is left of a pivot must be more than its rounding.
  if (!(b > 1e-6 * d)) return false;
  const l11 = Math.sqrt(b);
  const l21 = (load<f32>(p, 28) - l20 * l10) / l11;
  const e = <f64>load<f32>(p, 32);
  const c = e - l20 * l20 - l21 * l21;
  if (!(c > 1e-6 * e)) return false;
  store<f32>(p, <f32>l00);
  store<f32>(p, 0, 4);
  store<f32>(p, 0, 8);
  store<f32>(p, <f32>l10, 12);
  store<f32>(p, <f32>l11, 16);
  store<f32>(p, 0, 20);
  store<f32>(p, <f32>l20, 24);
  store<f32>(p, <f32>l21, 28);
  store<f32>(p, <f32>Math.sqrt(c), 32);
  return true;
}

function factorize(shift: f64): bool {
  for (let row = low; row < high; row++) {
    const begin = startOf(row);
    const end = startOf(row + 1) - 1;
    const diagonal = values + <usize>end * blockBytes;
    for (let c: usize = 0; c < 36; c += 16) store<f32>(diagonal + c, <f32>(load<f32>(diagonal + c) * (1 + shift)));
    for (let entry = begin; entry < end; entry++) {
      const pivotRow = load<i32>(column + <usize>entry * 4);
      const pivot = startOf(pivotRow + 1) - 1;
      const block = values + <usize>entry * blockBytes;
      // Blocks left of both rows: merge the two sorted lists.
      let left = begin;
      let right = startOf(pivotRow);
      while (left < entry && right < pivot) {
        const difference = load<i32>(column + <usize>left * 4) - load<i32>(column + <usize>right * 4);
        if (difference == 0) {
          subtractProduct(block, values + <usize>left * blockBytes, values + <usize>right * blockBytes);
        }
        if (difference <= 0) left++;
        if (difference >= 0) right++;
      }
      solveFromRight(block, values + <usize>pivot * blockBytes);
      subtractProduct(diagonal, block, block);
    }
    if (!factorizePivot(diagonal)) return false;
  }
  return true;
}

function useMatrix(matrix: usize): void {
  rowOfAtom = at(matrix, rowOfAtomAt);
  rowStart = at(matrix, rowStartAt);
  column = at(matrix, columnAt);
  values = at(matrix, valuesAt);
}

/** Assembles the curvature of each block's terms and factorizes it in place, with the diagonal raised until every pivot is positive. */
export function factorizeCurvature(
  table: usize,
  matrix: usize,
  repulsion: f64,
  diagonal: f64,
  blockBegin: i32,
  blockEnd: i32,
  scratch: usize,
): void {
  useMatrix(matrix);
  xyz = at(table, xyzAt);
  for (let block = blockBegin; block < blockEnd; block++) {
    low = first(matrix, blockRowsAt, block);
    high = last(matrix, blockRowsAt, block);
    if (low == high) continue;
    const begin = values + <usize>startOf(low) * blockBytes;
    const end = values + <usize>startOf(high) * blockBytes;
    for (let shift = firstShift; ; shift *= 4) {
      memory.fill(begin, 0, end - begin);
      for (let row = low; row < high; row++) {
        for (let c: usize = 0; c < 36; c += 16) store<f32>(diagonalOf(row) + c, <f32>diagonal);
      }
      addBonded(table, block, scratch);
      addPlanes(table, block, scratch);
      addSprings(table, block);
      addSupplement(table, block, scratch);
      addContacts(table, pairsAt, block, repulsion);
      addContacts(table, addedAt, block, repulsion);
      if (factorize(shift)) break;
    }
  }
}

/** vector = (L L^T)^-1 vector over the rows of each block, in place. */
export function solveCurvature(matrix: usize, vector: usize, blockBegin: i32, blockEnd: i32, _scratch: usize): void {
  useMatrix(matrix);
  for (let block = blockBegin; block < blockEnd; block++) {
    low = first(matrix, blockRowsAt, block);
    high = last(matrix, blockRowsAt, block);
    for (let row = low; row < high; row++) {
      const own = vector + <usize>row * 24;
      let x = load<f64>(own), y = load<f64>(own, 8), z = load<f64>(own, 16);
      const end = startOf(row + 1) - 1;
      for (let entry = startOf(row); entry < end; entry++) {
        const m = values + <usize>entry * blockBytes;
        const c = vector + <usize>load<i32>(column + <usize>entry * 4) * 24;
        const p = load<f64>(c), q = load<f64>(c, 8), r = load<f64>(c, 16);
        x -= load<f32>(m) * p + load<f32>(m, 4) * q + load<f32>(m, 8) * r;
        y -= load<f32>(m, 12) * p + load<f32>(m, 16) * q + load<f32>(m, 20) * r;
        z -= load<f32>(m, 24) * p + load<f32>(m, 28) * q + load<f32>(m, 32) * r;
      }
      const d = values + <usize>end * blockBytes;
      x /= load<f32>(d);
      y = (y - load<f32>(d, 12) * x) / load<f32>(d, 16);
      store<f64>(own, x);
      store<f64>(own, y, 8);
      store<f64>(own, (z - load<f32>(d, 24) * x - load<f32>(d, 28) * y) / load<f32>(d, 32), 16);
    }
    for (let row = high - 1; row >= low; row--) {
      const own = vector + <usize>row * 24;
      const end = startOf(row + 1) - 1;
      const d = values + <usize>end * blockBytes;
      const z = load<f64>(own, 16) / load<f32>(d, 32);
      const y = (load<f64>(own, 8) - load<f32>(d, 28) * z) / load<f32>(d, 16);
      const x = (load<f64>(own) - load<f32>(d, 12) * y - load<f32>(d, 24) * z) / load<f32>(d);
      store<f64>(own, x);
      store<f64>(own, y, 8);
      store<f64>(own, z, 16);
      for (let entry = startOf(row); entry < end; entry++) {
        const m = values + <usize>entry * blockBytes;
        const c = vector + <usize>load<i32>(column + <usize>entry * 4) * 24;
        store<f64>(c, load<f64>(c) - (load<f32>(m) * x + load<f32>(m, 12) * y + load<f32>(m, 24) * z));
        store<f64>(c, load<f64>(c, 8) - (load<f32>(m, 4) * x + load<f32>(m, 16) * y + load<f32>(m, 28) * z), 8);
        store<f64>(c, load<f64>(c, 16) - (load<f32>(m, 8) * x + load<f32>(m, 20) * y + load<f32>(m, 32) * z), 16);
      }
    }
  }
}
