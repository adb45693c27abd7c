// Energies and gradients of restraint terms, block of atoms by block: a block writes the gradient of its own atoms alone.
import { coincident, gradient, owns, pull, pullAll, pullApart, setBlock, xyz } from "./block";
import { angleWithGradient, chiralVolumeWithGradient, dihedralWithGradient, planeMoments, radians, smallestEigenvector } from "./geometry";
import {
  addedAt,
  anglesAt,
  at,
  bondsAt,
  chiralitiesAt,
  contactsAt,
  dihedralsAt,
  energiesAt,
  first,
  gradientAt,
  last,
  pairsAt,
  planesAt,
  springsAt,
  xyzAt,
} from "./layout";
import { addStretches } from "./stretches";
import { addSupplement } from "./supplement";

const energiesPerBlock: usize = 9;
/** 120^2 / (1 - cos 120 degrees): the sinusoid equals the harmonic at one third of a turn of period 1. */
const amplitude: f64 = 9600;

function addAngles(first: i32, last: i32, atoms: usize, numbers: usize, g: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const three = atoms + term * 12;
    const delta = load<f64>(numbers + term * 16) - angleWithGradient(xyz, three, g);
    const weight = load<f64>(numbers + term * 16, 8);
    if (owns(load<i32>(three))) energy += weight * delta * delta;
    pullAll(three, 3, -2 * weight * delta, g);
  }
  return energy;
}

function addDihedrals(first: i32, last: i32, atoms: usize, numbers: usize, g: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const four = atoms + term * 16;
    const n = numbers + term * 24;
    const weight = load<f64>(n, 8);
    const periodicity = load<f64>(n, 16);
    const period = 360 / Math.max(1, Math.abs(periodicity));
    const whole = load<f64>(n) - dihedralWithGradient(xyz, four, g);
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
    if (owns(load<i32>(four))) energy += value;
    pullAll(four, 4, slope, g);
  }
  return energy;
}

function addChiralities(first: i32, last: i32, atoms: usize, numbers: usize, g: usize): f64 {
  let energy: f64 = 0;
  for (let term = <usize>first; term < <usize>last; term++) {
    const four = atoms + term * 16;
    const n = numbers + term * 24;
    const volume = chiralVolumeWithGradient(xyz, four, g);
    // Of centres of either hand the size of the volume counts.
    const isTurned = load<f64>(n, 16) == 1 && volume < 0;
    const delta = load<f64>(n) - (isTurned ? -volume : volume);
    const weight = load<f64>(n, 8);
    if (owns(load<i32>(four))) energy += weight * delta * delta;
    pullAll(four, 4, isTurned ? 2 * weight * delta : -2 * weight * delta, g);
  }
  return energy;
}

/** Scratch: moments (6 numbers), centre (3), normal (3), room of the eigenvector (30). */
function addPlanes(first: i32, last: i32, offsets: usize, atoms: usize, weights: usize, scratch: usize): f64 {
  let energy: f64 = 0;
  for (let plane = <usize>first; plane < <usize>last; plane++) {
    const begin = <usize>load<i32>(offsets + plane * 4);
    const end = <usize>load<i32>(offsets + plane * 4, 4);
    planeMoments(xyz, begin, end, atoms, weights, scratch);
    const cx = load<f64>(scratch, 48), cy = load<f64>(scratch, 56), cz = load<f64>(scratch, 64);
    smallestEigenvector(scratch, scratch + 72, scratch + 96);
    const nx = load<f64>(scratch, 72), ny = load<f64>(scratch, 80), nz = load<f64>(scratch, 88);
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
  for (let block = blockBegin; block < blockEnd; block++) {
    const low = block * blockAtoms;
    const high = min(atomCount, low + blockAtoms);
    setBlock(low, high, at(table, gradientAt), at(table, xyzAt));
    memory.fill(gradient + <usize>low * 24, 0, <usize>(high - low) * 24);
    const e = at(table, energiesAt) + <usize>block * energiesPerBlock * 8;
    const b = bondsAt, a = anglesAt, d = dihedralsAt, c = chiralitiesAt, p = planesAt, s = springsAt, n = pairsAt;
    store<f64>(e, addStretches(first(table, b, block), last(table, b, block), at(table, b + 4), at(table, b + 8), false));
    store<f64>(e, addAngles(first(table, a, block), last(table, a, block), at(table, a + 4), at(table, a + 8), scratch), 8);
    store<f64>(e, addDihedrals(first(table, d, block), last(table, d, block), at(table, d + 4), at(table, d + 8), scratch), 16);
    store<f64>(e, addChiralities(first(table, c, block), last(table, c, block), at(table, c + 4), at(table, c + 8), scratch), 24);
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
    store<f64>(e, addSupplement(table, block, scratch), 56);
  }
}
