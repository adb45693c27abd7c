// Plain twin of the energy kernel: energies and gradients of restraint terms, block of atoms by block.
import { smallestEigenvector } from "../../math/eigen3.ts";
import {
  angleWithGradient,
  chiralVolumeWithGradient,
  dihedralWithGradient,
  wrapDihedralDelta,
} from "../../math/internal-coordinates.ts";
import { energiesPerBlock, type PairGroup, type PlaneGroup, type TermGroup, type TermTable } from "../term-table.ts";
import { type Block, forEachDistance, owns, pull, pullAll } from "./block.ts";
import { addStretches } from "./stretches.ts";
import { addSupplement } from "./supplement.ts";

/** 120^2 / (1 - cos 120 degrees): the sinusoid equals the harmonic at one third of a turn of period 1. */
const amplitude = 9600;
const radiansPerDegree = Math.PI / 180;

/** Weight * (ideal - angle)^2 in degrees. */
function addAngles(block: Block, { atoms, numbers }: TermGroup, first: number, last: number): number {
  const g = new Float64Array(9);
  let energy = 0;
  for (let term = first; term < last; term++) {
    const three = [atoms[3 * term]!, atoms[3 * term + 1]!, atoms[3 * term + 2]!] as const;
    const delta = numbers[2 * term]! - angleWithGradient(block.xyz, ...three, g);
    const weight = numbers[2 * term + 1]!;
    if (owns(block, three[0])) energy += weight * delta * delta;
    pullAll(block, three, -2 * weight * delta, g);
  }
  return energy;
}

/** Sinusoidal for positive periodicity, harmonic otherwise; delta wrapped, degrees. */
function addDihedrals(block: Block, { atoms, numbers }: TermGroup, first: number, last: number): number {
  const g = new Float64Array(12);
  let energy = 0;
  for (let term = first; term < last; term++) {
    const four = [atoms[4 * term]!, atoms[4 * term + 1]!, atoms[4 * term + 2]!, atoms[4 * term + 3]!] as const;
    const weight = numbers[3 * term + 1]!;
    const periodicity = numbers[3 * term + 2]!;
    const angle = dihedralWithGradient(block.xyz, ...four, g);
    const value = dihedralTerm(wrapDihedralDelta(numbers[3 * term]! - angle, periodicity), weight, periodicity);
    if (owns(block, four[0])) energy += value.energy;
    pullAll(block, four, value.derivative, g);
  }
  return energy;
}

/** Energy of one dihedral with deviation `delta` (degrees, wrapped) and its derivative with respect to the angle. */
function dihedralTerm(delta: number, weight: number, periodicity: number): { energy: number; derivative: number } {
  if (periodicity <= 0) return { energy: weight * delta * delta, derivative: -2 * weight * delta };
  const phase = periodicity * delta * radiansPerDegree;
  return {
    energy: ((weight * amplitude) / (periodicity * periodicity)) * (1 - Math.cos(phase)),
    derivative: -((weight * amplitude) / periodicity) * radiansPerDegree * Math.sin(phase),
  };
}

/** Weight * (ideal volume - volume)^2; of centres of either hand the size of the volume counts. */
function addChiralities(block: Block, { atoms, numbers }: TermGroup, first: number, last: number): number {
  const g = new Float64Array(12);
  let energy = 0;
  for (let term = first; term < last; term++) {
    const four = [atoms[4 * term]!, atoms[4 * term + 1]!, atoms[4 * term + 2]!, atoms[4 * term + 3]!] as const;
    const volume = chiralVolumeWithGradient(block.xyz, ...four, g);
    const weight = numbers[3 * term + 1]!;
    const isTurned = numbers[3 * term + 2] === 1 && volume < 0;
    const delta = numbers[3 * term]! - (isTurned ? -volume : volume);
    if (owns(block, four[0])) energy += weight * delta * delta;
    pullAll(block, four, (isTurned ? 2 : -2) * weight * delta, g);
  }
  return energy;
}

/** Weighted squared distances from the best plane; the gradient is exact because the best plane is stationary. */
function addPlanes(block: Block, planes: PlaneGroup, first: number, last: number): number {
  const frame = new Float64Array(6);
  const { xyz } = block;
  let energy = 0;
  for (let plane = first; plane < last; plane++) {
    fitPlane(planes, plane, xyz, frame);
    const [cx, cy, cz, nx, ny, nz] = frame as unknown as [number, number, number, number, number, number];
    const isOwn = owns(block, planes.atom[planes.offset[plane]!]!);
    for (let entry = planes.offset[plane]!; entry < planes.offset[plane + 1]!; entry++) {
      const atom = planes.atom[entry]!;
      const at = 3 * atom;
      const distance = nx * (xyz[at]! - cx) + ny * (xyz[at + 1]! - cy) + nz * (xyz[at + 2]! - cz);
      const weight = planes.weight[entry]!;
      if (isOwn) energy += weight * distance * distance;
      const slope = 2 * weight * distance;
      pull(block, atom, slope * nx, slope * ny, slope * nz);
    }
  }
  return energy;
}

const moments = new Float64Array(6);
const normal = new Float64Array(3);

/** Fills `frame` with the weighted centroid (3 numbers) and the unit normal (3 numbers) of the best plane. */
export function fitPlane(
  planes: Omit<PlaneGroup, "start">,
  plane: number,
  xyz: Float64Array,
  frame: Float64Array,
): void {
  const begin = planes.offset[plane]!;
  const end = planes.offset[plane + 1]!;
  let sum = 0;
  frame.fill(0);
  for (let entry = begin; entry < end; entry++) {
    const weight = planes.weight[entry]!;
    sum += weight;
    for (let c = 0; c < 3; c++) frame[c]! += weight * xyz[3 * planes.atom[entry]! + c]!;
  }
  for (let c = 0; c < 3; c++) frame[c]! /= sum;
  moments.fill(0);
  for (let entry = begin; entry < end; entry++) {
    const weight = planes.weight[entry]!;
    const at = 3 * planes.atom[entry]!;
    const x = xyz[at]! - frame[0]!;
    const y = xyz[at + 1]! - frame[1]!;
    const z = xyz[at + 2]! - frame[2]!;
    moments[0]! += weight * x * x;
    moments[1]! += weight * y * y;
    moments[2]! += weight * z * z;
    moments[3]! += weight * x * y;
    moments[4]! += weight * x * z;
    moments[5]! += weight * y * z;
  }
  smallestEigenvector(moments, normal);
  frame.set(normal, 3);
}

/** Stiffness * (distance - length)^2. */
function addSprings(block: Block, { atoms, numbers }: TermGroup, first: number, last: number): number {
  let energy = 0;
  forEachDistance(block, atoms, first, last, (term, distance, isOwn) => {
    const delta = distance - numbers[2 * term]!;
    const stiffness = numbers[2 * term + 1]!;
    if (isOwn) energy += stiffness * delta * delta;
    return 2 * stiffness * delta;
  });
  return energy;
}

/** Repulsion * (contact - distance)^4 of pairs closer than their contact distance. */
function addPairs(block: Block, pairs: PairGroup, first: number, last: number, repulsion: number): number {
  let energy = 0;
  forEachDistance(block, pairs.atoms, first, last, (term, distance, isOwn) => {
    const delta = pairs.contact[pairs.code[term]!]! - distance;
    if (delta <= 0) return 0;
    const cubed = repulsion * delta * delta * delta;
    if (isOwn) energy += cubed * delta;
    return -4 * cubed;
  });
  return energy;
}

/** Sets the gradient of all atoms and writes the energies of every block, kind by kind. */
export function addTerms(table: TermTable, repulsion: number): void {
  const { xyz, gradient, energies, blocks, blockAtoms, atomCount } = table;
  gradient.fill(0);
  for (let row = 0; row < blocks; row++) {
    const low = row * blockAtoms;
    const block: Block = { xyz, gradient, low, high: Math.min(atomCount, low + blockAtoms) };
    const range = ({ start }: { start: Int32Array }): [number, number] => [start[row]!, start[row + 1]!];
    energies.set(
      [
        addStretches(block, table.bonds, ...range(table.bonds), false),
        addAngles(block, table.angles, ...range(table.angles)),
        addDihedrals(block, table.dihedrals, ...range(table.dihedrals)),
        addChiralities(block, table.chiralities, ...range(table.chiralities)),
        addPlanes(block, table.planes, ...range(table.planes)),
        addSprings(block, table.springs, ...range(table.springs)),
        addPairs(block, table.pairs, ...range(table.pairs), repulsion) +
          addPairs(block, { ...table.added, contact: table.pairs.contact }, ...range(table.added), repulsion),
        addSupplement(block, table, row),
      ],
      energiesPerBlock * row,
    );
  }
}
